//! What hosts report when they renew: the end of their chain of seals, and how their families are used.

pub(super) mod suite;

use std::fmt;

use leasehold_core::{FamilyId, KeyId, Timestamp};

use super::Stamp;
use crate::StoreError;

/// The end of a host's chain of seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The number of the newest seal.
    pub number: u64,
    /// The newest seal.
    pub seal: [u8; 32],
}

/// What a host key has reported last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostReport {
    /// The tip that it has named.
    pub tip: Tip,
    /// The tip before that, as it has named it.
    pub former: Option<Tip>,
    /// Where it has forked, the latest time.
    pub fork: Option<Fork>,
}

/// Two copies of a host have renewed, or one that was restored from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// When it was noticed.
    pub at: Timestamp,
    /// The tip that the request before had named.
    pub expected: Tip,
    /// The tip that was named instead; `None` where the request named none.
    pub reported: Option<Tip>,
}

/// How a family was used on a host in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostUsage {
    /// The product key of the host.
    pub key: KeyId,
    /// The host key.
    pub subject: KeyId,
    /// The family.
    pub family: FamilyId,
    /// The month in UTC, as `2026-11`.
    pub month: String,
    /// When it was reported last.
    pub at: Timestamp,
    /// Distinct clients within the window then.
    pub clients: u64,
    /// Live leases then.
    pub live: u64,
    /// Most live leases at once in any report of the month.
    pub peak: u64,
}

/// How a family treats a host that has forked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForkPolicy {
    /// It is shown, and renewed.
    #[default]
    Show,
    /// It is shown, and refused.
    Refuse,
}

/// The reports in one transaction.
pub trait ReportRows {
    /// What the host key `subject` has reported last with the product key `key`.
    ///
    /// # Errors
    /// Where the store fails.
    fn report(&mut self, key: KeyId, subject: KeyId) -> Result<Option<HostReport>, StoreError>;

    /// All reports, with the product key and the host key of each, in their order.
    ///
    /// # Errors
    /// Where the store fails.
    fn reports(&mut self) -> Result<Vec<(KeyId, KeyId, HostReport)>, StoreError>;

    /// Records the tip that a host has named, and the one before as it has named it. A fork stays recorded.
    ///
    /// # Errors
    /// Where the store fails.
    fn record_tip(&mut self, key: KeyId, subject: KeyId, tip: Tip, former: Option<Tip>) -> Result<(), StoreError>;

    /// Records that a host whose tip is known has forked.
    ///
    /// # Errors
    /// Where the store fails.
    fn record_fork(&mut self, key: KeyId, subject: KeyId, fork: &Fork, by: Stamp) -> Result<(), StoreError>;

    /// The usage reported, by month, family, product key and host key.
    ///
    /// # Errors
    /// Where the store fails.
    fn usage(&mut self) -> Result<Vec<HostUsage>, StoreError>;

    /// Records usage: it replaces what was reported before for its month, but for a higher peak.
    ///
    /// # Errors
    /// Where the store fails.
    fn record_usage(&mut self, usage: &HostUsage) -> Result<(), StoreError>;
}

impl ForkPolicy {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Refuse => "refuse",
        }
    }
}

impl fmt::Display for Tip {
    /// Number and seal: `7:` and 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.number)?;
        self.seal.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
