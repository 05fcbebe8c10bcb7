//! The vendor, its families and its products.

use leasehold_core::standing::Mode;
use leasehold_core::{FamilyId, ProductId, ProductKey, ProductNumber, PublicKey, Span, Text, Timestamp};
use leasehold_store::authority::{Family, Product};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Answer, Call, created, ok};
use super::given::{Given, Parsed};
use super::policy::{PolicyInput, PolicyView};
use super::problems::problem;
use crate::error::Error;
use crate::families;
use crate::policy_change::PolicyChange;
use crate::products::{self, NewFamily, NewProduct, ProductChange, Supply};

/// Whose API this is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Vendor {
    /// What people call the vendor.
    name: String,
    /// The root's public half in hexadecimal digits.
    root: String,
    /// The authority that signs here.
    authority: String,
    /// Until when it may sign, in seconds since 1970.
    expires: u64,
}

/// What is licensed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub(super) struct ProductView {
    id: String,
    number: u32,
    title: String,
    family: String,
    /// The public product key, the same in every copy.
    generic_key: String,
    /// How long it runs unactivated, in seconds.
    initial_grace: u64,
    /// Fingerprint components that may change before a machine counts as another one.
    drift: u64,
    /// The label of the SRV record where hosts are found.
    service: String,
    mode: ModeView,
    /// Since when it is granted no more, in seconds since 1970.
    #[schema(required)]
    withdrawn: Option<u64>,
}

/// How the standing reaches the application.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Mode)]
pub(super) enum ModeView {
    Enforce,
    Advise,
    Observe,
}

/// Products whose clients are counted together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Family)]
pub(super) struct FamilyView {
    id: String,
    number: u32,
    /// What product keys issued from now on grant unless they say otherwise.
    policy: PolicyView,
    /// Since when nothing of it is granted any more, in seconds since 1970.
    #[schema(required)]
    withdrawn: Option<u64>,
}

/// A product to add; its family begins with its first product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProductInput {
    #[schema(value_type = String)]
    id: Parsed<ProductId>,
    #[schema(value_type = String)]
    title: Parsed<Text>,
    #[schema(value_type = String)]
    family: Parsed<FamilyId>,
    /// The next free one unless given.
    number: Option<u64>,
    /// Of a family that begins here; the next free one unless given.
    family_number: Option<u64>,
    /// Of a family that begins here.
    #[serde(default)]
    policy: Option<PolicyInput>,
    /// In seconds; 30 days unless given.
    initial_grace: Option<u64>,
    /// As the family has it unless given.
    drift: Option<u64>,
    #[schema(value_type = Option<String>)]
    service: Option<Parsed<Text>>,
    mode: Option<ModeView>,
}

/// What of a product is to change; what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductInput {
    #[schema(value_type = Option<String>)]
    title: Option<Parsed<Text>>,
    initial_grace: Option<u64>,
    drift: Option<u64>,
    /// null is the usual one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    service: Given<Parsed<Text>>,
    mode: Option<ModeView>,
    /// true takes it out of all that is granted from now on, false brings it back.
    withdrawn: Option<bool>,
}

/// What of a family is to change; what is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilyInput {
    #[serde(default)]
    policy: Option<PolicyInput>,
    /// true takes it out of all that is granted from now on, false brings it back.
    withdrawn: Option<bool>,
}

/// Whose API this is.
#[utoipa::path(get, operation_id = "show-vendor", path = "/api/v1/vendor", tag = "catalogue",
    responses((status = 200, description = "The vendor and its authority", body = Vendor)))]
pub(super) fn vendor(call: &Call<'_>) -> Answer {
    let vendor = call.authority.vendor();
    let (name, root) = (vendor.name.to_string(), vendor.root.to_string());
    ok(&Vendor { name, root, authority: call.authority.id().to_string(), expires: call.authority.expires().unix() })
}

/// The products by number.
#[utoipa::path(get, operation_id = "list-products", path = "/api/v1/products", tag = "catalogue",
    responses((status = 200, description = "All products", body = Vec<ProductView>)))]
pub(super) fn products(call: &Call<'_>) -> Answer {
    let found = products::list(call.store()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(|product| ProductView::new(product, call)).collect::<Vec<_>>())
}

/// One product.
#[utoipa::path(get, operation_id = "show-product", path = "/api/v1/products/{id}", tag = "catalogue", params(("id" = String, Path)),
    responses((status = 200, description = "The product", body = ProductView)))]
pub(super) fn product(call: &Call<'_>) -> Answer {
    let id: ProductId = call.parameter("id")?;
    let found = products::list(call.store()).map_err(|error| problem(&error))?;
    let product = found.iter().find(|product| product.id == id);
    ok(&ProductView::new(product.ok_or_else(|| problem(&Error::UnknownProduct(id)))?, call))
}

/// Adds a product.
#[utoipa::path(post, operation_id = "add-product", path = "/api/v1/products", tag = "catalogue", request_body = NewProductInput,
    responses((status = 201, description = "The product", body = ProductView)))]
pub(super) fn add_product(call: &Call<'_>) -> Answer {
    let input: NewProductInput = call.body()?;
    let policy = input.policy.map(|policy| PolicyChange::from(policy).apply(leasehold_core::Policy::default()));
    let new = NewProduct {
        id: input.id.0,
        number: number("number", input.number)?,
        title: input.title.0,
        family: NewFamily { id: input.family.0, number: number("family_number", input.family_number)?, policy },
        initial_grace: input.initial_grace.map_or(Span::days(30), Span::seconds),
        drift: input.drift,
        service: input.service.map(|service| service.0),
        mode: input.mode.map_or(Mode::Enforce, Mode::from),
    };
    let product = products::add(call.store(), &new, call.stamp()).map_err(|error| problem(&error))?;
    created(&ProductView::new(&product, call))
}

/// Changes what manifests made from now on say of a product, or withdraws it.
#[utoipa::path(patch, operation_id = "change-product", path = "/api/v1/products/{id}", tag = "catalogue", params(("id" = String, Path)),
    request_body = ProductInput, responses((status = 200, description = "The product as it is now", body = ProductView)))]
pub(super) fn change_product(call: &Call<'_>) -> Answer {
    let id: ProductId = call.parameter("id")?;
    let input: ProductInput = call.body()?;
    let change = ProductChange {
        title: input.title.map(|title| title.0),
        initial_grace: input.initial_grace.map(Span::seconds),
        drift: input.drift,
        service: input.service.map(|service| service.0),
        mode: input.mode.map(Mode::from),
    };
    let changed = products::change(call.store(), &id, &change, call.stamp()).map_err(|error| problem(&error))?;
    let product = match input.withdrawn {
        None => changed.after,
        Some(withdrawn) => {
            let supplied = products::supply(call.store(), &id, supply(withdrawn), call.stamp());
            supplied.map_err(|error| problem(&error))?.after
        }
    };
    ok(&ProductView::new(&product, call))
}

/// The families by number.
#[utoipa::path(get, operation_id = "list-families", path = "/api/v1/families", tag = "catalogue",
    responses((status = 200, description = "All families", body = Vec<FamilyView>)))]
pub(super) fn families(call: &Call<'_>) -> Answer {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    ok(&found.iter().map(FamilyView::from).collect::<Vec<_>>())
}

/// One family.
#[utoipa::path(get, operation_id = "show-family", path = "/api/v1/families/{id}", tag = "catalogue", params(("id" = String, Path)),
    responses((status = 200, description = "The family", body = FamilyView)))]
pub(super) fn family(call: &Call<'_>) -> Answer {
    ok(&FamilyView::from(&find_family(call, call.parameter("id")?)?))
}

/// Changes what the product keys issued from now on grant, or withdraws a family.
#[utoipa::path(patch, operation_id = "change-family", path = "/api/v1/families/{id}", tag = "catalogue", params(("id" = String, Path)),
    request_body = FamilyInput, responses((status = 200, description = "The family as it is now", body = FamilyView)))]
pub(super) fn change_family(call: &Call<'_>) -> Answer {
    let id: FamilyId = call.parameter("id")?;
    let input: FamilyInput = call.body()?;
    let change = input.policy.map(PolicyChange::from).unwrap_or_default();
    let changed = families::change(call.store(), &id, &change, call.stamp()).map_err(|error| problem(&error))?;
    let family = match input.withdrawn {
        None => changed.after,
        Some(withdrawn) => {
            let supplied = families::supply(call.store(), &id, supply(withdrawn), call.stamp());
            supplied.map_err(|error| problem(&error))?.after
        }
    };
    ok(&FamilyView::from(&family))
}

/// The family of this id.
pub(super) fn find_family(call: &Call<'_>, id: FamilyId) -> Result<Family, leasehold_service::Problem> {
    let found = products::families(call.store()).map_err(|error| problem(&error))?;
    found.into_iter().find(|family| family.id == id).ok_or_else(|| problem(&Error::UnknownFamily(id)))
}

const fn supply(withdrawn: bool) -> Supply {
    if withdrawn { Supply::Withdrawn } else { Supply::Granted }
}

fn number(name: &str, value: Option<u64>) -> Result<Option<ProductNumber>, leasehold_service::Problem> {
    let read = value.map(ProductNumber::try_from).transpose();
    read.map_err(|error| leasehold_service::Problem::malformed(format!("body: {name}: {error}")))
}

impl ProductView {
    fn new(product: &Product, call: &Call<'_>) -> Self {
        let root: PublicKey = call.authority.vendor().root;
        let Product { id, number, family, title, initial_grace, drift, service, mode, withdrawn } = product;
        Self {
            id: id.to_string(),
            number: number.value(),
            title: title.to_string(),
            family: family.to_string(),
            generic_key: ProductKey::generic(root.id(), *number).to_string(),
            initial_grace: initial_grace.as_seconds(),
            drift: *drift,
            service: service.as_ref().map_or("leasehold", Text::as_str).to_owned(),
            mode: (*mode).into(),
            withdrawn: withdrawn.map(Timestamp::unix),
        }
    }
}

impl From<&Family> for FamilyView {
    fn from(family: &Family) -> Self {
        let Family { id, number, policy, withdrawn } = family;
        let withdrawn = withdrawn.map(Timestamp::unix);
        Self { id: id.to_string(), number: number.value(), policy: policy.into(), withdrawn }
    }
}

impl From<Mode> for ModeView {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Enforce => Self::Enforce,
            Mode::Advise => Self::Advise,
            Mode::Observe => Self::Observe,
        }
    }
}

impl From<ModeView> for Mode {
    fn from(mode: ModeView) -> Self {
        match mode {
            ModeView::Enforce => Self::Enforce,
            ModeView::Advise => Self::Advise,
            ModeView::Observe => Self::Observe,
        }
    }
}
