//! Cases about what hosts report.
#![expect(clippy::missing_panics_doc, reason = "cases are tests: to panic is how they fail")]

use leasehold_core::{KeyId, Span};

use crate::authority::suite::{Fixture, Outcome, sample};
use crate::authority::{Fork, HostReport, HostUsage, Tip};

/// The newest tip of each host key is kept with the one before; a fork stays until another is recorded, and is audited.
///
/// # Errors
/// Where the store fails.
pub fn the_tip_of_each_host_is_kept_and_forks_are_audited(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let (host, other) = (KeyId([1; 16]), KeyId([2; 16]));
    store.transact("record", |tx| {
        assert_eq!(tx.report(key, host)?, None);
        tx.record_tip(key, host, tip(1), None)?;
        tx.record_tip(key, other, tip(9), Some(tip(8)))?;
        assert_eq!(tx.report(key, host)?, Some(HostReport { tip: tip(1), former: None, fork: None }));
        let fork = Fork { at: sample::AT.at, expected: tip(1), reported: None };
        tx.record_fork(key, host, &fork, sample::AT)?;
        tx.record_tip(key, host, tip(2), Some(tip(1)))?;
        let report = HostReport { tip: tip(2), former: Some(tip(1)), fork: Some(fork) };
        assert_eq!(tx.report(key, host)?, Some(report));
        let later = Fork { at: sample::later(Span::DAY).at, expected: tip(2), reported: Some(tip(1)) };
        tx.record_fork(key, host, &later, sample::AT)?;
        assert_eq!(tx.report(key, host)?, Some(HostReport { fork: Some(later), ..report }));
        assert_eq!(tx.reports()?.len(), 2);
        let row = tx.audit(None, 1)?.remove(0);
        assert_eq!((row.action.as_str(), row.subject), ("host-forked", key.to_string()));
        let detail = format!("subject={host} expected={} reported={}", tip(2), tip(1));
        assert_eq!(row.detail, detail);
        Ok(())
    })
}

/// The latest report of a month counts, and the highest peak.
///
/// # Errors
/// Where the store fails.
pub fn the_usage_of_a_month_is_its_latest_report_and_its_highest_peak(fixture: &dyn Fixture) -> Outcome {
    let store = fixture.open();
    let key = sample::fill(&*store)?;
    let first = usage(key);
    let second = HostUsage { at: sample::later(Span::DAY).at, clients: 9, live: 3, peak: 5, ..first.clone() };
    let next = HostUsage { month: "2026-12".to_owned(), ..first.clone() };
    store.transact("record", |tx| {
        for usage in [&next, &first, &second] {
            tx.record_usage(usage)?;
        }
        assert_eq!(tx.usage()?, [HostUsage { peak: 8, ..second.clone() }, next.clone()], "by month");
        Ok(())
    })
}

pub(in crate::authority) fn usage(key: KeyId) -> HostUsage {
    HostUsage {
        key,
        subject: KeyId([1; 16]),
        family: sample::bare_family(1).id,
        month: "2026-11".to_owned(),
        at: sample::AT.at,
        clients: 12,
        live: 7,
        peak: 8,
    }
}

pub(in crate::authority) fn tip(n: u8) -> Tip {
    Tip { number: n.into(), seal: [n; 32] }
}
