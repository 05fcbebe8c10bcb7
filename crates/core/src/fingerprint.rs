//! What a machine is recognised by: salted hashes of up to six of its parts.

use core::fmt;

use alloc::string::String;

use sha2::{Digest, Sha256};

use crate::id::KeyId;

/// A part of a machine that tells it from others (DESIGN section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Component {
    /// The operating system's machine id.
    MachineId = 1,
    /// The firmware's system UUID.
    SystemUuid = 2,
    /// Serial number of the system disk.
    SystemDisk = 3,
    /// Hardware address of the first network interface.
    NetworkAddress = 4,
    /// Processor model.
    Processor = 5,
    /// Serial number of the main board.
    BoardSerial = 6,
}

/// Hashes of 1 to 6 components; never empty.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    present: u8,
    hashes: [[u8; 8]; 6],
}

/// A fingerprint has at least one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has at least one component")]
pub struct EmptyFingerprint;

impl Component {
    /// All components in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::MachineId, Self::SystemUuid, Self::SystemDisk, Self::NetworkAddress, Self::Processor, Self::BoardSerial];

    /// The component with this number.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|component| u64::from(component.number()) == number)
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MachineId => "machine-id",
            Self::SystemUuid => "system-uuid",
            Self::SystemDisk => "system-disk",
            Self::NetworkAddress => "network-address",
            Self::Processor => "processor",
            Self::BoardSerial => "board-serial",
        }
    }

    /// The number on the wire, 1 to 6.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The hash of this component's `value`, salted by vendor, so that two vendors cannot join their customers' machines.
    ///
    /// `None` where the value is what makers leave in when they have nothing to say.
    pub fn hash(self, vendor: KeyId, value: &str) -> Option<[u8; 8]> {
        let value = value.trim().to_lowercase();
        if is_placeholder(&value) {
            return None;
        }
        let digest = Sha256::new()
            .chain_update(b"leasehold fingerprint 1\0")
            .chain_update(vendor.0)
            .chain_update([self.number()])
            .chain_update(&value)
            .finalize();
        let mut hash = [0; 8];
        hash.copy_from_slice(&digest[..8]);
        Some(hash)
    }
}

impl Fingerprint {
    /// Collects hashes by component; of two for one component the last stays.
    ///
    /// # Errors
    /// [`EmptyFingerprint`] when there is none.
    pub fn new(hashes: impl IntoIterator<Item = (Component, [u8; 8])>) -> Result<Self, EmptyFingerprint> {
        let mut all = Self { present: 0, hashes: [[0; 8]; 6] };
        for (component, hash) in hashes {
            all.present |= 1 << (component.number() - 1);
            all.hashes[usize::from(component.number() - 1)] = hash;
        }
        if all.present == 0 { Err(EmptyFingerprint) } else { Ok(all) }
    }

    /// The hash of `component`, where present.
    pub fn component(&self, component: Component) -> Option<&[u8; 8]> {
        let at = component.number() - 1;
        (self.present >> at & 1 == 1).then(|| &self.hashes[usize::from(at)])
    }

    /// The components present with their hashes, by number.
    pub fn iter(&self) -> impl Iterator<Item = (Component, &[u8; 8])> {
        Component::ALL.into_iter().filter_map(|component| Some((component, self.component(component)?)))
    }

    /// Whether a client with this fingerprint can be another's twin: it has at least three components, so that an equal
    /// fingerprint is the same machine's or a copy's.
    pub const fn has_twins(&self) -> bool {
        self.present.count_ones() >= 3
    }

    /// Whether both are of one machine: over the components in both, at most `drift` differ and at least one agrees.
    pub fn same_machine(&self, other: &Self, drift: u64) -> bool {
        let (mut agree, mut differ) = (0, 0);
        for (component, hash) in self.iter() {
            match other.component(component) {
                Some(theirs) if theirs == hash => agree += 1,
                Some(_) => differ += 1,
                None => {}
            }
        }
        differ <= drift && agree >= 1
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(component, hash)| (component, u64::from_be_bytes(*hash)))).finish()
    }
}

/// Whether a trimmed, lower-case `value` is a maker's filler rather than a fact about one machine.
fn is_placeholder(value: &str) -> bool {
    const FILLERS: [&str; 15] = [
        "default string",
        "to be filled by o.e.m.",
        "to be filled by o.e.m",
        "o.e.m.",
        "oem",
        "none",
        "n/a",
        "not specified",
        "not applicable",
        "not available",
        "unknown",
        "system serial number",
        "base board serial number",
        "serial number",
        "uninitialized",
    ];
    let bare: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
    bare.is_empty()
        || FILLERS.contains(&value)
        || bare.chars().all(|c| c == '0')
        || bare.chars().all(|c| c == 'f')
        || bare.chars().all(|c| c == 'x')
        || bare == "0123456789"
        || bare == "123456789"
        || bare == "03000200040005000006000700080009"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hashes: &[(Component, u8)]) -> Fingerprint {
        Fingerprint::new(hashes.iter().map(|(component, byte)| (*component, [*byte; 8]))).unwrap()
    }

    #[test]
    fn fillers_are_no_components() {
        let vendor = KeyId([1; 16]);
        for filler in
            ["Default string", " To Be Filled By O.E.M. ", "0000-0000", "FFFFFFFF-FFFF", "", "  ", "00:00:00:00:00:00"]
        {
            assert_eq!(Component::BoardSerial.hash(vendor, filler), None, "{filler:?}");
        }
        assert!(Component::BoardSerial.hash(vendor, "S3Z9NB0K").is_some());
    }

    #[test]
    fn one_value_hashes_alike_in_any_case_and_apart_by_vendor_and_component() {
        let (vendor, other) = (KeyId([1; 16]), KeyId([2; 16]));
        assert_eq!(Component::SystemDisk.hash(vendor, " aBc "), Component::SystemDisk.hash(vendor, "AbC"));
        assert_ne!(Component::SystemDisk.hash(vendor, "abc"), Component::SystemDisk.hash(other, "abc"));
        assert_ne!(Component::SystemDisk.hash(vendor, "abc"), Component::BoardSerial.hash(vendor, "abc"));
    }

    #[test]
    fn machines_that_share_no_component_are_not_the_same() {
        let (a, b) = (of(&[(Component::MachineId, 1)]), of(&[(Component::Processor, 1)]));
        assert!(!a.same_machine(&b, 6));
    }

    #[test]
    fn drift_is_counted_over_the_components_in_both() {
        let a = of(&[(Component::MachineId, 1), (Component::SystemUuid, 1), (Component::SystemDisk, 1)]);
        let b = of(&[
            (Component::MachineId, 1),
            (Component::SystemUuid, 2),
            (Component::SystemDisk, 2),
            (Component::Processor, 9),
        ]);
        assert!(a.same_machine(&b, 2));
        assert!(!a.same_machine(&b, 1));
    }
}
