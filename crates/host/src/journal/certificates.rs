//! All certificates that a host has had: a journal is believed by them, long after they have ended.

use leasehold_core::PublicKey;
use leasehold_wire::envelope::with_chain;
use leasehold_wire::journal::head;
use leasehold_wire::{Envelope, HostCertificate};

use crate::Error;
use crate::activation::Home;
use crate::files::{CERTIFICATE, CERTIFICATES};

/// A certificate as journals have it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) document: HostCertificate,
    /// Without its chain.
    pub(super) alone: Vec<u8>,
    /// That of the authority.
    pub(super) authority: Vec<u8>,
}

impl Home {
    /// Keeps a certificate for journals, beside the one that is installed now.
    pub(crate) fn keep_for_journals(&self, presented: &[u8]) -> Result<(), Error> {
        let (mut kept, installed) = (self.presented()?, self.read(CERTIFICATE)?);
        let before = kept.len();
        for presented in installed.as_deref().into_iter().chain([presented]) {
            // One that cannot be read is told of elsewhere.
            if read(presented).is_some() && !kept.iter().any(|known| known == presented) {
                kept.push(presented.to_vec());
            }
        }
        if kept.len() == before {
            return Ok(());
        }
        self.replace(CERTIFICATES, &kept.iter().flat_map(|presented| frame(presented)).collect::<Vec<u8>>())
    }

    /// All certificates that the host has had, the first first.
    pub(super) fn certificates(&self) -> Result<Vec<Kept>, Error> {
        let mut presented = self.presented()?;
        presented.extend(self.read(CERTIFICATE)?.filter(|installed| !presented.contains(installed)));
        let mut kept: Vec<Kept> = presented.iter().filter_map(|presented| read(presented)).collect();
        kept.sort_by_key(|kept| kept.document.issued);
        kept.dedup_by(|one, other| one.alone == other.alone && one.authority == other.authority);
        if kept.is_empty() { Err(Error::NotActivated(self.folder().to_owned())) } else { Ok(kept) }
    }

    fn presented(&self) -> Result<Vec<Vec<u8>>, Error> {
        let damaged = || Error::Damaged(self.folder().join(CERTIFICATES));
        let (bytes, mut found) = (self.read(CERTIFICATES)?.unwrap_or_default(), Vec::new());
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (length, size) = head(rest).ok().flatten().ok_or_else(damaged)?;
            let (framed, after) = rest.split_at_checked(length + size).ok_or_else(damaged)?;
            found.push(framed[length..].to_vec());
            rest = after;
        }
        Ok(found)
    }
}

fn read(presented: &[u8]) -> Option<Kept> {
    let envelope = Envelope::parse(presented).ok()?;
    let document: HostCertificate = envelope.document().ok()?;
    let [authority] = envelope.chain[..] else { return None };
    Some(Kept { document, alone: with_chain(presented, &[]).ok()?, authority: authority.to_vec() })
}

/// A byte string of CBOR.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let size = u16::try_from(bytes.len()).expect("a document of 16 KiB at most");
    [&[0x59][..], &size.to_be_bytes(), bytes].concat()
}

/// The public keys that a host has had, the first first.
pub(super) fn keys(kept: &[Kept]) -> Vec<PublicKey> {
    let mut keys: Vec<PublicKey> = Vec::new();
    for Kept { document, .. } in kept {
        if !keys.contains(&document.key) {
            keys.push(document.key);
        }
    }
    keys
}
