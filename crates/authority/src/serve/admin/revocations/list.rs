//! `GET /api/v1/revocations`.

use leasehold_service::admin::{Answer, ok};
use leasehold_store::authority::Revocation;
use serde::Serialize;
use utoipa::ToSchema;

use super::Named;
use crate::revocations::{self, Standing};
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// All that is revoked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revocations)]
pub(in crate::serve::admin) struct View {
    /// The number of the newest list, which the public listener hands out; null where there is none yet.
    #[schema(required)]
    number: Option<u64>,
    /// Each entry, oldest first.
    entries: Vec<Entry>,
}

/// An entry of the revocation list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::serve::admin) struct Entry {
    #[serde(flatten)]
    named: Named,
    /// When, in seconds since 1970.
    at: u64,
    /// The number of the first list that names it.
    list: u64,
}

/// All that is revoked.
#[utoipa::path(get, operation_id = "list-revocations", path = "/api/v1/revocations", tag = "revocations",
    responses((status = 200, description = "The entries of the newest list", body = View)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let Standing { entries, list } = revocations::standing(call.store()).map_err(|error| problem(&error))?;
    let number = list.map(|list| list.number);
    ok(&View { number, entries: entries.iter().map(Entry::from).collect() })
}

impl From<&Revocation> for Entry {
    fn from(entry: &Revocation) -> Self {
        Self { named: (&entry.what).into(), at: entry.at.unix(), list: entry.list }
    }
}
