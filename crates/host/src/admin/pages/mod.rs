//! The pages: they need a session, and no script.

mod forms;
mod live;
mod sign_in;
mod views;

use leasehold_dashboard::{Frame, Notice, SignedIn, Tone, assets, host, message_page};
use leasehold_service::access::Caller;
use leasehold_service::{HeaderName, HeaderValue, Method, Problem, Request, Response, StatusCode, header};

pub(super) use live::live;

use super::{AdminState, RoleSet};

/// Answers a browser.
pub(super) fn answer(state: &AdminState, request: &Request) -> Response {
    let caller = match state.sign_ins.caller(request, state.now()) {
        Ok(caller) => caller,
        Err(error) => {
            tracing::error!(code = %error.code(), %error, "not answered");
            return message(StatusCode::INTERNAL_SERVER_ERROR, "Not answered", "The host's log says why.");
        }
    };
    let path = request.path();
    if path == "/sign-in" {
        return sign_in::answer(state, request);
    }
    // Whatever the path: who has not signed in learns nothing of what there is.
    let Some(caller) = caller else { return to("/sign-in") };
    match request.method {
        Method::GET => views::answer(state, request, &caller),
        Method::POST => forms::answer(state, request, &caller),
        _ => Problem::method_not_allowed("GET, HEAD, POST").into(),
    }
}

/// What pages are shown with, for everyone: it says nothing of this host.
pub(super) fn asset(path: &str) -> Response {
    let (media_type, body) = match path {
        "/assets/style.css" => ("text/css; charset=utf-8", assets::STYLE),
        "/assets/live.js" => ("text/javascript; charset=utf-8", assets::SCRIPT),
        "/assets/icon.svg" => ("image/svg+xml", assets::ICON),
        _ => return Problem::not_found(path).into(),
    };
    let kept = HeaderValue::from_static("no-cache");
    guarded(Response::new(StatusCode::OK, media_type, body)).with_header(header::CACHE_CONTROL, kept)
}

/// The frame of a page for `caller`.
fn frame<'f>(caller: &'f Caller, place: &'f str, current: &'static str, notice: Option<Notice>) -> Frame<'f> {
    let may_operate = caller.may(RoleSet::OPERATE);
    let signed_in = SignedIn { name: caller.name(), form_token: &caller.form_token, may_operate };
    Frame { program: host::PROGRAM, place, areas: host::AREAS, current, signed_in: Some(signed_in), notice }
}

/// What the host is called on its pages.
fn place(state: &AdminState) -> String {
    let Some(identity) = state.identity() else { return "not activated yet".to_owned() };
    let certificate = identity.certificate();
    format!("{}, host {}", certificate.vendor, certificate.host_ordinal)
}

fn page(html: String) -> Response {
    page_with(StatusCode::OK, html)
}

fn page_with(status: StatusCode, html: String) -> Response {
    guarded(Response::new(status, "text/html; charset=utf-8", html))
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page_with(status, message_page(host::PROGRAM, title, text))
}

/// To another page, by `GET`.
fn to(path: &str) -> Response {
    let location = HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    guarded(Response::empty(StatusCode::SEE_OTHER)).with_header(header::LOCATION, location)
}

/// A refusal as a notice.
fn notice_of(problem: &Problem) -> Notice {
    Notice { tone: Tone::Bad, text: format!("{} [{}]", problem.detail(), problem.name()) }
}

/// What browsers are told to let a page do.
fn guarded(response: Response) -> Response {
    let fixed = HeaderValue::from_static;
    response
        .with_header(header::CONTENT_SECURITY_POLICY, fixed(assets::POLICY))
        .with_header(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"))
        .with_header(header::X_FRAME_OPTIONS, fixed("DENY"))
        .with_header(header::REFERRER_POLICY, fixed("no-referrer"))
        .with_header(HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin"))
        .with_header(HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin"))
}
