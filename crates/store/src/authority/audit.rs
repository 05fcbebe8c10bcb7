//! What was changed, by whom and when, written with the change itself.

pub(super) mod suite;

use leasehold_core::activation::Placement;
use leasehold_core::{Cti, FamilyId, KeyId, ProductId, Timestamp, TokenName};

use super::differences::Differences;
use super::{Revoked, Role, Roles, Tip};
use crate::StoreError;

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The vendor was recorded.
    VendorAdded(KeyId),
    /// The root has certified an authority's key.
    AuthorityCertified(KeyId),
    /// A family was added.
    FamilyAdded(FamilyId),
    /// A family is another than it was.
    FamilyChanged(FamilyId, Differences),
    /// A product was added.
    ProductAdded(ProductId),
    /// A product is another than it was.
    ProductChanged(ProductId, Differences),
    /// A product key was issued.
    KeyIssued(KeyId),
    /// A product key is worth something else than it was.
    KeyChanged(KeyId, Differences),
    /// A product key was withdrawn.
    KeyWithdrawn(KeyId),
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
    /// Two copies of a host have renewed, or one that was restored from a backup.
    HostForked {
        /// The product key.
        key: KeyId,
        /// The host.
        subject: KeyId,
        /// The tip that the request before had named.
        expected: Tip,
        /// The tip that was named instead.
        reported: Option<Tip>,
    },
    /// A key or document was put on the revocation list.
    Revoked {
        /// Which.
        what: Revoked,
        /// The number of the first list that names it.
        list: u64,
    },
    /// A token was made.
    TokenAdded(TokenName, Roles),
    /// A token was revoked.
    TokenRevoked(TokenName),
    /// A revocation list was signed.
    ListSigned {
        /// Its number.
        number: u64,
        /// How many entries it has.
        entries: u64,
    },
}

/// One row of the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Counted from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// By whom: [`super::Actor::name`].
    pub actor: String,
    /// What: [`Change::action`].
    pub action: String,
    /// What was changed: [`Change::subject`].
    pub subject: String,
    /// More of it: [`Change::detail`].
    pub detail: String,
}

/// The audit in one transaction; its rows are written by the methods that change something.
pub trait AuditRows {
    /// Rows of the audit older than the number `before`, or the newest, at most `max` of them, newest first.
    ///
    /// # Errors
    /// Where the store fails.
    fn audit(&mut self, before: Option<u64>, max: u64) -> Result<Vec<AuditRow>, StoreError>;
}

impl Change {
    /// The word for what was done.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::VendorAdded(_) => "vendor-added",
            Self::AuthorityCertified(_) => "authority-certified",
            Self::FamilyAdded(_) => "family-added",
            Self::FamilyChanged(..) => "family-changed",
            Self::ProductAdded(_) => "product-added",
            Self::ProductChanged(..) => "product-changed",
            Self::KeyIssued(_) => "key-issued",
            Self::KeyChanged(..) => "key-changed",
            Self::KeyWithdrawn(_) => "key-withdrawn",
            Self::Activated { placement: Placement::Again(_), .. } => "activated-again",
            Self::Activated { placement: Placement::Anew(_), .. } => "activated-anew",
            Self::Activated { placement: Placement::New(_), .. } => "activated-new",
            Self::HostForked { .. } => "host-forked",
            Self::Revoked { what: Revoked::Key(_), .. } => "revoked-key",
            Self::Revoked { what: Revoked::Document(_), .. } => "revoked-document",
            Self::TokenAdded(..) => "token-added",
            Self::TokenRevoked(_) => "token-revoked",
            Self::ListSigned { .. } => "list-signed",
        }
    }

    /// The name of what was changed; of an activation and a fork, the product key; of a list, its number.
    pub fn subject(&self) -> String {
        match self {
            Self::FamilyAdded(id) | Self::FamilyChanged(id, _) => id.to_string(),
            Self::ProductAdded(id) | Self::ProductChanged(id, _) => id.to_string(),
            Self::VendorAdded(id)
            | Self::AuthorityCertified(id)
            | Self::KeyIssued(id)
            | Self::KeyChanged(id, _)
            | Self::KeyWithdrawn(id)
            | Self::Activated { key: id, .. }
            | Self::HostForked { key: id, .. }
            | Self::Revoked { what: Revoked::Key(id), .. } => id.to_string(),
            Self::Revoked { what: Revoked::Document(cti), .. } => cti.to_string(),
            Self::TokenAdded(name, _) | Self::TokenRevoked(name) => name.to_string(),
            Self::ListSigned { number, .. } => number.to_string(),
        }
    }

    /// Of an activation, who was activated, its ordinals and the document's name; of a change, what was before and after.
    pub fn detail(&self) -> String {
        match self {
            Self::Activated { subject, placement, cti, .. } => {
                let ordinals = placement.ordinals();
                format!("subject={subject} place={} activation={} cti={cti}", ordinals.place, ordinals.activation)
            }
            Self::FamilyChanged(_, differences)
            | Self::ProductChanged(_, differences)
            | Self::KeyChanged(_, differences) => differences.to_string(),
            Self::HostForked { subject, expected, reported, .. } => {
                let reported = reported.map_or_else(|| "none".to_owned(), |tip| tip.to_string());
                format!("subject={subject} expected={expected} reported={reported}")
            }
            Self::Revoked { list, .. } => format!("list={list}"),
            Self::TokenAdded(_, roles) => {
                format!("roles={}", roles.each().map(Role::name).collect::<Vec<_>>().join(","))
            }
            Self::ListSigned { entries, .. } => format!("entries={entries}"),
            Self::VendorAdded(_)
            | Self::AuthorityCertified(_)
            | Self::FamilyAdded(_)
            | Self::ProductAdded(_)
            | Self::KeyIssued(_)
            | Self::KeyWithdrawn(_)
            | Self::TokenRevoked(_) => String::new(),
        }
    }
}
