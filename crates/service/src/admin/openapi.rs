//! What the `OpenAPI` documents (3.1) of the admin APIs share: the token that every call needs, and problem documents.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder, Schema};

use super::{RoleName, Route};
use crate::Method;

/// A refusal with its reason (RFC 9457). Some have more members.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:leasehold:problem:` and the code that `leasehold explain` knows.
    r#type: String,
    title: String,
    status: u16,
    /// What to do.
    detail: String,
    /// `urn:leasehold:request:` and the id by which the log of the server is searched.
    instance: String,
}

/// Says of each call which role it needs, and that it may be refused with a problem document.
pub fn apply_rules<A>(openapi: &mut OpenApi, routes: &[Route<A>]) {
    let components = openapi.components.get_or_insert_default();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    for route in routes {
        let Some(item) = openapi.paths.paths.get_mut(route.path) else { continue };
        let operation = match route.method {
            Method::GET => &mut item.get,
            Method::POST => &mut item.post,
            Method::PATCH => &mut item.patch,
            _ => continue,
        };
        if let Some(operation) = operation {
            rule(operation, route.role);
        }
    }
}

/// Says of an object that it has no other members: of the variants of an enum the macro does not.
pub fn close(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

fn rule(operation: &mut Operation, role: RoleName) {
    operation.security = Some(vec![SecurityRequirement::new(TOKEN, [role.0])]);
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let no = ResponseBuilder::new().description("Why not, and what to do").content("application/problem+json", problem);
    operation.responses.responses.insert("default".to_owned(), no.build().into());
}

const TOKEN: &str = "token";
