//! What is revoked, for ever.

pub(super) mod list;
pub(super) mod revoke;

use leasehold_store::authority::Revoked;
use serde::Serialize;
use utoipa::ToSchema;

/// A key or a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Named {
    what: EntryKind,
    id: String,
}

/// What an entry names.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum EntryKind {
    Key,
    Document,
}

impl From<&Revoked> for Named {
    fn from(what: &Revoked) -> Self {
        match what {
            Revoked::Key(id) => Self { what: EntryKind::Key, id: id.to_string() },
            Revoked::Document(cti) => Self { what: EntryKind::Document, id: cti.to_string() },
        }
    }
}
