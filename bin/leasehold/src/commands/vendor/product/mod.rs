//! `leasehold vendor product`: what is licensed.

mod add;
mod availability;
mod list;
mod set;
mod show;

use clap::Subcommand;
use leasehold_authority::{Changed, Error, products};
use leasehold_core::{ProductId, ProductKey, Text, Timestamp};
use leasehold_store::authority::{self, Family, Vendor};
use serde_json::{Value, json};

use super::before_after::{self, Field, or_none};
use super::{VendorContext, failed, policy};
use crate::failure::Failure;
use crate::output::{self, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Product {
    /// Add a product; a family begins with its first product.
    Add(Box<add::Add>),
    /// The products with their generic keys.
    List(list::List),
    /// One product.
    Show(show::Show),
    /// Change what a product's manifests say from now on.
    Set(set::Set),
    /// Withdraw a product: it is in nothing that is signed from now on, renewals included.
    Withdraw(availability::Change),
    /// Bring a withdrawn product back.
    Restore(availability::Change),
}

impl Product {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(context, output),
            Self::List(command) => command.run(context, output),
            Self::Show(command) => command.run(context, output),
            Self::Set(command) => command.run(context, output),
            Self::Withdraw(command) => command.run(context, products::Availability::Withdrawn, output),
            Self::Restore(command) => command.run(context, products::Availability::Granted, output),
        }
    }
}

/// A product with its family.
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
        let mut value = value(&self.product);
        value["family_number"] = json!(self.family.number.value());
        value["family_policy"] = policy::value(&self.family.policy);
        value["generic_key"] = json!(self.generic_key.to_string());
        value
    }

    fn print(&self) {
        let Self { product, family, generic_key } = self;
        outln!("product      {} ({}), number {}", product.id, product.title, product.number);
        outln!("generic key  {generic_key}");
        outln!("family       {}, number {}: {}", family.id, family.number, policy::words(&family.policy));
    }
}

/// A product in JSON.
fn value(product: &authority::Product) -> Value {
    let authority::Product { id, number, family, title, initial_grace, drift, service, mode, withdrawn } = product;
    json!({
        "product": id.as_str(),
        "number": number.value(),
        "title": title.as_str(),
        "family": family.as_str(),
        "initial_grace": initial_grace.as_seconds(),
        "drift": drift,
        "service": service.as_ref().map_or("leasehold", Text::as_str),
        "mode": mode.name(),
        "withdrawn": withdrawn.map(Timestamp::unix),
    })
}

/// What may change of a product.
fn fields(product: &authority::Product) -> Vec<Field> {
    vec![
        ("title", product.title.to_string()),
        ("initial grace", product.initial_grace.to_string()),
        ("drift", product.drift.to_string()),
        ("service", product.service.as_ref().map_or_else(|| "leasehold".to_owned(), ToString::to_string)),
        ("mode", product.mode.name().to_owned()),
        ("withdrawn", or_none(product.withdrawn.map(output::time))),
    ]
}

/// The product in words and in JSON, before and after.
fn print_changed(changed: &Changed<authority::Product>, output: Output) {
    let Changed { before, after } = changed;
    let what = format!("product {}", after.id);
    before_after::print(&what, (fields(before), fields(after)), [value(before), value(after)], output);
}

fn entry(context: &VendorContext, id: &ProductId) -> Result<Entry, Failure> {
    let found = entries(context)?.into_iter().find(|entry| entry.product.id == *id);
    found.ok_or_else(|| failed(&Error::UnknownProduct(*id)))
}

fn entries(context: &VendorContext) -> Result<Vec<Entry>, Failure> {
    let listed = || -> Result<_, leasehold_authority::Error> {
        let vendor = leasehold_authority::vendor(&*context.store)?;
        Ok((products::list(&*context.store)?, products::families(&*context.store)?, vendor))
    };
    let (products, families, vendor) = listed().map_err(|error| failed(&error))?;
    Ok(products.into_iter().filter_map(|product| Entry::new(product, &families, &vendor)).collect())
}
