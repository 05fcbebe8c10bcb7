//! What a host reports to its vendor with each request: its newest seal, by which copies are noticed, and how its families
//! stand, unless its administrator leaves that out.

use std::collections::BTreeMap;

use leasehold_core::{FamilyId, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::{Family, HostStore};
use leasehold_wire::Usage;
use leasehold_wire::seal::Tip;

use crate::identity::Identity;

/// The most live leases that each family had at once since the last request that was answered.
pub type Peaks = BTreeMap<FamilyId, u64>;

/// What a host reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Its newest seal; `None` before its first.
    pub newest: Option<Tip>,
    /// How each family stands; empty where that is left out.
    pub usage: Vec<Usage>,
}

/// Whether a host reports how its families stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsageReport {
    /// It does.
    #[default]
    Sent,
    /// It does not. The newest seal is always reported.
    LeftOut,
}

impl Report {
    /// What the host of `identity` reports at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(
        identity: &Identity,
        store: &mut dyn HostStore,
        peaks: &Peaks,
        usage: UsageReport,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let newest = store.seals(identity.id(), 1)?.pop().map(|row| Tip { number: row.number, seal: row.seal });
        let mut families = BTreeMap::new();
        for grant in identity.certificate().grants.iter().filter(|_| usage == UsageReport::Sent) {
            // Of several grants of one family the first one's window counts.
            families.entry(grant.family).or_insert(grant.policy.window);
        }
        let mut reported = Vec::with_capacity(families.len());
        for (id, window) in families {
            let counts = store.counts(&Family { id, window }, now)?;
            let peak = peaks.get(&id).copied().unwrap_or_default().max(counts.live);
            reported.push(Usage { family: id, clients: counts.clients, live: counts.live, peak });
        }
        Ok(Self { newest, usage: reported })
    }

    /// The peaks from which to count on once this is reported.
    pub(crate) fn peaks(&self) -> Peaks {
        self.usage.iter().map(|usage| (usage.family, usage.live)).collect()
    }
}
