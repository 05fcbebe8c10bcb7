//! The paths of an API: the method, the role that is needed, the function that answers.

use std::fmt;

use crate::Method;

/// The name of a role: what a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleName(pub &'static str);

/// One path with one method. `A` is the function that answers.
#[derive(Clone, Debug)]
pub struct Route<A> {
    /// The method.
    pub method: Method,
    /// With `{name}` for what varies; at most one such part.
    pub path: &'static str,
    /// The role that is needed.
    pub role: RoleName,
    /// The function that answers.
    pub answer: A,
}

/// What there is at a path.
#[derive(Debug)]
pub enum Found<'p, A: 'static> {
    /// A route, and what stands for the parts that vary.
    Route(&'static Route<A>, Vec<&'p str>),
    /// Something for these methods only.
    OtherMethods(&'static str),
    /// Nothing.
    Nothing,
}

/// What `method` and `path` lead to among `routes`.
pub fn find<'p, A>(routes: &'static [Route<A>], method: &Method, path: &'p str) -> Found<'p, A> {
    let mut allowed = Vec::new();
    for route in routes {
        let Some(parameters) = matched(route.path, path) else { continue };
        if route.method == *method {
            return Found::Route(route, parameters);
        }
        allowed.push(if route.method == Method::GET { "GET, HEAD" } else { route.method.as_str() });
    }
    let allowed = allowed.join(", ");
    METHODS.into_iter().find(|methods| *methods == allowed).map_or(Found::Nothing, Found::OtherMethods)
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

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a path may take.
const METHODS: [&str; 4] = ["GET, HEAD", "GET, HEAD, POST", "GET, HEAD, PATCH", "POST"];

#[cfg(test)]
mod tests {
    use super::*;

    const READ: RoleName = RoleName("read");
    static ROUTES: &[Route<u8>] = &[
        Route { method: Method::GET, path: "/keys", role: READ, answer: 1 },
        Route { method: Method::GET, path: "/keys/{key}", role: READ, answer: 2 },
        Route { method: Method::PATCH, path: "/keys/{key}", role: READ, answer: 3 },
        Route { method: Method::GET, path: "/keys/{key}/places", role: READ, answer: 4 },
    ];

    #[test]
    fn a_path_is_known_by_its_shape_and_says_what_it_takes() {
        let found = |method: Method, path| match find(ROUTES, &method, path) {
            Found::Route(route, parameters) => format!("{} {parameters:?}", route.answer),
            Found::OtherMethods(methods) => methods.to_owned(),
            Found::Nothing => "nothing".to_owned(),
        };
        assert_eq!(found(Method::GET, "/keys"), "1 []");
        assert_eq!(found(Method::PATCH, "/keys/ABCDE"), "3 [\"ABCDE\"]");
        assert_eq!(found(Method::GET, "/keys/ABCDE/places"), "4 [\"ABCDE\"]");
        assert_eq!(found(Method::DELETE, "/keys/ABCDE"), "GET, HEAD, PATCH");
        for path in ["/keys/", "/key", "/keys/a/b", "/keys//places", "/", ""] {
            assert_eq!(found(Method::GET, path), "nothing", "{path}");
        }
    }
}
