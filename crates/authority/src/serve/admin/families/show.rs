//! `GET /api/v1/families/{id}`.

use leasehold_service::admin::input::FamilyIdInput;
use leasehold_service::admin::{Answer, ok};

use super::{FamilyView, find};
use crate::serve::admin::call::Call;

/// One family.
#[utoipa::path(get, operation_id = "show-family", path = "/api/v1/families/{id}", tag = "catalogue",
    params(("id" = inline(FamilyIdInput), Path)),
    responses((status = 200, description = "The family", body = FamilyView)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    ok(&FamilyView::from(&find(call, call.input.parameter("id")?)?))
}
