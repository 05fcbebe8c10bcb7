//! The hosts, machines and directories that product keys have activated.

use std::collections::{HashMap, HashSet};

use leasehold_core::{DirectoryId, KeyId};
use leasehold_store::authority::{Activation, AuthorityStore, HostReport, IssuedKey, Revoked, Transaction};

use crate::error::Error;
use crate::key_name::KeyName;
use crate::keys::resolve;
use crate::transact;

/// One key pair of a host, machine or directory, and whether it still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activated {
    /// The product key that has activated it.
    pub key: IssuedKey,
    /// Which of its hosts, machines or directories it is, and the last answer to it.
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
        let mut activations = tx.activations_of(subject)?;
        activations.retain(|(_, activation)| activation.directory.is_none());
        for (key, activation) in activations {
            let report = tx.report(key, subject)?;
            let key = tx.key(key)?.ok_or(Error::UnknownKey(KeyName::Id(key)))?;
            found.push(Activated { key, activation, revoked, report });
        }
        if found.is_empty() { Err(Error::UnknownHost(subject)) } else { Ok(found) }
    })
}

/// Of the hosts or machines of a product key, those whose ordinal is higher than `after`, at most `max` of them, by ordinal, each
/// with its latest key pair. Ask again with the last ordinal until nothing comes: there may be very many.
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn page(store: &dyn AuthorityStore, key: &KeyName, after: u64, max: u64) -> Result<Vec<Activated>, Error> {
    transact(store, "list hosts", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let key = resolve(tx, key)?;
        let (mut page, mut after) = (Vec::new(), after);
        loop {
            let wanted = max.saturating_sub(page.len() as u64);
            let places = tx.places(key.public.id(), after, wanted)?;
            let Some(last) = places.last().filter(|_| wanted > 0) else { return Ok(page) };
            after = last.ordinals.place;
            // Directories have a list of their own.
            for activation in places.into_iter().filter(|place| place.directory.is_none()) {
                let revoked = tx.is_revoked(Revoked::Key(activation.subject.id()))?;
                let report = tx.report(key.public.id(), activation.subject.id())?;
                page.push(Activated { key: key.clone(), activation, revoked, report });
            }
        }
    })
}

/// The hosts of all host keys, each with its latest key pair, in the order in which these were activated. A few thousand are read
/// at a time, so that no transaction keeps others waiting for long.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn each_host(store: &dyn AuthorityStore, visit: &mut dyn FnMut(Activated)) -> Result<(), Error> {
    let mut after = Some(0);
    while let Some(from) = after {
        let page = hosts(store, from)?;
        after = page.last().map(|(number, _)| *number).filter(|_| page.len() as u64 == MAX_READ);
        page.into_iter().for_each(|(_, host)| visit(host));
    }
    Ok(())
}

/// Hosts of all host keys after the activation of this number: a page of them, each with that of its own.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn hosts(store: &dyn AuthorityStore, after: u64) -> Result<Vec<(u64, Activated)>, Error> {
    transact(store, "list the hosts of all keys", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let keys: HashMap<KeyId, IssuedKey> = tx.keys()?.into_iter().map(|key| (key.public.id(), key)).collect();
        let revoked: HashSet<Revoked> = tx.revocations()?.into_iter().map(|entry| entry.what).collect();
        let reports = tx.reports()?.into_iter();
        let reports: HashMap<_, _> = reports.map(|(key, subject, report)| ((key, subject), report)).collect();
        let found = tx.hosts(after, MAX_READ)?.into_iter().filter_map(|(number, id, activation)| {
            let (key, subject) = (keys.get(&id)?.clone(), activation.subject.id());
            let (revoked, report) = (revoked.contains(&Revoked::Key(subject)), reports.get(&(id, subject)).copied());
            Some((number, Activated { key, activation, revoked, report }))
        });
        Ok(found.collect())
    })
}

/// The directories of all product keys, or of the one that is named, oldest first.
///
/// # Errors
/// [`Error::UnknownKey`], [`Error::AmbiguousKey`]; [`Error::NotInitialised`], [`Error::Store`].
pub fn directories(store: &dyn AuthorityStore, key: Option<&KeyName>) -> Result<Vec<Activated>, Error> {
    transact(store, "list directories", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let key = key.map(|name| resolve(tx, name)).transpose()?.map(|key| key.public.id());
        let found = directories_of(tx)?;
        Ok(found.into_iter().filter(|found| key.is_none_or(|key| key == found.key.public.id())).collect())
    })
}

/// The activations of one directory, oldest first: one, unless several product keys have activated it.
///
/// # Errors
/// [`Error::UnknownDirectory`] where there is none; [`Error::NotInitialised`], [`Error::Store`].
pub fn directory(store: &dyn AuthorityStore, id: DirectoryId) -> Result<Vec<Activated>, Error> {
    transact(store, "find a directory", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let mut found = directories_of(tx)?;
        found.retain(|found| found.activation.directory == Some(id));
        if found.is_empty() { Err(Error::UnknownDirectory(id)) } else { Ok(found) }
    })
}

fn directories_of(tx: &mut dyn Transaction) -> Result<Vec<Activated>, Error> {
    let mut found = Vec::new();
    for (key, activation) in tx.directories()? {
        let revoked = tx.is_revoked(Revoked::Key(activation.subject.id()))?;
        let key = tx.key(key)?.ok_or(Error::UnknownKey(KeyName::Id(key)))?;
        found.push(Activated { key, activation, revoked, report: None });
    }
    Ok(found)
}

/// Hosts that are read in one transaction.
pub const MAX_READ: u64 = 2_000;
