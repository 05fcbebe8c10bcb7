//! Values to put into a store.

use leasehold_core::activation::{Allowance, Ordinals, PlaceId, Placement};
use leasehold_core::standing::Mode;
use leasehold_core::{Component, Cti, Fingerprint, KeyId, Policy, ProductNumber, PublicKey, Span, Text, Timestamp};

use crate::StoreError;
use crate::authority::{
    Actor, AuthorityCertificate, AuthorityStore, Family, ForkPolicy, IssuedKey, NewActivation, Product, Stamp, Vendor,
};

pub(in crate::authority) const AT: Stamp = Stamp { at: Timestamp::from_unix(1_700_000_000), actor: Actor::Cli };

pub(in crate::authority) fn later(span: Span) -> Stamp {
    Stamp { at: AT.at.plus(span), ..AT }
}

/// A store with a vendor, a family, a product and a host key, whose name it returns.
pub(in crate::authority) fn fill(store: &dyn AuthorityStore) -> Result<KeyId, StoreError> {
    let key = host_key(1);
    store.transact("fill", |tx| {
        tx.add_vendor(&vendor(), AT)?;
        tx.add_family(&bare_family(1), AT)?;
        tx.add_product(&bare_product(1), AT)?;
        tx.add_key(&key, AT)
    })?;
    Ok(key.public.id())
}

pub(in crate::authority) fn vendor() -> Vendor {
    Vendor { name: text("Acme Engineering, Zürich"), root: PublicKey([1; 32]), made: AT.at }
}

pub(in crate::authority) fn certificate(n: u8) -> AuthorityCertificate {
    AuthorityCertificate {
        authority: KeyId([7; 16]),
        not_before: AT.at,
        expires: AT.at.plus(Span::days(u64::from(n))),
        document: vec![n; 200],
    }
}

pub(in crate::authority) fn bare_family(n: u64) -> Family {
    let id = format!("family-{n}").parse().expect("an id");
    Family { id, number: number(n), policy: Policy::default(), forked: ForkPolicy::Show, withdrawn: None }
}

pub(in crate::authority) fn family(n: u64) -> Family {
    let policy = Policy {
        threshold: 1,
        window: Span::seconds(1),
        validity: Span::seconds(2),
        renewal: Span::seconds(3),
        retry: Span::seconds(4),
        grace: Span::ZERO,
        capacity: Some(50),
        drift: 0,
        end: Some(AT.at),
        features: vec![text("cloud"), text("3-D, \"solid\"")],
        devices: Some(3),
    };
    Family { policy, forked: ForkPolicy::Refuse, withdrawn: Some(AT.at), ..bare_family(n) }
}

pub(in crate::authority) fn bare_product(n: u64) -> Product {
    Product {
        id: format!("product-{n}").parse().expect("an id"),
        number: number(n),
        family: bare_family(1).id,
        title: text("Acme CAD"),
        initial_grace: Span::days(30),
        drift: 2,
        service: None,
        mode: Mode::Enforce,
        withdrawn: None,
    }
}

pub(in crate::authority) fn product(n: u64) -> Product {
    Product { service: Some(text("acme")), mode: Mode::Observe, drift: 0, withdrawn: Some(AT.at), ..bare_product(n) }
}

/// Issued so many seconds earlier than the others.
pub(in crate::authority) fn multiple_key(earlier: u64) -> IssuedKey {
    IssuedKey {
        public: PublicKey([9; 32]),
        customer: Some(text("Müller & Söhne")),
        policy: family(1).policy,
        allowance: Allowance::multiple_key(1_000),
        certificate_validity: Some(Span::days(30)),
        issued: AT.at.minus(Span::seconds(earlier)),
        withdrawn: Some(AT.at),
        ..host_key(1)
    }
}

pub(in crate::authority) fn host_key(n: u8) -> IssuedKey {
    IssuedKey {
        public: PublicKey([n; 32]),
        family: bare_family(1).id,
        last_five: text("QPZRY"),
        customer: None,
        policy: Policy::default(),
        allowance: Allowance::HOST_KEY,
        certificate_validity: None,
        issued: AT.at,
        withdrawn: None,
    }
}

/// A machine that shares no component with those of other numbers.
pub(in crate::authority) fn machine(n: u64) -> Fingerprint {
    let hash = |part: u64| (n << 8 | part).to_be_bytes();
    let components = [Component::MachineId, Component::SystemDisk, Component::BoardSerial];
    Fingerprint::new(components.map(|part| (part, hash(u64::from(part.number()))))).expect("it has components")
}

pub(in crate::authority) fn pair(n: u64) -> PublicKey {
    let mut bytes = [0x55; 32];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    PublicKey(bytes)
}

pub(in crate::authority) const fn ordinals(place: u64, activation: u64) -> Ordinals {
    Ordinals { place, activation }
}

/// Of the `n`th key pair, on the `n`th machine.
pub(in crate::authority) fn activation(key: KeyId, n: u64, placement: Placement) -> NewActivation {
    NewActivation {
        key,
        subject: pair(n),
        placement,
        id: PlaceId::Machine(machine(n)),
        name: Some(text("licences.example")),
        cti: Cti([4; 16]),
        expires: Some(AT.at.plus(Span::days(730))),
        document: vec![0xd2, 0x84],
    }
}

fn number(n: u64) -> ProductNumber {
    n.try_into().expect("a number")
}

pub(in crate::authority) fn text(text: &str) -> Text {
    text.parse().expect("a text")
}
