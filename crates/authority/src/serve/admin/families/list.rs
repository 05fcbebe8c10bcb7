//! `GET /api/v1/families`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::{Answer, ok};

use super::view;
use crate::products;
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// The families by number.
#[utoipa::path(get, operation_id = "list-families", path = "/api/v1/families", tag = "catalogue",
    responses((status = 200, description = "All families", body = Vec<data::Family>)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(view).collect::<Vec<_>>())
}
