//! A client of the simulation: asks by its own clock as the design says, and keeps what it was given.

use leasehold_core::clock::{self, Reading};
use leasehold_core::standing::{Evidence, Machine, Revocation};
use leasehold_core::{
    Component, Cti, Fingerprint, KeyId, PublicKey, Refusal, Span, Standing, Timestamp, attempt, standing,
};
use leasehold_wire::envelope::sign;
use leasehold_wire::{Envelope, Keypair, Lease, Request, verify};

use crate::host::product;

/// A machine with its device key and lease.
pub(crate) struct SimMachine {
    pair: Keypair,
    fingerprint: Fingerprint,
    first_run: Timestamp,
    lease: Option<(Lease, KeyId)>,
    floor: Timestamp,
    /// The request that is open: repeated until it is answered.
    open: Option<Cti>,
    asked: u64,
    issued: Timestamp,
    /// How often no host has answered in a row.
    silent: u32,
    /// When it asks next, by its own clock.
    pub(crate) due: Timestamp,
}

impl SimMachine {
    pub(crate) fn new(n: u64, first_run: Timestamp) -> Self {
        let mut seed = [9; 32];
        seed[..8].copy_from_slice(&n.to_be_bytes());
        let fingerprint = Component::ALL[..5].iter().map(|part| (*part, n.to_be_bytes()));
        Self {
            pair: Keypair::from_seed(&seed),
            fingerprint: Fingerprint::new(fingerprint).expect("components"),
            first_run,
            lease: None,
            floor: Timestamp::from_unix(0),
            open: None,
            asked: 0,
            issued: Timestamp::from_unix(0),
            silent: 0,
            due: first_run,
        }
    }

    /// The next request: the open one again, with a later time.
    pub(crate) fn request(&mut self, now: Timestamp) -> Vec<u8> {
        let cti = *self.open.get_or_insert_with(|| {
            self.asked += 1;
            let mut cti = self.pair.id().0;
            cti[8..].copy_from_slice(&self.asked.to_be_bytes());
            Cti(cti)
        });
        self.issued = now.max(self.issued.plus(Span::seconds(1)));
        let request = Request {
            issued: self.issued,
            cti,
            key: self.pair.public(),
            product: product(),
            number: 1_001.try_into().expect("a number"),
            fingerprint: self.fingerprint,
            client_version: "simulation".parse().expect("a text"),
            host_name: None,
            chain_of: self.lease.as_ref().map(|(_, host)| *host),
            holds: self.lease.as_ref().map(|(lease, _)| lease.cti),
        };
        sign(&request, &self.pair, &[])
    }

    /// Takes a lease, if it answers the open request. Every sixteenth is verified whole, which is most of the work.
    pub(crate) fn take(&mut self, bytes: &[u8], root: &PublicKey, now: Timestamp) {
        let envelope = Envelope::parse(bytes).expect("an envelope");
        let lease: Lease = envelope.document().expect("a lease");
        if self.asked % 16 == 1 {
            verify::<Lease>(bytes, root, now, None).expect("a lease that verifies");
        }
        if self.open != Some(lease.request) {
            return;
        }
        self.floor = clock::raise(self.floor, lease.issued).expect("hosts agree on the time to 4 hours");
        self.due = attempt::renew_at(self.pair.id(), lease.issued, lease.renewal);
        (self.lease, self.open, self.silent) = (Some((lease, envelope.kid)), None, 0);
    }

    /// Takes a refusal; whether to ask again at once.
    pub(crate) fn refused(&mut self, refusal: &Refusal, now: Timestamp) -> bool {
        self.silent = 0;
        let retry = match *refusal {
            Refusal::Replayed { last } => {
                self.issued = self.issued.max(last);
                return true;
            }
            Refusal::ThresholdNotMet { retry, .. } | Refusal::CapacityReached { retry, .. } => retry,
            _ => Span::HOUR,
        };
        self.due = now.plus(attempt::retry_after(self.pair.id(), retry));
        false
    }

    /// No host has answered: a minute later, then twice as long each time up to the retry of the policy.
    pub(crate) fn unanswered(&mut self, now: Timestamp) {
        let span = Span::seconds(60 << self.silent.min(7)).min(Span::seconds(7_200));
        self.silent += 1;
        self.due = now.plus(attempt::retry_after(self.pair.id(), span));
    }

    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        let lease = self.lease.as_ref().map(|(lease, _)| standing::Lease {
            issued: lease.issued,
            expires: lease.expires,
            renewal: lease.renewal,
            grace: lease.grace,
            machine: Machine::Same,
            revocation: Revocation::Clear,
        });
        let (client, initial_grace) = (self.pair.id(), Span::days(30));
        let evidence = Evidence { client, first_run: self.first_run, initial_grace, lease };
        evidence.standing(Reading { now, set_back: false })
    }
}
