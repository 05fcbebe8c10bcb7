//! The samples for continuous integration in `examples/ci`: their scripts and every step of their files, run with the sample application.

use std::env;
use std::fs;
use std::path::Path;

use leasehold_testkit::process::contained;
use tempfile::TempDir;

use crate::example;

#[test]
fn the_shell_sample_takes_the_application_through_every_standing() {
    let repository = Repository::new();
    let printed = repository.run("sh ci/testhost.sh sh ci/standings.sh");
    assert_eq!(printed.lines().filter(|line| line.starts_with("ok: ")).count(), 6, "{printed}");
}

#[test]
fn the_steps_for_github_run_as_they_are_written() {
    let steps = github_steps(&sample("github-actions.yml"));
    assert_eq!(steps.len(), 2, "{steps:?}");
    let repository = Repository::new();
    let printed: String = steps.iter().map(|step| repository.run(step)).collect();
    assert!(printed.contains("leasehold ") && printed.contains("ok: licensed again"), "{printed}");
}

#[test]
fn the_commands_for_gitlab_run_as_they_are_written() {
    let commands = gitlab_commands(&sample("gitlab-ci.yml"));
    assert_eq!(commands.len(), 4, "{commands:?}");
    let repository = Repository::new();
    let printed: String = commands.iter().map(|command| repository.run(command)).collect();
    assert!(printed.contains("ok: licensed again"), "{printed}");
}

#[test]
fn an_application_that_does_wrong_fails_the_sample() {
    let repository = Repository::new();
    fs::write(repository.folder.path().join("my-application"), "#!/bin/sh\necho drawn\n").expect("a program");
    let mut command = repository.command("sh ci/testhost.sh sh ci/standings.sh");
    let output = command.output().expect("a shell");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("not ok: not activated"), "{output:?}");
}

/// A vendor's repository, with the samples as their page says.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("ci")).expect("a folder");
        for script in ["testhost.sh", "standings.sh"] {
            fs::write(folder.path().join("ci").join(script), sample(script)).expect("a script");
        }
        fs::copy(example("application"), folder.path().join("my-application")).expect("the application");
        Self { folder }
    }

    /// As a runner types it: each step in a shell of its own, which ends at the first error.
    fn command(&self, script: &str) -> std::process::Command {
        let program = Path::new(env!("CARGO_BIN_EXE_leasehold")).parent().expect("a folder");
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([program.to_owned()].into_iter().chain(env::split_paths(&path))).expect("a path");
        let mut command = contained("sh");
        command.args(["-ec", script]).current_dir(self.folder.path()).env("PATH", path);
        command.env("APPLICATION", "./my-application").env("LEASEHOLD_DIRECTORY", "off");
        command
    }

    fn run(&self, script: &str) -> String {
        let output = self.command(script).output().expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{script}: {printed}{}", String::from_utf8_lossy(&output.stderr));
        printed
    }
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ci").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The scripts of `run: |`.
fn github_steps(text: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    let mut inside = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match inside {
            Some(depth) if indent > depth => {
                let step = steps.last_mut().expect("a step has begun");
                step.push_str(line.trim());
                step.push('\n');
            }
            _ if line.trim() == "run: |" => {
                inside = Some(indent);
                steps.push(String::new());
            }
            _ => inside = None,
        }
    }
    steps
}

/// The commands of `before_script` and `script`.
fn gitlab_commands(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.trim().strip_prefix("- ")).map(str::to_owned).collect()
}
