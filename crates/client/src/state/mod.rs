//! What a client remembers: one folder per vendor, in it one per product.
//!
//! ```text
//! <base>/<vendor's KeyId>/device.key      PKCS#8 PEM, 0600
//!                         candidate.key   a new key until it holds a lease, 0600
//!                         former/<KeyId>.key  keys before that leases are bound to, 0600
//!                         device.json     names of the keys, last fingerprint
//!                         time.json       the floor of proven time
//!                         revocations.lh
//!                         sign-in.json    the tokens of the user who has signed in, 0600
//!                         lock  asking.lock
//!                         <product>/manifest.lh  lease.lh  refusal.lh (with their chains)  record.json
//!                                   object.lh    an activation object that was read in a directory
//!                                   released.lh  a lease that was given back, for the host to be told again
//! ```

pub(crate) mod attempts;
pub(crate) mod device;
pub(crate) mod directory;
pub(crate) mod files;
pub(crate) mod first_run;
pub(crate) mod held;
pub(crate) mod object;
pub(crate) mod proven;
pub(crate) mod record;
pub(crate) mod sign_in;

use std::path::{Path, PathBuf};

use leasehold_core::{KeyId, ProductId, PublicKey, Timestamp};
use leasehold_files::Readers;
use leasehold_wire::{Keypair, Lease, Manifest, Revocations, verify};

use crate::error::Error;
use crate::state::device::{Device, DeviceHistory};
use crate::state::files::{Files, LOCK, Lock, Note, REQUEST_LOCK, RequestLock, folders};
use crate::state::held::Held;
use crate::state::object::HeldObject;
use crate::state::proven::Proven;
use crate::state::record::ProductRecord;
use crate::state::sign_in::StoredSignIn;

/// A manifest that a state directory keeps.
#[derive(Debug)]
pub(crate) struct KnownManifest {
    /// The vendor whose folder it is in.
    pub(crate) vendor: KeyId,
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// The state of one product on this machine, and what it shares with the vendor's other products.
#[derive(Debug)]
pub(crate) struct State {
    files: Files,
    root: PublicKey,
    product: ProductId,
    opened: Timestamp,
}

impl State {
    /// The state under `base` of this product of the vendor with this root key; nothing is read or made yet. Without a base
    /// nothing is remembered.
    pub(crate) fn new(base: Option<&Path>, root: PublicKey, product: ProductId, opened: Timestamp) -> Self {
        Self { files: Files::new(base.map(|base| base.join(root.id().to_string()))), root, product, opened }
    }

    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        self.files.lock()
    }

    pub(crate) fn try_lock(&self) -> Result<Option<Lock>, Error> {
        self.files.try_lock()
    }

    pub(crate) fn request_lock(&self) -> Result<RequestLock, Error> {
        self.files.request_lock()
    }

    pub(crate) fn try_request_lock(&self) -> Result<Option<RequestLock>, Error> {
        self.files.try_request_lock()
    }

    pub(crate) fn device(&self, lock: Option<&Lock>) -> Result<Device, Error> {
        let history = self.history(lock)?;
        let candidate = match history.candidate {
            Some(_) => self.files.read_once(lock, CANDIDATE, &[], device::from_pem)?,
            None => None,
        };
        Ok(Device { key: self.files.read_once(lock, KEY, &[], device::from_pem)?, candidate, history })
    }

    /// The device without its keys: what a user may know who may not read them.
    pub(crate) fn device_without_key(&self) -> Result<Device, Error> {
        Ok(Device { history: self.history(None)?, ..Device::default() })
    }

    /// Stores what has changed, a new key before its name. A key that makes way for another is kept among the former ones.
    pub(crate) fn keep_device(&self, lock: &Lock, device: &Device) -> Result<(), Error> {
        if let Some(candidate) = &device.candidate {
            self.keep_key(lock, CANDIDATE, candidate)?;
        }
        if let Some(key) = &device.key {
            let known: Option<Keypair> = self.files.read(Some(lock), KEY, device::from_pem)?;
            if let Some(former) = known.filter(|known| known.id() != key.id()) {
                self.keep_key(lock, &former_key(former.id()), &former)?;
            }
            self.keep_key(lock, KEY, key)?;
        }
        if self.history(Some(lock))? != device.history {
            self.files.replace(lock, HISTORY, &device.history.to_bytes(), Readers::Everyone)?;
        }
        if device.candidate.is_none() { self.files.remove(lock, CANDIDATE) } else { Ok(()) }
    }

    /// The key with this name, in use, candidate or former.
    pub(crate) fn key_of(&self, client: KeyId) -> Result<Option<Keypair>, Error> {
        let device = self.device(None)?;
        let present = [device.key, device.candidate].into_iter().flatten().find(|key| key.id() == client);
        if present.is_some() {
            return Ok(present);
        }
        Ok(self.files.read(None, &former_key(client), device::from_pem)?.filter(|key| key.id() == client))
    }

    /// Removes the former keys that no lease of the vendor's is bound to any more.
    pub(crate) fn forget_former_keys(&self, lock: &Lock) -> Result<(), Error> {
        let client = |file: PathBuf| {
            let bytes = leasehold_files::read(&self.files.folder()?.join(file), MAX_DOCUMENT_BYTES).ok()?;
            Some(leasehold_wire::Envelope::parse(&bytes).ok()?.document::<Lease>().ok()?.client)
        };
        let leases = |product: String| [LEASE, RELEASED].map(|file| Path::new(&product).join(file));
        let files = self.files.folders().into_iter().flat_map(leases);
        let bound: Vec<String> = files.filter_map(client).map(former_name).collect();
        let kept: Vec<&str> = bound.iter().map(String::as_str).collect();
        if self.files.has_folder(FORMER) { self.files.clear(lock, FORMER, &kept) } else { Ok(()) }
    }

    fn keep_key(&self, lock: &Lock, name: &str, key: &Keypair) -> Result<(), Error> {
        let known: Option<Keypair> = self.files.read(Some(lock), name, device::from_pem)?;
        if known.is_some_and(|known| known.id() == key.id()) {
            return Ok(());
        }
        self.files.replace(lock, name, device::to_pem(key).as_bytes(), Readers::Owner)
    }

    pub(crate) fn proven(&self, lock: Option<&Lock>) -> Result<Option<Proven>, Error> {
        self.files.read_once(lock, TIME, &[], |bytes| serde_json::from_slice(bytes).ok())
    }

    pub(crate) fn keep_proven(&self, lock: &Lock, proven: &Proven) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(proven).expect("numbers and texts are JSON");
        self.files.replace(lock, TIME, &bytes, Readers::Everyone)
    }

    pub(crate) fn revocations(&self, lock: Option<&Lock>) -> Result<Option<Revocations>, Error> {
        self.files.read_once(lock, REVOCATIONS, &[], |bytes| {
            let issued = leasehold_wire::Envelope::parse(bytes).ok()?.document::<Revocations>().ok()?.issued;
            Some(verify::<Revocations>(bytes, &self.root, issued, None).ok()?.document)
        })
    }

    pub(crate) fn keep_revocations(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, REVOCATIONS, bytes, Readers::Everyone)
    }

    /// What is remembered of the product; as on its first run where nothing is.
    pub(crate) fn record(&self, lock: Option<&Lock>) -> Result<ProductRecord, Error> {
        Ok(self.stored_record(lock)?.unwrap_or_else(|| self.first_record()))
    }

    pub(crate) fn stored_record(&self, lock: Option<&Lock>) -> Result<Option<ProductRecord>, Error> {
        self.files.read_once(lock, &of(&self.product, RECORD), &[], ProductRecord::parse)
    }

    /// The record of a product that runs for the first time.
    pub(crate) fn first_record(&self) -> ProductRecord {
        ProductRecord::new(self.opened)
    }

    pub(crate) fn keep_record(&self, lock: &Lock, record: &ProductRecord) -> Result<(), Error> {
        self.files.replace(lock, &of(&self.product, RECORD), &record.to_bytes(), Readers::Everyone)
    }

    pub(crate) fn held(&self, lock: Option<&Lock>) -> Result<Option<Held>, Error> {
        self.lease_in(LEASE, lock)
    }

    /// The lease that was given back, where there has been none since.
    pub(crate) fn released(&self, lock: Option<&Lock>) -> Result<Option<Held>, Error> {
        self.lease_in(RELEASED, lock)
    }

    fn lease_in(&self, file: &str, lock: Option<&Lock>) -> Result<Option<Held>, Error> {
        let revocations = self.revocations(lock).unwrap_or_else(|error| {
            self.note(error);
            None
        });
        self.files.read_once(lock, &of(&self.product, file), &[REVOCATIONS], |bytes| {
            Held::open(bytes, &self.root, revocations.as_ref()).filter(|held| held.lease.product == self.product)
        })
    }

    pub(crate) fn keep_lease(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, &of(&self.product, LEASE), bytes, Readers::Everyone)
    }

    /// The activation object in hand.
    pub(crate) fn object(&self, lock: Option<&Lock>) -> Result<Option<HeldObject>, Error> {
        let revocations = self.revocations(lock).unwrap_or_else(|error| {
            self.note(error);
            None
        });
        let open = |bytes: &[u8]| HeldObject::open(bytes, &self.root, revocations.as_ref());
        self.files.read_once(lock, &of(&self.product, OBJECT), &[REVOCATIONS], open)
    }

    #[cfg(feature = "directory")]
    pub(crate) fn keep_object(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, &of(&self.product, OBJECT), bytes, Readers::Everyone)
    }

    pub(crate) fn remove_object(&self, lock: &Lock) -> Result<(), Error> {
        self.files.remove(lock, &of(&self.product, OBJECT))
    }

    /// Keeps the proof of a refusal, until a lease is granted.
    pub(crate) fn keep_refusal(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, &of(&self.product, REFUSAL), bytes, Readers::Everyone)
    }

    pub(crate) fn remove_refusal(&self, lock: &Lock) -> Result<(), Error> {
        self.files.remove(lock, &of(&self.product, REFUSAL))
    }

    /// Puts the lease in hand where no standing rests on it; the one that was put there before stays where there is none.
    pub(crate) fn put_lease_away(&self, lock: &Lock) -> Result<(), Error> {
        self.files.rename(lock, &of(&self.product, LEASE), &of(&self.product, RELEASED))
    }

    pub(crate) fn remove_released(&self, lock: &Lock) -> Result<(), Error> {
        self.files.remove(lock, &of(&self.product, RELEASED))
    }

    pub(crate) fn remove_lease(&self, lock: &Lock) -> Result<(), Error> {
        self.files.remove(lock, &of(&self.product, LEASE))
    }

    /// The user's sign-in, with its tokens.
    pub(crate) fn sign_in(&self, lock: Option<&Lock>) -> Result<Option<StoredSignIn>, Error> {
        self.files.read(lock, SIGN_IN, |bytes| serde_json::from_slice(bytes).ok())
    }

    pub(crate) fn keep_sign_in(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, SIGN_IN, bytes, Readers::Owner)
    }

    pub(crate) fn remove_sign_in(&self, lock: &Lock) -> Result<(), Error> {
        self.files.remove(lock, SIGN_IN)
    }

    /// The vendor's folder; `None` where there is no place for state.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.files.folder()
    }

    pub(crate) fn lease_path(&self) -> Option<PathBuf> {
        Some(self.files.folder()?.join(of(&self.product, LEASE)))
    }

    pub(crate) fn refusal_path(&self) -> Option<PathBuf> {
        Some(self.files.folder()?.join(of(&self.product, REFUSAL)))
    }

    /// Whether this manifest is kept.
    pub(crate) fn knows_manifest(&self, lock: Option<&Lock>, bytes: &[u8]) -> Result<bool, Error> {
        Ok(self.files.read(lock, &of(&self.product, MANIFEST), |known| Some(known == bytes))?.unwrap_or(false))
    }

    /// Keeps a manifest, so that a later start needs none.
    pub(crate) fn keep_manifest(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, &of(&self.product, MANIFEST), bytes, Readers::Everyone)
    }

    pub(crate) fn generalize(&self, lock: &Lock) -> Result<(), Error> {
        forget_machine(&self.files, lock)
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.files.notes()
    }

    /// Remembers that something could not be read or written.
    pub(crate) fn note(&self, error: Error) {
        if let Error::State { path, source } = error {
            self.files.note(Note::Unusable { path, source: source.into() });
        } else if let Error::NoStateDirectory = error {
            self.files.note(Note::NoDirectory);
        }
    }

    fn history(&self, lock: Option<&Lock>) -> Result<DeviceHistory, Error> {
        Ok(self.files.read_once(lock, HISTORY, &[], DeviceHistory::parse)?.unwrap_or_default())
    }
}

/// Prepares an image: removes device keys and leases of all vendors under `base`, a client's [`Options::state`], and
/// returns the vendors. Each machine made from the image is then a client of its own.
///
/// Manifests, revocation lists and proven time stay; they hold on every machine.
///
/// [`Options::state`]: crate::Options::state
///
/// # Errors
/// [`Error::State`] where something cannot be removed.
pub fn generalize(base: &Path) -> Result<Vec<KeyId>, Error> {
    if let Err(source) = std::fs::read_dir(base) {
        let none = source.kind() == std::io::ErrorKind::NotFound;
        return if none { Ok(Vec::new()) } else { Err(Error::State { path: base.to_owned(), source }) };
    }
    let vendors = folders(base).into_iter().filter_map(|name| Some((name.parse::<KeyId>().ok()?, base.join(name))));
    let clear = |(vendor, folder)| {
        let files = Files::new(Some(folder));
        let _requests = files.request_lock()?;
        forget_machine(&files, &files.lock()?)?;
        Ok(vendor)
    };
    vendors.map(clear).collect()
}

/// Removes what belongs to this machine alone: device key, leases, requests, times of first runs; also what is left of
/// such files, such as damaged ones.
fn forget_machine(files: &Files, lock: &Lock) -> Result<(), Error> {
    // The key last, so that a crash between leaves nothing that claims to be licensed without it.
    for folder in files.folders() {
        files.clear(lock, &folder, &[MANIFEST])?;
    }
    files.clear(lock, "", &[TIME, REVOCATIONS, LOCK, REQUEST_LOCK])
}

/// The manifests kept under `base`, with the vendor in whose folder each lies.
pub(crate) fn manifests(base: &Path) -> Vec<KnownManifest> {
    let vendors = folders(base).into_iter().filter_map(|name| Some((name.parse().ok()?, base.join(name))));
    let kept = vendors.flat_map(|(vendor, folder): (KeyId, PathBuf)| {
        let paths = folders(&folder).into_iter().map(move |product| folder.join(product).join(MANIFEST));
        let read = |path: PathBuf| Some((leasehold_files::read(&path, MAX_DOCUMENT_BYTES).ok()?, path));
        paths.filter_map(read).map(move |(bytes, path)| KnownManifest { vendor, path, bytes })
    });
    kept.collect()
}

/// What a manifest says, verified against the root key it carries, at the time of its own making: it has no end, and an
/// application starts with a wrong clock too.
pub(crate) fn read_manifest(bytes: &[u8]) -> Result<Manifest, Error> {
    let envelope = leasehold_wire::Envelope::parse(bytes).map_err(|error| Error::Manifest(error.into()))?;
    let claimed: Manifest = envelope.document().map_err(|error| Error::Manifest(error.into()))?;
    let opened = verify::<Manifest>(bytes, &claimed.root, claimed.issued, None).map_err(Error::Manifest)?;
    Ok(opened.document)
}

fn former_key(client: KeyId) -> String {
    format!("{FORMER}/{}", former_name(client))
}

fn former_name(client: KeyId) -> String {
    format!("{client}.key")
}

fn of(product: &ProductId, file: &str) -> String {
    format!("{product}/{file}")
}

const KEY: &str = "device.key";
/// A key that holds no lease yet.
const CANDIDATE: &str = "candidate.key";
/// The folder of keys that made way for others while leases were bound to them.
const FORMER: &str = "former";
const REFUSAL: &str = "refusal.lh";
const HISTORY: &str = "device.json";
const TIME: &str = "time.json";
/// The tokens of the user who has signed in.
const SIGN_IN: &str = "sign-in.json";
const REVOCATIONS: &str = "revocations.lh";
const MANIFEST: &str = "manifest.lh";
/// The most that any document but a revocation list has.
const MAX_DOCUMENT_BYTES: u64 = 16 * 1_024;
const LEASE: &str = "lease.lh";
const OBJECT: &str = "object.lh";
const RELEASED: &str = "released.lh";
const RECORD: &str = "record.json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_place_for_state_nothing_is_remembered_and_that_is_a_note() {
        let state = State::new(None, PublicKey([1; 32]), "acme-cad".parse().unwrap(), Timestamp::from_unix(7));
        assert_eq!(state.record(None).unwrap().first_run, Timestamp::from_unix(7));
        assert!(state.held(None).unwrap().is_none() && state.device(None).unwrap().id().is_none());
        let error = state.lock().unwrap_err();
        assert!(matches!(error, Error::NoStateDirectory));
        state.note(error);
        assert!(matches!(state.notes()[..], [Note::NoDirectory]));
        assert_eq!((state.folder(), state.lease_path()), (None, None));
    }
}
