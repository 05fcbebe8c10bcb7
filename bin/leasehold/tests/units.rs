//! The unit files of systemd: systemd has no way to include a part, so each repeats what is taken from a service.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a unit has otherwise than the others, and why.
const OWN: &[(&str, &str, &str)] = &[
    ("leasehold-agent.service", "PrivateUsers", "it counts the applications of each user"),
    ("leasehold-agent.service", "RestrictAddressFamilies", "it looks for hosts on the machine's interfaces"),
    ("leasehold-agent.service", "UMask", "every user's applications read its leases"),
    ("leasehold-host.service", "RestrictAddressFamilies", "multicast DNS asks for the machine's interfaces"),
];

/// The settings that take something away from a service, by their names; several lines of one name are one setting.
fn hardening(unit: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::<String, String>::new();
    let taken = [
        "Capabilit",
        "NoNew",
        "Protect",
        "Private",
        "Restrict",
        "LockPersonality",
        "MemoryDeny",
        "RemoveIPC",
        "SystemCall",
        "UMask",
    ];
    for (name, value) in unit.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('=')) {
        if taken.iter().any(|part| name.contains(part)) {
            let all = found.entry(name.to_owned()).or_default();
            all.push_str(value);
            all.push('\n');
        }
    }
    found
}

#[test]
fn every_service_is_hardened_alike_but_for_what_is_said_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/systemd");
    let entries = fs::read_dir(folder).expect("the units").map(|entry| entry.expect("an entry").path());
    let units: BTreeMap<String, _> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "service"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, hardening(&fs::read_to_string(path).expect("text")))
        })
        .collect();
    assert!(units.len() >= 3, "{units:?}");
    let model = &units["leasehold-host-backup.service"];
    assert!(model.len() > 20, "{model:?}");
    for (unit, settings) in &units {
        let own = |name: &str| OWN.iter().any(|(of, setting, _)| of == unit && *setting == name);
        for name in model.keys().chain(settings.keys()).filter(|name| !own(name)) {
            assert_eq!(settings.get(name), model.get(name), "{unit}: {name}");
        }
    }
}
