//! What `doctor` finds of objects that do not activate, each in a real `OpenLDAP` server, beside what activation says of it.

use std::fs;

use leasehold_core::{Cti, DirectoryId, Grant, KeyId, Span};
use leasehold_directory::ldif;
use leasehold_testkit::ldap::{LdapServer, PASSWORD};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_wire::{ActivationObject, envelope};

use crate::scene::Scene;

const BASE: &str = "dc=open";
const LDAP: &str = "ldap://ldap.example.org";
const READING: &str = "--directory ldap://ldap.example.org --directory-base dc=open";

/// A vendor for each: what another has published is not looked at.
#[test]
fn each_object_that_does_not_activate_is_found_out_and_told_by_its_own_code() {
    if is_missing(&[Need::OpenLdap]) {
        return;
    }
    let server = LdapServer::slapd();
    let scene = Scene::new(&server);
    let here = directory(&scene);
    for (seed, (code, object)) in (10..).zip(objects(here)) {
        let (vendor, object) = (Vendor::from_seed(seed), named(object, seed));
        add(&scene, vendor.id(), &object, &signed(&vendor, &object));
        is_told(&scene, &vendor, code);
    }
    let (vendor, other, good) = (Vendor::from_seed(30), Vendor::from_seed(31), named(usable(here), 30));
    add(&scene, vendor.id(), &good, &signed(&other, &good));
    is_told(&scene, &vendor, "unknown-signer");
    let (vendor, good) = (Vendor::from_seed(32), named(good, 32));
    let mut altered = signed(&vendor, &good);
    *altered.last_mut().expect("bytes") ^= 1;
    add(&scene, vendor.id(), &good, &altered);
    is_told(&scene, &vendor, "bad-signature");
    let (vendor, good) = (Vendor::from_seed(33), named(good, 33));
    add(&scene, vendor.id(), &good, &[7; 16_000]);
    is_told(&scene, &vendor, "malformed");
    // Beside all that one good one is enough, and of several faults the nearest to it is told.
    for (n, (_, object)) in (50..).zip(objects(here)) {
        let object = named(object, n);
        add(&scene, vendor.id(), &object, &signed(&vendor, &object));
    }
    is_told(&scene, &vendor, "grant-ended");
    let good = named(good, 60);
    add(&scene, vendor.id(), &good, &signed(&vendor, &good));
    scene.activate(READING).done();
    assert_eq!(scene.diagnosed(READING).0, "ok");
}

/// Objects of a vendor's that it could have made, and the code of each.
fn objects(here: DirectoryId) -> [(&'static str, ActivationObject); 5] {
    let good = usable(here);
    let mut ended = Vendor::grant();
    ended.policy.end = Some(BEGIN.plus(Span::HOUR));
    let of_other_product = Grant {
        products: vec![("acme-mill".parse().expect("an id"), 1_002_u64.try_into().expect("a number"))],
        ..Vendor::grant()
    };
    [
        ("another-directory", ActivationObject { directory: DirectoryId([9; 16]), ..good.clone() }),
        ("product-not-granted", ActivationObject { grants: vec![of_other_product], ..good.clone() }),
        ("grant-ended", ActivationObject { grants: vec![ended], ..good.clone() }),
        ("not-yet-valid", ActivationObject { issued: BEGIN.plus(Span::days(3_600)), ..good.clone() }),
        ("expired", ActivationObject { expires: BEGIN.plus(Span::HOUR), ..good }),
    ]
}

fn usable(directory: DirectoryId) -> ActivationObject {
    ActivationObject {
        issued: BEGIN,
        expires: BEGIN.plus(Span::days(3_640)),
        cti: Cti([7; 16]),
        vendor: "Acme".parse().expect("a name"),
        grants: vec![Vendor::grant()],
        directory,
    }
}

/// Its name is its entry's too.
fn named(object: ActivationObject, n: u8) -> ActivationObject {
    ActivationObject { cti: Cti([n; 16]), ..object }
}

fn signed(vendor: &Vendor, object: &ActivationObject) -> Vec<u8> {
    envelope::sign(object, vendor.authority_pair(), &[vendor.authority_certificate()])
}

/// Imports `document` as what `vendor` has published.
fn add(scene: &Scene<'_>, vendor: KeyId, object: &ActivationObject, document: &[u8]) {
    fs::write(scene.path("add.ldif"), ldif(BASE, vendor, object, document)).expect("a file");
    scene.import("add.ldif", &["-x", "-H", "ldaps://ldap.example.org", "-D", "cn=admin,dc=open", "-w", PASSWORD]);
}

/// Neither activation nor the doctor believes it, and both say why.
fn is_told(scene: &Scene<'_>, vendor: &Vendor, code: &str) {
    scene.forget();
    fs::write(scene.path("acme-cad.lh"), vendor.manifest()).expect("a file");
    let ended = scene.activate(READING);
    assert_eq!(ended.status, 1, "{code}: {}", ended.talk);
    assert!(ended.talk.contains(&format!("[{code}]")), "{code}: {}", ended.talk);
    assert_eq!(scene.diagnosed(READING), ("failure".to_owned(), code.to_owned()));
    let status = scene.status();
    assert_eq!((&status["standing"], &status["last_failure"]["code"]), (&"unactivated".into(), &code.into()));
}

fn directory(scene: &Scene<'_>) -> DirectoryId {
    let shown = scene.json("directory-show", &format!("directory show --url {LDAP} --anonymous --base {BASE}"));
    shown["directory"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}
