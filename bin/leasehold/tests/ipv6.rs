//! A network without IPv4: a namespace whose only address is `::1`. And one with both, where neither is shown as the other.

mod support;

use std::path::Path;

use leasehold_core::Policy;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;
use support::Vendor;

/// What comes of a host that listens where it does by default, and a machine that asks it at `address`.
fn run(addresses: &str, address: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("host");
    let vendor = Vendor::new();
    vendor.activate(&data, Policy { threshold: 1, ..Policy::default() });
    let manifest = folder.path().join("acme-cad.lh");
    std::fs::write(&manifest, vendor.manifest(|_| ())).expect("a file");
    // The host says on its first line that it listens; only then is it asked.
    let script = format!(
        r#"
        ip link set lo up
        {addresses}
        mkfifo "$3/said"
        "$0" --json host serve --data "$1" >"$3/said" &
        read -r said <"$3/said"
        echo "$said"
        "$0" client activate --host '{address}' --no-dns --manifest "$2" --state "$3/state" || exit
        "$0" host healthcheck || exit
        "$0" host events --data "$1" --json || exit
        "$0" host doctor --data "$1" --zone corp.example --target h.corp.example --server '[::1]:1'
        kill %1
        exit 0
    "#
    );
    let mut command = contained("unshare");
    command.args(["--map-root-user", "--net", "bash", "-c", &script, env!("CARGO_BIN_EXE_leasehold")]);
    let output = command.arg(&data).arg(&manifest).arg(folder.path() as &Path).output();
    let output = output.expect("unshare (util-linux) and ip (iproute2) are installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_host_and_a_machine_need_no_ipv4() {
    if is_missing(&[Need::NetworkNamespace, Need::Ipv6]) {
        return;
    }
    let said = run("ip addr del 127.0.0.1/8 dev lo", "[::1]:16880");
    for expected in [
        r#""address":"http://[::]:16880""#,
        "ready: leasehold/",
        r#""address": "::1""#,
        "[::1]:16880: something listens there",
        "it can grant leases",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_machine_with_ipv4_reaches_the_same_host_and_is_shown_by_its_own_address() {
    if is_missing(&[Need::NetworkNamespace]) {
        return;
    }
    let said = run("", "127.0.0.1:16880");
    assert!(said.contains(r#""address": "127.0.0.1""#), "{said}");
    assert!(!said.contains("::ffff:"), "{said}");
}
