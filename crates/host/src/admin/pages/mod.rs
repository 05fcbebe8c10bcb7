//! The pages: they need a session, and no script.

mod forms;
mod live;
mod views;

use leasehold_dashboard::{Frame, Notice, SignedIn, host, not_allowed_page};
use leasehold_service::access::Caller;
use leasehold_service::pages::{self, Site};
use leasehold_service::{Method, Request, Response, StatusCode};

pub(super) use live::live;

use super::{AdminState, RoleSet};

/// Answers a browser.
pub(super) fn answer(state: &AdminState, request: &Request) -> Response {
    let site = Site { program: host::PROGRAM, sign_ins: &state.sign_ins, now: state.now(), rng: &*state.shared.rng };
    site.answer(request, |caller| match request.method {
        Method::POST => forms::answer(state, request, caller),
        _ => views::answer(state, request, caller),
    })
}

/// The frame of a page for `caller`.
fn frame<'f>(caller: &'f Caller, place: &'f str, current: &'static str, notice: Option<Notice>) -> Frame<'f> {
    let signed_in = SignedIn { name: caller.name(), form_token: &caller.form_token, roles: &caller.roles };
    Frame { program: host::PROGRAM, place, areas: host::AREAS, current, signed_in: Some(signed_in), notice }
}

/// What the host is called on its pages.
fn place(state: &AdminState) -> String {
    let Some(identity) = state.identity() else { return "not activated yet".to_owned() };
    let certificate = identity.certificate();
    format!("{}, host {}", certificate.vendor, certificate.host_ordinal)
}

/// The page in place of one that changes something, for who may look alone.
fn not_allowed(state: &AdminState, caller: &Caller) -> Response {
    let page = not_allowed_page(&frame(caller, &place(state), "", None), RoleSet::OPERATE.0);
    pages::page_with(StatusCode::FORBIDDEN, page)
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    pages::message(host::PROGRAM, status, title, text)
}
