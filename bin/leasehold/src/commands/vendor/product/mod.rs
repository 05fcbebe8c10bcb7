//! `leasehold vendor product`: what is licensed.

mod add;
mod list;

use clap::Subcommand;
use leasehold_authority::products;
use leasehold_core::standing::Mode;
use leasehold_core::{ProductKey, Text};
use leasehold_store::authority::{self, Family, Vendor};
use serde_json::{Value, json};

use super::{Shop, failed, policy};
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Product {
    /// Add a product; a family begins with its first product.
    Add(Box<add::Add>),
    /// The products with their generic keys.
    List,
}

impl Product {
    pub(super) fn run(self, shop: &Shop, output: Output) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(shop, output),
            Self::List => list::run(shop, output),
        }
    }
}

/// A product with what is told of its family.
struct Entry {
    product: authority::Product,
    family: Family,
    generic_key: ProductKey,
}

impl Entry {
    fn new(product: authority::Product, families: &[Family], vendor: &Vendor) -> Option<Self> {
        let family = families.iter().find(|family| family.id == product.family)?.clone();
        let generic_key = ProductKey::generic(vendor.root.id(), product.number);
        Some(Self { product, family, generic_key })
    }

    fn value(&self) -> Value {
        let authority::Product { id, number, title, initial_grace, drift, service, mode, .. } = &self.product;
        json!({
            "product": id.as_str(),
            "number": number.value(),
            "title": title.as_str(),
            "family": self.family.id.as_str(),
            "family_number": self.family.number.value(),
            "family_policy": policy::value(&self.family.policy),
            "generic_key": self.generic_key.to_string(),
            "initial_grace": initial_grace.as_seconds(),
            "drift": drift,
            "service": service.as_ref().map_or("leasehold", Text::as_str),
            "mode": mode_name(*mode),
        })
    }
}

fn entries(shop: &Shop) -> Result<Vec<Entry>, Failure> {
    let listed = || -> Result<_, leasehold_authority::Error> {
        let vendor = leasehold_authority::vendor(&*shop.store)?;
        Ok((products::list(&*shop.store)?, products::families(&*shop.store)?, vendor))
    };
    let (products, families, vendor) = listed().map_err(|error| failed(&error))?;
    Ok(products.into_iter().filter_map(|product| Entry::new(product, &families, &vendor)).collect())
}

const fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Advise => "advise",
        Mode::Observe => "observe",
    }
}
