//! What an application may set about its client; nothing has to be.

use std::env;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::{Clock, PublicKey, Rng, Text};

use crate::address::{AddressError, HostAddress};
use crate::machine::Machine;
#[cfg(feature = "mdns")]
use crate::session::host::lookup::LocalLink;
use crate::session::host::lookup::Lookup;
use crate::system::{SystemClock, SystemRng};

/// What an application may set about its client; `Options::default()` sets nothing.
#[derive(Clone, Debug)]
pub struct Options {
    /// The state directory, with a folder for each vendor; [`state_directory`] unless set.
    pub state: Option<PathBuf>,
    /// The hosts' addresses, in the order in which they are tried. The host of the current lease comes after them, then the
    /// hosts that are found.
    pub hosts: Vec<HostAddress>,
    /// Whether hosts are looked for in DNS, and with which name servers.
    pub lookup: Lookup,
    /// Whether hosts that announce themselves on the local link are listened for, where no other answers.
    #[cfg(feature = "mdns")]
    pub local_link: LocalLink,
    /// How long one address may take to accept a connection.
    pub connect_timeout: Duration,
    /// The root key that the manifest must have; else the one that it carries is taken.
    pub root: Option<PublicKey>,
    /// The certificates trusted for `https` hosts, in PEM form, and no others; the public ones unless set.
    pub authorities: Option<Vec<u8>>,
    /// The machine's name, where hosts may know it.
    pub host_name: Option<Text>,
    /// What this machine is recognised by; read from the machine unless set.
    pub machine: Option<Machine>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            state: None,
            hosts: Vec::new(),
            lookup: Lookup::System,
            #[cfg(feature = "mdns")]
            local_link: LocalLink::Ignored,
            connect_timeout: CONNECT_TIMEOUT,
            root: None,
            authorities: None,
            host_name: None,
            machine: None,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        }
    }
}

impl Options {
    /// What the environment sets: `LEASEHOLD_STATE`, and `LEASEHOLD_HOST` with one address or several after commas.
    ///
    /// # Errors
    /// [`AddressError`] where `LEASEHOLD_HOST` holds something else.
    pub fn from_environment() -> Result<Self, AddressError> {
        let hosts = env::var("LEASEHOLD_HOST").unwrap_or_default();
        let hosts = hosts.split(',').filter(|host| !host.trim().is_empty()).map(str::parse);
        let state = env::var_os("LEASEHOLD_STATE").filter(|path| !path.is_empty()).map(PathBuf::from);
        Ok(Self { state, hosts: hosts.collect::<Result<_, _>>()?, ..Self::default() })
    }
}

/// The state directory unless set: `/var/lib/leasehold` for root and the platform's own for other users; `None` where a
/// user has no home.
pub fn state_directory() -> Option<PathBuf> {
    platform::state_directory()
}

#[cfg(all(unix, not(target_os = "macos")))]
mod platform {
    use super::{PathBuf, absolute};

    pub(super) fn state_directory() -> Option<PathBuf> {
        if rustix::process::geteuid().is_root() {
            return Some(PathBuf::from("/var/lib/leasehold"));
        }
        let home = || absolute("HOME").map(|home| home.join(".local/state"));
        absolute("XDG_STATE_HOME").or_else(home).map(|state| state.join("leasehold"))
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use super::{PathBuf, absolute};

    pub(super) fn state_directory() -> Option<PathBuf> {
        if rustix::process::geteuid().is_root() {
            return Some(PathBuf::from("/Library/Application Support/leasehold"));
        }
        absolute("HOME").map(|home| home.join("Library/Application Support/leasehold"))
    }
}

#[cfg(not(unix))]
mod platform {
    use super::{PathBuf, absolute};

    pub(super) fn state_directory() -> Option<PathBuf> {
        absolute("LOCALAPPDATA").map(|local| local.join("leasehold"))
    }
}

fn absolute(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}

/// Short, since there may be further addresses to try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
