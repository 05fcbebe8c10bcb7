//! Products.

pub(super) mod add;
pub(super) mod change;
pub(super) mod list;
pub(super) mod show;

use leasehold_core::standing::Mode;
use leasehold_core::{ProductKey, PublicKey, Text, Timestamp};
use leasehold_store::authority::Product;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::Call;

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
