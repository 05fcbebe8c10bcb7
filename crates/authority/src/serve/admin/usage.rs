//! `GET /api/v1/usage`.

use std::str::FromStr;

use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::{FamilyIdInput, Words};
use leasehold_service::admin::{Answer, ok, parsed};
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::call::Call;
use super::problems::problem;
use crate::reports::{self, MonthlyUsage, UsageFilter};

/// The usage that hosts have reported, by month, customer and family.
#[utoipa::path(get, operation_id = "list-usage", path = "/api/v1/usage", tag = "usage",
    params(
        ("customer" = inline(Option<Words>), Query, description = "Only of this customer."),
        ("family" = inline(Option<FamilyIdInput>), Query, description = "Only of this family."),
        ("month" = inline(Option<Month>), Query, description = "Only of this month."),
    ),
    responses((status = 200, description = "Usage by month", body = Vec<data::Usage>)))]
pub(super) fn list(call: &Call<'_>) -> Answer {
    let [customer, family, month] = call.input.query(["customer", "family", "month"])?;
    let customer = parsed::<Words>("customer", customer)?.map(|name| name.text("query: customer")).transpose()?;
    let family = parsed::<FamilyIdInput>("family", family)?.map(|family| family.0);
    let month = parsed::<Month>("month", month)?.map(|month| month.0);
    let found =
        reports::usage(call.store(), &UsageFilter { customer, family, month }).map_err(|error| problem(&error))?;
    ok(&found.into_iter().map(data::Usage::from).collect::<Vec<_>>())
}

/// A month, as `2026-11`.
struct Month(String);

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_once('-') {
            Some((year, month)) if digits(year, 4) && digits(month, 2) => Ok(Self(text.to_owned())),
            _ => Err("a month is written like 2026-11".to_owned()),
        }
    }
}

impl PartialSchema for Month {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[0-9]{4}-[0-9]{2}$")).max_length(Some(7)).into()
    }
}

impl ToSchema for Month {}

impl From<MonthlyUsage> for data::Usage {
    fn from(usage: MonthlyUsage) -> Self {
        let MonthlyUsage { month, customer, family, hosts, clients, live, peak } = usage;
        let (customer, family) = (customer.map(|name| name.to_string()), family.to_string());
        Self { month, customer, family, hosts, clients, live, peak }
    }
}
