//! `PATCH /api/v1/products/{id}`.

use leasehold_core::{ProductId, Span};
use leasehold_dashboard::authority::data;
use leasehold_service::Problem;
use leasehold_service::admin::input::{Drift, Nullable, ProductIdInput, Seconds, Words};
use leasehold_service::admin::{Answer, ok};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{mode, view};
use crate::products::{self, Availability, ProductChange};
use crate::serve::admin::call::Call;

use crate::serve::admin::problems::problem;

/// Fields of a product to update; a field that is missing stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductInput)]
pub(in crate::serve::admin) struct Input {
    #[schema(inline)]
    title: Option<Words>,
    #[schema(inline)]
    initial_grace: Option<Seconds>,
    #[schema(inline)]
    drift: Option<Drift>,
    /// null is the usual one.
    #[serde(default)]
    #[schema(inline, value_type = Option<Words>)]
    service: Nullable<Words>,
    mode: Option<data::Mode>,
    /// true takes it out of all that is granted from now on, false brings it back.
    withdrawn: Option<bool>,
}

/// Changes what manifests made from now on say of a product, or withdraws it.
#[utoipa::path(patch, operation_id = "change-product", path = "/api/v1/products/{id}", tag = "catalogue",
    params(("id" = inline(ProductIdInput), Path)), request_body = Input,
    responses((status = 200, description = "The product as it is now", body = data::Product)))]
pub(in crate::serve::admin) fn change(call: &Call<'_>) -> Answer {
    let id: ProductId = call.input.parameter("id")?;
    let input: Input = call.input.body()?;
    let withdrawn = input.withdrawn;
    let changed = products::change(call.store(), &id, &input.change()?, call.stamp());
    let mut product = changed.map_err(|error| problem(&error))?.after;
    if let Some(withdrawn) = withdrawn {
        let availability = if withdrawn { Availability::Withdrawn } else { Availability::Granted };
        let changed = products::set_availability(call.store(), &id, availability, call.stamp());
        product = changed.map_err(|error| problem(&error))?.after;
    }
    ok(&view(&product, call.authority.vendor().root))
}

impl Input {
    fn change(self) -> Result<ProductChange, Problem> {
        Ok(ProductChange {
            title: self.title.map(|title| title.text("body: title")).transpose()?,
            initial_grace: self.initial_grace.map(|seconds| Span::seconds(seconds.0)),
            drift: self.drift.map(|drift| drift.0),
            service: self.service.change(|service| service.text("body: service"))?,
            mode: self.mode.map(mode),
        })
    }
}
