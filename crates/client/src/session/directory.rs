//! Reading an activation object in a directory: which server, as whom, and which of the objects there can be believed.

use leasehold_core::standing::Revocation;
use leasehold_core::{DirectoryId, Timestamp};
use leasehold_directory::{Bind, Connector, Directory, DirectoryAddress, Entry, Failure};
use leasehold_wire::{ActivationObject, Envelope, Reason, verify};

use crate::context::Context;
use crate::error::Error;
use crate::error::directory::{DirectoryFault, ObjectFault};
use crate::session::deadline::Deadline;
use crate::session::directories::DirectorySource;
use crate::session::network::Network;
use crate::state::State;
use crate::state::files::RequestLock;
use crate::state::object::granted;
use crate::state::proven;
use crate::state::record::{Attempt, DirectoryReading, RenewalMode};
use crate::status::{DirectoryActivation, Status};

/// The directories that a client can read.
#[derive(Debug)]
pub(crate) struct DirectorySession<'c> {
    pub(crate) context: &'c Context,
    pub(crate) state: &'c State,
    pub(crate) network: &'c Network,
}

/// An object that can be used here.
#[derive(Debug)]
struct Usable {
    object: ActivationObject,
    bytes: Vec<u8>,
    until: Timestamp,
}

impl DirectorySession<'_> {
    /// Reads the directory and stores what activates the product; `None` where no directory is to be read.
    pub(crate) fn read(
        &self,
        lock: &RequestLock,
        deadline: Deadline<'_>,
    ) -> Option<Result<DirectoryActivation, Error>> {
        let looked = self.look(deadline)?;
        Some(looked.map_err(|fault| Error::Directory(Box::new(fault))).and_then(|found| self.keep(lock, found)))
    }

    /// The same, and stores nothing.
    pub(crate) fn find(&self, deadline: Deadline<'_>) -> Option<Result<(String, Timestamp), DirectoryFault>> {
        Some(self.look(deadline)?.map(|found| (found.reading.name, found.usable.until)))
    }

    /// The best object of the first server that answers.
    fn look(&self, deadline: Deadline<'_>) -> Option<Result<Found, DirectoryFault>> {
        let servers = match self.servers()? {
            Ok(servers) => servers,
            Err(fault) => return Some(Err(fault)),
        };
        let mut last = DirectoryFault::NoServer;
        for address in servers.into_iter().take(MAX_SERVERS) {
            if deadline.left().is_none() {
                break;
            }
            match self.look_at(address) {
                Err(DirectoryFault::Server(error)) if is_elsewhere(&error.failure) => last = error.into(),
                answered => return Some(answered),
            }
        }
        Some(Err(last))
    }

    /// The servers to try; `None` where no directory is to be read.
    fn servers(&self) -> Option<Result<Vec<DirectoryAddress>, DirectoryFault>> {
        match &self.network.directories.source {
            DirectorySource::Off => None,
            DirectorySource::At(servers) => Some(Ok(servers.clone())),
            // A host that was set is to be asked.
            DirectorySource::Domain if !self.network.hosts.is_empty() => None,
            DirectorySource::Domain => {
                let finder = self.network.search.finder().ok().flatten()?;
                let (clock, rng) = (self.context.clock.as_ref(), self.context.rng.as_ref());
                let found = finder.find_domain_controllers(clock, rng).candidates;
                let address = |name: &str, port| DirectoryAddress::ldap(name, port).ok();
                let servers = found.iter().filter_map(|found| address(found.target.as_str(), found.port));
                let servers: Vec<_> = servers.collect();
                Some(if servers.is_empty() { Err(DirectoryFault::NoServer) } else { Ok(servers) })
            }
        }
    }

    fn look_at(&self, address: DirectoryAddress) -> Result<Found, DirectoryFault> {
        let directories = &self.network.directories;
        let bind = directories.account.as_ref().map_or_else(Bind::of_this_machine, |account| Bind::Simple {
            name: account.name.clone(),
            password: account.password.clone(),
        });
        let trust = self.network.directories_trust.clone();
        let connector = Connector { address, bind, trust, base: directories.base.clone() };
        let mut directory = Directory::open(&connector, self.context.clock.as_ref())?;
        let entries = directory.entries(Some(self.context.root().id()))?;
        let (server, name, here) = (directory.server().to_owned(), directory.name().to_owned(), directory.id());
        let known = proven::known(self.state, None, &self.context.running()).ok().flatten();
        let now = proven::read(known.as_ref(), self.context.clock.as_ref()).now;
        let usable = self.best(&entries, here, now).map_err(|fault| match fault {
            Some(fault) => DirectoryFault::Object { server: server.clone(), fault },
            None => DirectoryFault::NoObject(server.clone()),
        })?;
        Ok(Found { usable, reading: DirectoryReading { name, server, at: now } })
    }

    /// The object that holds longest; else the fault of the one that comes nearest to it, `None` where there is none.
    fn best(&self, entries: &[Entry], here: DirectoryId, now: Timestamp) -> Result<Usable, Option<ObjectFault>> {
        let (mut best, mut fault): (Option<Usable>, Option<ObjectFault>) = (None, None);
        for entry in entries {
            match self.judge(&entry.document, here, now) {
                Ok(usable) if best.as_ref().is_none_or(|best| usable.until > best.until) => best = Some(usable),
                Err(other) if fault.as_ref().is_none_or(|fault| other.rank() > fault.rank()) => fault = Some(other),
                Ok(_) | Err(_) => {}
            }
        }
        best.ok_or(fault)
    }

    fn judge(&self, bytes: &[u8], here: DirectoryId, now: Timestamp) -> Result<Usable, ObjectFault> {
        let revocations = self.state.revocations(None).ok().flatten();
        let verified = verify::<ActivationObject>(bytes, self.context.root(), now, revocations.as_ref());
        let object = match verified {
            Ok(opened) => opened.document,
            Err(reason) => {
                // Of another directory it matters more than that it has ended too.
                let claimed = Envelope::parse(bytes).and_then(|envelope| envelope.document::<ActivationObject>());
                return match claimed {
                    Ok(claimed) if claimed.directory != here && is_of_its_time(&reason) => {
                        Err(ObjectFault::AnotherDirectory { object: claimed.directory, here })
                    }
                    _ => Err(ObjectFault::Unverified(reason)),
                };
            }
        };
        if object.directory != here {
            return Err(ObjectFault::AnotherDirectory { object: object.directory, here });
        }
        let grant = granted(&object, &self.context.manifest).ok_or(ObjectFault::ProductNotGranted)?;
        if let Some(end) = grant.policy.end.filter(|end| *end <= now) {
            return Err(ObjectFault::GrantEnded(end));
        }
        let evidence =
            leasehold_core::standing::Lease::by_directory(now, object.expires, &grant.policy, Revocation::Clear);
        let until = evidence.expires.unwrap_or(object.expires);
        Ok(Usable { object, bytes: bytes.to_vec(), until })
    }

    /// Stores the object, then when it was read: a crash between leaves an earlier time for it, or none. A lease of a host is
    /// not used any more; the host counts it to its end.
    fn keep(&self, _lock: &RequestLock, found: Found) -> Result<DirectoryActivation, Error> {
        let Found { usable, reading } = found;
        let state = self.state;
        let lock = state.lock()?;
        state.keep_object(&lock, &usable.bytes)?;
        proven::raise(state, &lock, usable.object.issued, &self.context.running())?;
        let mut record = state.record(Some(&lock))?;
        record.attempt = Some(Attempt { at: self.context.now(), failure: None });
        record.directory = Some(reading);
        (record.request, record.host, record.authority) = (None, None, None);
        (record.moved, record.given_back, record.renewal) = (None, None, RenewalMode::Automatic);
        state.keep_record(&lock, &record)?;
        state.remove_lease(&lock)?;
        state.remove_refusal(&lock)?;
        drop(lock);
        let unread = || Error::Directory(Box::new(DirectoryFault::NoObject("state".to_owned())));
        Status::of(self.context, state).directory.ok_or_else(unread)
    }
}

/// What was found, and where.
#[derive(Debug)]
struct Found {
    usable: Usable,
    reading: DirectoryReading,
}

/// Whether another server of the same directory may do better.
fn is_elsewhere(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable(_)
        | Failure::NameNotFound
        | Failure::Silent
        | Failure::Untrusted(_)
        | Failure::NoTls(_)
        | Failure::Malformed(_)
        | Failure::TooLarge(_)
        | Failure::Refused(_)
        | Failure::Referred(_) => true,
        Failure::Denied(_) | Failure::NoRight(_) | Failure::NoId(_) | Failure::Kerberos(_) => false,
    }
}

/// Whether an object is the vendor's, and not of this time.
fn is_of_its_time(reason: &Reason) -> bool {
    matches!(reason, Reason::Expired | Reason::NotYetValid | Reason::Revoked)
}

/// Servers that are tried: each may take ten seconds.
const MAX_SERVERS: usize = 3;
