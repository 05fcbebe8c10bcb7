//! The host's chain of seals.

use leasehold_core::Timestamp;
use leasehold_dashboard::host::data::{Seal, SealPage};
use leasehold_service::Problem;
use leasehold_store::host::{SealKind, SealRow};
use leasehold_wire::seal;

use super::digits;
use crate::admin::AdminState;
use crate::identity::Identity;
use crate::mark::{is_whole, typ};

impl AdminState {
    /// A page of the chain, newest first.
    pub(in crate::admin) fn seals(&self, before: Option<u64>, limit: usize) -> Result<SealPage, Problem> {
        let Some(identity) = self.identity() else { return Ok(SealPage::default()) };
        let host = identity.id();
        let rows = self.ask(move |store| {
            let newest = store.seals(host, 1)?.first().map_or(0, |row| row.number);
            let first = before.map_or(newest, |before| newest.min(before.saturating_sub(1)));
            let mut rows = Vec::new();
            for number in (1..=first).rev().take(limit) {
                rows.extend(store.seal_at(host, number)?);
            }
            Ok(rows)
        })?;
        let next = rows.last().map(|row| row.number).filter(|number| *number > 1 && rows.len() == limit);
        Ok(SealPage { items: rows.iter().map(|row| seal_of(row, &identity)).collect(), next })
    }
}

/// A seal, verified.
pub(super) fn seal_of(row: &SealRow, identity: &Identity) -> Seal {
    let message = seal::message(typ(row.kind), &row.seal);
    Seal {
        number: row.number,
        at: Timestamp::unix(row.at),
        covers: match row.kind {
            SealKind::Leases => "leases",
            SealKind::Refusals => "refusals",
        },
        size: row.size,
        seal: digits(&row.seal),
        previous: digits(&row.previous),
        root: digits(&row.root),
        holds: is_whole(row) && identity.has_signed(&message, &row.signature),
    }
}
