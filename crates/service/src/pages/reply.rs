//! Replies to browsers, and what comes from them.

use http::{HeaderName, HeaderValue, header};
use leasehold_dashboard::{Notice, REQUEST, Tone, assets, message_page};

use crate::trace::RequestId;
use crate::{Problem, Response, StatusCode};

/// What pages are shown with, for everyone: it says nothing of this server.
pub fn asset(path: &str) -> Response {
    let (media_type, body) = match path {
        "/assets/style.css" => ("text/css; charset=utf-8", assets::STYLE),
        "/assets/live.js" => ("text/javascript; charset=utf-8", assets::SCRIPT),
        "/assets/icon.svg" => ("image/svg+xml", assets::ICON),
        _ => return Problem::not_found(path).into(),
    };
    let kept = HeaderValue::from_static("no-cache");
    guarded(Response::new(StatusCode::OK, media_type, body)).with_header(header::CACHE_CONTROL, kept)
}

/// A page.
pub fn page(html: String) -> Response {
    page_with(StatusCode::OK, html)
}

/// A page with another status.
pub fn page_with(status: StatusCode, html: String) -> Response {
    guarded(Response::new(status, "text/html; charset=utf-8", html))
}

/// A page that only says something.
pub fn message(program: &'static str, status: StatusCode, title: &str, text: &str) -> Response {
    page_with(status, message_page(program, title, text))
}

/// To another page, by `GET`.
pub fn to(path: &str) -> Response {
    let location = HeaderValue::try_from(path).unwrap_or_else(|_| HeaderValue::from_static("/"));
    guarded(Response::empty(StatusCode::SEE_OTHER)).with_header(header::LOCATION, location)
}

/// A refusal as a notice, with the request's id, by which the log is searched.
pub fn notice_of(problem: &Problem) -> Notice {
    Notice { tone: Tone::Bad, text: format!("{} [{}, request {REQUEST}]", problem.detail(), problem.name()) }
}

/// A page in which each [`REQUEST`] has become this id.
pub(super) fn naming(page: Response, id: RequestId) -> Response {
    match std::str::from_utf8(&page.body) {
        Ok(html) if html.contains(REQUEST) => {
            let body = html.replace(REQUEST, &id.to_string()).into();
            Response { body, ..page }
        }
        Ok(_) | Err(_) => page,
    }
}

/// What became of an action, as a notice.
pub fn told(outcome: Result<String, Problem>) -> Notice {
    match outcome {
        Ok(text) => Notice { tone: Tone::Good, text },
        Err(problem) => notice_of(&problem),
    }
}

/// The values of a form or query, the first of each name.
pub fn fields<const N: usize>(form: &[u8], names: [&str; N]) -> [Option<String>; N] {
    let mut values = [const { None }; N];
    for (name, value) in form_urlencoded::parse(form) {
        if let Some(at) = names.iter().position(|known| *known == name)
            && values[at].is_none()
        {
            values[at] = Some(value.into_owned());
        }
    }
    values
}

/// A query of these pairs, encoded.
pub fn query_of(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
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
