//! Which directories are read, and as whom.

use std::fmt;
use std::str::FromStr;

use leasehold_directory::{DirectoryAddress, Trust};
use zeroize::Zeroizing;

use crate::error::Error;

/// Whether activation objects are read in a directory, in which, and as whom.
#[derive(Clone, Debug, Default)]
pub struct Directories {
    /// Where.
    pub source: DirectorySource,
    /// As whom; with Kerberos or anonymously unless set.
    pub account: Option<DirectoryAccount>,
    /// The base of a directory that is not Active Directory; its first naming context unless set.
    pub base: Option<String>,
}

/// Which directory is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DirectorySource {
    /// None.
    #[default]
    Off,
    /// The domain of this machine, where DNS knows its controllers ([`crate::Options::lookup`]) and no host is set.
    Domain,
    /// The one that these servers serve, in the order in which they are tried.
    At(Vec<DirectoryAddress>),
}

impl FromStr for DirectorySource {
    type Err = leasehold_directory::AddressError;

    /// `off`, `domain`, or servers after commas.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "off" => Ok(Self::Off),
            "domain" => Ok(Self::Domain),
            servers => {
                let servers = servers.split(',').filter(|server| !server.trim().is_empty()).map(str::parse);
                servers.collect::<Result<_, _>>().map(Self::At)
            }
        }
    }
}

/// A user of a directory.
#[derive(Clone)]
pub struct DirectoryAccount {
    /// Its name: a DN, or `user@corp.example`.
    pub name: String,
    /// Its password, which is sent under TLS alone.
    pub password: Zeroizing<String>,
}

impl fmt::Debug for DirectoryAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DirectoryAccount {{ name: {:?}, password: [redacted] }}", self.name)
    }
}

/// What the exchange trusts, for a directory.
pub(crate) fn trust_of(only: Option<&[u8]>, further: Option<&[u8]>) -> Result<Trust, Error> {
    let trust = match (only, further) {
        (Some(pem), _) => Trust::only(pem),
        (None, Some(pem)) => Trust::platform_and(pem),
        (None, None) => Ok(Trust::Platform),
    };
    trust.map_err(|_| Error::Authorities)
}
