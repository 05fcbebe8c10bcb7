//! What a host keeps: clients seen, leases given, the journal of every decision, and the chain of seals.
//!
//! One transaction decides a whole batch. The store loads what the batch needs into a [`Ledger`], the host decides on
//! it, the store writes what has changed. A store may run the decision twice.

mod base;
mod cbor;
mod codec;
mod decided;
mod find;
mod horizon;
mod ledger;
mod record;
mod refusal;
pub mod suite;

use std::net::IpAddr;

use leasehold_core::{
    Counting, Cti, FamilyId, Fingerprint, Held, KeyId, ProductId, PublicKey, Span, Text, Timestamp, UserId,
};

pub use base::fold_into_base;
pub use decided::{Decision, EndCause, Entry, Fork, Terms, is_over};
pub use find::{ClientKind, ClientSearch, DecidedBatch, Stretch};
pub use horizon::Horizon;
pub use ledger::{Change, CountingClient, Ledger, Loaded, NewLease, UserLease};
pub use record::{
    BatchRow, ClientPages, Flaw, Record, Records, SealHistory, SealedEntries, Summary, decode_seals, encode_seals,
};

use crate::StoreError;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// A batch of requests that one transaction decides.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'b> {
    /// The host that decides: seals form one chain for each.
    pub host: KeyId,
    /// The time of deciding.
    pub now: Timestamp,
    /// The families concerned, with the time for which a client of theirs counts.
    pub families: &'b [Family],
    /// Who asks for what, in the order of deciding.
    pub subjects: &'b [Subject],
}

/// A family and its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// How long a client counts after it last asked.
    pub window: Span,
}

/// One client and product that a batch is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which of the batch's families.
    pub family: usize,
    /// The device key.
    pub client: KeyId,
    /// The product.
    pub product: ProductId,
    /// The machine that it says it runs on; `None` where it gives a lease back.
    pub fingerprint: Option<Fingerprint>,
    /// The user who asks, where a user's devices are counted.
    pub user: Option<UserId>,
}

/// What a request tells besides its subject, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The request's name.
    pub request: Cti,
    /// When it was made, by the client's clock.
    pub issued: Timestamp,
    /// The machine.
    pub fingerprint: Fingerprint,
    /// What the machine is called, where it said so.
    pub name: Option<Text>,
    /// Where it asked from.
    pub address: Option<IpAddr>,
}

/// A client as the store remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// When it first asked.
    pub first: Timestamp,
    /// When it last asked; the beginning of time where the client was forgotten.
    pub last: Timestamp,
    /// Its machine.
    pub fingerprint: Fingerprint,
    /// What it is called.
    pub name: Option<Text>,
    /// Where it last asked from.
    pub address: Option<IpAddr>,
    /// Whether it counts for the threshold, as long as it stays within the window.
    pub counting: Counting,
    /// When its last request for each product was made, by its own clock; in the order of the products.
    pub requests: Vec<(ProductId, Timestamp)>,
}

impl Sighting {
    /// Whether the client was forgotten. Its row stays, so that what it has sent before is known when it comes again.
    pub fn is_forgotten(&self) -> bool {
        self.last == Timestamp::default()
    }

    /// Whether the client counts while it is within the window.
    pub fn may_count(&self) -> bool {
        self.counting == Counting::Counts && !self.is_forgotten()
    }
}

/// The last lease of one client for one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// Which lease, for which request, until when; one that was ended early until its end.
    pub held: Held,
    /// When it was granted.
    pub issued: Timestamp,
    /// The seal that covers it.
    pub seal: u64,
    /// How often two machines were seen with this device key.
    pub forks: u64,
    /// The last lease that was given back.
    pub released: Option<Cti>,
}

/// What a seal covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealKind {
    /// The leases of a batch.
    Leases,
    /// The refusals of a batch.
    Refusals,
}

/// The seals of one batch: its leases' first, its refusals' after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seals {
    /// That of the leases, where there are any.
    pub leases: Option<SealRow>,
    /// That of the refusals, where there are any.
    pub refusals: Option<SealRow>,
}

impl Seals {
    /// The seals in the order of the chain.
    pub fn iter(&self) -> impl Iterator<Item = &SealRow> {
        self.leases.iter().chain(&self.refusals)
    }

    /// The last of the chain.
    pub fn newest(&self) -> Option<&SealRow> {
        self.refusals.as_ref().or(self.leases.as_ref())
    }
}

/// One seal of a host's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealRow {
    /// What it covers.
    pub kind: SealKind,
    /// Its number, from 1.
    pub number: u64,
    /// The seal before; zeros for the first.
    pub previous: Hash,
    /// The root of the batch's tree.
    pub root: Hash,
    /// The seal itself.
    pub seal: Hash,
    /// The host's signature over it.
    pub signature: [u8; 64],
    /// When the batch was decided.
    pub at: Timestamp,
    /// How many leaves it is over.
    pub size: u64,
    /// The leaves in their order; none where they were pruned.
    pub leaves: Vec<Hash>,
}

/// The end of a host's chain of seals: number 0 and zeros where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tip {
    /// The number of the newest seal.
    pub number: u64,
    /// The newest seal.
    pub seal: Hash,
}

/// A client and its lease for one product, for those who look after the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRow {
    /// The device key.
    pub client: KeyId,
    /// The family.
    pub family: FamilyId,
    /// The client itself.
    pub sighting: Sighting,
    /// Its leases by product.
    pub leases: Vec<(ProductId, LeaseRow)>,
}

/// How a family stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Clients within the window that count.
    pub clients: u64,
    /// Live leases.
    pub live: u64,
}

/// What a host needs of its store.
pub trait HostStore: Send {
    /// Transaction *decide*: loads what `batch` is about, lets `decide` decide on it, writes what has changed, the
    /// journal and the seals, and commits durably. `decide` may run twice. Returns the number of the batch in the journal;
    /// `None` where nothing was decided.
    ///
    /// # Errors
    /// [`StoreError`]: nothing of the batch is recorded.
    fn decide(
        &mut self,
        batch: &Batch<'_>,
        decide: &mut dyn FnMut(&mut Ledger) -> Seals,
    ) -> Result<Option<u64>, StoreError>;

    /// Transaction *introduce*: remembers the public key of a host that seals here, by which its seals can be verified.
    ///
    /// # Errors
    /// [`StoreError`].
    fn introduce(&mut self, host: &PublicKey) -> Result<(), StoreError>;

    /// Transaction *prune*: takes entries and leaves out of a piece of the journal, from its beginning up to the first batch
    /// with a lease that ends at `before` or later. The seals stay. Returns whether there may be more of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn prune(&mut self, before: Timestamp) -> Result<bool, StoreError>;

    /// The number of the newest batch of the journal; 0 where there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn newest_batch(&mut self) -> Result<u64, StoreError>;

    /// Does a piece of the work that can wait until the host is idle; returns whether there is more of it.
    ///
    /// # Errors
    /// [`StoreError`]: the work is still to be done.
    fn tidy(&mut self) -> Result<bool, StoreError>;

    /// Whether a batch could be recorded now: a write of no meaning, committed durably.
    ///
    /// # Errors
    /// [`StoreError`]: why not.
    fn probe(&mut self) -> Result<(), StoreError>;

    /// Whether the store is still the one that was opened: none of its files was removed or replaced.
    ///
    /// # Errors
    /// [`StoreError::Replaced`]: what is decided now would be lost.
    fn check_in_place(&mut self) -> Result<(), StoreError>;

    /// How `family` stands at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn counts(&mut self, family: &Family, now: Timestamp) -> Result<Counts, StoreError>;

    /// How many leases of `family` end by themselves after `from` and not after `to`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn leases_ending(&mut self, family: &Family, (from, to): (Timestamp, Timestamp)) -> Result<u64, StoreError> {
        Ok(self.counts(family, from)?.live.saturating_sub(self.counts(family, to)?.live))
    }

    /// All rows of up to `max` clients after `after`, in the order of their keys: a client has a row in each family.
    ///
    /// # Errors
    /// [`StoreError`].
    fn clients(&mut self, after: Option<KeyId>, max: usize) -> Result<Vec<ClientRow>, StoreError>;

    /// The rows of one client, in each family in which it is known.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rows_of(&mut self, client: KeyId) -> Result<Vec<ClientRow>, StoreError> {
        // Rows come in the order of the keys: this client's are the first after the key before it.
        let before = u128::from_be_bytes(client.0).checked_sub(1).map(|before| KeyId(before.to_be_bytes()));
        let mut rows = self.clients(before, 1)?;
        rows.retain(|row| row.client == client);
        Ok(rows)
    }

    /// The clients on which `user` holds a lease that is live at `now`, in the order of their keys.
    ///
    /// # Errors
    /// [`StoreError`].
    fn devices(&mut self, user: UserId, now: Timestamp) -> Result<Vec<KeyId>, StoreError>;

    /// Those of a stretch of up to `max` clients after `after`, in the order of their keys, that are looked for.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_clients(&mut self, search: &ClientSearch, after: Option<KeyId>, max: usize) -> Result<Stretch, StoreError>;

    /// Up to `max` batches of the journal whose number is less than `before`, or the newest, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn batches_before(&mut self, before: Option<u64>, max: usize) -> Result<Vec<DecidedBatch>, StoreError>;

    /// Up to `max` journal entries, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn events(&mut self, max: usize) -> Result<Vec<Entry>, StoreError>;

    /// Up to `max` seals of `host`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn seals(&mut self, host: KeyId, max: usize) -> Result<Vec<SealRow>, StoreError>;

    /// The seal of `host` with this number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn seal_at(&mut self, host: KeyId, number: u64) -> Result<Option<SealRow>, StoreError>;
}

pub use codec::{
    decode_entries, decode_fingerprint, decode_requests, encode_entries, encode_fingerprint, encode_requests,
};
