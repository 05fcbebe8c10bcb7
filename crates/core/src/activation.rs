//! What an authority decides when a key pair asks to be activated with a product key (DESIGN section 7).

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU64;

use crate::code::Code;
use crate::count;
use crate::fingerprint::Fingerprint;
use crate::id::DirectoryId;
use crate::key::KeyKind;
use crate::time::Timestamp;

/// What a secret product key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// A host key.
    Hosts {
        /// Hosts it activates at most.
        hosts: u64,
        /// Key pairs it activates at most on each of them.
        activations: u64,
    },
    /// A multiple key.
    Machines {
        /// Machines it activates at most.
        machines: u64,
        /// Key pairs it activates at most on each of them.
        activations: u64,
    },
}

/// Which activation of which host or machine of a product key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinals {
    /// Which of the key's hosts or machines, from 1.
    pub place: u64,
    /// Which key pair of it, from 1.
    pub activation: u64,
}

/// All that one decision needs to know of what a product key has activated.
#[derive(Clone, Debug, Default)]
pub struct KeyUsage {
    /// Hosts or machines so far.
    pub places: u64,
    /// What the key pair that asks was given before.
    pub own: Option<Ordinals>,
    /// Earlier key pairs, at least those of the same directory or whose fingerprint shares a component with the machine that asks.
    pub similar: Vec<Known>,
}

/// What a place of a product key is recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceId {
    /// A host or machine, by its fingerprint.
    Machine(Fingerprint),
    /// A directory, by its id.
    Directory(DirectoryId),
}

/// An earlier key pair's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which of the key's hosts, machines or directories it is.
    pub place: u64,
    /// How many key pairs this host, machine or directory has had.
    pub activations: u64,
    /// The machine or directory.
    pub id: PlaceId,
}

/// What an authority answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The same key pair again: a renewal or a lost answer, which uses up nothing.
    Again(Ordinals),
    /// A known machine with a new key pair.
    Anew(Ordinals),
    /// A machine not seen before.
    New(Ordinals),
}

/// A refusal with its reason. [`Refusal::code`] is the problem type, [`Refusal::status`] the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such product key was issued.
    UnknownKey,
    /// The proof is not by the product key that it names.
    BadSignature,
    /// The product key is withdrawn, or the key pair that asks is on the revocation list.
    Revoked,
    /// The product key is for something else.
    WrongKindOfKey {
        /// What it is.
        found: KeyKind,
        /// What the request needs.
        needed: KeyKind,
    },
    /// The product is not in the product key's family.
    ProductNotGranted,
    /// What the product key grants has ended.
    GrantEnded {
        /// When it did.
        end: Timestamp,
    },
    /// The host has forked, and the vendor refuses such hosts of this family.
    HostForked,
    /// The product key has activated as many hosts as it may.
    HostsExhausted {
        /// How many that is.
        hosts: u64,
    },
    /// This host has been activated as often as it may, or the multiple key on as many machines.
    ActivationsExhausted {
        /// How many that is.
        activations: u64,
    },
}

impl KeyUsage {
    /// Decides which host, machine or directory of its product key the asking key pair is, which asks for `id`.
    ///
    /// # Errors
    /// [`Refusal::HostsExhausted`] or [`Refusal::ActivationsExhausted`].
    pub fn place(&self, allowance: Allowance, id: &PlaceId, drift: u64) -> Result<Placement, Refusal> {
        if let Some(own) = self.own {
            return Ok(Placement::Again(own));
        }
        let unchanged = self.similar.iter().find(|known| known.id == *id);
        let same = || self.similar.iter().find(|known| known.id.is_same(id, drift));
        match unchanged.or_else(same) {
            Some(known) if known.activations >= allowance.activations() => {
                Err(Refusal::ActivationsExhausted { activations: allowance.activations() })
            }
            Some(known) => Ok(Placement::Anew(Ordinals { place: known.place, activation: known.activations + 1 })),
            None if self.places >= allowance.places() => Err(allowance.used_up()),
            None => Ok(Placement::New(Ordinals { place: self.places + 1, activation: 1 })),
        }
    }
}

impl PlaceId {
    /// Whether both are one place: one machine under `drift`, or one directory.
    pub fn is_same(&self, other: &Self, drift: u64) -> bool {
        match (self, other) {
            (Self::Machine(one), Self::Machine(other)) => one.same_machine(other, drift),
            (Self::Directory(one), Self::Directory(other)) => one == other,
            (Self::Machine(_), Self::Directory(_)) | (Self::Directory(_), Self::Machine(_)) => false,
        }
    }

    /// The fingerprint of a machine.
    pub const fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Self::Machine(fingerprint) => Some(fingerprint),
            Self::Directory(_) => None,
        }
    }

    /// The id of a directory.
    pub const fn directory(&self) -> Option<&DirectoryId> {
        match self {
            Self::Machine(_) => None,
            Self::Directory(id) => Some(id),
        }
    }
}

impl Allowance {
    /// What every host key is good for: 6 hosts, 10 activations of each.
    pub const HOST_KEY: Self = Self::Hosts { hosts: 6, activations: PER_PLACE };

    /// What a multiple key for so many machines is good for; each may make a new device key as often as a host may.
    pub const fn multiple_key(machines: u64) -> Self {
        Self::Machines { machines, activations: PER_PLACE }
    }

    /// The same with so many key pairs on each host or machine; as it is where none is named.
    #[must_use]
    pub fn with_activations(self, each: Option<NonZeroU64>) -> Self {
        let each = each.map_or(self.activations(), NonZeroU64::get);
        match self {
            Self::Hosts { hosts, .. } => Self::Hosts { hosts, activations: each },
            Self::Machines { machines, .. } => Self::Machines { machines, activations: each },
        }
    }

    /// The kind of product key that it belongs to.
    pub const fn kind(&self) -> KeyKind {
        match self {
            Self::Hosts { .. } => KeyKind::Host,
            Self::Machines { .. } => KeyKind::Multiple,
        }
    }

    /// Hosts or machines at most.
    pub const fn places(&self) -> u64 {
        match self {
            Self::Hosts { hosts: places, .. } | Self::Machines { machines: places, .. } => *places,
        }
    }

    /// Key pairs at most on each host or machine.
    pub const fn activations(&self) -> u64 {
        match self {
            Self::Hosts { activations, .. } | Self::Machines { activations, .. } => *activations,
        }
    }

    const fn used_up(&self) -> Refusal {
        match self {
            Self::Hosts { hosts, .. } => Refusal::HostsExhausted { hosts: *hosts },
            Self::Machines { machines, .. } => Refusal::ActivationsExhausted { activations: *machines },
        }
    }
}

impl Placement {
    /// Which activation of which host or machine.
    pub const fn ordinals(&self) -> Ordinals {
        match self {
            Self::Again(ordinals) | Self::Anew(ordinals) | Self::New(ordinals) => *ordinals,
        }
    }

    /// Whether the same key pair was activated before, so that nothing is used up.
    pub const fn is_again(&self) -> bool {
        matches!(self, Self::Again(_))
    }
}

impl Refusal {
    /// The stable code, which names the problem type.
    pub const fn code(&self) -> Code {
        match self {
            Self::UnknownKey => Code::UnknownKey,
            Self::BadSignature => Code::BadSignature,
            Self::Revoked => Code::Revoked,
            Self::WrongKindOfKey { .. } => Code::WrongKindOfKey,
            Self::ProductNotGranted => Code::ProductNotGranted,
            Self::GrantEnded { .. } => Code::GrantEnded,
            Self::HostForked => Code::HostForked,
            Self::HostsExhausted { .. } => Code::HostsExhausted,
            Self::ActivationsExhausted { .. } => Code::ActivationsExhausted,
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::BadSignature => 401,
            Self::UnknownKey | Self::Revoked | Self::ProductNotGranted | Self::GrantEnded { .. } => 403,
            Self::HostForked | Self::HostsExhausted { .. } | Self::ActivationsExhausted { .. } => 409,
            Self::WrongKindOfKey { .. } => 422,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey => f.write_str("product key: this authority has not issued it"),
            Self::BadSignature => f.write_str("proof: it is not by the product key that it names"),
            Self::Revoked => f.write_str("product key or key pair: it has been revoked"),
            Self::WrongKindOfKey { found, needed } => {
                write!(f, "product key: it is a {} key, the request needs a {} key", found.name(), needed.name())
            }
            Self::ProductNotGranted => f.write_str("product: it is not in the family that the product key is for"),
            Self::GrantEnded { .. } => f.write_str("product key: what it grants has ended"),
            Self::HostForked => f.write_str("host: two copies of it have renewed, or one restored from a backup"),
            Self::HostsExhausted { hosts } => {
                write!(f, "product key: it has activated {} already", count(*hosts, "host", "hosts"))
            }
            Self::ActivationsExhausted { activations } => {
                write!(
                    f,
                    "product key: {} used, no more are left",
                    count(*activations, "activation is", "activations are")
                )
            }
        }
    }
}

/// Key pairs that one host or machine may have in turn.
const PER_PLACE: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Component;
    use std::vec;

    fn machine(id: u8, disk: u8, board: u8) -> PlaceId {
        let hashes =
            [(Component::MachineId, [id; 8]), (Component::SystemDisk, [disk; 8]), (Component::BoardSerial, [board; 8])];
        PlaceId::Machine(Fingerprint::new(hashes).unwrap())
    }

    fn known(place: u64, activations: u64, id: PlaceId) -> Known {
        Known { place, activations, id }
    }

    #[test]
    fn a_directory_takes_a_place_beside_hosts_and_is_known_by_its_id_alone() {
        let directory = |n| PlaceId::Directory(DirectoryId([n; 16]));
        let similar = vec![known(1, 1, machine(1, 1, 1)), known(2, 10, directory(2)), known(3, 1, directory(3))];
        let taken = KeyUsage { places: 3, own: None, similar };
        let place = |id| taken.place(Allowance::HOST_KEY, &id, 6);
        assert_eq!(place(directory(3)), Ok(Placement::Anew(Ordinals { place: 3, activation: 2 })));
        assert_eq!(place(directory(2)), Err(Refusal::ActivationsExhausted { activations: 10 }));
        assert_eq!(place(directory(4)), Ok(Placement::New(Ordinals { place: 4, activation: 1 })));
    }

    #[test]
    fn the_same_key_pair_is_answered_again_when_all_is_used_up() {
        let own = Ordinals { place: 6, activation: 10 };
        let taken = KeyUsage { places: 6, own: Some(own), similar: vec![] };
        assert_eq!(taken.place(Allowance::HOST_KEY, &machine(1, 1, 1), 2), Ok(Placement::Again(own)));
    }

    #[test]
    fn a_new_key_pair_on_a_known_machine_takes_one_activation_up_to_ten() {
        let place = |activations, asks| {
            let taken = KeyUsage { places: 6, own: None, similar: vec![known(2, activations, machine(1, 1, 1))] };
            taken.place(Allowance::HOST_KEY, &asks, 1)
        };
        assert_eq!(place(9, machine(1, 1, 2)), Ok(Placement::Anew(Ordinals { place: 2, activation: 10 })));
        assert_eq!(place(10, machine(1, 1, 1)), Err(Refusal::ActivationsExhausted { activations: 10 }));
        assert_eq!(place(9, machine(1, 2, 2)), Err(Refusal::HostsExhausted { hosts: 6 }));
    }

    #[test]
    fn an_unchanged_machine_goes_before_a_similar_one() {
        let similar = vec![known(1, 1, machine(1, 1, 2)), known(2, 4, machine(1, 1, 1))];
        let taken = KeyUsage { places: 2, own: None, similar };
        let expected = Placement::Anew(Ordinals { place: 2, activation: 5 });
        assert_eq!(taken.place(Allowance::HOST_KEY, &machine(1, 1, 1), 2), Ok(expected));
    }

    #[test]
    fn an_unknown_machine_takes_a_place_while_there_is_one() {
        let place = |places, allowance| {
            KeyUsage { places, ..KeyUsage::default() }
                .place(allowance, &machine(1, 1, 1), 2)
                .map(|placed| placed.ordinals())
        };
        assert_eq!(place(5, Allowance::HOST_KEY), Ok(Ordinals { place: 6, activation: 1 }));
        assert_eq!(place(6, Allowance::HOST_KEY), Err(Refusal::HostsExhausted { hosts: 6 }));
        assert_eq!(place(99, Allowance::multiple_key(100)), Ok(Ordinals { place: 100, activation: 1 }));
        let used_up = Err(Refusal::ActivationsExhausted { activations: 100 });
        assert_eq!(place(100, Allowance::multiple_key(100)), used_up);
    }
}
