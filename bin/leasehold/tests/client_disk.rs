//! A client whose state lies on a disk that is really full: it says so, loses nothing, and goes on when there is room again.
#![cfg(target_os = "linux")]

mod support;

use std::fs;

use leasehold_core::Policy;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;
use support::{Host, Vendor};

#[test]
fn a_client_on_a_full_disk_says_so_keeps_what_it_has_and_goes_on_when_there_is_room() {
    if is_missing(&[Need::PrivateMount]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (data, vendor) = (folder.path().join("host"), Vendor::new());
    for name in ["host", "disk"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    vendor.activate(&data, Policy { threshold: 1, ..Policy::default() });
    fs::write(folder.path().join("cad.lh"), vendor.manifest(|_| ())).expect("a file");
    let host = Host::start(&data);
    let mut command = contained("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, env!("CARGO_BIN_EXE_leasehold"), &host.address]);
    let output = command.current_dir(folder.path()).output().expect("unshare (util-linux)");
    let printed = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let steps: Vec<&str> = printed.split("== ").skip(1).collect();
    let [new, room, renewed, held, again] = steps[..] else { panic!("{printed}") };
    for full in [new, renewed] {
        assert!(full.contains("[state-full]") && full.contains("\nhint: make room on that disk"), "{full}");
        assert!(full.contains("\nexit 2\n") && !full.contains("owner"), "{full}");
    }
    assert!(room.contains("standing      licensed\n") && room.contains("\nexit 0\n"), "{room}");
    assert!(held.contains("standing      licensed\n") && held.contains("\nexit 0\n"), "{held}");
    assert!(again.contains("standing      licensed\n") && again.contains("\nexit 0\n"), "{again}");
    host.stop();
}

/// On a disk of 256 KiB: full from the beginning, with room, full again.
const SCRIPT: &str = r#"
mount -t tmpfs -o size=256k tmpfs disk || exit 1
fill() { head -c 1000000 /dev/zero > disk/filler 2>/dev/null; }
ask() { echo "== $1"; shift; "$program" client "$@" --state disk/state 2>&1; echo "exit $?"; }
program=$0 host=$1
fill; ask new activate --manifest cad.lh --no-dns --host "$host"
rm disk/filler; ask room activate --manifest cad.lh --no-dns --host "$host"
fill; ask renewed renew --no-dns
ask held status
rm disk/filler; ask again renew --no-dns
"#;
