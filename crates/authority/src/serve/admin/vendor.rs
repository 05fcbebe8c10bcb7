//! `GET /api/v1/vendor`.

use leasehold_service::admin::{Answer, ok};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Call;

/// Whose API this is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Vendor {
    /// What people call the vendor.
    name: String,
    /// The root's public half in hexadecimal digits.
    root: String,
    /// The authority that signs here.
    authority: String,
    /// Until when it may sign, in seconds since 1970.
    expires: u64,
}

/// Whose API this is.
#[utoipa::path(get, operation_id = "show-vendor", path = "/api/v1/vendor", tag = "catalogue",
    responses((status = 200, description = "The vendor and its authority", body = Vendor)))]
pub(super) fn show(call: &Call<'_>) -> Answer {
    let vendor = call.authority.vendor();
    let (name, root) = (vendor.name.to_string(), vendor.root.to_string());
    ok(&Vendor { name, root, authority: call.authority.id().to_string(), expires: call.authority.expires().unix() })
}
