//! What every part of a client needs: the product, this machine, the clock, random bytes.

use std::sync::Arc;

use leasehold_core::{Clock, Cti, Fingerprint, PublicKey, Rng, Running, Text, Timestamp, random_bytes};
use leasehold_wire::{Keypair, Manifest};

/// What every part of a client needs: the product, this machine, the clock, random bytes.
#[derive(Debug)]
pub(crate) struct Context {
    /// The product.
    pub(crate) manifest: Manifest,
    /// What this machine is recognised by; `None` where it shows nothing that distinguishes it.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The machine's name, where hosts may know it.
    pub(crate) host_name: Option<Text>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
}

impl Context {
    /// What the local clock says.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn running(&self) -> Running {
        self.clock.running()
    }

    /// The vendor's root key.
    pub(crate) fn root(&self) -> &PublicKey {
        &self.manifest.root
    }

    /// A new name for a request or release.
    pub(crate) fn new_cti(&self) -> Cti {
        Cti(random_bytes(self.rng.as_ref()))
    }

    /// A new device key.
    pub(crate) fn new_key(&self) -> Keypair {
        Keypair::from_seed(&random_bytes(self.rng.as_ref()))
    }
}
