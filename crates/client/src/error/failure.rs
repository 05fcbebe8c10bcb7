//! Why one host has not answered, or its answer does not count.

use std::fmt;
use std::io;

use leasehold_core::Code;
use leasehold_core::clock::ClockSkew;
use leasehold_discovery::DomainName;
use leasehold_wire::Reason;

use crate::agent::fault::AgentFault;
use crate::error::describe_io;
use crate::refused::Refused;
use crate::session::exchange::NotAHost;
use crate::session::host::answer::Mismatch;
use crate::session::host::route::Route;
use crate::session::proxy::ProxyFault;
use crate::session::tls::TlsFault;

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

/// How a client knows a host's address, in the order in which hosts are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostSource {
    /// It was set: by argument, by `LEASEHOLD_HOST`.
    Setting,
    /// It granted the current lease.
    LastGrant,
    /// A DNS record names it.
    Record {
        /// The suffix under which the record was found.
        suffix: DomainName,
    },
    /// It announces itself on the local link.
    LocalLink,
    /// The agent of this machine knows it.
    Agent,
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

impl HostSource {
    /// Whether the network named the host: anyone on it could have.
    pub fn is_found(&self) -> bool {
        match self {
            Self::Setting | Self::LastGrant => false,
            Self::Record { .. } | Self::LocalLink | Self::Agent => true,
        }
    }
}

impl fmt::Display for HostSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting => Ok(()),
            Self::LastGrant => f.write_str(" (which granted the current lease)"),
            Self::Record { suffix } => write!(f, " (found in DNS under {suffix})"),
            Self::LocalLink => f.write_str(" (announced on the local link)"),
            Self::Agent => f.write_str(" (by the agent of this machine)"),
        }
    }
}
