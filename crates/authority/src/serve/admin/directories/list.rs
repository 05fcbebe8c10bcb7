//! `GET /api/v1/directories`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::{Answer, ok, parsed};

use crate::activations;
use crate::key_name::KeyName;
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;
use crate::serve::admin::problems::problem;

/// The directories of all product keys, or of one.
#[utoipa::path(get, operation_id = "list-directories", path = "/api/v1/directories", tag = "directories",
    params(("key" = inline(Option<KeyNameInput>), Query, description = "Only those of this product key.")),
    responses((status = 200, description = "The directories, oldest first", body = Vec<data::Directory>)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let [key] = call.input.query(["key"])?;
    let key: Option<KeyName> = parsed::<KeyNameInput>("key", key)?.map(|key| key.0);
    let found = activations::directories(call.store(), key.as_ref()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(data::Directory::from).collect::<Vec<_>>())
}
