//! Requests that are carried to a host as files, and their answers: for machines that reach none.

use leasehold_core::{Code, Cti, Delivery, KeyId, Timestamp};
use leasehold_wire::{Envelope, Lease, Method, Reason, Revocations, SealedRefusal, Typ, verify};

use crate::context::Context;
use crate::error::Error;
use crate::error::failure::{Failure, Mismatch};
use crate::refused::Refused;
use crate::session::authority::keyed::MachineSession;
use crate::session::host::answer::Rejected;
use crate::session::host::asking::expected;
use crate::session::host::request::{KeyChoice, LeaseRequest, prepare, prepare_for};
use crate::session::host::{outcome, revocations};
use crate::state::State;

/// What was installed.
#[derive(Clone, Debug)]
pub enum Installed {
    /// A lease of a host's or of a multiple key's; it is stored.
    Granted(Box<Lease>),
    /// A refusal that a host has signed; the lease in hand, if any, stays.
    Refused(Refused),
    /// The vendor's revocation list alone.
    Revocations {
        /// The number of the list that holds now: of the one installed, or of a newer one that was known.
        number: u64,
    },
}

/// A conversation by files, by the one process that holds the lock on asking.
#[derive(Debug)]
pub(crate) struct CarriedSession<'c> {
    pub(crate) context: &'c Context,
    pub(crate) state: &'c State,
    pub(crate) machine: MachineSession<'c>,
}

impl CarriedSession<'_> {
    /// The request for a host, signed; it keeps its name until an answer is stored.
    pub(crate) fn request(&self) -> Result<Vec<u8>, Error> {
        Ok(prepare_for(self.context, self.state, KeyChoice::InUse, Delivery::File)?.bytes())
    }

    /// Installs the one of `documents` that answers this machine, and before it the vendor's revocation lists.
    pub(crate) fn install(&self, documents: &[Vec<u8>]) -> Result<Installed, Error> {
        let is_list = |bytes: &Vec<u8>| Envelope::parse(bytes).is_ok_and(|envelope| envelope.typ == Typ::Revocations);
        let (lists, documents): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) = documents.iter().partition(|bytes| is_list(bytes));
        let mut held = None;
        for list in lists {
            held = held.max(Some(self.revocations(list)?));
        }
        match (held, documents.as_slice()) {
            (Some(number), []) => Ok(Installed::Revocations { number }),
            (_, [only]) => self.install_one(only),
            (_, several) => self.install_among(several),
        }
    }

    /// Installs the one of several documents that answers this machine.
    fn install_among(&self, documents: &[&Vec<u8>]) -> Result<Installed, Error> {
        let open = self.state.record(None)?.request.map(|open| open.cti);
        let mut own: Vec<(&Vec<u8>, Answers)> =
            documents.iter().filter_map(|bytes| Some((*bytes, self.own(bytes)?))).collect();
        // The answer to the open request first, then the newest.
        own.sort_by_key(|(_, answers)| (Some(answers.request) != open, std::cmp::Reverse(answers.issued)));
        let mut failed = Error::NotAmong { documents: documents.len() };
        for (at, (bytes, _)) in own.into_iter().enumerate() {
            match self.install_one(bytes) {
                Ok(installed) => return Ok(installed),
                Err(error) if at == 0 => failed = error,
                Err(_) => {}
            }
        }
        Err(failed)
    }

    fn install_one(&self, bytes: &[u8]) -> Result<Installed, Error> {
        let reject = |failure| Err(Error::Lease(failure));
        let envelope = match Envelope::parse(bytes) {
            Ok(envelope) => envelope,
            Err(malformed) => return reject(Failure::Lease(malformed.into())),
        };
        if envelope.typ == Typ::Refusal {
            return self.refusal(bytes);
        }
        match envelope.document::<Lease>() {
            Ok(lease) if lease.method != Method::MultipleKey => self.lease(bytes, &lease),
            Ok(_) | Err(_) => self.machine.install(bytes).map(|lease| Installed::Granted(Box::new(lease))),
        }
    }

    /// Keeps a revocation list where it is the newest; the number of the one that holds then.
    fn revocations(&self, bytes: &[u8]) -> Result<u64, Error> {
        let held = self.state.revocations(None).ok().flatten();
        let verified = verify::<Revocations>(bytes, self.context.root(), self.context.now(), held.as_ref());
        revocations::store(self.state, bytes, &verified.map_err(Error::Revocations)?.document)
    }

    fn lease(&self, bytes: &[u8], lease: &Lease) -> Result<Installed, Error> {
        if let Some(held) = self.state.held(None)?.filter(|held| held.lease.cti == lease.cti) {
            return Ok(Installed::Granted(Box::new(held.lease)));
        }
        let (request, carried) = self.asked(lease.client)?;
        let revocations = self.state.revocations(None).ok().flatten();
        let accepted = expected(self.context, self.state, revocations.as_ref(), carried).accept(&request, bytes);
        let lease = outcome::granted(self.context, self.state, accepted.map_err(rejected)?, None)?;
        Ok(Installed::Granted(Box::new(lease)))
    }

    /// Remembers a refusal. A host that knows the device key from another machine is asked with a new one next time.
    fn refusal(&self, bytes: &[u8]) -> Result<Installed, Error> {
        let document = Envelope::parse(bytes).and_then(|envelope| envelope.document::<SealedRefusal>());
        let document = document.map_err(|malformed| Error::Lease(Failure::Lease(malformed.into())))?;
        let (request, carried) = self.asked(document.client)?;
        let revocations = self.state.revocations(None).ok().flatten();
        let proven = expected(self.context, self.state, revocations.as_ref(), carried).prove(&request, bytes);
        let (refusal, proof) = proven.map_err(rejected)?;
        let refused = outcome::refused(self.context, self.state, Refused::sealed(&refusal, proof));
        if refused.is(Code::CloneSuspected) && request.choice == KeyChoice::InUse {
            prepare(self.context, self.state, KeyChoice::Candidate)?;
        }
        Ok(Installed::Refused(refused))
    }

    /// The open request as it is made again, and when it was first made to be carried.
    fn asked(&self, client: KeyId) -> Result<(LeaseRequest, Option<Timestamp>), Error> {
        let other = |mismatch| Error::Lease(Failure::OtherLease(mismatch));
        let device = self.state.device(None)?;
        if !device.is(client) {
            return Err(other(Mismatch::Client));
        }
        let open = self.state.record(None)?.request.ok_or_else(|| other(Mismatch::Request))?;
        Ok((prepare(self.context, self.state, KeyChoice::InUse)?, open.carried.or(Some(self.context.now()))))
    }

    /// What a document answers, where it is for this machine and product.
    fn own(&self, bytes: &[u8]) -> Option<Answers> {
        let envelope = Envelope::parse(bytes).ok()?;
        let (client, product, answers) = if envelope.typ == Typ::Refusal {
            let refusal: SealedRefusal = envelope.document().ok()?;
            (refusal.client, refusal.product, Answers { request: refusal.request, issued: refusal.issued })
        } else {
            let lease: Lease = envelope.document().ok()?;
            (lease.client, lease.product, Answers { request: lease.request, issued: lease.issued })
        };
        let device = self.state.device(None).ok()?;
        (device.is(client) && product == self.context.manifest.product).then_some(answers)
    }
}

/// What an answer is to.
#[derive(Clone, Copy, Debug)]
struct Answers {
    request: Cti,
    issued: Timestamp,
}

fn rejected(rejected: Rejected) -> Error {
    Error::Lease(match rejected {
        Rejected::NeedsChain => Failure::Lease(Reason::UnknownSigner),
        Rejected::For(failure) => failure,
    })
}
