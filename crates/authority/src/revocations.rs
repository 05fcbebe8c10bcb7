//! Revocation: what the vendor's newest list names, and the list itself.

use leasehold_core::{Cti, DirectoryId, KeyId, Rng, random_bytes};
use leasehold_store::authority::{AuthorityStore, Revocation, RevocationList, Revoked, Stamp, Transaction};
use leasehold_wire::Revocations;
use leasehold_wire::envelope::MAX_REVOCATION_BYTES;

use crate::authority::Authority;
use crate::error::Error;
use crate::key_name::KeyName;
use crate::keys::resolve;
use crate::transact;

/// Something to revoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A host or machine that a product key has activated, by the name of its key pair.
    Host(KeyId),
    /// A directory that product keys have activated, with every activation object that was signed for it.
    Directory(DirectoryId),
    /// A product key, with every key pair that it has ever activated and every activation object that was signed for it.
    ProductKey(KeyName),
    /// An authority's key other than the one that signs the list, with all that it has signed.
    Authority(KeyId),
    /// Any other key, such as a client's device key.
    Key(KeyId),
    /// One document.
    Document(Cti),
}

/// The effect of a revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// What was not revoked before.
    pub added: Vec<Revoked>,
    /// The newest list; `None` where nothing was ever on one.
    pub list: Option<RevocationList>,
}

/// What is revoked now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Each entry, oldest first.
    pub entries: Vec<Revocation>,
    /// The newest list; `None` where nothing was ever on one.
    pub list: Option<RevocationList>,
}

/// The newest list; `None` where nothing was ever on one.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn newest(store: &dyn AuthorityStore) -> Result<Option<RevocationList>, Error> {
    transact(store, "newest revocation list", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(tx.revocation_list()?)
    })
}

/// What is revoked now.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn standing(store: &dyn AuthorityStore) -> Result<Standing, Error> {
    transact(store, "list revocations", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(Standing { entries: tx.revocations()?, list: tx.revocation_list()? })
    })
}

impl Authority {
    /// Revokes `targets` for ever: they are recorded together with the list that names them, whose number is one higher
    /// than the last. Where all of them were revoked before, there is no new list.
    ///
    /// # Errors
    /// [`Error::UnknownHost`], [`Error::UnknownDirectory`], [`Error::UnknownKey`], [`Error::AmbiguousKey`], [`Error::UnknownAuthority`],
    /// [`Error::OwnAuthority`]; [`Error::ListFull`]; [`Error::Superseded`] where a newer authority signs the lists that
    /// every host believes; [`Error::Certificate`], [`Error::Store`].
    pub fn revoke(&self, targets: &[Target], by: Stamp, rng: &dyn Rng) -> Result<Withdrawal, Error> {
        self.check_valid_at(by.at)?;
        let cti = Cti(random_bytes(rng));
        transact(&*self.store, "revoke", |tx| {
            self.check_not_revoked(tx)?;
            let newest = tx.authority_certificates()?.last().map(|certificate| certificate.authority);
            if newest != Some(self.id()) {
                return Err(Error::Superseded(self.id()));
            }
            let mut added: Vec<Revoked> = Vec::new();
            for target in targets {
                for what in self.named_by(tx, target, by)? {
                    if !tx.is_revoked(what)? {
                        added.push(what);
                    }
                }
            }
            added.sort_unstable();
            added.dedup();
            let list = if added.is_empty() { tx.revocation_list()? } else { Some(self.list(tx, &added, by, cti)?) };
            for target in targets {
                if let Target::ProductKey(name) = target {
                    let key = resolve(tx, name)?.public.id();
                    tx.withdraw_key(key, by)?;
                }
            }
            if let Some(list) = list.as_ref().filter(|_| !added.is_empty()) {
                tx.revoke(&added, list, by)?;
            }
            Ok(Withdrawal { added, list })
        })
    }

    /// Revokes the former device key of a machine that has a new one, so that its lease without end is worth nothing.
    ///
    /// Where that cannot be listed the machine is answered all the same: the key is not answered any more.
    pub(crate) fn revoke_former(
        &self,
        tx: &mut dyn Transaction,
        device: KeyId,
        by: Stamp,
        cti: Cti,
    ) -> Result<(), Error> {
        let former = Revoked::Key(device);
        if tx.is_revoked(former)? {
            return Ok(());
        }
        let newest = tx.authority_certificates()?.last().map(|certificate| certificate.authority);
        if newest != Some(self.id()) {
            tracing::warn!(%device, "former device key not revoked: another authority signs the lists");
            return Ok(());
        }
        match self.list(tx, &[former], by, cti) {
            Ok(list) => Ok(tx.revoke(&[former], &list, by)?),
            Err(error @ Error::ListFull { .. }) => {
                tracing::error!(%device, %error, "former device key not revoked");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The newest list; `None` where nothing was ever on one.
    pub(crate) fn newest_revocations(&self) -> Result<Option<RevocationList>, Error> {
        newest(&*self.store)
    }

    /// Signs a new list of all that is revoked, `added` included.
    pub(crate) fn list(
        &self,
        tx: &mut dyn Transaction,
        added: &[Revoked],
        by: Stamp,
        cti: Cti,
    ) -> Result<RevocationList, Error> {
        let number = tx.revocation_list()?.map_or(0, |list| list.number).saturating_add(1);
        let before = tx.revocations()?;
        let all = before.iter().map(|entry| &entry.what).chain(added);
        let (mut keys, mut documents) = (Vec::new(), Vec::new());
        for what in all {
            match what {
                Revoked::Key(id) => keys.push(*id),
                Revoked::Document(cti) => documents.push(*cti),
            }
        }
        let entries = keys.len() + documents.len();
        let document = self.sign(&Revocations { issued: by.at, cti, number, keys, documents });
        if document.len() > MAX_REVOCATION_BYTES {
            return Err(Error::ListFull { entries, max: MAX_REVOCATION_BYTES });
        }
        Ok(RevocationList { number, issued: by.at, document })
    }

    /// What the list is to name for `target`.
    fn named_by(&self, tx: &mut dyn Transaction, target: &Target, by: Stamp) -> Result<Vec<Revoked>, Error> {
        let keys = match target {
            Target::Host(id) if tx.activations_of(*id)?.is_empty() => return Err(Error::UnknownHost(*id)),
            Target::Authority(id) | Target::Key(id) if *id == self.id() => return Err(Error::OwnAuthority(*id)),
            Target::Authority(id) => {
                let certificates = tx.authority_certificates()?;
                if certificates.iter().all(|certificate| certificate.authority != *id) {
                    return Err(Error::UnknownAuthority(*id));
                }
                vec![*id]
            }
            Target::Directory(id) => keys_of(tx, *id)?,
            Target::Host(id) | Target::Key(id) => vec![*id],
            Target::ProductKey(name) => {
                let key = resolve(tx, name)?.public.id();
                tx.activated(key)?
            }
            Target::Document(cti) => return Ok(vec![Revoked::Document(*cti)]),
        };
        // An object holds without the key that asked for it. One that has ended needs no entry.
        let objects = tx.objects()?.into_iter();
        let objects = objects.filter(|object| keys.contains(&object.subject) && object.expires > by.at);
        let objects: Vec<Revoked> = objects.map(|object| Revoked::Document(object.cti)).collect();
        Ok(keys.into_iter().map(Revoked::Key).chain(objects).collect())
    }
}

/// The key pairs that have asked for a directory, the former ones too.
fn keys_of(tx: &mut dyn Transaction, id: DirectoryId) -> Result<Vec<KeyId>, Error> {
    let mut keys = Vec::new();
    let directories = tx.directories()?;
    for (product_key, _) in directories.into_iter().filter(|(_, latest)| latest.directory == Some(id)) {
        for subject in tx.activated(product_key)? {
            if tx.activations_of(subject)?.iter().any(|(_, activation)| activation.directory == Some(id)) {
                keys.push(subject);
            }
        }
    }
    if keys.is_empty() { Err(Error::UnknownDirectory(id)) } else { Ok(keys) }
}
