//! What the vendor of a test does while its host serves: it revokes, and its authority makes way for another.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use leasehold_authority::revocations::Target;
use leasehold_authority::rotation::{self, Rotation};
use leasehold_authority::{Authority, Home, Secret};
use leasehold_client::SystemRng;
use leasehold_core::{Code, KeyId, PublicKey, Span};
use leasehold_host::activation::Home as HostHome;
use leasehold_store::authority::AuthorityStore;

use crate::commands::host::failed as host_failed;
use crate::commands::throwaway::{Made, host_key, request_and_install, stamp};
use crate::commands::vendor::failed;
use crate::failure::Failure;
use crate::input;

/// The vendor, and its host that serves.
pub(super) struct TestVendor {
    home: Home,
    store: Arc<dyn AuthorityStore>,
    passphrase: Secret,
    root: PublicKey,
    host: PathBuf,
    address: SocketAddr,
}

impl TestVendor {
    pub(super) fn new(made: Made, host: PathBuf, address: SocketAddr) -> Self {
        let Made { home, store, passphrase, root, .. } = made;
        Self { home, store, passphrase, root, host, address }
    }

    /// Revokes the device key of a client. The host knows once this returns.
    pub(super) fn revoke(&self, client: KeyId) -> Result<(), Failure> {
        let withdrawal = self.authority()?.revoke(&[Target::Key(client)], stamp(), &SystemRng);
        let list = withdrawal.map_err(|error| failed(&error))?.list;
        let Some(list) = list else { return Ok(()) };
        self.install(&list.document)?;
        self.wait("/v1/revocations", |body| body == list.document)
    }

    /// Puts another authority in the place of the one there is, and activates the host with it.
    pub(super) fn rotate(&self) -> Result<(), Failure> {
        let former = self.fetch("/v1/host").unwrap_or_default();
        let (root_key, root_passphrase) = (self.home.root_key(), self.passphrase.clone());
        let rotation =
            Rotation { root_key, root_passphrase, passphrase: self.passphrase.clone(), validity: Span::days(3_650) };
        let rotated = rotation::rotate(&self.home, &self.store, &rotation, stamp(), &SystemRng);
        rotated.map_err(|error| failed(&error))?;
        let folder = self.host.parent().unwrap_or(&self.host);
        let key = host_key(&folder.join("host-key.txt"), &*self.store, &|_| ())?;
        request_and_install(&HostHome::new(&self.host), &key, &self.authority()?)?;
        self.wait("/v1/host", |body| body != former)
    }

    fn authority(&self) -> Result<Authority, Failure> {
        let opened = Authority::open(&self.home, Arc::clone(&self.store), &self.passphrase, input::now());
        opened.map_err(|error| failed(&error))
    }

    fn install(&self, list: &[u8]) -> Result<(), Failure> {
        let installed = HostHome::new(&self.host).install_revocations(list, Some(&self.root), input::now());
        installed.map(drop).map_err(|error| host_failed(&error))
    }

    /// Until the host that serves answers so: it looks at its files each second.
    fn wait(&self, path: &str, ready: impl Fn(&[u8]) -> bool) -> Result<(), Failure> {
        for _ in 0..TRIES {
            if self.fetch(path).is_some_and(|body| ready(&body)) {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        Err(Failure::failed(Code::Timeout, "the host has not taken over what was installed"))
    }

    fn fetch(&self, path: &str) -> Option<Vec<u8>> {
        let url = format!("http://{}{path}", self.address);
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).proxy(None).build();
        ureq::Agent::new_with_config(config).get(&url).call().ok()?.body_mut().read_to_vec().ok()
    }
}

const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);
