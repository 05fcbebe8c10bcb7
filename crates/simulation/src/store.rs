//! A store and its decisions: the rules of `core` on rows in memory.

use leasehold_core::admission::{Ask, Delivery, Equal, Held, LeaseEnd};
use leasehold_core::standing::Revocation;
use leasehold_core::{
    Counting, Cti, Fingerprint, Grant, KeyId, LeaseLength, Policy, ProductId, Refusal, SignIn, SignInFault, Tally,
    Timestamp, Verdict, admission,
};
use leasehold_store::host::Horizon;

/// What hosts keep together.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) name: String,
    grant: Grant,
    /// When the newest lease or refusal was sealed.
    sealed: Option<Timestamp>,
    /// By client.
    rows: Vec<Option<Row>>,
    /// The client of each machine that counts.
    counting: Vec<Option<usize>>,
    /// When the clients that count were last seen, and when leases end.
    seen: Horizon,
    ends: Horizon,
    leases: u128,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    issued: Timestamp,
    seen: Timestamp,
    counting: Counting,
    held: Option<Held>,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) machine: usize,
    pub(crate) client: usize,
    pub(crate) id: KeyId,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) issued: Timestamp,
}

impl Store {
    pub(crate) fn new(name: &str, policy: &Policy, machines: usize) -> Self {
        let (family, product): (_, ProductId) = ("family".parse().expect("an id"), "product".parse().expect("an id"));
        let products = vec![(product, NUMBER.try_into().expect("a number"))];
        Self {
            name: name.to_owned(),
            grant: Grant { family, products, policy: policy.clone() },
            sealed: None,
            rows: Vec::new(),
            counting: vec![None; machines],
            seen: Horizon::default(),
            ends: Horizon::default(),
            leases: 0,
        }
    }

    /// Decides a request at `now`, by the host's clock: when the lease ends, or why there is none.
    pub(crate) fn decide(&mut self, request: &Request, now: Timestamp) -> Result<Timestamp, Refusal> {
        let cti = Cti((u128::MAX - self.leases).to_be_bytes());
        let ask = Ask {
            client: request.id,
            cti,
            issued: request.issued,
            product: &self.grant.products[0].0,
            number: self.grant.products[0].1,
            fingerprint: &request.fingerprint,
            holds: None,
            sign_in: SignIn::Needed(SignInFault::Missing),
            delivery: Delivery::Network,
        };
        admission::screen(Some(std::slice::from_ref(&self.grant)), self.sealed, &ask, Revocation::Clear, now)?;
        let row = self.rows.get(request.client).copied().flatten();
        let tally =
            Tally { last_issued: row.map(|row| row.issued), held: row.and_then(|row| row.held), ..Tally::default() };
        tally.screen(&ask, now)?;
        self.see(request, row, now);
        let tally = Tally {
            known: row.map(|_| &request.fingerprint),
            clients: self.counted(now),
            live: self.live(now),
            ..tally
        };
        let verdict = tally.admit(&self.grant.policy, LeaseLength::LONGEST, &request.fingerprint, now);
        self.sealed = self.sealed.max(Some(now));
        match verdict {
            Verdict::Refuse(refusal) => Err(refusal),
            Verdict::Grant { expires, .. } => {
                self.record_lease(request.client, cti, expires);
                Ok(expires)
            }
        }
    }

    /// Clients that count at `now`.
    pub(crate) fn counted(&mut self, now: Timestamp) -> u64 {
        self.seen.beyond(now.minus(self.grant.policy.window))
    }

    /// Leases that run at `now`.
    pub(crate) fn live(&mut self, now: Timestamp) -> u64 {
        self.ends.beyond(now)
    }

    /// Records that a client was seen: from here on it counts, unless another of its machine does.
    fn see(&mut self, request: &Request, row: Option<Row>, now: Timestamp) {
        let counts = |seen: Timestamp| seen > now.minus(self.grant.policy.window);
        let before = row.filter(|row| counts(row.seen)).map(|row| row.counting);
        let twin = self.counting[request.machine].filter(|client| *client != request.client);
        let twin = twin.and_then(|client| self.rows[client]).filter(|row| counts(row.seen));
        let counting = Counting::of(before, if twin.is_some() { Equal::Counts } else { Equal::None });
        if let Some(row) = row.filter(|row| row.counting == Counting::Counts) {
            self.seen.remove(row.seen);
        }
        if counting == Counting::Counts {
            self.seen.insert(now);
            self.counting[request.machine] = Some(request.client);
        }
        if self.rows.len() <= request.client {
            self.rows.resize(request.client + 1, None);
        }
        let held = row.and_then(|row| row.held);
        self.rows[request.client] = Some(Row { issued: request.issued, seen: now, counting, held });
    }

    fn record_lease(&mut self, client: usize, request: Cti, expires: Timestamp) {
        self.leases += 1;
        let row = self.rows[client].as_mut().expect("a client that was seen");
        if let Some(end) = row.held.and_then(|held| held.runs_until()) {
            self.ends.remove(end);
        }
        let lease = Cti(self.leases.to_be_bytes());
        row.held = Some(Held { lease, request, expires, end: LeaseEnd::Expiry, user: None });
        self.ends.insert(expires);
    }
}

const NUMBER: u64 = 1_001;
