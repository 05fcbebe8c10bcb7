//! The client API (DESIGN section 5).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::standing::Revocation;
use leasehold_core::{Code, LeaseLength, Refusal, SignIn, Timestamp};
use leasehold_service::trace::{RequestId, Span};
use leasehold_service::{
    Bytes, Handler, HeaderName, HeaderValue, Method, Problem, Request, Response, StatusCode, header,
};
use leasehold_wire::request::Unverified;
use leasehold_wire::{Document, Reason};

use crate::health::SEAL;
use crate::hex;
use crate::job::{BatchTimes, ClientDocument, Follow, Job, Origin, Reply};
use crate::problems::problem;
use crate::reply_to;
use crate::shared::Shared;
use crate::stages::{Stage, start};
use crate::subscription::devices::Device;
use crate::users::{self, Transport};

/// Answers clients.
#[derive(Clone, Debug)]
pub(crate) struct ClientApi {
    pub(crate) shared: Arc<Shared>,
    /// How the host serves.
    pub(crate) transport: Transport,
}

impl Handler for ClientApi {
    async fn handle(&self, request: Request) -> Response {
        if request.path().starts_with("/v1/")
            && let Err(wait) = self.shared.rates.request(request.client)
        {
            self.shared.counters.rate_limited.fetch_add(1, Ordering::Relaxed);
            return too_many_requests(wait).into();
        }
        match (&request.method, request.path()) {
            (&Method::POST, "/v1/leases") => self.decide(request, ClientDocument::Request).await,
            (&Method::POST, "/v1/releases") => self.decide(request, ClientDocument::Release).await,
            (_, path) if path == "/v1/devices" || path.starts_with("/v1/devices/") => {
                users::devices(&self.shared, self.transport, &request).await
            }
            (&Method::GET, "/v1/sign-in") => users::terms(&self.shared),
            (&Method::GET, "/v1/host") => self.certificate(),
            (&Method::GET, "/v1/revocations") => self.revocations(),
            (&Method::GET, "/healthz") => with_version(Response::text("alive\n")),
            (&Method::GET, "/readyz") => with_version(self.ready()),
            (_, "/v1/leases" | "/v1/releases") => Problem::method_not_allowed("POST").into(),
            (_, "/v1/host" | "/v1/revocations" | "/v1/sign-in" | "/healthz" | "/readyz") => {
                Problem::method_not_allowed("GET, HEAD").into()
            }
            (_, path) => Problem::not_found(path).into(),
        }
    }
}

impl ClientApi {
    async fn decide<D: Document>(
        &self,
        request: Request,
        document: impl FnOnce(Box<leasehold_wire::request::Unpacked<D>>) -> ClientDocument,
    ) -> Response {
        if !request.is_content_type(COSE) {
            return Problem::unsupported_media_type(COSE).into();
        }
        let began = start();
        let unpacked = Unverified::<D>::parse(&request.body).and_then(Unverified::unpack);
        self.shared.stages.add(Stage::Decode, began, Some(request.id));
        let unpacked = match unpacked {
            Ok(unpacked) => Box::new(unpacked),
            Err(reason) => return unreadable(reason).into(),
        };
        let document = document(unpacked);
        let sign_in = match document.product() {
            Some(product) => users::sign_in(&self.shared, self.transport, &request, &product).await,
            None => Ok(SignIn::default()),
        };
        let sign_in = match sign_in {
            Ok(sign_in) => sign_in,
            Err(response) => return response,
        };
        let until = match until(&request) {
            Ok(until) => until,
            Err(problem) => return problem.into(),
        };
        let (reply, answer) = reply_to::channel();
        let follow = Follow { id: Some(request.id), span: tracing::Span::current() };
        let job = Job { document, origin: Origin::Network(request.client), sign_in, until, follow, reply };
        if self.shared.arrived.offer(job).is_err() {
            return Problem::busy(BUSY).into();
        }
        let Ok((reply, times)) = answer.await else { return Problem::internal().into() };
        if let Some(times) = times {
            self.record(request.id, &times);
        }
        respond(reply)
    }

    /// Tells the collector where the time of a request's batch went, where the request is traced.
    fn record(&self, id: RequestId, times: &BatchTimes) {
        let Some(spans) = self.shared.spans().filter(|spans| spans.covers(&id)) else { return };
        for (stage, between) in times.stages() {
            spans.offer(Span::part(id, (stage as u64, stage.name()), between));
        }
    }

    fn certificate(&self) -> Response {
        match self.shared.identity() {
            Some(identity) => {
                let response = with_version(cose(Bytes::copy_from_slice(identity.presented())));
                self.with_seal(response)
            }
            None => with_version(problem(&Refusal::HostNotActivated).into()),
        }
    }

    /// The newest seal, by which a copy of this host is told from it. Every lease names its seal, so none learns more here.
    fn with_seal(&self, response: Response) -> Response {
        let seal = self.shared.mark().map(|mark| format!("{} {}", mark.tip.number, hex::encode(&mark.tip.seal)));
        match seal.and_then(|seal| HeaderValue::try_from(seal).ok()) {
            Some(seal) => response.with_header(HeaderName::from_static(SEAL), seal),
            None => response,
        }
    }

    fn revocations(&self) -> Response {
        let identity = self.shared.identity();
        match identity.as_ref().and_then(|identity| identity.revocations()) {
            Some(list) => cose(Bytes::copy_from_slice(list)),
            None => Problem::none_yet("the host holds no revocation list").into(),
        }
    }

    fn ready(&self) -> Response {
        let now = self.shared.clock.now();
        if !self.shared.store_works.load(Ordering::Relaxed) {
            return store_unavailable().into();
        }
        match self.shared.identity() {
            Some(identity) if identity.own_revocation() == Revocation::Revoked => problem(&Refusal::Revoked).into(),
            Some(identity) if identity.grants_at(now).is_some() => Response::text("ready\n"),
            Some(_) | None => problem(&Refusal::HostNotActivated).into(),
        }
    }
}

fn respond(reply: Reply) -> Response {
    match reply {
        Reply::Lease(bytes) => cose(bytes),
        Reply::Released => Response::empty(StatusCode::NO_CONTENT),
        Reply::Refused { refusal, document, devices } => {
            let mut problem = problem(&refusal);
            if !devices.is_empty() {
                problem = problem.with("devices", devices.iter().map(Device::to_json).collect::<Vec<_>>());
            }
            if let Some(document) = document {
                problem = problem.with("document", Base64UrlUnpadded::encode_string(&document));
            }
            problem.into()
        }
        Reply::BadSignature => unreadable(Reason::BadSignature).into(),
        Reply::TooManyRequests(wait) => too_many_requests(wait).into(),
        Reply::StoreUnavailable => store_unavailable().into(),
    }
}

/// Until when the lease is wanted, where the client says so.
fn until(request: &Request) -> Result<Option<Timestamp>, Problem> {
    let mut values = request.headers.get_all(UNTIL).into_iter();
    let Some(first) = values.next() else { return Ok(None) };
    let only = values.next().is_none().then(|| first.to_str().ok()).flatten();
    let until = only.and_then(LeaseLength::read_until);
    until.map(Some).ok_or_else(|| Problem::malformed(format!("{UNTIL}: one time is wanted, in seconds since 1970")))
}

/// A document that is not even looked into.
fn unreadable(reason: Reason) -> Problem {
    let (code, status) = match reason {
        Reason::Malformed(_) => (Code::Malformed, StatusCode::BAD_REQUEST),
        _ => (Code::BadSignature, StatusCode::UNAUTHORIZED),
    };
    Problem::new(code.name(), status, code.meaning(), reason.to_string())
}

fn too_many_requests(wait: Duration) -> Problem {
    let code = Code::TooManyRequests;
    Problem::new(code.name(), StatusCode::TOO_MANY_REQUESTS, code.meaning(), code.hint()).with_retry_after(wait)
}

fn store_unavailable() -> Problem {
    let code = Code::StoreUnavailable;
    Problem::new(code.name(), StatusCode::SERVICE_UNAVAILABLE, code.meaning(), code.hint()).with_retry_after(BUSY)
}

fn cose(bytes: Bytes) -> Response {
    Response::new(StatusCode::OK, COSE, bytes)
}

/// The program says its version where it says who and how it is.
fn with_version(response: Response) -> Response {
    let version = concat!("leasehold/", env!("CARGO_PKG_VERSION"));
    response.with_header(header::SERVER, HeaderValue::from_static(version))
}

/// The header in which a client says until when it wants its lease.
const UNTIL: &str = "leasehold-until";
const COSE: &str = "application/cose";
/// When a client that found no room should come again.
const BUSY: Duration = Duration::from_mins(1);
