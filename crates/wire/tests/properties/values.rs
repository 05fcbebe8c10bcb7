//! Arbitrary documents and what they are made of, within the bounds of DESIGN section 3.

use leasehold_core::standing::Mode;
use leasehold_core::{
    Component, Cti, DirectoryId, Fingerprint, Grant, KeyId, KeyKind, Policy, ProductKey, ProductNumber, PublicKey,
    Span, Text, Timestamp,
};
use leasehold_wire::proof::Proof;
use leasehold_wire::seal::Tip;
use leasehold_wire::{
    ActivationObject, Authority, DirectoryRequest, HostCertificate, HostRequest, Lease, MachineRequest, Manifest,
    Method, RefusalReason, Release, ReportedTip, Request, Revocations, SealedRefusal, Usage,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

prop_compose! {
    pub(crate) fn authority()(
        not_before in time(), expires in time(), key in key(), vendor in text(),
    ) -> Authority {
        Authority { not_before, expires, key, vendor }
    }
}

prop_compose! {
    pub(crate) fn manifest()(
        (issued, cti, root, generic_key) in (time(), cti(), key(), product_key()),
        (product, number, family) in (id(), number(), id()),
        (title, initial_grace, service, drift) in (text(), span(), option::of(text()), any::<u64>()),
        mode in option::of(prop_oneof![Just(Mode::Enforce), Just(Mode::Advise), Just(Mode::Observe)]),
    ) -> Manifest {
        let (product, family) = (parsed(&product), parsed(&family));
        Manifest { issued, cti, product, number, family, title, generic_key, initial_grace, root, service, drift, mode }
    }
}

prop_compose! {
    pub(crate) fn host_request()(
        (issued, cti, key) in (time(), cti(), key()),
        (proof, host_name, fingerprint) in (proof(), text(), fingerprint()),
        (tip, usage) in (option::of(reported_tip()), usage()),
    ) -> HostRequest {
        HostRequest { issued, cti, key, proof, host_name, fingerprint, tip, usage }
    }
}

prop_compose! {
    fn tip()(number in 1_u64.., seal in any::<[u8; 32]>()) -> Tip {
        Tip { number, seal }
    }
}

prop_compose! {
    fn reported_tip()(newest in tip(), former in option::of(tip())) -> ReportedTip {
        ReportedTip { newest, former }
    }
}

fn usage() -> impl Strategy<Value = Vec<Usage>> {
    let numbers = (integer(), integer(), integer());
    btree_map(id(), numbers, 0..4).prop_map(|families| {
        let of = |(family, (clients, live, peak)): (String, _)| Usage { family: parsed(&family), clients, live, peak };
        let mut usage: Vec<Usage> = families.into_iter().map(of).collect();
        usage.sort_unstable_by_key(|usage| usage.family);
        usage
    })
}

prop_compose! {
    pub(crate) fn host()(
        (issued, expires, cti, key) in (time(), time(), cti(), key()),
        (vendor, grants, fingerprint) in (text(), vec(grant(), 1..4), fingerprint()),
        (host_ordinal, activation_ordinal) in (1_u64.., 1_u64..),
    ) -> HostCertificate {
        HostCertificate { issued, expires, cti, key, vendor, grants, host_ordinal, activation_ordinal, fingerprint }
    }
}

prop_compose! {
    pub(crate) fn request()(
        (issued, cti, key) in (time(), cti(), key()),
        (product, number, fingerprint, client_version) in (id(), number(), fingerprint(), text()),
        (host_name, chain_of, holds) in (option::of(text()), option::of(key_id()), option::of(self::cti())),
    ) -> Request {
        let product = parsed(&product);
        Request { issued, cti, key, product, number, fingerprint, client_version, host_name, chain_of, holds }
    }
}

prop_compose! {
    pub(crate) fn lease()(
        (issued, expires, cti, client) in (time(), option::of(time()), cti(), key_id()),
        (product, family, renewal, retry, grace) in (id(), id(), span(), span(), span()),
        (fingerprint, request, count, method) in (fingerprint(), self::cti(), option::of(any::<u64>()), method()),
        features in vec(text(), 0..4),
    ) -> Lease {
        let (product, family) = (parsed(&product), parsed(&family));
        Lease {
            issued, expires, cti, client, product, family, renewal, retry, grace, fingerprint, request, count, method,
            features,
        }
    }
}

prop_compose! {
    pub(crate) fn refusal()(
        (issued, cti, client, request) in (time(), cti(), key_id(), cti()),
        (product, family, retry) in (id(), id(), span()),
        reason in prop_oneof![
            Just(RefusalReason::CloneSuspected),
            Just(RefusalReason::ThresholdNotMet),
            Just(RefusalReason::CapacityReached),
            Just(RefusalReason::DevicesReached),
        ],
        (count, limit) in (option::of(integer()), option::of(integer())),
    ) -> SealedRefusal {
        let (product, family) = (parsed(&product), parsed(&family));
        SealedRefusal { issued, cti, client, product, family, request, reason, retry, count, limit }
    }
}

prop_compose! {
    pub(crate) fn release()(
        issued in time(), cti in cti(), key in key(), product in id(), lease in self::cti(),
    ) -> Release {
        Release { issued, cti, key, product: parsed(&product), lease }
    }
}

prop_compose! {
    pub(crate) fn directory_request()(
        (issued, cti, key) in (time(), cti(), key()),
        (proof, name, directory) in (proof(), text(), any::<[u8; 16]>()),
    ) -> DirectoryRequest {
        DirectoryRequest { issued, cti, key, proof, name, directory: DirectoryId(directory) }
    }
}

prop_compose! {
    pub(crate) fn machine_request()(
        (issued, cti, key) in (time(), cti(), key()),
        (proof, product, fingerprint) in (proof(), id(), fingerprint()),
    ) -> MachineRequest {
        MachineRequest { issued, cti, key, proof, product: parsed(&product), fingerprint }
    }
}

prop_compose! {
    pub(crate) fn object()(
        (issued, expires, cti) in (time(), time(), cti()),
        (vendor, grants, directory) in (text(), vec(grant(), 1..4), any::<[u8; 16]>()),
    ) -> ActivationObject {
        let directory = DirectoryId(directory);
        ActivationObject { issued, expires, cti, vendor, grants, directory }
    }
}

prop_compose! {
    pub(crate) fn revocations()(
        (issued, cti, number) in (time(), cti(), any::<u64>()),
        (keys, documents) in (vec(key_id(), 0..40), vec(self::cti(), 0..40)),
    ) -> Revocations {
        Revocations { issued, cti, number, keys, documents }
    }
}

prop_compose! {
    fn policy()(
        (threshold, drift, capacity) in (any::<u64>(), any::<u64>(), option::of(any::<u64>())),
        (window, validity, renewal, retry, grace) in (span(), span(), span(), span(), span()),
        (end, features, devices) in (option::of(time()), vec(text(), 0..3), option::of(1_u64..)),
    ) -> Policy {
        Policy { threshold, window, validity, renewal, retry, grace, capacity, drift, end, features, devices }
    }
}

prop_compose! {
    fn grant()(family in id(), products in btree_map(id(), number(), 1..8), policy in policy()) -> Grant {
        let mut products: Vec<_> = products.iter().map(|(id, number)| (parsed(id), *number)).collect();
        products.sort_unstable();
        Grant { family: parsed(&family), products, policy }
    }
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![Just(Method::Host), Just(Method::MultipleKey), Just(Method::Directory), Just(Method::Subscription)]
}

fn proof() -> impl Strategy<Value = Proof> {
    (product_key(), key_id(), cti()).prop_map(|(key, subject, cti)| Proof::new(&key, subject, cti))
}

fn product_key() -> impl Strategy<Value = ProductKey> {
    let kind = prop_oneof![Just(KeyKind::Generic), Just(KeyKind::Host), Just(KeyKind::Multiple)];
    (kind, number(), any::<[u8; 9]>()).prop_map(|(kind, number, random)| ProductKey::secret(kind, number, random))
}

fn fingerprint() -> impl Strategy<Value = Fingerprint> {
    let component = (1_u64..=6).prop_map(|number| Component::from_number(number).expect("a component"));
    btree_map(component, any::<[u8; 8]>(), 1..=6).prop_map(|hashes| Fingerprint::new(hashes).expect("a component"))
}

fn text() -> impl Strategy<Value = Text> {
    // At most 63 characters of at most four bytes each.
    "\\PC{0,63}".prop_map(|text| text.parse().expect("a text without control characters"))
}

/// Of products and families alike.
fn id() -> impl Strategy<Value = String> {
    "[a-z0-9][a-z0-9-]{0,62}"
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(id: &str) -> T {
    id.parse().expect("an id")
}

fn number() -> impl Strategy<Value = ProductNumber> {
    (0..u64::from(ProductNumber::COUNT)).prop_map(|number| number.try_into().expect("20 bits"))
}

fn key() -> impl Strategy<Value = PublicKey> {
    any::<[u8; 32]>().prop_map(PublicKey)
}

fn key_id() -> impl Strategy<Value = KeyId> {
    any::<[u8; 16]>().prop_map(KeyId)
}

fn cti() -> impl Strategy<Value = Cti> {
    any::<[u8; 16]>().prop_map(Cti)
}

fn time() -> impl Strategy<Value = Timestamp> {
    integer().prop_map(Timestamp::from_unix)
}

fn span() -> impl Strategy<Value = Span> {
    integer().prop_map(Span::seconds)
}

/// Of every length that CBOR has for integers.
fn integer() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64_u32).prop_map(|(number, shift)| number >> shift)
}
