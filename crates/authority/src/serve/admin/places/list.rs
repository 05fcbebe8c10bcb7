//! `GET /api/v1/keys/{key}/places`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::{Limit, Position};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use serde::Serialize;
use utoipa::ToSchema;

use crate::activations;
use crate::key_name::KeyName;
use crate::serve::admin::call::Call;
use crate::serve::admin::key_name_input::KeyNameInput;
use crate::serve::admin::problems::problem;

/// A page of hosts or machines, by ordinal, each with its latest key pair.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlacePage)]
pub(in crate::serve::admin) struct View {
    items: Vec<data::Place>,
    /// The value of `after` for the next page; null where this is the last.
    #[schema(required)]
    next: Option<u64>,
}

/// The hosts or machines of a product key.
#[utoipa::path(get, operation_id = "list-places", path = "/api/v1/keys/{key}/places", tag = "places",
    params(
        ("key" = inline(KeyNameInput), Path),
        ("after" = inline(Option<Position>), Query, description = "Only those whose ordinal is higher."),
        ("limit" = inline(Option<Limit>), Query, description = "Places at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of places", body = View)))]
pub(in crate::serve::admin) fn list(call: &Call<'_>) -> Answer {
    let name: KeyName = call.input.parameter("key")?;
    let [after, limit] = call.input.query(["after", "limit"])?;
    let (after, limit) = (parsed::<Position>("after", after)?.map_or(0, |after| after.0), page_limit(limit)?);
    let page = activations::page(call.store(), &name, after, limit).map_err(|error| problem(&error))?;
    let last = page.last().map(|activated| activated.activation.ordinals.place);
    let next = last.filter(|_| page.len() as u64 == limit);
    ok(&View { items: page.iter().map(data::Place::from).collect(), next })
}
