//! `POST /api/v1/keys/{key}/revoke`.

use crate::key_name::KeyName;
use crate::revocations::Target;
use crate::serve::admin::call::{Answer, Call};
use crate::serve::admin::input::KeyNameInput;
use crate::serve::admin::revocations::revoke::{View, revoke_targets};

/// Revokes what a product key has activated, all of it, and withdraws the key.
#[utoipa::path(post, operation_id = "revoke-key", path = "/api/v1/keys/{key}/revoke", tag = "keys",
    params(("key" = inline(KeyNameInput), Path)),
    responses((status = 200, description = "What was put on the revocation list by it", body = View)))]
pub(in crate::serve::admin) fn revoke(call: &Call<'_>) -> Answer {
    let name: KeyName = call.parameter("key")?;
    revoke_targets(call, &[Target::ProductKey(name)])
}
