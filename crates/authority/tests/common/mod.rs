//! A vendor in a folder of its own, and requests to it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::path::Path;
use std::sync::Arc;

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::{Approval, Authority, Granted, Home, NewVendor, Secret, init};
use leasehold_core::activation::{Allowance, Refusal};
use leasehold_core::standing::Mode;
use leasehold_core::{Component, Cti, DirectoryId, Fingerprint, Policy, ProductKey, Span, Timestamp};
use leasehold_store::authority::{Actor, AuthorityStore, Stamp};
use leasehold_store_sqlite::authority::SqliteAuthority;
use leasehold_testkit::rng::SeededRng;
use leasehold_wire::proof::Proof;
use leasehold_wire::{DirectoryRequest, HostRequest, Keypair, MachineRequest, ReportedTip, Usage, envelope};
use tempfile::TempDir;

pub(crate) const AT: Stamp = Stamp { at: Timestamp::from_unix(1_790_000_000), actor: Actor::Cli };

pub(crate) fn later(span: Span) -> Stamp {
    Stamp { at: AT.at.plus(span), ..AT }
}

pub(crate) fn passphrase() -> Secret {
    Secret::new("correct horse battery staple".to_owned())
}

/// Random bytes that are the same in each run, others for each `seed`.
pub(crate) fn seeded(seed: u64) -> SeededRng {
    SeededRng::new(seed)
}

pub(crate) struct TestVendor {
    folder: TempDir,
    pub(crate) home: Home,
    pub(crate) store: Arc<dyn AuthorityStore>,
}

impl TestVendor {
    /// A folder without a vendor.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::new(folder.path());
        Self { store: store(&home.store()), home, folder }
    }

    /// Acme with the products `acme-cad` and `acme-cam` of family `acme`, and `other` of a family of its own.
    pub(crate) fn open() -> Self {
        let acme = Self::empty();
        init(&acme.home, &*acme.store, &new_vendor("Acme"), AT, &seeded(1)).expect("a vendor");
        for (id, family) in [("acme-cad", "acme"), ("acme-cam", "acme"), ("other", "other")] {
            products::add(&*acme.store, &product(id, family), AT).expect("a product");
        }
        acme
    }

    pub(crate) fn authority(&self) -> Authority {
        Authority::open(&self.home, Arc::clone(&self.store), &passphrase(), AT.at).expect("an authority")
    }

    pub(crate) fn issue(&self, allowance: Allowance, policy: Option<Policy>, seed: u64) -> ProductKey {
        let new = NewKey {
            family: "acme".parse().expect("an id"),
            allowance,
            customer: None,
            policy,
            certificate_validity: None,
        };
        keys::issue(&*self.store, &new, AT, &seeded(seed)).expect("a key").0
    }
}

pub(crate) fn store(path: &Path) -> Arc<dyn AuthorityStore> {
    Arc::new(SqliteAuthority::open(path).expect("a store"))
}

pub(crate) fn new_vendor(name: &str) -> NewVendor {
    NewVendor { name: name.parse().expect("a name"), validity: Span::days(3_650), passphrase: passphrase() }
}

pub(crate) fn product(id: &str, family: &str) -> NewProduct {
    NewProduct {
        id: id.parse().expect("an id"),
        number: None,
        title: id.parse().expect("a title"),
        family: NewFamily { id: family.parse().expect("an id"), number: None, policy: None },
        initial_grace: Span::days(30),
        drift: None,
        service: None,
        mode: Mode::Enforce,
    }
}

/// The machine of this number; those of other numbers share nothing with it.
pub(crate) fn machine(n: u8) -> Fingerprint {
    let parts = [Component::MachineId, Component::SystemUuid, Component::SystemDisk, Component::BoardSerial];
    Fingerprint::new(parts.map(|part| (part, [n; 8]))).expect("it has components")
}

pub(crate) fn pair(n: u8) -> Keypair {
    Keypair::from_seed(&[n; 32])
}

/// What the host with the `n`th key pair asks from the machine.
pub(crate) fn host_request(key: &ProductKey, n: u8, machine: Fingerprint) -> Vec<u8> {
    host_request_with(key, n, machine, None, Vec::new())
}

/// The same with what it reports.
pub(crate) fn host_request_with(
    key: &ProductKey,
    n: u8,
    machine: Fingerprint,
    tip: Option<ReportedTip>,
    usage: Vec<Usage>,
) -> Vec<u8> {
    let (pair, cti) = (pair(n), Cti([n; 16]));
    let request = HostRequest {
        issued: AT.at,
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        host_name: "licences.example".parse().expect("a name"),
        fingerprint: machine,
        tip,
        usage,
    };
    envelope::sign(&request, &pair, &[])
}

/// What the machine with the `n`th device key asks.
pub(crate) fn machine_request(key: &ProductKey, n: u8, product: &str, machine: Fingerprint) -> Vec<u8> {
    let (pair, cti) = (pair(n), Cti([n; 16]));
    let request = MachineRequest {
        issued: AT.at,
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        product: product.parse().expect("an id"),
        fingerprint: machine,
    };
    envelope::sign(&request, &pair, &[])
}

/// What is asked for the directory of this number, with its usual key pair.
pub(crate) fn directory_request(key: &ProductKey, directory: u8, cti: u8) -> Vec<u8> {
    directory_request_by(&Keypair::of_directory(key, DirectoryId([directory; 16])), key, directory, cti)
}

/// The same with another key pair.
pub(crate) fn directory_request_by(pair: &Keypair, key: &ProductKey, directory: u8, cti: u8) -> Vec<u8> {
    let cti = Cti([cti; 16]);
    let request = DirectoryRequest {
        issued: AT.at,
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        name: "corp.example".parse().expect("a name"),
        directory: DirectoryId([directory; 16]),
    };
    envelope::sign(&request, pair, &[])
}

pub(crate) fn granted(approval: Approval) -> Granted {
    match approval {
        Approval::Granted(granted) => *granted,
        Approval::Refused(refusal) => panic!("refused: {refusal}"),
    }
}

pub(crate) fn refused(approval: Approval) -> Refusal {
    match approval {
        Approval::Granted(granted) => panic!("granted: {granted:?}"),
        Approval::Refused(refusal) => refusal,
    }
}
