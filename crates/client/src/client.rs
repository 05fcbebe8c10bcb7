//! The client of one product on this machine: what an application calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(feature = "directory")]
use leasehold_core::Code;
use leasehold_core::{Clock, Fingerprint, KeyId, ProductKey, Standing, Timestamp};
use leasehold_wire::{Manifest, Method, armour};

use crate::address::AuthorityAddress;
use crate::context::Context;
use crate::doctor::{self, Diagnosis};
use crate::error::Error;
use crate::machine::Machine;
use crate::options::Options;
use crate::session::authority::keyed::{Keyed, MachineSession};
use crate::session::deadline::Deadline;
#[cfg(feature = "directory")]
use crate::session::directory::{DirectorySession, trust_of};
use crate::session::exchange::Exchange;
#[cfg(feature = "directory")]
use crate::session::host::asking::Outcome;
use crate::session::host::asking::{Answer, LeaseSession};
use crate::session::host::carried::{CarriedSession, Installed};
use crate::session::host::lookup::Search;
use crate::session::host::release::Released;
use crate::session::network::Network;
use crate::session::trust::Trust;
#[cfg(feature = "directory")]
use crate::state::attempts;
use crate::state::files::{Note, RequestLock};
use crate::state::held::Held;
use crate::state::{self, State, directory, first_run, proven};
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
                exchange: Exchange::new(trust, options.connect_timeout),
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
    pub fn open_known(options: Options) -> Result<Self, Error> {
        let bases = match options.state {
            Some(ref base) if !base.exists() => return Err(Error::NoSuchState { base: base.clone() }),
            Some(ref state) => vec![state.clone()],
            None => directory::directories(options.machine.as_ref().unwrap_or(&Machine::read())),
        };
        let base = bases.last().cloned().ok_or(Error::NoStateDirectory)?;
        let mut known = Vec::new();
        for manifest in bases.iter().flat_map(|base| state::manifests(base)) {
            // The machine and its user may know the same one.
            if !known.contains(&manifest) {
                known.push(manifest);
            }
        }
        let (vendor, bytes) = match known.as_slice() {
            [] => return Err(Error::NoProduct { base }),
            [only] => only,
            several => {
                let products = several.iter().filter_map(|(_, bytes)| Some(state::read_manifest(bytes).ok()?.product));
                return Err(Error::SeveralProducts { base, products: products.collect() });
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

    /// Reads an activation object in the directory now, where one is to be read; else, or where that fails, asks a host for a
    /// lease.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] where no host has answered, [`Error::NoHost`] where none is known or found, [`Error::State`] where the
    /// answer could not be stored. The next attempt then repeats the request.
    pub fn activate(&self) -> Result<Answer, Error> {
        let lock = self.state.request_lock()?;
        self.ask(&lock)
    }

    /// Renews the lease now. The lease of a multiple key needs no renewal: where an authority granted it over the network,
    /// this checks whether the vendor has revoked it.
    ///
    /// # Errors
    /// As [`Self::activate`]; [`Error::NoLease`] where there is none; [`Error::Authority`].
    pub fn renew(&self) -> Result<Answer, Error> {
        let lock = self.state.request_lock()?;
        match self.state.held(None)? {
            Some(held) => self.continue_with(&lock, Some(held)),
            None if self.state.object(None)?.is_some() => self.ask(&lock),
            None => Err(Error::NoLease(self.context.manifest.product)),
        }
    }

    /// Asks a host if it is time to; for applications with a loop of their own. [`crate::Renewer`] calls it in a thread.
    ///
    /// # Errors
    /// As [`Self::activate`].
    pub fn tick(&self) -> Result<Tick, Error> {
        drop(self.remember_time());
        if let Some(waits) = self.waits() {
            return Ok(waits);
        }
        let Some(lock) = self.state.try_request_lock()? else { return Ok(Tick::Busy) };
        // Another process may have asked a moment ago.
        if let Some(waits) = self.waits() {
            return Ok(waits);
        }
        let answer = self.continue_with(&lock, self.state.held(None)?)?;
        Ok(Tick::Asked(Box::new(answer)))
    }

    /// Gives the lease back: tells the host, and uses it no more. The lease of a multiple key is only removed here. The client then
    /// asks only when [`Self::activate`] is called.
    ///
    /// A host signs no receipt. Where there is no lease in hand, the host is told again of the one that was given back last.
    ///
    /// # Errors
    /// As [`Self::activate`]; the lease is then still held.
    pub fn release(&self) -> Result<Released, Error> {
        let lock = self.state.request_lock()?;
        self.lease_session(&lock).give_back()
    }

    /// Activates the product with a multiple key: asks the authority at `address` for a lease. The key itself is neither
    /// sent nor stored.
    ///
    /// A host's lease in hand is replaced; the host counts it until its end, unless [`Self::release`] gives it back
    /// first.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for another key than a multiple one; [`Error::Authority`] where there is no answer, or one that
    /// does not verify; [`Error::State`] where it could not be stored. The next attempt then repeats the request,
    /// and nothing more is used up.
    pub fn activate_with_key(&self, key: &ProductKey, address: &AuthorityAddress) -> Result<Keyed, Error> {
        let lock = self.state.request_lock()?;
        self.machine_session(&lock).activate(key, address)
    }

    /// The request of a machine with a multiple key, to be carried to the vendor; [`Self::install`] takes the answer. It
    /// keeps its name until an answer is stored.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for another key than a multiple one; [`Error::State`].
    pub fn machine_request(&self, key: &ProductKey) -> Result<Vec<u8>, Error> {
        let lock = self.state.request_lock()?;
        self.machine_session(&lock).prepare(key)
    }

    /// The request for a host, to be carried there as a file (`leasehold host lease`): for a machine that reaches no host.
    /// [`Self::install`] takes the answer; until then the request keeps its name. It may be carried for 30 days.
    ///
    /// # Errors
    /// [`Error::NoFingerprint`], [`Error::State`].
    pub fn request_for_host(&self) -> Result<Vec<u8>, Error> {
        let lock = self.state.request_lock()?;
        self.carried_session(&lock).request()
    }

    /// Stores what a host answered to [`Self::request_for_host`], or the vendor to [`Self::machine_request`]: in any form that a
    /// document has, also one of many answers in one file. The vendor's revocation list is taken too, alone or among them.
    ///
    /// # Errors
    /// [`Error::Lease`] where it is not for this machine, or does not verify; [`Error::NotAmong`] where none of several is;
    /// [`Error::Revocations`] where a list does not verify;
    /// [`Error::Document`] where there is no document; [`Error::State`].
    pub fn install(&self, answers: &[u8]) -> Result<Installed, Error> {
        let mut documents = Vec::new();
        let mut unreadable = None;
        for read in armour::read_all(answers).map_err(Error::Document)? {
            match read {
                Ok(document) => documents.push(document),
                Err(error) => unreadable = Some(error),
            }
        }
        if let Some(error) = unreadable.filter(|_| documents.is_empty()) {
            return Err(Error::Document(error));
        }
        let lock = self.state.request_lock()?;
        self.carried_session(&lock).install(&documents)
    }

    /// Prepares an image: removes device key and leases of this vendor's products. See [`crate::generalize`].
    ///
    /// # Errors
    /// [`Error::State`] where something cannot be removed.
    pub fn generalize(&self) -> Result<(), Error> {
        let _requests = self.state.request_lock()?;
        self.state.generalize(&self.state.lock()?)
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

    /// Does what the lease in hand is due for.
    fn continue_with(&self, lock: &RequestLock, held: Option<Held>) -> Result<Answer, Error> {
        match held {
            Some(held) if held.lease.method == Method::MultipleKey => {
                self.machine_session(lock).check_revocation(held.lease)
            }
            Some(_) | None => self.ask(lock),
        }
    }

    /// The methods in their order: a directory, a host.
    #[cfg(feature = "directory")]
    fn ask(&self, lock: &RequestLock) -> Result<Answer, Error> {
        let deadline = Deadline::of_attempt(self.context.clock.as_ref());
        let directory = DirectorySession { context: &self.context, state: &self.state, network: &self.network };
        let fault = match directory.read(lock, deadline) {
            Some(Ok(read)) => return Ok(Answer { outcome: Outcome::Read(Box::new(read)), passed_over: Vec::new() }),
            Some(Err(fault)) => Some(fault),
            None => None,
        };
        let answer = LeaseSession { deadline, ..self.lease_session(lock) }.ask();
        match (answer, fault) {
            // No host is known: what keeps the directory from activating is what matters.
            (Err(Error::NoHost { .. }), Some(fault)) if fault.code() != Code::NoDirectory => {
                let told = attempts::told_otherwise(&self.state, fault.code(), fault.to_string());
                told.unwrap_or_else(|error| self.state.note(error));
                Err(fault)
            }
            (answer, _) => answer,
        }
    }

    /// The methods in their order: a host.
    #[cfg(not(feature = "directory"))]
    fn ask(&self, lock: &RequestLock) -> Result<Answer, Error> {
        self.lease_session(lock).ask()
    }

    /// `None` when it is time to ask.
    fn waits(&self) -> Option<Tick> {
        let next = self.status().next_attempt;
        let due = next.is_some_and(|next| next <= self.context.now());
        if due { None } else { Some(Tick::Waits(next)) }
    }

    /// Counts the time that has passed, and notices whether this machine has become another one.
    fn remember_time(&self) -> Result<(), Error> {
        proven::count(&self.state, &self.context.running())?;
        first_run::notice_move(&self.context, &self.state)
    }

    /// Needs the lock, so that one process asks at a time.
    pub(crate) fn lease_session<'c>(&'c self, _lock: &'c RequestLock) -> LeaseSession<'c> {
        LeaseSession {
            context: &self.context,
            state: &self.state,
            network: &self.network,
            deadline: Deadline::of_attempt(self.context.clock.as_ref()),
            token: None,
        }
    }

    /// Needs the lock, as before.
    fn carried_session<'c>(&'c self, lock: &'c RequestLock) -> CarriedSession<'c> {
        CarriedSession { context: &self.context, state: &self.state, machine: self.machine_session(lock) }
    }

    /// Needs the lock, as before.
    fn machine_session<'c>(&'c self, _lock: &'c RequestLock) -> MachineSession<'c> {
        MachineSession { context: &self.context, state: &self.state, network: &self.network }
    }
}
