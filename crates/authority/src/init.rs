//! Making a vendor: root key, authority key, the certificate that joins them, and the store's first rows.

use std::path::Path;

use leasehold_core::{KeyId, PublicKey, Rng, Span, Text, Timestamp, random_bytes};
use leasehold_store::authority::{AuthorityCertificate, AuthorityStore, Stamp, Vendor};
use leasehold_wire::{Authority as Certificate, Keypair, envelope, trust};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::home::Home;
use crate::secret::Secret;
use crate::{file, key_file, transact};

/// Parameters for a new vendor.
#[derive(Clone, Debug)]
pub struct NewVendor {
    /// What people call the vendor.
    pub name: Text,
    /// How long the authority may sign.
    pub validity: Span,
    /// What encrypts both keys.
    pub passphrase: Secret,
}

/// The vendor that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The root's public half, which applications are shipped with.
    pub root: PublicKey,
    /// The authority.
    pub authority: KeyId,
    /// Until when it may sign.
    pub expires: Timestamp,
    /// Whether files of an earlier run were used.
    pub start: Start,
}

/// Where making a vendor began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With nothing.
    Fresh,
    /// With what an earlier run had left when it was cut short.
    Continued,
}

/// Who the vendor is.
///
/// # Errors
/// [`Error::NotInitialised`] where none has been made.
pub fn vendor(store: &dyn AuthorityStore) -> Result<Vendor, Error> {
    transact(store, "vendor", |tx| tx.vendor()?.ok_or(Error::NotInitialised))
}

/// Makes a vendor in `home` and `store`.
///
/// The store's rows come last and make it one: a run that was cut short before is continued by the next, with the same
/// name and passphrase.
///
/// # Errors
/// [`Error::VendorExists`]; [`Error::WrongPassphrase`] and [`Error::Leftover`] where an earlier run has left files that
/// do not fit; [`Error::EmptyPassphrase`], [`Error::File`], [`Error::Store`].
pub fn init(
    home: &Home,
    store: &dyn AuthorityStore,
    new: &NewVendor,
    by: Stamp,
    rng: &dyn Rng,
) -> Result<Created, Error> {
    match vendor(store) {
        Ok(vendor) => return Err(Error::VendorExists(vendor.name)),
        Err(Error::NotInitialised) => {}
        Err(error) => return Err(error),
    }
    if new.passphrase.is_empty() {
        return Err(Error::EmptyPassphrase);
    }
    home.make()?;
    let (root, start) = pair(&home.root_key(), &new.passphrase, rng)?;
    let (authority, _) = pair(&home.authority_key(), &new.passphrase, rng)?;
    let certificate = certificate(home, new, (&root, &authority), by.at)?;
    put(&home.root_public(), format!("{}\n", root.public()).as_bytes())?;
    let made = Vendor { name: new.name.clone(), root: root.public(), made: by.at };
    transact(store, "make a vendor", |tx| {
        if let Some(vendor) = tx.vendor()? {
            return Err(Error::VendorExists(vendor.name));
        }
        tx.add_vendor(&made, by)?;
        Ok(tx.add_authority_certificate(&certificate, by)?)
    })?;
    Ok(Created { root: root.public(), authority: authority.id(), expires: certificate.expires, start })
}

/// The pair in the key file, which is made if it is missing.
pub(crate) fn pair(path: &Path, passphrase: &Secret, rng: &dyn Rng) -> Result<(Keypair, Start), Error> {
    if let Some(pair) = key_file::read(path, passphrase)? {
        return Ok((pair, Start::Continued));
    }
    let pair = Keypair::from_seed(&Zeroizing::new(random_bytes(rng)));
    key_file::write(path, &pair, passphrase, rng)?;
    Ok((pair, Start::Fresh))
}

/// The root's certificate for the authority, which is made if it is missing.
fn certificate(
    home: &Home,
    new: &NewVendor,
    (root, authority): (&Keypair, &Keypair),
    now: Timestamp,
) -> Result<AuthorityCertificate, Error> {
    let path = home.authority_certificate();
    let document = file::read(&path)?.unwrap_or_else(|| {
        let (expires, vendor) = (now.plus(new.validity), new.name.clone());
        envelope::sign(&Certificate { not_before: now, expires, key: authority.public(), vendor }, root, &[])
    });
    let opened = trust::verify::<Certificate>(&document, &root.public(), now, None);
    match opened.map(|opened| opened.document) {
        Ok(Certificate { key, vendor, not_before, expires }) if key == authority.public() && vendor == new.name => {
            put(&path, &document)?;
            Ok(AuthorityCertificate { authority: key.id(), not_before, expires, document })
        }
        Ok(_) | Err(_) => Err(Error::Leftover(path)),
    }
}

/// Writes the file unless it is there with these very bytes.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    match file::read(path)? {
        Some(present) if present == bytes => Ok(()),
        Some(_) => Err(Error::Leftover(path.to_owned())),
        None => file::create(path, bytes),
    }
}
