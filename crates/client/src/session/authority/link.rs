//! Speaking with a vendor's authority: one request, one answer. What the answer is worth is for those who asked to check.

use std::fmt;
use std::time::Duration;

use leasehold_wire::envelope::MOST_REVOCATION_BYTES;

use crate::address::AuthorityAddress;
use crate::error::{Error, Failure, HostSource};
use crate::session::exchange::{Exchange, NotAHost, Reply, Trust};
use crate::session::host::route::Route;
use crate::session::refused::Refused;

/// The way to a vendor's authority, through the system's proxy where one is set. It blocks, for half a minute at most.
#[derive(Clone, Debug)]
pub struct AuthorityLink {
    address: AuthorityAddress,
    exchange: Exchange,
}

/// What an authority says.
#[derive(Clone, Debug)]
pub enum Said {
    /// A document, not verified.
    Document(Vec<u8>),
    /// A reasoned no. It carries no signature.
    Refused(Refused),
}

/// Why an authority has not answered, or its answer is worth nothing.
#[derive(Debug)]
pub struct AuthorityError {
    /// Which.
    pub address: AuthorityAddress,
    /// The proxy that stands between, as `host:port`.
    pub proxy: Option<String>,
    /// What went wrong.
    pub failure: Failure,
}

impl AuthorityLink {
    /// The way to `address`, whose TLS certificate the authorities in `trusted` (PEM) have issued, or a public one.
    ///
    /// # Errors
    /// [`Error::Authorities`] where `trusted` holds no certificates.
    pub fn new(address: AuthorityAddress, trusted: Option<&[u8]>) -> Result<Self, Error> {
        let trust = trusted.map_or(Ok(Trust::Public), Trust::only)?;
        Ok(Self { address, exchange: Exchange::new(&trust, CONNECT) })
    }

    /// The way to `address` as hosts are spoken with.
    pub(crate) fn over(address: AuthorityAddress, exchange: Exchange) -> Self {
        Self { address, exchange }
    }

    /// Where it leads.
    pub fn address(&self) -> &AuthorityAddress {
        &self.address
    }

    /// Sends the request of a host.
    ///
    /// # Errors
    /// [`AuthorityError`]. Whether the request has arrived is not known then: ask again with the same.
    pub fn host(&self, request: &[u8]) -> Result<Said, AuthorityError> {
        self.post("/v1/hosts", request)
    }

    /// Sends the request of a machine that has a multiple key.
    ///
    /// # Errors
    /// As [`Self::host`].
    pub fn machine(&self, request: &[u8]) -> Result<Said, AuthorityError> {
        self.post("/v1/machines", request)
    }

    /// The newest revocation list, not verified; `None` where it is the one of number `held`, or there is none.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn revocations(&self, held: Option<u64>) -> Result<Option<Vec<u8>>, AuthorityError> {
        let most = MOST_REVOCATION_BYTES as u64;
        match self.exchange.fetch(&self.route(), "/v1/revocations", held, most) {
            Ok(Reply::Document(list)) => Ok(Some(list)),
            Ok(Reply::Done) => Ok(None),
            Ok(Reply::Refused(refused)) if refused.code == "not-found" => Ok(None),
            Ok(Reply::Refused(refused)) => Err(self.error(Failure::Unavailable(Box::new(refused)))),
            Err(failure) => Err(self.error(failure)),
        }
    }

    fn post(&self, path: &str, request: &[u8]) -> Result<Said, AuthorityError> {
        match self.exchange.post(&self.route(), path, request) {
            Ok(Reply::Document(document)) => Ok(Said::Document(document)),
            // A host's answer, say: what does not know the path is no authority.
            Ok(Reply::Refused(refused)) if refused.status == 404 || refused.status == 405 => {
                let content_type = "application/problem+json".to_owned();
                Err(self.error(Failure::NotAHost(NotAHost::Reply { status: refused.status, content_type })))
            }
            Ok(Reply::Refused(refused)) => Ok(Said::Refused(refused)),
            Ok(Reply::Done) => Err(self.error(Failure::NotAHost(NotAHost::Unasked))),
            Err(failure) => Err(self.error(failure)),
        }
    }

    fn route(&self) -> Route {
        Route::by_name(self.address.0.clone(), HostSource::Setting)
    }

    /// That this authority has failed so.
    pub fn error(&self, failure: Failure) -> AuthorityError {
        let proxy = self.exchange.proxy(&self.address.0);
        AuthorityError { address: self.address.clone(), proxy, failure }
    }
}

impl AuthorityError {
    /// The stable code.
    pub fn code(&self) -> &str {
        match &self.failure {
            Failure::Unreachable(_) | Failure::NameNotFound => "authority-unreachable",
            Failure::Silent => "authority-silent",
            Failure::Untrusted(_) => "untrusted-authority",
            Failure::NotAHost(_) => "not-an-authority",
            Failure::Foreign => "unknown-signer",
            Failure::Proxy(_)
            | Failure::Certificate(_)
            | Failure::List(_)
            | Failure::Lease(_)
            | Failure::OtherLease(_)
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
        if let Some(proxy) = proxy {
            write!(f, " through the proxy {proxy}")?;
        }
        match failure {
            Failure::NotAHost(why) => write!(f, ": what answers is no Leasehold authority: {why}"),
            Failure::Foreign => f.write_str(": it is another vendor's than this manifest's"),
            other => write!(f, ": {other}"),
        }
    }
}

/// Longer than for a host: it is across the Internet, and there is no other to try.
const CONNECT: Duration = Duration::from_secs(10);
