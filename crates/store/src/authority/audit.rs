//! Who changed what and when, written with the change itself.

use std::fmt;

use leasehold_core::activation::Placement;
use leasehold_core::{Cti, FamilyId, KeyId, ProductId, Timestamp};

/// When something is changed and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
}

/// Who changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever runs the vendor's commands.
    Cli,
    /// A host or machine that asks the authority's service.
    Service,
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The vendor was recorded.
    VendorAdded(KeyId),
    /// The root has certified an authority's key.
    AuthorityCertified(KeyId),
    /// A family was added.
    FamilyAdded(FamilyId),
    /// A product was added.
    ProductAdded(ProductId),
    /// A product key was issued.
    KeyIssued(KeyId),
    /// A product key was withdrawn.
    KeyRevoked(KeyId),
    /// A product key has activated a host or machine.
    Activated {
        /// The product key.
        key: KeyId,
        /// The host or machine.
        subject: KeyId,
        /// Which of the product key's it is.
        placement: Placement,
        /// The document that was given.
        cti: Cti,
    },
}

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Counted from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// By whom: [`Actor::name`].
    pub actor: String,
    /// What: [`Change::action`].
    pub action: String,
    /// What was changed: [`Change::subject`].
    pub subject: String,
    /// More of it: [`Change::detail`].
    pub detail: String,
}

impl Actor {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Service => "service",
        }
    }
}

impl Change {
    /// The word for what was done.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::VendorAdded(_) => "vendor-added",
            Self::AuthorityCertified(_) => "authority-certified",
            Self::FamilyAdded(_) => "family-added",
            Self::ProductAdded(_) => "product-added",
            Self::KeyIssued(_) => "key-issued",
            Self::KeyRevoked(_) => "key-revoked",
            Self::Activated { placement: Placement::Again(_), .. } => "activated-again",
            Self::Activated { placement: Placement::Anew(_), .. } => "activated-anew",
            Self::Activated { placement: Placement::New(_), .. } => "activated-new",
        }
    }

    /// The name of what was changed; of an activation, the product key.
    pub fn subject(&self) -> String {
        match self {
            Self::FamilyAdded(id) => id.to_string(),
            Self::ProductAdded(id) => id.to_string(),
            Self::VendorAdded(id) | Self::AuthorityCertified(id) | Self::KeyIssued(id) | Self::KeyRevoked(id) => {
                id.to_string()
            }
            Self::Activated { key, .. } => key.to_string(),
        }
    }

    /// Of an activation, who was activated, its ordinals and the document's name.
    pub fn detail(&self) -> String {
        match self {
            Self::Activated { subject, placement, cti, .. } => {
                let ordinals = placement.ordinals();
                format!("subject={subject} place={} activation={} cti={cti}", ordinals.place, ordinals.activation)
            }
            Self::VendorAdded(_)
            | Self::AuthorityCertified(_)
            | Self::FamilyAdded(_)
            | Self::ProductAdded(_)
            | Self::KeyIssued(_)
            | Self::KeyRevoked(_) => String::new(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
