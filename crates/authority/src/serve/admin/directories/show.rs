//! `GET /api/v1/directories/{directory}`.

use leasehold_core::DirectoryId;
use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::DirectoryIdInput;
use leasehold_service::admin::{Answer, ok};

use crate::activations;
use crate::serve::admin::call::Call;
use crate::serve::admin::problems::problem;

/// One directory: an entry for each product key that has activated it.
#[utoipa::path(get, operation_id = "show-directory", path = "/api/v1/directories/{directory}", tag = "directories",
    params(("directory" = inline(DirectoryIdInput), Path)),
    responses((status = 200, description = "Its activations, oldest first", body = Vec<data::Directory>)))]
pub(in crate::serve::admin) fn show(call: &Call<'_>) -> Answer {
    let id: DirectoryId = call.input.parameter("directory")?;
    let found = activations::directory(call.store(), id).map_err(|error| problem(&error))?;
    ok(&found.iter().map(data::Directory::from).collect::<Vec<_>>())
}
