//! The client of one product on this machine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leasehold_core::{Fingerprint, KeyId, Span, Standing, Text, Timestamp};
use leasehold_wire::{Manifest, Method, armour};

use crate::address::HostAddress;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::error::{Error, Tried};
use crate::machine::Machine;
use crate::options::{Options, state_directory};
use crate::session::exchange::{Exchange, Trust};
use crate::session::host::asking::Answer;
#[cfg(feature = "mdns")]
use crate::session::host::lookup::LocalLink;
use crate::session::host::lookup::Search;
use crate::session::refused::Refused;
use crate::state::files::{Note, Turn};
use crate::state::held::Held;
use crate::state::proven::Proven;
use crate::state::record::Record;
use crate::state::{self, Holding, State};
use crate::status::Status;

/// The client of one product on this machine. It holds no open file and no connection; any number may be open at once.
#[derive(Debug)]
pub struct Client {
    pub(crate) manifest: Manifest,
    pub(crate) state: State,
    pub(crate) fingerprint: Option<Fingerprint>,
    pub(crate) hosts: Vec<HostAddress>,
    pub(crate) search: Search,
    #[cfg(feature = "mdns")]
    pub(crate) local_link: LocalLink,
    pub(crate) host_name: Option<Text>,
    pub(crate) exchange: Exchange,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) opened: Timestamp,
}

/// What [`Client::tick`] found to do.
#[derive(Debug)]
pub enum Tick {
    /// Nothing before this time; `None` is nothing ever, unless told to.
    Waits(Option<Timestamp>),
    /// Another process is asking.
    Elsewhere,
    /// It was time, and a host has answered.
    Asked(Answer),
}

/// What became of a release.
#[derive(Debug)]
pub enum Released {
    /// The lease was given back.
    GivenBack {
        /// The hosts that were tried before and have not answered.
        passed_over: Vec<Tried>,
    },
    /// There was no lease.
    NothingHeld,
    /// The lease of a multiple key was removed. The machine keeps its place with the vendor, and may take it again.
    PlaceKept,
    /// The host said no; the lease is still held.
    Refused(Refused),
}

impl Client {
    /// Opens the client of the product that `manifest` (raw or armoured) is of.
    ///
    /// Reads state and machine, and remembers that the product has run here. A state directory that cannot be used is
    /// no error: the client then stands as on its first run, [`Self::notes`] says why, and asking fails.
    ///
    /// # Errors
    /// A manifest that is damaged or of another vendor than [`Options::root`]; CA certificates that are none; no state
    /// directory where none is set and none can be found.
    pub fn open(manifest: &[u8], options: Options) -> Result<Self, Error> {
        let bytes = armour::read(manifest).map_err(Error::Armour)?;
        let manifest = state::read_manifest(&bytes)?;
        if let Some(pinned) = options.root.filter(|pinned| *pinned != manifest.root) {
            return Err(Error::ForeignManifest { expected: pinned.id(), found: manifest.root.id() });
        }
        let trust = options.authorities.as_deref().map_or(Ok(Trust::Public), Trust::only)?;
        let machine = options.machine.unwrap_or_else(Machine::read);
        let client = Self {
            state: State::of(&base(options.state)?, manifest.root),
            fingerprint: machine.fingerprint(manifest.root.id()),
            manifest,
            hosts: options.hosts,
            search: Search::new(options.lookup),
            #[cfg(feature = "mdns")]
            local_link: options.local_link,
            host_name: options.host_name,
            exchange: Exchange::new(&trust, options.connect_timeout),
            opened: options.clock.now(),
            clock: options.clock,
            chance: options.chance,
        };
        client.introduce(&bytes).unwrap_or_else(|error| client.state.note(error));
        // Whoever may only read the state goes by the time that others have counted.
        drop(client.count_time());
        Ok(client)
    }

    /// Opens the client of the one product that the state directory knows.
    ///
    /// # Errors
    /// As [`Self::open`]; [`Error::NoProduct`], [`Error::SeveralProducts`]; [`Error::ForeignManifest`] where a manifest
    /// lies in another vendor's folder.
    pub fn open_known(options: Options) -> Result<Self, Error> {
        let base = base(options.state)?;
        let known = state::manifests(&base);
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
        Self::open(bytes, Options { state: Some(base), ..options })
    }

    /// What the product may do now, as its manifest wants it told: never "reduced" where it only advises.
    ///
    /// Decided from what is stored; never waits for the network.
    pub fn standing(&self) -> Standing {
        self.status().told()
    }

    /// The standing as it is, and all that it rests on.
    pub fn status(&self) -> Status {
        Status::of(self)
    }

    /// Asks a host for a lease now.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] where no host has answered, [`Error::NoHost`] where none is known or found, [`Error::State`] where the
    /// answer could not be kept. The request is then repeated by the next attempt.
    pub fn activate(&self) -> Result<Answer, Error> {
        let turn = self.state.turn()?;
        self.ask(&turn)
    }

    /// Renews the lease now. That of a multiple key has nothing to renew: it is looked whether the vendor has withdrawn it,
    /// where an authority has granted it over the network.
    ///
    /// # Errors
    /// As [`Self::activate`]; [`Error::NoLease`] where there is none; [`Error::Authority`].
    pub fn renew(&self) -> Result<Answer, Error> {
        let turn = self.state.turn()?;
        match self.state.held(None, &self.manifest.product)? {
            Some(held) => self.follow(&turn, Some(held)),
            None => Err(Error::NoLease(self.manifest.product)),
        }
    }

    /// Does what the lease in hand wants done.
    fn follow(&self, turn: &Turn, held: Option<Held>) -> Result<Answer, Error> {
        match held {
            Some(held) if held.lease.method == Method::MultipleKey => self.look_again(turn, held.lease),
            Some(_) | None => self.ask(turn),
        }
    }

    /// Asks a host if it is time to; for callers with a loop of their own. [`crate::Renewer`] calls it in a thread.
    ///
    /// # Errors
    /// As [`Self::activate`].
    pub fn tick(&self) -> Result<Tick, Error> {
        drop(self.count_time());
        if let Some(waits) = self.waits() {
            return Ok(waits);
        }
        let Some(turn) = self.state.turn_if_free()? else { return Ok(Tick::Elsewhere) };
        // Another process may have asked a moment ago.
        if let Some(waits) = self.waits() {
            return Ok(waits);
        }
        let held = self.state.held(None, &self.manifest.product)?;
        self.follow(&turn, held).map(Tick::Asked)
    }

    /// Gives the lease back; that of a multiple key is removed here alone. Asking by itself ends until [`Self::activate`] is called.
    ///
    /// # Errors
    /// As [`Self::activate`]; the lease is then still held.
    pub fn release(&self) -> Result<Released, Error> {
        let turn = self.state.turn()?;
        self.give_back(&turn)
    }

    /// Makes an image ready: removes device key and leases of this vendor's products. See [`crate::generalize`].
    ///
    /// # Errors
    /// [`Error::State`] where something cannot be removed.
    pub fn generalize(&self) -> Result<(), Error> {
        let _turn = self.state.turn()?;
        self.state.generalize(&self.state.lock()?)
    }

    /// What the product is.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whose it is.
    pub fn vendor(&self) -> KeyId {
        self.manifest.root.id()
    }

    /// What this machine is recognised by; `None` where nothing tells it from others.
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        self.fingerprint.as_ref()
    }

    /// The folder of the vendor's state, whether or not there is one.
    pub fn folder(&self) -> &Path {
        self.state.folder()
    }

    /// The file of the lease, whether or not there is one.
    pub fn lease_file(&self) -> PathBuf {
        self.state.lease_path(&self.manifest.product)
    }

    /// What was noticed about the state directory so far.
    pub fn notes(&self) -> Vec<Note> {
        self.state.notes()
    }

    /// What is remembered of the product; as on its first run where nothing is.
    pub(crate) fn record(&self, lock: Holding<'_>) -> Result<Record, Error> {
        let record = self.state.record(lock, &self.manifest.product)?;
        Ok(record.unwrap_or_else(|| Record::new(self.opened)))
    }

    /// Remembers manifest and first run. Most starts have nothing to write: they take no lock, and need no right to.
    fn introduce(&self, manifest: &[u8]) -> Result<(), Error> {
        let product = &self.manifest.product;
        let is_known = |lock| -> Result<(bool, Option<Record>), Error> {
            Ok((self.state.knows_manifest(lock, product, manifest)?, self.state.record(lock, product)?))
        };
        // No product runs before its manifest was made, nor first tomorrow: a clock that said so was wrong.
        let believed = |record: &Record| {
            record.first_run.plus(Span::CLOCK_TOLERANCE) >= self.manifest.issued
                && record.first_run <= self.opened.plus(Span::CLOCK_TOLERANCE)
        };
        if matches!(is_known(None)?, (true, Some(record)) if believed(&record)) {
            return Ok(());
        }
        let lock = self.state.lock()?;
        let (manifest_known, record) = is_known(Some(&lock))?;
        if !manifest_known {
            self.state.keep_manifest(&lock, product, manifest)?;
        }
        let record = match record {
            Some(record) if believed(&record) => return Ok(()),
            Some(record) => Record { first_run: self.opened, ..record },
            None => Record::new(self.opened),
        };
        self.state.keep_record(&lock, product, &record)
    }

    /// The floor of proven time; where it is not remembered, the lease in hand proves its own making.
    pub(crate) fn proven(&self, lock: Holding<'_>) -> Result<Option<Proven>, Error> {
        if let Some(remembered) = self.state.proven(lock)? {
            return Ok(Some(remembered));
        }
        let held = self.state.held(lock, &self.manifest.product)?;
        Ok(held.map(|held| Proven::by_lease(held.lease.issued, &self.clock.running())))
    }

    /// Counts running time where enough of it has gone by.
    fn count_time(&self) -> Result<(), Error> {
        let running = self.clock.running();
        let fresh = self.state.proven(None)?.is_some_and(|remembered| !remembered.is_stale(&running));
        if fresh || self.proven(None)?.is_none() {
            return Ok(());
        }
        let lock = self.state.lock()?;
        match self.proven(Some(&lock))? {
            Some(proven) => self.state.keep_proven(&lock, &proven.counted_to(&running)),
            None => Ok(()),
        }
    }

    /// What the local clock says.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `None` when it is time to ask.
    fn waits(&self) -> Option<Tick> {
        let status = self.status();
        let due = status.next_attempt.is_some_and(|next| next <= self.now());
        if due { None } else { Some(Tick::Waits(status.next_attempt)) }
    }
}

fn base(set: Option<PathBuf>) -> Result<PathBuf, Error> {
    set.or_else(state_directory).ok_or(Error::NoStateDirectory)
}
