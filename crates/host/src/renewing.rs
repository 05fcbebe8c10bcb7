//! A serving host keeps its certificate and its revocation list up to date, and says when its certificate is about to end.
//!
//! It looks every few minutes whether something is due; how it went is remembered in the host's folder, so that a restart
//! asks no sooner. An authority that is silent costs an event and nothing else: the host serves to its certificate's end.

use std::sync::Arc;
use std::time::Duration;

use leasehold_core::{Span, Timestamp, attempt};
use tokio::sync::watch;

use crate::Error;
use crate::activation::Home;
use crate::asking::{Answered, AuthorityTrust, HostInfo};
use crate::authority::{Authority, LastFailure};
use crate::change::changes;
use crate::identity::Identity;
pub use crate::settings::Renewal;
use crate::settings::Settings;
use crate::shared::Shared;

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

/// When a host with this certificate and these `failures` asks for another.
pub fn next_renewal(identity: &Identity, last_failure: Option<&LastFailure>) -> Timestamp {
    let certificate = identity.certificate();
    let planned = attempt::certificate_renewal(identity.id(), certificate.issued, certificate.expires);
    planned.max(last_failure.map_or(planned, |last_failure| last_failure.next(identity.id())))
}

/// Renews certificate and revocation list when they are due, as the settings say, until `end`.
pub(crate) async fn repeat(
    mut settings: watch::Receiver<Settings>,
    home: Home,
    shared: Arc<Shared>,
    mut end: watch::Receiver<()>,
) {
    let mut warned = None;
    loop {
        let renewal = settings.borrow_and_update().renewal.clone();
        let work = async {
            let Some(renewal) = renewal else { return warned };
            let task = RenewalTask { renewal, home: home.clone(), shared: Arc::clone(&shared) };
            tokio::task::spawn_blocking(move || task.round(warned)).await.unwrap_or(warned)
        };
        warned = tokio::select! {
            _ = end.changed() => return,
            round = work => round,
        };
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
            Ok(()) = settings.changed() => {}
        }
    }
}

struct RenewalTask {
    renewal: Renewal,
    home: Home,
    shared: Arc<Shared>,
}

impl RenewalTask {
    /// Does what is due. `warned` is when the end of the certificate was last logged; so is the result.
    fn round(&self, warned: Option<Timestamp>) -> Option<Timestamp> {
        let now = self.shared.clock.now();
        match self.refresh(now) {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(code = %error.code(), %error, "certificate and revocation list not kept up to date");
            }
        }
        match self.home.identity() {
            Ok(Some(identity)) => warn_of_expiry(&identity, warned, now),
            Ok(None) | Err(_) => warned,
        }
    }

    fn refresh(&self, now: Timestamp) -> Result<(), Error> {
        let identity = match self.home.identity() {
            Ok(Some(identity)) => identity,
            // It is not activated yet.
            Ok(None) | Err(Error::NoRequest(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let authority = match &self.renewal.authority {
            Some(authority) => Some(authority.clone()),
            None => self.home.authority()?,
        };
        let Some(authority) = authority else {
            return Ok(());
        };
        let record = self.home.renewals()?;
        let (host, certificate) = (identity.id(), identity.certificate());
        let planned = attempt::certificate_renewal(host, certificate.issued, certificate.expires);
        let waits = |last_failure: &Option<LastFailure>| {
            last_failure.as_ref().is_some_and(|last_failure| last_failure.holds(host, now))
        };
        if planned <= now && !waits(&record.last_failure) {
            self.renew(&authority, &identity);
        }
        // A day after the last answer; a time in the future comes from a clock that was set back since.
        let fresh = record.listed.is_some_and(|at| at <= now.unix() && now.unix() < at.saturating_add(DAY));
        if !fresh && !waits(&record.last_list_failure) {
            self.fetch_revocations(&authority, now)?;
        }
        // At once, and not when the files are next looked at.
        if let Some(identity) = self.home.identity()? {
            self.shared.set_identity(identity);
        }
        Ok(())
    }

    fn renew(&self, authority: &Authority, identity: &Identity) {
        let answered = ask(&self.renewal, authority, &self.home, &self.shared);
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
            Err(error) => tracing::warn!(code = %error.code(), %error, ends, "certificate not renewed"),
        }
    }

    fn fetch_revocations(&self, authority: &Authority, now: Timestamp) -> Result<(), Error> {
        let fetched = authority.link().and_then(|link| {
            self.home.fetch_revocations(&AuthorityTrust { link: &link, root: authority.root.as_ref() }, now)
        });
        let mut record = self.home.renewals()?;
        match fetched {
            Ok(list) => {
                if let Some(list) = list {
                    tracing::info!(number = list.number, "a new revocation list is installed");
                }
                (record.listed, record.last_list_failure) = (Some(now.unix()), None);
            }
            Err(error) => {
                tracing::warn!(code = %error.code(), %error, "the revocation list was not fetched");
                let failure = (error.code().to_string(), error.to_string());
                record.last_list_failure = Some(LastFailure::after(record.last_list_failure.as_ref(), failure, now, 0));
            }
        }
        self.home.keep_renewals(&record)
    }
}

/// Asks for another certificate now, whether or not one is due.
pub(crate) fn renew_now(renewal: &Renewal, home: &Home, shared: &Shared) -> Result<Answered, Error> {
    let authority = match &renewal.authority {
        Some(authority) => Some(authority.clone()),
        None => home.authority()?,
    };
    let authority = authority.ok_or_else(|| Error::NotRenewable(home.folder().to_owned()))?;
    let answered = ask(renewal, &authority, home, shared);
    if let Some(identity) = home.identity()? {
        shared.set_identity(identity);
    }
    answered
}

/// Asks `authority` for another certificate.
fn ask(renewal: &Renewal, authority: &Authority, home: &Home, shared: &Shared) -> Result<Answered, Error> {
    let now = shared.clock.now();
    let report = shared.report(renewal.usage).map_err(Error::Store);
    match report.and_then(|report| Ok((report, authority.link()?))) {
        Ok((report, link)) => {
            let peaks = report.peaks();
            let info = HostInfo { machine: &renewal.machine, name: None, report };
            let trust = AuthorityTrust { link: &link, root: authority.root.as_ref() };
            let answered = home.renew(&info, &trust, now);
            if matches!(answered, Ok(Answered::Certified(_))) {
                *shared.peaks() = peaks;
            }
            answered
        }
        Err(error) => home.note_failure(&error, now).and(Err(error)),
    }
}

/// Once a day, from two months before it.
fn warn_of_expiry(identity: &Identity, warned: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let (certificate, host) = (identity.certificate(), identity.id());
    if warned.is_some_and(|warned| warned <= now && now < warned.plus(Span::DAY)) {
        return warned;
    }
    let (expires, left) = (certificate.expires.unix(), certificate.expires.since(now));
    match ending(certificate.issued, certificate.expires, now) {
        Ending::Far => return warned,
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
