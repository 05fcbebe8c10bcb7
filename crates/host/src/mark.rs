//! The mark beside the store: the newest seal of this host and the newest batch, by which a store that is gone, older or
//! another one is noticed.
//!
//! It lies in the host's folder, also where the store is in a database. It is written after what it names is durable, so
//! it is never ahead of the store: synced once a second (`mark_writer`), and without that after each commit (`newest`).

use leasehold_core::{Code, Finding, KeyId, PublicKey};
use leasehold_store::host::{HostStore, SealKind, SealRow, Tip};
use leasehold_wire::signature::{Claim, Point, batch};
use leasehold_wire::{Typ, seal};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::activation::Home;
use crate::files::{MARK, NEWEST};
use crate::hex;
use crate::identity::Identity;

/// What a host knows of its store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The host's key.
    pub host: KeyId,
    /// The newest seal.
    pub tip: Tip,
    /// The newest batch of the journal.
    pub batch: u64,
}

/// Whether a host may start on a store that is not the one it served from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownStore {
    /// It does not start.
    #[default]
    Refused,
    /// It goes on from what it finds; the mark is made anew.
    Accepted,
}

impl Home {
    /// What is known of the store: the mark, or what was noted after it; `None` where this host has sealed nothing yet.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn mark(&self) -> Result<Option<Mark>, Error> {
        let Some(bytes) = self.read(MARK)? else {
            return Ok(self.newest_batch());
        };
        let damaged = || Error::Damaged(self.folder().join(MARK));
        let Stored { host, seal, seal_hash, batch } = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let host = host.parse().map_err(|_| damaged())?;
        let tip = Tip { number: seal, seal: hex::decode(&seal_hash).ok_or_else(damaged)? };
        let mark = Mark { host, tip, batch };
        let newer = |newest: &Mark| newest.host == host && newest.batch > batch && newest.tip.number >= seal;
        Ok(Some(self.newest_batch().filter(newer).unwrap_or(mark)))
    }

    /// Replaces the mark.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(crate) fn keep_mark(&self, mark: &Mark) -> Result<(), Error> {
        let Mark { host, tip, batch } = mark;
        let (host, seal_hash) = (host.to_string(), hex::encode(&tip.seal));
        let stored = Stored { host, seal: tip.number, seal_hash, batch: *batch };
        let bytes = serde_json::to_vec_pretty(&stored).expect("texts and numbers are JSON");
        self.replace(MARK, &bytes)
    }

    /// Makes the mark anew, whatever was known: `None` where nothing is sealed.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(crate) fn reset_mark(&self, mark: Option<&Mark>) -> Result<(), Error> {
        self.remove(NEWEST)?;
        match mark {
            Some(mark) => self.keep_mark(mark),
            None => self.remove(MARK),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    host: String,
    seal: u64,
    seal_hash: String,
    /// Marks of earlier releases name none.
    #[serde(default)]
    batch: u64,
}

/// Whether `store` is the one that this host served from, as far as mark and newest seals say; the mark of what is there.
///
/// # Errors
/// [`Error::StoreMissing`], [`Error::StoreBehind`], [`Error::BatchesMissing`], [`Error::AnotherStore`], [`Error::BadSeal`].
pub(crate) fn check(
    home: &Home,
    identity: &Identity,
    store: &mut dyn HostStore,
    unknown: UnknownStore,
) -> Result<Option<Mark>, Error> {
    let host = identity.id();
    let newest = store.seals(host, VERIFIED)?;
    verify(&newest, &identity.keypair().public())?;
    if let Some(mark) = home.mark()?.filter(|mark| mark.host == host && unknown == UnknownStore::Refused) {
        compare(&mark, store)?;
    }
    let batch = store.newest_batch()?;
    let tip = newest.first().map(|row| Tip { number: row.number, seal: row.seal });
    let mark = tip.map(|tip| Mark { host, tip, batch });
    home.reset_mark(mark.as_ref())?;
    Ok(mark)
}

fn compare(mark: &Mark, store: &mut dyn HostStore) -> Result<(), Error> {
    let sealed = mark.tip.number;
    match store.seal_at(mark.host, sealed)? {
        Some(row) if row.seal == mark.tip.seal => {}
        Some(_) => return Err(Error::AnotherStore { seal: sealed }),
        None => {
            let newest = store.seals(mark.host, 1)?.pop();
            return Err(newest.map_or(Error::StoreMissing { sealed }, |newest| {
                let found = newest.number;
                Error::StoreBehind { sealed, found }
            }));
        }
    }
    let found = store.newest_batch()?;
    if found < mark.batch { Err(Error::BatchesMissing { recorded: mark.batch, found }) } else { Ok(()) }
}

/// Whether `store` is the one that the host of `home` served from, as a finding.
pub fn finding(home: &Home, store: &mut dyn HostStore) -> Finding {
    let mark = match home.mark() {
        Ok(Some(mark)) => mark,
        Ok(None) => return Finding::skipped(NAME, "this host has sealed nothing yet"),
        Err(error) => return Finding::failure(NAME, error.code(), error.to_string()),
    };
    match compare(&mark, store) {
        Ok(()) => Finding::ok(NAME, format!("the store has all up to seal {}, batch {}", mark.tip.number, mark.batch)),
        Err(error) => {
            let code = if matches!(error, Error::Store(_)) { error.code() } else { Code::StoreDamaged };
            Finding::failure(NAME, code, error.to_string())
        }
    }
}

/// The newest seals, newest first, are what this host has signed, and each follows on the one before.
fn verify(rows: &[SealRow], key: &PublicKey) -> Result<(), Error> {
    let bad = |row: &SealRow| Err(Error::BadSeal(row.number));
    if let Some(row) = rows.iter().find(|row| !is_whole(row)) {
        return bad(row);
    }
    let follows = |pair: &[SealRow]| pair[0].number == pair[1].number + 1 && pair[0].previous == pair[1].seal;
    if let Some([row, ..]) = rows.windows(2).find(|pair| !follows(pair)) {
        return bad(row);
    }
    let Some(key) = Point::new(key) else { return rows.first().map_or(Ok(()), bad) };
    let messages: Vec<Vec<u8>> = rows.iter().map(|row| seal::message(typ(row.kind), &row.seal)).collect();
    let claims =
        rows.iter().zip(&messages).map(|(row, message)| Claim { key: &key, message, signature: &row.signature });
    let holds = batch(&claims.collect::<Vec<_>>());
    rows.iter().zip(holds).find(|(_, holds)| !holds).map_or(Ok(()), |(row, _)| bad(row))
}

/// Whether a seal is over its leaves and the seal before. Leaves that were pruned are not asked for.
pub(crate) fn is_whole(row: &SealRow) -> bool {
    let of_leaves = seal::root(&row.leaves) == Some(row.root) && row.size == row.leaves.len() as u64;
    (row.leaves.is_empty() || of_leaves) && seal::link(&row.previous, row.number, row.size, &row.root) == row.seal
}

/// The documents that a seal of this kind covers.
pub fn typ(kind: SealKind) -> Typ {
    match kind {
        SealKind::Leases => Typ::Lease,
        SealKind::Refusals => Typ::Refusal,
    }
}

/// Seals that are verified at a start.
const VERIFIED: usize = 256;
const NAME: &str = "mark";
