//! What lies in the state directory: whose, how kept, what becomes of damage.

use std::fs;
use std::sync::Barrier;
use std::thread;

use leasehold_client::{Client, Error, Note, Options};
use leasehold_core::{Span, Standing};
use leasehold_testkit::vendor::Vendor;
use leasehold_wire::armour;
use proptest::prelude::*;

use crate::scene::{Scene, granted};

#[cfg(unix)]
#[test]
fn the_device_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    scene.licensed();
    let key = scene.file("device.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(key).unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
}

#[test]
fn each_damaged_file_is_set_aside_told_and_replaced() {
    for name in
        ["device.key", "device.json", "time.json", "revocations.lh", "acme-cad/lease.lh", "acme-cad/record.json"]
    {
        let scene = Scene::new();
        scene.publish(scene.vendor.revocations(1, vec![], vec![]));
        scene.licensed();
        for content in ["", "{", "\u{d2}\u{0}"] {
            fs::write(scene.file(name), content).unwrap();
            let client = scene.client();
            // Nothing stops: there is a standing, and what was lost is asked for.
            assert!(!matches!(client.status().standing, Standing::Reduced { .. }), "{name}");
            let aside =
                |note: &Note| matches!(note, Note::Damaged { file, aside: Some(_) } if *file == scene.file(name));
            assert!(client.notes().iter().any(aside), "{name}: {:?}", client.notes());
            granted(client.activate().unwrap());
            assert!(matches!(client.standing(), Standing::Licensed { .. }), "{name}");
        }
        for n in 1..=3 {
            assert!(scene.file(&format!("{name}.damaged-{n}")).exists(), "{name} {n}");
        }
        assert!(scene.client().notes().is_empty(), "{name} is whole again");
    }
}

#[test]
fn a_lease_outlives_the_damage_of_the_key_it_is_bound_to() {
    let scene = Scene::new();
    scene.licensed();
    fs::write(scene.file("device.key"), "not a key").unwrap();
    assert!(matches!(scene.client().standing(), Standing::Licensed { .. }));
}

#[test]
fn one_flipped_bit_of_a_lease_is_damage() {
    let scene = Scene::new();
    scene.licensed();
    let file = scene.file("acme-cad/lease.lh");
    let whole = fs::read(&file).unwrap();
    for at in (0..whole.len()).step_by(37) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert!(matches!(scene.client().standing(), Standing::Unactivated { .. }), "byte {at}");
        assert!(!file.exists());
    }
}

#[test]
fn another_machines_lease_put_here_counts_for_nothing() {
    let (scene, other) = (Scene::new(), Scene::new());
    scene.licensed();
    other.then(crate::scene::Act::Change(|_| ()));
    let options = Options { rng: std::sync::Arc::new(leasehold_client::SystemRng), ..other.options() };
    granted(Client::open(&other.manifest, options).unwrap().activate().unwrap());
    fs::copy(other.file("acme-cad/lease.lh"), scene.file("acme-cad/lease.lh")).unwrap();
    assert!(matches!(scene.client().standing(), Standing::Unactivated { .. }));
    assert!(scene.file("acme-cad/lease.lh").exists(), "it is no damage, only not ours");
}

#[test]
fn a_state_directory_that_cannot_be_made_is_told_and_stops_nothing() {
    let scene = Scene::new();
    let file = scene.state.path().join("a file");
    fs::write(&file, "").unwrap();
    let client = Client::open(&scene.manifest, Options { state: Some(file.join("state")), ..scene.options() }).unwrap();
    assert!(matches!(client.standing(), Standing::Unactivated { .. }));
    assert!(client.notes().iter().any(|note| note.code().name() == "state-unusable"), "{:?}", client.notes());
    let error = client.activate().unwrap_err();
    assert_eq!(error.code().name(), "state-unusable");
    assert!(error.to_string().contains("it lies in a file, not in a folder"), "{error}");
    assert!(client.tick().is_err() && client.release().is_err() && client.generalize().is_err());
    assert!(scene.requests().is_empty(), "what cannot be remembered is not asked");
}

#[test]
fn a_state_directory_that_can_only_be_read_still_gives_a_standing() {
    let scene = Scene::new();
    scene.licensed();
    // A folder where the locks lie: root is not stopped by permissions.
    for lock in ["lock", "asking.lock"] {
        fs::remove_file(scene.file(lock)).unwrap();
        fs::create_dir(scene.file(lock)).unwrap();
    }
    let client = scene.client();
    assert!(matches!(client.standing(), Standing::Licensed { .. }));
    assert_eq!(client.activate().unwrap_err().code().name(), "state-unusable");
    fs::write(scene.file("acme-cad/lease.lh"), "damage").unwrap();
    assert!(matches!(client.standing(), Standing::Unactivated { .. }));
    assert!(client.notes().iter().any(|note| matches!(note, Note::Damaged { aside: None, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the state directory holds, an application starts, has a standing, and can ask.
    #[test]
    fn any_bytes_in_any_state_file_stop_nothing(
        name in prop::sample::select(vec![
            "device.key",
            "device.json",
            "candidate.key",
            "former/a.key",
            "time.json",
            "revocations.lh",
            "acme-cad/manifest.lh",
            "acme-cad/lease.lh",
            "acme-cad/refusal.lh",
            "acme-cad/record.json",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        number: u64,
    ) {
        let scene = Scene::new();
        scene.licensed();
        let numbers = format!(
            "{{\"first_run\":{number},\"attempt\":{number},\"moved\":{number},\"keys\":[],\"fingerprint\":{{}},\
             \"last_failure\":{{\"code\":\"\",\"message\":\"\",\"retry\":{number},\"unanswered\":4294967295}}}}"
        );
        for content in [bytes.as_slice(), numbers.as_bytes()] {
            let file = scene.file(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
            let client = scene.client();
            client.status();
            prop_assert!(client.tick().is_ok());
            granted(client.activate().unwrap());
            let licensed = matches!(client.standing(), Standing::Licensed { .. });
            prop_assert!(licensed, "{name}");
        }
    }
}

#[test]
fn opening_waits_for_no_lock() {
    let scene = Scene::new();
    scene.licensed();
    let locks = ["lock", "asking.lock"].map(|name| fs::File::options().write(true).open(scene.file(name)).unwrap());
    locks.iter().for_each(|lock| lock.lock().unwrap());
    scene.clock.advance(Span::days(1));
    let client = scene.client();
    assert!(matches!(client.standing(), Standing::Licensed { .. }));
}

/// Unix alone has pipes that lie in folders.
#[cfg(unix)]
#[test]
fn opening_waits_for_no_pipe() {
    let scene = Scene::new();
    scene.licensed();
    for name in ["acme-cad/lease.lh", "acme-cad/record.json", "time.json", "lock"] {
        let file = scene.file(name);
        fs::remove_file(&file).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
        let client = scene.client();
        client.standing();
        assert!(
            client.notes().iter().any(|note| note.code().name() == "state-unusable"),
            "{name}: {:?}",
            client.notes()
        );
    }
}

#[cfg(unix)]
#[test]
fn locks_are_their_owners_alone_and_the_lease_is_everyones_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    scene.licensed();
    let mode = |name: &str| fs::metadata(scene.file(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("lock"), mode("asking.lock"), mode("acme-cad/lease.lh")), (0o600, 0o600, 0o644));
    assert_eq!((mode(""), mode("acme-cad")), (0o755, 0o755));
}

#[test]
fn two_processes_on_one_state_make_one_client() {
    let scene = Scene::new();
    let (first, second) = (scene.client(), scene.client());
    let both = Barrier::new(2);
    thread::scope(|threads| {
        for client in [&first, &second] {
            threads.spawn(|| {
                both.wait();
                granted(client.activate().unwrap());
            });
        }
    });
    let requests = scene.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].key, requests[1].key);
    assert!(requests[1].holds.is_some(), "the second saw what the first was given");
    assert!(first.notes().is_empty() && second.notes().is_empty());
}

#[test]
fn many_threads_may_look_while_one_asks() {
    let scene = Scene::new();
    scene.licensed();
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..20 {
                    let client = scene.client();
                    assert!(matches!(client.standing(), Standing::Licensed { .. }));
                    assert!(client.notes().is_empty(), "{:?}", client.notes());
                }
            });
        }
        for _ in 0..10 {
            scene.licensed();
        }
    });
}

#[test]
fn the_one_product_known_needs_no_manifest() {
    let scene = Scene::new();
    assert!(matches!(Client::open_known(scene.options()), Err(Error::NoProduct { .. })));
    scene.client();
    assert_eq!(Client::open_known(scene.options()).unwrap().manifest().product.as_str(), "acme-cad");
    let other = scene.vendor.manifest_with(|manifest| manifest.product = "acme-cam".parse().unwrap());
    Client::open(&other, scene.options()).unwrap();
    let error = Client::open_known(scene.options()).unwrap_err();
    let Error::SeveralProducts { manifests } = &error else { panic!("two are known") };
    assert_eq!(manifests, &["acme-cad/manifest.lh", "acme-cam/manifest.lh"].map(|name| scene.file(name)));
    assert!(manifests.iter().all(|path| error.to_string().contains(&path.display().to_string())), "{error}");
}

#[test]
fn two_products_of_a_vendor_are_one_client() {
    let scene = Scene::new();
    let lease = scene.licensed().lease;
    let cam = scene.vendor.manifest_with(|manifest| manifest.product = "acme-cam".parse().unwrap());
    let cam = Client::open(&cam, scene.options()).unwrap();
    assert_eq!(cam.status().device, Some(lease.client));
    assert!(matches!(cam.standing(), Standing::Unactivated { .. }));
}

#[test]
fn a_foreign_manifest_is_told_by_root_and_by_folder() {
    let (scene, other) = (Scene::new(), Vendor::from_seed(8));
    let pinned = Options { root: Some(scene.vendor.root()), ..scene.options() };
    let error = Client::open(&other.manifest(), pinned).unwrap_err();
    assert_eq!(error.code().name(), "foreign-manifest");
    scene.client();
    fs::write(scene.file("acme-cad/manifest.lh"), other.manifest()).unwrap();
    assert_eq!(Client::open_known(scene.options()).unwrap_err().code().name(), "foreign-manifest");
}

#[test]
fn a_manifest_may_be_armoured_and_a_damaged_one_is_told() {
    let scene = Scene::new();
    let armoured = armour::wrap(&scene.manifest).unwrap();
    assert!(Client::open(armoured.as_bytes(), scene.options()).is_ok());
    let mut altered = scene.manifest.clone();
    *altered.last_mut().unwrap() ^= 1;
    for (manifest, code) in [
        (b"nonsense".as_slice(), "malformed"),
        (&scene.manifest[..40], "malformed"),
        (&altered, "bad-signature"),
        (scene.vendor.authority_certificate(), "malformed"),
    ] {
        assert_eq!(Client::open(manifest, scene.options()).unwrap_err().code().name(), code);
    }
}

#[test]
fn a_new_manifest_of_the_product_replaces_the_one_known() {
    let scene = Scene::new();
    scene.client();
    let longer = scene.vendor.manifest_with(|manifest| manifest.initial_grace = Span::days(60));
    Client::open(&longer, scene.options()).unwrap();
    assert_eq!(Client::open_known(scene.options()).unwrap().manifest().initial_grace, Span::days(60));
}
