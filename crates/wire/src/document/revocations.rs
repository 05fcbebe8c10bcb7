//! `lh-revocations`: keys and documents that no longer hold; numbered, only ever replaced by a higher number.

use alloc::vec::Vec;

use leasehold_core::{Cti, KeyId, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fixed, list, map, need};
use crate::document::{Document, Head, Typ};
use crate::reason::Malformed;

/// A revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocations {
    /// When it was made.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// Its number; a higher one replaces a lower.
    pub number: u64,
    /// Keys that are revoked.
    pub keys: Vec<KeyId>,
    /// Documents that are revoked.
    pub documents: Vec<Cti>,
}

impl Revocations {
    /// Whether `key` is revoked.
    pub fn revokes_key(&self, key: KeyId) -> bool {
        self.keys.contains(&key)
    }

    /// Whether the document `cti` is revoked.
    pub fn revokes_document(&self, cti: Cti) -> bool {
        self.documents.contains(&cti)
    }
}

impl Document for Revocations {
    const TYP: Typ = Typ::Revocations;

    fn head(&self) -> Head {
        Head { issued: Some(self.issued), cti: Some(self.cti), ..Head::default() }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(3)?.u8(1)?.u64(self.number)?.u8(2)?.array(self.keys.len() as u64)?;
        self.keys.iter().try_for_each(|key| e.bytes(&key.0).map(drop))?;
        e.u8(3)?.array(self.documents.len() as u64)?;
        self.documents.iter().try_for_each(|cti| e.bytes(&cti.0).map(drop))
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut number, mut keys, mut documents) = (None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => number = Some(d.u64()?),
                2 => keys = Some(list(d, |d| Ok(KeyId(fixed(d)?)))?),
                3 => documents = Some(list(d, |d| Ok(Cti(fixed(d)?)))?),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            number: need(number)?,
            keys: need(keys)?,
            documents: need(documents)?,
        })
    }
}
