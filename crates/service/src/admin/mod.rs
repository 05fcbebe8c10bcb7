//! What the admin APIs of host and authority have in common: values that read and describe themselves, a table of routes with the
//! role that each needs, tokens in requests, and what their `OpenAPI` documents share. What a call does is theirs.

mod bearer;
mod call_input;
pub mod input;
mod openapi;
mod reply;
mod routes;

pub use bearer::{WrongTokens, bearer, not_allowed, token_required};
pub use call_input::{CallInput, page_limit, parsed};
pub use openapi::{Problem, apply_rules, close};
pub use reply::{Answer, JSON, created, no_store, ok};
pub use routes::{Found, RoleName, Route, find};
