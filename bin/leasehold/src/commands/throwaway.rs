//! A vendor that is thrown away: keys, a product, a host key, and the approval of a host's request. For trying things out, and for tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::{Approval, Authority, Error, Home, NewVendor, Secret, init, vendor};
use leasehold_client::SystemRng;
use leasehold_core::activation::Allowance;
use leasehold_core::standing::Mode;
use leasehold_core::{Code, Cti, KeyId, Policy, ProductId, ProductKey, PublicKey, Span, Text};
use leasehold_files::Readers;
use leasehold_host::activation::{Home as HostHome, Inquiry};
use leasehold_host::report::Report;
use leasehold_store::StoreError;
use leasehold_store::authority::{Actor, AuthorityStore, Stamp};
use leasehold_store_sqlite::authority::SqliteAuthority;

use crate::commands::host::request::this_machine;
use crate::commands::host::{failed as host_failed, store_failed};
use crate::commands::vendor::failed;
use crate::failure::Failure;
use crate::input;

/// A vendor in a folder, and where its host lies.
pub(crate) struct Throwaway<'d> {
    pub(crate) dir: &'d Path,
    pub(crate) product: ProductId,
    pub(crate) title: Text,
    /// What the family grants; the usual policy unless set.
    pub(crate) policy: Option<Policy>,
    pub(crate) initial_grace: Span,
    pub(crate) purpose: Purpose,
    pub(crate) say: &'d dyn Fn(&str),
}

/// What the manifest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Demonstration,
    /// It is marked so: its clients go by a clock that a test moves.
    Tests,
}

/// What was made, or was there.
pub(crate) struct Made {
    pub(crate) manifest: Vec<u8>,
    pub(crate) manifest_file: PathBuf,
    pub(crate) root: PublicKey,
    pub(crate) store: Arc<dyn AuthorityStore>,
    pub(crate) passphrase: Secret,
    pub(crate) home: Home,
}

impl Throwaway<'_> {
    /// Makes what is not there yet: vendor, product, host key, activated host.
    pub(crate) fn make(&self) -> Result<Made, Failure> {
        let home = Home::new(self.dir.join("vendor"));
        home.make().map_err(|error| failed(&error))?;
        let store = SqliteAuthority::open(&home.store()).map_err(|error| store_failed(home.folder(), &error))?;
        let store: Arc<dyn AuthorityStore> = Arc::new(store);
        let passphrase = passphrase(&home.folder().join("passphrase"))?;
        let vendor = match vendor(&*store) {
            Err(Error::NotInitialised) => {
                let (name, validity) = ("Acme Engineering".parse().expect("a name"), Span::days(3_650));
                let new = NewVendor { name, validity, passphrase: passphrase.clone() };
                init(&home, &*store, &new, stamp(), &SystemRng).map_err(|error| failed(&error))?;
                vendor(&*store)
            }
            other => other,
        }
        .map_err(|error| failed(&error))?;
        (self.say)(&format!("vendor: {}, root key {}", vendor.name, vendor.root.id()));
        let authority =
            Authority::open(&home, Arc::clone(&store), &passphrase, input::now()).map_err(|error| failed(&error))?;
        let manifest_file = self.dir.join(format!("{}.lh", self.product));
        let manifest = self.product(&manifest_file, &*store, &authority)?;
        self.activate(&*store, &authority)?;
        Ok(Made { manifest, manifest_file, root: vendor.root, store, passphrase, home })
    }

    fn product(&self, path: &Path, store: &dyn AuthorityStore, authority: &Authority) -> Result<Vec<u8>, Failure> {
        if path.exists() {
            return input::document(path);
        }
        if products::list(store).map_err(|error| failed(&error))?.is_empty() {
            let new = NewProduct {
                id: self.product,
                number: None,
                title: self.title.clone(),
                family: NewFamily { id: FAMILY.parse().expect("an id"), number: None, policy: self.policy.clone() },
                initial_grace: self.initial_grace,
                drift: None,
                service: None,
                mode: Mode::Enforce,
            };
            products::add(store, &new, stamp()).map_err(|error| failed(&error))?;
        }
        let (now, rng) = (input::now(), &SystemRng);
        let manifest = match self.purpose {
            Purpose::Demonstration => authority.manifest(&self.product, now, rng),
            Purpose::Tests => authority.test_manifest(&self.product, now, rng),
        };
        let manifest = manifest.map_err(|error| failed(&error))?;
        write_secret(path, &manifest)?;
        let threshold = self.policy.clone().unwrap_or_default().threshold;
        (self.say)(&format!(
            "product: {}, counted in family {FAMILY}, leases from the {threshold}{} machine on",
            self.product,
            ordinal(threshold)
        ));
        Ok(manifest)
    }

    fn activate(&self, store: &dyn AuthorityStore, authority: &Authority) -> Result<(), Failure> {
        let home = HostHome::new(self.dir.join("host"));
        if let Ok(Some(identity)) = home.identity() {
            (self.say)(&format!("host: {}, activated before", identity.id()));
            return Ok(());
        }
        let key = host_key(&self.dir.join("host-key.txt"), store, self.say)?;
        let host = request_and_install(&home, &key, authority)?;
        (self.say)(&format!("host: {host}, requested, approved and installed"));
        Ok(())
    }
}

/// What a failure of the host's store means, whose folder lies in the one that `--dir` names.
pub(crate) fn in_use_or_failed(host: &Path, error: &StoreError) -> Failure {
    let failure = store_failed(host, error);
    match error.code() {
        Code::StoreInUse => {
            failure.hint("another `quickstart` or `testhost` runs there: stop it, or name another folder with `--dir`")
        }
        _ => failure,
    }
}

/// Activates the host of `home` with `key`, also anew.
pub(crate) fn request_and_install(home: &HostHome, key: &ProductKey, authority: &Authority) -> Result<KeyId, Failure> {
    let inquiry = Inquiry {
        key,
        host_name: "quickstart".parse().expect("a name"),
        fingerprint: this_machine(key)?,
        cti: Cti(input::random()),
        seed: input::random(),
    };
    let request = home.request(&inquiry, &Report::default(), input::now()).map_err(|error| host_failed(&error))?;
    let approval = authority.approve(&request, stamp(), &SystemRng).map_err(|error| failed(&error))?;
    match approval {
        Approval::Granted(granted) => {
            let installed = home.install(&granted.document, None, input::now());
            Ok(installed.map_err(|error| host_failed(&error))?.key.id())
        }
        Approval::Refused(refusal) => Err(Failure::refused(refusal.code(), "the host's request was refused")),
    }
}

const fn ordinal(number: u64) -> &'static str {
    match (number % 10, number % 100) {
        (1, ten) if ten != 11 => "st",
        (2, ten) if ten != 12 => "nd",
        (3, ten) if ten != 13 => "rd",
        _ => "th",
    }
}

/// The host key that was issued before, or a new one.
pub(crate) fn host_key(path: &Path, store: &dyn AuthorityStore, say: &dyn Fn(&str)) -> Result<ProductKey, Failure> {
    if let Ok(text) = fs::read_to_string(path) {
        return text
            .parse()
            .map_err(|error| Failure::failed(Code::NotAProductKey, format!("{}: {error}", path.display())));
    }
    let new = NewKey {
        family: FAMILY.parse().expect("an id"),
        allowance: Allowance::Hosts { hosts: 6, activations: 10 },
        customer: Some("Quickstart".parse().expect("a name")),
        policy: None,
        certificate_validity: None,
    };
    let (key, _) = keys::issue(store, &new, stamp(), &SystemRng).map_err(|error| failed(&error))?;
    write_secret(path, format!("{key}\n").as_bytes())?;
    say(&format!("host key: …{}, good for 6 hosts, 10 activations each", key.last_five()));
    Ok(key)
}

/// The passphrase of this folder's keys: random, kept beside them because this is a demonstration.
fn passphrase(path: &Path) -> Result<Secret, Failure> {
    if let Ok(text) = fs::read_to_string(path) {
        return Ok(Secret::new(text.trim().to_owned()));
    }
    let text = crate::output::hex(&input::random::<16>());
    write_secret(path, format!("{text}\n").as_bytes())?;
    Ok(Secret::new(text))
}

fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    leasehold_files::replace(path, bytes, Readers::Owner).map_err(|error| Failure::file(path, &error))
}

pub(crate) fn stamp() -> Stamp {
    Stamp { at: input::now(), actor: Actor::Cli }
}

/// The family of the product.
const FAMILY: &str = "acme";
