//! `lh-object`: a grant kept in one directory, whose clients activate by reading it.

use alloc::vec::Vec;

use leasehold_core::{Cti, DirectoryId, Grant, Text, Timestamp};

use crate::cbor::{Decoder, Encoder, UNKNOWN_MEMBER, Wrote, fixed, grants, map, need, parsed, write_grants};
use crate::document::{Document, Head, Typ};
use crate::reason::Malformed;

/// An activation object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationObject {
    /// From when it holds.
    pub issued: Timestamp,
    /// Until when.
    pub expires: Timestamp,
    /// Its name.
    pub cti: Cti,
    /// The vendor's name.
    pub vendor: Text,
    /// What it grants: at least one.
    pub grants: Vec<Grant>,
    /// The directory it is for.
    pub directory: DirectoryId,
}

impl Document for ActivationObject {
    const TYP: Typ = Typ::Object;

    fn head(&self) -> Head {
        Head { issued: Some(self.issued), expires: Some(self.expires), cti: Some(self.cti), ..Head::default() }
    }

    fn write_body(&self, e: &mut Encoder) -> Wrote {
        e.map(3)?.u8(1)?.str(self.vendor.as_str())?.u8(2)?;
        write_grants(e, &self.grants)?;
        e.u8(3)?.bytes(&self.directory.0)?.ok()
    }

    fn read(head: &Head, d: &mut Decoder<'_>) -> Result<Self, Malformed> {
        let (mut vendor, mut granted, mut directory) = (None, None, None);
        for _ in 0..map(d)? {
            match d.u64()? {
                1 => vendor = Some(parsed(d)?),
                2 => granted = Some(grants(d)?),
                3 => directory = Some(DirectoryId(fixed(d)?)),
                _ => return Err(UNKNOWN_MEMBER),
            }
        }
        Ok(Self {
            issued: head.issued()?,
            expires: head.expires()?,
            cti: head.cti()?,
            vendor: need(vendor)?,
            grants: need(granted)?,
            directory: need(directory)?,
        })
    }
}
