//! Another authority in the place of the one there is: a new key, certified by the same root.
//!
//! What the former one has signed holds as long as its certificate did, unless it is revoked. Hosts and clients know the
//! root and notice nothing.

use std::path::PathBuf;
use std::sync::Arc;

use leasehold_core::{Cti, KeyId, Rng, Span, Timestamp, random_bytes};
use leasehold_store::authority::{AuthorityCertificate, AuthorityStore, RevocationList, Revoked, Stamp, Vendor};
use leasehold_wire::{Authority as Certificate, Keypair, envelope};

use crate::authority::Authority;
pub use crate::authority::AuthorityStatus;
use crate::error::Error;
use crate::home::Home;
use crate::init::{self, Start};
use crate::secret::Secret;
use crate::{file, key_file, transact};

/// Parameters of a rotation.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The root key, wherever it is kept.
    pub root_key: PathBuf,
    /// What opens it.
    pub root_passphrase: Secret,
    /// What encrypts the new authority's key.
    pub passphrase: Secret,
    /// How long the new authority may sign.
    pub validity: Span,
}

/// What a rotation has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The new authority.
    pub authority: KeyId,
    /// Until when it may sign.
    pub expires: Timestamp,
    /// The authority before it.
    pub former: Option<KeyId>,
    /// Where the former authority's key was put aside; `None` where there was no key file.
    pub aside: Option<PathBuf>,
    /// The newest revocation list, now signed by the new authority.
    pub list: Option<RevocationList>,
    /// Whether an earlier run that was cut short was continued.
    pub start: Start,
}

/// An authority that the root has certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// Its certificate.
    pub certificate: AuthorityCertificate,
    /// Its status now.
    pub status: AuthorityStatus,
}

/// The authorities, oldest first.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn authorities(store: &dyn AuthorityStore) -> Result<Vec<Certified>, Error> {
    transact(store, "list authorities", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        let certificates = tx.authority_certificates()?;
        let newest = certificates.last().map(|certificate| certificate.authority);
        let mut authorities = Vec::new();
        for certificate in certificates {
            let status = match tx.is_revoked(Revoked::Key(certificate.authority))? {
                true => AuthorityStatus::Revoked,
                false if Some(certificate.authority) == newest => AuthorityStatus::Active,
                false => AuthorityStatus::Superseded,
            };
            authorities.push(Certified { certificate, status });
        }
        Ok(authorities)
    })
}

/// Makes a new authority and puts it in the place of the one there is.
///
/// A run that is cut short is continued by the next with the same passphrase; until it is complete the former authority
/// signs. The order is: the new key beside the old one, its certificate in the store, the files of the folder; the new key
/// takes its place last.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::EmptyPassphrase`]; [`Error::WrongPassphrase`], [`Error::NotAKeyFile`],
/// [`Error::AnotherKey`] where the root key is not this vendor's; [`Error::ListFull`]; [`Error::File`],
/// [`Error::Store`].
pub fn rotate(
    home: &Home,
    store: &Arc<dyn AuthorityStore>,
    rotation: &Rotation,
    by: Stamp,
    rng: &dyn Rng,
) -> Result<Rotated, Error> {
    let vendor = crate::vendor(&**store)?;
    if rotation.passphrase.is_empty() {
        return Err(Error::EmptyPassphrase);
    }
    let root = root(rotation, &vendor)?;
    let (next, start) = init::pair(&home.next_authority_key(), &rotation.passphrase, rng)?;
    let offered = certify(&root, &vendor, &next, by.at, rotation.validity);
    let (certificate, former) = record(store, vendor, (&next, &offered), by, Cti(random_bytes(rng)))?;
    file::replace(&home.authority_certificate(), &certificate.document)?;
    let aside = put_aside(home, former)?;
    file::rename(&home.next_authority_key(), &home.authority_key())?;
    let list = crate::revocations::newest(&**store)?;
    Ok(Rotated { authority: next.id(), expires: certificate.expires, former, aside, list, start })
}

/// The vendor's root key.
fn root(rotation: &Rotation, vendor: &Vendor) -> Result<Keypair, Error> {
    let path = &rotation.root_key;
    let missing = || Error::at(path)(std::io::ErrorKind::NotFound.into());
    let root = key_file::read(path, &rotation.root_passphrase)?.ok_or_else(missing)?;
    if root.public() == vendor.root { Ok(root) } else { Err(Error::AnotherKey(path.clone())) }
}

fn certify(root: &Keypair, vendor: &Vendor, next: &Keypair, now: Timestamp, validity: Span) -> AuthorityCertificate {
    let expires = now.plus(validity);
    let claims = Certificate { not_before: now, expires, key: next.public(), vendor: vendor.name.clone() };
    let document = envelope::sign(&claims, root, &[]);
    AuthorityCertificate { authority: next.id(), not_before: now, expires, document }
}

/// Records the certificate that is offered, with a revocation list by the new key where there was one, unless an earlier
/// run has; with the authority before it.
fn record(
    store: &Arc<dyn AuthorityStore>,
    vendor: Vendor,
    (next, offered): (&Keypair, &AuthorityCertificate),
    by: Stamp,
    cti: Cti,
) -> Result<(AuthorityCertificate, Option<KeyId>), Error> {
    let signer = Authority::certified(Arc::clone(store), next.clone(), vendor, offered);
    transact(&**store, "rotate the authority", |tx| {
        let certificates = tx.authority_certificates()?;
        let mut others = certificates.iter().filter(|certificate| certificate.authority != next.id());
        let former = others.next_back().map(|certificate| certificate.authority);
        if let Some(known) = certificates.iter().rfind(|certificate| certificate.authority == next.id()) {
            return Ok((known.clone(), former));
        }
        let list = match tx.revocation_list()? {
            Some(_) => Some(signer.list(tx, &[], by, cti)?),
            None => None,
        };
        tx.add_authority_certificate(offered, by)?;
        if let Some(list) = &list {
            tx.revoke(&[], list, by)?;
        }
        Ok((offered.clone(), former))
    })
}

/// Keeps a copy of the former authority's key file, once.
fn put_aside(home: &Home, former: Option<KeyId>) -> Result<Option<PathBuf>, Error> {
    let (Some(former), Some(key)) = (former, file::read(&home.authority_key())?) else {
        return Ok(None);
    };
    let aside = home.former_authority_key(former);
    if file::read(&aside)?.is_none() {
        file::create(&aside, &key)?;
    }
    Ok(Some(aside))
}
