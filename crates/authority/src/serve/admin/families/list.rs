//! `GET /api/v1/families`.

use leasehold_service::admin::{Answer, ok};

use super::FamilyView;
use crate::products;
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// The families by number.
#[utoipa::path(get, operation_id = "list-families", path = "/api/v1/families", tag = "catalogue",
    responses((status = 200, description = "All families", body = Vec<FamilyView>)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(FamilyView::from).collect::<Vec<_>>())
}
