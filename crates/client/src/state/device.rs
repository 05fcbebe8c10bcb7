//! The device key, the candidate for its place, the keys this machine had before, and the fingerprints they asked with.

use std::collections::BTreeMap;

use leasehold_core::{Component, Fingerprint, KeyId};
use leasehold_wire::Keypair;
use pem_rfc7468::LineEnding;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// This machine as a vendor's hosts know it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    /// The key in use, once it has asked.
    pub(crate) key: Option<Keypair>,
    /// A new key that holds no lease yet.
    pub(crate) candidate: Option<Keypair>,
    /// What is remembered beside the keys.
    pub(crate) history: DeviceHistory,
}

/// What is remembered beside the keys, readable by all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeviceHistory {
    /// The keys that this machine has had, the newest last: leases bound to any of them are its own.
    keys: Vec<KeyId>,
    /// What the key in use last asked with.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The candidate, and what it asks with.
    pub(crate) candidate: Option<(KeyId, Fingerprint)>,
}

impl Device {
    /// The name of the key in use; known as well where only its owner may read the key.
    pub(crate) fn id(&self) -> Option<KeyId> {
        self.key.as_ref().map(Keypair::id).or(self.history.keys.last().copied())
    }

    /// Whether a lease bound to `client` is this machine's. One bound to the candidate was just granted.
    pub(crate) fn is(&self, client: KeyId) -> bool {
        self.id() == Some(client)
            || self.history.keys.contains(&client)
            || self.history.candidate.is_some_and(|(candidate, _)| candidate == client)
    }

    /// Takes a key into use that asks with `fingerprint`.
    pub(crate) fn adopt(&mut self, key: Keypair, fingerprint: Fingerprint) {
        self.history.keys.retain(|known| *known != key.id());
        self.history.keys.push(key.id());
        let surplus = self.history.keys.len().saturating_sub(MAX_KEYS);
        self.history.keys.drain(..surplus);
        self.history.fingerprint = Some(fingerprint);
        self.key = Some(key);
    }

    /// Makes `key` the candidate, which asks with `fingerprint`.
    pub(crate) fn propose(&mut self, key: Keypair, fingerprint: Fingerprint) {
        self.history.candidate = Some((key.id(), fingerprint));
        self.candidate = Some(key);
    }

    /// The candidate holds a lease: it is the key in use from now on.
    pub(crate) fn promote(&mut self) {
        if let (Some(key), Some((_, fingerprint))) = (self.candidate.take(), self.history.candidate.take()) {
            self.adopt(key, fingerprint);
        }
    }
}

impl DeviceHistory {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok()?;
        let keys = stored.keys.iter().map(|key| key.parse().ok()).collect::<Option<_>>()?;
        let candidate = match stored.candidate {
            Some(candidate) => Some((candidate.key.parse().ok()?, read(&candidate.fingerprint)?)),
            None => None,
        };
        let fingerprint = if stored.fingerprint.is_empty() { None } else { Some(read(&stored.fingerprint)?) };
        Some(Self { keys, fingerprint, candidate })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let candidate = self
            .candidate
            .as_ref()
            .map(|(key, fingerprint)| StoredCandidate { key: key.to_string(), fingerprint: write(Some(fingerprint)) });
        let keys = self.keys.iter().map(KeyId::to_string).collect();
        let stored = Stored { keys, fingerprint: write(self.fingerprint.as_ref()), candidate };
        serde_json::to_vec_pretty(&stored).expect("numbers and texts are JSON")
    }
}

/// A fingerprint as it is stored; `None` where it is damaged.
fn read(stored: &StoredFingerprint) -> Option<Fingerprint> {
    let hashes = stored.iter().map(|(number, hash)| {
        Some((Component::from_number(u64::from(*number))?, u64::from_str_radix(hash, 16).ok()?.to_be_bytes()))
    });
    let hashes: Vec<_> = hashes.collect::<Option<_>>()?;
    Fingerprint::new(hashes).ok()
}

fn write(fingerprint: Option<&Fingerprint>) -> StoredFingerprint {
    let hashes = fingerprint.into_iter().flat_map(Fingerprint::iter);
    hashes.map(|(component, hash)| (component.number(), format!("{:016x}", u64::from_be_bytes(*hash)))).collect()
}

/// A key as PKCS#8 v1 in PEM (RFC 8410 section 7), which `openssl pkey` reads.
pub(crate) fn to_pem(key: &Keypair) -> Zeroizing<String> {
    let mut der = Zeroizing::new([0; PREFIX.len() + 32]);
    der[..PREFIX.len()].copy_from_slice(&PREFIX);
    der[PREFIX.len()..].copy_from_slice(&*Zeroizing::new(key.seed()));
    Zeroizing::new(pem_rfc7468::encode_string(LABEL, LineEnding::LF, &*der).expect("a label and bytes make PEM"))
}

/// The key in such a file.
pub(crate) fn from_pem(bytes: &[u8]) -> Option<Keypair> {
    let (label, der) = pem_rfc7468::decode_vec(bytes).ok()?;
    let der = Zeroizing::new(der);
    let seed = (label == LABEL).then(|| der.strip_prefix(&PREFIX)).flatten()?;
    Some(Keypair::from_seed(seed.try_into().ok()?))
}

type StoredFingerprint = BTreeMap<u8, String>;

#[derive(Serialize, Deserialize)]
struct Stored {
    keys: Vec<String>,
    fingerprint: StoredFingerprint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    candidate: Option<StoredCandidate>,
}

#[derive(Serialize, Deserialize)]
struct StoredCandidate {
    key: String,
    fingerprint: StoredFingerprint,
}

/// `PrivateKeyInfo` of an Ed25519 key, up to its 32-byte seed.
const PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const LABEL: &str = "PRIVATE KEY";
const MAX_KEYS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(n: u8) -> Fingerprint {
        Fingerprint::new([(Component::Processor, [n; 8])]).unwrap()
    }

    #[test]
    fn a_key_is_read_back_from_its_file_and_nothing_else_is() {
        let key = Keypair::from_seed(&[9; 32]);
        let pem = to_pem(&key);
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI"), "{}", *pem);
        assert_eq!(from_pem(pem.as_bytes()).map(|read| read.id()), Some(key.id()));
        assert!(from_pem(&pem.as_bytes()[..70]).is_none());
        assert!(from_pem(pem.replace("PRIVATE", "PUBLIC").as_bytes()).is_none());
    }

    #[test]
    fn the_keys_before_are_remembered_up_to_a_number() {
        let mut device = Device::default();
        let keys: Vec<Keypair> = (0..10).map(|n| Keypair::from_seed(&[n; 32])).collect();
        for key in &keys {
            device.adopt(key.clone(), fingerprint(1));
        }
        assert_eq!(device.id(), Some(keys[9].id()));
        assert!(device.is(keys[2].id()) && !device.is(keys[1].id()));
        assert_eq!(DeviceHistory::parse(&device.history.to_bytes()), Some(device.history));
    }

    #[test]
    fn a_candidate_is_the_key_in_use_once_it_is_promoted() {
        let mut device = Device::default();
        let [old, new] = [1, 2].map(|n| Keypair::from_seed(&[n; 32]));
        device.adopt(old.clone(), fingerprint(1));
        device.propose(new.clone(), fingerprint(2));
        assert_eq!(device.id(), Some(old.id()));
        assert!(device.is(new.id()), "its first lease is this machine's");
        assert_eq!(DeviceHistory::parse(&device.history.to_bytes()).as_ref(), Some(&device.history));
        device.promote();
        assert_eq!((device.id(), device.history.candidate), (Some(new.id()), None));
        assert_eq!(device.history.fingerprint, Some(fingerprint(2)));
        assert!(device.is(old.id()));
    }
}
