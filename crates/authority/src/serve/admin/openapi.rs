//! The `OpenAPI` document (3.1), made from the functions and types that answer.

use leasehold_service::Bytes;
use serde::Serialize;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi, ToSchema};

use super::routes::routes;
use super::{audit, export, families, keys, places, products, revocations, usage, vendor};

/// The `OpenAPI` document of the admin API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

pub(super) fn document() -> Bytes {
    openapi().to_json().expect("a description is JSON").into()
}

/// A refusal with its reason (RFC 9457). Some have more members.
#[derive(Serialize, ToSchema)]
struct Problem {
    /// `urn:leasehold:problem:` and the code that `leasehold explain` knows.
    r#type: String,
    title: String,
    status: u16,
    /// What to do.
    detail: String,
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
        components.add_security_scheme(TOKEN, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        if let Some(RefOr::T(Schema::OneOf(target))) = components.schemas.get_mut("Target") {
            target.items.iter_mut().for_each(close);
        }
        for (method, path, role) in routes() {
            let Some(item) = openapi.paths.paths.get_mut(path) else { continue };
            let operation = match method {
                "GET" => &mut item.get,
                "POST" => &mut item.post,
                "PATCH" => &mut item.patch,
                _ => continue,
            };
            if let Some(operation) = operation {
                rule(operation, role.name());
            }
        }
    }
}

/// Says of an object that it has no other members: of the variants of an enum the macro does not.
fn close(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

fn rule(operation: &mut Operation, role: &str) {
    operation.security = Some(vec![SecurityRequirement::new(TOKEN, [role])]);
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let no = ResponseBuilder::new().description("Why not, and what to do").content("application/problem+json", problem);
    operation.responses.responses.insert("default".to_owned(), no.build().into());
}

const TOKEN: &str = "token";
