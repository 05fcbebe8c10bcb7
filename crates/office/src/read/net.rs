//! `Test-NetConnection`, and others: whether a host's port answers.

use std::net::IpAddr;

use serde::Serialize;

use super::port;
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
    /// The columns, where tests stand in a table.
    #[serde(skip)]
    columns: Vec<String>,
    /// Whether `PortQry` has said that it begins to ask.
    #[serde(skip)]
    asked: bool,
}

/// What a KMS client reports when no host answers.
pub const UNREACHED: u32 = 0xC004_F074;

impl Connection {
    /// A test that begins in `line`.
    pub(crate) fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// The code that clients will report, if the port did not answer.
    pub fn expected_error(&self) -> Option<u32> {
        (self.tcp == Some(false)).then_some(UNREACHED)
    }

    /// Takes one line; `false` where it is of something else.
    pub(crate) fn take(&mut self, line: &str) -> bool {
        let text = line.trim();
        if let Some(answer) = port::answer(text) {
            return self.answered(answer);
        }
        if self.asked {
            return self.portqry(text);
        }
        if text == port::PORTQRY {
            self.asked = true;
            return !self.is_test();
        }
        if let Some(warning) = text.strip_prefix("WARNING:") {
            return self.warning(warning.trim());
        }
        // The further addresses that a name has stand below each other.
        if text.parse::<IpAddr>().is_ok() {
            return true;
        }
        if is_heading(text) {
            self.columns = text.split_whitespace().map(|column| shorten(column).to_owned()).collect();
            return true;
        }
        if !self.columns.is_empty() {
            return text.starts_with("---") || !self.is_test() && self.row(text);
        }
        text.split_once(':').is_some_and(|(key, value)| self.field(key.trim(), value.trim()))
    }

    /// Takes the answer of another program; `false` where it is of the next test.
    fn answered(&mut self, answer: port::Answer<'_>) -> bool {
        let first = self.tcp.is_none();
        if first {
            self.host = answer.host.map(str::to_owned).or_else(|| self.host.take());
            (self.port, self.tcp) = (Some(answer.port), Some(answer.open));
        }
        first
    }

    /// What `PortQry` prints before its answer: the host, and its address.
    fn portqry(&mut self, text: &str) -> bool {
        if self.tcp.is_some() {
            return false;
        }
        if let Some(address) = text.strip_prefix("Name resolved to ") {
            self.address = Some(shorten(address).to_owned());
        } else if self.host.is_none() && !text.contains(' ') {
            self.host = Some(shorten(text).to_owned());
        }
        true
    }

    /// The test in the next row of the same table.
    pub(crate) fn next_row(&self, line: u64, text: &str) -> Option<Self> {
        let mut next = Self { line, columns: self.columns.clone(), ..Self::default() };
        (!next.columns.is_empty() && next.row(text.trim())).then_some(next)
    }

    fn row(&mut self, text: &str) -> bool {
        let columns = self.columns.clone();
        // A row with an empty cell does not tell which one is empty.
        let values: Vec<&str> = text.split_whitespace().take(columns.len() + 1).collect();
        let fits = values.len() == columns.len();
        fits && columns.iter().zip(values).all(|(column, value)| self.field(column, value)) && self.is_test()
    }

    /// Takes a property; `false` where it is none of a test.
    pub(crate) fn field(&mut self, key: &str, value: &str) -> bool {
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
const KNOWN: [&str; 10] = [
    "InterfaceAlias",
    "PingReplyDetails (RTT)",
    "NameResolutionResults",
    "MatchingIPsecRules",
    "NetworkIsolationContext",
    "IsAdmin",
    "DetailedNameResolution",
    "NetRoute (NextHop)",
    "NetAdapter",
    "BasicNameResolution",
];

/// Whether a line is the heading of a table of tests.
fn is_heading(text: &str) -> bool {
    let mut columns = text.split_whitespace().peekable();
    columns.peek() == Some(&"ComputerName") && columns.any(|column| column == "TcpTestSucceeded")
}

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
        || is_heading(text)
        || text.starts_with("WARNING: TCP connect to")
        || text.starts_with("WARNING: Name resolution of")
        || text == port::PORTQRY
        || port::answer(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detailed_test_is_read_to_its_end() {
        let text = "ComputerName            : kms01.example.com\nRemoteAddress           : 2001:db8::20\n\
            RemotePort              : 1688\nNameResolutionResults   : 2001:db8::20\n                          192.0.2.20\n\
            MatchingIPsecRules      : \nNetworkIsolationContext : Private Network\nIsAdmin                 : False\n\
            InterfaceAlias          : Ethernet\nSourceAddress           : 2001:db8::77\n\
            NetRoute (NextHop)      : 2001:db8::1\nTcpTestSucceeded        : True";
        let mut connection = Connection::default();
        for line in text.lines() {
            assert!(connection.take(line), "{line}");
        }
        assert_eq!((connection.tcp, connection.address.as_deref()), (Some(true), Some("2001:db8::20")));
    }
}
