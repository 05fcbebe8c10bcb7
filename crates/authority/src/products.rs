//! Families and their products.

use std::collections::BTreeSet;

use leasehold_core::standing::Mode;
use leasehold_core::{FamilyId, Policy, PolicyFault, ProductId, ProductNumber, Span, Text, Timestamp};
use leasehold_store::authority::{AuthorityStore, Family, ForkPolicy, Product, Stamp, Transaction};
use leasehold_wire::Manifest;

use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::policy_change::Changed;
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
/// [`Error::FamilyExists`] where a number or policy is given for a family that has its own; [`Error::FamilyWithdrawn`],
/// [`Error::Policy`], [`Error::GrantTooLarge`]; [`Error::NotInitialised`], [`Error::Store`].
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

/// Fields of a product to update; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ProductChange {
    /// What people call it.
    pub title: Option<Text>,
    /// How long it runs unactivated.
    pub initial_grace: Option<Span>,
    /// Fingerprint components that may change before a machine counts as another one.
    pub drift: Option<u64>,
    /// The label of the SRV record where hosts are found; `Some(None)` is the usual one.
    pub service: Option<Option<Text>>,
    /// How the standing reaches the application.
    pub mode: Option<Mode>,
}

/// Whether something is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// As usual.
    Granted,
    /// In nothing that is signed from now on.
    Withdrawn,
}

/// Changes what manifests made from now on say of a product.
///
/// # Errors
/// [`Error::UnknownProduct`], [`Error::Policy`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn change(
    store: &dyn AuthorityStore,
    id: &ProductId,
    change: &ProductChange,
    by: Stamp,
) -> Result<Changed<Product>, Error> {
    alter(store, "change a product", id, by, |product| {
        let after = Product {
            title: change.title.clone().unwrap_or_else(|| product.title.clone()),
            initial_grace: change.initial_grace.unwrap_or(product.initial_grace),
            drift: change.drift.unwrap_or(product.drift),
            service: change.service.clone().unwrap_or_else(|| product.service.clone()),
            mode: change.mode.unwrap_or(product.mode),
            ..product.clone()
        };
        check(after.drift, after.initial_grace)?;
        check_service(after.service.as_ref())?;
        Ok(after)
    })
}

/// Withdraws a product from all that is granted from now on, renewals included, or brings it back.
///
/// What was granted before holds to its end. Where nothing of a family is left, its keys activate nothing.
///
/// # Errors
/// [`Error::UnknownProduct`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn set_availability(
    store: &dyn AuthorityStore,
    id: &ProductId,
    availability: Availability,
    by: Stamp,
) -> Result<Changed<Product>, Error> {
    alter(store, "withdraw a product", id, by, |product| {
        Ok(Product { withdrawn: withdrawn(product.withdrawn, availability, by), ..product.clone() })
    })
}

/// Since when something is withdrawn that was so `before`.
pub(crate) fn withdrawn(before: Option<Timestamp>, availability: Availability, by: Stamp) -> Option<Timestamp> {
    match availability {
        Availability::Granted => None,
        Availability::Withdrawn => before.or(Some(by.at)),
    }
}

fn alter(
    store: &dyn AuthorityStore,
    name: &'static str,
    id: &ProductId,
    by: Stamp,
    alter: impl Fn(&Product) -> Result<Product, Error>,
) -> Result<Changed<Product>, Error> {
    transact(store, name, |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let before = tx.product(id)?.ok_or(Error::UnknownProduct(*id))?;
        let after = alter(&before)?;
        tx.change_product(&before, &after, by)?;
        Ok(Changed { before, after })
    })
}

enum Begins {
    Now,
    Earlier,
}

fn family(tx: &mut dyn Transaction, new: &NewFamily, by: Stamp) -> Result<(Family, Begins), Error> {
    if let Some(family) = tx.family(&new.id)? {
        let other = new.number.is_some_and(|number| number != family.number);
        if family.withdrawn.is_some() {
            return Err(Error::FamilyWithdrawn(new.id));
        }
        let changed = new.policy.as_ref().is_some_and(|policy| *policy != family.policy);
        return if other || changed { Err(Error::FamilyExists(new.id)) } else { Ok((family, Begins::Earlier)) };
    }
    let policy = new.policy.clone().unwrap_or_default();
    policy.check(by.at)?;
    let taken = tx.families()?.iter().map(|family| family.number).collect();
    let number = choose(new.number, &taken, Error::FamilyNumberTaken)?;
    Ok((Family { id: new.id, number, policy, forked: ForkPolicy::Show, withdrawn: None }, Begins::Now))
}

fn product(new: &NewProduct, number: ProductNumber, family: &Family) -> Result<Product, Error> {
    let drift = new.drift.unwrap_or(family.policy.drift);
    check(drift, new.initial_grace)?;
    check_service(new.service.as_ref())?;
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

/// The product's part of what a policy says, under the same rules.
fn check(drift: u64, initial_grace: Span) -> Result<(), PolicyFault> {
    Policy { drift, grace: initial_grace, ..Policy::default() }.check(Timestamp::from_unix(0))
}

/// A product that is sold has no manifest that is for tests.
fn check_service(service: Option<&Text>) -> Result<(), Error> {
    let for_tests = service.is_some_and(|service| service.as_str() == Manifest::TEST_SERVICE);
    if for_tests { Err(Error::TestService) } else { Ok(()) }
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
