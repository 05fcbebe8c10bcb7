//! `lh-machine-request`: a machine asks the authority directly, with a multiple key.

use leasehold_core::{Cti, Fingerprint, ProductId, PublicKey, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fingerprint, map, need, parsed, write_fingerprint};
use crate::document::{Document, Head, Typ};
use crate::proof::Proof;
use crate::reason::Malformed;

/// A machine's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineRequest {
    /// The machine's clock.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The device key, which signs it.
    pub key: PublicKey,
    /// That the machine's owner holds a multiple key.
    pub proof: Proof,
    /// What it asks for.
    pub product: ProductId,
    /// The machine.
    pub fingerprint: Fingerprint,
}

impl Document for MachineRequest {
    const TYP: Typ = Typ::MachineRequest;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(3)?.u8(1)?;
        self.proof.write(e)?;
        e.u8(2)?.str(self.product.as_str())?.u8(3)?;
        write_fingerprint(e, &self.fingerprint)
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut proof, mut product, mut machine) = (None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => proof = Some(Proof::read(d)?),
                2 => product = Some(parsed(d)?),
                3 => machine = Some(fingerprint(d)?),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            key: head.key()?,
            proof: need(proof)?,
            product: need(product)?,
            fingerprint: need(machine)?,
        })
    }
}
