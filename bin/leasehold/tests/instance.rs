//! A host in a container is recognised by the name that its administrator gives it, as a client is.

mod support;

use std::path::Path;

use serde_json::Value;
use support::program;

fn request(folder: &Path, data: &str, instance: &str) -> Result<Value, String> {
    let run = |line: &str| {
        let mut command = program();
        command.args(line.split(' ')).current_dir(folder).env("LEASEHOLD_INSTANCE", instance);
        let output = command.output().expect("a process");
        let (told, talk) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
        if output.status.success() { Ok(told) } else { Err(talk) }
    };
    run(&format!("host request --data {data} --key-file host-key.txt -o {data}.txt"))?;
    let told = run(&format!("inspect {data}.txt --json"))?;
    Ok(serde_json::from_slice(&told).expect("JSON"))
}

#[test]
fn a_host_is_recognised_by_the_instance_that_its_environment_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut quickstart = program();
    quickstart.args(["quickstart", "--once", "--dir", ".", "--clients", "1"]).current_dir(folder.path());
    assert!(quickstart.output().expect("a process").status.success());
    let fingerprint = |data: &str, instance: &str| {
        let told = request(folder.path(), data, instance).expect("a request");
        let of = told.pointer("/document/fingerprint").or_else(|| told.get("fingerprint"));
        of.unwrap_or_else(|| panic!("a fingerprint: {told:#}")).clone()
    };
    let (one, again, other) = (fingerprint("a", "lease1"), fingerprint("b", "lease1"), fingerprint("c", "lease2"));
    assert_eq!(one, again, "wherever it runs");
    assert_ne!(one, other);
    let refused = request(folder.path(), "d", "a\u{7}b").expect_err("no id");
    assert!(refused.contains("LEASEHOLD_INSTANCE: an id has 1 to 200 characters"), "{refused}");
}
