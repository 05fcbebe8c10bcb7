//! Sealed batches: every lease and refusal verifies where it stands, and nowhere else.

use leasehold_core::{Component, Cti, Fingerprint, Grant, KeyId, Policy, PublicKey, Timestamp};
use leasehold_wire::envelope::sign;
use leasehold_wire::seal::{self, Sealed, Tip};
use leasehold_wire::{
    Authority, Envelope, HostCertificate, Keypair, Lease, Method, Reason, RefusalReason, SealedRefusal, Typ, verify,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_lease_of_a_batch_verifies_and_none_in_anothers_place(
        size in 1..=200_usize, number in 0..u64::MAX, previous in any::<[u8; 32]>(), apart in any::<prop::sample::Index>(),
    ) {
        let tip = Tip { number, seal: previous };
        let (vendor, sealed) = (Vendor::new(), seal::seal(&leases(size), tip, &host()));
        prop_assert_eq!(seal::root(&sealed.leaves), Some(sealed.root));
        prop_assert_eq!(seal::link(&previous, number + 1, size as u64, &sealed.root), sealed.seal);
        let apart = 1 + apart.index(size);
        for at in 0..size {
            let opened = vendor.open(&sealed, at).expect("a sealed lease verifies");
            prop_assert_eq!(opened.cti, cti(at));
            let other = (at + apart) % size;
            if other != at {
                prop_assert_eq!(vendor.swapped(&sealed, at, other), Err(Reason::BadSignature), "{} at {}", other, at);
            }
        }
    }

    #[test]
    fn every_refusal_of_a_batch_verifies_and_is_no_lease(size in 1..=40_usize, number in 0..u64::MAX) {
        let tip = Tip { number, seal: [1; 32] };
        let (vendor, sealed) = (Vendor::new(), seal::seal(&refusals(size), tip, &host()));
        prop_assert_ne!(seal::message(Typ::Lease, &sealed.seal), seal::message(Typ::Refusal, &sealed.seal));
        for at in 0..size {
            let bytes = vendor.bytes(&sealed, at);
            let opened = verify::<SealedRefusal>(&bytes, &vendor.root, ISSUED, None).expect("a sealed refusal verifies");
            prop_assert_eq!(opened.document.cti, cti(at));
            prop_assert!(matches!(vendor.check(&bytes), Err(Reason::Malformed(_))));
        }
    }
}

struct Vendor {
    root: PublicKey,
    chain: [Vec<u8>; 2],
}

impl Vendor {
    fn new() -> Self {
        let (root, authority, host) = (Keypair::from_seed(&[1; 32]), Keypair::from_seed(&[2; 32]), host());
        let name = || "Acme".parse().expect("a text");
        let (begin, end) = (Timestamp::from_unix(0), Timestamp::from_unix(2_000_000_000));
        let certified = Authority { not_before: begin, expires: end, key: authority.public(), vendor: name() };
        let products = vec![("acme-cad".parse().expect("an id"), 1.try_into().expect("a number"))];
        let granted = HostCertificate {
            issued: begin,
            expires: end,
            cti: Cti([0; 16]),
            key: host.public(),
            vendor: name(),
            grants: vec![Grant { family: "acme".parse().expect("an id"), products, policy: Policy::default() }],
            host_ordinal: 1,
            activation_ordinal: 1,
            fingerprint: machine(),
        };
        let chain = [sign(&granted, &authority, &[]), sign(&certified, &root, &[])];
        Self { root: root.public(), chain }
    }

    fn open(&self, sealed: &Sealed, at: usize) -> Result<Lease, Reason> {
        self.check(&self.bytes(sealed, at))
    }

    /// The lease `other` with the seal of the one that stands at `at`.
    fn swapped(&self, sealed: &Sealed, at: usize, other: usize) -> Result<Lease, Reason> {
        let (mut bytes, other) = (self.bytes(sealed, at), self.bytes(sealed, other));
        let payload = Envelope::parse(&other).expect("a lease").payload;
        // All leases of this batch are of one length, and the payload is followed by 2 + 64 bytes of signature.
        let end = bytes.len() - 66;
        bytes[end - payload.len()..end].copy_from_slice(payload);
        self.check(&bytes)
    }

    fn bytes(&self, sealed: &Sealed, at: usize) -> Vec<u8> {
        sealed.document(at, &[&self.chain[0], &self.chain[1]])
    }

    fn check(&self, bytes: &[u8]) -> Result<Lease, Reason> {
        verify(bytes, &self.root, ISSUED, None).map(|opened| opened.document)
    }
}

fn leases(size: usize) -> Vec<Lease> {
    let policy = Policy::default();
    let lease = |at| Lease {
        issued: ISSUED,
        expires: Some(policy.expiry(ISSUED)),
        cti: cti(at),
        client: KeyId([7; 16]),
        product: "acme-cad".parse().expect("an id"),
        family: "acme".parse().expect("an id"),
        renewal: policy.renewal,
        retry: policy.retry,
        grace: policy.grace,
        fingerprint: machine(),
        request: Cti([9; 16]),
        count: Some(policy.threshold),
        method: Method::Host,
        features: Vec::new(),
    };
    (0..size).map(lease).collect()
}

fn refusals(size: usize) -> Vec<SealedRefusal> {
    let policy = Policy::default();
    let refusal = |at| SealedRefusal {
        issued: ISSUED,
        cti: cti(at),
        client: KeyId([7; 16]),
        product: "acme-cad".parse().expect("an id"),
        family: "acme".parse().expect("an id"),
        request: Cti([9; 16]),
        reason: RefusalReason::ThresholdNotMet,
        retry: policy.retry,
        count: Some(policy.threshold - 1),
        limit: Some(policy.threshold),
    };
    (0..size).map(refusal).collect()
}

fn cti(at: usize) -> Cti {
    Cti((at as u128).to_be_bytes())
}

fn host() -> Keypair {
    Keypair::from_seed(&[3; 32])
}

fn machine() -> Fingerprint {
    Fingerprint::new([(Component::MachineId, [5; 8])]).expect("a component")
}

const ISSUED: Timestamp = Timestamp::from_unix(1_000_000_000);
