//! `lh-authority`: the root certifies an authority's key.

use leasehold_core::{PublicKey, Text, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, map, need, parsed};
use crate::document::{Confirmation, Document, Head, Typ};
use crate::reason::Malformed;

/// An authority's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// From when it may sign.
    pub not_before: Timestamp,
    /// Until when it may sign.
    pub expires: Timestamp,
    /// Its key.
    pub key: PublicKey,
    /// The vendor's name.
    pub vendor: Text,
}

impl Document for Authority {
    const TYP: Typ = Typ::Authority;

    fn head(&self) -> Head {
        Head {
            not_before: Some(self.not_before),
            expires: Some(self.expires),
            confirmation: Some(Confirmation::Key(self.key)),
            ..Head::default()
        }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(1)?.u8(1)?.str(self.vendor.as_str())?.ok()
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        if map(d)? != 1 || d.u64()? != 1 {
            return Err(UNKNOWN_MEMBER);
        }
        Ok(Self { not_before: need(head.not_before)?, expires: head.expires()?, key: head.key()?, vendor: parsed(d)? })
    }
}
