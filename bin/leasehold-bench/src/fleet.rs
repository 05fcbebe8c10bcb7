//! Machines with keys of their own, their host's certificate, and requests signed beforehand.

use std::fs;
use std::path::{Path, PathBuf};

use leasehold_core::{
    Component, Cti, FamilyId, Fingerprint, Grant, KeyId, Policy, ProductId, ProductNumber, Span, Text, Timestamp,
};
use leasehold_host::activation::{Home, Inquiry};
use leasehold_host::report::Report;
use leasehold_host::sealing::Documents;
use leasehold_store::host::{Asked, Batch, Family, Fork, HostStore, NewLease, Subject, Terms};
use leasehold_wire::{Authority, Envelope, HostCertificate, Keypair, Lease, Request, envelope};

use crate::load::Identity;
use crate::{Failure, system};

/// Machines and the folder of the host they ask.
pub(crate) struct Fleet {
    data: PathBuf,
    host: KeyId,
    machines: Vec<Machine>,
}

pub(crate) struct Machine {
    keypair: Keypair,
    fingerprint: Fingerprint,
    holds: Option<Cti>,
    /// When its last request was made; the next is newer.
    issued: Timestamp,
}

/// How a store is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filling {
    /// All clients were seen three days ago, and have no names.
    AtOnce,
    /// Clients with names were seen over the last days.
    Over(Span),
}

impl Filling {
    fn time(self, filled: u64, clients: u64, end: Timestamp) -> Timestamp {
        match self {
            Self::AtOnce => end.minus(Span::days(3)),
            Self::Over(span) => end.minus(Span::seconds(span.as_seconds() * (clients - filled) / clients)),
        }
    }

    fn name(self, at: usize) -> Option<Text> {
        match self {
            Self::AtOnce => None,
            Self::Over(_) => format!("pc-{at:07}").parse().ok(),
        }
    }
}

impl Fleet {
    /// New machines for a new host in the folder `data`.
    pub(crate) fn new(data: &Path, machines: usize) -> Result<Self, Failure> {
        let host = activate(data)?;
        Ok(Self { data: data.to_owned(), host, machines: make(machines) })
    }

    /// More machines for the same host.
    pub(crate) fn join(data: &Path, fleet: &Self, machines: usize) -> Self {
        Self { data: data.to_owned(), host: fleet.host, machines: make(machines) }
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// A certificate for TLS on loopback, for host and load.
    pub(crate) fn tls(&self) -> Result<Identity, Failure> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        let identity = Identity {
            certificate: self.data.join("tls.pem"),
            key: self.data.join("tls.key"),
            trusted: made.cert.der().clone(),
        };
        write(&identity.certificate, made.cert.pem().as_bytes())?;
        write(&identity.key, made.signing_key.serialize_pem().as_bytes())?;
        Ok(identity)
    }

    /// One request of each machine, as HTTP/1.1.
    pub(crate) fn requests(&mut self, now: Timestamp) -> Vec<Vec<u8>> {
        self.machines.iter_mut().map(|machine| http(&machine.request(self.host, now))).collect()
    }

    /// Takes the leases that the machines were given, in their order.
    pub(crate) fn take(&mut self, answers: Vec<Vec<u8>>) -> Result<(), Failure> {
        for (machine, answer) in self.machines.iter_mut().zip(answers) {
            let lease = Envelope::parse(&answer).and_then(|envelope| envelope.document::<Lease>());
            let lease = lease.map_err(|error| format!("an answer is no lease: {error}"))?;
            machine.holds = Some(lease.cti);
        }
        Ok(())
    }

    /// Fills the store with `clients`, the machines among them, by the transactions that a host uses.
    pub(crate) fn preload(
        &mut self,
        store: &mut dyn HostStore,
        clients: usize,
        filling: Filling,
    ) -> Result<(), Failure> {
        let keypair = Home::new(&self.data).keypair()?;
        let (end, mut filled) = (system::now().minus(Span::HOUR), 0);
        let grant = grant();
        let families = [Family { id: grant.family, window: grant.policy.window }];
        let own = self.machines.iter_mut().map(Some);
        let strangers = std::iter::repeat_with(|| None);
        let mut all_machines = own.chain(strangers).take(clients);
        loop {
            let mut part: Vec<Option<&mut Machine>> = all_machines.by_ref().take(1_024).collect();
            if part.is_empty() {
                break;
            }
            let ids: Vec<KeyId> = part
                .iter()
                .map(|machine| machine.as_ref().map_or_else(|| KeyId(system::random()), |machine| machine.keypair.id()))
                .collect();
            let fingerprints: Vec<Fingerprint> = part
                .iter()
                .zip(&ids)
                .map(|(machine, client)| {
                    machine.as_ref().map_or_else(|| fingerprint(client), |machine| machine.fingerprint)
                })
                .collect();
            let subject = |(client, fingerprint): (&KeyId, &Fingerprint)| Subject {
                family: 0,
                client: *client,
                product: product(),
                fingerprint: Some(*fingerprint),
                user: None,
            };
            let now = filling.time(filled as u64, clients as u64, end);
            let subjects: Vec<Subject> = ids.iter().zip(&fingerprints).map(subject).collect();
            let batch = Batch { host: self.host, now, families: &families, subjects: &subjects };
            let leases: Vec<Cti> = ids.iter().map(|_| Cti(system::random())).collect();
            let decided = store.decide(&batch, &mut |ledger| {
                for (at, client) in ids.iter().enumerate() {
                    let (request, fingerprint) = (Cti(client.0), fingerprints[at]);
                    let name = filling.name(filled + at);
                    let asked = Asked { request, issued: now, fingerprint, name, address: None };
                    let (lease, expires) = (leases[at], grant.policy.expiry(now));
                    let terms = Terms::of(&grant.policy);
                    ledger.grant(at, asked, NewLease { lease, expires, fork: Fork::None, terms });
                }
                Documents::of(ledger.entries()).seal(ledger.tip(), &keypair).rows(now)
            });
            decided?;
            filled += ids.len();
            for (machine, lease) in part.iter_mut().zip(&leases) {
                if let Some(machine) = machine {
                    machine.holds = Some(*lease);
                }
            }
        }
        while store.tidy()? {}
        Ok(())
    }
}

impl Machine {
    fn request(&mut self, host: KeyId, now: Timestamp) -> Vec<u8> {
        self.issued = now.max(self.issued.plus(Span::seconds(1)));
        let request = Request {
            issued: self.issued,
            cti: Cti(system::random()),
            key: self.keypair.public(),
            product: product(),
            number: number(),
            fingerprint: self.fingerprint,
            client_version: "leasehold-bench".parse().expect("a text"),
            host_name: None,
            chain_of: self.holds.map(|_| host),
            holds: self.holds,
        };
        envelope::sign(&request, &self.keypair, &[])
    }
}

/// A vendor of the moment activates a host in `data`.
fn activate(data: &Path) -> Result<KeyId, Failure> {
    let now = system::now();
    let (root, authority) = (Keypair::from_seed(&system::random()), Keypair::from_seed(&system::random()));
    let vendor = "Bench".parse().expect("a text");
    let (begins, ends) = (now.minus(Span::days(30)), now.plus(Span::days(365)));
    let certificate = Authority { not_before: begins, expires: ends, key: authority.public(), vendor };
    let authority_certificate = envelope::sign(&certificate, &root, &[]);
    let home = Home::new(data);
    let key = leasehold_core::ProductKey::secret(leasehold_core::KeyKind::Host, number(), system::random());
    let inquiry = Inquiry {
        key: &key,
        host_name: "bench".parse().expect("a text"),
        fingerprint: fingerprint(&root.id()),
        cti: Cti(system::random()),
        seed: system::random(),
    };
    home.request(&inquiry, &Report::default(), now)?;
    let host = home.keypair()?;
    let certificate = HostCertificate {
        issued: now.minus(Span::days(10)),
        expires: ends,
        cti: Cti(system::random()),
        key: host.public(),
        vendor: "Bench".parse().expect("a text"),
        grants: vec![grant()],
        host_ordinal: 1,
        activation_ordinal: 1,
        fingerprint: inquiry.fingerprint,
    };
    let presented = envelope::sign(&certificate, &authority, &[&authority_certificate]);
    home.install(&presented, Some(&root.public()), now)?;
    Ok(host.id())
}

fn make(machines: usize) -> Vec<Machine> {
    let machine = || {
        let keypair = Keypair::from_seed(&system::random());
        Machine { fingerprint: fingerprint(&keypair.id()), keypair, holds: None, issued: Timestamp::from_unix(0) }
    };
    std::iter::repeat_with(machine).take(machines).collect()
}

fn fingerprint(of: &KeyId) -> Fingerprint {
    let mut hash = [0; 8];
    hash.copy_from_slice(&of.0[..8]);
    Fingerprint::new(Component::ALL[..5].iter().map(|component| (*component, hash))).expect("five components")
}

fn http(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/leases HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/cose\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn grant() -> Grant {
    let family: FamilyId = "bench".parse().expect("an id");
    Grant { family, products: vec![(product(), number())], policy: Policy { threshold: 1, ..Policy::default() } }
}

fn product() -> ProductId {
    "bench-product".parse().expect("an id")
}

fn number() -> ProductNumber {
    1.try_into().expect("a number")
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}
