//! Families.

use leasehold_core::FamilyId;
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Differences, Family, FamilyRows, ForkPolicy, Stamp};
use tokio_postgres::Row;

use super::row::{Parameter, at, number, optional_time, parsed, policy, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl FamilyRows for PostgresTransaction<'_> {
    fn families(&mut self) -> Result<Vec<Family>, StoreError> {
        self.all(sql!("families"), &[], family)
    }

    fn family(&mut self, id: &FamilyId) -> Result<Option<Family>, StoreError> {
        self.first(sql!("family"), &[&id.as_str()], family)
    }

    fn add_family(&mut self, family: &Family, by: Stamp) -> Result<(), StoreError> {
        let policy = self.add_policy(&family.policy)?;
        let row: &[Parameter<'_>] = &[
            &family.id.as_str(),
            &i64::from(family.number.value()),
            &policy,
            &family.withdrawn.map(at),
            &refused(family.forked),
        ];
        self.change(sql!("family_add"), row)?;
        self.note(&Change::FamilyAdded(family.id), by)
    }

    fn change_family(&mut self, before: &Family, after: &Family, by: Stamp) -> Result<(), StoreError> {
        let differences = Differences::of_family(before, after);
        if differences.is_empty() {
            return Ok(());
        }
        self.change(sql!("family_change"), &[&after.id.as_str(), &after.withdrawn.map(at), &refused(after.forked)])?;
        self.change_policy(sql!("family_policy_change"), &after.id.as_str(), &after.policy)?;
        self.note(&Change::FamilyChanged(after.id, differences), by)
    }
}

fn family(row: &Row) -> Result<Family, Fault> {
    let (id, number, withdrawn) = (parsed(row, 0)?, number(row, 1)?, optional_time(row, 2)?);
    let forked = if whole(row, 14)? == 0 { ForkPolicy::Show } else { ForkPolicy::Refuse };
    Ok(Family { id, number, policy: policy(row, 3)?, forked, withdrawn })
}

/// How a family treats forked hosts, as a column.
fn refused(policy: ForkPolicy) -> i64 {
    match policy {
        ForkPolicy::Show => 0,
        ForkPolicy::Refuse => 1,
    }
}
