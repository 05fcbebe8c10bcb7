//! Service records as `nslookup`, `Resolve-DnsName` and `dig` show them.

use serde::Serialize;

use super::machine;
use super::value::shorten;
use crate::facts::errors::Hresult;

/// The most records and addresses that are kept of one answer.
const MAX_RECORDS: usize = 64;

/// More words than a record in one line has.
const MAX_WORDS: usize = 16;

/// One answer to a lookup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lookup {
    /// The line it begins in.
    pub line: u64,
    /// The name server, where it is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The service records.
    pub records: Vec<Record>,
    /// Addresses of hosts, by name.
    pub addresses: Vec<(String, String)>,
    /// What the name server, or the lack of one, said instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The host that a list of `Resolve-DnsName` tells the addresses of.
    #[serde(skip)]
    host: String,
    /// Whether `dnscmd` has begun to list records.
    #[serde(skip)]
    returned: bool,
    /// Whether the question was for the service of KMS hosts.
    #[serde(skip)]
    asked: bool,
}

/// A service record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Its name: `_vlmcs._tcp.example.com`.
    pub name: String,
    /// Its priority.
    pub priority: Option<u16>,
    /// Its weight.
    pub weight: Option<u16>,
    /// Its port.
    pub port: Option<u16>,
    /// Its target.
    pub target: Option<String>,
    /// The line that names the target.
    #[serde(skip)]
    pub(crate) line: u64,
}

impl Lookup {
    /// An answer that begins in `line`.
    pub(crate) fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// The address of `target`, where the answer brings it along.
    pub fn address(&self, target: &str) -> Option<&str> {
        let same = |name: &str| name.trim_end_matches('.').eq_ignore_ascii_case(target);
        self.addresses.iter().find(|(name, _)| same(name)).map(|(_, address)| address.as_str())
    }

    /// The code that clients will report, if there is no record and the name server has said why.
    pub fn expected_error(&self) -> Option<Hresult> {
        const BY_WORDS: [(&[&str], u32); 3] = [
            (&["Non-existent domain", "NXDOMAIN", "does not exist", "DOES_NOT_EXIST", "RCODE_NAME_ERROR"], 0x8007_232B),
            (&["No answer", "No service location", "no SRV record", "No records"], 0x8007_251D),
            (&["Server failed", "server failure", "SERVFAIL", "Query refused", "REFUSED"], 0x8007_232A),
        ];
        let error = self.error.as_deref().filter(|_| self.records.is_empty())?;
        let said = |(words, _): &&(&[&str], u32)| words.iter().any(|word| error.contains(word));
        BY_WORDS.iter().find(said).map(|(_, code)| Hresult(*code))
    }

    /// Takes one line; `false` where it is of something else.
    pub(crate) fn take(&mut self, number: u64, line: &str) -> bool {
        let taken = self.line(line);
        // A record is told by the line that names its target.
        for record in self.records.iter_mut().rev().take_while(|record| record.line == 0) {
            record.line = if record.target.is_some() { number } else { 0 };
        }
        taken
    }

    fn line(&mut self, line: &str) -> bool {
        let text = line.trim();
        self.heading(text)
            || self.field(text)
            || self.address_line(text)
            || self.row(text, line.starts_with([' ', '\t']))
            || self.property(text)
            || self.dressing(text)
            || self.zone(text)
            || self.failure(text)
    }

    /// Whether there is anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.addresses.is_empty() && self.error.is_none()
    }

    fn heading(&mut self, text: &str) -> bool {
        // In other languages the words before the colon differ, and what follows does not.
        let localised = || text.strip_suffix(':').and_then(|text| text.split_once("SRV")).map(|(name, _)| (name, ""));
        let located = text.split_once("SRV service location:");
        if let Some((name, rest)) = located.or_else(|| localised().filter(|(name, _)| is_service(name.trim()))) {
            self.record(name.trim());
            return rest.trim().is_empty() || self.fields(rest);
        }
        for key in ["Server:", "Default Server:"] {
            if let Some(server) = text.strip_prefix(key) {
                self.server = Some(shorten(server.trim()).to_owned());
                return true;
            }
        }
        ["Address:", "Addresses:", "Non-authoritative answer:", "Authoritative answers", "Aliases:"]
            .iter()
            .any(|key| text.starts_with(key))
    }

    fn record(&mut self, name: &str) -> &mut Record {
        if self.records.len() == MAX_RECORDS {
            self.records.pop();
        }
        self.records.push(Record { name: shorten(name).trim_end_matches('.').to_owned(), ..Record::default() });
        self.records.last_mut().expect("one was pushed")
    }

    /// `priority = 0`
    fn field(&mut self, text: &str) -> bool {
        let (Some((key, value)), Some(record)) = (text.split_once('='), self.records.last_mut()) else { return false };
        let value = value.trim();
        match key.trim() {
            "priority" => record.priority = value.parse().ok(),
            "weight" => record.weight = value.parse().ok(),
            "port" => record.port = value.parse().ok(),
            "svr hostname" => record.target = Some(name(value)),
            _ => return false,
        }
        true
    }

    /// `priority = 0 weight = 5 port = 1688 svr hostname = kms.example.com`, where a copy has put them on one line.
    fn fields(&mut self, text: &str) -> bool {
        let Some(record) = self.records.last_mut() else { return false };
        let after = |key: &str| {
            let (_, rest) = text.split_once(key)?;
            rest.trim_start().strip_prefix('=')?.split_whitespace().next()
        };
        let number = |key: &str| after(key).and_then(|word| word.parse().ok());
        (record.priority, record.weight, record.port) = (number("priority"), number("weight"), number("port"));
        record.target = after("svr hostname").map(name);
        record.target.is_some()
    }

    /// What a tool prints around records.
    fn dressing(&mut self, text: &str) -> bool {
        let words = [
            "Returned records:",
            "Command completed successfully.",
            ";; ",
            "; <<>>",
            "; (",
            ";_vlmcs",
            "Using domain server:",
            "$ORIGIN",
            "$TTL",
            "$ dig ",
            "dig ",
        ];
        words.iter().any(|words| text.starts_with(words)) && self.known_tool(text)
    }

    /// Whether a line that a tool prints around records is one of this answer, and what it says where there is none.
    fn known_tool(&mut self, text: &str) -> bool {
        self.asked |= text.contains("_vlmcs");
        // What was asked for another name says nothing of KMS hosts.
        if self.asked && (text.contains("NXDOMAIN") || text.contains("SERVFAIL")) {
            return self.failure(text);
        }
        if text.starts_with("Command completed") {
            if self.returned && self.is_empty() {
                self.error = Some("No records are returned".to_owned());
            }
            return !self.is_empty();
        }
        self.returned |= text.starts_with("Returned records:");
        true
    }

    /// `kms.example.com internet address = 192.0.2.1`
    fn address_line(&mut self, text: &str) -> bool {
        for between in ["internet address =", "AAAA IPv6 address ="] {
            if let Some((host, address)) = text.split_once(between) {
                if self.addresses.len() < MAX_RECORDS {
                    self.addresses.push((name(host), shorten(address.trim()).to_owned()));
                }
                return true;
            }
        }
        false
    }

    /// A record in one line: of `nslookup` elsewhere, `dig`, `host`, `dnscmd`, a zone, the table of `Resolve-DnsName`.
    fn row(&mut self, text: &str, indented: bool) -> bool {
        let words: Vec<&str> = text.split_whitespace().take(MAX_WORDS).collect();
        let known = self.records.last().map(|record| record.name.clone());
        // `0 5 1688 kms.example.com.`, as `dig +short` answers.
        if let ([priority, weight, port, target], true) = (words.as_slice(), self.asked)
            && let Some(row) = Record::of([priority, weight, port], target)
        {
            *self.record("_vlmcs._tcp") = Record { name: "_vlmcs._tcp".to_owned(), ..row };
            return true;
        }
        let Some((owner, row)) = one_line(&words, indented, known.as_deref()) else { return false };
        let record = self.record(owner);
        let name = std::mem::take(&mut record.name);
        *record = Record { name, ..row };
        true
    }

    /// A property in the list of `Resolve-DnsName`: `NameTarget : kms.example.com`
    fn property(&mut self, text: &str) -> bool {
        let Some((key, value)) = text.split_once(" :").map(|(key, value)| (key.trim(), value.trim())) else {
            return false;
        };
        match (key, self.records.last_mut()) {
            ("Name", _) if value.starts_with("_vlmcs.") => {
                self.record(value);
            }
            ("Name", _) if machine::name(value).is_some_and(|name| name.contains('.')) => self.host = name(value),
            ("NameTarget", Some(record)) => record.target = Some(name(value)),
            ("Priority", Some(record)) => record.priority = value.parse().ok(),
            ("Weight", Some(record)) => record.weight = value.parse().ok(),
            ("Port", Some(record)) => record.port = value.parse().ok(),
            ("IP4Address" | "IP6Address" | "IPAddress", _) => {
                if self.addresses.len() < MAX_RECORDS {
                    self.addresses.push((self.host.clone(), shorten(value).to_owned()));
                }
            }
            _ => return ["Type", "QueryType", "TTL", "Section", "DataLength"].contains(&key),
        }
        true
    }

    /// The record of the zone, which `nslookup` shows where the name is there and has no service record.
    fn zone(&mut self, text: &str) -> bool {
        let Some((key, _)) = text.split_once('=') else {
            return self.records.is_empty() && machine::name(text).is_some_and(|name| name.contains('.'));
        };
        if key.trim() == "primary name server" {
            self.error
                .get_or_insert_with(|| "No service location is registered, only the zone's own record".to_owned());
            return true;
        }
        ["responsible mail addr", "serial", "refresh", "retry", "expire", "default TTL"].contains(&key.trim())
    }

    fn failure(&mut self, text: &str) -> bool {
        let failed = text.starts_with("***")
            || text.starts_with("Resolve-DnsName")
            || text.starts_with("DNS request timed out")
            || text.starts_with("Command failed:") && text.contains("DNS_ERROR")
            || text.contains("NXDOMAIN")
            || text.contains("SERVFAIL");
        if failed {
            self.error.get_or_insert_with(|| shorten(text.trim_start_matches(['*', ' '])).to_owned());
        }
        // What PowerShell writes below an error.
        failed || text.starts_with("timeout was") || text.starts_with("At line:") || text.starts_with("+ ")
    }
}

/// The owner and the record that a line tells; a line that is indented has the owner of the one before.
fn one_line<'w>(words: &[&'w str], indented: bool, known: Option<&'w str>) -> Option<(&'w str, Record)> {
    // `_vlmcs._tcp.example.com SRV 3600 Answer kms.example.com 0 5 1688`
    if let [owner, "SRV", _, _, target, priority, weight, port] = words {
        let record = Record::of([priority, weight, port], target);
        if record.is_some() {
            return record.map(|record| (*owner, record));
        }
    }
    // `… has SRV record 0 5 1688 kms.example.com.`, `… service = 0 5 1688 kms.example.com.`, `… IN SRV 0 5 1688 kms`
    let at = words.iter().position(|word| matches!(*word, "SRV" | "service" | "srv"))?;
    let data = &words[at + 1..];
    let data = data.strip_prefix(&["record"]).or_else(|| data.strip_prefix(&["="])).unwrap_or(data);
    let [priority, weight, port, target, ..] = data else { return None };
    let record = Record::of([priority, weight, port], target)?;
    let named = |word: &&&str| word.starts_with('_') || !indented && at > 0 && !word.starts_with('[');
    let owner = words.first().filter(named).copied().or(known)?;
    // A number alone is how long a record may be kept.
    if owner.bytes().all(|byte| byte.is_ascii_digit()) {
        known.map(|known| (known, record))
    } else {
        Some((owner, record))
    }
}

impl Record {
    /// A record with these numbers, where they are some.
    fn of(numbers: [&str; 3], target: &str) -> Option<Self> {
        let [priority, weight, port] = numbers.map(|number| number.parse::<u16>().ok());
        let target = Some(name(target)).filter(|target| !target.is_empty());
        let record = Self { name: String::new(), priority, weight, port, target, line: 0 };
        (priority.is_some() && weight.is_some() && port.is_some() && record.target.is_some()).then_some(record)
    }
}

/// Whether a name is the service of KMS hosts, with its domain or without.
pub(crate) fn is_service(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    name == "_vlmcs" || name == "_vlmcs._tcp" || name.starts_with("_vlmcs._tcp.")
}

/// A host's name, without the dot at its end or the bar of a table.
fn name(text: &str) -> String {
    shorten(text.trim().trim_end_matches(['|', ' ']).trim_end_matches('.')).to_owned()
}

/// Whether a line begins an answer.
pub(crate) fn begins(text: &str) -> bool {
    let text = text.trim();
    text.contains("SRV service location:")
        || text.starts_with("***") && text.contains("find")
        || text.starts_with("DNS request timed out")
        || text.contains("_vlmcs") && Lookup::default().row(text, false)
        || text.starts_with("Server:") && text.len() > "Server:".len()
        || text.starts_with("Default Server:")
        || text.starts_with("primary name server =")
        || text.starts_with("; <<>> ")
        || text.contains("dig ") && text.contains("+short") && text.contains("_vlmcs")
        || text.starts_with(";; ->>HEADER<<-")
        || text.starts_with("Returned records:")
        || text.starts_with("Command failed:") && text.contains("DNS_ERROR")
        || text.starts_with("Host _vlmcs") && text.contains("not found")
        || text.contains("_vlmcs._tcp") && text.contains("has no SRV record")
        || text.starts_with("_vlmcs._tcp.") && text.contains("SRV") && text.ends_with(':')
        || text.starts_with("Resolve-DnsName") && text.contains(" : ")
        || text.split_once(" :").is_some_and(|(key, value)| key.trim() == "Name" && value.trim().starts_with("_vlmcs."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_from_whichever_tool_shows_it() {
        for text in [
            "_vlmcs._tcp.example.com\tservice = 0 5 1688 kms.example.com.",
            "_vlmcs._tcp.example.com. 3600 IN SRV 0 5 1688 kms.example.com.",
            "_vlmcs._tcp.example.com   SRV   3600  Answer   kms.example.com   0  5  1688",
            "_vlmcs._tcp.example.com has SRV record 0 5 1688 kms.example.com.",
            "_vlmcs._tcp.example.com. IN SRV 0 5 1688 kms.example.com.",
            "_vlmcs._tcp.example.com SRV 0 5 1688 kms.example.com",
            "_vlmcs._tcp.example.com [Aging:3600000] 3600 SRV\t0 5 1688 kms.example.com.",
            "_vlmcs._tcp.example.com  SRV service location: priority = 0 weight = 5 port = 1688 svr hostname = kms.example.com",
            "_vlmcs._tcp.example.com  SRV service location:\n priority = 0\n weight = 5\n port = 1688\n svr hostname = kms.example.com |",
        ] {
            let mut lookup = Lookup::default();
            assert!(begins(text.lines().next().unwrap()), "{text}");
            assert!(text.lines().all(|line| lookup.take(0, line)), "{text}");
            let expected = Record {
                name: "_vlmcs._tcp.example.com".into(),
                priority: Some(0),
                weight: Some(5),
                port: Some(1688),
                target: Some("kms.example.com".into()),
                line: 0,
            };
            assert_eq!(lookup.records, [expected], "{text}");
        }
    }

    #[test]
    fn lists_of_properties_are_read_with_the_addresses_behind_them() {
        let text = "Name       : _vlmcs._tcp.example.com\nType       : SRV\nTTL        : 600\nSection    : Answer\n\
            NameTarget : kms.example.com\nPriority   : 0\nWeight     : 5\nPort       : 1688\n\
            Name       : kms.example.com\nQueryType  : A\nTTL        : 600\nSection    : Additional\nIP4Address : 192.0.2.1";
        let mut lookup = Lookup::default();
        assert!(begins(text.lines().next().unwrap()));
        assert!(text.lines().all(|line| lookup.take(0, line)));
        assert_eq!((lookup.records.len(), lookup.records[0].weight), (1, Some(5)));
        assert_eq!(lookup.address("kms.example.com"), Some("192.0.2.1"));
    }

    #[test]
    fn a_zone_without_the_record_is_no_empty_answer() {
        let text = "Server:  dc.example.com\nAddress:  192.0.2.1\nexample.com\n        primary name server = dc.example.com\n\
            \x20       responsible mail addr = hostmaster.example.com\n        serial  = 12\n        default TTL = 3600 (1 hour)";
        let mut lookup = Lookup::default();
        assert!(text.lines().all(|line| lookup.take(0, line)));
        assert_eq!(lookup.expected_error(), Some(Hresult(0x8007_251D)));
        let mut lookup = Lookup::default();
        let failure = "Resolve-DnsName : _vlmcs._tcp.example.com : DNS name does not exist";
        assert!(begins(failure) && lookup.take(0, failure) && lookup.take(0, "At line:1 char:1"));
        assert_eq!(lookup.expected_error(), Some(Hresult(0x8007_232B)));
    }

    #[test]
    fn a_name_that_is_not_there_is_an_answer_too() {
        let mut lookup = Lookup::default();
        assert!(lookup.take(0, "*** dc.example.com can't find _vlmcs._tcp: Non-existent domain"));
        assert!(!lookup.is_empty() && lookup.records.is_empty());
        assert_eq!(lookup.expected_error(), Some(Hresult(0x8007_232B)));
    }
}
