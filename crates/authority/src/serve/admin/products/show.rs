//! `GET /api/v1/products/{id}`.

use leasehold_core::ProductId;
use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::ProductIdInput;
use leasehold_service::admin::{Answer, ok};

use super::view;
use crate::error::Error;
use crate::products;
use crate::serve::admin::call::Call;

use crate::serve::admin::problems::problem;

/// One product.
#[utoipa::path(get, operation_id = "show-product", path = "/api/v1/products/{id}", tag = "catalogue",
    params(("id" = inline(ProductIdInput), Path)),
    responses((status = 200, description = "The product", body = data::Product)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    let id: ProductId = call.input.parameter("id")?;
    let found = products::list(call.store()).map_err(|error| problem(&error))?;
    let product = found.iter().find(|product| product.id == id);
    ok(&view(product.ok_or_else(|| problem(&Error::UnknownProduct(id)))?, call.authority.vendor().root))
}
