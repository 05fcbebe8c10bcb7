//! `GET /api/v1/families/{id}`.

use super::{FamilyView, find};
use crate::serve::admin::call::{Answer, Call, ok};
use crate::serve::admin::input::FamilyIdInput;

/// One family.
#[utoipa::path(get, operation_id = "show-family", path = "/api/v1/families/{id}", tag = "catalogue",
    params(("id" = inline(FamilyIdInput), Path)),
    responses((status = 200, description = "The family", body = FamilyView)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    ok(&FamilyView::from(&find(call, call.parameter("id")?)?))
}
