//! One question sent over HTTP and its answer read, bounded in time and size.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderMap, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::typestate::{WithBody, WithoutBody};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy, RequestBuilder, Timeout};

use crate::VERSION;
use crate::error::failure::{Failure, NotAHost};
use crate::error::proxy::{ProxyCause, ProxyFault};
use crate::error::tls::{self, TlsFault};
use crate::exchange::question::{Body, Question};
use crate::exchange::reply::HttpReply;

/// The system's resolver; every error about a name means that it was not found.
#[derive(Debug, Default)]
struct SystemResolver(DefaultResolver);

/// A resolver that knows one address.
#[derive(Clone, Copy, Debug)]
struct PinnedResolver(SocketAddr);

/// What sends to addresses that the system looks up, each of which may take `connect` to accept a connection.
pub(super) fn agent(roots: RootCerts, proxy: Option<Proxy>, connect: Duration) -> Agent {
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

/// The same, to this address whatever the name.
pub(super) fn pinned(agent: &Agent, socket: SocketAddr) -> Agent {
    Agent::with_parts(agent.config().clone(), DefaultConnector::new(), PinnedResolver(socket))
}

/// Sends the question and reads the answer.
pub(super) fn send(agent: &Agent, url: String, question: &Question<'_>) -> Result<HttpReply, Failure> {
    let with_body = |request: RequestBuilder<WithBody>| headed(request, question);
    let without = |request: RequestBuilder<WithoutBody>| headed(request, question).call();
    let response = match question.body {
        Body::Document(document) => with_body(agent.post(url)).send(document),
        Body::Form(form) | Body::FormAs { form, .. } => with_body(agent.post(url)).send(form),
        Body::Held(_) | Body::Nothing => without(agent.get(url)),
        Body::Delete => without(agent.delete(url)),
    };
    let (head, mut body) = response.map_err(failure)?.into_parts();
    let header = |name| text(&head.headers, name).to_owned();
    let reply = HttpReply {
        status: head.status.as_u16(),
        content_type: header("content-type"),
        retry_after: header("retry-after"),
        location: head.headers.contains_key("location").then(|| header("location")),
        date: header("date"),
        body: Vec::new(),
    };
    if !reply.answers(&question.body) {
        return Ok(reply);
    }
    let body = body.with_config().limit(question.max).read_to_vec().map_err(failure)?;
    Ok(HttpReply { body, ..reply })
}

fn headed<B>(request: RequestBuilder<B>, question: &Question<'_>) -> RequestBuilder<B> {
    let request = request.config().timeout_global(Some(question.timeout)).build();
    let request = request.header("accept", question.accept());
    question.headers().into_iter().fold(request, |request, (name, value)| request.header(name, value))
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

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn failure(error: ureq::Error) -> Failure {
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

/// How long a name may take to be looked up.
pub(crate) const RESOLVE: Duration = Duration::from_secs(5);
