//! `lh-directory-request`: an administrator asks the authority for an activation object for a directory.

use leasehold_core::{Cti, DirectoryId, PublicKey, Text, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fixed, map, need, parsed};
use crate::document::{Document, Head, Typ};
use crate::proof::Proof;
use crate::reason::Malformed;

/// A directory's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRequest {
    /// When it was made.
    pub issued: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// A key of its own, which signs it.
    pub key: PublicKey,
    /// That the administrator holds a host key.
    pub proof: Proof,
    /// What the directory is called.
    pub name: Text,
    /// The directory.
    pub directory: DirectoryId,
}

impl Document for DirectoryRequest {
    const TYP: Typ = Typ::DirectoryRequest;

    fn head(&self) -> Head {
        Head::introducing(self.issued, self.cti, self.key)
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(3)?.u8(1)?;
        self.proof.write(e)?;
        e.u8(2)?.str(self.name.as_str())?.u8(3)?.bytes(&self.directory.0)?.ok()
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut proof, mut name, mut directory) = (None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => proof = Some(Proof::read(d)?),
                2 => name = Some(parsed(d)?),
                3 => directory = Some(DirectoryId(fixed(d)?)),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            cti: head.cti()?,
            key: head.key()?,
            proof: need(proof)?,
            name: need(name)?,
            directory: need(directory)?,
        })
    }
}
