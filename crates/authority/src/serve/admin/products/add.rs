//! `POST /api/v1/products`.

use leasehold_core::standing::Mode;
use leasehold_core::{Policy, ProductNumber, Span};
use leasehold_dashboard::authority::data;
use leasehold_service::Problem;
use leasehold_service::admin::input::{Drift, FamilyIdInput, Number, Object, ProductIdInput, Seconds, Words};
use leasehold_service::admin::{Answer, created};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{mode, view};
use crate::products::{self, NewFamily, NewProduct};
use crate::serve::admin::call::Call;

use crate::serve::admin::policy::PolicyInput;
use crate::serve::admin::problems::problem;

/// A product to add; its family begins with its first product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProduct)]
pub(in crate::serve::admin) struct Input {
    #[schema(inline)]
    id: ProductIdInput,
    #[schema(inline)]
    title: Words,
    #[schema(inline)]
    family: FamilyIdInput,
    /// The next free one unless given.
    #[schema(inline)]
    number: Option<Number>,
    /// Of a family that begins here; the next free one unless given.
    #[schema(inline)]
    family_number: Option<Number>,
    /// Of a family that begins here.
    #[schema(value_type = Option<PolicyInput>)]
    policy: Option<Object<PolicyInput>>,
    /// In seconds; 30 days unless given.
    #[schema(inline)]
    initial_grace: Option<Seconds>,
    /// As the family has it unless given.
    #[schema(inline)]
    drift: Option<Drift>,
    /// The usual one unless given.
    #[schema(inline)]
    service: Option<Words>,
    mode: Option<data::Mode>,
}

/// Adds a product.
#[utoipa::path(post, operation_id = "add-product", path = "/api/v1/products", tag = "catalogue", request_body = Input,
    responses((status = 201, description = "The product", body = data::Product)))]
pub(in crate::serve::admin) fn add(call: &Call<'_>) -> Answer {
    let new = call.input.body::<Input>()?.product()?;
    let product = products::add(call.store(), &new, call.stamp()).map_err(|error| problem(&error))?;
    created(&view(&product, call.authority.vendor().root))
}

impl Input {
    fn product(self) -> Result<NewProduct, Problem> {
        let policy = self.policy.map(|Object(policy)| policy.change()).transpose()?;
        Ok(NewProduct {
            id: self.id.0,
            number: self.number.map(number),
            title: self.title.text("body: title")?,
            family: NewFamily {
                id: self.family.0,
                number: self.family_number.map(number),
                policy: policy.map(|change| change.apply(Policy::default())),
            },
            initial_grace: self.initial_grace.map_or(Span::days(30), |seconds| Span::seconds(seconds.0)),
            drift: self.drift.map(|drift| drift.0),
            service: self.service.map(|service| service.text("body: service")).transpose()?,
            mode: self.mode.map_or(Mode::Enforce, mode),
        })
    }
}

fn number(Number(number): Number) -> ProductNumber {
    number.try_into().expect("its bounds are those of a product number")
}
