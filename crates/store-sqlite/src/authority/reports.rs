//! What hosts report.

use leasehold_core::KeyId;
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Fork, HostReport, HostUsage, ReportRows, Stamp, Tip};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::row::{at, integer, misfit, optional_time, parsed, time, whole};
use super::transaction::SqliteTransaction;

impl ReportRows for SqliteTransaction<'_> {
    fn report(&mut self, key: KeyId, subject: KeyId) -> Result<Option<HostReport>, StoreError> {
        self.first(sql!("report"), params![key.0, subject.0], report)
    }

    fn reports(&mut self) -> Result<Vec<(KeyId, KeyId, HostReport)>, StoreError> {
        self.all(sql!("reports"), [], |row| Ok((KeyId(row.get(9)?), KeyId(row.get(10)?), report(row)?)))
    }

    fn record_tip(&mut self, key: KeyId, subject: KeyId, tip: Tip, former: Option<Tip>) -> Result<(), StoreError> {
        let former = (former.map(|tip| integer(tip.number)), former.map(|tip| tip.seal));
        let row = params![key.0, subject.0, integer(tip.number), tip.seal, former.0, former.1];
        self.change(sql!("report_record"), row).map(drop)
    }

    fn record_fork(&mut self, key: KeyId, subject: KeyId, fork: &Fork, by: Stamp) -> Result<(), StoreError> {
        let Fork { at: noticed, expected, reported } = *fork;
        let named = (reported.map(|tip| integer(tip.number)), reported.map(|tip| tip.seal));
        let expected_number = integer(expected.number);
        let row = params![key.0, subject.0, at(noticed), expected_number, expected.seal, named.0, named.1];
        self.change(sql!("report_fork"), row)?;
        self.note(&Change::HostForked { key, subject, expected, reported }, by)
    }

    fn usage(&mut self) -> Result<Vec<HostUsage>, StoreError> {
        self.all(sql!("usage"), [], usage)
    }

    fn record_usage(&mut self, usage: &HostUsage) -> Result<(), StoreError> {
        let HostUsage { key, subject, family, month, at: reported, clients, live, peak } = usage;
        let [clients, live, peak] = [*clients, *live, *peak].map(integer);
        let row = params![key.0, subject.0, family.as_str(), month, at(*reported), clients, live, peak];
        self.change(sql!("usage_record"), row).map(drop)
    }
}

fn report(row: &Row<'_>) -> rusqlite::Result<HostReport> {
    let tip = tip(row, 0)?.ok_or_else(|| misfit(0, Type::Null, "no tip"))?;
    let fork = match optional_time(row, 4)? {
        None => None,
        Some(at) => {
            let expected = self::tip(row, 5)?.ok_or_else(|| misfit(5, Type::Null, "no tip"))?;
            Some(Fork { at, expected, reported: self::tip(row, 7)? })
        }
    };
    Ok(HostReport { tip, former: self::tip(row, 2)?, fork })
}

fn usage(row: &Row<'_>) -> rusqlite::Result<HostUsage> {
    Ok(HostUsage {
        key: KeyId(row.get(0)?),
        subject: KeyId(row.get(1)?),
        family: parsed(row, 2)?,
        month: row.get(3)?,
        at: time(row, 4)?,
        clients: whole(row, 5)?,
        live: whole(row, 6)?,
        peak: whole(row, 7)?,
    })
}

/// The tip in the columns `from` and after it.
fn tip(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<Tip>> {
    let seal: Option<[u8; 32]> = row.get(from + 1)?;
    seal.map(|seal| Ok(Tip { number: whole(row, from)?, seal })).transpose()
}
