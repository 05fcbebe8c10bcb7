//! `GET /api/v1/revocations`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::{Answer, ok};
use leasehold_store::authority::Revocation;

use super::named;
use crate::revocations::{self, Standing};
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// All that is revoked.
#[utoipa::path(get, operation_id = "list-revocations", path = "/api/v1/revocations", tag = "revocations",
    responses((status = 200, description = "The entries of the newest list", body = data::Revocations)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let standing = revocations::standing(call.store()).map_err(|error| problem(&error))?;
    ok(&view(&standing))
}

/// All that is revoked.
pub(in crate::serve::admin) fn view(standing: &Standing) -> data::Revocations {
    let Standing { entries, list } = standing;
    let entry = |entry: &Revocation| data::Entry { named: named(&entry.what), at: entry.at.unix(), list: entry.list };
    data::Revocations { number: list.as_ref().map(|list| list.number), entries: entries.iter().map(entry).collect() }
}
