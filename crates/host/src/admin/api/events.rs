//! Events.

use std::str::FromStr;

use leasehold_dashboard::host::data::EventPage;
use leasehold_service::admin::input::{FamilyIdInput, KeyIdInput, Limit, Position};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Call;
use super::host::size;
use crate::admin::facts::EventQuery;

/// A kind of decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct DecisionName(&'static str);

/// What was decided, newest first.
#[utoipa::path(get, operation_id = "list-events", path = "/api/v1/events", tag = "events",
    params(
        ("decision" = inline(Option<DecisionName>), Query, description = "Only decisions of this kind."),
        ("client" = inline(Option<KeyIdInput>), Query, description = "Only those for this client."),
        ("family" = inline(Option<FamilyIdInput>), Query, description = "Only those of this family."),
        ("before" = inline(Option<Position>), Query, description = "Only events before the one of this number."),
        ("limit" = inline(Option<Limit>), Query, description = "Events at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of events", body = EventPage)))]
pub(super) fn list(call: &Call<'_>) -> Answer {
    let [decision, client, family, before, limit] =
        call.input.query(["decision", "client", "family", "before", "limit"])?;
    let query = EventQuery {
        decision: parsed::<DecisionName>("decision", decision)?.map_or("", |name| name.0).to_owned(),
        client: parsed::<KeyIdInput>("client", client)?.map(|client| client.0),
        family: parsed::<FamilyIdInput>("family", family)?.map(|family| family.0),
        before: parsed::<Position>("before", before)?.map(|before| before.0),
        limit: size(page_limit(limit)?),
    };
    ok(&call.state.events(&query)?)
}

impl DecisionName {
    const ALL: [&str; 5] = ["granted", "refused", "released", "ended", "forgotten"];
}

impl FromStr for DecisionName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|name| *name == text);
        found.map(Self).ok_or_else(|| format!("one of {}", Self::ALL.join(", ")))
    }
}

impl PartialSchema for DecisionName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::ALL)).into()
    }
}

impl ToSchema for DecisionName {}
