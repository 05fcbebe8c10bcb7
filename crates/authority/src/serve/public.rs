//! What hosts and machines ask over the network (DESIGN section 7).

use std::mem;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use leasehold_core::KeyId;
use leasehold_core::activation::Refusal;
use leasehold_service::{
    Handler, HeaderValue, Method, Network, Problem, Rate, RateLimiter, Request, Response, StatusCode, WorkError,
    WorkQueue, client_address, header, rate_limit_key,
};
use leasehold_store::authority::{Actor, Stamp};
use leasehold_wire::Reason;
use tokio::time::Instant;

use super::problems::{certificate_ended, failure, problem, store_unavailable, too_many};
use super::{Options, Surroundings};
use crate::asking::Asking;
use crate::authority::Authority;
use crate::error::Error;
use crate::rotation::Stand;
use crate::{Approval, Granted};

/// Answers hosts and machines.
#[derive(Debug)]
pub(super) struct PublicApi {
    desk: Arc<Desk>,
    work: Arc<WorkQueue>,
    addresses: Option<RateLimiter>,
    trusted: Vec<Network>,
}

/// Where requests are decided, on threads that may block.
#[derive(Debug)]
pub(super) struct Desk {
    authority: Arc<Authority>,
    surroundings: Surroundings,
    keys: Option<RateLimiter>,
    began: Instant,
    store_works: AtomicBool,
    stand: Mutex<Stand>,
}

impl PublicApi {
    pub(super) fn new(desk: &Arc<Desk>, work: &Arc<WorkQueue>, options: &Options) -> Self {
        let (desk, work) = (Arc::clone(desk), Arc::clone(work));
        Self { desk, work, addresses: options.address_rate.map(RateLimiter::new), trusted: options.trusted.clone() }
    }

    /// Before anything that costs: those who ask too often are sent away.
    fn admit(&self, from: IpAddr) -> Result<(), Problem> {
        let Some(addresses) = &self.addresses else { return Ok(()) };
        addresses.take(rate_limit_key(from), self.desk.began.elapsed()).map_err(|wait| {
            tracing::debug!(%from, "too many requests from one address");
            too_many(wait, "too many requests came from this address: ask again after the time in retry-after")
        })
    }

    async fn decide(&self, request: Request, read: fn(&[u8]) -> Result<Asking, Error>) -> Response {
        let from = client_address(request.peer.ip(), &request.headers, &self.trusted);
        if let Err(problem) = self.admit(from) {
            return problem.into();
        }
        if !request.is_content_type(COSE) {
            return Problem::unsupported_media_type(COSE).into();
        }
        let desk = Arc::clone(&self.desk);
        self.done(move || desk.decide(&request.body, read, from)).await
    }

    async fn revocations(&self, request: &Request) -> Response {
        let from = client_address(request.peer.ip(), &request.headers, &self.trusted);
        if let Err(problem) = self.admit(from) {
            return problem.into();
        }
        let known = request.header(&header::IF_NONE_MATCH).map(str::to_owned);
        let desk = Arc::clone(&self.desk);
        self.done(move || desk.revocations(known.as_deref())).await
    }

    /// Does what blocks, where there is room for it.
    async fn done(&self, work: impl FnOnce() -> Response + Send + 'static) -> Response {
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
            (&Method::POST, "/v1/hosts") => self.decide(request, Asking::host).await,
            (&Method::POST, "/v1/machines") => self.decide(request, Asking::machine).await,
            (&Method::GET, "/v1/revocations") => self.revocations(&request).await,
            (&Method::GET, "/healthz") => Response::text("alive\n"),
            (&Method::GET, "/readyz") => self.desk.ready(),
            (_, "/v1/hosts" | "/v1/machines") => Problem::method_not_allowed("POST").into(),
            (_, "/v1/revocations" | "/healthz" | "/readyz") => Problem::method_not_allowed("GET").into(),
            (_, path) => Problem::not_found(path).into(),
        }
    }
}

impl Desk {
    pub(super) fn new(authority: Arc<Authority>, surroundings: Surroundings, key_rate: Option<Rate>) -> Self {
        let (keys, began) = (key_rate.map(RateLimiter::new), Instant::now());
        let (store_works, stand) = (AtomicBool::new(true), Mutex::new(Stand::Signs));
        Self { authority, surroundings, keys, began, store_works, stand }
    }

    /// Looks whether the store works and the authority may still sign, also while nobody asks.
    pub(super) fn look(&self) {
        let stand = self.authority.stand();
        self.note(&stand);
        if let Ok(stand) = stand {
            self.stands_as(stand);
        }
    }

    fn stands_as(&self, stand: Stand) {
        let before = mem::replace(&mut *self.stand.lock().unwrap_or_else(PoisonError::into_inner), stand);
        match stand {
            _ if stand == before => {}
            Stand::Signs => tracing::info!("the authority signs"),
            Stand::Followed => tracing::warn!("another authority has followed: start anew to sign with its key"),
            Stand::Revoked => tracing::error!("the authority was revoked: nothing is signed any more"),
        }
    }

    fn decide(&self, body: &[u8], read: fn(&[u8]) -> Result<Asking, Error>, from: IpAddr) -> Response {
        let asking = match read(body) {
            Ok(asking) => asking,
            Err(error) => {
                tracing::info!(%from, code = error.code(), %error, "not a request");
                return failure(&error).into();
            }
        };
        let (key, subject) = (asking.key(), asking.subject());
        let outcome = self.settle(&asking);
        self.note(&outcome);
        match outcome {
            Ok(Settled::Granted(granted)) => {
                let ordinals = granted.placement.ordinals();
                let (place, activation, again) = (ordinals.place, ordinals.activation, granted.placement.is_again());
                tracing::info!(%from, %key, %subject, place, activation, again, "granted");
                Response::new(StatusCode::OK, COSE, granted.document)
            }
            Ok(Settled::Refused(refusal)) => {
                tracing::info!(%from, %key, %subject, code = refusal.code(), "refused");
                problem(&refusal).into()
            }
            Ok(Settled::TooMany(wait)) => {
                tracing::info!(%from, %key, %subject, code = "too-many-requests", "refused");
                too_many(wait, "too many requests came with this product key: ask again after the time in retry-after")
                    .into()
            }
            Err(error) => {
                tracing::error!(%from, %key, %subject, code = error.code(), %error, "not answered");
                failure(&error).into()
            }
        }
    }

    /// The newest list; nothing of it where whoever asks has it.
    fn revocations(&self, known: Option<&str>) -> Response {
        let newest = self.authority.newest_revocations();
        self.note(&newest);
        let list = match newest {
            Ok(Some(list)) => list,
            Ok(None) => return Problem::none_yet("nothing was revoked yet").into(),
            Err(error) => {
                tracing::error!(code = error.code(), %error, "revocation list not read");
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

    fn settle(&self, asking: &Asking) -> Result<Settled, Error> {
        // Only requests of who holds a product key use up its allowance: strangers cannot lock its owner out.
        if !self.authority.proves(asking)? {
            return Ok(Settled::Refused(Refusal::UnknownKey));
        }
        if let Err(wait) = self.admit(asking.key()) {
            return Ok(Settled::TooMany(wait));
        }
        let by = Stamp { at: (self.surroundings.now)(), actor: Actor::Service };
        let approval = self.authority.settle(asking, by, &mut |bytes: &mut [u8]| (self.surroundings.random)(bytes))?;
        Ok(match approval {
            Approval::Granted(granted) => Settled::Granted(granted),
            Approval::Refused(refusal) => Settled::Refused(refusal),
        })
    }

    fn admit(&self, key: KeyId) -> Result<(), Duration> {
        self.keys.as_ref().map_or(Ok(()), |keys| keys.take(key, self.began.elapsed()))
    }

    fn ready(&self) -> Response {
        let now = (self.surroundings.now)();
        let stand = *self.stand.lock().unwrap_or_else(PoisonError::into_inner);
        match self.authority.holds_at(now) {
            Err(_) => certificate_ended().into(),
            Ok(()) if stand == Stand::Revoked => certificate_ended().into(),
            Ok(()) if !self.store_works.load(Ordering::Relaxed) => store_unavailable().into(),
            Ok(()) => Response::text(format!("ready until {}\n", self.authority.expires().unix())),
        }
    }

    fn note<T>(&self, outcome: &Result<T, Error>) {
        self.store_works.store(!matches!(outcome, Err(Error::Store(_))), Ordering::Relaxed);
        if let Err(Error::Certificate(Reason::Revoked)) = outcome {
            self.stands_as(Stand::Revoked);
        }
    }
}

/// Whether one of the tags of `If-None-Match` is `tag`; for this, weak ones are as good (RFC 9110 section 13.1.2).
fn matches_tag(known: &str, tag: &str) -> bool {
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}

/// What becomes of a request.
enum Settled {
    Granted(Box<Granted>),
    Refused(Refusal),
    TooMany(Duration),
}

const COSE: &str = "application/cose";
/// When those that found no room should come again.
const BUSY: Duration = Duration::from_secs(10);
