//! Making a vendor, also when it is interrupted.

mod common;

use std::fs;
use std::process::Command;
use std::sync::Arc;

use common::{AT, TestVendor, new_vendor, passphrase, seeded, store};
use leasehold_authority::{Authority, Error, Secret, Start, init, vendor};
use leasehold_core::{PublicKey, Span};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_wire::{Authority as Certificate, Reason, trust};

#[test]
fn a_vendor_is_a_root_that_certifies_an_authority() {
    let acme = TestVendor::empty();
    let made = init(&acme.home, &*acme.store, &new_vendor("Acme"), AT, &seeded(1)).unwrap();
    assert_eq!(made.start, Start::Fresh);
    let certificate = fs::read(acme.home.authority_certificate()).unwrap();
    let opened = trust::verify::<Certificate>(&certificate, &made.root, AT.at, None).unwrap();
    assert_eq!((opened.document.key.id(), opened.document.expires), (made.authority, made.expires));
    assert_eq!(made.expires, AT.at.plus(Span::days(3_650)));
    let root: PublicKey = fs::read_to_string(acme.home.root_public()).unwrap().trim().parse().unwrap();
    assert_eq!((root, vendor(&*acme.store).unwrap().root), (made.root, made.root));
}

#[test]
fn openssl_opens_both_key_files() {
    if is_missing(&[Need::OpenSsl]) {
        return;
    }
    let acme = TestVendor::empty();
    let made = init(&acme.home, &*acme.store, &new_vendor("Acme"), AT, &seeded(1)).unwrap();
    let file = acme.home.folder().join("passphrase");
    fs::write(&file, "correct horse battery staple\n").unwrap();
    let public = |key: std::path::PathBuf| {
        let mut command = Command::new("openssl");
        command.args(["pkey", "-noout", "-text_pub", "-passin"]).arg(format!("file:{}", file.display()));
        let output = command.arg("-in").arg(key).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.split("pub:").nth(1).unwrap().chars().filter(char::is_ascii_hexdigit).collect::<String>()
    };
    assert_eq!(public(acme.home.root_key()), made.root.to_string());
    let authority: PublicKey = public(acme.home.authority_key()).parse().unwrap();
    assert_eq!(authority.id(), made.authority);
}

#[test]
fn a_vendor_is_made_once() {
    let acme = TestVendor::open();
    let before = fs::read(acme.home.root_key()).unwrap();
    let again = init(&acme.home, &*acme.store, &new_vendor("Other"), AT, &seeded(2));
    assert!(matches!(again, Err(Error::VendorExists(name)) if name.as_str() == "Acme"));
    assert_eq!(fs::read(acme.home.root_key()).unwrap(), before);
}

#[test]
fn a_run_that_was_cut_short_is_continued_wherever_it_stopped() {
    let whole = TestVendor::empty();
    init(&whole.home, &*whole.store, &new_vendor("Acme"), AT, &seeded(1)).unwrap();
    let root = fs::read(whole.home.root_public()).unwrap();
    let written = [
        whole.home.root_key(),
        whole.home.authority_key(),
        whole.home.authority_certificate(),
        whole.home.root_public(),
    ];
    for kept in 1..=written.len() {
        let cut = TestVendor::empty();
        for path in &written[..kept] {
            fs::copy(path, cut.home.folder().join(path.file_name().unwrap())).unwrap();
        }
        let made = init(&cut.home, &*cut.store, &new_vendor("Acme"), AT, &seeded(9)).unwrap();
        assert_eq!(made.start, Start::Continued, "{kept} files were there");
        assert_eq!(fs::read(cut.home.root_public()).unwrap(), root);
        assert!(Authority::open(&cut.home, Arc::clone(&cut.store), &passphrase(), AT.at).is_ok());
    }
}

#[test]
fn leftovers_that_do_not_fit_are_named_and_left_alone() {
    let acme = TestVendor::empty();
    init(&acme.home, &*acme.store, &new_vendor("Acme"), AT, &seeded(1)).unwrap();
    let fresh = store(&acme.home.folder().join("fresh.db"));
    let other_name = init(&acme.home, &*fresh, &new_vendor("Other"), AT, &seeded(2));
    assert!(matches!(other_name, Err(Error::Leftover(path)) if path == acme.home.authority_certificate()));
    let other = leasehold_authority::NewVendor { passphrase: Secret::new("other".to_owned()), ..new_vendor("Acme") };
    let wrong = init(&acme.home, &*fresh, &other, AT, &seeded(2));
    assert!(matches!(wrong, Err(Error::WrongPassphrase(path)) if path == acme.home.root_key()));
    assert!(matches!(vendor(&*fresh), Err(Error::NotInitialised)));
}

#[test]
fn an_authority_opens_with_its_own_key_and_passphrase_while_its_certificate_holds() {
    let acme = TestVendor::open();
    let open = |secret: &str, span| {
        let secret = Secret::new(secret.to_owned());
        Authority::open(&acme.home, Arc::clone(&acme.store), &secret, AT.at.plus(span)).map(drop)
    };
    assert!(open("correct horse battery staple", Span::ZERO).is_ok());
    assert!(matches!(open("wrong", Span::ZERO), Err(Error::WrongPassphrase(_))));
    let ended = open("correct horse battery staple", Span::days(3_650));
    assert!(matches!(ended, Err(Error::Certificate(Reason::Expired))));
    fs::remove_file(acme.home.root_key()).unwrap();
    assert!(open("correct horse battery staple", Span::ZERO).is_ok(), "the root is needed for nothing more");
    fs::rename(acme.home.authority_key(), acme.home.root_key()).unwrap();
    assert!(matches!(open("correct horse battery staple", Span::ZERO), Err(Error::File { .. })));
    let other = TestVendor::empty();
    init(&other.home, &*other.store, &new_vendor("Acme"), AT, &seeded(7)).unwrap();
    fs::copy(other.home.authority_key(), acme.home.authority_key()).unwrap();
    assert!(matches!(open("correct horse battery staple", Span::ZERO), Err(Error::AnotherKey(_))));
    fs::write(acme.home.authority_key(), "no key").unwrap();
    assert!(matches!(open("correct horse battery staple", Span::ZERO), Err(Error::NotAKeyFile(_))));
}

#[test]
fn an_empty_passphrase_is_none() {
    let acme = TestVendor::empty();
    let new = leasehold_authority::NewVendor { passphrase: Secret::new(String::new()), ..new_vendor("Acme") };
    let made = init(&acme.home, &*acme.store, &new, AT, &seeded(1));
    assert!(matches!(made, Err(Error::EmptyPassphrase)));
    assert!(!acme.home.root_key().exists());
}
