//! The hosts and machines that product keys have activated.

use leasehold_core::KeyId;
use leasehold_store::authority::{Activation, AuthorityStore, HostReport, IssuedKey, Revoked};

use crate::error::Error;
use crate::key_name::KeyName;
use crate::keys::resolve;
use crate::transact;

/// One key pair of a host or machine, and whether it still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activated {
    /// The product key that has activated it.
    pub key: IssuedKey,
    /// Which of its hosts or machines it is, and the last answer to it.
    pub activation: Activation,
    /// Whether the revocation list names it.
    pub revoked: bool,
    /// What a host has reported last; `None` where it has not yet.
    pub report: Option<HostReport>,
}

/// The activations of a host's or machine's key pair, oldest first: one, unless several product keys have activated it.
///
/// # Errors
/// [`Error::UnknownHost`] where there is none; [`Error::NotInitialised`], [`Error::Store`].
pub fn find(store: &dyn AuthorityStore, subject: KeyId) -> Result<Vec<Activated>, Error> {
    transact(store, "find a host", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let revoked = tx.is_revoked(Revoked::Key(subject))?;
        let mut found = Vec::new();
        for (key, activation) in tx.activations_of(subject)? {
            let report = tx.report(key, subject)?;
            let key = tx.key(key)?.ok_or(Error::UnknownKey(KeyName::Id(key)))?;
            found.push(Activated { key, activation, revoked, report });
        }
        if found.is_empty() { Err(Error::UnknownHost(subject)) } else { Ok(found) }
    })
}

/// Of the hosts or machines of a product key, those whose ordinal is higher than `after`, at max `max` of them, by ordinal, each
/// with its latest key pair. Ask again with the last ordinal until nothing comes: there may be very many.
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn page(store: &dyn AuthorityStore, key: &KeyName, after: u64, max: u64) -> Result<Vec<Activated>, Error> {
    transact(store, "list hosts", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let key = resolve(tx, key)?;
        let mut page = Vec::new();
        for activation in tx.places(key.public.id(), after, max)? {
            let revoked = tx.is_revoked(Revoked::Key(activation.subject.id()))?;
            let report = tx.report(key.public.id(), activation.subject.id())?;
            page.push(Activated { key: key.clone(), activation, revoked, report });
        }
        Ok(page)
    })
}
