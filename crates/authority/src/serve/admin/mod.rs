//! The admin API: what the vendor's own programs and people ask and change, as JSON, with a token (`tokens`).
//!
//! It has a listener of its own and is never served on the public one. Each path is in the table of `routes`, which says
//! what it takes and which role it needs; the `OpenAPI` document is made from the same functions and types.

mod audit;
mod call;
mod catalogue;
mod describe;
mod export;
mod gate;
mod given;
mod keys;
mod places;
mod policy;
mod problems;
mod revocations;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use leasehold_service::{
    Bytes, Handler, HeaderValue, Limits, Method, Network, Problem, Request, Response, StatusCode, WorkError, WorkQueue,
    client_address, header,
};

use crate::authority::Authority;
use crate::serve::Surroundings;
use call::Call;
use gate::Gate;
use routes::{Found, find};

pub use describe::openapi;
pub use routes::routes;

/// Answers those who have a token.
#[derive(Debug)]
pub(crate) struct AdminApi {
    desk: Arc<Desk>,
    work: WorkQueue,
    exports: WorkQueue,
    trusted: Vec<Network>,
    description: Bytes,
}

/// Where calls are carried out, on threads that may block.
#[derive(Debug)]
struct Desk {
    authority: Arc<Authority>,
    surroundings: Surroundings,
    gate: Gate,
}

impl AdminApi {
    pub(crate) fn new(authority: Arc<Authority>, surroundings: Surroundings, trusted: Vec<Network>) -> Self {
        let desk = Arc::new(Desk { authority, surroundings, gate: Gate::new() });
        let (work, exports) = (WorkQueue::new(AT_ONCE, WAITING), WorkQueue::new(1, EXPORTS_WAITING));
        Self { desk, work, exports, trusted, description: describe::document() }
    }
}

/// What the admin API takes on at most.
pub(crate) fn limits() -> Limits {
    Limits { body_bytes: 64 * 1024, answer_timeout: ANSWER, connections: 200, ..Limits::default() }
}

impl Handler for AdminApi {
    async fn handle(&self, request: Request) -> Response {
        match (&request.method, request.path()) {
            (&Method::GET, DESCRIPTION) => {
                return Response::new(StatusCode::OK, JSON, self.description.clone());
            }
            (_, DESCRIPTION) => return Problem::method_not_allowed("GET").into(),
            _ => {}
        }
        let from = client_address(request.peer.ip(), &request.headers, &self.trusted);
        let work = if request.path().starts_with(EXPORTS) { &self.exports } else { &self.work };
        let desk = Arc::clone(&self.desk);
        let response = match work.run(move || desk.answer(&request, from)).await {
            Ok(response) => response,
            Err(WorkError::Busy) => Problem::busy(BUSY).into(),
            Err(WorkError::Panicked) => Problem::internal().into(),
        };
        // A product key may be in it.
        response.with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }
}

impl Desk {
    fn answer(&self, request: &Request, from: std::net::IpAddr) -> Response {
        let now = (self.surroundings.now)();
        // Who has no token does not even learn what there is.
        let token = match self.gate.token(&self.authority, request, from, now) {
            Ok(token) => token,
            Err(refused) => return *refused,
        };
        let (route, parameters) = match find(&request.method, request.path()) {
            Found::Route(route, parameters) => (route, parameters),
            Found::OtherMethods(allowed) => return Problem::method_not_allowed(allowed).into(),
            Found::Nothing => return Problem::not_found(request.path()).into(),
        };
        if !token.roles.has(route.role) {
            return gate::not_allowed(&token, route.role);
        }
        let call =
            Call { authority: &self.authority, surroundings: &self.surroundings, request, parameters, token, now };
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
const JSON: &str = "application/json";
/// Calls that are carried out at a time.
const AT_ONCE: usize = 4;
/// Calls that may wait for their turn.
const WAITING: usize = 64;
/// Exports that may wait for the one that is being made.
const EXPORTS_WAITING: usize = 3;
/// How long an export may take.
const ANSWER: Duration = Duration::from_mins(5);
/// When those that found no room should come again.
const BUSY: Duration = Duration::from_secs(10);
