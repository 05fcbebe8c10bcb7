//! Secret product keys: issued once, shown once, known afterwards by their public half.

use std::collections::HashMap;
use std::num::NonZeroU64;

use leasehold_core::activation::Allowance;
use leasehold_core::{FamilyId, KeyId, Policy, ProductKey, Rng, Span, Text, random_bytes};
use leasehold_store::authority::{Activation, AuthorityStore, Family, IssuedKey, Stamp, Transaction};
use leasehold_wire::Keypair;

use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::key_name::KeyName;
use crate::policy_change::{Changed, PolicyChange};
use crate::transact;

/// A product key to issue.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The family it is for.
    pub family: FamilyId,
    /// Whether it is a host or a multiple key, and how far it goes.
    pub allowance: Allowance,
    /// The customer.
    pub customer: Option<Text>,
    /// What it grants; `None` is what the family says.
    pub policy: Option<Policy>,
    /// How long certificates of its hosts are valid; `None` is the usual time: 90 days with a capacity, else two years.
    pub certificate_validity: Option<Span>,
}

/// How much of a product key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Hosts or machines.
    pub places: u64,
    /// Key pairs on all of them.
    pub activations: u64,
}

/// Fields of a product key to update; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// The customer; `Some(None)` is no customer in particular.
    pub customer: Option<Option<Text>>,
    /// What it grants.
    pub policy: PolicyChange,
    /// How long certificates of its hosts are valid; `Some(None)` is the usual time.
    pub certificate_validity: Option<Option<Span>>,
    /// Hosts or machines that it activates at most. Those that it has activated are answered again whatever the number.
    pub places: Option<NonZeroU64>,
    /// Key pairs that it activates at most on each of them.
    pub activations: Option<NonZeroU64>,
}

/// A product key with what it has activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The product key.
    pub key: IssuedKey,
    /// How many hosts, machines and directories.
    pub places_taken: u64,
    /// The hosts of a host key; none of a multiple key, whose machines may be very many.
    pub hosts: Vec<Activation>,
}

/// Some product keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The keys, with how much of each is used.
    pub keys: Vec<(IssuedKey, Counts)>,
    /// After which id to go on; `None` where nothing follows.
    pub next: Option<KeyId>,
}

/// How many hosts a host key is for: `hosts` if given; else one where its policy has a capacity, since each host may grant
/// so many, and six where not.
pub fn host_allowance(policy: &Policy, hosts: Option<NonZeroU64>) -> Allowance {
    let usual = if policy.capacity.is_some() { 1 } else { Allowance::HOST_KEY.places() };
    Allowance::Hosts { hosts: hosts.map_or(usual, NonZeroU64::get), activations: Allowance::HOST_KEY.activations() }
}

/// A product key that is made and not recorded: nothing is activated with it until it is.
///
/// The key cannot be had again once this is gone. So write it where it will be kept first, and record it then.
#[derive(Clone, Debug)]
pub struct Draft {
    key: ProductKey,
    issued: IssuedKey,
}

/// Makes a product key after checking that it can be issued.
///
/// # Errors
/// [`Error::UnknownFamily`], [`Error::FamilyWithdrawn`], [`Error::Policy`], [`Error::GrantTooLarge`];
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn draft(store: &dyn AuthorityStore, new: &NewKey, by: Stamp, rng: &dyn Rng) -> Result<Draft, Error> {
    let random = random_bytes(rng);
    transact(store, "make a product key", |tx| {
        let family = tx.family(&new.family)?.ok_or(Error::UnknownFamily(new.family))?;
        let policy = new.policy.clone().unwrap_or_else(|| family.policy.clone());
        let (key, issued) = make(new, &family, policy, by, random);
        check(tx, &issued, by)?;
        Ok(Draft { key, issued })
    })
}

/// Issues a product key. The key itself is in the answer alone and cannot be had again.
///
/// # Errors
/// As for [`draft`].
pub fn issue(
    store: &dyn AuthorityStore,
    new: &NewKey,
    by: Stamp,
    rng: &dyn Rng,
) -> Result<(ProductKey, IssuedKey), Error> {
    let Draft { key, issued } = draft(store, new, by, rng)?.record(store, by)?;
    Ok((key, issued))
}

impl Draft {
    /// The key itself, which is a secret.
    pub fn key(&self) -> &ProductKey {
        &self.key
    }

    /// What the store will keep of it.
    pub fn issued(&self) -> &IssuedKey {
        &self.issued
    }

    /// Records the key: from now on it activates.
    ///
    /// # Errors
    /// As for [`draft`], whose checks are made again.
    pub fn record(self, store: &dyn AuthorityStore, by: Stamp) -> Result<Self, Error> {
        transact(store, "issue a product key", |tx| {
            check(tx, &self.issued, by)?;
            Ok(tx.add_key(&self.issued, by)?)
        })?;
        Ok(self)
    }
}

/// A host needs some time to renew, and a certificate is for no longer than a lease may be.
fn check_validity(validity: Option<Span>) -> Result<(), Error> {
    match validity {
        Some(validity) if validity < Span::DAY || validity > Span::days(36_500) => {
            Err(Error::CertificateValidity(validity))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether `key` can be issued now.
fn check(tx: &mut dyn Transaction, key: &IssuedKey, by: Stamp) -> Result<(), Error> {
    let vendor = tx.vendor()?.ok_or(Error::NotInitialised)?;
    if tx.family(&key.family)?.ok_or(Error::UnknownFamily(key.family))?.withdrawn.is_some() {
        return Err(Error::FamilyWithdrawn(key.family));
    }
    key.policy.check(by.at)?;
    check_validity(key.certificate_validity)?;
    let products = tx.products()?;
    let members = products.iter().filter(|product| product.family == key.family);
    check_size(&vendor.name, &grant(key.family, members, &key.policy))
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

/// Product keys that are `wanted`, oldest first: of those issued after the one of the id `after`, at most `max`. No call
/// looks at more than some thousands, so a page may have few or none though more follow.
///
/// # Errors
/// [`Error::UnknownKey`] where there is none of the id `after`; [`Error::NotInitialised`], [`Error::Store`].
pub fn page(
    store: &dyn AuthorityStore,
    after: Option<KeyId>,
    max: u64,
    wanted: &dyn Fn(&IssuedKey) -> bool,
) -> Result<Page, Error> {
    transact(store, "list some product keys", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let mut ids = tx.key_ids()?.into_iter();
        if let Some(after) = after {
            ids.find(|id| *id == after).ok_or(Error::UnknownKey(KeyName::Id(after)))?;
        }
        let (mut keys, mut last) = (Vec::new(), None);
        for id in ids.by_ref().take(MAX_READ) {
            last = Some(id);
            let Some(key) = tx.key(id)?.filter(wanted) else { continue };
            keys.push((key, Counts { places: tx.places_taken(id)?, activations: tx.activations_taken(id)? }));
            if keys.len() as u64 == max {
                break;
            }
        }
        Ok(Page { keys, next: last.filter(|_| ids.len() > 0) })
    })
}

/// All product keys, oldest first, with how many hosts, machines and directories each has activated.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn all_with_places(store: &dyn AuthorityStore) -> Result<Vec<(IssuedKey, u64)>, Error> {
    transact(store, "list product keys with what is used up", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let taken: HashMap<KeyId, u64> = tx.all_places_taken()?.into_iter().collect();
        let with_places = |key: IssuedKey| {
            let places = taken.get(&key.public.id()).copied().unwrap_or_default();
            (key, places)
        };
        Ok(tx.keys()?.into_iter().map(with_places).collect())
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

/// The product key that is meant, with what it has activated.
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn named(store: &dyn AuthorityStore, name: &KeyName) -> Result<KeyUse, Error> {
    transact(store, "find a product key", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let key = resolve(tx, name)?;
        usage(tx, key)
    })
}

/// The product key that is meant, with how much of it is used.
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn with_counts(store: &dyn AuthorityStore, name: &KeyName) -> Result<(IssuedKey, Counts), Error> {
    transact(store, "count what a product key has activated", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let key = resolve(tx, name)?;
        let id = key.public.id();
        Ok((key, Counts { places: tx.places_taken(id)?, activations: tx.activations_taken(id)? }))
    })
}

/// Changes a product key. What it grants reaches a host with its next certificate, when it renews; the allowance counts
/// from now on.
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`], [`Error::Policy`], [`Error::GrantTooLarge`];
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn change(
    store: &dyn AuthorityStore,
    name: &KeyName,
    change: &KeyChange,
    by: Stamp,
) -> Result<Changed<IssuedKey>, Error> {
    transact(store, "change a product key", |tx| {
        let vendor = tx.vendor()?.ok_or(Error::NotInitialised)?;
        let before = resolve(tx, name)?;
        let policy = change.policy.apply(before.policy.clone());
        if policy != before.policy {
            policy.check(by.at)?;
            let products = tx.products()?;
            let members = products.iter().filter(|product| product.family == before.family);
            check_size(&vendor.name, &grant(before.family, members, &policy))?;
        }
        let allowance = change.allowance(before.allowance);
        let customer = change.customer.clone().unwrap_or_else(|| before.customer.clone());
        let certificate_validity = change.certificate_validity.unwrap_or(before.certificate_validity);
        check_validity(certificate_validity)?;
        let after = IssuedKey { customer, policy, allowance, certificate_validity, ..before.clone() };
        tx.change_key(&before, &after, by)?;
        Ok(Changed { before, after })
    })
}

/// Withdraws a product key for ever: it activates and renews nothing more. What it has activated holds to its end, unless it is
/// revoked too ([`crate::Authority::revoke`]).
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn withdraw(store: &dyn AuthorityStore, name: &KeyName, by: Stamp) -> Result<Changed<IssuedKey>, Error> {
    transact(store, "withdraw a product key", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let before = resolve(tx, name)?;
        tx.withdraw_key(before.public.id(), by)?;
        let after = IssuedKey { withdrawn: before.withdrawn.or(Some(by.at)), ..before.clone() };
        Ok(Changed { before, after })
    })
}

/// The product key that is meant.
pub(crate) fn resolve(tx: &mut dyn Transaction, name: &KeyName) -> Result<IssuedKey, Error> {
    let unknown = || Error::UnknownKey(name.clone());
    match name {
        KeyName::Id(id) => tx.key(*id)?.ok_or_else(unknown),
        KeyName::LastFive(last_five) => {
            let mut found = tx.keys_ending(last_five.as_str())?;
            match found.len() {
                1 => found.pop().ok_or_else(unknown),
                0 => Err(unknown()),
                _ => Err(Error::AmbiguousKey(last_five.clone(), found.iter().map(|key| key.public.id()).collect())),
            }
        }
    }
}

impl KeyChange {
    fn allowance(&self, before: Allowance) -> Allowance {
        let places = self.places.map_or(before.places(), NonZeroU64::get);
        let activations = self.activations.map_or(before.activations(), NonZeroU64::get);
        match before {
            Allowance::Hosts { .. } => Allowance::Hosts { hosts: places, activations },
            Allowance::Machines { .. } => Allowance::Machines { machines: places, activations },
        }
    }
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
        certificate_validity: new.certificate_validity,
        issued: by.at,
        withdrawn: None,
    };
    (key, issued)
}

fn usage(tx: &mut dyn Transaction, key: IssuedKey) -> Result<KeyUse, Error> {
    let id = key.public.id();
    let hosts = match key.allowance {
        Allowance::Hosts { .. } => {
            tx.places(id, 0, u64::MAX)?.into_iter().filter(|place| place.directory.is_none()).collect()
        }
        Allowance::Machines { .. } => Vec::new(),
    };
    Ok(KeyUse { places_taken: tx.places_taken(id)?, hosts, key })
}

/// Keys that one page looks at: a transaction keeps others waiting.
const MAX_READ: usize = 5_000;
