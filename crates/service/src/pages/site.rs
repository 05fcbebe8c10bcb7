//! A dashboard: pages that need a session, and how people get one.

use http::header;
use leasehold_core::{Rng, Timestamp};
use leasehold_dashboard::{Notice, SignInView, Tone, sign_in_page, signed_in_page, welcome_page};

use super::reply::{fields, message, naming, page, page_with, to};
use crate::access::{Caller, ProviderSettings, Refused, SignIns, SignedIn};
use crate::{Method, Problem, Request, Response, StatusCode};

/// The dashboard of one server, at one time.
#[derive(Clone, Copy, Debug)]
pub struct Site<'s> {
    /// What the program is called on its pages.
    pub program: &'static str,
    /// Who may sign in, and who has.
    pub sign_ins: &'s SignIns,
    /// Now.
    pub now: Timestamp,
    /// For secrets.
    pub rng: &'s dyn Rng,
}

impl Site<'_> {
    /// Answers a browser. Only who has signed in gets to `shown`, for `GET` and `HEAD`, or for `POST` with a form of their session.
    pub fn answer(&self, request: &Request, shown: impl FnOnce(&Caller) -> Response) -> Response {
        naming(self.answer_unnamed(request, shown), request.id)
    }

    fn answer_unnamed(&self, request: &Request, shown: impl FnOnce(&Caller) -> Response) -> Response {
        match request.path() {
            "/sign-in" => return self.sign_in(request),
            "/sign-in/provider" => return self.ask_provider(request),
            ProviderSettings::CALLBACK => return self.by_provider(request),
            _ => {}
        }
        let caller = match self.sign_ins.caller(request, self.now) {
            Ok(caller) => caller,
            Err(error) => {
                tracing::error!(code = %error.code(), %error, "not answered");
                return self.message(StatusCode::INTERNAL_SERVER_ERROR, "Not answered", LOG);
            }
        };
        // Whatever the path: who has not signed in learns nothing of what there is.
        let Some(caller) = caller else { return to("/sign-in") };
        match request.method {
            Method::GET => shown(&caller),
            Method::POST => self.form(request, &caller, shown),
            _ => Problem::method_not_allowed("GET, HEAD, POST").into(),
        }
    }

    /// A page that only says something.
    pub fn message(&self, status: StatusCode, title: &str, text: &str) -> Response {
        message(self.program, status, title, text)
    }

    /// Each form carries the session's token, so that no other site can send one.
    fn form(&self, request: &Request, caller: &Caller, shown: impl FnOnce(&Caller) -> Response) -> Response {
        let [token] = fields(&request.body, ["form"]);
        if !caller.has_sent(&token.unwrap_or_default()) {
            let text = "It was not sent from a page of this session: open the page again, and try from there.";
            return self.message(StatusCode::FORBIDDEN, "Not done", text);
        }
        if request.path() == "/sign-out" { self.sign_out(request, caller) } else { shown(caller) }
    }

    fn sign_in(&self, request: &Request) -> Response {
        match request.method {
            Method::GET => {
                let [link] = fields(request.query().unwrap_or_default().as_bytes(), ["link"]);
                match link {
                    // Only shown: what looks at links, such as a mail filter, must not use it up.
                    Some(link) => page(welcome_page(self.program, &link)),
                    None => page(sign_in_page(self.program, &self.view(None))),
                }
            }
            Method::POST => self.try_sign_in(request),
            _ => Problem::method_not_allowed("GET, HEAD, POST").into(),
        }
    }

    fn view(&self, notice: Option<Notice>) -> SignInView<'_> {
        SignInView { notice, provider: self.sign_ins.provider(), ..SignInView::default() }
    }

    /// To the identity provider.
    fn ask_provider(&self, request: &Request) -> Response {
        if request.method != Method::GET {
            return Problem::method_not_allowed("GET, HEAD").into();
        }
        match self.sign_ins.ask_provider(request, (self.now, self.rng)) {
            Ok((url, cookie)) => to(&url).with_header(header::SET_COOKIE, cookie),
            Err(refused) => self.refuse(refused, ""),
        }
    }

    /// Back from the identity provider.
    fn by_provider(&self, request: &Request) -> Response {
        if request.method != Method::GET {
            return Problem::method_not_allowed("GET, HEAD").into();
        }
        match self.sign_ins.by_provider(request, (self.now, self.rng)) {
            // Not at once to the overview: a session that another site leads to has no cookie yet.
            Ok(signed_in) => SignedIn::with_cookies(signed_in, page(signed_in_page(self.program))),
            Err(refused) => self.refuse(refused, ""),
        }
    }

    fn try_sign_in(&self, request: &Request) -> Response {
        let [name, password, link] = fields(&request.body, ["name", "password", "link"]);
        let (name, with) = (name.unwrap_or_default(), (self.now, self.rng));
        let signed_in = match link {
            Some(link) => self.sign_ins.by_link(&link, request, with),
            None => self.sign_ins.by_password((&name, &password.unwrap_or_default()), request, with),
        };
        match signed_in {
            Ok(signed_in) => SignedIn::with_cookies(signed_in, to("/")),
            Err(refused) => self.refuse(refused, &name),
        }
    }

    fn refuse(&self, refused: Refused, name: &str) -> Response {
        // A link that is not good is no fault of the form, and comes without a name.
        let wrong = matches!(refused, Refused::Wrong) && !name.is_empty();
        let again = |status, text| {
            let notice = Some(Notice { tone: Tone::Bad, text });
            page_with(status, sign_in_page(self.program, &SignInView { name, wrong, ..self.view(notice) }))
        };
        match refused {
            Refused::Wrong => {
                let text = "this name and password, or this link, are not good.".to_owned();
                again(StatusCode::FORBIDDEN, text)
            }
            Refused::TooMany(wait) => {
                let text = format!(
                    "too many tries have failed. Wait {} seconds; or have a one-time link made on the machine itself.",
                    wait.as_secs() + 1
                );
                again(StatusCode::TOO_MANY_REQUESTS, text).with_retry_after(wait)
            }
            Refused::NotByProvider(words) => again(StatusCode::FORBIDDEN, words),
            Refused::Failed(error) => {
                tracing::error!(code = %error.code(), %error, "not signed in");
                self.message(StatusCode::INTERNAL_SERVER_ERROR, "Not signed in", LOG)
            }
        }
    }

    fn sign_out(&self, request: &Request, caller: &Caller) -> Response {
        match self.sign_ins.sign_out(request, caller, self.now) {
            Ok(cookie) => to("/sign-in").with_header(header::SET_COOKIE, cookie),
            Err(error) => {
                tracing::error!(code = %error.code(), %error, "signed out, and not audited");
                to("/sign-in")
            }
        }
    }
}

const LOG: &str = "The log of the service says why.";
