//! `GET /api/v1/vendor`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::{Answer, ok};

use super::call::Call;
use crate::authority::Authority;

/// Whose API this is.
#[utoipa::path(get, operation_id = "show-vendor", path = "/api/v1/vendor", tag = "catalogue",
    responses((status = 200, description = "The vendor and its authority", body = data::Vendor)))]
pub(super) fn show(call: &Call<'_>) -> Answer {
    ok(&view(call.authority))
}

/// Whose authority this is.
pub(super) fn view(authority: &Authority) -> data::Vendor {
    let vendor = authority.vendor();
    let (name, root) = (vendor.name.to_string(), vendor.root.to_string());
    data::Vendor { name, root, authority: authority.id().to_string(), expires: authority.expires().unix() }
}
