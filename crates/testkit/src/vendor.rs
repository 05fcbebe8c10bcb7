//! A vendor with its authority, manifests and hosts: real keys from small seeds, real signatures, no clock and nothing random.
#![expect(clippy::missing_panics_doc, reason = "a fixture that panics is a test that fails")]

use leasehold_core::standing::Mode;
use leasehold_core::{
    Component, Cti, Fingerprint, Grant, KeyId, Policy, ProductKey, ProductNumber, PublicKey, Refusal, Span, Timestamp,
};
use leasehold_wire::envelope::sign;
use leasehold_wire::seal::{Tip, seal};
use leasehold_wire::{Authority, HostCertificate, Keypair, Lease, Manifest, Method, Request, Revocations};
use serde_json::{Value, json};

/// When the vendor's certificates and manifests were made; they last ten years from then.
pub const BEGIN: Timestamp = Timestamp::from_unix(1_790_000_000);

/// A vendor: one product `acme-cad` of family `acme`, unless a test wants others.
#[derive(Clone, Debug)]
pub struct Vendor {
    root: Keypair,
    authority: Keypair,
    certificate: Vec<u8>,
    seed: u8,
}

/// A host that a vendor's authority has activated, with the end of its chain of seals.
#[derive(Clone, Debug)]
pub struct Host {
    pair: Keypair,
    certificate: Vec<u8>,
    authority: Vec<u8>,
    grants: Vec<Grant>,
    tip: Tip,
}

/// Whether a lease leaves the host with its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// As the request asks (body 6).
    AsAsked,
    /// Always.
    Attached,
    /// Never.
    Missing,
}

impl Vendor {
    /// The vendor of this seed: always the same keys.
    pub fn from_seed(seed: u8) -> Self {
        Self::certified(Keypair::from_seed(&[seed; 32]), pair(seed, 1), seed)
    }

    /// The same vendor after a rotation: the same root, another authority.
    #[must_use]
    pub fn rotated(&self) -> Self {
        Self::certified(self.root.clone(), pair(self.seed, 3), self.seed)
    }

    fn certified(root: Keypair, authority: Keypair, seed: u8) -> Self {
        let document = Authority {
            not_before: BEGIN,
            expires: BEGIN.plus(LIFE),
            key: authority.public(),
            vendor: "Acme".parse().expect("a name"),
        };
        let certificate = sign(&document, &root, &[]);
        Self { root, authority, certificate, seed }
    }

    /// The public half of the root key.
    pub fn root(&self) -> PublicKey {
        self.root.public()
    }

    /// The vendor's name.
    pub fn id(&self) -> KeyId {
        self.root.id()
    }

    /// The root key itself.
    pub fn root_pair(&self) -> &Keypair {
        &self.root
    }

    /// The authority's key.
    pub fn authority_pair(&self) -> &Keypair {
        &self.authority
    }

    /// The root's certificate for the authority's key.
    pub fn authority_certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The manifest of `acme-cad`: enforced, 30 days of initial grace, drift 2.
    pub fn manifest(&self) -> Vec<u8> {
        self.manifest_with(|_| ())
    }

    /// The manifest of `acme-cad`, changed before it is signed.
    pub fn manifest_with(&self, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
        let number = number(1_001);
        let mut manifest = Manifest {
            issued: BEGIN,
            cti: Cti([self.seed; 16]),
            product: "acme-cad".parse().expect("an id"),
            number,
            family: "acme".parse().expect("an id"),
            title: "Acme CAD".parse().expect("a title"),
            generic_key: ProductKey::generic(self.id(), number),
            initial_grace: Span::days(30),
            root: self.root(),
            service: None,
            drift: 2,
            mode: Some(Mode::Enforce),
        };
        change(&mut manifest);
        sign(&manifest, &self.authority, &[&self.certificate])
    }

    /// The grant of `acme-cad` in family `acme`, with one client as the threshold.
    pub fn grant() -> Grant {
        let products = vec![("acme-cad".parse().expect("an id"), number(1_001))];
        Grant { family: "acme".parse().expect("an id"), products, policy: Policy { threshold: 1, ..Policy::default() } }
    }

    /// A host of this seed with `grants`, certified for two years from [`BEGIN`].
    pub fn host(&self, seed: u8, grants: Vec<Grant>) -> Host {
        let host = pair(seed, 2);
        let document = HostCertificate {
            issued: BEGIN,
            expires: BEGIN.plus(Span::days(730)),
            cti: Cti([seed; 16]),
            key: host.public(),
            vendor: "Acme".parse().expect("a name"),
            grants: grants.clone(),
            host_ordinal: 1,
            activation_ordinal: 1,
            fingerprint: Fingerprint::new([(Component::MachineId, [seed; 8])]).expect("a component"),
        };
        let certificate = sign(&document, &self.authority, &[]);
        Host { pair: host, certificate, authority: self.certificate.clone(), grants, tip: Tip::START }
    }

    /// A revocation list.
    pub fn revocations(&self, number: u64, keys: Vec<KeyId>, documents: Vec<Cti>) -> Vec<u8> {
        let cti = Cti([u8::try_from(number % 256).expect("below 256"); 16]);
        let list = Revocations { issued: BEGIN, cti, number, keys, documents };
        sign(&list, &self.authority, &[&self.certificate])
    }
}

impl Host {
    /// The host's name.
    pub fn id(&self) -> KeyId {
        self.pair.id()
    }

    /// Its key.
    pub fn pair(&self) -> &Keypair {
        &self.pair
    }

    /// What stands above its leases, nearest signer first.
    pub fn chain(&self) -> [&[u8]; 2] {
        [&self.certificate, &self.authority]
    }

    /// Its certificate as `GET /v1/host` answers it: with the chain above.
    pub fn certificate(&self) -> Vec<u8> {
        leasehold_wire::envelope::with_chain(&self.certificate, &[&self.authority]).expect("a document")
    }

    /// Grants `request` at `now`: a lease sealed in a batch of its own, as the next of the host's seals.
    pub fn lease(&mut self, request: &Request, now: Timestamp, chain: Chain) -> Vec<u8> {
        self.lease_with(request, now, chain, |_| ())
    }

    /// As [`Self::lease`], the lease changed before it is sealed.
    pub fn lease_with(
        &mut self,
        request: &Request,
        now: Timestamp,
        chain: Chain,
        change: impl FnOnce(&mut Lease),
    ) -> Vec<u8> {
        let covers = |grant: &&Grant| grant.number_of(&request.product).is_some();
        let grant = self.grants.iter().find(covers).or(self.grants.first()).expect("a host has a grant");
        let mut lease = lease(request, grant, now, self.tip.number);
        change(&mut lease);
        let sealed = seal(&[lease], self.tip, &self.pair);
        self.tip = sealed.tip();
        match chain {
            Chain::AsAsked if request.chain_of == Some(self.id()) => sealed.document(0, &[]),
            Chain::Missing => sealed.document(0, &[]),
            Chain::AsAsked | Chain::Attached => sealed.document(0, &self.chain()),
        }
    }
}

/// The problem document of a refusal with its HTTP status, as a host answers it.
pub fn problem(refusal: &Refusal) -> (u16, Value) {
    let code = refusal.code();
    let mut problem = json!({
        "type": format!("urn:leasehold:problem:{code}"),
        "title": code.meaning(),
        "status": refusal.status(),
        "detail": code.hint(),
    });
    let members = match *refusal {
        Refusal::ThresholdNotMet { count, required, retry } => {
            json!({ "count": count, "required": required, "retry": retry.as_seconds() })
        }
        Refusal::CapacityReached { capacity, retry } => json!({ "capacity": capacity, "retry": retry.as_seconds() }),
        Refusal::DevicesReached { devices, retry } => json!({ "limit": devices, "retry": retry.as_seconds() }),
        Refusal::ClockSkew { client, host } => json!({ "client_time": client.unix(), "host_time": host.unix() }),
        Refusal::ClockBehind { host, .. } => json!({ "host_time": host.unix() }),
        Refusal::Replayed { last } => json!({ "last": last.unix() }),
        Refusal::HostNotActivated
        | Refusal::ProductNotGranted
        | Refusal::KeyMismatch
        | Refusal::GrantEnded { .. }
        | Refusal::Revoked
        | Refusal::SignInNeeded(_)
        | Refusal::NotSubscribed
        | Refusal::CloneSuspected => json!({}),
    };
    let (Value::Object(all), Value::Object(members)) = (&mut problem, members) else {
        unreachable!("both are objects")
    };
    all.extend(members);
    (refusal.status(), problem)
}

fn lease(request: &Request, grant: &Grant, now: Timestamp, seals: u64) -> Lease {
    let policy = &grant.policy;
    let mut cti = request.cti;
    // Another name than the request's, and another for each lease of the host.
    cti.0[..8].copy_from_slice(&(!seals).to_be_bytes());
    Lease {
        issued: now,
        expires: Some(policy.expiry(now)),
        cti,
        client: request.key.id(),
        product: request.product,
        family: grant.family,
        renewal: policy.renewal,
        retry: policy.retry,
        grace: policy.grace,
        fingerprint: request.fingerprint,
        request: request.cti,
        count: Some(policy.threshold),
        method: Method::Host,
        features: policy.features.clone(),
    }
}

fn pair(seed: u8, role: u8) -> Keypair {
    let mut bytes = [seed; 32];
    bytes[31] = seed.wrapping_add(role).wrapping_mul(31);
    bytes[0] = role;
    Keypair::from_seed(&bytes)
}

fn number(value: u64) -> ProductNumber {
    value.try_into().expect("below 2^20")
}

const LIFE: Span = Span::days(3_650);
