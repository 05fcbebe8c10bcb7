//! Product keys.

pub(super) mod change;
pub(super) mod issue;
pub(super) mod list;
pub(super) mod revoke;
pub(super) mod show;
pub(super) mod withdraw;

use leasehold_core::activation::Allowance;
use leasehold_core::{Span, Timestamp};
use leasehold_service::admin::{Answer, ok};
use leasehold_store::authority::IssuedKey;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::Call;
use super::policy::PolicyView;
use super::problems::problem;
use crate::key_name::KeyName;
use crate::keys::{self, Counts};

/// A product key without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub(super) struct KeyView {
    /// The name of its public half.
    id: String,
    last_five: String,
    kind: KindView,
    family: String,
    #[schema(required)]
    customer: Option<String>,
    /// When, in seconds since 1970.
    issued: u64,
    #[schema(required)]
    withdrawn: Option<u64>,
    /// Hosts or machines that it activates at most.
    places: u64,
    places_taken: u64,
    /// Key pairs that it activates at most on each of them.
    activations_each: u64,
    /// Key pairs that it has activated on all of them.
    activations_taken: u64,
    /// How long certificates of its hosts are valid, in seconds; null is the usual time.
    #[schema(required)]
    certificate_validity: Option<u64>,
    policy: PolicyView,
}

/// What a product key activates.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Kind)]
pub(super) enum KindView {
    /// Hosts.
    Host,
    /// Machines directly with the authority.
    Multiple,
}

/// The key of this name, as it is now.
fn view(call: &Call<'_>, name: &KeyName) -> Answer {
    let (key, counts) = keys::with_counts(call.store(), name).map_err(|error| problem(&error))?;
    ok(&KeyView::new(&key, counts))
}

impl KeyView {
    fn new(key: &IssuedKey, taken: Counts) -> Self {
        let kind = match key.allowance {
            Allowance::Hosts { .. } => KindView::Host,
            Allowance::Machines { .. } => KindView::Multiple,
        };
        Self {
            id: key.public.id().to_string(),
            last_five: key.last_five.to_string(),
            kind,
            family: key.family.to_string(),
            customer: key.customer.as_ref().map(ToString::to_string),
            issued: key.issued.unix(),
            withdrawn: key.withdrawn.map(Timestamp::unix),
            places: key.allowance.places(),
            places_taken: taken.places,
            activations_each: key.allowance.activations(),
            activations_taken: taken.activations,
            certificate_validity: key.certificate_validity.map(Span::as_seconds),
            policy: (&key.policy).into(),
        }
    }
}
