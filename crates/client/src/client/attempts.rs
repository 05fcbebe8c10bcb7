//! The client's attempts: whatever asks a host, an authority, a directory or the agent, or changes what is held.

#[cfg(feature = "directory")]
use leasehold_core::Code;
use leasehold_core::{ProductKey, Timestamp};
use leasehold_wire::{Method, armour};

use crate::address::AuthorityAddress;
use crate::client::{Client, Tick};
use crate::courier::Activation;
use crate::error::Error;
use crate::session::authority::keyed::{Keyed, MachineSession};
use crate::session::carried::{CarriedSession, Installed};
use crate::session::deadline::Deadline;
#[cfg(feature = "directory")]
use crate::session::directory::DirectorySession;
use crate::session::host::asking::LeaseSession;
use crate::session::host::outcome::{Answer, Outcome};
use crate::session::host::release::Released;
#[cfg(feature = "directory")]
use crate::state::attempts;
use crate::state::files::RequestLock;
use crate::state::held::Held;
use crate::state::{first_run, proven};

impl Client {
    /// Reads an activation object in the directory now, where one is to be read; else, or where that fails, asks a host for a
    /// lease.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] where no host has answered, [`Error::NoHost`] where none is known or found, [`Error::State`] where the
    /// answer could not be stored. The next attempt then repeats the request.
    pub fn activate(&self) -> Result<Answer, Error> {
        self.activate_until(None)
    }

    /// The same; a lease of a host's is to last until then at least, where `until` says so.
    pub(crate) fn activate_until(&self, until: Option<Timestamp>) -> Result<Answer, Error> {
        match self.state.request_lock() {
            Ok(lock) => self.ask(&lock, until),
            Err(error) => self.activate_by_agent(error, until),
        }
    }

    /// Renews the lease now. The lease of a multiple key needs no renewal: where an authority granted it over the network,
    /// this checks whether the vendor has revoked it.
    ///
    /// # Errors
    /// As [`Self::activate`]; [`Error::NoLease`] where there is none; [`Error::Authority`].
    pub fn renew(&self) -> Result<Answer, Error> {
        let lock = match self.state.request_lock() {
            Ok(lock) => lock,
            Err(error) => return self.activate_by_agent(error, None),
        };
        match self.state.held(None)? {
            Some(held) => self.continue_with(&lock, Some(held)),
            None if self.state.object(None)?.is_some() => self.ask(&lock, None),
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
        let lock = match self.state.try_request_lock() {
            Ok(Some(lock)) => lock,
            Ok(None) => return Ok(Tick::Busy),
            // Whose state it is renews.
            Err(error) if error.is_denied() && self.network.courier.renews() => return Ok(Tick::Busy),
            Err(error) => return Err(error),
        };
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

    /// Where this process may not change the state, has the agent do so whose state it is. What it then holds is verified here like all that is
    /// read; `error` where no agent is there, or it holds nothing here.
    fn activate_by_agent(&self, error: Error, until: Option<Timestamp>) -> Result<Answer, Error> {
        let deadline = Deadline::of_attempt(self.context.clock.as_ref()).left().unwrap_or_default();
        let courier = &self.network.courier;
        let Some(activation) = error.is_denied().then(|| courier.activate(until, deadline)).flatten() else {
            return Err(error);
        };
        if let Activation::Failed(fault) = activation {
            return Err(Error::Agent(fault));
        }
        let status = self.status();
        let outcome = match (status.directory, status.lease) {
            (Some(read), _) => Outcome::Read(Box::new(read)),
            (None, Some(lease)) => Outcome::Held(Box::new(lease)),
            (None, None) => return Err(error),
        };
        Ok(Answer { outcome, passed_over: Vec::new() })
    }

    /// Does what the lease in hand is due for.
    fn continue_with(&self, lock: &RequestLock, held: Option<Held>) -> Result<Answer, Error> {
        match held {
            Some(held) if held.lease.method == Method::MultipleKey => {
                self.machine_session(lock).check_revocation(held.lease)
            }
            Some(_) | None => self.ask(lock, None),
        }
    }

    /// The methods in their order: a directory, a host.
    #[cfg(feature = "directory")]
    fn ask(&self, lock: &RequestLock, until: Option<Timestamp>) -> Result<Answer, Error> {
        let deadline = Deadline::of_attempt(self.context.clock.as_ref());
        let directory = DirectorySession { context: &self.context, state: &self.state, network: &self.network };
        let fault = match directory.read(lock, deadline) {
            Some(Ok(read)) => return Ok(Answer { outcome: Outcome::Read(Box::new(read)), passed_over: Vec::new() }),
            Some(Err(fault)) => Some(fault),
            None => None,
        };
        let answer = LeaseSession { deadline, until, ..self.lease_session(lock) }.ask();
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
    fn ask(&self, lock: &RequestLock, until: Option<Timestamp>) -> Result<Answer, Error> {
        LeaseSession { until, ..self.lease_session(lock) }.ask()
    }

    /// `None` when it is time to ask.
    fn waits(&self) -> Option<Tick> {
        let next = self.status().next_attempt;
        let due = next.is_some_and(|next| next <= self.context.now());
        if due { None } else { Some(Tick::Waits(next)) }
    }

    /// Counts the time that has passed, and notices whether this machine has become another one.
    pub(super) fn remember_time(&self) -> Result<(), Error> {
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
            until: None,
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
