//! `POST /api/v1/keys/{key}/revoke`.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::key_name::KeyName;
use crate::keys;
use crate::revocations::Target;
use crate::serve::admin::call::{Answer, Call};
use crate::serve::admin::input::KeyNameInput;
use crate::serve::admin::problems::problem;
use crate::serve::admin::revocations::revoke::{View, revoke_targets};

/// How far to withdraw a product key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RevokeKey)]
pub(in crate::serve::admin) struct Input {
    /// Whether what it has activated is put on the revocation list too; else that holds to its end.
    #[serde(default)]
    places: bool,
}

/// Withdraws a product key for ever: it activates and renews nothing more.
#[utoipa::path(post, operation_id = "revoke-key", path = "/api/v1/keys/{key}/revoke", tag = "keys",
    params(("key" = inline(KeyNameInput), Path)), request_body = Input,
    responses((status = 200, description = "What was put on the revocation list by it", body = View)))]
pub(in crate::serve::admin) fn revoke(call: &Call<'_>) -> Answer {
    let name: KeyName = call.parameter("key")?;
    let Input { places } = call.body()?;
    if places {
        return revoke_targets(call, &[Target::ProductKey(name)]);
    }
    keys::revoke(call.store(), &name, call.stamp()).map_err(|error| problem(&error))?;
    revoke_targets(call, &[])
}
