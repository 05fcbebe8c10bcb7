//! Name servers and suffixes as this machine is set up, read from where each system keeps them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::Config;
use crate::error::LookupError;
use crate::name::DomainName;

#[cfg(any(target_os = "macos", test))]
mod macos;
#[cfg(any(not(any(target_os = "macos", target_os = "windows")), test))]
mod unix;
#[cfg(target_os = "windows")]
mod windows;

#[cfg(target_os = "macos")]
pub(crate) use macos::read;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
pub(crate) use unix::read;
#[cfg(target_os = "windows")]
pub(crate) use windows::read;

impl Config {
    /// As this machine is set up: the system's name servers, its search list and the domain of its own name.
    ///
    /// # Errors
    /// Where the system's settings cannot be read, or name no server.
    pub fn of_this_machine() -> Result<Self, LookupError> {
        read()?.into_config()
    }
}

/// What the system says, before anything is made of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) place: PathBuf,
    pub(crate) servers: Vec<SocketAddr>,
    /// Names as they are written, the search list first.
    pub(crate) suffixes: Vec<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempts: Option<u32>,
}

impl Settings {
    /// Each server and suffix once, up to a limit; the root and what is no name are left out.
    pub(crate) fn into_config(self) -> Result<Config, LookupError> {
        let mut suffixes: Vec<DomainName> = Vec::new();
        for suffix in self.suffixes.iter().filter_map(|suffix| suffix.parse().ok()) {
            if !suffixes.contains(&suffix) {
                suffixes.push(suffix);
            }
        }
        let mut servers: Vec<SocketAddr> = Vec::new();
        for server in self.servers {
            if !servers.contains(&server) {
                servers.push(server);
            }
        }
        if servers.is_empty() {
            return Err(LookupError::NoServer { path: self.place });
        }
        suffixes.truncate(MAX_SUFFIXES);
        servers.truncate(MAX_SERVERS);
        let usual = Config::new(servers, suffixes);
        let timeout = self.timeout.map_or(usual.timeout, |timeout| timeout.clamp(SHORTEST_TIMEOUT, usual.timeout));
        Ok(Config { timeout, attempts: self.attempts.unwrap_or(usual.attempts).clamp(1, 5), ..usual })
    }
}

/// What a command of the system's prints.
#[cfg(any(not(any(target_os = "linux", target_os = "windows")), test))]
fn printed(program: &str, arguments: &[&str]) -> Result<String, LookupError> {
    let output = std::process::Command::new(program).args(arguments).output();
    let output = output.map_err(|source| LookupError::Settings { path: program.into(), source })?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(any(not(windows), test))]
const DNS_PORT: u16 = 53;
const MAX_SUFFIXES: usize = 16;
const MAX_SERVERS: usize = 6;
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use leasehold_core::Code;

    use super::*;

    #[test]
    fn each_suffix_and_server_is_taken_once_and_the_root_is_no_suffix() {
        let server: SocketAddr = "10.0.0.53:53".parse().unwrap();
        let suffixes = [".", "Corp.Example.", "corp.example", "not a name", "example"].map(str::to_owned).to_vec();
        let settings = Settings { servers: vec![server, server], suffixes, ..Settings::default() };
        let config = settings.into_config().unwrap();
        assert_eq!(config.servers, [server]);
        assert_eq!(config.suffixes.iter().map(DomainName::as_str).collect::<Vec<_>>(), ["corp.example", "example"]);
    }

    #[test]
    fn no_server_is_told_with_the_place_where_it_should_be() {
        let settings = Settings { place: "/etc/resolv.conf".into(), ..Settings::default() };
        let error = settings.into_config().unwrap_err();
        assert_eq!(error.code(), Code::NoNameServer);
        assert_eq!(error.to_string(), "name servers: none is set in /etc/resolv.conf");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = printed("/nonexistent/scutil", &[]).unwrap_err();
        assert_eq!(error.code(), Code::DnsSettings);
        assert!(error.to_string().starts_with("name servers: /nonexistent/scutil: "), "{error}");
    }
}
