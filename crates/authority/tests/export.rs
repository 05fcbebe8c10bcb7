//! Exports: what is in them, and that they are of one shape.

mod common;

use common::{AT, TestVendor, granted, host_request, machine, machine_request, pair, seeded};
use leasehold_authority::export::{Export, Format, columns, export};
use leasehold_authority::keys::{self, NewKey};
use leasehold_authority::{Error, revocations};
use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, ProductKey};
use serde_json::Value;

/// A vendor with a host key that has activated two hosts, one of them twice, and a multiple key with one machine.
fn acme() -> TestVendor {
    let acme = TestVendor::open();
    let issue = |allowance, customer: &str, seed| -> ProductKey {
        let policy = Policy {
            features: vec!["cloud".parse().expect("a name"), "3-D".parse().expect("a name")],
            ..Policy::default()
        };
        let customer = Some(customer.parse().expect("a name"));
        let new = NewKey {
            family: "acme".parse().expect("an id"),
            allowance,
            customer,
            policy: Some(policy),
            certificate_validity: None,
        };
        keys::issue(&*acme.store, &new, AT, &seeded(seed)).expect("a key").0
    };
    let host = issue(Allowance::HOST_KEY, "=cmd|' /C calc'!A0", 3);
    let multiple = issue(Allowance::multiple_key(40), "Müller, \"Söhne\"", 4);
    let authority = acme.authority();
    let ask = |request: &[u8]| drop(granted(authority.approve(request, AT, &seeded(5)).expect("an answer")));
    ask(&host_request(&host, 1, machine(1)));
    ask(&host_request(&host, 2, machine(2)));
    ask(&host_request(&host, 3, machine(2)));
    ask(&machine_request(&multiple, 4, "acme-cad", machine(4)));
    authority.revoke(&[revocations::Target::Host(pair(1).id())], AT, &seeded(6)).expect("a list");
    acme
}

fn written(acme: &TestVendor, what: Export, format: Format) -> (u64, String) {
    let mut bytes = Vec::new();
    let rows = export(&*acme.store, what, format, &mut bytes).expect("an export");
    (rows, String::from_utf8(bytes).expect("text"))
}

#[test]
fn usage_says_what_is_allowed_and_what_is_taken() {
    let (rows, text) = written(&acme(), Export::Usage, Format::Json);
    let read: Value = serde_json::from_str(&text).unwrap();
    let row = |at: usize, name: &str| read[at][name].clone();
    assert_eq!(rows, 2);
    assert_eq!((row(0, "places_taken"), row(0, "places"), row(0, "activations_taken")), (2.into(), 6.into(), 3.into()));
    assert_eq!((row(1, "places_taken"), row(1, "places"), row(1, "kind")), (1.into(), 40.into(), "multiple".into()));
    assert_eq!((row(0, "customer"), row(0, "features")[1].clone()), ("=cmd|' /C calc'!A0".into(), "3-D".into()));
}

#[test]
fn hosts_and_machines_are_told_apart_and_who_is_revoked() {
    let acme = acme();
    let read: Value = serde_json::from_str(&written(&acme, Export::Hosts, Format::Json).1).unwrap();
    let of = |name: &str| read.as_array().unwrap().iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("subject"), [pair(1).id().to_string(), pair(3).id().to_string()]);
    assert_eq!((of("activation"), of("revoked")), (vec![1.into(), 2.into()], vec!["yes".into(), "no".into()]));
    let (machines, text) = written(&acme, Export::Machines, Format::Csv);
    assert_eq!(machines, 1);
    assert!(text.contains(&pair(4).id().to_string()) && text.contains("\"Müller, \"\"Söhne\"\"\""), "{text}");
}

#[test]
fn each_row_has_all_columns_and_no_text_is_a_formula() {
    let acme = acme();
    for what in [Export::Keys, Export::Usage, Export::Hosts, Export::Machines] {
        let (rows, text) = written(&acme, what, Format::Csv);
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>(), columns(what));
        let read: Vec<_> = csv.records().collect::<Result<_, _>>().expect("as many fields as names");
        assert_eq!(read.len() as u64, rows);
        assert!(read.iter().flatten().all(|field| !field.starts_with(['=', '+', '-', '@'])), "{text}");
        let (_, json) = written(&acme, what, Format::Json);
        for row in serde_json::from_str::<Value>(&json).unwrap().as_array().unwrap() {
            assert_eq!(row.as_object().unwrap().len(), columns(what).len());
        }
    }
}

#[test]
fn a_full_disk_is_no_export() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    let acme = acme();
    for format in [Format::Csv, Format::Json] {
        assert!(matches!(export(&*acme.store, Export::Keys, format, &mut Full), Err(Error::Output(_))));
    }
}
