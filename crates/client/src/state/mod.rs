//! What a client remembers: one folder per vendor, in it one per product.
//!
//! ```text
//! <base>/<vendor's KeyId>/device.key      PKCS#8 PEM, 0600
//!                         device.json     keys before, last fingerprint
//!                         time.json       the floor of proven time
//!                         revocations.lh
//!                         lock  asking.lock
//!                         <product>/manifest.lh  lease.lh (with its chain)  record.json
//! ```

pub(crate) mod device;
pub(crate) mod files;
pub(crate) mod held;
pub(crate) mod proven;
pub(crate) mod record;

use std::path::{Path, PathBuf};

use leasehold_core::{KeyId, ProductId, PublicKey};
use leasehold_wire::{Keypair, Manifest, Revocations, verify};

use crate::error::Error;
use crate::state::device::{Device, Past};
use crate::state::files::{ASKING, Files, LOCK, Lock, Note, Readers, Turn, folders};
use crate::state::held::Held;
use crate::state::proven::Proven;
use crate::state::record::Record;

/// The state of one vendor's products on this machine.
#[derive(Debug)]
pub(crate) struct State {
    files: Files,
    root: PublicKey,
}

/// Where to read from: as one who holds the lock, or as a passer-by.
pub(crate) type Holding<'l> = Option<&'l Lock>;

impl State {
    /// The state under `base` of the vendor with this root key; nothing is read or made yet.
    pub(crate) fn of(base: &Path, root: PublicKey) -> Self {
        Self { files: Files::new(base.join(root.id().to_string())), root }
    }

    pub(crate) fn lock(&self) -> Result<Lock, Error> {
        self.files.lock()
    }

    pub(crate) fn turn(&self) -> Result<Turn, Error> {
        self.files.turn()
    }

    pub(crate) fn turn_if_free(&self) -> Result<Option<Turn>, Error> {
        self.files.turn_if_free()
    }

    pub(crate) fn device(&self, lock: Holding<'_>) -> Result<Device, Error> {
        Ok(Device { key: self.files.read(lock, KEY, device::from_pem)?, past: self.past(lock)? })
    }

    /// The device without its key: what those may know who may not read the key.
    pub(crate) fn device_seen(&self) -> Result<Device, Error> {
        Ok(Device { key: None, past: self.past(None)? })
    }

    pub(crate) fn keep_device(&self, lock: &Lock, device: &Device) -> Result<(), Error> {
        if let Some(key) = &device.key {
            let known: Option<Keypair> = self.files.read(Some(lock), KEY, device::from_pem)?;
            if known.is_none_or(|known| known.id() != key.id()) {
                self.files.replace(lock, KEY, device::to_pem(key).as_bytes(), Readers::Owner)?;
            }
        }
        if self.past(Some(lock))? == device.past {
            return Ok(());
        }
        self.files.replace(lock, PAST, &device.past.to_bytes(), Readers::All)
    }

    pub(crate) fn proven(&self, lock: Holding<'_>) -> Result<Option<Proven>, Error> {
        self.files.read(lock, TIME, |bytes| serde_json::from_slice(bytes).ok())
    }

    pub(crate) fn keep_proven(&self, lock: &Lock, proven: &Proven) -> Result<(), Error> {
        let bytes = serde_json::to_vec_pretty(proven).expect("numbers and texts are JSON");
        self.files.replace(lock, TIME, &bytes, Readers::All)
    }

    pub(crate) fn revocations(&self, lock: Holding<'_>) -> Result<Option<Revocations>, Error> {
        self.files.read(lock, REVOCATIONS, |bytes| {
            let issued = leasehold_wire::Envelope::parse(bytes).ok()?.document::<Revocations>().ok()?.issued;
            Some(verify::<Revocations>(bytes, &self.root, issued, None).ok()?.document)
        })
    }

    pub(crate) fn keep_revocations(&self, lock: &Lock, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, REVOCATIONS, bytes, Readers::All)
    }

    pub(crate) fn record(&self, lock: Holding<'_>, product: &ProductId) -> Result<Option<Record>, Error> {
        self.files.read(lock, &of(product, RECORD), Record::parse)
    }

    pub(crate) fn keep_record(&self, lock: &Lock, product: &ProductId, record: &Record) -> Result<(), Error> {
        self.files.replace(lock, &of(product, RECORD), &record.to_bytes(), Readers::All)
    }

    pub(crate) fn held(&self, lock: Holding<'_>, product: &ProductId) -> Result<Option<Held>, Error> {
        let revocations = self.revocations(lock).unwrap_or_else(|error| {
            self.note(error);
            None
        });
        self.files.read(lock, &of(product, LEASE), |bytes| {
            Held::open(bytes, &self.root, revocations.as_ref()).filter(|held| held.lease.product == *product)
        })
    }

    pub(crate) fn keep_lease(&self, lock: &Lock, product: &ProductId, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, &of(product, LEASE), bytes, Readers::All)
    }

    pub(crate) fn remove_lease(&self, lock: &Lock, product: &ProductId) -> Result<(), Error> {
        self.files.remove(lock, &of(product, LEASE))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.files.folder()
    }

    pub(crate) fn lease_path(&self, product: &ProductId) -> PathBuf {
        self.files.path(&of(product, LEASE))
    }

    /// Whether this manifest is kept.
    pub(crate) fn knows_manifest(&self, lock: Holding<'_>, product: &ProductId, bytes: &[u8]) -> Result<bool, Error> {
        Ok(self.files.read(lock, &of(product, MANIFEST), |known| Some(known == bytes))?.unwrap_or(false))
    }

    /// Keeps a manifest for those who come without one.
    pub(crate) fn keep_manifest(&self, lock: &Lock, product: &ProductId, bytes: &[u8]) -> Result<(), Error> {
        self.files.replace(lock, &of(product, MANIFEST), bytes, Readers::All)
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
        }
    }

    fn past(&self, lock: Holding<'_>) -> Result<Past, Error> {
        Ok(self.files.read(lock, PAST, Past::parse)?.unwrap_or_default())
    }
}

/// Makes an image ready: removes device keys and leases of all vendors under `base`, a client's [`Options::state`], and
/// says whose they were. Machines made from the image are then each their own.
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
        let files = Files::new(folder);
        let _turn = files.turn()?;
        forget_machine(&files, &files.lock()?)?;
        Ok(vendor)
    };
    vendors.map(clear).collect()
}

/// Forgets what makes this machine itself: device key, leases, requests, when products first ran; and what is left of
/// such files, damaged ones among them.
fn forget_machine(files: &Files, lock: &Lock) -> Result<(), Error> {
    // The key last, so that a crash between leaves nothing that claims to be licensed without it.
    for product in files.folders() {
        files.clear(lock, &product, &[MANIFEST])?;
    }
    files.clear(lock, "", &[TIME, REVOCATIONS, LOCK, ASKING])
}

/// The manifests kept under `base`, with whose they have to be.
pub(crate) fn manifests(base: &Path) -> Vec<(KeyId, Vec<u8>)> {
    let vendors = folders(base).into_iter().filter_map(|name| Some((name.parse().ok()?, base.join(name))));
    let kept = vendors.flat_map(|(vendor, folder): (KeyId, PathBuf)| {
        let products = folders(&folder).into_iter();
        let read = move |product| std::fs::read(folder.join(product).join(MANIFEST)).ok();
        products.filter_map(read).map(move |bytes| (vendor, bytes))
    });
    kept.collect()
}

/// What a manifest says, verified against the root key it carries, at the time of its own making: it has no end, and an
/// application starts with a wrong clock too.
pub(crate) fn read_manifest(bytes: &[u8]) -> Result<Manifest, Error> {
    let envelope = leasehold_wire::Envelope::parse(bytes).map_err(|error| Error::Manifest(error.into()))?;
    let said: Manifest = envelope.document().map_err(|error| Error::Manifest(error.into()))?;
    let opened = verify::<Manifest>(bytes, &said.root, said.issued, None).map_err(Error::Manifest)?;
    Ok(opened.document)
}

fn of(product: &ProductId, file: &str) -> String {
    format!("{product}/{file}")
}

const KEY: &str = "device.key";
const PAST: &str = "device.json";
const TIME: &str = "time.json";
const REVOCATIONS: &str = "revocations.lh";
const MANIFEST: &str = "manifest.lh";
const LEASE: &str = "lease.lh";
const RECORD: &str = "record.json";
