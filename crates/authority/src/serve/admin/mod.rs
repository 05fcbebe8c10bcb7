//! The admin API: what the vendor's own programs and people ask and change, as JSON, with a token (`tokens`); and the same for
//! people in a browser (`pages`).
//!
//! It has a listener of its own and is never served on the public one. Each endpoint has a file; the table in `routes` says
//! which role each needs, and the `OpenAPI` document is made from the same functions and types.

mod audit;
mod call;
mod directories;
mod export;
mod families;
mod key_name_input;
mod keys;
mod openapi;
mod pages;
mod places;
mod policy;
mod problems;
mod products;
mod revocations;
mod routes;
mod usage;
mod vendor;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::{Clock, Rng, Timestamp};
use leasehold_service::access::SignIns;
use leasehold_service::admin::{
    CallInput, Found, JSON, WrongTokens, bearer, find, no_store, not_allowed, token_required,
};
use leasehold_service::pages::asset;
use leasehold_service::{Bytes, Handler, Limits, Method, Problem, Request, Response, StatusCode, WorkError, WorkQueue};
use leasehold_store::authority::{Role, Token};

use crate::authority::Authority;
use crate::serve::Options;
use crate::tokens;
use call::Call;
use pages::Answered;
use problems::problem;
use routes::ROUTES;

pub use openapi::openapi;
pub use routes::routes;

/// Answers calls with a token.
#[derive(Debug)]
pub(crate) struct AdminApi {
    state: Arc<AdminState>,
    work: WorkQueue,
    exports: WorkQueue,
    description: Bytes,
}

/// Where calls are carried out, on threads that may block.
#[derive(Debug)]
struct AdminState {
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    wrong_tokens: WrongTokens,
    sign_ins: SignIns,
    answered: Answered,
}

impl AdminApi {
    pub(crate) fn new(
        (authority, clock, rng): (Arc<Authority>, Arc<dyn Clock>, Arc<dyn Rng>),
        options: &Options,
        sign_ins: SignIns,
    ) -> Self {
        let wrong_tokens = WrongTokens::new(options.wrong_token_rate);
        let answered = Answered::default();
        let state = Arc::new(AdminState { authority, clock, rng, wrong_tokens, sign_ins, answered });
        let (work, exports) = (WorkQueue::new(MAX_RUNNING, MAX_WAITING), WorkQueue::new(1, MAX_WAITING_EXPORTS));
        Self { state, work, exports, description: openapi::document() }
    }
}

/// The limits of the admin API.
pub(crate) fn limits() -> Limits {
    let (connections, connections_per_address) = (200, 20);
    Limits { body_bytes: 64 * 1024, answer_timeout: ANSWER, connections, connections_per_address, ..Limits::default() }
}

impl Handler for AdminApi {
    async fn handle(&self, request: Request) -> Response {
        match (&request.method, request.path()) {
            (&Method::GET, DESCRIPTION) => {
                return Response::new(StatusCode::OK, JSON, self.description.clone());
            }
            (_, DESCRIPTION) => return Problem::method_not_allowed("GET, HEAD").into(),
            (&Method::GET, path) if path.starts_with("/assets/") => return asset(path),
            _ => {}
        }
        let from = request.client;
        let work = if request.path().starts_with(EXPORTS) { &self.exports } else { &self.work };
        let state = Arc::clone(&self.state);
        let response = match work.run(move || state.answer(&request, from)).await {
            Ok(response) => response,
            Err(WorkError::Busy) => Problem::busy(BUSY).into(),
            Err(WorkError::Panicked) => Problem::internal().into(),
        };
        // A product key may be in it.
        no_store(response)
    }
}

impl AdminState {
    /// The token that comes with a request.
    fn token(&self, request: &Request, from: IpAddr, now: Timestamp) -> Result<Token, Box<Response>> {
        let Some(text) = bearer(request) else { return Err(Box::new(token_required())) };
        match tokens::check(&*self.authority.store, text, now) {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err(Box::new(self.wrong_tokens.refuse(from))),
            Err(error) => Err(Box::new(problem(&error).into())),
        }
    }

    fn answer(&self, request: &Request, from: IpAddr) -> Response {
        if request.path().starts_with("/api/") {
            self.answer_program(request, from)
        } else {
            pages::answer(self, request)
        }
    }

    /// A call of the API: with a token alone, so that no page of another site can make one.
    fn answer_program(&self, request: &Request, from: IpAddr) -> Response {
        let now = self.clock.now();
        // Before the path is looked at: a caller without a token learns nothing of what there is.
        let token = match self.token(request, from, now) {
            Ok(token) => token,
            Err(refused) => return *refused,
        };
        let (route, parameters) = match find(ROUTES, &request.method, request.path()) {
            Found::Route(route, parameters) => (route, parameters),
            Found::OtherMethods(allowed) => return Problem::method_not_allowed(allowed).into(),
            Found::Nothing => return Problem::not_found(request.path()).into(),
        };
        let allows = |role: Role| role.name() == route.role.0;
        if !token.roles.each().any(allows) {
            return not_allowed(token.name.as_str(), route.role);
        }
        let call =
            Call { authority: &self.authority, rng: &*self.rng, input: CallInput { request, parameters }, token, now };
        let (name, path) = (call.token.name, request.path());
        match (route.answer)(&call) {
            Ok(response) => {
                tracing::info!(token = %name, %from, method = %request.method, path, "answered");
                response
            }
            Err(problem) => {
                tracing::info!(token = %name, %from, method = %request.method, path, code = problem.name(), "refused");
                problem.into()
            }
        }
    }
}

const DESCRIPTION: &str = "/api/v1/openapi.json";
const EXPORTS: &str = "/api/v1/export/";
/// Calls that are carried out at a time.
const MAX_RUNNING: usize = 4;
/// Calls that may wait for their turn.
const MAX_WAITING: usize = 64;
/// Exports that may wait for the one that is being made.
const MAX_WAITING_EXPORTS: usize = 3;
/// How long an export may take.
const ANSWER: Duration = Duration::from_mins(5);
/// How long to wait before asking again when the queue is full.
const BUSY: Duration = Duration::from_secs(10);
