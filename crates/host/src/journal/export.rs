//! Writing a host's journal as a file, seal by seal, while hosts serve from the store.

use std::io::{self, Write};

use leasehold_core::{KeyId, PublicKey, Span};
use leasehold_store::StoreError;
use leasehold_store::host::{SealHistory, SealKind, SealRow, SealedEntries, decode_entries};
use leasehold_wire::journal::{Covered, PartWriter, Pruned, Tips};
use leasehold_wire::seal::{self, Tip};

use super::certificates::{Kept, keys};
use crate::Error;
use crate::activation::Home;
use crate::mark::typ;
use crate::sealing::Documents;

/// What an export has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many bytes.
    pub bytes: u64,
    /// How many seals.
    pub seals: u64,
    /// How many leases they cover, as far as they are not pruned.
    pub leases: u64,
    /// How many refusals.
    pub refusals: u64,
    /// How many leases and refusals of them were pruned.
    pub pruned: u64,
    /// Where the chains end.
    pub tips: Tips,
}

/// Writes a part of the journal of the host of `home`: the chains of all key pairs that it has had, as far as `store` has them, each
/// after the seal that `after` names.
///
/// # Errors
/// [`Error::AnotherStore`], [`Error::StoreBehind`] where the store does not have a seal that `after` names; [`Error::NotActivated`] where it has no certificate; [`Error::BadSeal`] where the store does not lead to a seal, which `store check`
/// explains; [`Error::Store`], [`Error::File`].
pub fn export(home: &Home, store: &mut dyn SealHistory, after: &Tips, out: &mut dyn Write) -> Result<Exported, Error> {
    let certificates = home.certificates()?;
    for (host, tip) in after {
        match store.seal_at(*host, tip.number)? {
            Some(row) if row.seal == tip.seal => {}
            Some(_) => return Err(Error::AnotherStore { seal: tip.number }),
            None => return Err(Error::StoreBehind { sealed: tip.number, found: newest(store, *host)? }),
        }
    }
    let part = PartWriter::begin(after);
    let mut export = Export { certificates, given: Vec::new(), part, out, exported: Exported::default(), failed: None };
    for key in keys(&export.certificates) {
        let host = key.id();
        let known = after.iter().find(|(named, _)| *named == host).map_or(0, |(_, tip)| tip.number);
        let read = store.seals_after(host, known, &mut |sealed| {
            export.seal(host, &sealed).map_err(|error| {
                export.failed = Some(error);
                StoreError::Unavailable("the export has failed".into())
            })
        });
        if let Some(error) = export.failed.take() {
            return Err(error);
        }
        read?;
    }
    export.end()
}

/// The seals after which an export begins that leaves out what is up to seal `number` of the key pair that the host has now, and the
/// chains of its former ones.
///
/// # Errors
/// [`Error::StoreBehind`] where there is no such seal; as [`export`].
pub fn after_seal(home: &Home, store: &mut dyn SealHistory, number: u64) -> Result<Tips, Error> {
    let mut hosts: Vec<KeyId> = keys(&home.certificates()?).iter().map(PublicKey::id).collect();
    let own = home.keypair()?.id();
    hosts.retain(|host| *host != own);
    let mut tips = Tips::new();
    for host in hosts {
        tips.extend(store.seals(host, 1)?.first().map(|row| (host, tip_of(row))));
    }
    if number > 0 {
        let found = newest(store, own)?;
        let row = store.seal_at(own, number)?.ok_or(Error::StoreBehind { sealed: number, found })?;
        tips.push((own, tip_of(&row)));
    }
    tips.sort_unstable_by_key(|(host, _)| *host);
    Ok(tips)
}

/// The number of the newest seal; 0 where there is none.
fn newest(store: &mut dyn SealHistory, host: KeyId) -> Result<u64, Error> {
    Ok(store.seals(host, 1)?.first().map_or(0, |seal| seal.number))
}

fn tip_of(row: &SealRow) -> Tip {
    Tip { number: row.number, seal: row.seal }
}

struct Export<'e> {
    certificates: Vec<Kept>,
    /// Which of the certificates stand in the part.
    given: Vec<usize>,
    part: PartWriter,
    out: &'e mut dyn Write,
    exported: Exported,
    failed: Option<Error>,
}

impl Export<'_> {
    fn seal(&mut self, host: KeyId, sealed: &SealedEntries) -> Result<(), Error> {
        let row = &sealed.seal;
        self.introduce(host, sealed);
        let bad = || Error::BadSeal(row.number);
        let entries = decode_entries(&sealed.entries, row.at).map_err(|_| bad())?;
        let documents = Documents::of(&entries);
        let covered = match row.kind {
            _ if entries.is_empty() => {
                self.exported.pruned += row.size;
                Covered::Pruned(Pruned { typ: typ(row.kind), size: row.size, root: row.root })
            }
            SealKind::Leases => {
                self.exported.leases += documents.leases.len() as u64;
                Covered::Leases(&documents.leases)
            }
            SealKind::Refusals => {
                self.exported.refusals += documents.refusals.len() as u64;
                Covered::Refusals(&documents.refusals)
            }
        };
        // What is written leads to the seal, or nothing is written.
        if !matches!(covered, Covered::Pruned(_)) && seal::root(&documents.leaves(row.kind)) != Some(row.root) {
            return Err(bad());
        }
        self.part.seal(host, tip_of(row), row.at, &row.signature, covered);
        self.exported.seals += 1;
        self.flush()
    }

    /// Adds the certificates that held at the time of a seal, where they do not stand in the part yet.
    fn introduce(&mut self, host: KeyId, sealed: &SealedEntries) {
        let at = sealed.seal.at;
        let of_host = |kept: &Kept| kept.document.key.id() == host;
        let mut needed: Vec<usize> = Vec::new();
        for (number, kept) in self.certificates.iter().enumerate().filter(|(_, kept)| of_host(kept)) {
            let holds = kept.document.issued <= at.plus(Span::CLOCK_TOLERANCE) && at < kept.document.expires;
            if holds && !self.given.contains(&number) {
                needed.push(number);
            }
        }
        let known = self.given.iter().any(|number| of_host(&self.certificates[*number]));
        if needed.is_empty() && !known {
            // None held then, as far as is known; with any the seal's signature can be verified.
            needed.extend(self.certificates.iter().position(of_host));
        }
        for number in needed {
            let Kept { alone, authority, .. } = &self.certificates[number];
            self.part.certificate(host, alone, authority);
            self.given.push(number);
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let bytes = self.part.take();
        self.exported.bytes += bytes.len() as u64;
        self.out.write_all(&bytes).map_err(Error::at("the journal"))
    }

    fn end(mut self) -> Result<Exported, Error> {
        self.flush()?;
        let (bytes, tips) = self.part.end();
        self.exported.bytes += bytes.len() as u64;
        let written: io::Result<()> = self.out.write_all(&bytes).and_then(|()| self.out.flush());
        written.map_err(Error::at("the journal"))?;
        Ok(Exported { tips, ..self.exported })
    }
}
