//! The client of one product on this machine: what an application calls. [`attempts`] has what asks and changes.

mod attempts;
pub(crate) mod borrowing;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leasehold_core::{Clock, Fingerprint, KeyId, Standing, Timestamp};
use leasehold_wire::{Manifest, armour};

use crate::context::Context;
use crate::courier::Courier;
use crate::doctor::{self, Diagnosis};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::exchange::trust::Trust;
use crate::machine::Machine;
use crate::options::Options;
#[cfg(feature = "directory")]
use crate::session::directories::trust_of;
use crate::session::host::outcome::Answer;
use crate::session::network::Network;
use crate::session::search::Search;
use crate::state::files::Note;
use crate::state::{self, KnownManifest, State, directory, first_run};
use crate::status::Status;

/// The client of one product on this machine. It holds no open file and no connection; several may be open at once.
#[derive(Debug)]
pub struct Client {
    pub(crate) context: Context,
    pub(crate) state: State,
    pub(crate) network: Network,
}

/// What [`Client::tick`] found to do.
#[derive(Debug)]
pub enum Tick {
    /// Nothing before this time; `None` is not before [`Client::activate`] is called.
    Waits(Option<Timestamp>),
    /// Another process is asking.
    Busy,
    /// It was time, and a host has answered.
    Asked(Box<Answer>),
}

impl Client {
    /// Opens the client of the product that `manifest` (raw or armoured) describes.
    ///
    /// Reads state and machine, and remembers that the product has run here. It waits for nothing: neither for the network
    /// nor for a lock. A state directory that cannot be used, or that is not there, is no error: the client then stands as on
    /// its first run, [`Self::notes`] says why, and asking fails.
    ///
    /// # Errors
    /// A manifest that is damaged or belongs to another vendor than [`Options::root`]; CA certificates that cannot be read;
    /// [`Options::test_clock`] with a manifest that is not for tests.
    pub fn open(manifest: &[u8], options: Options) -> Result<Self, Error> {
        let bytes = armour::read(manifest).map_err(Error::Armour)?;
        let manifest = state::read_manifest(&bytes)?;
        if let Some(pinned) = options.root.filter(|pinned| *pinned != manifest.root) {
            return Err(Error::ForeignManifest { expected: pinned.id(), found: manifest.root.id() });
        }
        #[cfg(feature = "directory")]
        let directories_trust = trust_of(options.authorities.as_deref(), options.further_authorities.as_deref())?;
        let trust = Trust::of(options.authorities.as_deref(), options.further_authorities.as_deref())?;
        let clock: Arc<dyn Clock> = match options.test_clock {
            Some(_) if !manifest.is_for_tests() => return Err(Error::TestClock(manifest.product)),
            Some(test_clock) => Arc::new(test_clock.over(options.clock)),
            None => options.clock,
        };
        let now = clock.now();
        let (root, product, made) = (manifest.root, manifest.product, manifest.issued);
        let courier = Arc::new(Courier::new(options.agent, root.id(), product));
        let machine = options.machine.unwrap_or_else(Machine::read);
        let base = options.state.or_else(|| directory::directory_of(root.id(), &machine));
        let client = Self {
            state: State::new(base.as_deref(), root, product, now),
            context: Context {
                fingerprint: machine.fingerprint(root.id()),
                manifest,
                host_name: options.host_name.sent(),
                clock,
                rng: options.rng,
            },
            network: Network {
                exchange: Exchange::new(trust, options.connect_timeout).carried_by(Arc::<Courier>::clone(&courier)),
                courier,
                hosts: options.hosts,
                search: Search::new(options.lookup),
                #[cfg(feature = "directory")]
                directories: options.directories,
                #[cfg(feature = "directory")]
                directories_trust,
                #[cfg(feature = "mdns")]
                local_link: options.local_link,
            },
        };
        first_run::introduce(&client.state, &bytes, made, now).unwrap_or_else(|error| client.state.note(error));
        // A user who may only read the state goes by what others have remembered.
        drop(client.remember_time());
        Ok(client)
    }

    /// Opens the client of the one product that the state directory knows.
    ///
    /// # Errors
    /// As [`Self::open`]; [`Error::NoSuchState`], [`Error::NoProduct`], [`Error::SeveralProducts`]; [`Error::ForeignManifest`] where a manifest
    /// lies in another vendor's folder.
    pub fn open_known(mut options: Options) -> Result<Self, Error> {
        let bases = match options.state {
            Some(ref base) => vec![readable(base)?.to_owned()],
            // Read once: what it says is asked again when the client is opened.
            None => directory::directories(options.machine.get_or_insert_with(Machine::read)),
        };
        let base = bases.last().cloned().ok_or(Error::NoStateDirectory)?;
        let mut known: Vec<KnownManifest> = Vec::new();
        for manifest in bases.iter().flat_map(|base| state::manifests(base)) {
            // The machine and its user may know the same one.
            if !known.iter().any(|other| (other.vendor, &other.bytes) == (manifest.vendor, &manifest.bytes)) {
                known.push(manifest);
            }
        }
        let KnownManifest { vendor, bytes, .. } = match known.as_slice() {
            [] => return Err(Error::NoProduct { base }),
            [only] => only,
            several => {
                let manifests = several.iter().map(|known| known.path.clone()).collect();
                return Err(Error::SeveralProducts { manifests });
            }
        };
        let found = state::read_manifest(bytes)?.root.id();
        if found != *vendor {
            return Err(Error::ForeignManifest { expected: *vendor, found });
        }
        Self::open(bytes, options)
    }

    /// What the product may do now, as its manifest wants it to reach the application: never "reduced" where it only
    /// advises.
    ///
    /// Decided from what is stored; never waits for the network.
    pub fn standing(&self) -> Standing {
        self.status().effective_standing()
    }

    /// Whether the application may offer the feature of this name now, by its standing and its lease together.
    pub fn feature(&self, name: &str) -> bool {
        self.status().feature(name)
    }

    /// Whole days until the standing ends by itself; `None` where it does not end.
    pub fn days_left(&self) -> Option<u64> {
        self.status().days_left()
    }

    /// The standing as it is, and all that it rests on.
    pub fn status(&self) -> Status {
        Status::of(&self.context, &self.state)
    }

    /// Why the product is not activated, or what may soon keep it from being so: looks at the state directory, the clock,
    /// DNS and every host, and changes nothing there.
    ///
    /// Waits for the network.
    pub fn diagnose(&self) -> Diagnosis {
        doctor::diagnose(&self.context, &self.state, &self.network, None)
    }

    /// As [`Self::diagnose`], after an attempt to get a lease.
    pub fn diagnose_after(&self, attempt: &Result<Answer, Error>) -> Diagnosis {
        doctor::diagnose(&self.context, &self.state, &self.network, Some(attempt))
    }

    /// The product.
    pub fn manifest(&self) -> &Manifest {
        &self.context.manifest
    }

    /// The product's vendor.
    pub fn vendor(&self) -> KeyId {
        self.context.manifest.root.id()
    }

    /// What this machine is recognised by; `None` where it shows nothing that distinguishes it from others.
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        self.context.fingerprint.as_ref()
    }

    /// The folder of the vendor's state; it need not exist. `None` where there is no place for state.
    pub fn folder(&self) -> Option<&Path> {
        self.state.folder()
    }

    /// The file of the lease; it need not exist. `None` where there is no place for state.
    pub fn lease_file(&self) -> Option<PathBuf> {
        self.state.lease_path()
    }

    /// The file with the proof of the last refusal ([`crate::LastFailure::proven_by`]).
    pub fn refusal_file(&self) -> Option<PathBuf> {
        self.state.refusal_path()
    }

    /// Problems with the state directory so far.
    pub fn notes(&self) -> Vec<Note> {
        self.state.notes()
    }

    /// What the local clock says.
    pub(crate) fn now(&self) -> Timestamp {
        self.context.now()
    }
}

/// A state directory that was named, which may be a file where a folder was meant.
fn readable(base: &Path) -> Result<&Path, Error> {
    match fs::read_dir(base) {
        Ok(_) => Ok(base),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::NoSuchState { base: base.to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(Error::NoProduct { base: base.to_owned() }),
        Err(source) => Err(Error::State { path: base.to_owned(), source }),
    }
}
