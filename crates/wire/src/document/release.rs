//! `lh-release`: a client gives its lease back.

use leasehold_core::{Cti, ProductId, PublicKey, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fixed, map, need, parsed};
use crate::document::{Document, Head, Typ};
use crate::reason::Malformed;

/// A release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The client's clock.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The device key, which signs it.
    pub key: PublicKey,
    /// What the lease is for.
    pub product: ProductId,
    /// The lease that is given back.
    pub lease: Cti,
}

impl Document for Release {
    const TYP: Typ = Typ::Release;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(2)?.u8(1)?.str(self.product.as_str())?.u8(2)?.bytes(&self.lease.0)?.ok()
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut product, mut lease) = (None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => product = Some(parsed(d)?),
                2 => lease = Some(Cti(fixed(d)?)),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            key: head.key()?,
            product: need(product)?,
            lease: need(lease)?,
        })
    }
}
