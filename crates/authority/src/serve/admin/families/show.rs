//! `GET /api/v1/families/{id}`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::FamilyIdInput;
use leasehold_service::admin::{Answer, ok};

use super::{find, view};
use crate::serve::admin::call::Call;

/// One family.
#[utoipa::path(get, operation_id = "show-family", path = "/api/v1/families/{id}", tag = "catalogue",
    params(("id" = inline(FamilyIdInput), Path)),
    responses((status = 200, description = "The family", body = data::Family)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    ok(&view(&find(call, call.input.parameter("id")?)?))
}
