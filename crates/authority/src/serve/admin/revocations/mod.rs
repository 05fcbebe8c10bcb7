//! What is revoked, for ever.

pub(super) mod list;
pub(super) mod revoke;

use leasehold_dashboard::authority::data::{EntryKind, Named};
use leasehold_store::authority::Revoked;

/// A key or a document, by its name.
pub(super) fn named(what: &Revoked) -> Named {
    match what {
        Revoked::Key(id) => Named { what: EntryKind::Key, id: id.to_string() },
        Revoked::Document(cti) => Named { what: EntryKind::Document, id: cti.to_string() },
    }
}
