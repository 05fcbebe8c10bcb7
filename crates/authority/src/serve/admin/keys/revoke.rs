//! `POST /api/v1/keys/{key}/revoke`.

use leasehold_service::admin::Answer;

use crate::key_name::KeyName;
use crate::revocations::Target;
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;
use crate::serve::admin::revocations::revoke::{View, revoke_targets};

/// Revokes what a product key has activated, all of it, and withdraws the key.
#[utoipa::path(post, operation_id = "revoke-key", path = "/api/v1/keys/{key}/revoke", tag = "keys",
    params(("key" = inline(KeyNameInput), Path)),
    responses((status = 200, description = "What was put on the revocation list by it", body = View)))]
pub(in crate::serve::admin) fn revoke(call: &Call<'_>) -> Answer {
    let name: KeyName = call.input.parameter("key")?;
    revoke_targets(call, &[Target::ProductKey(name)])
}
