//! `Test-NetConnection`: whether a host's port answers.

use serde::Serialize;

use super::value::shorten;

/// What one test of a connection shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// The line it begins in.
    pub line: u64,
    /// The host that was tried.
    pub host: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The address it was tried from.
    pub source: Option<String>,
    /// Whether it answered a ping.
    pub ping: Option<bool>,
    /// Whether its port took the connection.
    pub tcp: Option<bool>,
}

/// What a KMS client reports when no host answers.
pub const UNREACHED: u32 = 0xC004_F074;

impl Connection {
    /// The code that clients will report, if the port did not answer.
    pub fn expected_error(&self) -> Option<u32> {
        (self.tcp == Some(false)).then_some(UNREACHED)
    }

    /// Takes one line; `false` where it is of something else.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        let text = line.trim();
        if let Some(warning) = text.strip_prefix("WARNING:") {
            return self.warning(warning.trim());
        }
        let Some((key, value)) = text.split_once(':') else { return false };
        let (key, value) = (key.trim(), value.trim());
        let words = || Some(shorten(value).to_owned()).filter(|words| !words.is_empty());
        match key {
            "ComputerName" => self.host = words(),
            "RemoteAddress" => self.address = words(),
            "RemotePort" => self.port = value.parse().ok(),
            "SourceAddress" => self.source = words(),
            "PingSucceeded" => self.ping = truth(value),
            "TcpTestSucceeded" => self.tcp = truth(value),
            _ => return KNOWN.contains(&key),
        }
        true
    }

    /// `TCP connect to (10.0.0.1 : 1688) failed`
    fn warning(&mut self, text: &str) -> bool {
        if text.starts_with("TCP connect to") && text.ends_with("failed") {
            self.tcp = Some(false);
            return true;
        }
        if text.starts_with("Ping to") && text.contains("failed") {
            self.ping = Some(false);
            return true;
        }
        if text.starts_with("Name resolution of") {
            self.tcp = Some(false);
            self.host =
                self.host.take().or_else(|| text.split_whitespace().nth(3).map(|host| shorten(host).to_owned()));
            return true;
        }
        false
    }

    /// Whether it is a test, and not only a computer's name.
    pub(crate) fn is_test(&self) -> bool {
        self.tcp.is_some() || self.ping.is_some() || self.address.is_some()
    }
}

/// What the cmdlet prints besides.
const KNOWN: [&str; 7] = [
    "InterfaceAlias",
    "PingReplyDetails (RTT)",
    "NameResolutionResults",
    "MatchingIPsecRules",
    "NetworkIsolationContext",
    "IsAdmin",
    "DetailedNameResolution",
];

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether a line begins a test.
pub(crate) fn begins(text: &str) -> bool {
    let text = text.trim();
    let key = text.split_once(':').map_or("", |(key, _)| key.trim());
    ["ComputerName", "RemoteAddress", "TcpTestSucceeded"].contains(&key)
        || text.starts_with("WARNING: TCP connect to")
        || text.starts_with("WARNING: Name resolution of")
}
