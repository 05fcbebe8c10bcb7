//! Borrowing: a lease that lasts for days, for a machine that leaves the network.

use leasehold_core::{Code, Policy, Span, Standing, Timestamp};
use leasehold_wire::{Envelope, HostCertificate, Lease};

use crate::client::Client;
use crate::error::Error;
use crate::session::host::outcome::{Answer, Outcome};

/// What came of borrowing.
#[derive(Debug)]
pub struct Borrowed {
    /// What the host, or a directory, has answered.
    pub answer: Answer,
    /// What is missing to the time that was asked for; `None` where nothing is, and where the host refused.
    pub shortfall: Option<Shortfall>,
}

/// A lease that ends before the time for which it was to be borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("activated until {until}, for {given} and not for the {wanted} asked for: {cause}")]
pub struct Shortfall {
    /// For how long it was asked for.
    pub wanted: Span,
    /// For how long it is.
    pub given: Span,
    /// When it ends.
    pub until: Timestamp,
    /// Why.
    pub cause: ShortfallCause,
}

/// Why a lease ends before the time for which it was to be borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShortfallCause {
    /// The vendor's grant allows no more.
    #[error("the licence lets a lease last {0} at most")]
    Validity(Span),
    /// What was bought ends.
    #[error("the licence ends then")]
    GrantEnd,
    /// The host was not told, or does not lend.
    #[error("the host does not lend, or what stands between does not tell it that a lease is borrowed")]
    Host,
}

impl Shortfall {
    /// The stable code.
    pub fn code(&self) -> Code {
        Code::BorrowedLess
    }
}

impl Client {
    /// Borrows: asks a host for a lease that lasts for `span` from now on, within what the vendor has granted. Renewals keep it until
    /// then, and [`Self::release`] gives it back earlier. A lease without an end lasts longer already. A request that fails is not repeated as one that borrows.
    ///
    /// # Errors
    /// As [`Self::activate`].
    pub fn borrow(&self, span: Span) -> Result<Borrowed, Error> {
        let status = self.status();
        if let (Standing::Licensed { until: None, .. }, Some(lease)) = (status.standing, status.lease) {
            let answer = Answer { outcome: Outcome::Held(Box::new(lease)), passed_over: Vec::new() };
            return Ok(Borrowed { answer, shortfall: None });
        }
        let until = status.clock.now.plus(span);
        let answer = self.activate_until(Some(until))?;
        let end = match &answer.outcome {
            Outcome::Granted(granted) => end_of(&granted.lease),
            Outcome::Held(lease) => end_of(lease),
            Outcome::Read(read) => Some((read.read, read.until)),
            Outcome::Refused(_) => None,
        };
        let shortfall = end.and_then(|(issued, end)| {
            let given = end.since(issued);
            // Where this clock and the host's differ, either may say that it is long enough.
            let short = end < until && given < span;
            short.then(|| Shortfall { wanted: span, given, until: end, cause: self.cause(given, end) })
        });
        Ok(Borrowed { answer, shortfall })
    }

    /// Why the lease in hand lasts no longer.
    fn cause(&self, given: Span, end: Timestamp) -> ShortfallCause {
        match self.granted() {
            Some(policy) if policy.end == Some(end) => ShortfallCause::GrantEnd,
            Some(policy) if given >= policy.validity => ShortfallCause::Validity(policy.validity),
            Some(_) | None => ShortfallCause::Host,
        }
    }

    /// What the lease or the object in hand was granted by.
    fn granted(&self) -> Option<Policy> {
        if let Some(read) = self.status().directory {
            return Some(read.grant.policy);
        }
        let (_, chain) = self.state.held(None).ok()??.chain_of_host()?;
        let certificate: HostCertificate = Envelope::parse(chain.first()?).ok()?.document().ok()?;
        let product = self.context.manifest.product;
        certificate.grants.into_iter().find(|grant| grant.number_of(&product).is_some()).map(|grant| grant.policy)
    }
}

/// When it was issued and ends; `None` is never.
fn end_of(lease: &Lease) -> Option<(Timestamp, Timestamp)> {
    Some((lease.issued, lease.expires?))
}
