//! A serving host keeps its certificate and its revocation list up to date, and says when its certificate is about to end.
//!
//! It looks every few minutes whether something is due; how it went is remembered in the host's folder, so that a restart
//! asks no sooner. An authority that is silent costs an event and nothing else: the host serves to its certificate's end.

use std::sync::Arc;
use std::time::Duration;

use leasehold_client::Machine;
use leasehold_core::{Span, Timestamp, attempt};
use tokio::sync::watch;

use crate::Error;
use crate::activation::Home;
use crate::asking::{Answered, Itself, Vendor};
use crate::authority::{Authority, Setback};
use crate::change::changes;
use crate::identity::Identity;
use crate::pipeline::Shared;

/// How a serving host is renewed.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The authority that is configured; else the one that the host's folder remembers, if any.
    pub authority: Option<Authority>,
    /// What the host is recognised by.
    pub machine: Machine,
}

/// How near a certificate's end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Far enough.
    Far,
    /// Less than two months or a third of its time is left.
    Nears,
    /// Less than a week is left, or nothing.
    Close,
}

/// How near the end of a certificate that holds from `issued` to `expires` is at `now`.
pub fn ending(issued: Timestamp, expires: Timestamp, now: Timestamp) -> Ending {
    let (left, validity) = (expires.since(now), expires.since(issued));
    let third = Span::seconds(validity.as_seconds() / 3);
    let week = Span::seconds(validity.as_seconds() / 10).min(Span::days(7));
    if left < week {
        Ending::Close
    } else if left < third.min(Span::days(60)) {
        Ending::Nears
    } else {
        Ending::Far
    }
}

/// When a host with this certificate and these `setbacks` asks for another.
pub fn next_renewal(identity: &Identity, setback: Option<&Setback>) -> Timestamp {
    let certificate = identity.certificate();
    let planned = attempt::certificate_renewal(identity.id(), certificate.issued, certificate.expires);
    planned.max(setback.map_or(planned, |setback| setback.next(identity.id())))
}

/// Looks after the host's papers until `end`.
pub(crate) async fn repeat(renewal: Renewal, home: Home, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    let keeper = Arc::new(Keeper { renewal, home, shared });
    let mut told = None;
    loop {
        let (blocking, last) = (Arc::clone(&keeper), told);
        let work = tokio::task::spawn_blocking(move || blocking.round(last));
        told = tokio::select! {
            _ = end.changed() => return,
            round = work => round.unwrap_or(told),
        };
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

struct Keeper {
    renewal: Renewal,
    home: Home,
    shared: Arc<Shared>,
}

impl Keeper {
    /// Does what is due. `told` is when the end of the certificate was last told of; so is what it gives back.
    fn round(&self, told: Option<Timestamp>) -> Option<Timestamp> {
        let now = (self.shared.surroundings.now)();
        match self.papers(now) {
            Ok(()) => {}
            Err(error) => tracing::warn!(code = error.code(), %error, "the host's papers cannot be looked after"),
        }
        match self.home.identity() {
            Ok(Some(identity)) => tell_of_the_end(&identity, told, now),
            Ok(None) | Err(_) => told,
        }
    }

    fn papers(&self, now: Timestamp) -> Result<(), Error> {
        let identity = match self.home.identity() {
            Ok(Some(identity)) => identity,
            // Nobody has activated it yet.
            Ok(None) | Err(Error::NoRequest(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let authority = match &self.renewal.authority {
            Some(authority) => Some(authority.clone()),
            None => self.home.authority()?,
        };
        let Some(authority) = authority else { return Ok(()) };
        let record = self.home.renewals()?;
        let (host, certificate) = (identity.id(), identity.certificate());
        let planned = attempt::certificate_renewal(host, certificate.issued, certificate.expires);
        let waits = |setback: &Option<Setback>| setback.as_ref().is_some_and(|setback| setback.holds(host, now));
        if planned <= now && !waits(&record.setback) {
            self.renew(&authority, &identity, now);
        }
        // A day after the last answer; a time to come was told by a clock that was set back since.
        let fresh = record.listed.is_some_and(|at| at <= now.unix() && now.unix() < at.saturating_add(DAY));
        if !fresh && !waits(&record.list_setback) {
            self.fetch_revocations(&authority, now)?;
        }
        // At once, and not when the files are next looked at.
        if let Some(identity) = self.home.identity()? {
            self.shared.become_known_as(identity);
        }
        Ok(())
    }

    fn renew(&self, authority: &Authority, identity: &Identity, now: Timestamp) {
        let itself = Itself { machine: &self.renewal.machine, name: None };
        let answered = match authority.link() {
            Ok(link) => self.home.renew(&itself, &Vendor { link: &link, root: authority.root.as_ref() }, now),
            Err(error) => self.home.note_failure(&error, now).and(Err(error)),
        };
        let ends = identity.certificate().expires.unix();
        match answered {
            Ok(Answered::Certified(certified)) => {
                let changed = changes(&certified).iter().map(|change| change.what).collect::<Vec<_>>().join(", ");
                tracing::info!(expires = certified.certificate.expires.unix(), changed, "certificate renewed");
            }
            Ok(Answered::Refused(refused)) => {
                let refusal = refused.code.as_str();
                tracing::warn!(authority = %authority.address, refusal, reason = %refused, ends, "certificate not renewed");
            }
            Err(error) => tracing::warn!(code = error.code(), %error, ends, "certificate not renewed"),
        }
    }

    fn fetch_revocations(&self, authority: &Authority, now: Timestamp) -> Result<(), Error> {
        let fetched = authority
            .link()
            .and_then(|link| self.home.fetch_revocations(&Vendor { link: &link, root: authority.root.as_ref() }, now));
        let mut record = self.home.renewals()?;
        match fetched {
            Ok(list) => {
                if let Some(list) = list {
                    tracing::info!(number = list.number, "a new revocation list is installed");
                }
                (record.listed, record.list_setback) = (Some(now.unix()), None);
            }
            Err(error) => {
                tracing::warn!(code = error.code(), %error, "the revocation list was not fetched");
                let told = (error.code().to_owned(), error.to_string());
                record.list_setback = Some(Setback::after(record.list_setback.as_ref(), told, now, 0));
            }
        }
        self.home.keep_renewals(&record)
    }
}

/// Once a day, from two months before it.
fn tell_of_the_end(identity: &Identity, told: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let (certificate, host) = (identity.certificate(), identity.id());
    if told.is_some_and(|told| told <= now && now < told.plus(Span::DAY)) {
        return told;
    }
    let (expires, left) = (certificate.expires.unix(), certificate.expires.since(now));
    match ending(certificate.issued, certificate.expires, now) {
        Ending::Far => return told,
        Ending::Nears => tracing::warn!(%host, expires, %left, "the host's certificate nears its end"),
        Ending::Close if left == Span::ZERO => tracing::error!(%host, expires, "the host's certificate has ended"),
        Ending::Close => tracing::error!(%host, expires, %left, "the host's certificate is about to end"),
    }
    Some(now)
}

/// How soon a new authority, or a clock that was set, is noticed.
const PAUSE: Duration = Duration::from_mins(5);
const DAY: u64 = Span::DAY.as_seconds();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_of_two_months_or_a_third_before_it() {
        let begin = Timestamp::from_unix(1_000_000);
        let at = |validity: u64, left: u64| {
            let end = begin.plus(Span::days(validity));
            ending(begin, end, end.minus(Span::days(left)))
        };
        assert_eq!(
            [at(730, 60), at(730, 59), at(730, 7), at(730, 6), at(730, 0)],
            [Ending::Far, Ending::Nears, Ending::Nears, Ending::Close, Ending::Close]
        );
        assert_eq!([at(90, 30), at(90, 29)], [Ending::Far, Ending::Nears]);
        assert_eq!([at(20, 3), at(20, 1)], [Ending::Nears, Ending::Close]);
    }
}
