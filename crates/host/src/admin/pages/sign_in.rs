//! Signing in.

use leasehold_dashboard::{Notice, Tone, host, sign_in_page, welcome_page};
use leasehold_service::access::{Refused, SignedIn};
use leasehold_service::{Method, Problem, Request, Response, StatusCode};

use super::{AdminState, message, page, page_with, to};

pub(super) fn answer(state: &AdminState, request: &Request) -> Response {
    match request.method {
        Method::GET => {
            let [link] = fields(request.query().unwrap_or_default().as_bytes(), ["link"]);
            match link {
                // Only shown: what looks at links, such as a mail filter, must not use it up.
                Some(link) => page(welcome_page(host::PROGRAM, &link)),
                None => page(sign_in_page(host::PROGRAM, None, "")),
            }
        }
        Method::POST => sign_in(state, request),
        _ => Problem::method_not_allowed("GET, HEAD, POST").into(),
    }
}

fn sign_in(state: &AdminState, request: &Request) -> Response {
    let [name, password, link] = fields(&request.body, ["name", "password", "link"]);
    let (now, rng) = (state.now(), &*state.shared.rng);
    let name = name.unwrap_or_default();
    let signed_in = match link {
        Some(link) => state.sign_ins.by_link(&link, request, (now, rng)),
        None => state.sign_ins.by_password((&name, &password.unwrap_or_default()), request, (now, rng)),
    };
    match signed_in {
        Ok(signed_in) => SignedIn::with_cookies(signed_in, to("/")),
        Err(Refused::Wrong) => {
            again(StatusCode::FORBIDDEN, "this name and password, or this link, are not good.".to_owned(), &name)
        }
        Err(Refused::TooMany(wait)) => {
            let text = format!(
                "too many tries have failed. Wait {} seconds; or have a one-time link made on the machine itself.",
                wait.as_secs() + 1
            );
            again(StatusCode::TOO_MANY_REQUESTS, text, &name).with_retry_after(wait)
        }
        Err(Refused::Failed(error)) => {
            tracing::error!(code = %error.code(), %error, "not signed in");
            message(StatusCode::INTERNAL_SERVER_ERROR, "Not signed in", "The host's log says why.")
        }
    }
}

fn again(status: StatusCode, text: String, name: &str) -> Response {
    let notice = Notice { tone: Tone::Bad, text };
    page_with(status, sign_in_page(host::PROGRAM, Some(&notice), name))
}

/// The values of a form, the first of each name.
pub(super) fn fields<const N: usize>(form: &[u8], names: [&str; N]) -> [Option<String>; N] {
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
