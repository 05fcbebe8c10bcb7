//! Why one host has not answered, or its answer does not count.

use std::io;

use leasehold_core::Code;
use leasehold_core::clock::ClockSkew;
use leasehold_wire::Reason;

use crate::error::agent::AgentFault;
use crate::error::describe_io;
use crate::error::proxy::ProxyFault;
use crate::error::tls::TlsFault;
use crate::refused::Refused;
use crate::route::Route;

/// A host that was tried and has not answered.
#[derive(Debug, thiserror::Error)]
#[error("host {route}{}: {failure}", describe_proxy(proxy.as_deref(), failure))]
pub struct Tried {
    /// The route to it.
    pub route: Route,
    /// The proxy on the way, as `host:port`.
    pub proxy: Option<String>,
    /// What went wrong.
    #[source]
    pub failure: Failure,
}

/// Why one host has not answered, or its answer does not count.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection, or it was closed early.
    #[error("{}", describe_io(.0))]
    Unreachable(#[source] io::Error),
    /// It accepts the connection and does not answer in time.
    #[error("it accepts the connection and does not answer in time")]
    Silent,
    /// Its name has no address.
    #[error("its name has no address")]
    NameNotFound,
    /// Its TLS certificate is not trusted here.
    #[error("its TLS certificate is not trusted here: {0}")]
    Untrusted(#[source] TlsFault),
    /// TLS was spoken, and it does not speak TLS.
    #[error("TLS was spoken to it (https://), and it answers in plain HTTP")]
    PlainHttp,
    /// A proxy stands between and does not connect.
    #[error("{0}")]
    Proxy(#[source] ProxyFault),
    /// A gateway answers in its place.
    #[error("{}", describe_gateway(*status))]
    Gateway {
        /// The HTTP status.
        status: u16,
    },
    /// Something else than a host answers.
    #[error("what answers is not a Leasehold host: {0}")]
    NotAHost(#[source] NotAHost),
    /// The host belongs to another vendor.
    #[error("it serves another vendor's products, not this manifest's")]
    Foreign,
    /// The host certificate that it sent cannot be used.
    #[error("its certificate: {0}")]
    Certificate(#[source] Reason),
    /// The revocation list that it sent does not verify.
    #[error("its revocation list: {0}")]
    List(#[source] Reason),
    /// The lease that it sent does not verify.
    #[error("its lease: {0}")]
    Lease(#[source] Reason),
    /// The lease that it sent is not the one that was asked for.
    #[error("its lease: {0}")]
    OtherLease(#[source] Mismatch),
    /// Its answer is older than the time that an earlier lease proves: its clock, or this machine's, was set back.
    #[error("its answer: {0}")]
    ClockSkew(#[source] ClockSkew),
    /// The agent of this machine was to ask it.
    #[error("{0}")]
    Agent(#[source] AgentFault),
    /// It says that it cannot answer now.
    #[error("{0}")]
    Unavailable(#[source] Box<Refused>),
}

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

/// How a lease differs from the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It is for another device key.
    #[error("it is for another client")]
    Client,
    /// It is for another product or family.
    #[error("it is for another product")]
    Product,
    /// It answers another request.
    #[error("it answers another request")]
    Request,
    /// It is for another machine.
    #[error("it is for another machine")]
    Fingerprint,
    /// It was granted by another method.
    #[error("it is not one of a multiple key")]
    Method,
}

impl Failure {
    /// The stable code; [`Code::Refused`] for a code of the host's that this release does not know.
    pub fn code(&self) -> Code {
        match self {
            Self::Unreachable(_) => Code::HostUnreachable,
            Self::Silent => Code::HostSilent,
            Self::NameNotFound => Code::NameNotFound,
            Self::Untrusted(fault) => fault.code().unwrap_or(Code::UntrustedHost),
            Self::PlainHttp => Code::PlainHttp,
            Self::Proxy(fault) => fault.code(),
            Self::Gateway { status: 407 } => Code::ProxyRefused,
            Self::Gateway { .. } => Code::GatewayFailed,
            Self::NotAHost(_) => Code::NotAHost,
            Self::Foreign => Code::ForeignManifest,
            Self::Certificate(reason) | Self::List(reason) | Self::Lease(reason) => reason.code(),
            Self::OtherLease(_) => Code::WrongAnswer,
            Self::ClockSkew(_) => Code::ClockSkew,
            Self::Agent(fault) => fault.code(),
            Self::Unavailable(refused) => refused.known().unwrap_or(Code::Refused),
        }
    }

    /// The same about a lease that came as a file.
    pub(crate) fn of_a_file(&self) -> String {
        match self {
            Self::Lease(reason) => reason.to_string(),
            Self::OtherLease(mismatch) => mismatch.to_string(),
            Self::Foreign => "it belongs to another vendor than this manifest".to_owned(),
            other => other.to_string(),
        }
    }
}

fn describe_gateway(status: u16) -> String {
    match status {
        407 => "a proxy on the way wants a name and password (407)".to_owned(),
        status => format!("a gateway on the way answers {status}: it does not reach the server behind it"),
    }
}

/// What fails with a proxy names it itself.
fn describe_proxy(proxy: Option<&str>, failure: &Failure) -> String {
    match (proxy, failure) {
        (None, _) | (_, Failure::Proxy(_)) => String::new(),
        (Some(proxy), _) => format!(" through the proxy {proxy}"),
    }
}
