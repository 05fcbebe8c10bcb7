//! `leasehold host service`, `vendor service` and `client agent service`: what serves, as a service of Windows. Elsewhere the commands say what
//! does that there.

mod manager;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use leasehold_core::Code;
use serde_json::json;

use crate::failure::Failure;
use crate::output::{self, Output};

/// A program that the system can start and stop.
#[derive(Debug)]
pub(crate) struct Program {
    /// The name by which the system knows it.
    pub(crate) name: &'static str,
    /// What people see.
    #[cfg_attr(not(windows), expect(dead_code, reason = "Windows alone shows it"))]
    pub(crate) title: &'static str,
    /// What it is for.
    #[cfg_attr(not(windows), expect(dead_code, reason = "Windows alone shows it"))]
    pub(crate) description: &'static str,
    /// The command that serves, without the options that were given for it.
    pub(crate) command: Vec<OsString>,
}

/// A folder that a program works with.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Relative ones begin where the command runs.
    pub(crate) path: PathBuf,
    #[cfg_attr(not(windows), expect(dead_code, reason = "Windows alone has access lists"))]
    pub(crate) used_as: Use,
}

/// What a program does with a folder, and who else may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// It keeps what only it and administrators read.
    State,
    /// It keeps what every user of the machine reads, but for secrets.
    SharedState,
    /// It reads what administrators put there.
    Settings,
}

/// What is to be done about a service.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Install it: it starts with Windows, and again where it fails.
    Install(Install),
    /// Stop and remove it. What it keeps in its folder stays.
    Uninstall,
    /// Start it, and wait until it runs.
    Start,
    /// Let it answer what it has begun, and stop.
    Stop,
    /// Whether it is installed and runs.
    Status,
}

/// How it is installed.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The account that it runs as: its own, which has its folder and no other rights, or another that Windows knows without a password
    /// [default: `NT SERVICE\` and the service's name].
    #[arg(long, value_name = "NAME")]
    account: Option<OsString>,
    /// Options of the command that serves, after `--`; relative paths begin in the folder where this command runs.
    #[arg(last = true, value_name = "OPTIONS")]
    serve: Vec<OsString>,
}

impl ServiceCommand {
    /// What was given for the command that serves, where it is to be installed.
    pub(crate) fn given(&self) -> Vec<OsString> {
        match self {
            Self::Install(install) => install.serve.clone(),
            Self::Uninstall | Self::Start | Self::Stop | Self::Status => Vec::new(),
        }
    }

    /// Carries it out for `program`, which works with `folders`.
    pub(crate) fn run(self, program: &Program, folders: Vec<Folder>, output: Output) -> Result<(), Failure> {
        let name = program.name;
        match self {
            Self::Install(install) => {
                install.run(program, folders)?;
                done(name, "installed", output);
            }
            Self::Uninstall => {
                manager::uninstall(name)?;
                done(name, "removed", output);
            }
            Self::Start => {
                manager::start(name)?;
                done(name, "running", output);
            }
            Self::Stop => {
                manager::stop(name)?;
                done(name, "stopped", output);
            }
            Self::Status => {
                let (state, process) = manager::standing(name)?;
                match (output, process) {
                    (Output::Json, _) => output::json(&json!({ "service": name, "state": state, "process": process })),
                    (Output::Human, Some(process)) => outln!("{name}: {state}, process {process}"),
                    (Output::Human, None) => outln!("{name}: {state}"),
                }
            }
        }
        Ok(())
    }
}

impl Install {
    fn run(self, program: &Program, folders: Vec<Folder>) -> Result<(), Failure> {
        let here = std::env::current_dir().map_err(|error| Failure::file(Path::new("."), &error))?;
        // The installer names an empty one where it was told none.
        let account = self.account.filter(|account| !account.is_empty());
        let account = account.unwrap_or_else(|| format!(r"NT SERVICE\{}", program.name).into());
        let started = [OsString::from(AS_SERVICE), here.clone().into_os_string()];
        let arguments = program.command.iter().cloned().chain(started).chain(self.serve).collect();
        let there = |folder: Folder| Folder { path: here.join(folder.path), ..folder };
        let folders: Vec<Folder> = folders.into_iter().map(there).collect();
        manager::install(program, &folders, account, arguments)
    }
}

/// Serves as the service `name`, in the folder where it was installed; `serve` ends when the system asks it to.
pub(crate) fn serve_as(
    name: &'static str,
    folder: &Path,
    serve: impl FnOnce() -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    std::env::set_current_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    manager::run(name, serve)
}

/// Whether this process was started as a service: it has no terminal, and logs into the event log.
#[cfg(windows)]
pub(crate) fn is_service() -> bool {
    std::env::args_os().any(|argument| argument == AS_SERVICE)
}

/// The source of a service's events.
#[cfg(windows)]
pub(crate) const EVENT_SOURCE: &str = "Leasehold";

/// The folder in which the service was installed; the system starts it with this.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct AsService {
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) as_service: Option<PathBuf>,
}

fn done(name: &str, state: &str, output: Output) {
    match output {
        Output::Json => output::json(&json!({ "service": name, "state": state, "process": null })),
        Output::Human => errln!("{name}: {state}"),
    }
}

/// There is none.
fn no_service(name: &str, why: &str) -> Failure {
    Failure::refused(Code::NoService, format!("service {name}: {why}"))
}

const AS_SERVICE: &str = "--as-service";
