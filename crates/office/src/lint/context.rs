//! What is known about a file besides what stands in it.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::facts::method::ActivationMethod;
pub use crate::facts::products::Release;

/// What is known about a file besides what stands in it. Rules that need what is not known do not speak.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// How the machines are to be activated.
    pub plan: Option<ActivationMethod>,
    /// What the tool will be asked to do with the file.
    pub mode: Option<Mode>,
    /// The day to judge for.
    pub today: Option<Date>,
    /// The architecture of what is installed on the machines.
    pub installed: Option<Edition>,
    /// Architectures of the other files for the same machines.
    pub beside: Vec<Edition>,
    /// Channels of all files for the same machines.
    pub channels: Vec<String>,
    /// Whether hints are wanted that most files need not heed.
    pub hints: bool,
    /// The organisation's KMS host.
    pub host: HostFacts,
    /// Whether the machines have Arm processors.
    pub arm: bool,
}

/// What is known of the organisation's KMS host.
#[derive(Clone, Debug, Default)]
pub struct HostFacts {
    /// The newest release that it has a licence pack for.
    pub pack: Option<Release>,
    /// The system it runs on.
    pub system: Option<System>,
}

/// What the tool does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `setup.exe /download`.
    Download,
    /// `setup.exe /configure`.
    Configure,
}

impl FromStr for Mode {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "download" => Ok(Self::Download),
            "configure" => Ok(Self::Configure),
            _ => Err(Unknown("a mode is download or configure")),
        }
    }
}

/// An architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// 32-bit.
    Bits32,
    /// 64-bit.
    Bits64,
}

impl Edition {
    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bits32 => "32",
            Self::Bits64 => "64",
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Edition {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        match text {
            "32" => Ok(Self::Bits32),
            "64" => Ok(Self::Bits64),
            _ => Err(Unknown("an architecture is 32 or 64")),
        }
    }
}

/// A version of Windows, ordered within its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows Server of this year, ten times, and one more for its R2.
    Server(u32),
    /// Windows of this version, ten times.
    Client(u32),
}

impl System {
    /// Whether it is older than `other`, where the two are of one kind.
    pub fn older_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Server(own), Self::Server(other)) | (Self::Client(own), Self::Client(other)) => own < other,
            (Self::Server(_), Self::Client(_)) | (Self::Client(_), Self::Server(_)) => false,
        }
    }
}

impl FromStr for System {
    type Err = Unknown;

    fn from_str(text: &str) -> Result<Self, Unknown> {
        let unknown =
            Unknown("a system is written like \"Windows Server 2019\", \"Windows Server 2012 R2\" or \"Windows 10\"");
        let rest = text.trim().strip_prefix("Windows ").ok_or(unknown.clone())?;
        let (server, rest) = rest.strip_prefix("Server ").map_or((false, rest), |rest| (true, rest));
        let mut words = rest.split(' ');
        let number = words.next().unwrap_or_default();
        let release = u32::from(words.next() == Some("R2"));
        if server {
            let year: u32 = number.parse().map_err(|_| unknown)?;
            return Ok(Self::Server(year.saturating_mul(10).saturating_add(release)));
        }
        let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
        match (whole.parse::<u32>(), tenth.parse::<u32>()) {
            (Ok(whole), Ok(tenth)) if tenth < 10 => Ok(Self::Client(whole.saturating_mul(10).saturating_add(tenth))),
            _ => Err(unknown),
        }
    }
}

/// A word that means nothing here; it says which do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(&'static str);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::kms::KMS;

    #[test]
    fn systems_of_one_kind_are_compared_by_age() {
        let system = |text: &str| text.parse::<System>().expect("a system");
        assert!(system("Windows Server 2012").older_than(system("Windows Server 2012 R2")));
        assert!(system("Windows 8.1 volume edition").older_than(system("Windows 10")));
        assert!(!system("Windows Server 2022").older_than(system("Windows Server 2022")));
        assert!(!system("Windows 7").older_than(system("Windows Server 2025")));
        for text in ["", "Windows", "Windows Server", "Linux 6", "Windows Server next", "Windows 8.12"] {
            assert!(text.parse::<System>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_system_of_the_table_is_understood() {
        for system in KMS.host_packs.iter().flat_map(|pack| &pack.min_host_os) {
            assert!(system.parse::<System>().is_ok(), "{system}");
        }
    }
}
