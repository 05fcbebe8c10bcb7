//! `POST /api/v1/revocations`.

use leasehold_dashboard::authority::data::Named;
use leasehold_service::admin::input::{CtiInput, DirectoryIdInput, KeyIdInput, Object};
use leasehold_service::admin::{Answer, ok};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::named;
use crate::revocations::{Target, Withdrawal};
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;
use crate::serve::admin::problems::problem;

/// Something to revoke.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
#[schema(as = Target)]
pub(in crate::serve::admin) enum TargetInput {
    /// A host or machine that a product key has activated, by the name of its key pair.
    Host {
        #[schema(inline)]
        id: KeyIdInput,
    },
    /// A directory that product keys have activated, with every activation object that was signed for it.
    Directory {
        #[schema(inline)]
        id: DirectoryIdInput,
    },
    /// A product key, with every key pair that it has ever activated and every activation object that was signed for it.
    ProductKey {
        /// Its id or its last five characters.
        #[schema(inline)]
        id: KeyNameInput,
    },
    /// Any other key, such as a client's device key.
    Key {
        #[schema(inline)]
        id: KeyIdInput,
    },
    /// One document, by its cti.
    Document {
        #[schema(inline)]
        id: CtiInput,
    },
}

/// What to revoke together: one new list names all of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Revoke)]
pub(in crate::serve::admin) struct Input {
    #[schema(value_type = Vec<TargetInput>)]
    targets: Vec<Object<TargetInput>>,
}

/// How it was revoked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Withdrawal)]
pub(in crate::serve::admin) struct View {
    /// What was not revoked before.
    added: Vec<Named>,
    /// The number of the newest list; null where there is none yet.
    #[schema(required)]
    number: Option<u64>,
}

/// Revokes, for ever. What was revoked before stays as it is.
#[utoipa::path(post, operation_id = "revoke", path = "/api/v1/revocations", tag = "revocations", request_body = Input,
    responses((status = 200, description = "What is on the newest list by it", body = View)))]
pub(in crate::serve::admin) fn revoke(call: &Call<'_>) -> Answer {
    let Input { targets } = call.input.body()?;
    let targets: Vec<Target> = targets.into_iter().map(|Object(target)| target.into()).collect();
    revoke_targets(call, &targets)
}

/// Revokes `targets` and says what became of it.
pub(in crate::serve::admin) fn revoke_targets(call: &Call<'_>, targets: &[Target]) -> Answer {
    let revoked = call.authority.revoke(targets, call.stamp(), call.rng);
    let Withdrawal { added, list } = revoked.map_err(|error| problem(&error))?;
    ok(&View { added: added.iter().map(named).collect(), number: list.map(|list| list.number) })
}

impl From<TargetInput> for Target {
    fn from(input: TargetInput) -> Self {
        match input {
            TargetInput::Host { id } => Self::Host(id.0),
            TargetInput::Directory { id } => Self::Directory(id.0),
            TargetInput::ProductKey { id } => Self::ProductKey(id.0),
            TargetInput::Key { id } => Self::Key(id.0),
            TargetInput::Document { id } => Self::Document(id.0),
        }
    }
}
