//! What hosts report.

use leasehold_core::KeyId;
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Fork, HostReport, HostUsage, ReportRows, Stamp, Tip};
use tokio_postgres::Row;

use super::row::{Parameter, at, bytes, integer, optional, optional_time, parsed, time, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl ReportRows for PostgresTransaction<'_> {
    fn report(&mut self, key: KeyId, subject: KeyId) -> Result<Option<HostReport>, StoreError> {
        self.first(sql!("report"), &[&&key.0[..], &&subject.0[..]], report)
    }

    fn reports(&mut self) -> Result<Vec<(KeyId, KeyId, HostReport)>, StoreError> {
        self.all(sql!("reports"), &[], |row| Ok((KeyId(bytes(row, 9)?), KeyId(bytes(row, 10)?), report(row)?)))
    }

    fn record_tip(&mut self, key: KeyId, subject: KeyId, tip: Tip, former: Option<Tip>) -> Result<(), StoreError> {
        let former = (former.map(|tip| integer(tip.number)), former.as_ref().map(|tip| &tip.seal[..]));
        let row: &[Parameter<'_>] =
            &[&&key.0[..], &&subject.0[..], &integer(tip.number), &&tip.seal[..], &former.0, &former.1];
        self.change(sql!("report_record"), row).map(drop)
    }

    fn record_fork(&mut self, key: KeyId, subject: KeyId, fork: &Fork, by: Stamp) -> Result<(), StoreError> {
        let Fork { at: noticed, expected, reported } = *fork;
        let named = (reported.map(|tip| integer(tip.number)), reported.as_ref().map(|tip| &tip.seal[..]));
        let row: &[Parameter<'_>] = &[
            &&key.0[..],
            &&subject.0[..],
            &at(noticed),
            &integer(expected.number),
            &&expected.seal[..],
            &named.0,
            &named.1,
        ];
        self.change(sql!("report_fork"), row)?;
        self.note(&Change::HostForked { key, subject, expected, reported }, by)
    }

    fn usage(&mut self) -> Result<Vec<HostUsage>, StoreError> {
        self.all(sql!("usage"), &[], usage)
    }

    fn record_usage(&mut self, usage: &HostUsage) -> Result<(), StoreError> {
        let HostUsage { key, subject, family, month, at: reported, clients, live, peak } = usage;
        let [clients, live, peak] = [*clients, *live, *peak].map(integer);
        let row: &[Parameter<'_>] =
            &[&&key.0[..], &&subject.0[..], &family.as_str(), month, &at(*reported), &clients, &live, &peak];
        self.change(sql!("usage_record"), row).map(drop)
    }
}

fn report(row: &Row) -> Result<HostReport, Fault> {
    let tip = tip(row, 0)?.ok_or_else(|| Fault::damaged("a tip"))?;
    let fork = match optional_time(row, 4)? {
        None => None,
        Some(at) => {
            let expected = self::tip(row, 5)?.ok_or_else(|| Fault::damaged("a tip"))?;
            Some(Fork { at, expected, reported: self::tip(row, 7)? })
        }
    };
    Ok(HostReport { tip, former: self::tip(row, 2)?, fork })
}

fn usage(row: &Row) -> Result<HostUsage, Fault> {
    Ok(HostUsage {
        key: KeyId(bytes(row, 0)?),
        subject: KeyId(bytes(row, 1)?),
        family: parsed(row, 2)?,
        month: row.try_get(3)?,
        at: time(row, 4)?,
        clients: whole(row, 5)?,
        live: whole(row, 6)?,
        peak: whole(row, 7)?,
    })
}

/// The tip in the columns `from` and after it.
fn tip(row: &Row, from: usize) -> Result<Option<Tip>, Fault> {
    let seal = optional(row, from + 1, bytes)?;
    seal.map(|seal| Ok(Tip { number: whole(row, from)?, seal })).transpose()
}
