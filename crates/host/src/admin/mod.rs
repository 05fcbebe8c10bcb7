//! The admin side of a serving host: JSON under `/api/v1/` (`api`), pages at `/` (`pages`), metrics at `/metrics`. It has a listener of
//! its own and is never served to clients.
//!
//! What both tell is gathered in `facts`, from the thread that has the store, a small question at a time between two batches.

mod actions;
mod api;
mod budget;
mod ends;
mod facts;
mod history;
mod local;
mod operations;
mod pages;
pub(crate) mod served;
mod state;
mod why;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::Code;
use leasehold_service::access::{Caller, CookieNames};
use leasehold_service::admin::{CallInput, Found, bearer, find, no_store, not_allowed, token_required};
use leasehold_service::pages::asset;
use leasehold_service::{Handler, Limits, Method, Problem, Request, Response, StatusCode, WorkError, WorkQueue};

pub use api::{openapi, routes};
pub use local::LocalAccess;
pub use operations::{Operations, RoleSet};

pub(crate) use history::{History, keep as keep_history};
pub(crate) use local::LocalToken;
#[cfg(unix)]
pub(crate) use local::SOCKET;
pub(crate) use state::{AdminState, Parts};

use api::Call;
use api::ROUTES;

/// Answers administrators and their programs.
#[derive(Debug)]
pub(crate) struct AdminApi {
    state: Arc<AdminState>,
    work: WorkQueue,
}

impl AdminApi {
    pub(crate) fn new(state: Arc<AdminState>) -> Self {
        Self { state, work: WorkQueue::new(MAX_RUNNING, MAX_WAITING) }
    }
}

/// Answers commands of this machine, at the socket in the host's folder: who has connected there needs no token.
#[derive(Debug)]
#[cfg_attr(not(unix), expect(dead_code, reason = "it listens at a socket of Unix"))]
pub(crate) struct LocalApi(pub(crate) AdminApi);

impl Handler for LocalApi {
    async fn handle(&self, request: Request) -> Response {
        let Self(AdminApi { state, work }) = self;
        if request.path() == "/healthz" {
            return Response::text("alive\n");
        }
        let state = Arc::clone(state);
        let answer = move || match request.path().strip_prefix(served::PREFIX) {
            Some(what) => served::answer(&state, what, &request).unwrap_or_else(Response::from),
            None => state.answer_call(&request, &local::operator(&request)),
        };
        no_store(match work.run(answer).await {
            Ok(response) => response,
            Err(WorkError::Busy) => Problem::busy(BUSY).into(),
            Err(WorkError::Panicked) => Problem::internal().into(),
        })
    }
}

/// The limits of the admin listener.
pub(crate) fn limits() -> Limits {
    let (connections, connections_per_address) = (500, 100);
    Limits { body_bytes: 64 * 1024, answer_timeout: ANSWER, connections, connections_per_address, ..Limits::default() }
}

/// The cookies of the dashboard at `address`.
pub(crate) fn cookies(address: Option<SocketAddr>, is_secure: bool) -> CookieNames {
    CookieNames::new(address.map_or(0, |address| address.port()), is_secure)
}

impl Handler for AdminApi {
    async fn handle(&self, request: Request) -> Response {
        match (&request.method, request.path()) {
            (&Method::GET, "/healthz") => return Response::text("alive\n"),
            (&Method::GET, path) if path.starts_with("/assets/") => return asset(path),
            (&Method::GET, "/live") => return pages::live(&self.state, &request).await,
            _ => {}
        }
        let state = Arc::clone(&self.state);
        let response = match self.work.run(move || state.answer(&request)).await {
            Ok(response) => response,
            Err(WorkError::Busy) => Problem::busy(BUSY).into(),
            Err(WorkError::Panicked) => Problem::internal().into(),
        };
        no_store(response)
    }
}

impl AdminState {
    fn answer(&self, request: &Request) -> Response {
        let path = request.path();
        if path.starts_with("/api/") {
            return self.answer_program(request);
        }
        if path == "/metrics" {
            return self.answer_metrics(request);
        }
        pages::answer(self, request)
    }

    /// A call of the API: with a token alone, so that no page of another site can make one.
    fn answer_program(&self, request: &Request) -> Response {
        let caller = match self.program(request) {
            Ok(caller) => caller,
            Err(refused) => return *refused,
        };
        self.answer_call(request, &caller)
    }

    /// A call of someone who is known.
    fn answer_call(&self, request: &Request, caller: &Caller) -> Response {
        if (&request.method, request.path()) == (&Method::GET, DESCRIPTION) {
            return Response::new(StatusCode::OK, "application/json", api::description());
        }
        let (route, parameters) = match find(ROUTES, &request.method, request.path()) {
            Found::Route(route, parameters) => (route, parameters),
            Found::OtherMethods(allowed) => return Problem::method_not_allowed(allowed).into(),
            Found::Nothing => return Problem::not_found(request.path()).into(),
        };
        if !caller.may(route.role) {
            return not_allowed(caller.name(), route.role);
        }
        let call = Call { state: self, input: CallInput { request, parameters }, caller };
        let (actor, from, path) = (&caller.actor, request.client, request.path());
        match (route.answer)(&call) {
            Ok(response) => {
                tracing::info!(%actor, %from, method = %request.method, path, "answered");
                response
            }
            Err(problem) => {
                tracing::info!(%actor, %from, method = %request.method, path, code = problem.name(), "refused");
                problem.into()
            }
        }
    }

    /// Whose token comes with a request.
    fn program(&self, request: &Request) -> Result<Caller, Box<Response>> {
        let Some(text) = bearer(request) else { return Err(Box::new(token_required())) };
        if let Some(caller) = self.local.caller(text, request) {
            return Ok(caller);
        }
        let kept = self.sign_ins.accounts.read().map_err(|error| {
            tracing::error!(code = %error.code(), %error, "not answered");
            Box::new(Problem::internal().into())
        })?;
        let token = kept.token(text, self.now()).ok_or_else(|| Box::new(self.wrong_tokens.refuse(request.client)))?;
        let actor = format!("token:{}", token.name);
        Ok(Caller { actor, roles: token.roles.clone(), form_token: String::new() })
    }

    /// Metrics are for all programs of this machine; from elsewhere with a token.
    fn answer_metrics(&self, request: &Request) -> Response {
        if request.method != Method::GET {
            return Problem::method_not_allowed("GET, HEAD").into();
        }
        if !(request.peer.ip().is_loopback() && request.client.is_loopback())
            && let Err(refused) = self.program(request)
        {
            return *refused;
        }
        self.metrics(request)
    }
}

/// What went wrong with an answer, as a problem document.
pub(crate) fn failed(code: Code, status: StatusCode, detail: String) -> Problem {
    Problem::new(code.name(), status, code.meaning(), detail)
}

const DESCRIPTION: &str = "/api/v1/openapi.json";
/// Calls and pages that are made at a time.
const MAX_RUNNING: usize = 4;
const MAX_WAITING: usize = 128;
/// How long an answer may take: the doctor asks name servers.
const ANSWER: Duration = Duration::from_mins(2);
const BUSY: Duration = Duration::from_secs(10);
