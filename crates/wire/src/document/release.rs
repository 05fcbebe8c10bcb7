//! `lh-release`: a client gives its lease back.

use leasehold_core::{Cti, ProductId, PublicKey, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, map, parsed};
use crate::document::{Document, Typ};
use crate::envelope::{Head, Malformed};

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The client's clock.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The device key, which signs it.
    pub key: PublicKey,
    /// Whose lease is given back.
    pub product: ProductId,
}

impl Document for Release {
    const TYP: Typ = Typ::Release;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(1)?.u8(1)?.str(self.product.as_str())?.ok()
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        if map(d)? != 1 || d.u64()? != 1 {
            return Err(UNKNOWN_MEMBER);
        }
        Ok(Self { issued: head.issued()?, cti: head.cti()?, key: head.key()?, product: parsed(d)? })
    }
}
