//! macOS: the first resolver that `scutil --dns` prints; the others are for single domains.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use super::{DNS_PORT, Settings, printed};
use crate::error::LookupError;

pub(crate) fn read() -> Result<Settings, LookupError> {
    let name = printed("/bin/hostname", &[]).unwrap_or_default();
    Ok(settings(&printed(SCUTIL, &["--dns"])?, &name))
}

fn settings(text: &str, name: &str) -> Settings {
    let resolver = text.split("resolver #").nth(1).unwrap_or_default();
    let lines: Vec<(&str, &str)> = resolver.lines().filter_map(|line| line.split_once(" : ")).collect();
    let values = |key: &'static str| {
        let of_key = move |(label, _): &&(&str, &str)| label.trim().split('[').next() == Some(key);
        lines.iter().filter(of_key).map(|(_, value)| value.trim())
    };
    let interface = values("if_index").find_map(|value| value.split(' ').next()?.parse().ok()).unwrap_or(0);
    let mut suffixes: Vec<String> = values("search domain").chain(values("domain")).map(str::to_owned).collect();
    suffixes.extend(name.trim().split_once('.').map(|(_, domain)| domain.to_owned()));
    let servers = values("nameserver").filter_map(|value| address(value, interface)).collect();
    Settings { place: SCUTIL.into(), servers, suffixes, ..Settings::default() }
}

fn address(text: &str, interface: u32) -> Option<SocketAddr> {
    match text.split('%').next()?.parse().ok()? {
        IpAddr::V4(ip) => Some((ip, DNS_PORT).into()),
        IpAddr::V6(ip) => {
            let scope = if ip.is_unicast_link_local() { interface } else { 0 };
            Some(SocketAddrV6::new(ip, DNS_PORT, 0, scope).into())
        }
    }
}

const SCUTIL: &str = "/usr/sbin/scutil";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_resolver_counts() {
        let _: fn() -> Result<Settings, LookupError> = read;
        let text = "DNS configuration\n\nresolver #1\n  search domain[0] : corp.example\n  search domain[1] : example\n  \
                    nameserver[0] : 10.0.0.53\n  nameserver[1] : fe80::1%en0\n  if_index : 4 (en0)\n  flags    : Request A \
                    records\n\nresolver #2\n  domain   : local\n  options  : mdns\n  nameserver[0] : 10.9.9.9\n";
        let settings = settings(text, "mac.office.example\n");
        let expected: Vec<SocketAddr> = ["10.0.0.53:53", "[fe80::1%4]:53"].map(|a| a.parse().unwrap()).to_vec();
        assert_eq!(settings.servers, expected);
        assert_eq!(settings.suffixes, ["corp.example", "example", "office.example"]);
    }
}
