//! The dashboard: pages for the vendor's own people. They need a session, and no script.

mod actions;
mod facts;
mod issue;
mod lists;
mod one;
mod overview;
mod questions;

use leasehold_core::{KeyId, Text};
use leasehold_dashboard::authority::{AREAS, PROGRAM};
use leasehold_dashboard::{Frame, Notice, SignedIn, not_allowed_page};
use leasehold_service::access::Caller;
use leasehold_service::pages::{self, Site, notice_of};
use leasehold_service::{Method, Problem, Request, Response, StatusCode};
use leasehold_store::authority::{Actor, AuthorityStore, Person, Role, Stamp};

pub(super) use issue::Answered;

use super::AdminState;
use super::problems::problem;
use crate::error::Error;

/// Answers a browser.
pub(super) fn answer(state: &AdminState, request: &Request) -> Response {
    let now = state.clock.now();
    let site = Site { program: PROGRAM, sign_ins: &state.sign_ins, now, rng: &*state.rng };
    site.answer(request, |caller| {
        let visit = Visit { state, request, caller, stamp: Stamp { at: now, actor: actor(caller) } };
        if !visit.may(Role::Read) {
            return visit.not_allowed(Role::Read);
        }
        match request.method {
            Method::POST => actions::answer(&visit),
            _ => shown(&visit),
        }
    })
}

/// One visit of someone who has signed in.
#[derive(Clone, Copy)]
struct Visit<'v> {
    state: &'v AdminState,
    request: &'v Request,
    caller: &'v Caller,
    stamp: Stamp,
}

/// What a page is made of, or why it cannot be.
type Shown = Result<Response, Error>;

impl<'v> Visit<'v> {
    fn store(&self) -> &'v dyn AuthorityStore {
        &*self.state.authority.store
    }

    fn now(&self) -> u64 {
        self.stamp.at.unix()
    }

    fn query(&self) -> &'v [u8] {
        self.request.query().unwrap_or_default().as_bytes()
    }

    fn may(&self, role: Role) -> bool {
        self.caller.roles.iter().any(|own| own == role.name())
    }

    /// The frame of a page in the area of this path.
    fn frame(&self, current: &'static str, notice: Option<Notice>) -> Frame<'v> {
        let Caller { form_token, roles, .. } = self.caller;
        let place = self.state.authority.vendor().name.as_str();
        let signed_in = Some(SignedIn { name: self.caller.name(), form_token, roles });
        // To who may not read, no area shows anything.
        let areas = if self.may(Role::Read) { AREAS } else { &[] };
        Frame { program: PROGRAM, place, areas, current, signed_in, notice }
    }

    fn not_allowed(&self, role: Role) -> Response {
        pages::page_with(StatusCode::FORBIDDEN, not_allowed_page(&self.frame("", None), role.name()))
    }
}

fn shown(visit: &Visit<'_>) -> Response {
    let shown = match visit.request.path() {
        "/" => overview::overview(visit),
        "/customers" => lists::customers(visit),
        "/customer" => one::customer(visit),
        "/keys" => lists::keys(visit),
        "/hosts" => lists::hosts(visit),
        "/directories" => lists::directories(visit, None),
        "/usage" => lists::usage(visit),
        "/catalogue" => lists::catalogue(visit),
        "/revocations" => lists::revocations(visit),
        "/audit" => lists::audit(visit),
        "/issue" => issue::form(visit),
        path => match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
            ["keys", key] => one::key(visit, key, None),
            ["hosts", subject] => with_id(subject, |subject| one::host(visit, subject, None)),
            [area, id, action] => questions::about(visit, (area, id, action)),
            _ => Ok(nothing()),
        },
    };
    answered(shown)
}

fn answered(shown: Shown) -> Response {
    shown.unwrap_or_else(|error| {
        let problem: Problem = problem(&error);
        message(problem.status(), "Not answered", &notice_of(&problem).text)
    })
}

fn with_id(text: &str, shown: impl FnOnce(KeyId) -> Shown) -> Shown {
    text.parse().map_or_else(|_| Ok(nothing()), shown)
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    pages::message(PROGRAM, status, title, text)
}

fn nothing() -> Response {
    message(StatusCode::NOT_FOUND, "Nothing here", "There is nothing at this address.")
}

/// Who has signed in, for the audit.
fn actor(caller: &Caller) -> Actor {
    let name = caller.actor.parse().unwrap_or_else(|_| "admin:unknown".parse::<Text>().expect("a text"));
    Actor::SignedIn(Person::new(&name))
}
