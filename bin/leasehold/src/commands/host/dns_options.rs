//! How a host's record in DNS is set: the same on the command line and in the `[dns]` table of a configuration.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use leasehold_client::host_name;
use leasehold_core::{Code, Span};
use leasehold_discovery::{Config, DomainName, ServiceLabel, ServiceRecord};
use leasehold_host::dns::{Named, Publication, ZoneEntry};
use serde::{Deserialize, Deserializer};

use crate::failure::Failure;
use crate::values;

/// How the host's record in DNS is set; what is absent has its default.
#[derive(Args, Clone, Debug, Default, PartialEq, Deserialize)]
#[command(next_help_heading = "Record in DNS")]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DnsOptions {
    /// Zone to publish in; several by commas, or by repeating this.
    #[arg(long = "zone", value_name = "ZONE", value_delimiter = ',')]
    #[serde(deserialize_with = "many")]
    zones: Vec<DomainName>,
    /// Name that leads to this host [default: this machine's full name].
    #[arg(long, value_name = "NAME")]
    #[serde(deserialize_with = "one")]
    target: Option<Target>,
    /// Port that the record names [default: the port listened at].
    #[arg(long, value_name = "PORT", value_parser = values::whole::<u16>(1..=65_535))]
    port: Option<u16>,
    /// Hosts of the lowest priority are tried first [default: 10].
    #[arg(long, value_name = "N", value_parser = values::whole::<u16>(0..=65_535))]
    priority: Option<u16>,
    /// This host's share among those of its priority [default: 10].
    #[arg(long, value_name = "N", value_parser = values::whole::<u16>(0..=65_535))]
    weight: Option<u16>,
    /// Service label, as the product's manifest says [default: leasehold].
    #[arg(long, value_name = "LABEL")]
    #[serde(deserialize_with = "one")]
    service: Option<ServiceLabel>,
    /// Seconds for which the record may be remembered [default: 3600].
    #[arg(long, value_name = "SECONDS", value_parser = values::whole::<u32>(0..=u64::from(u32::MAX)))]
    ttl: Option<u32>,
    /// Name server that holds the zone, and its port where that is not 53; several by commas, the first to answer is
    /// taken [default: this machine's name servers].
    #[arg(long = "server", visible_alias = "dns-server", value_name = "ADDRESS", value_delimiter = ',')]
    #[serde(deserialize_with = "many")]
    servers: Vec<NameServer>,
    /// Key that may change the zone, as BIND's `tsig-keygen` writes it.
    #[arg(long, value_name = "FILE")]
    tsig_key_file: Option<PathBuf>,
}

/// The name of a host, as an SRV record takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target(pub(crate) DomainName);

/// The address of a name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameServer(pub(crate) SocketAddr);

impl DnsOptions {
    /// Whether no option is given.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there is nothing to publish.
    pub(crate) fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    /// These options, and those of `other` for what is not set.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            zones: if self.zones.is_empty() { other.zones } else { self.zones },
            target: self.target.or(other.target),
            port: self.port.or(other.port),
            priority: self.priority.or(other.priority),
            weight: self.weight.or(other.weight),
            service: self.service.or(other.service),
            ttl: self.ttl.or(other.ttl),
            servers: if self.servers.is_empty() { other.servers } else { self.servers },
            tsig_key_file: self.tsig_key_file.or(other.tsig_key_file),
        }
    }

    /// The service that machines look for.
    pub(crate) fn label(&self) -> ServiceLabel {
        self.service.clone().unwrap_or_default()
    }

    /// The host's name.
    pub(crate) fn target(&self) -> Result<DomainName, Failure> {
        match &self.target {
            Some(Target(name)) => Ok(name.clone()),
            None => full_name(host_name().as_ref().map(leasehold_core::Text::as_str)),
        }
    }

    /// The name servers to ask; none where this machine's are to be asked.
    pub(crate) fn servers(&self) -> Vec<SocketAddr> {
        self.servers.iter().map(|server| server.0).collect()
    }

    /// These options, for these zones.
    pub(crate) fn within(self, zones: Vec<DomainName>) -> Self {
        Self { zones, ..self }
    }

    /// The file with the key that may change the zones.
    pub(crate) fn key_file(&self) -> Option<&Path> {
        self.tsig_key_file.as_deref()
    }

    /// The zones.
    pub(crate) fn zones(&self) -> &[DomainName] {
        &self.zones
    }

    /// The record of a host that listens at the port `listen`.
    pub(crate) fn record(&self, listen: u16) -> Result<ServiceRecord, Failure> {
        Ok(ServiceRecord {
            priority: self.priority.unwrap_or(PRIORITY),
            weight: self.weight.unwrap_or(WEIGHT),
            port: self.port.unwrap_or(listen),
            target: self.target()?,
            ttl: self.ttl.map_or(TTL, |seconds| Span::seconds(seconds.into())),
        })
    }

    /// What a host that listens at the port `listen` publishes; as it did `last` where this machine has no name.
    pub(crate) fn publication(self, listen: u16, last: Option<ServiceRecord>) -> Result<Publication, Failure> {
        let own = self.record(listen).or_else(|failure| last.ok_or(failure))?;
        let (label, servers) = (self.label(), self.servers());
        let entry = |zone: DomainName| {
            let named = ZoneEntry::new(&label, zone.clone());
            named.map_err(|error| Failure::failed(error.code(), format!("zone {zone}: {error}")))
        };
        let entries = self.zones.into_iter().map(entry).collect::<Result<_, _>>()?;
        let target = self.target.map(|Target(name)| name);
        let named = Named { target, port: self.port };
        Ok(Publication { entries, own, servers, key_file: self.tsig_key_file, folder: None, named })
    }
}

/// This machine's name with its domain, which is the first that the machine looks in where the name has none itself.
fn full_name(name: Option<&str>) -> Result<DomainName, Failure> {
    let unknown = |what: &str| {
        Failure::failed(Code::NoFullName, format!("{what}; machines could not find this host by it"))
            .hint("give the name that leads to this host: `--target NAME`")
    };
    let Some(name) = name else { return Err(unknown("this machine has no name")) };
    let full = match Config::of_this_machine() {
        _ if name.contains('.') => name.to_owned(),
        Ok(Config { suffixes, .. }) if !suffixes.is_empty() => format!("{name}.{}", suffixes[0]),
        Ok(_) | Err(_) => return Err(unknown(&format!("this machine's name, {name}, has no domain"))),
    };
    full.parse().map_err(|error| unknown(&format!("this machine's name, {full}: {error}")))
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() || text.parse::<SocketAddr>().is_ok() {
            return Err("an SRV record names a host, not an address: give the name that leads to it".to_owned());
        }
        text.parse().map(Self).map_err(|error: leasehold_discovery::NameError| error.to_string())
    }
}

impl FromStr for NameServer {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let address = text.parse().map(|ip| SocketAddr::new(ip, DNS_PORT));
        let address = address.or_else(|_| text.parse());
        address.map(Self).map_err(|_| "a name server is given by its address, like 10.0.0.53 or 10.0.0.53:5353")
    }
}

pub(super) fn one<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(source: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(source)?;
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("{text}: {error}")))
}

pub(super) fn many<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(source: D) -> Result<Vec<T>, D::Error> {
    let texts = Vec::<String>::deserialize(source)?;
    let parsed =
        texts.iter().map(|text| text.parse().map_err(|error| serde::de::Error::custom(format!("{text}: {error}"))));
    parsed.collect()
}

/// In the middle, so that another host can be put before or after this one without changing it.
const PRIORITY: u16 = 10;
/// Not 0, with which it would get next to nothing beside a host that has a weight.
const WEIGHT: u16 = 10;
/// DESIGN section 5.
const TTL: Span = Span::HOUR;
const DNS_PORT: u16 = 53;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_target() {
        for text in ["10.0.0.1", "2001:db8::1", "[2001:db8::1]", "10.0.0.1:16880", "a b", ""] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
        assert_eq!("Lease1.corp.example.".parse::<Target>().unwrap().0.as_str(), "lease1.corp.example");
    }

    #[test]
    fn a_name_server_answers_at_port_53_unless_said_otherwise() {
        for (text, expected) in [("10.0.0.53", "10.0.0.53:53"), ("[::1]:5353", "[::1]:5353"), ("::1", "[::1]:53")] {
            assert_eq!(text.parse::<NameServer>().unwrap().0.to_string(), expected);
        }
        assert!("ns1.corp.example".parse::<NameServer>().is_err());
    }

    #[test]
    fn options_win_over_the_configuration_one_by_one() {
        let config: DnsOptions = toml::from_str("zones = [\"a.example\"]\nport = 1\nweight = 5").unwrap();
        let options: DnsOptions = toml::from_str("port = 2\ntarget = \"h.a.example\"").unwrap();
        let publication = options.or(config).publication(16_880, None).unwrap();
        let line = publication.line(&publication.entries[0]);
        assert_eq!(line, "_leasehold._tcp.a.example. 3600 IN SRV 10 5 2 h.a.example.");
    }

    #[test]
    fn a_machine_without_a_name_asks_for_one() {
        assert_eq!(full_name(Some("h.a.example")).unwrap().as_str(), "h.a.example");
        assert!(full_name(None).is_err());
    }
}
