//! The vendor's part: keys, a product, a host key, and the approval of the host's request.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::products::{self, NewFamily, NewProduct};
use leasehold_authority::{Approval, Authority, Error, Home, NewVendor, Secret, init, vendor};
use leasehold_client::SystemRng;
use leasehold_core::activation::Allowance;
use leasehold_core::standing::Mode;
use leasehold_core::{Code, Cti, ProductKey, PublicKey, Span};
use leasehold_files::Readers;
use leasehold_host::activation::{Home as HostHome, Inquiry};
use leasehold_host::report::Report;
use leasehold_store::authority::{Actor, AuthorityStore, Stamp};
use leasehold_store_sqlite::authority::SqliteAuthority;

use super::Talk;
use crate::commands::host::request::this_machine;
use crate::commands::host::{failed as host_failed, store_failed};
use crate::commands::vendor::failed;
use crate::failure::Failure;
use crate::input;

/// What the machines need to know.
pub(super) struct Product {
    pub(super) manifest: Vec<u8>,
    pub(super) root: PublicKey,
}

/// Makes what is not there yet: vendor, product, host key, activated host.
pub(super) fn prepare(dir: &Path, talk: &Talk) -> Result<Product, Failure> {
    let home = Home::new(dir.join("vendor"));
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
    talk.say(&format!("vendor: {}, root key {}", vendor.name, vendor.root.id()));
    let authority =
        Authority::open(&home, Arc::clone(&store), &passphrase, input::now()).map_err(|error| failed(&error))?;
    let manifest = product(dir, &*store, &authority, talk)?;
    activate(dir, &*store, &authority, talk)?;
    Ok(Product { manifest, root: vendor.root })
}

fn product(dir: &Path, store: &dyn AuthorityStore, authority: &Authority, talk: &Talk) -> Result<Vec<u8>, Failure> {
    let id = "acme-cad".parse().expect("an id");
    let path = dir.join("acme-cad.lh");
    if path.exists() {
        return input::document(&path);
    }
    if products::list(store).map_err(|error| failed(&error))?.is_empty() {
        let new = NewProduct {
            id,
            number: None,
            title: "Acme CAD".parse().expect("a title"),
            family: NewFamily { id: "acme".parse().expect("an id"), number: None, policy: None },
            initial_grace: Span::days(30),
            drift: None,
            service: None,
            mode: Mode::Enforce,
        };
        products::add(store, &new, stamp()).map_err(|error| failed(&error))?;
    }
    let manifest = authority.manifest(&id, input::now(), &SystemRng).map_err(|error| failed(&error))?;
    write_secret(&path, &manifest)?;
    talk.say("product: acme-cad, counted in family acme, leases from the 5th machine on");
    Ok(manifest)
}

fn activate(dir: &Path, store: &dyn AuthorityStore, authority: &Authority, talk: &Talk) -> Result<(), Failure> {
    let home = HostHome::new(dir.join("host"));
    if let Ok(Some(identity)) = home.identity() {
        talk.say(&format!("host: {}, activated before", identity.id()));
        return Ok(());
    }
    let key = host_key(&dir.join("host-key.txt"), store, talk)?;
    let inquiry = Inquiry {
        key: &key,
        host_name: "quickstart".parse().expect("a name"),
        fingerprint: this_machine(&key)?,
        cti: Cti(input::random()),
        seed: input::random(),
    };
    let request = home.request(&inquiry, &Report::default(), input::now()).map_err(|error| host_failed(&error))?;
    let approval = authority.approve(&request, stamp(), &SystemRng).map_err(|error| failed(&error))?;
    match approval {
        Approval::Granted(granted) => {
            let installed = home.install(&granted.document, None, input::now());
            let host = installed.map_err(|error| host_failed(&error))?;
            talk.say(&format!("host: {}, requested, approved and installed", host.key.id()));
            Ok(())
        }
        Approval::Refused(refusal) => Err(Failure::refused(refusal.code(), "the host's request was refused")),
    }
}

/// The host key that was issued before, or a new one.
fn host_key(path: &Path, store: &dyn AuthorityStore, talk: &Talk) -> Result<ProductKey, Failure> {
    if let Ok(text) = fs::read_to_string(path) {
        return text
            .parse()
            .map_err(|error| Failure::failed(Code::NotAProductKey, format!("{}: {error}", path.display())));
    }
    let new = NewKey {
        family: "acme".parse().expect("an id"),
        allowance: Allowance::Hosts { hosts: 6, activations: 10 },
        customer: Some("Quickstart".parse().expect("a name")),
        policy: None,
        certificate_validity: None,
    };
    let (key, _) = keys::issue(store, &new, stamp(), &SystemRng).map_err(|error| failed(&error))?;
    write_secret(path, format!("{key}\n").as_bytes())?;
    talk.say(&format!("host key: …{}, good for 6 hosts, 10 activations each", key.last_five()));
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

fn stamp() -> Stamp {
    Stamp { at: input::now(), actor: Actor::Cli }
}
