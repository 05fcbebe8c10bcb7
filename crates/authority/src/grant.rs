//! What a product key grants, and whether a certificate can carry it.

use leasehold_core::{Component, Cti, FamilyId, Fingerprint, Grant, Policy, PublicKey, Text, Timestamp};
use leasehold_store::authority::Product;
use leasehold_wire::envelope::{self, MAX_BYTES};
use leasehold_wire::{HostCertificate, Keypair};

use crate::error::Error;

/// What a product key of `family` with these `products` grants on `policy`'s terms.
pub(crate) fn grant<'p>(family: FamilyId, products: impl IntoIterator<Item = &'p Product>, policy: &Policy) -> Grant {
    let mut products: Vec<_> = products.into_iter().map(|product| (product.id, product.number)).collect();
    products.sort_unstable();
    Grant { family, products, policy: policy.clone() }
}

/// Whether a host certificate can carry `grant`, and the host's leases still have room for it in their chain.
pub(crate) fn check_size(vendor: &Text, grant: &Grant) -> Result<(), Error> {
    let features: usize = grant.policy.features.iter().map(|feature| feature.as_str().len() + 3).sum();
    if grant.products.len() <= MAX_PRODUCTS && largest(vendor, grant) + features + ROOM_OF_A_LEASE <= MAX_BYTES {
        Ok(())
    } else {
        Err(Error::GrantTooLarge(grant.family))
    }
}

/// How many bytes a host certificate with `grant` takes at most.
fn largest(vendor: &Text, grant: &Grant) -> usize {
    let fingerprint = Fingerprint::new(Component::ALL.map(|component| (component, [0; 8])));
    let certificate = HostCertificate {
        issued: Timestamp::from_unix(u64::MAX),
        expires: Timestamp::from_unix(u64::MAX),
        cti: Cti([0; 16]),
        key: PublicKey([0; 32]),
        vendor: vendor.clone(),
        grants: vec![grant.clone()],
        host_ordinal: u64::MAX,
        activation_ordinal: u64::MAX,
        fingerprint: fingerprint.expect("it has components"),
    };
    envelope::sign(&certificate, &Keypair::from_seed(&[0; 32]), &[]).len()
}

/// A grant covers no more (DESIGN section 3).
const MAX_PRODUCTS: usize = 256;
/// The authority's certificate, the lease's own claims without features, and its place in a batch.
const ROOM_OF_A_LEASE: usize = 2_048;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(features: usize, length: usize) -> Grant {
        let features = (0..features).map(|n| format!("{n:0length$}").parse().unwrap()).collect();
        let policy = Policy { features, ..Policy::default() };
        Grant {
            family: "acme".parse().unwrap(),
            products: vec![("acme-cad".parse().unwrap(), 1.try_into().unwrap())],
            policy,
        }
    }

    #[test]
    fn a_grant_that_leaves_no_room_for_a_lease_is_too_large() {
        let vendor = "Acme".parse().unwrap();
        assert!(check_size(&vendor, &of(32, 100)).is_ok());
        assert!(matches!(check_size(&vendor, &of(32, 255)), Err(Error::GrantTooLarge(_))));
    }
}
