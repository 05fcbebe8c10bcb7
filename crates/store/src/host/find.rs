//! Looking for clients, a stretch of them at a time, and for what was decided before a batch.

use leasehold_core::{KeyId, Timestamp};

use super::{ClientRow, Entry};

/// Which clients are looked for, and how many are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSearch {
    /// What stands in their name, in any case, or in their address; empty is everything.
    pub text: String,
    /// Which of them.
    pub kind: ClientKind,
    /// The time by which leases run.
    pub now: Timestamp,
    /// A stretch ends where so many clients of it were found, or a few more.
    pub wanted: usize,
}

impl Default for ClientSearch {
    /// All clients.
    fn default() -> Self {
        Self { text: String::new(), kind: ClientKind::Any, now: Timestamp::default(), wanted: usize::MAX }
    }
}

/// Which clients are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientKind {
    /// All of them.
    #[default]
    Any,
    /// Those that hold a live lease.
    Licensed,
    /// Those that do not.
    Unlicensed,
    /// Those that do not count beside another one with equal hardware.
    Twin,
    /// Those whose device key two machines were seen with.
    Forked,
    /// Those that hold a live lease of a user who has signed in.
    Subscribed,
}

/// What was found in a stretch of clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// The rows that were looked for, in the order of their keys.
    pub rows: Vec<ClientRow>,
    /// The last client of the stretch; `None` where no clients come after it.
    pub end: Option<KeyId>,
}

/// A batch of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedBatch {
    /// Its number.
    pub number: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided, in its order; nothing where it was pruned.
    pub entries: Vec<Entry>,
}

impl ClientKind {
    /// By which statements know it.
    pub const fn number(self) -> u8 {
        match self {
            Self::Any => 0,
            Self::Licensed => 1,
            Self::Unlicensed => 2,
            Self::Twin => 3,
            Self::Forked => 4,
            Self::Subscribed => 5,
        }
    }
}

impl ClientSearch {
    /// Whether `row` is one that is looked for.
    pub fn takes(&self, row: &ClientRow) -> bool {
        let name = row.sighting.name.as_ref().map(|name| name.as_str().to_ascii_lowercase());
        let address = row.sighting.address.map(|address| address.to_string());
        let text = self.text.to_ascii_lowercase();
        let has = |field: Option<String>| field.is_some_and(|field| field.contains(&text));
        (text.is_empty() || has(name) || has(address)) && self.takes_kind(row)
    }

    fn takes_kind(&self, row: &ClientRow) -> bool {
        let is_licensed = || row.leases.iter().any(|(_, lease)| lease.held.runs_at(self.now));
        match self.kind {
            ClientKind::Any => true,
            ClientKind::Licensed => is_licensed(),
            ClientKind::Unlicensed => !is_licensed() && !row.sighting.is_forgotten(),
            ClientKind::Twin => !row.sighting.may_count() && !row.sighting.is_forgotten(),
            ClientKind::Forked => row.leases.iter().any(|(_, lease)| lease.forks > 0),
            ClientKind::Subscribed => {
                row.leases.iter().any(|(_, lease)| lease.held.user.is_some() && lease.held.runs_at(self.now))
            }
        }
    }
}
