//! One request over HTTP and its reply, bounded in time and size.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::Span;
use ureq::http::{HeaderMap, StatusCode};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use crate::VERSION;
use crate::address::HostAddress;
use crate::error::{Error, Failure};
use crate::refused::Refused;

/// Why what answers is taken for no host.
#[derive(Debug, thiserror::Error)]
pub enum NotAHost {
    /// It answers with a status and a type of content that no host answers with.
    #[error("what answers is no Leasehold host: status {status}, content type {content_type:?}")]
    Reply {
        /// The HTTP status.
        status: u16,
        /// The type of content, shortened.
        content_type: String,
    },
    /// It says more than a host does.
    #[error("what answers is no Leasehold host: it answers with more than {most} bytes")]
    TooLarge {
        /// The most that is read.
        most: u64,
    },
    /// It answers with something that was not asked for.
    #[error("what answers is no Leasehold host: its answer belongs to another question")]
    Unasked,
    /// It says no without a reason that can be read.
    #[error("what answers is no Leasehold host: its problem document is none of Leasehold's")]
    Problem,
    /// It does not speak HTTP.
    #[error("what answers is no Leasehold host: {0}")]
    Protocol(#[source] io::Error),
}

/// Whose certificates are trusted for TLS.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trust {
    /// The public ones (Mozilla's).
    #[default]
    Public,
    /// These and no others.
    Only(Arc<Vec<Certificate<'static>>>),
}

/// How hosts are spoken with.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    direct: Agent,
    proxied: Agent,
}

/// What a host has answered.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A document.
    Document(Vec<u8>),
    /// Done, and nothing to say about it.
    Done,
    /// A reasoned no.
    Refused(Refused),
}

impl Trust {
    /// The certificates in a PEM file.
    pub(crate) fn only(pem: &[u8]) -> Result<Self, Error> {
        let items = parse_pem(pem).collect::<Result<Vec<_>, _>>().map_err(|_| Error::Authorities)?;
        let certificates: Vec<_> = items
            .into_iter()
            .filter_map(|item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None })
            .collect();
        if certificates.is_empty() { Err(Error::Authorities) } else { Ok(Self::Only(Arc::new(certificates))) }
    }
}

impl Exchange {
    pub(crate) fn new(trust: &Trust) -> Self {
        Self { direct: agent(trust, None), proxied: agent(trust, Proxy::try_from_env()) }
    }

    /// Sends a document and reads the answer.
    pub(crate) fn post(&self, address: &HostAddress, path: &str, document: &[u8]) -> Result<Reply, Failure> {
        let request = self.agent(address).post(address.url(path)).header("content-type", COSE);
        let response = request.header("accept", ACCEPT).send(document);
        read(response, MOST_BYTES)
    }

    /// Asks for a document; `held` is the number of the one that is held already.
    pub(crate) fn fetch(
        &self,
        address: &HostAddress,
        path: &str,
        held: Option<u64>,
        most: u64,
    ) -> Result<Reply, Failure> {
        let mut request = self.agent(address).get(address.url(path)).header("accept", ACCEPT);
        if let Some(number) = held {
            request = request.header("if-none-match", format!("\"{number}\""));
        }
        read(request.call(), most)
    }

    /// Nothing stands between a machine and itself, whatever the environment says of proxies.
    fn agent(&self, address: &HostAddress) -> &Agent {
        if address.is_loopback() { &self.direct } else { &self.proxied }
    }
}

fn agent(trust: &Trust, proxy: Option<Proxy>) -> Agent {
    let roots = match trust {
        Trust::Public => RootCerts::WebPki,
        Trust::Only(certificates) => RootCerts::Specific(Arc::clone(certificates)),
    };
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(proxy)
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(WHOLE))
        .user_agent(VERSION)
        .build()
        .new_agent()
}

type Response = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn read(response: Response, most: u64) -> Result<Reply, Failure> {
    let (head, mut body) = response.map_err(failure)?.into_parts();
    let status = head.status;
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        return Ok(Reply::Done);
    }
    let content_type = text(&head.headers, "content-type");
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let expected = if status == StatusCode::OK { COSE } else { PROBLEM };
    if essence != expected {
        let content_type = content_type.chars().filter(|c| !c.is_control()).take(80).collect();
        return Err(Failure::NotAHost(NotAHost::Reply { status: status.as_u16(), content_type }));
    }
    let bytes = body.with_config().limit(most).read_to_vec().map_err(failure)?;
    if status == StatusCode::OK {
        return Ok(Reply::Document(bytes));
    }
    let retry_after = text(&head.headers, "retry-after").parse().ok().map(Span::seconds);
    let refused = Refused::parse(status.as_u16(), &bytes, retry_after);
    refused.map(Reply::Refused).ok_or(Failure::NotAHost(NotAHost::Problem))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn failure(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::BodyExceedsLimit(most) => Failure::NotAHost(NotAHost::TooLarge { most }),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::Http(_) => {
            Failure::NotAHost(NotAHost::Protocol(error.into_io()))
        }
        ureq::Error::Rustls(tls) => tls_failure(&tls.clone(), io::Error::other(tls)),
        ureq::Error::Io(io) => match io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).cloned() {
            Some(tls) => tls_failure(&tls, io),
            None => Failure::Unreachable(io),
        },
        other => Failure::Unreachable(other.into_io()),
    }
}

/// A certificate has another remedy than a server that speaks no TLS at all.
fn tls_failure(tls: &rustls::Error, io: io::Error) -> Failure {
    match tls {
        rustls::Error::InvalidCertificate(_) => Failure::Untrusted(io),
        _ => Failure::NotAHost(NotAHost::Protocol(io)),
    }
}

const COSE: &str = "application/cose";
const PROBLEM: &str = "application/problem+json";
const ACCEPT: &str = "application/cose, application/problem+json";
/// More than any lease or certificate has.
const MOST_BYTES: u64 = 64 * 1_024;
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(30);
