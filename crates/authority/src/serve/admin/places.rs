//! The hosts and machines that product keys have activated.

use leasehold_core::{KeyId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Answer, Call, limit, ok, parsed};
use super::problems::problem;
use crate::key_name::KeyName;
use crate::places::{self, Activated};

/// A host or machine, with one of its key pairs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
pub(super) struct PlaceView {
    /// The product key that has activated it.
    key: String,
    /// Which of the product key's hosts or machines it is, from 1.
    ordinal: u64,
    /// Which of its key pairs this is, from 1.
    activation: u64,
    /// The name of the key pair.
    subject: String,
    /// What a host is called.
    #[schema(required)]
    name: Option<String>,
    /// When this key pair was first activated, in seconds since 1970.
    first: u64,
    /// When it was last answered.
    last: u64,
    /// When that answer ends; null is never.
    #[schema(required)]
    expires: Option<u64>,
    /// Whether the revocation list names it.
    revoked: bool,
}

/// A page of hosts or machines, by ordinal, each with its latest key pair.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlacePage {
    items: Vec<PlaceView>,
    /// What `after` is to be for the next page; null where this is the last.
    #[schema(required)]
    next: Option<u64>,
}

/// The hosts or machines of a product key.
#[utoipa::path(get, operation_id = "list-places", path = "/api/v1/keys/{key}/places", tag = "places",
    params(
        ("key" = String, Path),
        ("after" = Option<u64>, Query, description = "Only those whose ordinal is higher."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "Places at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of places", body = PlacePage)))]
pub(super) fn places(call: &Call<'_>) -> Answer {
    let name: KeyName = call.parameter("key")?;
    let [after, most] = call.query(["after", "limit"])?;
    let (after, most) = (parsed("after", after)?.unwrap_or(0), limit(most)?);
    let page = places::page(call.store(), &name, after, most).map_err(|error| problem(&error))?;
    let last = page.last().map(|activated| activated.place.ordinals.place);
    let next = last.filter(|_| page.len() as u64 == most);
    ok(&PlacePage { items: page.iter().map(PlaceView::from).collect(), next })
}

/// One key pair of a host or machine: an entry for each product key that has activated it.
#[utoipa::path(get, operation_id = "show-place", path = "/api/v1/places/{subject}", tag = "places", params(("subject" = String, Path)),
    responses((status = 200, description = "Its activations, oldest first", body = Vec<PlaceView>)))]
pub(super) fn place(call: &Call<'_>) -> Answer {
    let subject: KeyId = call.parameter("subject")?;
    let found = places::find(call.store(), subject).map_err(|error| problem(&error))?;
    ok(&found.iter().map(PlaceView::from).collect::<Vec<_>>())
}

impl From<&Activated> for PlaceView {
    fn from(activated: &Activated) -> Self {
        let Activated { key, place, revoked } = activated;
        Self {
            key: key.public.id().to_string(),
            ordinal: place.ordinals.place,
            activation: place.ordinals.activation,
            subject: place.subject.id().to_string(),
            name: place.name.as_ref().map(ToString::to_string),
            first: place.first.unix(),
            last: place.last.unix(),
            expires: place.expires.map(Timestamp::unix),
            revoked: *revoked,
        }
    }
}
