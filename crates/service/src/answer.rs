//! One request of a connection: its body is read, the handler asked, the answer given back.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Version, header};
use http_body_util::Full;
use hyper::body::Incoming;
use tracing::Instrument;

use crate::activity::Activity;
use crate::body::{self, Fault, Rest};
use crate::counters::count;
use crate::idle::Load;
use crate::recording::Recording;
use crate::shared::Shared;
use crate::trace::RequestId;
use crate::{Problem, Request, Response, date};

/// What the requests of one connection have in common.
pub(crate) struct Conversation {
    pub(crate) server: Arc<Shared>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) peer: SocketAddr,
}

/// Answers one request, whatever happens.
pub(crate) async fn answer(
    conversation: Arc<Conversation>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let _in_flight = conversation.activity.begin(request.version());
    count(&conversation.server.counters.requests);
    let id = conversation.server.ids.next(request.headers());
    // Of the highest level, so that each line of the log about the request tells its id, whatever is logged.
    let span = tracing::error_span!("request", request = %id, trace = tracing::field::Empty);
    if id.is_traced() {
        span.record("trace", tracing::field::display(id.trace()));
    }
    let recording = Recording::begin(conversation.server.spans.as_ref(), id, &request);
    let (version, is_head) = (request.version(), request.method() == Method::HEAD);
    let (response, next) = conversation.answer(id, request).instrument(span).await;
    let response = naming(response, id);
    if let Some(recording) = recording {
        recording.end(response.status);
    }
    Ok(outgoing(if is_head { without_body(response) } else { response }, version, next))
}

impl Conversation {
    async fn answer(&self, id: RequestId, request: hyper::Request<Incoming>) -> (Response, Next) {
        let Self { server, activity, peer } = self;
        let (head, body) = request.into_parts();
        if head.version == Version::HTTP_11 && !names_one_host(&head.headers) {
            return (Problem::malformed(HOST).into(), Next::Close);
        }
        let body = match body::read(body, &server.limits, &server.looks, activity).await {
            Ok(body) => body,
            Err(Fault::TooLarge(rest)) => {
                let next = if rest == Rest::Discarded { Next::Open } else { Next::Close };
                return (Problem::too_large(server.limits.body_bytes).into(), next);
            }
            Err(Fault::Stalled) => return (Problem::timeout().into(), Next::Close),
            Err(Fault::Broken) => return (Problem::malformed(BROKEN).into(), Next::Close),
        };
        let client = server.trusted.client_address(peer.ip(), &head.headers);
        let method = if head.method == Method::HEAD { Method::GET } else { head.method };
        let request = Request { method, uri: head.uri, headers: head.headers, body, peer: *peer, client, id };
        let mut handled = server.handler.handle(request);
        let outcome = activity.within(server.looks.answer, pin!(caught(handled.as_mut()))).await;
        (self.response(outcome), server.next())
    }
}

/// An answer that names its request: in a header, and in a problem document as its instance (RFC 9457).
fn naming(response: Response, id: RequestId) -> Response {
    let response = response.with_header(RequestId::HEADER, id.into());
    if response.headers.get(header::CONTENT_TYPE).is_none_or(|media_type| media_type != Problem::MEDIA_TYPE) {
        return response;
    }
    match response.body.strip_suffix(b"}") {
        Some(members) => {
            let instance = format!(",\"instance\":\"urn:leasehold:request:{id}\"}}");
            let body = [members, instance.as_bytes()].concat().into();
            Response { body, ..response }
        }
        None => response,
    }
}

/// The answer to `HEAD`: what `GET` is answered, and instead of the body its length.
fn without_body(response: Response) -> Response {
    let length = HeaderValue::from(response.body.len());
    Response { body: Bytes::new(), ..response.with_header(header::CONTENT_LENGTH, length) }
}

/// Whether there is exactly one Host header, with a name, an address or nothing in it (RFC 9112 section 3.2).
fn names_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=:[]".contains(byte))
}

/// Whether the connection stays open after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Open,
    Close,
}

impl Shared {
    /// Idle connections must not hold the last permits: when these are scarce, each answer ends its connection.
    fn next(&self) -> Next {
        match self.load() {
            Load::Crowded => Next::Close,
            Load::Normal => Next::Open,
        }
    }
}

impl Conversation {
    fn response(&self, outcome: Option<thread::Result<Response>>) -> Response {
        let Self { server, peer, .. } = self;
        match outcome {
            Some(Ok(response)) => response,
            Some(Err(_)) => {
                count(&server.counters.panics);
                tracing::error!(%peer, "handler panicked");
                Problem::internal().into()
            }
            None => {
                tracing::warn!(%peer, timeout = ?server.limits.answer_timeout, "handler took too long");
                Problem::busy(BUSY).into()
            }
        }
    }
}

/// The future's output, or what it panicked with; then it is never looked at again, only dropped.
fn caught<F: Future + ?Sized>(mut future: Pin<&mut F>) -> impl Future<Output = thread::Result<F::Output>> {
    poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    })
}

fn outgoing(response: Response, version: Version, next: Next) -> hyper::Response<Full<Bytes>> {
    let mut outgoing = hyper::Response::new(Full::new(response.body));
    *outgoing.status_mut() = response.status;
    *outgoing.headers_mut() = response.headers;
    if let Some(date) = date::now() {
        outgoing.headers_mut().insert(header::DATE, date);
    }
    // HTTP/2 knows no such header, and ends a connection for all its requests at once.
    if next == Next::Close && version <= Version::HTTP_11 {
        outgoing.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    outgoing
}

const HOST: &str = "an HTTP/1.1 request names its host in exactly one Host header";
const BROKEN: &str = "the body broke off or its encoding is not valid: send the request again, whole";
/// When a client may ask again whose answer took too long.
const BUSY: Duration = Duration::from_secs(30);
