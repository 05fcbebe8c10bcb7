//! `GET /api/v1/products`.

use leasehold_service::admin::{Answer, ok};

use super::ProductView;
use crate::products;
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// The products by number.
#[utoipa::path(get, operation_id = "list-products", path = "/api/v1/products", tag = "catalogue",
    responses((status = 200, description = "All products", body = Vec<ProductView>)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let found = products::list(call.store()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(|product| ProductView::new(product, call)).collect::<Vec<_>>())
}
