//! A store as a sequence of records: for copies from one backend into another, for backups, and to check it.

use leasehold_core::{Cti, Held, KeyId, LeaseEnd, PublicKey, Timestamp};
use minicbor::decode::Error;
use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};

use super::cbor::{Wrote, address, array, damaged, fixed, optional, text, write_address};
use super::codec::{
    counting, decode_fingerprint, encode_fingerprint, requests, user, write_counting, write_requests, write_user,
};
use super::{ClientRow, Counts, Hash, HostStore, LeaseRow, SealKind, SealRow, Sighting};
use crate::StoreError;

/// One record of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The public key of a host that seals here; they come first, in the order of their names.
    Signer(PublicKey),
    /// A client as the pruned part of the journal leaves it; in the order of clients, before the batches.
    Base(ClientRow),
    /// A batch of the journal; in their order.
    Batch(BatchRow),
    /// A client of a family with its leases; they come by client, then by the family's name.
    Client(ClientRow),
}

/// A batch as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// Its number: greater than those of batches before it.
    pub number: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// Its entries, encoded: [`super::decode_entries`]; empty where they were pruned.
    pub entries: Vec<u8>,
    /// The host that has sealed it, and the seals; none where nothing was granted or refused.
    pub seals: Vec<(KeyId, SealRow)>,
}

/// A store whose seals can be read one by one: for exports of the journal.
pub trait SealHistory: HostStore {
    /// Hands the seals of `host` after the one of this number to `each`, in their order and as they are at one moment, each with
    /// what its batch decided; hosts may go on deciding meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]; that of `each`.
    fn seals_after(
        &mut self,
        host: KeyId,
        after: u64,
        each: &mut dyn FnMut(SealedEntries) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

/// A seal with what its batch decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntries {
    /// The seal, without its leaves: the entries lead to them.
    pub seal: SealRow,
    /// The entries of the whole batch, encoded: [`super::decode_entries`]; empty where they were pruned.
    pub entries: Vec<u8>,
}

/// What is wrong with what a store keeps beside its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The database finds its own pages or indexes damaged, in its words.
    Pages(String),
    /// The counts kept for a family are not those of its rows.
    Counts {
        /// The family.
        family: String,
        /// As kept.
        kept: Counts,
        /// As the rows say.
        found: Counts,
    },
    /// When clients were last seen and leases end, as kept for a family, is not what its rows say.
    Times {
        /// The family.
        family: String,
    },
}

/// A store that can be read record by record, and filled from records.
pub trait Records: Send {
    /// Hands all records of one moment to `each`, in order; hosts may go on deciding meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]; that of `each`.
    fn dump(&mut self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError>;

    /// Takes all records that `next` has into this store, which is empty; all of them or, where it fails, none.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`]; that of `next`; other [`StoreError`]s.
    fn restore(&mut self, next: &mut dyn FnMut() -> Result<Option<Record>, StoreError>) -> Result<(), StoreError>;

    /// What is wrong with what is kept beside the records.
    ///
    /// # Errors
    /// [`StoreError`].
    fn flaws(&mut self) -> Result<Vec<Flaw>, StoreError>;
}

/// How much a sequence of records is, and a digest of all of it: two stores with equal summaries hold the same.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Batches of the journal.
    pub batches: u64,
    /// Seals.
    pub seals: u64,
    /// Clients, counted in each of their families.
    pub clients: u64,
    /// Leases.
    pub leases: u64,
    hasher: Sha256,
}

impl Summary {
    /// Counts a record.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Signer(_) | Record::Base(_) => {}
            Record::Batch(batch) => {
                self.batches += 1;
                self.seals += batch.seals.len() as u64;
            }
            Record::Client(client) => {
                self.clients += 1;
                self.leases += client.leases.len() as u64;
            }
        }
        let bytes = record.encode();
        self.hasher.update((bytes.len() as u64).to_be_bytes());
        self.hasher.update(bytes);
    }

    /// The digest of the records so far.
    pub fn digest(&self) -> Hash {
        self.hasher.clone().finalize().into()
    }
}

impl PartialEq for Summary {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

/// A walk over all clients, page by page, that hands them on by client, then by the family's name.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientPages {
    /// After which client the next page begins.
    pub after: Option<KeyId>,
    /// Whether there is no next page.
    pub ended: bool,
}

impl ClientPages {
    /// How many clients a page has at most.
    pub const MAX: usize = 1_000;

    /// Takes the page that was asked for.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn take(
        &mut self,
        mut rows: Vec<ClientRow>,
        each: &mut dyn FnMut(Record) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.ended = rows.is_empty();
        self.after = rows.last().map(|row| row.client).or(self.after);
        rows.sort_by_key(|row| (row.client, row.family));
        rows.into_iter().map(Record::Client).try_for_each(each)
    }
}

impl Record {
    /// The record in CBOR, of one length and one form.
    ///
    /// # Panics
    /// Never: memory takes everything.
    pub fn encode(&self) -> Vec<u8> {
        let mut e = Encoder::new(Vec::with_capacity(256));
        match self {
            Self::Signer(key) => e.array(SIGNER).and_then(|e| e.bytes(&key.0)).map(drop),
            Self::Base(client) => {
                e.array(BASE).and_then(|e| e.null()).map(drop).and_then(|()| write_client(&mut e, client))
            }
            Self::Batch(batch) => write_batch(&mut e, batch),
            Self::Client(client) => write_client(&mut e, client),
        }
        .expect("writing to memory cannot fail");
        e.into_writer()
    }

    /// Reads what [`Record::encode`] makes.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut d = Decoder::new(bytes);
        let record = match d.array()? {
            Some(SIGNER) => Self::Signer(PublicKey(fixed(&mut d)?)),
            Some(BASE) => {
                d.null()?;
                array(&mut d, CLIENT)?;
                Self::Base(client(&mut d)?)
            }
            Some(BATCH) => Self::Batch(batch(&mut d)?),
            Some(CLIENT) => Self::Client(client(&mut d)?),
            _ => return Err(damaged()),
        };
        if d.position() == bytes.len() { Ok(record) } else { Err(damaged()) }
    }
}

/// Encodes seals, one after the other, each with the host that has made it.
///
/// # Panics
/// Never: memory takes everything.
pub fn encode_seals<'s>(seals: impl IntoIterator<Item = (KeyId, &'s SealRow)>) -> Vec<u8> {
    let mut e = Encoder::new(Vec::with_capacity(256));
    seals
        .into_iter()
        .try_for_each(|(host, seal)| write_seal(&mut e, host, seal))
        .expect("writing to memory cannot fail");
    e.into_writer()
}

/// Decodes what [`encode_seals`] makes.
///
/// # Errors
/// Where it is something else.
pub fn decode_seals(bytes: &[u8]) -> Result<Vec<(KeyId, SealRow)>, Error> {
    let (mut d, mut seals) = (Decoder::new(bytes), Vec::new());
    while d.position() < bytes.len() {
        seals.push(seal(&mut d)?);
    }
    Ok(seals)
}

fn write_batch(e: &mut Encoder<Vec<u8>>, batch: &BatchRow) -> Wrote {
    e.array(BATCH)?.u64(batch.number)?.u64(batch.at.unix())?.bytes(&batch.entries)?;
    e.array(batch.seals.len() as u64)?;
    batch.seals.iter().try_for_each(|(host, seal)| write_seal(e, *host, seal))
}

fn write_seal(e: &mut Encoder<Vec<u8>>, host: KeyId, seal: &SealRow) -> Wrote {
    e.array(10)?.bytes(&host.0)?.u8(seal.kind.number())?.u64(seal.number)?.bytes(&seal.previous)?;
    e.bytes(&seal.root)?.bytes(&seal.seal)?.bytes(&seal.signature)?.u64(seal.at.unix())?.u64(seal.size)?;
    e.bytes(seal.leaves.as_flattened())?;
    Ok(())
}

fn batch(d: &mut Decoder<'_>) -> Result<BatchRow, Error> {
    let (number, at, entries) = (d.u64()?, Timestamp::from_unix(d.u64()?), d.bytes()?.to_vec());
    let count = d.array()?.ok_or_else(damaged)?;
    let seals = (0..count).map(|_| seal(d)).collect::<Result<_, Error>>()?;
    Ok(BatchRow { number, at, entries, seals })
}

fn seal(d: &mut Decoder<'_>) -> Result<(KeyId, SealRow), Error> {
    array(d, 10)?;
    let host = KeyId(fixed(d)?);
    let kind = SealKind::from_number(d.u8()?).ok_or_else(damaged)?;
    let (number, previous, root, seal) = (d.u64()?, fixed(d)?, fixed(d)?, fixed(d)?);
    let (signature, at, size) = (fixed(d)?, Timestamp::from_unix(d.u64()?), d.u64()?);
    let (leaves, rest) = d.bytes()?.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(damaged());
    }
    Ok((host, SealRow { kind, number, previous, root, seal, signature, at, size, leaves: leaves.to_vec() }))
}

fn write_client(e: &mut Encoder<Vec<u8>>, row: &ClientRow) -> Wrote {
    let Sighting { first, last, fingerprint, name, address, counting, requests } = &row.sighting;
    e.array(CLIENT)?.bytes(&row.client.0)?.str(row.family.as_str())?.u64(first.unix())?.u64(last.unix())?;
    e.bytes(&encode_fingerprint(fingerprint))?;
    match name {
        Some(name) => e.str(name.as_str())?,
        None => e.null()?,
    };
    write_address(e, *address)?;
    write_counting(e, *counting)?;
    write_requests(e, requests)?;
    e.array(row.leases.len() as u64)?;
    for (product, lease) in &row.leases {
        e.array(LEASE + u64::from(lease.held.user.is_some()))?
            .str(product.as_str())?
            .bytes(&lease.held.lease.0)?
            .bytes(&lease.held.request.0)?;
        e.u64(lease.held.expires.unix())?
            .bool(lease.held.end.is_early())?
            .u64(lease.issued.unix())?
            .u64(lease.seal)?
            .u64(lease.forks)?;
        match lease.released {
            Some(release) => e.bytes(&release.0)?,
            None => e.null()?,
        };
        write_user(e, lease.held.user)?;
    }
    Ok(())
}

fn client(d: &mut Decoder<'_>) -> Result<ClientRow, Error> {
    let (client, family) = (KeyId(fixed(d)?), text(d)?);
    let (first, last) = (Timestamp::from_unix(d.u64()?), Timestamp::from_unix(d.u64()?));
    let fingerprint = decode_fingerprint(d.bytes()?).ok_or_else(damaged)?;
    let (name, address) = (optional(d, text)?, optional(d, address)?);
    let (counting, requests) = (counting(d)?, requests(d)?);
    let count = d.array()?.ok_or_else(damaged)?;
    let leases = (0..count).map(|_| lease(d)).collect::<Result<_, Error>>()?;
    Ok(ClientRow {
        client,
        family,
        sighting: Sighting { first, last, fingerprint, name, address, counting, requests },
        leases,
    })
}

fn lease(d: &mut Decoder<'_>) -> Result<(leasehold_core::ProductId, LeaseRow), Error> {
    let length = d.array()?;
    let product = text(d)?;
    let (lease, request) = (Cti(fixed(d)?), Cti(fixed(d)?));
    let (expires, early) = (Timestamp::from_unix(d.u64()?), d.bool()?);
    let (issued, seal, forks) = (Timestamp::from_unix(d.u64()?), d.u64()?, d.u64()?);
    let released = optional(d, |d| fixed(d).map(Cti))?;
    let held = Held { lease, request, expires, end: LeaseEnd::of(early), user: user(d, length, LEASE)? };
    Ok((product, LeaseRow { held, issued, seal, forks, released }))
}

impl SealKind {
    /// The number by which stores keep it.
    pub const fn number(self) -> u8 {
        match self {
            Self::Leases => 0,
            Self::Refusals => 1,
        }
    }

    /// The kind of this number.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Leases),
            1 => Some(Self::Refusals),
            _ => None,
        }
    }
}

/// Members of a lease of a machine's.
const LEASE: u64 = 9;
/// The kinds are told apart by their number of members.
const SIGNER: u64 = 1;
const BASE: u64 = 2;
const BATCH: u64 = 4;
const CLIENT: u64 = 10;
