//! How a command looks for hosts by name.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::Args;
use leasehold_client::discovery::{Config, DomainName};
use leasehold_client::{LocalLink, Lookup, Options};

use crate::failure::Failure;
use crate::values;

/// How hosts are looked for by name, where no address is given or none answers.
#[derive(Debug, Default, Args)]
pub(crate) struct Names {
    /// Look for no host in DNS.
    #[arg(long, conflicts_with_all = ["dns_servers", "dns_suffixes"])]
    no_dns: bool,
    /// Ask this name server, and not the system's; several in their order.
    #[arg(long = "dns-server", value_name = "ADDRESS", value_delimiter = ',', value_parser = name_server)]
    dns_servers: Vec<SocketAddr>,
    /// Look under this DNS suffix, and not under the machine's own; several in their order.
    #[arg(long = "dns-suffix", value_name = "NAME", value_delimiter = ',')]
    dns_suffixes: Vec<DomainName>,
    /// Listen for hosts on the local link too (multicast DNS), where no other answers.
    #[arg(long)]
    mdns: bool,
    /// How long one address may take to accept a connection, in milliseconds [default: 3000].
    #[arg(long, value_name = "MS", value_parser = values::whole::<u64>(1..=60_000))]
    timeout: Option<u64>,
}

impl Names {
    /// `options`, with what was set here.
    pub(crate) fn options(&self, options: Options) -> Result<Options, Failure> {
        let timeout = self.timeout.map(Duration::from_millis);
        Ok(Options {
            lookup: self.lookup()?,
            local_link: if self.mdns { LocalLink::Browsed } else { LocalLink::Ignored },
            connect_timeout: timeout.unwrap_or(options.connect_timeout),
            ..options
        })
    }

    fn lookup(&self) -> Result<Lookup, Failure> {
        if self.no_dns {
            return Ok(Lookup::Off);
        }
        let own = match (self.dns_servers.as_slice(), self.dns_suffixes.as_slice()) {
            ([], []) => return Ok(Lookup::System),
            ([_, ..], [_, ..]) => return Ok(Lookup::With(self.over(Config::new(Vec::new(), Vec::new())))),
            ([], [_, ..]) | ([_, ..], []) => Config::of_this_machine(),
        };
        let own = own.map_err(|error| Failure::failed(error.code(), error.to_string()))?;
        Ok(Lookup::With(self.over(own)))
    }

    fn over(&self, own: Config) -> Config {
        let servers = if self.dns_servers.is_empty() { own.servers } else { self.dns_servers.clone() };
        let suffixes = if self.dns_suffixes.is_empty() { own.suffixes } else { self.dns_suffixes.clone() };
        Config { servers, suffixes, ..own }
    }
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    let bare = || text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, DNS_PORT));
    let server = text.parse().ok().or_else(bare);
    server.ok_or_else(|| "a name server is an IP address, with a port where it is not 53".to_owned())
}

const DNS_PORT: u16 = 53;
