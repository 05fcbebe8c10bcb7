//! `lh-host`: the authority's grant to one host.

use alloc::vec::Vec;

use leasehold_core::{Cti, Fingerprint, Grant, PublicKey, Text, Timestamp};

use crate::cbor::{
    Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fingerprint, from_one, grants, map, need, parsed, write_fingerprint,
    write_grants,
};
use crate::document::{Confirmation, Document, Head, Typ};
use crate::reason::Malformed;

/// A host certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCertificate {
    /// From when the host may grant.
    pub issued: Timestamp,
    /// Until when it may.
    pub expires: Timestamp,
    /// The certificate's name.
    pub cti: Cti,
    /// The host's key.
    pub key: PublicKey,
    /// The vendor's name.
    pub vendor: Text,
    /// What it may grant: at least one.
    pub grants: Vec<Grant>,
    /// Which of its host key's hosts it is, from 1.
    pub host_ordinal: u64,
    /// Which activation of this host it is, from 1.
    pub activation_ordinal: u64,
    /// The machine it was activated on.
    pub fingerprint: Fingerprint,
}

impl Document for HostCertificate {
    const TYP: Typ = Typ::Host;

    fn head(&self) -> Head {
        Head {
            issued: Some(self.issued),
            expires: Some(self.expires),
            cti: Some(self.cti),
            confirmation: Some(Confirmation::Key(self.key)),
            ..Head::default()
        }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(5)?.u8(1)?.str(self.vendor.as_str())?.u8(2)?;
        write_grants(e, &self.grants)?;
        e.u8(3)?.u64(self.host_ordinal)?.u8(4)?.u64(self.activation_ordinal)?.u8(5)?;
        write_fingerprint(e, &self.fingerprint)
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut vendor, mut granted, mut machine) = (None, None, None);
        let (mut host_ordinal, mut activation_ordinal) = (None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => vendor = Some(parsed(d)?),
                2 => granted = Some(grants(d)?),
                3 => host_ordinal = Some(from_one(d)?),
                4 => activation_ordinal = Some(from_one(d)?),
                5 => machine = Some(fingerprint(d)?),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            expires: head.expires()?,
            cti: head.cti()?,
            key: head.key()?,
            vendor: need(vendor)?,
            grants: need(granted)?,
            host_ordinal: need(host_ordinal)?,
            activation_ordinal: need(activation_ordinal)?,
            fingerprint: need(machine)?,
        })
    }
}
