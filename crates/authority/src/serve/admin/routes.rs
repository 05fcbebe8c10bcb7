//! The paths: the method, the role that is needed, the function that answers.

use leasehold_service::Method;
use leasehold_service::admin::{self, Answer, RoleName};
use leasehold_store::authority::Role;

use super::call::Call;
use super::{audit, directories, export, families, keys, places, products, revocations, usage, vendor};

/// One path with one method.
pub(super) type Route = admin::Route<fn(&Call<'_>) -> Answer>;

/// Method, path and role of each call.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str, Role)> {
    let role = |route: &Route| Role::ALL.into_iter().find(|role| role.name() == route.role.0);
    ROUTES.iter().filter_map(move |route| Some((route.method.as_str(), route.path, role(route)?)))
}

const fn get(path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method: Method::GET, path, role: name(Role::Read), answer }
}

const fn issue(method: Method, path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method, path, role: name(Role::Issue), answer }
}

const fn revoke(path: &'static str, answer: fn(&Call<'_>) -> Answer) -> Route {
    Route { method: Method::POST, path, role: name(Role::Revoke), answer }
}

const fn name(role: Role) -> RoleName {
    RoleName(role.name())
}

pub(super) static ROUTES: &[Route] = &[
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
    get("/api/v1/directories", directories::list::list),
    get("/api/v1/directories/{directory}", directories::show::show),
    get("/api/v1/revocations", revocations::list::list),
    revoke("/api/v1/revocations", revocations::revoke::revoke),
    get("/api/v1/usage", usage::list),
    get("/api/v1/audit", audit::list),
    get("/api/v1/export/{what}", export::whole),
];

#[cfg(test)]
mod tests {
    use leasehold_service::admin::{Found, find};

    use super::*;

    #[test]
    fn every_method_of_a_path_is_told_to_those_who_try_another() {
        for route in ROUTES {
            let Found::OtherMethods(methods) = find(ROUTES, &Method::TRACE, route.path) else {
                panic!("{}", route.path)
            };
            assert!(methods.contains(route.method.as_str()), "{}: {methods}", route.path);
        }
        assert_eq!(routes().count(), ROUTES.len(), "each has a role that there is");
    }
}
