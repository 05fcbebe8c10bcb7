//! `GET /api/v1/keys/{key}`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::Answer;

use super::view;
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;

/// One product key, by its id or its last five characters.
#[utoipa::path(get, operation_id = "show-key", path = "/api/v1/keys/{key}", tag = "keys",
    params(("key" = inline(KeyNameInput), Path)),
    responses((status = 200, description = "The key", body = data::Key)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    view(call, &call.input.parameter("key")?)
}
