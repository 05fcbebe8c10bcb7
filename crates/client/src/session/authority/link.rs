//! The connection to a vendor's authority: one request, one answer. The caller checks the answer.

use std::time::Duration;

use leasehold_core::Code;
use leasehold_wire::envelope::MAX_REVOCATION_BYTES;

use crate::address::AuthorityAddress;
use crate::error::Error;
use crate::error::authority::AuthorityError;
use crate::error::failure::{Failure, NotAHost};
use crate::exchange::Exchange;
use crate::exchange::question::{Body, Question, TIMEOUT};
use crate::exchange::reply::{HttpReply, Reply};
use crate::exchange::trust::Trust;
use crate::refused::Refused;
use crate::route::{HostSource, Route};

/// The connection to a vendor's authority, through the system's proxy where one is set. It blocks for half a minute at most.
#[derive(Clone, Debug)]
pub struct AuthorityLink {
    address: AuthorityAddress,
    exchange: Exchange,
}

/// An authority's answer.
#[derive(Clone, Debug)]
pub enum AuthorityReply {
    /// A document, not verified.
    Document(Vec<u8>),
    /// A refusal. It is not signed.
    Refused(Refused),
}

impl AuthorityLink {
    /// A connection to `address`, whose TLS certificate the authorities in `trusted` (PEM) have issued, or one that the platform trusts.
    ///
    /// # Errors
    /// [`Error::Authorities`] where `trusted` holds no certificates.
    pub fn new(address: AuthorityAddress, trusted: Option<&[u8]>) -> Result<Self, Error> {
        let trust = trusted.map_or(Ok(Trust::Platform), Trust::only)?;
        Ok(Self { address, exchange: Exchange::new(trust, CONNECT) })
    }

    /// A connection to `address` as hosts are connected to.
    pub(crate) fn over(address: AuthorityAddress, exchange: Exchange) -> Self {
        Self { address, exchange }
    }

    /// The authority's address.
    pub fn address(&self) -> &AuthorityAddress {
        &self.address
    }

    /// Sends the request of a host.
    ///
    /// # Errors
    /// [`AuthorityError`]. Whether the request has arrived is not known then: ask again with the same.
    pub fn host(&self, request: &[u8]) -> Result<AuthorityReply, AuthorityError> {
        self.post("/v1/hosts", request)
    }

    /// Sends the request of a machine that has a multiple key.
    ///
    /// # Errors
    /// As [`Self::host`].
    pub fn machine(&self, request: &[u8]) -> Result<AuthorityReply, AuthorityError> {
        self.post("/v1/machines", request)
    }

    /// Sends the request for a directory.
    ///
    /// # Errors
    /// As [`Self::host`].
    pub fn directory(&self, request: &[u8]) -> Result<AuthorityReply, AuthorityError> {
        self.post("/v1/directories", request)
    }

    /// The newest revocation list, not verified; `None` where it is the one of number `held`, or there is none.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn revocations(&self, held: Option<u64>) -> Result<Option<Vec<u8>>, AuthorityError> {
        match self.ask(&Question {
            body: Body::Held(held),
            max: MAX_REVOCATION_BYTES as u64,
            ..Question::fetching("/v1/revocations", TIMEOUT)
        }) {
            Ok(Reply::Document(list)) => Ok(Some(list)),
            Ok(Reply::Done) => Ok(None),
            Ok(Reply::Refused(refused)) if refused.is(Code::NotFound) => Ok(None),
            Ok(Reply::Refused(refused)) => Err(self.error(Failure::Unavailable(Box::new(refused)))),
            Err(failure) => Err(self.error(failure)),
        }
    }

    fn post(&self, path: &str, request: &[u8]) -> Result<AuthorityReply, AuthorityError> {
        match self.ask(&Question::sending(path, request, TIMEOUT)) {
            Ok(Reply::Document(document)) => Ok(AuthorityReply::Document(document)),
            // A server that does not know the path, such as a host, is no authority.
            Ok(Reply::Refused(refused)) if refused.status == 404 || refused.status == 405 => {
                let content_type = "application/problem+json".to_owned();
                Err(self.error(Failure::NotAHost(NotAHost::Reply { status: refused.status, content_type })))
            }
            Ok(Reply::Refused(refused)) => Ok(AuthorityReply::Refused(refused)),
            Ok(Reply::Done) => Err(self.error(Failure::NotAHost(NotAHost::Unasked))),
            Err(failure) => Err(self.error(failure)),
        }
    }

    fn ask(&self, question: &Question<'_>) -> Result<Reply, Failure> {
        self.exchange.ask(&self.route(), question).and_then(HttpReply::document)
    }

    fn route(&self) -> Route {
        Route::by_name(self.address.0.clone(), HostSource::Setting)
    }

    /// An error about this authority.
    pub fn error(&self, failure: Failure) -> AuthorityError {
        let proxy = self.exchange.proxy(&self.route());
        AuthorityError { address: self.address.clone(), proxy, failure }
    }
}

/// Longer than for a host: the authority is across the Internet, and there is no other to try.
const CONNECT: Duration = Duration::from_secs(10);
