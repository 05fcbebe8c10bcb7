//! Families and their products.

use std::collections::BTreeSet;

use leasehold_core::standing::Mode;
use leasehold_core::{FamilyId, Policy, PolicyFault, ProductId, ProductNumber, Span, Text};
use leasehold_store::authority::{AuthorityStore, Family, Product, Stamp, Transaction};

use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::transact;

/// A product to add. What is `None` is chosen: numbers the next free ones, the rest as the family has it.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// Its name.
    pub id: ProductId,
    /// Its number.
    pub number: Option<ProductNumber>,
    /// What people call it.
    pub title: Text,
    /// Its family, which begins with its first product.
    pub family: NewFamily,
    /// How long it runs unactivated.
    pub initial_grace: Span,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: Option<u64>,
    /// The label of the SRV record where hosts are found.
    pub service: Option<Text>,
    /// How the standing reaches the application.
    pub mode: Mode,
}

/// A family as a product names it. Number and policy are set with its first product alone.
#[derive(Clone, Debug)]
pub struct NewFamily {
    /// Its name.
    pub id: FamilyId,
    /// Its number.
    pub number: Option<ProductNumber>,
    /// What its product keys grant unless they say otherwise.
    pub policy: Option<Policy>,
}

/// Adds a product, and its family where this is its first.
///
/// # Errors
/// [`Error::ProductExists`], [`Error::ProductNumberTaken`], [`Error::FamilyNumberTaken`], [`Error::NumbersUsedUp`];
/// [`Error::FamilyExists`] where a number or policy is given for a family that has its own; [`Error::Policy`],
/// [`Error::GrantTooLarge`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn add(store: &dyn AuthorityStore, new: &NewProduct, by: Stamp) -> Result<Product, Error> {
    transact(store, "add a product", |tx| {
        let vendor = tx.vendor()?.ok_or(Error::NotInitialised)?;
        let products = tx.products()?;
        if products.iter().any(|product| product.id == new.id) {
            return Err(Error::ProductExists(new.id));
        }
        let taken = products.iter().map(|product| product.number).collect();
        let number = choose(new.number, &taken, Error::ProductNumberTaken)?;
        let (family, begins) = family(tx, &new.family, by)?;
        let product = product(new, number, &family)?;
        let members = products.iter().filter(|product| product.family == family.id).chain([&product]);
        check_size(&vendor.name, &grant(family.id, members, &family.policy))?;
        if let Begins::Now = begins {
            tx.add_family(&family, by)?;
        }
        tx.add_product(&product, by)?;
        Ok(product)
    })
}

/// The products by number.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn list(store: &dyn AuthorityStore) -> Result<Vec<Product>, Error> {
    transact(store, "list products", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(tx.products()?)
    })
}

/// The families by number.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn families(store: &dyn AuthorityStore) -> Result<Vec<Family>, Error> {
    transact(store, "list families", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(tx.families()?)
    })
}

enum Begins {
    Now,
    Earlier,
}

fn family(tx: &mut dyn Transaction, new: &NewFamily, by: Stamp) -> Result<(Family, Begins), Error> {
    if let Some(family) = tx.family(&new.id)? {
        let other = new.number.is_some_and(|number| number != family.number);
        let changed = new.policy.as_ref().is_some_and(|policy| *policy != family.policy);
        return if other || changed { Err(Error::FamilyExists(new.id)) } else { Ok((family, Begins::Earlier)) };
    }
    let policy = new.policy.clone().unwrap_or_default();
    policy.check(by.at)?;
    let taken = tx.families()?.iter().map(|family| family.number).collect();
    let number = choose(new.number, &taken, Error::FamilyNumberTaken)?;
    Ok((Family { id: new.id, number, policy, withdrawn: None }, Begins::Now))
}

fn product(new: &NewProduct, number: ProductNumber, family: &Family) -> Result<Product, Error> {
    let drift = new.drift.unwrap_or(family.policy.drift);
    // The product's part of what a policy says, under the same rules.
    let own = Policy { drift, grace: new.initial_grace, ..Policy::default() };
    own.check(leasehold_core::Timestamp::from_unix(0)).map_err(|fault: PolicyFault| Error::Policy(fault))?;
    Ok(Product {
        id: new.id,
        number,
        family: family.id,
        title: new.title.clone(),
        initial_grace: new.initial_grace,
        drift,
        service: new.service.clone(),
        mode: new.mode,
        withdrawn: None,
    })
}

/// The number that was asked for, or the lowest free one from 1.
fn choose(
    asked: Option<ProductNumber>,
    taken: &BTreeSet<ProductNumber>,
    refusal: fn(ProductNumber) -> Error,
) -> Result<ProductNumber, Error> {
    match asked {
        Some(number) if taken.contains(&number) => Err(refusal(number)),
        Some(number) => Ok(number),
        None => (1..u64::from(ProductNumber::COUNT))
            .filter_map(|number| number.try_into().ok())
            .find(|number| !taken.contains(number))
            .ok_or(Error::NumbersUsedUp),
    }
}
