//! The programs in `examples/`, run against a real host.

#[cfg(unix)]
mod ci_samples;
mod support;

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use leasehold_core::{Policy, Span};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;
use support::{Host, Vendor};
use tempfile::TempDir;

#[test]
fn an_application_is_licensed_in_the_background_has_its_feature_and_is_reduced_after_its_grace() {
    if is_missing(&[Need::Cargo]) {
        return;
    }
    let scene = Scene::new(Policy { grace: Span::HOUR, ..floating() });
    let mut application = Running::start(&scene, "application", "state");
    assert!(application.line().starts_with("not activated yet; everything works until "));
    assert_eq!(application.line(), "licensed");
    assert_eq!(application.say("simulate"), "simulated");
    assert_eq!(application.say("unknown"), "unknown: not possible; licensed");
    // The host is gone; the lease ends, and then its grace does.
    let clock = scene.clock();
    scene.host.stop();
    clock.move_by(Span::seconds(5_400));
    let told = application.say("unknown");
    assert!(
        told.starts_with("unknown: not possible; please renew the licence (expired); everything works until "),
        "{told}"
    );
    assert_eq!(application.say("draw"), "drawn");
    assert_eq!(application.say("simulate"), "simulated");
    clock.move_by(Span::seconds(9_000));
    assert_eq!(application.say("unknown"), "unknown: not possible; read-only (expired)");
    assert_eq!(application.say("draw"), "draw: not possible; read-only (expired)");
    assert_eq!(application.say("simulate"), "simulate: not possible; read-only (expired)");
    application.end(0);
}

#[test]
fn a_service_does_its_jobs_and_logs_how_it_stands() {
    if is_missing(&[Need::Cargo]) {
        return;
    }
    let scene = Scene::new(floating());
    let mut service = Running::start(&scene, "service", "state");
    assert_eq!(service.say("first"), "first: done");
    let log = service.end(0);
    assert!(log.starts_with("standing: Licensed"), "{log}");
    scene.host.stop();
}

#[test]
fn a_floating_licence_has_as_many_places_as_were_sold_and_they_come_back() {
    if is_missing(&[Need::Cargo]) {
        return;
    }
    let scene = Scene::new(floating());
    let mut first = Running::start(&scene, "floating", "first");
    assert!(first.line().starts_with("a place at "));
    let mut second = Running::start(&scene, "floating", "second");
    assert!(second.line().starts_with("no place: "));
    second.end(1);
    drop(first.input.take());
    assert_eq!(first.line(), "given back");
    first.end(0);
    let mut third = Running::start(&scene, "floating", "second");
    assert!(third.line().starts_with("a place at "));
    third.end(0);
    scene.host.stop();
}

fn floating() -> Policy {
    let features = vec!["simulation".parse().expect("a text")];
    let (validity, renewal, retry) = (Span::HOUR, Span::seconds(900), Span::seconds(60));
    Policy { threshold: 1, capacity: Some(1), validity, renewal, retry, features, ..Policy::default() }
}

/// A vendor, a host with this policy, and a manifest.
struct Scene {
    folder: TempDir,
    host: Host,
    manifest: PathBuf,
}

impl Scene {
    fn new(policy: Policy) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("host");
        std::fs::create_dir(&data).expect("a folder");
        let vendor = Vendor::new();
        vendor.activate(&data, policy);
        let manifest = folder.path().join("acme-cad.lh");
        std::fs::write(&manifest, vendor.manifest(|of| *of = of.clone().for_tests())).expect("a file");
        Self { host: Host::start(&data), folder, manifest }
    }

    /// The clock of its clients.
    fn clock(&self) -> TestClock {
        TestClock(self.folder.path().join("clock"))
    }
}

/// The file by which a test clock goes.
struct TestClock(PathBuf);

impl TestClock {
    /// From now on it is so far ahead of the machine's.
    fn move_by(&self, span: Span) {
        let new = self.0.with_extension("new");
        std::fs::write(&new, format!("+{}", span.as_seconds())).expect("a file");
        std::fs::rename(new, &self.0).expect("it is replaced at once");
    }
}

/// An example that runs.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(scene: &Scene, name: &str, state: &str) -> Self {
        let mut command = contained(example(name));
        command.arg(&scene.manifest);
        command.env("LEASEHOLD_STATE", scene.folder.path().join(state)).env("LEASEHOLD_HOST", &scene.host.address);
        command.env("LEASEHOLD_TEST_CLOCK", scene.clock().0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the example runs");
        let output = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { input: child.stdin.take(), output, child }
    }

    fn line(&mut self) -> String {
        self.output.next().expect("a line").expect("text")
    }

    fn say(&mut self, line: &str) -> String {
        writeln!(self.input.as_ref().expect("a pipe"), "{line}").expect("it reads");
        self.line()
    }

    /// It ends with this status when its input ends; what it said on standard error.
    fn end(mut self, status: i32) -> String {
        drop(self.input.take());
        let output = self.child.wait_with_output().expect("its end");
        let log = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(status), "{log}");
        log
    }
}

/// Where cargo puts examples, beside the program. Cargo builds them with all tests; for this test alone they are built here, where
/// they are missing or older than their source.
fn example(name: &str) -> PathBuf {
    static BUILT: Mutex<()> = Mutex::new(());
    let _one = BUILT.lock().expect("no build has panicked");
    let program = Path::new(env!("CARGO_BIN_EXE_leasehold"));
    let path = program.with_file_name("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).with_extension("rs");
    let age = |file: &Path| file.metadata().and_then(|about| about.modified()).ok();
    if age(&path) < age(&source) {
        build(program.parent().expect("a profile's folder"));
    }
    path
}

fn build(folder: &Path) {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--locked", "--offline", "--examples", "--all-features", "-p", "leasehold"]);
    cargo.args(["--profile", profile, "--target-dir"]).arg(folder.parent().expect("the target folder"));
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
