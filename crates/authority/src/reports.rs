//! What hosts report when they renew: whether a host has forked, and how its families are used.

use std::collections::BTreeMap;

use leasehold_core::{FamilyId, KeyId, PublicKey, Text, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::authority::{AuthorityStore, Fork, HostReport, HostUsage, Stamp, Tip, Transaction};
use leasehold_wire::seal;
use leasehold_wire::{ReportedTip, Usage};

use crate::error::Error;
use crate::transact;

/// How a family was used in a month, over all hosts of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyUsage {
    /// The month in UTC, as `2026-11`.
    pub month: String,
    /// The customer; `None` where the product keys name none.
    pub customer: Option<Text>,
    /// The family.
    pub family: FamilyId,
    /// Hosts that have reported.
    pub hosts: u64,
    /// Distinct clients within the window, by the last report of each host.
    pub clients: u64,
    /// Live leases, by the last report of each host.
    pub live: u64,
    /// The sum of the hosts' highest numbers of live leases at once.
    pub peak: u64,
}

/// Which usage is wanted; `None` is all.
#[derive(Clone, Debug, Default)]
pub struct UsageFilter {
    /// Of one customer.
    pub customer: Option<Text>,
    /// Of one family.
    pub family: Option<FamilyId>,
    /// Of one month.
    pub month: Option<String>,
}

/// The usage that hosts have reported, by month, customer and family.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn usage(store: &dyn AuthorityStore, filter: &UsageFilter) -> Result<Vec<MonthlyUsage>, Error> {
    transact(store, "usage", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let mut sums: BTreeMap<(String, Option<Text>, FamilyId), MonthlyUsage> = BTreeMap::new();
        for HostUsage { key, family, month, clients, live, peak, .. } in tx.usage()? {
            let customer = tx.key(key)?.and_then(|key| key.customer);
            let wanted = filter.customer.as_ref().is_none_or(|name| customer.as_ref() == Some(name))
                && filter.family.is_none_or(|wanted| wanted == family)
                && filter.month.as_ref().is_none_or(|wanted| *wanted == month);
            if !wanted {
                continue;
            }
            let sum = sums.entry((month.clone(), customer.clone(), family)).or_insert_with(|| MonthlyUsage {
                month,
                customer,
                family,
                hosts: 0,
                clients: 0,
                live: 0,
                peak: 0,
            });
            sum.hosts += 1;
            sum.clients = sum.clients.saturating_add(clients);
            sum.live = sum.live.saturating_add(live);
            sum.peak = sum.peak.saturating_add(peak);
        }
        Ok(sums.into_values().collect())
    })
}

/// What one host or all of them have reported, by month, family, product key and host key.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn of_hosts(store: &dyn AuthorityStore, subject: Option<KeyId>) -> Result<Vec<HostUsage>, Error> {
    transact(store, "usage of hosts", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let mut usage = tx.usage()?;
        usage.retain(|usage| subject.is_none_or(|subject| usage.subject == subject));
        Ok(usage)
    })
}

/// The customer of the product key that has activated a host: `None` where the authority does not know the host, `Some(None)` where the
/// product key names none.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn customer_of(store: &dyn AuthorityStore, host: KeyId) -> Result<Option<Option<Text>>, Error> {
    transact(store, "customer", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let Some((key, _)) = tx.activations_of(host)?.pop() else { return Ok(None) };
        Ok(Some(tx.key(key)?.and_then(|key| key.customer)))
    })
}

/// The vendor's root key.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn root(store: &dyn AuthorityStore) -> Result<PublicKey, Error> {
    transact(store, "root", |tx| Ok(tx.vendor()?.ok_or(Error::NotInitialised)?.root))
}

/// The vendor's name.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn vendor_name(store: &dyn AuthorityStore) -> Result<Text, Error> {
    transact(store, "name", |tx| Ok(tx.vendor()?.ok_or(Error::NotInitialised)?.name))
}

/// Compares what a host reports with what it has reported before, and records a fork where they do not fit. What the host
/// key has reported, the fork included; `None` where it has named no tip yet.
pub(crate) fn check_fork(
    tx: &mut dyn Transaction,
    (key, subject): (KeyId, KeyId),
    reported: Option<&ReportedTip>,
    by: Stamp,
) -> Result<Option<HostReport>, StoreError> {
    let Some(known) = tx.report(key, subject)? else { return Ok(None) };
    if continues(&known, reported) {
        return Ok(Some(known));
    }
    let fork = Fork { at: by.at, expected: known.tip, reported: reported.map(|tip| kept(tip.newest)) };
    tx.record_fork(key, subject, &fork, by)?;
    Ok(Some(HostReport { fork: Some(fork), ..known }))
}

/// Records what a host reports.
pub(crate) fn record(
    tx: &mut dyn Transaction,
    (key, subject): (KeyId, KeyId),
    reported: Option<&ReportedTip>,
    usage: &[Usage],
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(tip) = reported {
        tx.record_tip(key, subject, kept(tip.newest), tip.former.map(kept))?;
    }
    for Usage { family, clients, live, peak } in usage.iter().copied() {
        let month = month_of(now);
        tx.record_usage(&HostUsage { key, subject, family, month, at: now, clients, live, peak })?;
    }
    Ok(())
}

/// Whether a request comes from the host whose reports are known: it names the known tip as its former one and one that is
/// not older as its newest; or it is the last request once more, whose answer was lost.
fn continues(known: &HostReport, reported: Option<&ReportedTip>) -> bool {
    let Some(reported) = reported else { return false };
    let (newest, former) = (kept(reported.newest), reported.former.map(kept));
    let again = newest == known.tip && former == known.former;
    let next = former == Some(known.tip) && (newest == known.tip || newest.number > known.tip.number);
    again || next
}

fn kept(tip: seal::Tip) -> Tip {
    Tip { number: tip.number, seal: tip.seal }
}

/// The month of a time in UTC, as `2026-11`.
fn month_of(time: Timestamp) -> String {
    time.to_string().chars().take(7).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(n: u8) -> seal::Tip {
        seal::Tip { number: n.into(), seal: [n; 32] }
    }

    fn named(newest: seal::Tip, former: Option<seal::Tip>) -> ReportedTip {
        ReportedTip { newest, former }
    }

    #[test]
    fn a_request_continues_the_one_before_or_is_a_fork() {
        let known = HostReport { tip: kept(tip(5)), former: Some(kept(tip(3))), fork: None };
        for well in [named(tip(8), Some(tip(5))), named(tip(5), Some(tip(5))), named(tip(5), Some(tip(3)))] {
            assert!(continues(&known, Some(&well)), "{well:?}");
        }
        let other = seal::Tip { number: 5, seal: [9; 32] };
        for forked in [
            named(tip(8), Some(tip(3))),
            named(tip(8), None),
            named(tip(4), Some(tip(5))),
            named(other, Some(tip(5))),
            named(tip(8), Some(other)),
        ] {
            assert!(!continues(&known, Some(&forked)), "{forked:?}");
        }
        assert!(!continues(&known, None), "a tip cannot be left out");
    }

    #[test]
    fn a_month_is_that_of_utc() {
        assert_eq!(month_of(Timestamp::from_unix(1_790_000_000)), "2026-09");
    }
}
