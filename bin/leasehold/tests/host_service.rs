//! `leasehold host service`, `vendor service` and `client agent service`: put there, started and stopped on Windows; elsewhere they say what
//! does that.

mod support;

use std::path::Path;

use support::program;

#[cfg(not(windows))]
#[test]
fn where_there_is_no_such_service_manager_each_command_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    for of in ["host", "vendor", "client agent"] {
        for command in ["install", "uninstall", "start", "stop", "status"] {
            let (status, _, talk) = run(folder.path(), &format!("{of} service {command}"));
            assert_eq!(status, Some(1), "{of} {command}: {talk}");
            assert!(talk.contains("this system is not Windows [no-service]"), "{talk}");
            assert!(talk.contains("hint: let systemd run it"), "{talk}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing was made");
}

#[test]
fn options_that_serve_would_refuse_are_refused_when_the_service_is_installed() {
    let folder = tempfile::tempdir().expect("a folder");
    for line in [
        "host service install -- --listne x",
        "vendor service install -- --admin-listen here",
        "client agent service install -- --produtcs x",
        "client agent service install -- --user",
        "client agent service install -- service status",
    ] {
        let (status, _, talk) = run(folder.path(), line);
        assert_eq!(status, Some(2), "{line}: {talk}");
        assert!(talk.contains("[usage]"), "{line}: {talk}");
    }
}

#[cfg(windows)]
#[test]
fn a_host_is_installed_as_a_service_serves_stops_when_it_is_asked_and_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(run(folder.path(), "host service uninstall"));
    let (status, _, talk) = run(folder.path(), "host service status");
    assert_eq!(status, Some(1), "{talk}");
    assert!(talk.contains("it is not installed [no-service]"), "{talk}");
    let install = "host service install --account LocalSystem -- --data data --listen 127.0.0.1:0 --admin-listen none";
    for line in [install, "host service start"] {
        let (status, _, talk) = run(folder.path(), line);
        assert_eq!(status, Some(0), "{line}: {talk}");
    }
    let (status, data, talk) = run(folder.path(), "--json host service status");
    assert_eq!(status, Some(0), "{talk}");
    let told: serde_json::Value = serde_json::from_str(&data).expect("JSON");
    assert_eq!((&told["service"], &told["state"]), (&"LeaseholdHost".into(), &"running".into()));
    assert!(told["process"].is_u64(), "{data}");
    let (_, data, _) = run(folder.path(), "host service status");
    assert!(data.starts_with("LeaseholdHost: running, process "), "{data}");
    for (line, state) in [("stop", "stopped"), ("uninstall", "removed")] {
        let (status, data, talk) = run(folder.path(), &format!("--json host service {line}"));
        assert_eq!(status, Some(0), "{line}: {talk}");
        assert!(data.contains(state), "{data}");
    }
    assert!(folder.path().join("data").is_dir(), "what it keeps stays");
}

#[cfg(windows)]
#[test]
fn an_agent_is_installed_as_a_service_and_applications_activate_through_it() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program();
    command.args(["--json", "testhost", "--dir", "testhost"]).current_dir(folder.path());
    let mut host = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
    let mut line = String::new();
    BufReader::new(host.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let told: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let text = |name: &str| told[name].as_str().expect("a text").to_owned();
    let products = folder.path().join("products");
    std::fs::create_dir(&products).expect("a folder");
    std::fs::copy(text("manifest"), products.join("acme.lh")).expect("a manifest");

    drop(run(folder.path(), "client agent service uninstall"));
    let pipe = format!(r"\\.\pipe\leasehold-test-agent-{}", std::process::id());
    let options = format!(
        "--products products --state state --no-dns --directory off --socket {pipe} --host {}",
        text("address")
    );
    let install = format!("client agent service install --account LocalSystem -- {options}");
    for line in [install.as_str(), "client agent service start"] {
        let (status, _, talk) = run(folder.path(), line);
        assert_eq!(status, Some(0), "{line}: {talk}");
    }
    let own = format!("--json client activate --no-dns --manifest {} --state own", text("manifest"));
    let mut application = program();
    application.args(own.split(' ')).current_dir(folder.path()).env("LEASEHOLD_AGENT", &pipe);
    let answer = application.env("LEASEHOLD_DIRECTORY", "off").output().expect("it runs");
    assert!(answer.status.success(), "{answer:?}");
    for (line, state) in [("status", "running"), ("stop", "stopped"), ("uninstall", "removed")] {
        let (status, data, talk) = run(folder.path(), &format!("--json client agent service {line}"));
        assert_eq!(status, Some(0), "{line}: {talk}");
        assert!(data.contains(state), "{data}");
    }
    host.kill().expect("it is ended");
    host.wait().expect("its end");
}

/// Exit status, data and talk.
fn run(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let mut command = program();
    command.args(line.split(' ')).current_dir(folder).env_remove("LEASEHOLD_HOST_DATA");
    let output = command.output().expect("a process");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}
