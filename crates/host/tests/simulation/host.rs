//! A host of the simulation: the rules of `core` on a ledger over rows in memory, real requests in, sealed leases out.

use std::collections::{HashMap, HashSet};

use leasehold_core::standing::Revocation;
use leasehold_core::{
    Counting, Cti, Fingerprint, Grant, KeyId, LeaseLength, Policy, ProductId, Refusal, Timestamp, Verdict, admission,
};
use leasehold_store::host::{
    Asked, Batch, CountingClient, Counts, Decision, Entry, Family, Fork, Horizon, LeaseRow, Ledger, Loaded, NewLease,
    Sighting, Subject, Terms, Tip,
};
use leasehold_testkit::vendor::{Host, Vendor};
use leasehold_wire::request::Unverified;
use leasehold_wire::{Lease, Method, Request, seal};

/// What a host answers.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Lease(Vec<u8>),
    Refused(Refusal),
}

/// A host with its store in memory.
pub(crate) struct SimHost {
    host: Host,
    grant: Grant,
    tip: Tip,
    sightings: HashMap<KeyId, Sighting>,
    leases: HashMap<KeyId, LeaseRow>,
    /// When the clients that count were last seen, and when leases end.
    seen: Horizon,
    ends: Horizon,
    /// The clients that count, by machine.
    counting: HashMap<Fingerprint, HashSet<KeyId>>,
    pub(crate) entries: Vec<Entry>,
    /// The most leases that were live at once.
    pub(crate) peak: u64,
}

impl SimHost {
    pub(crate) fn new(vendor: &Vendor, seed: u8, policy: Policy) -> Self {
        let grant = Grant { policy, ..Vendor::grant() };
        let host = vendor.host(seed, vec![grant.clone()]);
        Self {
            host,
            grant,
            tip: Tip::default(),
            sightings: HashMap::new(),
            leases: HashMap::new(),
            seen: Horizon::default(),
            ends: Horizon::default(),
            counting: HashMap::new(),
            entries: Vec::new(),
            peak: 0,
        }
    }

    /// Decides one request, in a batch of its own.
    pub(crate) fn answer(&mut self, bytes: &[u8], now: Timestamp) -> Reply {
        let unpacked = Unverified::<Request>::parse(bytes).and_then(Unverified::unpack).expect("a request");
        let (client, claim) = (unpacked.signer(), unpacked.claim());
        assert!(claim.key.verify(claim.message, claim.signature), "the signature holds");
        let request = unpacked.into_verified();
        let mut ask = request.ask(client);
        // A lease of another host is none of this one's.
        ask.holds = ask.holds.filter(|_| request.chain_of == Some(self.host.id()));
        let grants = std::slice::from_ref(&self.grant);
        if let Err(refusal) = admission::screen(Some(grants), None, &ask, Revocation::Clear, now) {
            return Reply::Refused(refusal);
        }
        let families = [Family { id: self.grant.family, window: self.grant.policy.window }];
        let subjects = [Subject {
            family: 0,
            client,
            product: request.product,
            fingerprint: Some(request.fingerprint),
            user: None,
        }];
        let batch = Batch { host: self.host.id(), now, families: &families, subjects: &subjects };
        let mut ledger = Ledger::new(&batch, self.loaded(&request, client, now));
        let reply = self.decide(&mut ledger, &request, &ask);
        self.take_over(&ledger, client);
        self.peak = self.peak.max(self.live(now));
        reply
    }

    /// Live leases.
    pub(crate) fn live(&mut self, now: Timestamp) -> u64 {
        self.ends.beyond(now)
    }

    /// How often two machines were seen with one device key.
    pub(crate) fn forks(&self) -> usize {
        let forked = |entry: &&Entry| matches!(entry.decision, Decision::Granted { fork: Fork::Seen, .. });
        self.entries.iter().filter(forked).count()
    }

    fn decide(&mut self, ledger: &mut Ledger, request: &Request, ask: &leasehold_core::Ask<'_>) -> Reply {
        let tally = ledger.tally(0);
        if let Err(refusal) = tally.screen(ask, ledger.now()) {
            return Reply::Refused(refusal);
        }
        let asked = Asked {
            request: request.cti,
            issued: request.issued,
            fingerprint: request.fingerprint,
            name: None,
            address: None,
        };
        match tally.admit(&self.grant.policy, LeaseLength::LONGEST, &request.fingerprint, ledger.now()) {
            Verdict::Refuse(refusal) => {
                let answer = Cti(u128::MAX.to_be_bytes());
                ledger.refuse(0, asked, refusal, (answer, self.grant.policy.retry));
                Reply::Refused(refusal)
            }
            Verdict::Grant { expires, count } => {
                let forked = tally.held.is_some_and(|held| held.forked_by(ask));
                let cti = Cti(u128::from(self.tip.number + 1).to_be_bytes());
                let (fork, terms) = (if forked { Fork::Seen } else { Fork::None }, Terms::of(&self.grant.policy));
                ledger.grant(0, asked, NewLease { lease: cti, expires, fork, terms });
                Reply::Lease(self.seal(&self.lease(request, cti, ledger.now(), (expires, count))))
            }
        }
    }

    fn lease(&self, request: &Request, cti: Cti, now: Timestamp, (expires, count): (Timestamp, u64)) -> Lease {
        let policy = &self.grant.policy;
        Lease {
            issued: now,
            expires: Some(expires),
            cti,
            client: request.key.id(),
            product: request.product,
            family: self.grant.family,
            renewal: policy.renewal,
            retry: policy.retry,
            grace: policy.grace,
            fingerprint: request.fingerprint,
            request: request.cti,
            count: Some(count),
            method: Method::Host,
            features: Vec::new(),
        }
    }

    fn seal(&mut self, lease: &Lease) -> Vec<u8> {
        let tip = seal::Tip { number: self.tip.number, seal: self.tip.seal };
        let sealed = seal::seal(std::slice::from_ref(lease), tip, self.host.pair());
        self.tip = Tip { number: sealed.number, seal: sealed.seal };
        sealed.document(0, &self.host.chain())
    }

    fn loaded(&mut self, request: &Request, client: KeyId, now: Timestamp) -> Loaded {
        let clients = self.seen.beyond(now.minus(self.grant.policy.window));
        let fingerprint = request.fingerprint;
        let equal = self.counting.get(&fingerprint).into_iter().flatten();
        let counting = equal.map(|client| CountingClient {
            family: 0,
            fingerprint,
            client: *client,
            last: self.sightings[client].last,
        });
        Loaded {
            tip: self.tip,
            counts: vec![Counts { clients, live: self.ends.beyond(now) }],
            rows: vec![(self.sightings.get(&client).cloned(), self.leases.get(&client).copied())],
            counting: counting.collect(),
            users: Vec::new(),
        }
    }

    fn take_over(&mut self, ledger: &Ledger, client: KeyId) {
        for change in ledger.sightings() {
            if let Some(row) = change.before.as_ref().filter(|row| row.counting == Counting::Counts) {
                self.seen.remove(row.last);
                self.counting.entry(row.fingerprint).or_default().remove(&client);
            }
            if let Some(row) = change.after.as_ref().filter(|row| row.counting == Counting::Counts) {
                self.seen.insert(row.last);
                self.counting.entry(row.fingerprint).or_default().insert(client);
            }
            self.sightings.extend(change.after.clone().map(|row| (client, row)));
        }
        for change in ledger.leases() {
            let end = |row: &Option<LeaseRow>| row.and_then(|row| row.held.runs_until());
            end(&change.before).into_iter().for_each(|end| self.ends.remove(end));
            end(&change.after).into_iter().for_each(|end| self.ends.insert(end));
            self.leases.extend(change.after.map(|row| (client, row)));
        }
        self.entries.extend_from_slice(ledger.entries());
    }
}

/// The one product of the simulation.
pub(crate) fn product() -> ProductId {
    "acme-cad".parse().expect("an id")
}
