//! `leasehold host status` shows what of the machine may run out: the room on its disk, its TLS certificate.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use support::program;

#[test]
fn the_room_on_the_disk_and_the_end_of_the_tls_certificate_are_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "quickstart --once --dir . --clients 1");
    let status = run(folder.path(), "host status --data host");
    let data = String::from_utf8(status.stdout).expect("text");
    assert!(data.contains("\ndisk         ") && data.contains(" are free") && !data.contains("\nTLS "), "{data}");

    for (year, ends, warning) in [
        (2999, "until 2999-01-01 00:00 UTC (in ", ""),
        (2002, "until 2002-01-01 00:00 UTC (", "[tls-certificate-ended]"),
    ] {
        certificate(folder.path(), year);
        fs::write(folder.path().join("host.toml"), "tls_cert = \"site.crt\"\ntls_key = \"site.key\"\n")
            .expect("a file");
        for given in ["--tls-cert site.crt", "--config host.toml"] {
            let status = run(folder.path(), &format!("host status --data host {given}"));
            let [data, talk] = [status.stdout, status.stderr].map(|bytes| String::from_utf8(bytes).expect("text"));
            assert!(data.contains(&format!("\nTLS          {ends}")), "{data}");
            assert_eq!(talk.contains("warning: TLS certificate: site.crt: "), !warning.is_empty(), "{talk}");
            assert!(talk.contains(warning), "{talk}");
        }
    }
    let json = run(folder.path(), "--json host status --data host --tls-cert site.crt").stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["tls_expires"], 1_009_843_200, "{json}");
    assert!(json["disk"]["free"].as_u64() <= json["disk"]["size"].as_u64(), "{json}");
}

/// A certificate until `year`.
fn certificate(folder: &Path, year: i32) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(["host.example".to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(year, 1, 1));
    fs::write(folder.join("site.crt"), params.self_signed(&key).expect("a certificate").pem()).expect("a file");
}

fn run(folder: &Path, line: &str) -> Output {
    let output = program().args(line.split(' ')).current_dir(folder).output().expect("a process");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
