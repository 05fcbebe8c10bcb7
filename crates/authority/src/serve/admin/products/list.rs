//! `GET /api/v1/products`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::{Answer, ok};

use super::view;
use crate::products;
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// The products by number.
#[utoipa::path(get, operation_id = "list-products", path = "/api/v1/products", tag = "catalogue",
    responses((status = 200, description = "All products", body = Vec<data::Product>)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let found = products::list(call.store()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(|product| view(product, call.authority.vendor().root)).collect::<Vec<_>>())
}
