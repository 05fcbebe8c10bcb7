//! The mark beside the store: the newest seal of this host, by which a store that is gone, older or another one is noticed.
//!
//! It lies in the host's folder, also where the store is in a database. It is written after what it names is durable, so
//! it is never ahead of the store.

use std::sync::Arc;
use std::time::Duration;

use leasehold_core::KeyId;
use leasehold_store::host::{HostStore, SealKind, SealRow, Tip};
use leasehold_wire::{Typ, seal};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::Error;
use crate::activation::Home;
use crate::files::MARK;
use crate::hex;
use crate::identity::Identity;
use crate::shared::Shared;

/// The newest seal that a host knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The host's key.
    pub host: KeyId,
    /// The newest seal.
    pub tip: Tip,
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
    /// The mark; `None` where this host has sealed nothing yet.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`].
    pub fn mark(&self) -> Result<Option<Mark>, Error> {
        let Some(bytes) = self.read(MARK)? else {
            return Ok(None);
        };
        let damaged = || Error::Damaged(self.folder().join(MARK));
        let Stored { host, seal, seal_hash } = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let host = host.parse().map_err(|_| damaged())?;
        let tip = Tip { number: seal, seal: hex::decode(&seal_hash).ok_or_else(damaged)? };
        Ok(Some(Mark { host, tip }))
    }

    /// Replaces the mark.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(crate) fn keep_mark(&self, mark: &Mark) -> Result<(), Error> {
        let Mark { host, tip } = mark;
        let stored = Stored { host: host.to_string(), seal: tip.number, seal_hash: hex::encode(&tip.seal) };
        let bytes = serde_json::to_vec_pretty(&stored).expect("texts and numbers are JSON");
        self.replace(MARK, &bytes)
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    host: String,
    seal: u64,
    seal_hash: String,
}

/// Whether `store` is the one that this host served from, as far as the mark and the newest seal say.
///
/// # Errors
/// [`Error::StoreMissing`], [`Error::StoreBehind`], [`Error::AnotherStore`], [`Error::BadSeal`].
pub(crate) fn check(
    home: &Home,
    identity: &Identity,
    store: &mut dyn HostStore,
    unknown: UnknownStore,
) -> Result<(), Error> {
    let host = identity.id();
    let newest = store.seals(host, 1)?.pop();
    if let Some(row) = &newest {
        verify(row, identity)?;
    }
    if let Some(mark) = home.mark()?.filter(|mark| mark.host == host && unknown == UnknownStore::Refused) {
        compare(&mark, newest.as_ref(), store)?;
    }
    match newest {
        Some(row) => home.keep_mark(&Mark { host, tip: Tip { number: row.number, seal: row.seal } }),
        None => home.remove(MARK),
    }
}

fn compare(mark: &Mark, newest: Option<&SealRow>, store: &mut dyn HostStore) -> Result<(), Error> {
    let sealed = mark.tip.number;
    match (store.seal_at(mark.host, sealed)?, newest) {
        (Some(row), _) if row.seal == mark.tip.seal => Ok(()),
        (Some(_), _) => Err(Error::AnotherStore { seal: sealed }),
        (None, Some(newest)) => Err(Error::StoreBehind { sealed, found: newest.number }),
        (None, None) => Err(Error::StoreMissing { sealed }),
    }
}

/// The newest seal is what this host has signed.
fn verify(row: &SealRow, identity: &Identity) -> Result<(), Error> {
    let is_whole = seal::root(&row.leaves) == Some(row.root)
        && seal::link(&row.previous, row.number, row.leaves.len() as u64, &row.root) == row.seal
        && identity.has_signed(&seal::message(typ(row.kind), &row.seal), &row.signature);
    if is_whole { Ok(()) } else { Err(Error::BadSeal(row.number)) }
}

/// The documents that a seal of this kind covers.
pub fn typ(kind: SealKind) -> Typ {
    match kind {
        SealKind::Leases => Typ::Lease,
        SealKind::Refusals => Typ::Refusal,
    }
}

/// Writes mark and peaks once a second where they have changed, until `end`.
pub(crate) async fn keep(home: Home, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    let (mut kept, mut peaks) = (None, shared.peaks().clone());
    loop {
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        let (newest, highest) = (shared.newest_seal(), shared.peaks().clone());
        if newest == kept && highest == peaks {
            continue;
        }
        let (home, shared) = (home.clone(), Arc::clone(&shared));
        let written = tokio::task::spawn_blocking(move || write(&home, &shared)).await;
        if written.is_ok() {
            (kept, peaks) = (newest, highest);
        }
    }
}

/// Writes the mark of the newest seal, and the peaks.
pub(crate) fn write(home: &Home, shared: &Shared) {
    let peaks = shared.peaks().clone();
    if !peaks.is_empty()
        && let Err(error) = home.keep_peaks(&peaks)
    {
        tracing::warn!(code = %error.code(), %error, "the most leases at once are not remembered");
    }
    let (Some(identity), Some(tip)) = (shared.identity(), shared.newest_seal()) else {
        return;
    };
    if let Err(error) = home.keep_mark(&Mark { host: identity.id(), tip }) {
        tracing::warn!(code = %error.code(), %error, "the newest seal is not remembered beside the store");
    }
}

const PAUSE: Duration = Duration::from_secs(1);
