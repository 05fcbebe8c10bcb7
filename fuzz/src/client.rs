//! What the fuzz targets of the client do with an input: problem documents, the files of its state, and what people set.

use std::fs;
use std::sync::Arc;

use leasehold_client::{AuthorityAddress, Client, HostAddress, HostName, Lookup, Options, fuzzing};
use leasehold_core::Standing;
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_testkit::{SeededRng, VirtualClock};

/// The refusal of a host or an authority: two bytes of status, then the body.
pub fn problem(input: &[u8]) {
    let (status, body) = input.split_first_chunk::<2>().unwrap_or((&[1, 153], input));
    fuzzing::problem(u16::from_be_bytes(*status), body);
}

/// One file of the state that is damaged, by its first byte: the application starts and asks, and nothing makes it licensed.
pub fn client_state(input: &[u8]) {
    const FILES: [&str; 10] = [
        "device.key",
        "device.json",
        "candidate.key",
        "time.json",
        "revocations.lh",
        "acme-cad/lease.lh",
        "acme-cad/record.json",
        "acme-cad/refusal.lh",
        "acme-cad/released.lh",
        "acme-cad/object.lh",
    ];
    let Some((choice, content)) = input.split_first() else { return };
    let vendor = Vendor::from_seed(7);
    let state = tempfile::tempdir().expect("a folder");
    let options = || Options {
        state: Some(state.path().to_owned()),
        lookup: Lookup::Off,
        host_name: HostName::Withheld,
        clock: Arc::new(VirtualClock::new(BEGIN)),
        rng: Arc::new(SeededRng::new(1)),
        ..Options::default()
    };
    let folder = state.path().join(vendor.id().to_string());
    fs::create_dir_all(folder.join("acme-cad")).expect("a folder");
    fs::write(folder.join(FILES[usize::from(*choice) % FILES.len()]), content).expect("a file");
    let manifest = vendor.manifest();
    for _ in 0..2 {
        let client = Client::open(&manifest, options()).expect("an application starts");
        let status = client.status();
        assert!(!matches!(status.standing, Standing::Licensed { .. }), "no lease of this machine's can be made up");
        assert!(client.notes().iter().all(|note| !note.to_string().is_empty()));
        let _ = client.tick();
        let _ = client.release();
        drop(client.activate());
    }
}

/// What a person or a configuration says: addresses are read back from what they show.
pub fn settings(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(address) = text.parse::<HostAddress>() {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    if let Ok(address) = text.parse::<AuthorityAddress>() {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    if let Some(machine) = leasehold_client::Machine::instance(&text) {
        assert!(machine.fingerprint(leasehold_core::KeyId([1; 16])).is_some(), "an instance is recognised by its id");
    }
}
