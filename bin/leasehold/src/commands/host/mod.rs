//! `leasehold host`: an organisation's activation host.

mod access;
mod activate;
pub(crate) mod administration;
mod backup;
mod check_config;
mod clients;
pub(crate) mod config;
mod config_checks;
mod dns;
pub(crate) mod dns_options;
pub(crate) mod doctor;
mod events;
mod healthcheck;
mod install;
mod lease;
mod leases;
mod local_api;
mod operations;
mod options;
mod reload;
mod renew;
pub(crate) mod request;
mod restore;
pub(crate) mod serve;
mod serve_options;
mod service;
mod status;
mod subscription;

use std::path::{Path, PathBuf};
#[cfg(windows)]
use std::sync::LazyLock;

use clap::{Args, Subcommand};
use leasehold_core::{Code, Timestamp};
use leasehold_host::activation::Home;
use leasehold_host::report::{Report, UsageReport};
use leasehold_host::{Error, LocalHost, ServedStore};
use leasehold_store::StoreError;
use leasehold_store::host::{HostStore, SealHistory};

use crate::commands::authority;
use crate::commands::inspect::other;
use crate::failure::Failure;
use crate::output::Output;
use crate::stores::StoreLocation;
use crate::system_service::ServiceCommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Host {
    /// Activate this host with the vendor's authority over the network.
    Activate(activate::Activate),
    /// Renew this host's certificate with the vendor's authority now.
    Renew(renew::Renew),
    /// Make a request for the vendor, who answers it with a certificate.
    Request(request::Request),
    /// Install the vendor's answer.
    Install(install::Install),
    /// Answer the requests of machines that reach no host, carried here as files or pictures.
    Lease(lease::Lease),
    /// Serve the machines of the network.
    Serve(Box<serve_options::Serve>),
    /// Run it as a service of Windows.
    #[command(subcommand)]
    Service(ServiceCommand),
    /// Certificate, grants, counts against thresholds, leases, last seals.
    Status(status::Status),
    /// The machines that have asked.
    Clients(clients::Clients),
    /// Grants and refusals, newest first.
    Events(events::Events),
    /// The host's record in DNS, by which machines find it.
    #[command(subcommand)]
    Dns(dns::Dns),
    /// Find out whether this host can serve, is found and is reached.
    Doctor(doctor::HostDoctor),
    /// Write the host's folder into one file, also while it serves.
    Backup(backup::Backup),
    /// Put a backup into the host's folder.
    Restore(restore::Restore),
    /// Check a configuration file without serving.
    CheckConfig(check_config::CheckConfig),
    /// Who may sign in to the host's dashboard.
    Admin(access::HostAdmin),
    /// What programs show to the host's admin API.
    Token(access::HostToken),
    /// Ask the host on this machine whether it can grant leases.
    Healthcheck(healthcheck::Healthcheck),
}

impl Host {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Activate(command) => command.run(output),
            Self::Renew(command) => command.run(output),
            Self::Request(command) => command.run(output),
            Self::Install(command) => command.run(output),
            Self::Lease(command) => command.run(output),
            Self::Serve(command) => command.run(output),
            Self::Service(command) => service::run(command, output),
            Self::Status(command) => command.run(output),
            Self::Clients(command) => command.run(output),
            Self::Events(command) => command.run(output),
            Self::Dns(command) => command.run(output),
            Self::Doctor(command) => command.run(output),
            Self::Backup(command) => command.run(output),
            Self::Restore(command) => command.run(output),
            Self::CheckConfig(command) => command.run(output),
            Self::Admin(command) => command.run(output),
            Self::Token(command) => command.run(output),
            Self::Healthcheck(command) => command.run(output),
        }
    }
}

/// Where the host keeps its key, certificate and store.
#[derive(Args, Clone, Debug)]
pub(crate) struct Data {
    /// The host's folder.
    #[arg(long = "data", value_name = "DIR", env = "LEASEHOLD_HOST_DATA", default_value = default_data(), required = default_data().is_none())]
    pub(crate) folder: PathBuf,
    /// The database that holds the store, instead of the host's folder: `postgres://USER@HOST/NAME`; or set `LEASEHOLD_STORE`.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The same, as a configuration file says it.
    #[arg(skip)]
    configured: Option<String>,
}

/// The same for commands that read the store, which a configuration may name.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReadData {
    #[command(flatten)]
    data: Data,
    /// The host's configuration, for where it names a database; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ReadData {
    /// With what the configuration says.
    pub(crate) fn data(self) -> Result<Data, Failure> {
        let config = config::Config::read(self.config.as_deref())?;
        Ok(self.data.configured(config.store))
    }
}

/// The folder of a host that may begin there: not that of another part of Leasehold, unless there is a host in it as well.
fn new_home(folder: &Path) -> Result<Home, Failure> {
    match other::mistaken(folder, "host-folder") {
        Some(message) if !folder.join("host.key").exists() => Err(name_the_folder(message)),
        Some(_) | None => Ok(Home::new(folder)),
    }
}

impl Data {
    /// The admin API of the host of this folder, where it serves and no other store is meant.
    fn local_api(&self) -> Option<local_api::LocalApi> {
        if self.store.is_some() { None } else { local_api::LocalApi::of(&self.folder) }
    }

    pub(crate) fn home(&self) -> Home {
        Home::new(&self.folder)
    }

    /// The same, for a host that may begin there: not in the folder of another part of Leasehold.
    pub(crate) fn new_home(&self) -> Result<Home, Failure> {
        new_home(&self.folder)
    }

    /// With the database that a configuration file names, for where none is given.
    pub(crate) fn configured(self, store: Option<String>) -> Self {
        Self { configured: store, ..self }
    }

    /// Where the store is.
    pub(crate) fn location(&self) -> Result<StoreLocation, Failure> {
        StoreLocation::choose(self.store.as_deref(), "LEASEHOLD_STORE", self.configured.as_deref(), &self.folder)
    }

    /// What the host reports to its vendor; nothing where it has not served yet.
    pub(crate) fn report(&self, usage: UsageReport, now: Timestamp) -> Result<Report, Failure> {
        let home = self.home();
        let identity = match home.identity() {
            Ok(Some(identity)) => identity,
            Ok(None) | Err(Error::NoRequest(_)) => return Ok(Report::default()),
            Err(error) => return Err(failed(&error)),
        };
        let location = self.location()?;
        let store_failed = |error| location.failed(&error);
        match self.reader_if_there()? {
            Some(mut store) => Report::read(&identity, store.as_mut(), &home.peaks(), usage, now).map_err(store_failed),
            None => Ok(Report::default()),
        }
    }

    /// The store as it is now, for reading; a host that serves is asked for what is in it. `None` where there is none yet.
    fn reader_if_there(&self) -> Result<Option<Box<dyn HostStore>>, Failure> {
        // A store that is named is meant, whatever the host of the folder does.
        if self.store.is_none()
            && let Some(host) = LocalHost::of(&self.folder)
        {
            return Ok(Some(Box::new(ServedStore::of(host))));
        }
        let location = self.location()?;
        location.host_reader().map_err(|error| location.failed(&error))
    }

    /// The same where there is one.
    pub(crate) fn reader(&self) -> Result<Box<dyn HostStore>, Failure> {
        let location = self.location()?;
        self.reader_if_there()?.ok_or_else(|| nothing_served(&location))
    }

    /// The store as it is now, to be exported from, also while the host serves.
    pub(crate) fn history(&self) -> Result<Box<dyn SealHistory>, Failure> {
        let location = self.location()?;
        location.to_export()?.ok_or_else(|| nothing_served(&location))
    }
}

fn nothing_served(location: &StoreLocation) -> Failure {
    if let StoreLocation::Folder(folder) = location
        && let Some(failure) = no_hosts_folder(folder)
    {
        return failure;
    }
    let message = format!("{location}: the host has not served yet, there is nothing to show");
    Failure::refused(Code::NotInitialised, message).hint("start it with `leasehold host serve`")
}

/// Whether there is a store where this host has served from one. Ask before it is opened, which would make an empty one.
fn check_store_is_there(location: &StoreLocation, home: &Home) -> Result<(), Failure> {
    match home.mark().map_err(|error| failed(&error))? {
        Some(mark) if location.host_versions()?.is_none() => {
            let failure = failed(&Error::StoreMissing { sealed: mark.tip.number });
            Err(failure.of(location.to_string().as_ref()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Where something else was named, or nothing, than the folder of a host.
fn no_hosts_folder(folder: &Path) -> Option<Failure> {
    let missing = || (!folder.exists()).then(|| format!("{}: there is no such folder", folder.display()));
    Some(name_the_folder(missing().or_else(|| other::mistaken(folder, "host-folder"))?))
}

fn name_the_folder(message: String) -> Failure {
    Failure::failed(Code::NotInitialised, message).hint(
        "name the host's folder with `--data DIR` or LEASEHOLD_HOST_DATA; a new host begins with `leasehold host activate` or `host request`",
    )
}

/// What a failure of the host's library means for the command.
pub(crate) fn failed(error: &Error) -> Failure {
    let message = error.to_string();
    match error {
        Error::File { path, source } => Failure::file(path, source),
        Error::NoRequest(folder) => no_hosts_folder(folder).unwrap_or_else(|| {
            Failure::failed(error.code(), message).hint("`leasehold host activate --authority URL`; or `leasehold host request` for a request to carry to the vendor")
        }),
        Error::NotRenewable(_) => Failure::refused(error.code(), message)
            .hint("run `leasehold host activate --authority URL` once with the host key; nothing more is used up"),
        Error::Authority(error) => authority::failed(error),
        Error::WrongKind(_)
        | Error::AnotherHost { .. }
        | Error::Older { .. }
        | Error::OlderList { .. }
        | Error::NotActivated(_)
        | Error::NotABackup(_)
        | Error::NotAJournal(_)
        | Error::HostThere(_)
        | Error::StoreMissing { .. }
        | Error::StoreBehind { .. }
        | Error::BatchesMissing { .. }
        | Error::AnotherStore { .. }
        | Error::Certificate(_) => Failure::refused(error.code(), message),
        Error::BadSeal(_) | Error::Damaged(_) | Error::NoAuthorities(_) | Error::ProviderCertificates | Error::Store(_) | Error::Service(_) | Error::Thread(_) => {
            Failure::failed(error.code(), message)
        }
    }
}

/// What a failure of the server's plumbing means for the command.
pub(crate) fn service_failed(error: leasehold_service::Error) -> Failure {
    failed(&Error::Service(error))
}

/// What a failure of the store means, with what the store itself says.
pub(crate) fn store_failed(folder: &Path, error: &StoreError) -> Failure {
    StoreLocation::Folder(folder.to_owned()).failed(error)
}

/// A time in JSON: seconds since 1970.
pub(crate) fn seconds(time: Timestamp) -> u64 {
    time.unix()
}

/// Where a host keeps its state unless it is told; `None` where it has to be.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the system may name no folder")]
const fn default_data() -> Option<&'static str> {
    Some("/var/lib/leasehold/host")
}

/// Where a host keeps its state unless it is told; `None` where Windows names no folder: then it has to be.
#[cfg(windows)]
fn default_data() -> Option<&'static str> {
    static FOLDER: LazyLock<Option<String>> =
        LazyLock::new(|| leasehold_files::Part::Host.of_machine()?.into_os_string().into_string().ok());
    FOLDER.as_deref()
}
