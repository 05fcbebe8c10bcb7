//! Why a vendor's authority has not answered, or its answer cannot be used.

use std::fmt;

use leasehold_core::Code;

use crate::address::AuthorityAddress;
use crate::error::failure::Failure;

/// Why an authority has not answered, or its answer cannot be used.
#[derive(Debug)]
pub struct AuthorityError {
    /// The authority's address.
    pub address: AuthorityAddress,
    /// The proxy that was used, as `host:port`.
    pub proxy: Option<String>,
    /// What went wrong.
    pub failure: Failure,
}

impl AuthorityError {
    /// The stable code; [`Code::Refused`] for a code of the authority's that this release does not know.
    pub fn code(&self) -> Code {
        match &self.failure {
            Failure::Unreachable(_) | Failure::NameNotFound => Code::AuthorityUnreachable,
            Failure::Silent => Code::AuthoritySilent,
            Failure::Untrusted(fault) => fault.code().unwrap_or(Code::UntrustedAuthority),
            Failure::NotAHost(_) => Code::NotAnAuthority,
            Failure::Foreign => Code::UnknownSigner,
            Failure::PlainHttp
            | Failure::Proxy(_)
            | Failure::Gateway { .. }
            | Failure::Certificate(_)
            | Failure::List(_)
            | Failure::Lease(_)
            | Failure::OtherLease(_)
            | Failure::ClockSkew(_)
            | Failure::Agent(_)
            | Failure::Unavailable(_) => self.failure.code(),
        }
    }
}

impl std::error::Error for AuthorityError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.failure)
    }
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, proxy, failure } = self;
        write!(f, "authority {address}")?;
        if let (Some(proxy), false) = (proxy, matches!(failure, Failure::Proxy(_))) {
            write!(f, " through the proxy {proxy}")?;
        }
        match failure {
            Failure::NotAHost(reason) => write!(f, ": what answers is not a Leasehold authority: {reason}"),
            Failure::Foreign => f.write_str(": it belongs to another vendor than this manifest"),
            other => write!(f, ": {other}"),
        }
    }
}
