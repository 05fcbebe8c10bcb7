//! What hosts, machines and administrators of directories ask over the network (DESIGN section 7).

use std::mem;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leasehold_core::activation::Refusal;
use leasehold_core::{Clock, Code, KeyId, Rng};
use leasehold_service::{
    Handler, HeaderValue, Method, Problem, Rate, RateLimiter, Request, Response, StatusCode, WorkError, WorkQueue,
    header, rate_limit_key,
};
use leasehold_store::authority::{Actor, Stamp};
use leasehold_wire::Reason;
use tokio::time::Instant;

use super::Options;
use super::problems::{certificate_ended, failure, problem, store_unavailable, too_many};
use crate::activation_request::ActivationRequest;
use crate::authority::{Authority, AuthorityStatus};
use crate::error::Error;
use crate::{Approval, Granted};

/// Answers hosts and machines.
#[derive(Debug)]
pub(super) struct PublicApi {
    state: Arc<PublicState>,
    work: Arc<WorkQueue>,
    addresses: Option<RateLimiter>,
}

/// Where requests are decided, on threads that may block.
#[derive(Debug)]
pub(super) struct PublicState {
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    keys: Option<RateLimiter>,
    began: Instant,
    store_works: AtomicBool,
    status: Mutex<AuthorityStatus>,
}

impl PublicApi {
    pub(super) fn new(state: &Arc<PublicState>, work: &Arc<WorkQueue>, options: &Options) -> Self {
        let (state, work) = (Arc::clone(state), Arc::clone(work));
        Self { state, work, addresses: options.address_rate.map(RateLimiter::new) }
    }

    /// Refuses addresses that ask too often, before anything that costs.
    fn admit(&self, from: IpAddr) -> Result<(), Problem> {
        let Some(addresses) = &self.addresses else { return Ok(()) };
        addresses.take(rate_limit_key(from), self.state.began.elapsed()).map_err(|wait| {
            tracing::debug!(%from, "too many requests from one address");
            too_many(wait, "too many requests came from this address: ask again after the time in retry-after")
        })
    }

    async fn decide(&self, request: Request, read: fn(&[u8]) -> Result<ActivationRequest, Error>) -> Response {
        let from = request.client;
        if let Err(problem) = self.admit(from) {
            return problem.into();
        }
        if !request.is_content_type(COSE) {
            return Problem::unsupported_media_type(COSE).into();
        }
        let state = Arc::clone(&self.state);
        self.run(move || state.decide(&request.body, read, from)).await
    }

    async fn revocations(&self, request: &Request) -> Response {
        if let Err(problem) = self.admit(request.client) {
            return problem.into();
        }
        let known = request.header(&header::IF_NONE_MATCH).map(str::to_owned);
        let state = Arc::clone(&self.state);
        self.run(move || state.revocations(known.as_deref())).await
    }

    /// Runs blocking work, unless the queue is full.
    async fn run(&self, work: impl FnOnce() -> Response + Send + 'static) -> Response {
        match self.work.run(work).await {
            Ok(response) => response,
            Err(WorkError::Busy) => Problem::busy(BUSY).into(),
            Err(WorkError::Panicked) => Problem::internal().into(),
        }
    }
}

impl Handler for PublicApi {
    async fn handle(&self, request: Request) -> Response {
        match (&request.method, request.path()) {
            (&Method::POST, "/v1/hosts") => self.decide(request, ActivationRequest::host).await,
            (&Method::POST, "/v1/machines") => self.decide(request, ActivationRequest::machine).await,
            (&Method::POST, "/v1/directories") => self.decide(request, ActivationRequest::directory).await,
            (&Method::GET, "/v1/revocations") => self.revocations(&request).await,
            (&Method::GET, "/healthz") => with_version(Response::text("alive\n")),
            (&Method::GET, "/readyz") => with_version(self.state.ready()),
            (_, "/v1/hosts" | "/v1/machines" | "/v1/directories") => Problem::method_not_allowed("POST").into(),
            (_, "/v1/revocations" | "/healthz" | "/readyz") => Problem::method_not_allowed("GET, HEAD").into(),
            (_, path) => Problem::not_found(path).into(),
        }
    }
}

impl PublicState {
    pub(super) fn new(
        (authority, clock, rng): (Arc<Authority>, Arc<dyn Clock>, Arc<dyn Rng>),
        key_rate: Option<Rate>,
    ) -> Self {
        let (keys, began) = (key_rate.map(RateLimiter::new), Instant::now());
        let (store_works, status) = (AtomicBool::new(true), Mutex::new(AuthorityStatus::Active));
        Self { authority, clock, rng, keys, began, store_works, status }
    }

    /// Checks that the store works and that the authority may still sign.
    pub(super) fn check(&self) {
        let status = self.authority.status();
        self.note(&status);
        if let Ok(status) = status {
            self.set_status(status);
        }
    }

    fn set_status(&self, status: AuthorityStatus) {
        let before = mem::replace(&mut *self.status.lock().unwrap_or_else(PoisonError::into_inner), status);
        match status {
            _ if status == before => {}
            AuthorityStatus::Active => tracing::info!("the authority signs"),
            AuthorityStatus::Superseded => {
                tracing::warn!("another authority has superseded this one: restart to sign with its key");
            }
            AuthorityStatus::Revoked => tracing::error!("the authority was revoked: nothing is signed any more"),
        }
    }

    fn decide(&self, body: &[u8], read: fn(&[u8]) -> Result<ActivationRequest, Error>, from: IpAddr) -> Response {
        let request = match read(body) {
            Ok(request) => request,
            Err(error) => {
                tracing::info!(%from, code = %error.code(), %error, "not a request");
                return failure(&error).into();
            }
        };
        let (key, subject) = (request.key(), request.subject());
        let outcome = self.handle_request(&request);
        self.note(&outcome);
        match outcome {
            Ok(Outcome::Granted(granted)) => {
                let ordinals = granted.placement.ordinals();
                let (place, activation, again) = (ordinals.place, ordinals.activation, granted.placement.is_again());
                tracing::info!(%from, %key, %subject, place, activation, again, "granted");
                Response::new(StatusCode::OK, COSE, granted.document)
            }
            Ok(Outcome::Refused(refusal)) => {
                tracing::info!(%from, %key, %subject, code = %refusal.code(), "refused");
                problem(&refusal).into()
            }
            Ok(Outcome::TooMany(wait)) => {
                tracing::info!(%from, %key, %subject, code = %Code::TooManyRequests, "refused");
                too_many(wait, "too many requests came with this product key: ask again after the time in retry-after")
                    .into()
            }
            Err(error) => {
                tracing::error!(%from, %key, %subject, code = %error.code(), %error, "not answered");
                failure(&error).into()
            }
        }
    }

    /// The newest list; only its number where the client has it already.
    fn revocations(&self, known: Option<&str>) -> Response {
        let newest = self.authority.newest_revocations();
        self.note(&newest);
        let list = match newest {
            Ok(Some(list)) => list,
            Ok(None) => return Problem::none_yet("nothing was revoked yet").into(),
            Err(error) => {
                tracing::error!(code = %error.code(), %error, "revocation list not read");
                return failure(&error).into();
            }
        };
        let tag = format!("\"{}\"", list.number);
        let has = known.is_some_and(|known| known.split(',').any(|one| matches_tag(one.trim(), &tag)));
        let response = if has {
            Response::empty(StatusCode::NOT_MODIFIED)
        } else {
            Response::new(StatusCode::OK, COSE, list.document)
        };
        match HeaderValue::try_from(tag) {
            Ok(tag) => response.with_header(header::ETAG, tag),
            Err(_) => response,
        }
    }

    fn handle_request(&self, request: &ActivationRequest) -> Result<Outcome, Error> {
        // Only requests with a valid proof count against a product key's rate: strangers cannot lock its owner out.
        if !self.authority.proves(request)? {
            return Ok(Outcome::Refused(Refusal::UnknownKey));
        }
        if let Err(wait) = self.admit(request.key()) {
            return Ok(Outcome::TooMany(wait));
        }
        let by = Stamp { at: self.clock.now(), actor: Actor::Service };
        let approval = self.authority.approve_request(request, by, &*self.rng)?;
        Ok(match approval {
            Approval::Granted(granted) => Outcome::Granted(granted),
            Approval::Refused(refusal) => Outcome::Refused(refusal),
        })
    }

    fn admit(&self, key: KeyId) -> Result<(), Duration> {
        self.keys.as_ref().map_or(Ok(()), |keys| keys.take(key, self.began.elapsed()))
    }

    fn ready(&self) -> Response {
        let now = self.clock.now();
        let status = *self.status.lock().unwrap_or_else(PoisonError::into_inner);
        match self.authority.check_valid_at(now) {
            Err(_) => certificate_ended().into(),
            Ok(()) if status == AuthorityStatus::Revoked => certificate_ended().into(),
            Ok(()) if !self.store_works.load(Ordering::Relaxed) => store_unavailable().into(),
            Ok(()) => Response::text(format!("ready until {}\n", self.authority.expires().unix())),
        }
    }

    fn note<T>(&self, outcome: &Result<T, Error>) {
        self.store_works.store(!matches!(outcome, Err(Error::Store(_))), Ordering::Relaxed);
        if let Err(Error::Certificate(Reason::Revoked)) = outcome {
            self.set_status(AuthorityStatus::Revoked);
        }
    }
}

/// Whether one of the tags of `If-None-Match` is `tag`; for this, weak ones are as good (RFC 9110 section 13.1.2).
fn matches_tag(known: &str, tag: &str) -> bool {
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}

/// The decision on a request.
enum Outcome {
    Granted(Box<Granted>),
    Refused(Refusal),
    TooMany(Duration),
}

/// The program says its version where it says how it is.
fn with_version(response: Response) -> Response {
    let version = concat!("leasehold/", env!("CARGO_PKG_VERSION"));
    response.with_header(header::SERVER, HeaderValue::from_static(version))
}

const COSE: &str = "application/cose";
/// How long to wait before asking again when the queue is full.
const BUSY: Duration = Duration::from_secs(10);
