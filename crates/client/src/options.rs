//! What an application may set about its client; nothing has to be.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::{Clock, Code, PublicKey, Rng, Text};

use crate::address::{AddressError, HostAddress};
use crate::courier::source::AgentSource;
use crate::error::describe_io;
use crate::machine::{Machine, host_name};
use crate::policy;
#[cfg(feature = "directory")]
use crate::session::directories::{Directories, DirectoryAccount, DirectorySource};
#[cfg(feature = "mdns")]
use crate::session::search::LocalLink;
use crate::session::search::Lookup;
use crate::system::{SystemClock, SystemRng};
use crate::test_clock::{TestClock, TestClockError};

/// What an application may set about its client; `Options::default()` sets nothing.
#[derive(Clone, Debug)]
pub struct Options {
    /// The state directory, with a folder for each vendor; [`crate::state_directory`] unless set.
    pub state: Option<PathBuf>,
    /// The hosts' addresses, in the order in which they are tried. The host of the current lease comes after them, then the
    /// hosts that are found.
    pub hosts: Vec<HostAddress>,
    /// Whether hosts are looked for in DNS, and with which name servers.
    pub lookup: Lookup,
    /// Whether hosts that announce themselves on the local link are listened for, where no other answers.
    #[cfg(feature = "mdns")]
    pub local_link: LocalLink,
    /// Whether an activation object is read in a directory, before any host is asked.
    #[cfg(feature = "directory")]
    pub directories: Directories,
    /// Where the agent of this machine is, which asks hosts for applications that may not use the network.
    pub agent: AgentSource,
    /// How long one address may take to accept a connection.
    pub connect_timeout: Duration,
    /// The root key that the manifest must have; else the one that it carries is taken.
    pub root: Option<PublicKey>,
    /// The certificates trusted for `https` hosts, in PEM form, and no others; those of the platform unless set.
    pub authorities: Option<Vec<u8>>,
    /// Certificates trusted for `https` hosts besides those of the platform, in PEM form: closed networks have their own.
    pub further_authorities: Option<Vec<u8>>,
    /// The name that hosts get to know and show to their administrators. A machine's name may name a person.
    pub host_name: HostName,
    /// What this machine is recognised by; read from the machine unless set.
    pub machine: Option<Machine>,
    /// How a test moves [`Self::clock`]; the manifest has to be marked for tests.
    pub test_clock: Option<TestClock>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
}

/// The name that hosts get to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HostName {
    /// The one that this machine has.
    #[default]
    Own,
    /// This one.
    Given(Text),
    /// None.
    Withheld,
}

impl HostName {
    pub(crate) fn sent(self) -> Option<Text> {
        match self {
            Self::Own => host_name(),
            Self::Given(name) => Some(name),
            Self::Withheld => None,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            state: None,
            hosts: Vec::new(),
            lookup: Lookup::System,
            #[cfg(feature = "mdns")]
            local_link: LocalLink::Ignored,
            #[cfg(feature = "directory")]
            directories: Directories::default(),
            agent: AgentSource::System,
            connect_timeout: CONNECT_TIMEOUT,
            root: None,
            authorities: None,
            further_authorities: None,
            host_name: HostName::Own,
            machine: None,
            test_clock: None,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        }
    }
}

/// Why the environment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// `LEASEHOLD_HOST` holds something else than addresses.
    #[error("LEASEHOLD_HOST: {address}: {source}")]
    Host {
        /// What it holds.
        address: String,
        /// What is wrong with it.
        source: AddressError,
    },
    /// `LEASEHOLD_DIRECTORY` holds something else than addresses of a directory's servers.
    #[cfg(feature = "directory")]
    #[error("LEASEHOLD_DIRECTORY: {address}: {source}")]
    Directory {
        /// What it holds.
        address: String,
        /// What is wrong with it.
        source: leasehold_directory::AddressError,
    },
    /// The file that `LEASEHOLD_DIRECTORY_PASSWORD_FILE` names cannot be read.
    #[cfg(feature = "directory")]
    #[error("LEASEHOLD_DIRECTORY_PASSWORD_FILE: {}: {}", path.display(), describe_io(source))]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// `LEASEHOLD_INSTANCE` holds something else than an id.
    #[error("LEASEHOLD_INSTANCE: an id has 1 to 200 characters, none of them a control character")]
    Instance,
    /// `LEASEHOLD_TEST_CLOCK` holds something else than seconds or a file.
    #[error("LEASEHOLD_TEST_CLOCK: {0}")]
    TestClock(#[source] TestClockError),
    /// The file that `LEASEHOLD_CA_FILE` names cannot be read.
    #[error("LEASEHOLD_CA_FILE: {}: {}", path.display(), describe_io(source))]
    CaFile {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl EnvironmentError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Host { .. } | Self::Instance | Self::TestClock(_) => Code::Usage,
            #[cfg(feature = "directory")]
            Self::Directory { .. } => Code::Usage,
            #[cfg(feature = "directory")]
            Self::PasswordFile { .. } => Code::File,
            Self::CaFile { .. } => Code::File,
        }
    }
}

impl Options {
    /// What group policy sets ([`crate::policy()`], on Windows alone), and else the environment: `LEASEHOLD_STATE`; `LEASEHOLD_HOST` with one address or several after commas;
    /// `LEASEHOLD_CA_FILE`, a PEM file with certificates that are trusted for `https` hosts besides those of the platform;
    /// `LEASEHOLD_INSTANCE`, the id by which a container is recognised in the place of the hardware below it
    /// ([`Machine::instance`]); `LEASEHOLD_AGENT`, the agent's socket, or which agents are asked ([`AgentSource::of`]); `LEASEHOLD_TEST_CLOCK`, a [`TestClock`]. With the feature `directory` also `LEASEHOLD_DIRECTORY`, the servers of a directory after commas,
    /// `domain` for this machine's own or `off`; `LEASEHOLD_DIRECTORY_USER`, `LEASEHOLD_DIRECTORY_PASSWORD_FILE` and
    /// `LEASEHOLD_DIRECTORY_BASE`.
    ///
    /// # Errors
    /// [`EnvironmentError`] where one of them cannot be used.
    pub fn from_environment() -> Result<Self, EnvironmentError> {
        let set = Self::from_variables(policy::setting)?;
        let host_name = if policy::withholds_name() { HostName::Withheld } else { set.host_name };
        Ok(Self { host_name, ..set })
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, EnvironmentError> {
        let path = |name| variable(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let hosts = variable("LEASEHOLD_HOST").unwrap_or_default().to_string_lossy().into_owned();
        let hosts = hosts.split(',').filter(|host| !host.trim().is_empty()).map(|address| {
            address.parse().map_err(|source| EnvironmentError::Host { address: address.trim().to_owned(), source })
        });
        let authorities = path("LEASEHOLD_CA_FILE").map(|path| {
            let read = leasehold_files::read(&path, MAX_CA_BYTES);
            read.map_err(|source| EnvironmentError::CaFile { path, source })
        });
        let test_clock = variable("LEASEHOLD_TEST_CLOCK").filter(|clock| !clock.is_empty());
        let test_clock = test_clock.map(|clock| clock.to_string_lossy().parse().map_err(EnvironmentError::TestClock));
        Ok(Self {
            machine: instance(&variable)?,
            test_clock: test_clock.transpose()?,
            state: path("LEASEHOLD_STATE"),
            agent: path("LEASEHOLD_AGENT").map_or(AgentSource::System, AgentSource::of),
            hosts: hosts.collect::<Result<_, _>>()?,
            further_authorities: authorities.transpose()?,
            #[cfg(feature = "directory")]
            directories: directories(&variable)?,
            ..Self::default()
        })
    }
}

impl Machine {
    /// This machine: as `LEASEHOLD_INSTANCE` names it ([`Self::instance`]), else as it is read.
    ///
    /// # Errors
    /// [`EnvironmentError::Instance`] where that is no id.
    pub fn of_environment() -> Result<Self, EnvironmentError> {
        Ok(instance(policy::setting)?.unwrap_or_else(Self::read))
    }
}

/// The machine that the environment names.
fn instance(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Machine>, EnvironmentError> {
    let id = variable("LEASEHOLD_INSTANCE").filter(|id| !id.is_empty());
    id.map(|id| id.to_str().and_then(Machine::instance).ok_or(EnvironmentError::Instance)).transpose()
}

/// Which directory the environment names, and as whom it is read.
#[cfg(feature = "directory")]
fn directories(variable: &impl Fn(&str) -> Option<OsString>) -> Result<Directories, EnvironmentError> {
    let text =
        |name| variable(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned());
    let source = text("LEASEHOLD_DIRECTORY")
        .map(|address| address.parse().map_err(|source| EnvironmentError::Directory { address, source }));
    let source = source.transpose()?.unwrap_or(DirectorySource::Off);
    let password = |path: PathBuf| {
        let read = leasehold_files::read(&path, MAX_PASSWORD_BYTES);
        let bytes = read.map_err(|source| EnvironmentError::PasswordFile { path, source })?;
        let text = leasehold_core::text_file::decode(&bytes);
        Ok(text.lines().next().unwrap_or_default().to_owned().into())
    };
    let file = text("LEASEHOLD_DIRECTORY_PASSWORD_FILE").map(PathBuf::from);
    let account = match (text("LEASEHOLD_DIRECTORY_USER"), file) {
        (Some(name), Some(file)) => Some(DirectoryAccount { name, password: password(file)? }),
        (Some(name), None) => Some(DirectoryAccount { name, password: String::new().into() }),
        (None, _) => None,
    };
    Ok(Directories { source, account, base: text("LEASEHOLD_DIRECTORY_BASE") })
}

/// Short, since there may be further addresses to try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// More than a password has.
#[cfg(feature = "directory")]
const MAX_PASSWORD_BYTES: u64 = 4_096;
/// More than the certificates of any platform have.
const MAX_CA_BYTES: u64 = 4 * 1_024 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    fn options(variables: &[(&str, &str)]) -> Result<Options, EnvironmentError> {
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect();
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        Options::from_variables(value)
    }

    #[test]
    fn the_environment_sets_state_hosts_and_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, "certificates").unwrap();
        let file = file.to_str().unwrap();
        let set = options(&[("LEASEHOLD_STATE", "/state"), ("LEASEHOLD_HOST", "a, b:1,"), ("LEASEHOLD_CA_FILE", file)]);
        let set = set.unwrap();
        assert_eq!((set.state, set.hosts.len()), (Some("/state".into()), 2));
        assert_eq!(set.further_authorities.as_deref(), Some(b"certificates".as_slice()));
        let nothing = options(&[("LEASEHOLD_STATE", ""), ("LEASEHOLD_CA_FILE", "")]).unwrap();
        assert_eq!((nothing.state, nothing.further_authorities), (None, None));
    }

    #[test]
    fn the_environment_names_the_instance_that_a_container_is() {
        let machine = |id: &str| options(&[("LEASEHOLD_INSTANCE", id)]).map(|options| options.machine);
        let vendor = leasehold_core::KeyId([1; 16]);
        let fingerprint = |id: &str| machine(id).unwrap().unwrap().fingerprint(vendor).unwrap();
        assert_eq!(fingerprint("web-1"), fingerprint(" Web-1 "));
        assert!(!fingerprint("web-1").same_machine(&fingerprint("web-2"), 2), "another instance is another machine");
        assert_eq!(machine("").unwrap(), None);
        for wrong in ["  ".to_owned(), "a\nb".to_owned(), "x".repeat(201)] {
            assert!(matches!(machine(&wrong), Err(EnvironmentError::Instance)), "{wrong:?}");
        }
        // What a machine id must not be is a good id here.
        assert!(machine("0000").unwrap().unwrap().fingerprint(vendor).is_some());
    }

    #[test]
    fn a_variable_that_cannot_be_used_is_named() {
        let error = options(&[("LEASEHOLD_HOST", "a:0")]).unwrap_err().to_string();
        assert!(error.starts_with("LEASEHOLD_HOST: a:0: a port"), "{error}");
        let error = options(&[("LEASEHOLD_CA_FILE", "/no/such/file")]).unwrap_err().to_string();
        assert_eq!(error, "LEASEHOLD_CA_FILE: /no/such/file: no such file or folder");
    }
}
