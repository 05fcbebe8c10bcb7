//! Secret product keys: issued once, shown once, known afterwards by their public half.

use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, KeyId, Policy, ProductKey, Text};
use leasehold_store::authority::{AuthorityStore, Family, IssuedKey, Place, Stamp, Transaction};
use leasehold_wire::Keypair;

use crate::chance::{Rng, draw};
use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::transact;

/// A product key to issue.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is for.
    pub family: FamilyId,
    /// Whether it is a host or a multiple key, and how far it goes.
    pub allowance: Allowance,
    /// Who buys it.
    pub customer: Option<Text>,
    /// What it grants; `None` is what the family says.
    pub policy: Option<Policy>,
}

/// A product key with what it has activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The product key.
    pub key: IssuedKey,
    /// How many hosts or machines.
    pub places_taken: u64,
    /// The hosts of a host key; none of a multiple key, whose machines may be very many.
    pub hosts: Vec<Place>,
}

/// Issues a product key. The key itself is in the answer alone and cannot be had again.
///
/// # Errors
/// [`Error::UnknownFamily`], [`Error::Policy`], [`Error::GrantTooLarge`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn issue(
    store: &dyn AuthorityStore,
    new: &NewKey,
    by: Stamp,
    rng: &mut Rng<'_>,
) -> Result<(ProductKey, IssuedKey), Error> {
    let random = draw(rng);
    transact(store, "issue a product key", |tx| {
        let vendor = tx.vendor()?.ok_or(Error::NotInitialised)?;
        let family = tx.family(&new.family)?.ok_or(Error::UnknownFamily(new.family))?;
        let policy = new.policy.clone().unwrap_or_else(|| family.policy.clone());
        policy.check(by.at)?;
        let products = tx.products()?;
        let members = products.iter().filter(|product| product.family == family.id);
        check_size(&vendor.name, &grant(family.id, members, &policy))?;
        let (key, issued) = make(new, &family, policy, by, random);
        tx.add_key(&issued, by)?;
        Ok((key, issued))
    })
}

/// The product keys, oldest first, with what they have activated.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn list(store: &dyn AuthorityStore) -> Result<Vec<KeyUse>, Error> {
    transact(store, "list product keys", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let keys = tx.keys()?;
        keys.into_iter().map(|key| usage(tx, key)).collect()
    })
}

/// The product key of this id, with what it has activated; `None` where it was not issued here.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn find(store: &dyn AuthorityStore, id: KeyId) -> Result<Option<KeyUse>, Error> {
    transact(store, "find a product key", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        tx.key(id)?.map(|key| usage(tx, key)).transpose()
    })
}

fn make(new: &NewKey, family: &Family, policy: Policy, by: Stamp, random: [u8; 9]) -> (ProductKey, IssuedKey) {
    let key = ProductKey::secret(new.allowance.kind(), family.number, random);
    let issued = IssuedKey {
        public: Keypair::of_product_key(&key).public(),
        family: family.id,
        last_five: key.last_five().parse().expect("five characters of a key are a text"),
        customer: new.customer.clone(),
        policy,
        allowance: new.allowance,
        issued: by.at,
        revoked: None,
    };
    (key, issued)
}

fn usage(tx: &mut dyn Transaction, key: IssuedKey) -> Result<KeyUse, Error> {
    let id = key.public.id();
    let hosts = match key.allowance {
        Allowance::Hosts { .. } => tx.places(id, 0, u64::MAX)?,
        Allowance::Machines { .. } => Vec::new(),
    };
    Ok(KeyUse { places_taken: tx.places_taken(id)?, hosts, key })
}
