//! The paths: the method, the role that is needed, the function that answers.

use leasehold_service::Method;
use leasehold_store::authority::Role;

use super::call::{Answer, Call};
use super::{audit, export, families, keys, places, products, revocations, usage, vendor};

/// One path with one method.
pub(super) struct Route {
    pub(super) method: Method,
    /// With `{name}` for what varies; at most one such part.
    pub(super) path: &'static str,
    pub(super) role: Role,
    pub(super) answer: fn(&Call<'_>) -> Answer,
}

/// What there is at a path.
pub(super) enum Found<'p> {
    Route(&'static Route, Vec<&'p str>),
    /// Something for these methods only.
    OtherMethods(&'static str),
    Nothing,
}

/// What `method` and `path` lead to.
pub(super) fn find<'p>(method: &Method, path: &'p str) -> Found<'p> {
    let mut allowed = Vec::new();
    for route in ROUTES {
        let Some(parameters) = matched(route.path, path) else { continue };
        if route.method == *method {
            return Found::Route(route, parameters);
        }
        allowed.push(if route.method == Method::GET { "GET, HEAD" } else { route.method.as_str() });
    }
    let allowed = allowed.join(", ");
    METHODS.into_iter().find(|methods| *methods == allowed).map_or(Found::Nothing, Found::OtherMethods)
}

/// Method, path and role of each call.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str, Role)> {
    ROUTES.iter().map(|route| (route.method.as_str(), route.path, route.role))
}

/// What stands for the varying parts of `template`, where `path` is of its shape.
fn matched<'p>(template: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let (mut parts, mut parameters) = (path.split('/'), Vec::new());
    for part in template.split('/') {
        let found = parts.next()?;
        if part.starts_with('{') && !found.is_empty() {
            parameters.push(found);
        } else if part != found {
            return None;
        }
    }
    parts.next().is_none().then_some(parameters)
}

const fn get(path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method: Method::GET, path, role: Role::Read, answer }
}

const fn issue(method: Method, path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method, path, role: Role::Issue, answer }
}

const fn revoke(path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method: Method::POST, path, role: Role::Revoke, answer }
}

/// What a path may take.
const METHODS: [&str; 4] = ["GET, HEAD", "GET, HEAD, POST", "GET, HEAD, PATCH", "POST"];

static ROUTES: &[Route] = &[
    get("/api/v1/vendor", vendor::show),
    get("/api/v1/products", products::list::list),
    issue(Method::POST, "/api/v1/products", products::add::add),
    get("/api/v1/products/{id}", products::show::show),
    issue(Method::PATCH, "/api/v1/products/{id}", products::change::change),
    get("/api/v1/families", families::list::list),
    get("/api/v1/families/{id}", families::show::show),
    issue(Method::PATCH, "/api/v1/families/{id}", families::change::change),
    get("/api/v1/keys", keys::list::list),
    issue(Method::POST, "/api/v1/keys", keys::issue::issue),
    get("/api/v1/keys/{key}", keys::show::show),
    issue(Method::PATCH, "/api/v1/keys/{key}", keys::change::change),
    revoke("/api/v1/keys/{key}/revoke", keys::revoke::revoke),
    revoke("/api/v1/keys/{key}/withdraw", keys::withdraw::withdraw),
    get("/api/v1/keys/{key}/places", places::list::list),
    get("/api/v1/places/{subject}", places::show::show),
    get("/api/v1/revocations", revocations::list::list),
    revoke("/api/v1/revocations", revocations::revoke::revoke),
    get("/api/v1/usage", usage::list),
    get("/api/v1/audit", audit::list),
    get("/api/v1/export/{what}", export::whole),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_known_by_its_shape_and_says_what_it_takes() {
        let found = |method: Method, path| match find(&method, path) {
            Found::Route(route, parameters) => format!("{} {parameters:?}", route.path),
            Found::OtherMethods(methods) => methods.to_owned(),
            Found::Nothing => "nothing".to_owned(),
        };
        assert_eq!(found(Method::GET, "/api/v1/keys"), "/api/v1/keys []");
        assert_eq!(found(Method::GET, "/api/v1/keys/ABCDE/places"), "/api/v1/keys/{key}/places [\"ABCDE\"]");
        assert_eq!(found(Method::DELETE, "/api/v1/keys/ABCDE"), "GET, HEAD, PATCH");
        for path in ["/api/v1/keys/", "/api/v1", "/api/v1/keys/a/b", "/api/v1/keys//places", "/v1/hosts", "/", ""] {
            assert_eq!(found(Method::GET, path), "nothing", "{path}");
        }
        for route in ROUTES {
            let methods = found(Method::TRACE, route.path);
            assert!(methods.contains(route.method.as_str()), "{}: {methods}", route.path);
        }
    }
}
