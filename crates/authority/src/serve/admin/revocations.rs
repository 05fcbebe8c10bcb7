//! What is revoked, for ever.

use leasehold_core::{Cti, KeyId};
use leasehold_store::authority::{Revocation, Revoked};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Answer, Call, ok};
use super::given::Parsed;
use super::problems::problem;
use crate::key_name::KeyName;
use crate::revocations::{self, Standing, Target, Withdrawal};

/// All that is revoked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Revocations {
    /// The number of the newest list, which the public listener hands out; null where there is none yet.
    #[schema(required)]
    number: Option<u64>,
    /// Each entry, oldest first.
    entries: Vec<Entry>,
}

/// An entry of the revocation list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entry {
    #[serde(flatten)]
    named: Named,
    /// When, in seconds since 1970.
    at: u64,
    /// The number of the first list that names it.
    list: u64,
}

/// A key or a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Named {
    what: KindOfEntry,
    id: String,
}

/// What an entry names.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum KindOfEntry {
    Key,
    Document,
}

/// What is to be revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum TargetInput {
    /// A host or machine that a product key has activated, by the name of its key pair.
    Host {
        #[schema(value_type = String)]
        id: Parsed<KeyId>,
    },
    /// A product key, with every key pair that it has ever activated.
    ProductKey {
        /// Its id or its last five characters.
        #[schema(value_type = String)]
        id: Parsed<KeyName>,
    },
    /// Any other key, such as a client's device key.
    Key {
        #[schema(value_type = String)]
        id: Parsed<KeyId>,
    },
    /// One document, by its cti.
    Document {
        #[schema(value_type = String)]
        id: Parsed<Cti>,
    },
}

/// What is to be revoked together: one new list names all of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevokeInput {
    targets: Vec<TargetInput>,
}

/// How it was revoked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Withdrawal)]
pub(super) struct WithdrawalView {
    /// What was not revoked before.
    added: Vec<Named>,
    /// The number of the newest list; null where there is none yet.
    #[schema(required)]
    number: Option<u64>,
}

/// All that is revoked.
#[utoipa::path(get, operation_id = "list-revocations", path = "/api/v1/revocations", tag = "revocations",
    responses((status = 200, description = "The entries of the newest list", body = Revocations)))]
pub(super) fn revocations(call: &Call<'_>) -> Answer {
    let Standing { entries, list } = revocations::standing(call.store()).map_err(|error| problem(&error))?;
    let number = list.map(|list| list.number);
    ok(&Revocations { number, entries: entries.iter().map(Entry::from).collect() })
}

/// Revokes, for ever. What was revoked before stays as it is.
#[utoipa::path(post, operation_id = "revoke", path = "/api/v1/revocations", tag = "revocations", request_body = RevokeInput,
    responses((status = 200, description = "What is on the newest list by it", body = WithdrawalView)))]
pub(super) fn revoke(call: &Call<'_>) -> Answer {
    let RevokeInput { targets } = call.body()?;
    let targets: Vec<Target> = targets.into_iter().map(Target::from).collect();
    withdrawal(call, &targets)
}

/// Revokes `targets` and says what became of it.
pub(super) fn withdrawal(call: &Call<'_>, targets: &[Target]) -> Answer {
    let revoked = call.authority.revoke(targets, call.stamp(), &mut call.random());
    let Withdrawal { added, list } = revoked.map_err(|error| problem(&error))?;
    ok(&WithdrawalView { added: added.iter().map(Named::from).collect(), number: list.map(|list| list.number) })
}

impl From<TargetInput> for Target {
    fn from(input: TargetInput) -> Self {
        match input {
            TargetInput::Host { id } => Self::Host(id.0),
            TargetInput::ProductKey { id } => Self::ProductKey(id.0),
            TargetInput::Key { id } => Self::Key(id.0),
            TargetInput::Document { id } => Self::Document(id.0),
        }
    }
}

impl From<&Revoked> for Named {
    fn from(what: &Revoked) -> Self {
        match what {
            Revoked::Key(id) => Self { what: KindOfEntry::Key, id: id.to_string() },
            Revoked::Document(cti) => Self { what: KindOfEntry::Document, id: cti.to_string() },
        }
    }
}

impl From<&Revocation> for Entry {
    fn from(entry: &Revocation) -> Self {
        Self { named: (&entry.what).into(), at: entry.at.unix(), list: entry.list }
    }
}
