//! What a host has decided for a client, as its journal tells it.

use leasehold_core::{Counting, Cti, FamilyId, KeyId, Policy, ProductId, Refusal, Span, Text, Timestamp, UserId};

use super::Asked;

/// One row of the journal: what was decided for one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The family.
    pub family: FamilyId,
    /// The client.
    pub client: KeyId,
    /// The product.
    pub product: ProductId,
    /// What was decided.
    pub decision: Decision,
}

/// Whether all leases that a batch of `entries`, decided at `at`, has granted ended before `before`.
pub fn is_over(entries: &[Entry], at: Timestamp, before: Timestamp) -> bool {
    let ended = |entry: &Entry| match &entry.decision {
        Decision::Granted { expires, .. } => *expires < before,
        Decision::Refused { .. } | Decision::Released { .. } | Decision::Ended { .. } | Decision::Forgotten { .. } => {
            true
        }
    };
    at < before && entries.iter().all(ended)
}

/// What was decided for one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A lease was granted.
    Granted {
        /// What was asked.
        asked: Asked,
        /// The lease.
        lease: Cti,
        /// Until when.
        expires: Timestamp,
        /// Distinct clients of the family then.
        count: u64,
        /// The seal that covers it.
        seal: u64,
        /// Whether two machines were seen with this device key.
        fork: Fork,
        /// How often they were, this time included.
        forks: u64,
        /// Whether the client counts for the threshold from then on.
        counting: Counting,
        /// What else the lease says.
        terms: Terms,
        /// The user whom it is for; `None` where it is a machine's.
        user: Option<UserId>,
    },
    /// A refusal with its reason.
    Refused {
        /// What was asked.
        asked: Asked,
        /// Whether the client counts for the threshold from then on.
        counting: Counting,
        /// Why not.
        refusal: Refusal,
        /// The name of the sealed refusal.
        answer: Cti,
        /// When to ask again.
        retry: Span,
    },
    /// A lease was given back.
    Released {
        /// The lease.
        lease: Cti,
    },
    /// A lease was ended, not by its client.
    Ended {
        /// The lease.
        lease: Cti,
        /// Why.
        cause: EndCause,
    },
    /// A client was forgotten by those who run the host: it counts no more, and is a newcomer when it asks again.
    Forgotten {
        /// Who ordered it.
        by: Text,
    },
}

/// What a grant says of its leases besides their end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// When to ask again.
    pub renewal: Span,
    /// When to ask again after a failure.
    pub retry: Span,
    /// How long everything works after the lease has ended.
    pub grace: Span,
    /// Names of options for the application.
    pub features: Vec<Text>,
}

impl Terms {
    /// Those of `policy`.
    pub fn of(policy: &Policy) -> Self {
        let Policy { renewal, retry, grace, features, .. } = policy;
        Self { renewal: *renewal, retry: *retry, grace: *grace, features: features.clone() }
    }
}

/// Why a lease was ended that its client did not give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// One of those who run the host has ordered it.
    Ordered {
        /// Who.
        by: Text,
    },
    /// The vendor has revoked its client.
    Revoked,
    /// The user whose lease it was has freed the device.
    FreedByUser,
}

impl Decision {
    /// The number of the seal under which a lease was granted; `None` where none was.
    pub fn granted_under(&self) -> Option<u64> {
        match self {
            Self::Granted { seal, .. } => Some(*seal),
            Self::Refused { .. } | Self::Released { .. } | Self::Ended { .. } | Self::Forgotten { .. } => None,
        }
    }
}

/// Whether a request shows that two machines share one device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fork {
    /// It does not.
    None,
    /// It does.
    Seen,
}
