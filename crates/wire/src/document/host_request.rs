//! `lh-host-request`: a host asks the authority to be activated.

use leasehold_core::{Cti, Fingerprint, PublicKey, Text, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fingerprint, map, need, parsed, write_fingerprint};
use crate::document::{Document, Typ};
use crate::envelope::{Head, Malformed};
use crate::proof::Proof;

/// A host's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRequest {
    /// When it was made.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The host's key, which signs it.
    pub key: PublicKey,
    /// That the host's administrator holds a host key.
    pub proof: Proof,
    /// What the host is called.
    pub host_name: Text,
    /// The machine it runs on.
    pub fingerprint: Fingerprint,
}

impl Document for HostRequest {
    const TYP: Typ = Typ::HostRequest;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(3)?.u8(1)?;
        self.proof.write(e)?;
        e.u8(2)?.str(self.host_name.as_str())?.u8(3)?;
        write_fingerprint(e, &self.fingerprint)
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut proof, mut host_name, mut machine) = (None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => proof = Some(Proof::read(d)?),
                2 => host_name = Some(parsed(d)?),
                3 => machine = Some(fingerprint(d)?),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            key: head.key()?,
            proof: need(proof)?,
            host_name: need(host_name)?,
            fingerprint: need(machine)?,
        })
    }
}
