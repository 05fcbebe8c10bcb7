//! The `OpenAPI` document (3.1), made from the functions and types that answer.

use leasehold_service::Bytes;
use leasehold_service::admin::{Problem, apply_rules, close};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{Modify, OpenApi};

use super::routes::ROUTES;
use super::{audit, directories, export, families, keys, places, products, revocations, usage, vendor};

/// The `OpenAPI` document of the admin API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

pub(super) fn document() -> Bytes {
    openapi().to_json().expect("a description is JSON").into()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leasehold authority",
        description = "What a vendor's own programs and people ask and change. Times are seconds since 1970, lengths of time seconds.",
        version = "1",
        license(name = "MIT", identifier = "MIT"),
    ),
    paths(
        vendor::show,
        products::list::list, products::show::show, products::add::add, products::change::change,
        families::list::list, families::show::show, families::change::change,
        keys::list::list, keys::show::show, keys::issue::issue, keys::change::change, keys::revoke::revoke,
        keys::withdraw::withdraw,
        places::list::list, places::show::show,
        directories::list::list, directories::show::show,
        revocations::list::list, revocations::revoke::revoke,
        usage::list, audit::list, export::whole,
    ),
    components(schemas(Problem)),
    modifiers(&Rules),
)]
struct Description;

/// What every call has in common: a token with the role that it needs, and problem documents for refusals.
struct Rules;

impl Modify for Rules {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        if let Some(RefOr::T(Schema::OneOf(target))) = components.schemas.get_mut("Target") {
            target.items.iter_mut().for_each(close);
        }
        apply_rules(openapi, ROUTES);
    }
}
