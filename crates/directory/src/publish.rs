//! What an administrator does: an activation object written, and taken away.

use leasehold_core::{FamilyId, KeyId, Timestamp};
use leasehold_wire::ActivationObject;

use crate::connection::describe;
use crate::directory::{Directory, NO_SUCH_OBJECT, SUCCESS, Session, refusal};
use crate::error::{DirectoryError, Failure};
use crate::layout::{Attributes, Publication, families};
use crate::message::{Done, Operation};

/// An activation object that lies in the directory now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Where.
    pub dn: String,
    /// When it ends.
    pub expires: Timestamp,
    /// The vendor's entries for the same families that it has replaced.
    pub replaced: Vec<String>,
}

/// The entries that were taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Where they lay; none where the vendor had none.
    pub entries: Vec<String>,
}

impl Directory<'_> {
    /// Writes the activation object of `vendor`, and then takes away that vendor's entries for the same families: at no time is there
    /// none. What other vendors have published is left alone, and so is the vendor's entry for other families. The object is
    /// verified, and of this directory.
    ///
    /// # Errors
    /// [`DirectoryError`]; what was there before is there still.
    pub fn publish(
        &mut self,
        vendor: KeyId,
        object: &ActivationObject,
        document: &[u8],
    ) -> Result<Published, DirectoryError> {
        let families = families(object);
        let written = self.write(&Publication { cti: object.cti, vendor, families: &families, document });
        let (dn, replaced) = written.map_err(|failure| self.failed(failure))?;
        Ok(Published { dn, expires: object.expires, replaced })
    }

    /// Takes away the entries of `vendor`: all of them, or those for `family`.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn withdraw(&mut self, vendor: KeyId, family: Option<&FamilyId>) -> Result<Withdrawn, DirectoryError> {
        let withdrawn = self.find(Some(vendor)).and_then(|entries| {
            let meant = |families: &[FamilyId]| family.is_none_or(|family| families.contains(family));
            let mut dns: Vec<String> =
                entries.into_iter().filter(|entry| meant(&entry.families)).map(|entry| entry.dn).collect();
            dns.dedup();
            dns.iter().try_for_each(|dn| self.delete(dn))?;
            Ok(Withdrawn { entries: dns })
        });
        withdrawn.map_err(|failure| self.failed(failure))
    }

    fn write(&mut self, object: &Publication<'_>) -> Result<(String, Vec<String>), Failure> {
        let before = self.find(Some(object.vendor))?;
        let container = self.container();
        let (dn, attributes) = self.layout.of_entry(&container, object);
        match self.add(&dn, &attributes)? {
            Done { code: SUCCESS | EXISTS, .. } => {}
            // The container is made for the first object.
            Done { code: NO_SUCH_OBJECT, .. } => {
                let made = self.add(&container, &self.layout.of_container())?;
                allowed(&made)?;
                allowed(&self.add(&dn, &attributes)?)?;
            }
            other => allowed(&other)?,
        }
        let same = |families: &[FamilyId]| families.iter().all(|family| object.families.contains(family));
        let own = |other: &str| other.split(',').next().is_some_and(|rdn| is_rdn_of(rdn, &dn));
        let old = before.into_iter().filter(|entry| same(&entry.families) && !own(&entry.dn));
        let mut replaced: Vec<String> = old.map(|entry| entry.dn).collect();
        replaced.dedup();
        replaced.iter().try_for_each(|dn| self.delete(dn))?;
        Ok((dn, replaced))
    }

    fn add(&mut self, dn: &str, attributes: &Attributes) -> Result<Done, Failure> {
        match &mut self.session {
            Session::Own(connection) => connection.ask(Operation::Add { dn, attributes }),
            Session::Tools(tools) => tools.add(dn, attributes),
        }
    }

    fn delete(&mut self, dn: &str) -> Result<(), Failure> {
        let done = match &mut self.session {
            Session::Own(connection) => connection.ask(Operation::Delete { dn })?,
            Session::Tools(tools) => tools.delete(dn)?,
        };
        match done.code {
            NO_SUCH_OBJECT => Ok(()),
            _ => allowed(&done),
        }
    }
}

/// Whether a change was made.
fn allowed(done: &Done) -> Result<(), Failure> {
    match done.code {
        SUCCESS | EXISTS => Ok(()),
        50 | 8 => Err(Failure::NoRight(describe(done))),
        17 | 21 | 65 => Err(Failure::Refused(format!("{}: is the schema of Leasehold installed?", describe(done)))),
        _ => Err(refusal(done)),
    }
}

fn is_rdn_of(rdn: &str, dn: &str) -> bool {
    dn.split(',').next().is_some_and(|own| own.trim().eq_ignore_ascii_case(rdn.trim()))
}

const EXISTS: u64 = 68;
