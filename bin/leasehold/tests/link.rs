//! Machines that find their host on the local link: a network namespace with a link of its own, so that nothing leaves
//! the machine.

mod support;

use leasehold_core::Policy;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;
use support::Vendor;

#[test]
fn a_machine_finds_its_host_on_the_local_link() {
    if is_missing(&[Need::NetworkNamespace]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (data, state) = (folder.path().join("host"), folder.path().join("state"));
    std::fs::create_dir(&data).expect("a folder");
    let vendor = Vendor::new();
    vendor.activate(&data, Policy { threshold: 1, ..Policy::default() });
    let manifest = folder.path().join("acme-cad.lh");
    std::fs::write(&manifest, vendor.manifest(|_| ())).expect("a file");
    // The host says on its first line that it listens; only then is it looked for.
    let script = r#"
        ip link set lo up
        ip link add link0 type veth peer name link1
        ip addr add 192.0.2.1/24 dev link0
        ip link set link1 up
        ip link set link0 up
        mkfifo "$3/said"
        "$0" --json host serve --mdns --target lease1.local --listen 192.0.2.1:16880 --data "$1" >"$3/said" &
        read -r _ <"$3/said"
        "$0" client activate --mdns --no-dns --manifest "$2" --state "$4"
        status=$?
        kill %1
        exit $status
    "#;
    let mut command = contained("unshare");
    command.args(["--map-root-user", "--net", "bash", "-c", script, env!("CARGO_BIN_EXE_leasehold")]);
    let output = command.arg(&data).arg(&manifest).arg(folder.path()).arg(&state).output();
    let output = output.expect("unshare (util-linux) and ip (iproute2) are installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("licensed"), "{said}");
}
