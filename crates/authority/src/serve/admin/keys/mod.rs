//! Product keys.

pub(super) mod change;
pub(super) mod issue;
pub(super) mod list;
pub(super) mod revoke;
pub(super) mod show;
pub(super) mod withdraw;

use leasehold_core::activation::Allowance;
use leasehold_core::{Span, Timestamp};
use leasehold_dashboard::authority::data;
use leasehold_service::admin::{Answer, ok};
use leasehold_store::authority::IssuedKey;

use super::call::Call;
use super::policy;
use super::problems::problem;
use crate::key_name::KeyName;
use crate::keys::{self, Counts};

/// The key of this name, as it is now.
fn view(call: &Call<'_>, name: &KeyName) -> Answer {
    let (key, counts) = keys::with_counts(call.store(), name).map_err(|error| problem(&error))?;
    ok(&key_view(&key, counts))
}

/// A product key, with what it has activated.
pub(super) fn key_view(key: &IssuedKey, taken: Counts) -> data::Key {
    let kind = match key.allowance {
        Allowance::Hosts { .. } => data::Kind::Host,
        Allowance::Machines { .. } => data::Kind::Multiple,
    };
    data::Key {
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
        policy: policy::view(&key.policy),
    }
}
