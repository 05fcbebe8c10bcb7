//! The part of migration 0002 that SQL cannot do: the names of the key pairs that have been activated before.

use leasehold_core::PublicKey;
use rusqlite::Transaction;
use rusqlite_migration::HookResult;

/// Names the subjects of all activations that there are.
pub(super) fn name(tx: &Transaction<'_>) -> HookResult {
    let mut rows = tx.prepare("SELECT number, subject FROM activation WHERE subject_id = x''")?;
    let rows = rows.query_map([], |row| Ok((row.get::<_, i64>(0)?, PublicKey(row.get(1)?))))?;
    let unnamed = rows.collect::<Result<Vec<_>, _>>()?;
    let mut name = tx.prepare("UPDATE activation SET subject_id = ?2 WHERE number = ?1")?;
    for (number, subject) in unnamed {
        name.execute((number, subject.id().0))?;
    }
    Ok(())
}
