//! `POST /api/v1/keys/{key}/withdraw`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::Answer;

use crate::key_name::KeyName;
use crate::keys;
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;
use crate::serve::admin::problems::problem;

/// Withdraws a product key for ever: it activates and renews nothing more. What it has activated holds to its end.
#[utoipa::path(post, operation_id = "withdraw-key", path = "/api/v1/keys/{key}/withdraw", tag = "keys",
    params(("key" = inline(KeyNameInput), Path)), responses((status = 200, description = "The key", body = data::Key)))]
pub(in crate::serve::admin) fn withdraw(call: &Call<'_>) -> Answer {
    let name: KeyName = call.input.parameter("key")?;
    keys::withdraw(call.store(), &name, call.stamp()).map_err(|error| problem(&error))?;
    super::show::show(call)
}
