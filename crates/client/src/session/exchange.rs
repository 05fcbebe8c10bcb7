//! One request over HTTP and its reply, bounded in time and size.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64ct::{Base64, Encoding};
use leasehold_core::Span;
use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy, RequestBuilder, Timeout};

use crate::VERSION;
use crate::address::{HostAddress, Scheme};
use crate::agent::courier::{self, Courier};
use crate::agent::fault::AgentFault;
use crate::agent::protocol::CarriedReply;
use crate::error::failure::Failure;
use crate::provider::tokens::Token;
use crate::refused::{Refused, readable};
use crate::session::host::route::{Reach, Route};
use crate::session::proxy::{Direct, Proxies, ProxyCause, ProxyFault, Setting, Way};
use crate::session::tls::{self, TlsFault};
use crate::session::trust::Trust;

/// Why an answer is not one of a host or an authority.
#[derive(Debug, thiserror::Error)]
pub enum NotAHost {
    /// No server of Leasehold answers with this status and content type.
    #[error("status {status}, content type {content_type:?}")]
    Reply {
        /// The HTTP status.
        status: u16,
        /// The type of content, shortened.
        content_type: String,
    },
    /// The answer is too large.
    #[error("it answers with more than {max} bytes")]
    TooLarge {
        /// The most bytes that are read.
        max: u64,
    },
    /// The answer is not of the kind that was asked for.
    #[error("its answer is not of the kind that was asked for")]
    Unasked,
    /// The refusal is no problem document of Leasehold's.
    #[error("its problem document is not Leasehold's")]
    Problem,
    /// It does not speak HTTP.
    #[error("it does not speak HTTP as a server does ({0})")]
    Protocol(#[source] io::Error),
    /// It does not speak TLS as this program does.
    #[error("TLS cannot be agreed with it ({0})")]
    Tls(#[source] io::Error),
    /// It sends the request elsewhere.
    #[error("it answers {status} and sends the request to {location}")]
    Elsewhere {
        /// The HTTP status.
        status: u16,
        /// Where to, shortened.
        location: String,
    },
}

/// The HTTP client for hosts and authorities.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    trust: Trust,
    connect: Duration,
    proxies: Arc<Proxies>,
    /// What carries requests where this process may not use the network.
    courier: Courier,
    /// For TLS. Made when they are first needed: the platform's certificates take a while to read.
    secure: Arc<OnceLock<Agents>>,
    /// For hosts without TLS.
    plain: Arc<OnceLock<Agents>>,
}

#[derive(Debug)]
struct Agents {
    direct: Agent,
    proxied: Agent,
}

/// The system's resolver; every error about a name means that it was not found.
#[derive(Debug, Default)]
struct SystemResolver(DefaultResolver);

/// A resolver that knows one address.
#[derive(Clone, Copy, Debug)]
struct PinnedResolver(SocketAddr);

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A document.
    Document(Vec<u8>),
    /// Done, without a body.
    Done,
    /// A refusal.
    Refused(Refused),
}

impl Exchange {
    /// An exchange in which one address may take `connect` to accept a connection.
    pub(crate) fn new(trust: Trust, connect: Duration) -> Self {
        let proxies = Arc::new(Proxies::from_environment());
        Self { trust, connect, proxies, courier: Courier::none(), secure: Arc::default(), plain: Arc::default() }
    }

    /// The same where `courier` carries requests, too.
    pub(crate) fn carried_by(self, courier: Courier) -> Self {
        Self { courier, ..self }
    }

    fn agents(&self, address: &HostAddress) -> &Agents {
        let agents = |roots: RootCerts| {
            let proxied = agent(roots.clone(), self.proxies.of_scheme(address.scheme()), self.connect);
            Agents { direct: agent(roots, None, self.connect), proxied }
        };
        if address.is_secure() {
            self.secure.get_or_init(|| agents(self.trust.roots()))
        } else {
            self.plain.get_or_init(|| agents(RootCerts::WebPki))
        }
    }

    /// Sends a document and reads the answer, all within `timeout`.
    pub(crate) fn post(&self, route: &Route, path: &str, document: &[u8], timeout: Duration) -> Result<Reply, Failure> {
        self.post_as(route, path, document, None, timeout)
    }

    /// The same for the user of this token.
    pub(crate) fn post_as(
        &self,
        route: &Route,
        path: &str,
        document: &[u8],
        token: Option<&Token>,
        timeout: Duration,
    ) -> Result<Reply, Failure> {
        interpret(&self.post_raw(route, path, document, token, timeout)?)
    }

    /// The same; the answer as it came.
    pub(crate) fn post_raw(
        &self,
        route: &Route,
        path: &str,
        document: &[u8],
        token: Option<&Token>,
        timeout: Duration,
    ) -> Result<CarriedReply, Failure> {
        if route.reach == Reach::ByAgent {
            return self.courier.send(&route.address, path, document, timeout).map_err(Failure::Agent);
        }
        let request = self.agent(route)?.post(route.address.url(path)).header("content-type", COSE);
        let request = authorised(request.config().timeout_global(Some(timeout)).build(), token);
        self.read(route, request.header("accept", ACCEPT).send(document), MAX_BYTES)
    }

    /// Asks for a document, within `timeout`; `held` is the number of the one that is held already.
    pub(crate) fn fetch(
        &self,
        route: &Route,
        path: &str,
        held: Option<u64>,
        max: u64,
        timeout: Duration,
    ) -> Result<Reply, Failure> {
        interpret(&self.fetch_raw(route, path, held, max, timeout)?)
    }

    /// The same; the answer as it came.
    pub(crate) fn fetch_raw(
        &self,
        route: &Route,
        path: &str,
        held: Option<u64>,
        max: u64,
        timeout: Duration,
    ) -> Result<CarriedReply, Failure> {
        if route.reach == Reach::ByAgent {
            return self.courier.fetch(&route.address, path, held, timeout).map_err(Failure::Agent);
        }
        let request = self.agent(route)?.get(route.address.url(path)).header("accept", ACCEPT);
        let mut request = request.config().timeout_global(Some(timeout)).build();
        if let Some(number) = held {
            request = request.header("if-none-match", format!("\"{number}\""));
        }
        self.read(route, request.call(), max)
    }

    /// As [`Self::fetch`], with the time that the answer carries.
    pub(crate) fn fetch_with_date(
        &self,
        route: &Route,
        path: &str,
        timeout: Duration,
    ) -> (Option<String>, Result<Reply, Failure>) {
        match self.fetch_raw(route, path, None, MAX_BYTES, timeout) {
            Ok(reply) => (Some(reply.date.clone()).filter(|date| !date.is_empty()), interpret(&reply)),
            Err(failure) => (None, Err(failure)),
        }
    }

    /// The proxy that stands on the way, or why none does. None is used to reach this machine itself, whatever the environment
    /// says, nor a host that its own network names.
    pub(crate) fn way(&self, route: &Route) -> Way<'_> {
        if route.source.is_found() { Way::Direct(Direct::Found) } else { self.proxies.way_to(&route.address) }
    }

    /// The proxy on the way, without its credentials.
    pub(crate) fn proxy(&self, route: &Route) -> Option<String> {
        match self.way(route) {
            Way::Through(setting) => Some(setting.address()),
            Way::Direct(_) => None,
        }
    }

    /// Whether the environment sets any proxy.
    pub(crate) fn has_proxies(&self) -> bool {
        [Scheme::Http, Scheme::Https].into_iter().any(|scheme| self.proxies.of_scheme(scheme).is_some())
    }

    /// The variables that name no proxy that could be used.
    pub(crate) fn unusable_proxies(&self) -> &[&'static str] {
        self.proxies.unusable()
    }

    /// What carries requests where this process may not use the network.
    pub(crate) fn courier(&self) -> &Courier {
        &self.courier
    }

    /// How long one address may take to accept a connection.
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.connect
    }

    fn read(&self, route: &Route, response: Response, max: u64) -> Result<CarriedReply, Failure> {
        read(response, max).map_err(|failure| self.blame(route, failure))
    }

    pub(super) fn blame(&self, route: &Route, failure: Failure) -> Failure {
        match self.way(route) {
            Way::Through(setting) => blame_proxy(setting, failure),
            Way::Direct(_) => failure,
        }
    }

    pub(super) fn agent(&self, route: &Route) -> Result<Agent, Failure> {
        match route.reach {
            // Documents alone are carried.
            Reach::ByAgent | Reach::Nowhere => Err(Failure::NameNotFound),
            Reach::At(socket) => Ok(Agent::with_parts(
                self.agents(&route.address).direct.config().clone(),
                DefaultConnector::new(),
                PinnedResolver(socket),
            )),
            Reach::ByName => match self.way(route) {
                Way::Through(_) => Ok(self.agents(&route.address).proxied.clone()),
                Way::Direct(_) => Ok(self.agents(&route.address).direct.clone()),
            },
        }
    }
}

impl Resolver for SystemResolver {
    fn resolve(&self, uri: &Uri, config: &Config, left: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, left).map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })
    }
}

impl Resolver for PinnedResolver {
    fn resolve(&self, _uri: &Uri, _config: &Config, _left: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(self.0);
        Ok(addresses)
    }
}

fn agent(roots: RootCerts, proxy: Option<Proxy>, connect: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .timeout_resolve(Some(RESOLVE))
        .timeout_connect(Some(connect))
        .user_agent(VERSION)
        .build();
    Agent::with_parts(config, DefaultConnector::new(), SystemResolver::default())
}

pub(super) type Response = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

/// The answer as it came. A body is read where one of its type is expected.
fn read(response: Response, max: u64) -> Result<CarriedReply, Failure> {
    let (head, mut body) = response.map_err(failure)?.into_parts();
    let header = |name| text(&head.headers, name).to_owned();
    let reply = CarriedReply {
        status: head.status.as_u16(),
        content_type: header("content-type"),
        retry_after: header("retry-after"),
        location: head.headers.contains_key("location").then(|| header("location")),
        date: header("date"),
        body: String::new(),
    };
    if !has_document(&reply) {
        return Ok(reply);
    }
    let bytes = body.with_config().limit(max).read_to_vec().map_err(failure)?;
    Ok(CarriedReply { body: Base64::encode_string(&bytes), ..reply })
}

/// Whether the body is a document, or a problem where the status says so.
fn has_document(reply: &CarriedReply) -> bool {
    let essence = reply.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    !is_empty(reply.status) && essence == if reply.status == 200 { COSE } else { PROBLEM }
}

/// Answers that have no body: 204, 304.
const fn is_empty(status: u16) -> bool {
    matches!(status, 204 | 304)
}

/// What an answer says.
fn interpret(reply: &CarriedReply) -> Result<Reply, Failure> {
    if is_empty(reply.status) {
        return Ok(Reply::Done);
    }
    if !has_document(reply) {
        return Err(unexpected(reply.status, &reply.content_type, reply.location.as_deref()));
    }
    let bytes = courier::body(reply).ok_or(Failure::Agent(AgentFault::Malformed))?;
    if reply.status == 200 {
        return Ok(Reply::Document(bytes));
    }
    let retry_after = reply.retry_after.parse().ok().map(Span::seconds);
    let refused = Refused::parse(reply.status, &bytes, retry_after);
    refused.map(Reply::Refused).ok_or(Failure::NotAHost(NotAHost::Problem))
}

/// Why an answer is not of the type that was asked for.
pub(super) fn unexpected(status: u16, content_type: &str, location: Option<&str>) -> Failure {
    if let 407 | 502..=504 = status {
        return Failure::Gateway { status };
    }
    if let Some(location) = location.filter(|_| (300..400).contains(&status)) {
        let location = readable(location).chars().take(80).collect();
        return Failure::NotAHost(NotAHost::Elsewhere { status, location });
    }
    let content_type = content_type.chars().filter(|c| !c.is_control()).take(80).collect();
    Failure::NotAHost(NotAHost::Reply { status, content_type })
}

pub(super) fn authorised<B>(request: RequestBuilder<B>, token: Option<&Token>) -> RequestBuilder<B> {
    match token {
        Some(token) => request.header("authorization", format!("Bearer {}", token.as_str())),
        None => request,
    }
}

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

pub(super) fn failure(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::Timeout(Timeout::Connect) => Failure::Unreachable(ErrorKind::TimedOut.into()),
        ureq::Error::HostNotFound | ureq::Error::Timeout(Timeout::Resolve) => Failure::NameNotFound,
        ureq::Error::Timeout(_) => Failure::Silent,
        ureq::Error::BodyExceedsLimit(max) => Failure::NotAHost(NotAHost::TooLarge { max }),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::Http(_) => {
            Failure::NotAHost(NotAHost::Protocol(error.into_io()))
        }
        ureq::Error::ConnectProxyFailed(words) => {
            Failure::Proxy(ProxyFault { proxy: String::new(), cause: ProxyCause::of_words(&words) })
        }
        ureq::Error::Rustls(error) => tls_failure(&error.clone(), io::Error::other(error)),
        ureq::Error::Io(io) => match io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).cloned() {
            Some(error) => tls_failure(&error, io),
            None => Failure::Unreachable(io),
        },
        other => Failure::Unreachable(other.into_io()),
    }
}

/// A certificate that is not trusted has another remedy than a server without TLS.
fn tls_failure(error: &rustls::Error, io: io::Error) -> Failure {
    match TlsFault::of(error) {
        Some(fault) => Failure::Untrusted(fault),
        None if tls::is_plain(error) => Failure::PlainHttp,
        None => Failure::NotAHost(NotAHost::Tls(io)),
    }
}

/// Where a proxy stands between, no connection is one to the proxy: the server was never asked.
fn blame_proxy(setting: &Setting, failure: Failure) -> Failure {
    let cause = match failure {
        Failure::NameNotFound => ProxyCause::NoAddress,
        Failure::Unreachable(error) if error.kind() != ErrorKind::UnexpectedEof => ProxyCause::Unreachable(error),
        Failure::Proxy(ProxyFault { cause, .. }) => cause,
        other => return other,
    };
    Failure::Proxy(ProxyFault { proxy: setting.to_string(), cause })
}

const COSE: &str = "application/cose";
const PROBLEM: &str = "application/problem+json";
const ACCEPT: &str = "application/cose, application/problem+json";
/// More than any lease or certificate has.
pub(crate) const MAX_BYTES: u64 = 64 * 1_024;
/// How long a host that was set, or an authority, may take for one answer (DESIGN section 6).
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// The same for a host that was found.
pub(crate) const TIMEOUT_FOUND: Duration = Duration::from_secs(10);
/// How long a name may take to be looked up.
pub(crate) const RESOLVE: Duration = Duration::from_secs(5);
