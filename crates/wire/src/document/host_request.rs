//! `lh-host-request`: a host asks the authority to be activated.

use alloc::vec::Vec;

use leasehold_core::{Cti, FamilyId, Fingerprint, PublicKey, Text, Timestamp};

use crate::cbor::{
    Decoder, Encoder, NOT_SORTED, UNKNOWN_MEMBER, Wrote, array, fingerprint, fixed, from_one, map, need, parsed, some,
    write_fingerprint,
};
use crate::document::{Document, Head, Typ};
use crate::place::Tip;
use crate::proof::Proof;
use crate::reason::Malformed;

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
    /// The newest seal of the host's store; `None` before its first.
    pub tip: Option<ReportedTip>,
    /// How each family stands, in the order of their ids; empty where the host does not tell.
    pub usage: Vec<Usage>,
}

/// The newest seal that a host names, and the one that it named in its request before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedTip {
    /// The newest seal; its number is at least 1.
    pub newest: Tip,
    /// The one in the request before; `None` in the first that names one.
    pub former: Option<Tip>,
}

/// How a family stands on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The family.
    pub family: FamilyId,
    /// Distinct clients within the window.
    pub clients: u64,
    /// Live leases.
    pub live: u64,
    /// Most live leases at once since the request before.
    pub peak: u64,
}

impl Document for HostRequest {
    const TYP: Typ = Typ::HostRequest;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        let former = self.tip.and_then(|tip| tip.former);
        let optional = [self.tip.is_some(), former.is_some(), !self.usage.is_empty()];
        e.map(3 + optional.into_iter().map(u64::from).sum::<u64>())?.u8(1)?;
        self.proof.write(e)?;
        e.u8(2)?.str(self.host_name.as_str())?.u8(3)?;
        write_fingerprint(e, &self.fingerprint)?;
        if let Some(tip) = self.tip {
            e.u8(4)?;
            write_tip(e, &tip.newest)?;
        }
        if let Some(former) = former {
            e.u8(5)?;
            write_tip(e, &former)?;
        }
        if !self.usage.is_empty() {
            e.u8(6)?;
            write_usage(e, &self.usage)?;
        }
        Ok(())
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut proof, mut host_name, mut machine) = (None, None, None);
        let (mut newest, mut former, mut usage) = (None, None, Vec::new());
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => proof = Some(Proof::read(d)?),
                2 => host_name = Some(parsed(d)?),
                3 => machine = Some(fingerprint(d)?),
                4 => newest = Some(read_tip(d)?),
                5 => former = Some(read_tip(d)?),
                6 => usage = read_usage(d)?,
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        let tip = match (newest, former) {
            (None, Some(_)) => return Err(Malformed("the tip of the request before without a tip of its own")),
            (newest, former) => newest.map(|newest| ReportedTip { newest, former }),
        };
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            key: head.key()?,
            proof: need(proof)?,
            host_name: need(host_name)?,
            fingerprint: need(machine)?,
            tip,
            usage,
        })
    }
}

fn write_tip(e: &mut Encoder, tip: &Tip) -> Wrote {
    e.array(2)?.u64(tip.number)?.bytes(&tip.seal)?.ok()
}

fn read_tip(d: &mut Decoder<'_>) -> Result<Tip, Malformed> {
    if array(d)? != 2 {
        return Err(Malformed("a tip that is not a number and a seal"));
    }
    Ok(Tip { number: from_one(d)?, seal: fixed(d)? })
}

fn write_usage(e: &mut Encoder, usage: &[Usage]) -> Wrote {
    e.map(usage.len() as u64)?;
    for Usage { family, clients, live, peak } in usage {
        e.str(family.as_str())?.array(3)?.u64(*clients)?.u64(*live)?.u64(*peak)?;
    }
    Ok(())
}

fn read_usage(d: &mut Decoder<'_>) -> Result<Vec<Usage>, Malformed> {
    let mut usage: Vec<Usage> = Vec::new();
    for _ in 0..map(d)? {
        let family = parsed(d)?;
        if usage.last().is_some_and(|before| before.family >= family) {
            return Err(NOT_SORTED);
        }
        if array(d)? != 3 {
            return Err(Malformed("usage that is not three numbers"));
        }
        usage.push(Usage { family, clients: d.u64()?, live: d.u64()?, peak: d.u64()? });
    }
    some(usage)
}
