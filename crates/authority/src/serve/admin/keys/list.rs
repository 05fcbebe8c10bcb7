//! `GET /api/v1/keys`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::{FamilyIdInput, KeyIdInput, Limit, Words};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use leasehold_store::authority::IssuedKey;
use serde::Serialize;
use utoipa::ToSchema;

use super::key_view;
use crate::keys::{self, Page};
use crate::serve::admin::call::Call;

use crate::serve::admin::problems::problem;

/// A page of product keys, oldest first. It may have fewer than asked for, or none, though more follow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyPage)]
pub(in crate::serve::admin) struct View {
    items: Vec<data::Key>,
    /// The value of `after` for the next page; null where this is the last.
    #[schema(required)]
    next: Option<String>,
}

/// The product keys, oldest first.
#[utoipa::path(get, operation_id = "list-keys", path = "/api/v1/keys", tag = "keys",
    params(
        ("after" = inline(Option<KeyIdInput>), Query, description = "Only keys issued after the one of this id."),
        ("limit" = inline(Option<Limit>), Query, description = "Keys at most; 100 unless given."),
        ("family" = inline(Option<FamilyIdInput>), Query, description = "Only keys of this family."),
        ("customer" = inline(Option<Words>), Query, description = "Only keys of this customer."),
    ),
    responses((status = 200, description = "A page of keys", body = View)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let [after, limit, family, customer] = call.input.query(["after", "limit", "family", "customer"])?;
    let (after, limit) = (parsed::<KeyIdInput>("after", after)?, page_limit(limit)?);
    let family = parsed::<FamilyIdInput>("family", family)?;
    let customer = parsed::<Words>("customer", customer)?.map(|name| name.text("query: customer")).transpose()?;
    let wanted = |key: &IssuedKey| {
        family.is_none_or(|family| key.family == family.0)
            && customer.as_ref().is_none_or(|name| key.customer.as_ref() == Some(name))
    };
    let page = keys::page(call.store(), after.map(|id| id.0), limit, &wanted);
    let Page { keys, next } = page.map_err(|error| problem(&error))?;
    let items = keys.iter().map(|(key, counts)| key_view(key, *counts)).collect();
    ok(&View { items, next: next.map(|id| id.to_string()) })
}
