//! `GET /api/v1/places/{subject}`.

use leasehold_core::KeyId;
use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::KeyIdInput;
use leasehold_service::admin::{Answer, ok};

use crate::activations;
use crate::serve::admin::call::Call;

use crate::serve::admin::problems::problem;

/// One key pair of a host or machine: an entry for each product key that has activated it.
#[utoipa::path(get, operation_id = "show-place", path = "/api/v1/places/{subject}", tag = "places",
    params(("subject" = inline(KeyIdInput), Path)),
    responses((status = 200, description = "Its activations, oldest first", body = Vec<data::Place>)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    let subject: KeyId = call.input.parameter("subject")?;
    let found = activations::find(call.store(), subject).map_err(|error| problem(&error))?;
    ok(&found.iter().map(data::Place::from).collect::<Vec<_>>())
}
