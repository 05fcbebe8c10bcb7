//! Clients.

use std::str::FromStr;

use leasehold_core::{Code, KeyId};
use leasehold_dashboard::host::data::{ClientPage, Life};
use leasehold_service::StatusCode;
use leasehold_service::admin::input::{FamilyIdInput, KeyIdInput, Limit, Position, ProductIdInput, Words};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use leasehold_store::host::ClientKind;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::Call;
use super::host::size;
use crate::admin::facts::ClientQuery;
use crate::admin::failed;

/// Which clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind(ClientKind);

/// The clients that have asked, in the order of their keys.
#[utoipa::path(get, operation_id = "list-clients", path = "/api/v1/clients", tag = "clients",
    params(
        ("search" = inline(Option<Words>), Query, description = "Part of a name or an address, or the first eight digits or more of a key."),
        ("state" = inline(Option<Kind>), Query, description = "Only those that are so."),
        ("family" = inline(Option<FamilyIdInput>), Query, description = "Only those of this family."),
        ("product" = inline(Option<ProductIdInput>), Query, description = "Only those that have asked for this product."),
        ("after" = inline(Option<KeyIdInput>), Query, description = "Only those whose key comes after this one."),
        ("limit" = inline(Option<Limit>), Query, description = "Clients at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of clients", body = ClientPage)))]
pub(super) fn list(call: &Call<'_>) -> Answer {
    let names = ["search", "state", "family", "product", "after", "limit"];
    let [search, state, family, product, after, limit] = call.input.query(names)?;
    let search = parsed::<Words>("search", search)?.map(|words| words.text("search")).transpose()?;
    let query = ClientQuery {
        search: search.map(|search| search.as_str().trim().to_owned()).unwrap_or_default(),
        kind: parsed::<Kind>("state", state)?.map_or(ClientKind::Any, |kind| kind.0),
        family: parsed::<FamilyIdInput>("family", family)?.map(|family| family.0),
        product: parsed::<ProductIdInput>("product", product)?.map(|product| product.0),
        after: parsed::<KeyIdInput>("after", after)?.map(|after| after.0),
        limit: size(page_limit(limit)?),
    };
    ok(&call.state.clients(&query)?)
}

/// One client: why it is activated or not, its leases, what was decided for it with the proofs' names.
#[utoipa::path(get, operation_id = "show-client", path = "/api/v1/clients/{client}", tag = "clients",
    params(
        ("client" = inline(KeyIdInput), Path),
        ("before" = inline(Option<Position>), Query, description = "Only events before the one of this number."),
    ),
    responses((status = 200, description = "What is known of it", body = Life)))]
pub(super) fn show(call: &Call<'_>) -> Answer {
    let client: KeyId = call.input.parameter("client")?;
    let [before] = call.input.query(["before"])?;
    let before = parsed::<Position>("before", before)?.map(|before| before.0);
    match call.state.life(client, before)? {
        Some(life) => ok(&life),
        None => Err(failed(Code::NotFound, StatusCode::NOT_FOUND, format!("no client {client} is known to this host"))),
    }
}

impl Kind {
    const ALL: [(&str, ClientKind); 4] = [
        ("licensed", ClientKind::Licensed),
        ("unlicensed", ClientKind::Unlicensed),
        ("twins", ClientKind::Twin),
        ("forked", ClientKind::Forked),
    ];

    /// The kind of this name; empty is any.
    pub(in crate::admin) fn named(text: &str) -> Option<ClientKind> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind);
        found.or_else(|| text.is_empty().then_some(ClientKind::Any))
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kind = Self::named(text).filter(|_| !text.is_empty());
        kind.map(Self).ok_or_else(|| format!("one of {}", Self::ALL.map(|(name, _)| name).join(", ")))
    }
}

impl PartialSchema for Kind {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::ALL.map(|(name, _)| name))).into()
    }
}

impl ToSchema for Kind {}
