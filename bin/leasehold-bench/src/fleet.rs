//! Machines with keys of their own, their host's certificate, and requests signed beforehand.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use leasehold_core::{
    Component, Cti, FamilyId, Fingerprint, Grant, KeyId, Policy, ProductId, ProductNumber, Span, Timestamp,
};
use leasehold_host::activation::{Home, Inquiry};
use leasehold_host::report::Report;
use leasehold_host::sealing::Documents;
use leasehold_store::host::{Asked, Batch, Family, Fork, HostStore, NewLease, Subject, Terms};
use leasehold_wire::{Authority, Envelope, HostCertificate, Keypair, Lease, Request, envelope};

use crate::load::Identity;
use crate::store::StoreLocation;
use crate::{Failure, system};

/// Machines, the folder of the host they ask, and where its store is.
pub(crate) struct Fleet {
    data: PathBuf,
    store: StoreLocation,
    host: KeyId,
    machines: Vec<Machine>,
}

pub(crate) struct Machine {
    keypair: Keypair,
    holds: Option<Cti>,
    /// When its last request was made; the next is newer.
    issued: Timestamp,
}

impl Fleet {
    /// New machines for a new host in the folder `data`, whose store is there too unless it is in `database`.
    pub(crate) fn new(data: &Path, database: Option<&StoreLocation>, machines: usize) -> Result<Self, Failure> {
        let store = database.cloned().unwrap_or_else(|| StoreLocation::Folder(data.to_owned()));
        Ok(Self { data: data.to_owned(), store, host: activate(data)?, machines: make(machines) })
    }

    /// More machines for the same host.
    pub(crate) fn join(&self, machines: usize) -> Self {
        Self { data: self.data.clone(), store: self.store.clone(), host: self.host, machines: make(machines) }
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn store(&self) -> &StoreLocation {
        &self.store
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

    /// Fills the host's store with `clients`, the machines among them, by the transactions that a host uses. They have names and
    /// were seen over the `span` before now.
    ///
    /// Each of the passes takes its clients in the order of their keys, so that neighbours share the pages that are written.
    pub(crate) fn preload(&mut self, clients: usize, span: Span) -> Result<(), Failure> {
        let mut store = self.store.open()?;
        let keypair = Home::new(&self.data).keypair()?;
        let (end, mut filled) = (system::now().minus(Span::HOUR), 0);
        let mut own: HashMap<KeyId, &mut Machine> =
            self.machines.iter_mut().take(clients).map(|machine| (machine.keypair.id(), machine)).collect();
        let known: Vec<KeyId> = own.keys().copied().collect();
        let strangers = std::iter::repeat_with(|| KeyId(system::random()));
        let mut all = known.into_iter().chain(strangers).take(clients);
        loop {
            let mut pass: Vec<KeyId> = all.by_ref().take(clients.div_ceil(PASSES)).collect();
            if pass.is_empty() {
                break;
            }
            pass.sort_unstable();
            for part in pass.chunks(PART) {
                let ago = span.as_seconds() * (clients - filled) as u64 / clients as u64;
                let leases = grant_all(store.as_mut(), &keypair, part, filled, end.minus(Span::seconds(ago)))?;
                for (client, lease) in part.iter().zip(leases) {
                    own.get_mut(client).into_iter().for_each(|machine| machine.holds = Some(lease));
                }
                filled += part.len();
            }
        }
        while store.tidy()? {}
        Ok(())
    }
}

/// One batch in which each of the `clients` is given a lease, in their order; the first is client number `first`.
fn grant_all(
    store: &mut dyn HostStore,
    host: &Keypair,
    clients: &[KeyId],
    first: usize,
    now: Timestamp,
) -> Result<Vec<Cti>, Failure> {
    let grant = grant();
    let families = [Family { id: grant.family, window: grant.policy.window }];
    let subject = |client: &KeyId| Subject {
        family: 0,
        client: *client,
        product: product(),
        fingerprint: Some(fingerprint(client)),
        user: None,
    };
    let subjects: Vec<Subject> = clients.iter().map(subject).collect();
    let batch = Batch { host: host.id(), now, families: &families, subjects: &subjects };
    let leases: Vec<Cti> = clients.iter().map(|_| Cti(system::random())).collect();
    let decided = store.decide(&batch, &mut |ledger| {
        for (at, client) in clients.iter().enumerate() {
            let (request, fingerprint) = (Cti(client.0), fingerprint(client));
            let name = format!("pc-{:07}", first + at).parse().ok();
            let asked = Asked { request, issued: now, fingerprint, name, address: None };
            let (lease, expires) = (leases[at], grant.policy.expiry(now));
            let terms = Terms::of(&grant.policy);
            ledger.grant(at, asked, NewLease { lease, expires, fork: Fork::None, terms });
        }
        Documents::of(ledger.entries()).seal(ledger.tip(), host).rows(now)
    });
    decided?;
    Ok(leases)
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
            fingerprint: fingerprint(&self.keypair.id()),
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
        Machine { keypair, holds: None, issued: Timestamp::from_unix(0) }
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

/// In so many passes through the keys a store is filled: as many rows of each page are written at different times.
const PASSES: usize = 10;
/// Clients in a batch.
const PART: usize = 1_024;
