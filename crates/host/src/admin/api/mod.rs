//! The admin API (DESIGN section 5): a file for each group of calls, a table of all of them, and their description.

mod actions;
mod clients;
mod events;
mod host;

use std::sync::LazyLock;

use leasehold_service::access::Caller;
use leasehold_service::admin::{self, Answer, CallInput, Problem, RoleName, apply_rules};
use leasehold_service::{Bytes, Method};
use utoipa::{Modify, OpenApi};

use super::{AdminState, RoleSet};

/// A call by someone whose roles allow it.
pub(super) struct Call<'c> {
    pub(super) state: &'c AdminState,
    pub(super) input: CallInput<'c>,
    pub(super) caller: &'c Caller,
}

/// The kind of clients of this name; empty is any.
pub(super) fn kind_named(text: &str) -> Option<leasehold_store::host::ClientKind> {
    clients::Kind::named(text)
}

type Route = admin::Route<fn(&Call<'_>) -> Answer>;

/// Method, path and role of each call.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str, RoleName)> {
    ROUTES.iter().map(|route| (route.method.as_str(), route.path, route.role))
}

const fn get(path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method: Method::GET, path, role: RoleSet::READ, answer }
}

const fn post(path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method: Method::POST, path, role: RoleSet::OPERATE, answer }
}

pub(super) static ROUTES: &[Route] = &[
    get("/api/v1/status", host::status),
    get("/api/v1/certificate", host::certificate),
    get("/api/v1/seals", host::seals),
    get("/api/v1/settings", host::settings),
    get("/api/v1/doctor", host::doctor),
    get("/api/v1/audit", host::audit),
    get("/api/v1/clients", clients::list),
    get("/api/v1/clients/{client}", clients::show),
    post("/api/v1/clients/{client}/end", actions::end),
    post("/api/v1/clients/{client}/forget", actions::forget),
    get("/api/v1/events", events::list),
    post("/api/v1/renew", actions::renew),
    post("/api/v1/dns", actions::publish),
    post("/api/v1/backup", actions::back_up),
];

/// The `OpenAPI` document (3.1), made from the functions and types that answer.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// The document as it is answered, made once.
pub(super) fn description() -> Bytes {
    static DESCRIPTION: LazyLock<Bytes> = LazyLock::new(|| openapi().to_json().unwrap_or_default().into());
    DESCRIPTION.clone()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Leasehold host",
        description = "What administrators and their programs ask of a host and do with it. Times are seconds since 1970, lengths of time seconds.",
        version = "1",
        license(name = "MIT", identifier = "MIT"),
    ),
    paths(
        host::status, host::certificate, host::seals, host::settings, host::doctor, host::audit,
        clients::list, clients::show, actions::end, actions::forget, events::list,
        actions::renew, actions::publish, actions::back_up,
    ),
    components(schemas(Problem)),
    modifiers(&Rules),
)]
struct Description;

/// What every call has in common: a token with the role that it needs, and problem documents for refusals.
struct Rules;

impl Modify for Rules {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        apply_rules(openapi, ROUTES);
    }
}
