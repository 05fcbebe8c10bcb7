//! Products.

pub(super) mod add;
pub(super) mod change;
pub(super) mod list;
pub(super) mod show;

use leasehold_core::standing::Mode;
use leasehold_core::{ProductKey, PublicKey, Text, Timestamp};
use leasehold_dashboard::authority::data;
use leasehold_store::authority::Product;

/// A product of the vendor with this root.
pub(super) fn view(product: &Product, root: PublicKey) -> data::Product {
    let Product { id, number, family, title, initial_grace, drift, service, mode, withdrawn } = product;
    data::Product {
        id: id.to_string(),
        number: number.value(),
        title: title.to_string(),
        family: family.to_string(),
        generic_key: ProductKey::generic(root.id(), *number).to_string(),
        initial_grace: initial_grace.as_seconds(),
        drift: *drift,
        service: service.as_ref().map_or("leasehold", Text::as_str).to_owned(),
        mode: mode_view(*mode),
        withdrawn: withdrawn.map(Timestamp::unix),
    }
}

fn mode_view(mode: Mode) -> data::Mode {
    match mode {
        Mode::Enforce => data::Mode::Enforce,
        Mode::Advise => data::Mode::Advise,
        Mode::Observe => data::Mode::Observe,
    }
}

/// The mode of this name.
fn mode(view: data::Mode) -> Mode {
    match view {
        data::Mode::Enforce => Mode::Enforce,
        data::Mode::Advise => Mode::Advise,
        data::Mode::Observe => Mode::Observe,
    }
}
