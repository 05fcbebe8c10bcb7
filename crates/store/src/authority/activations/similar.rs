//! Which earlier key pairs may be of the machine that asks: what a store looks up by index instead of reading them all.

use leasehold_core::{Component, Fingerprint};

/// Rows to look up: those whose `component` has this hash and whose [`mask`] is one of `masks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup<'f> {
    /// The component.
    pub component: Component,
    /// Its hash.
    pub hash: &'f [u8; 8],
    /// Which components a row may have.
    pub masks: Vec<u8>,
}

/// Which components a fingerprint has: a bit each, the first component's the lowest.
pub fn mask(fingerprint: &Fingerprint) -> u8 {
    fingerprint.iter().fold(0, |mask, (component, _)| mask | bit(component))
}

/// The lookups that together find every fingerprint of the same machine under `drift`, and few others.
///
/// Two fingerprints of one machine agree in `r` components at least, so `r - 1` of those that they have in common need
/// not be looked up. Left out are those that whole fleets share: the processor's model, then the machine id, which
/// images copy. Where one component is enough, all are looked up; who is found then is the same machine indeed.
pub fn lookups(fingerprint: &Fingerprint, drift: u64) -> Vec<Lookup<'_>> {
    let own = mask(fingerprint);
    let all = fingerprint.iter().map(|(component, hash)| {
        let needed = |mask: &u8| bit(component) & mask != 0 && is_looked_up(component, mask & own, drift);
        Lookup { component, hash, masks: (1..64).filter(needed).collect() }
    });
    all.filter(|lookup| !lookup.masks.is_empty()).collect()
}

/// Whether `component` is looked up among rows that have the components `common` with the machine that asks.
fn is_looked_up(component: Component, common: u8, drift: u64) -> bool {
    let agree = u64::from(common.count_ones()).saturating_sub(drift);
    match component {
        Component::Processor => agree < 2,
        Component::MachineId => agree < 3,
        Component::SystemUuid | Component::SystemDisk | Component::NetworkAddress | Component::BoardSerial => true,
    }
}

const fn bit(component: Component) -> u8 {
    1 << (component.number() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `n`th fingerprint: for each component absent, or one of two hashes.
    fn fingerprint(n: u64) -> Option<Fingerprint> {
        let part = |at: usize| n / 3_u64.pow(u32::try_from(at).unwrap()) % 3;
        let present = Component::ALL.into_iter().enumerate().filter(|(at, _)| part(*at) > 0);
        Fingerprint::new(present.map(|(at, component)| (component, [u8::try_from(part(at)).unwrap(); 8]))).ok()
    }

    #[test]
    fn every_fingerprint_of_the_same_machine_is_found() {
        // All of the first against all of the second: agreement needs no more than two values.
        let all: Vec<Fingerprint> = (0..729).filter_map(fingerprint).collect();
        for drift in 0..=5 {
            for asking in &all {
                let lookups = lookups(asking, drift);
                for known in &all {
                    let found = lookups.iter().any(|lookup| {
                        known.component(lookup.component) == Some(lookup.hash) && lookup.masks.contains(&mask(known))
                    });
                    assert!(found || !asking.same_machine(known, drift), "{asking:?} {known:?} {drift}");
                }
            }
        }
    }

    #[test]
    fn what_a_fleet_shares_is_not_looked_up() {
        let whole = fingerprint(728).unwrap();
        let lookups = lookups(&whole, 2);
        let full = |component| lookups.iter().any(|lookup| lookup.component == component && lookup.masks.contains(&63));
        assert!(full(Component::SystemUuid) && full(Component::BoardSerial));
        assert!(!full(Component::Processor) && !full(Component::MachineId));
    }
}
