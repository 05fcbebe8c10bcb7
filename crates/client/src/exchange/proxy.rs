//! Which proxy stands between this machine and an address: `HTTP_PROXY` for http, `HTTPS_PROXY` for https, else `ALL_PROXY`; none for
//! what `NO_PROXY` names, for this machine itself, and for hosts that the network names.

use std::fmt;
use std::net::IpAddr;

use ureq::{Proxy, ProxyProtocol};

use crate::address::{HostAddress, Scheme};
use crate::policy::setting;

/// The proxies that group policy or the environment sets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    http: Option<Setting>,
    https: Option<Setting>,
    exceptions: Vec<String>,
    unusable: Vec<&'static str>,
}

/// A proxy, and the variable that names it.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) proxy: Proxy,
    variable: &'static str,
}

/// How an address is reached.
#[derive(Clone, Debug)]
pub(crate) enum Way<'p> {
    Through(&'p Setting),
    Direct(Direct<'p>),
}

/// Why no proxy stands between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direct<'p> {
    /// No variable sets one.
    NoneSet,
    /// It is this machine.
    Loopback,
    /// The network names it.
    Found,
    /// `NO_PROXY` has this.
    Exception(&'p str),
}

impl Proxies {
    pub(crate) fn from_environment() -> Self {
        Self::from_variables(|name| setting(name)?.into_string().ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut unusable = Vec::new();
        let mut setting = |names: &[&'static str]| {
            names.iter().find_map(|name| {
                let value = variable(name).filter(|value| !value.trim().is_empty())?;
                let proxy = Proxy::new(value.trim()).ok();
                // What this program is built without would fail at every connection.
                let usable =
                    proxy.filter(|proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https));
                if usable.is_none() {
                    unusable.push(*name);
                }
                Some(Setting { proxy: usable?, variable: name })
            })
        };
        let http = setting(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]);
        let https = setting(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
        let exceptions = variable("no_proxy").or_else(|| variable("NO_PROXY")).unwrap_or_default();
        let exceptions =
            exceptions.split([',', ' ', ';']).filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
        unusable.dedup();
        Self { http, https, exceptions, unusable }
    }

    /// The way to `address`, where its name is looked up.
    pub(crate) fn way_to(&self, address: &HostAddress) -> Way<'_> {
        let setting = match address.scheme() {
            Scheme::Http => &self.http,
            Scheme::Https => &self.https,
        };
        let Some(setting) = setting else { return Way::Direct(Direct::NoneSet) };
        if address.is_loopback() {
            return Way::Direct(Direct::Loopback);
        }
        match self.exceptions.iter().find(|entry| covers(entry, &address.name(), address.port())) {
            Some(entry) => Way::Direct(Direct::Exception(entry)),
            None => Way::Through(setting),
        }
    }

    /// The proxy for a scheme.
    pub(crate) fn of_scheme(&self, scheme: Scheme) -> Option<Proxy> {
        let setting = match scheme {
            Scheme::Http => &self.http,
            Scheme::Https => &self.https,
        };
        setting.as_ref().map(|setting| setting.proxy.clone())
    }

    /// The variables that name no proxy that could be used.
    pub(crate) fn unusable(&self) -> &[&'static str] {
        &self.unusable
    }
}

impl Setting {
    /// The proxy's address, without its credentials.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.proxy.host(), self.proxy.port())
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.address(), self.variable)
    }
}

impl fmt::Display for Direct<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneSet => f.write_str("no proxy is set"),
            Self::Loopback => f.write_str("no proxy, since it is this machine"),
            Self::Found => f.write_str("no proxy, since the network names the host"),
            Self::Exception(entry) => write!(f, "no proxy, since NO_PROXY has {entry}"),
        }
    }
}

/// Whether an entry of `NO_PROXY` covers a host: `*`, a name with all names below it, an address, or a network of addresses; each
/// with a port where it is meant for that alone.
fn covers(entry: &str, host: &str, port: u16) -> bool {
    let (entry, entry_port) = split_port(entry);
    if entry_port.is_some_and(|meant| meant != port) {
        return false;
    }
    if entry == "*" {
        return true;
    }
    let bare = |name: &str| name.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
    let (entry, host) = (bare(entry.trim_start_matches('*').trim_start_matches('.')), bare(host));
    if let Ok(ip) = host.parse::<IpAddr>() {
        return entry.parse() == Ok(ip) || entry.split_once('/').is_some_and(|network| contains(network, ip));
    }
    let below = host.strip_suffix(entry.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    !entry.is_empty() && below
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    let split = entry.rsplit_once(':').filter(|(name, _)| !name.contains(':') || name.ends_with(']'));
    match split.and_then(|(name, port)| Some((name, port.parse().ok()?))) {
        Some((name, port)) => (name, Some(port)),
        None => (entry, None),
    }
}

fn contains((network, length): (&str, &str), ip: IpAddr) -> bool {
    let (Ok(network), Ok(length)) = (network.parse::<IpAddr>(), length.parse::<u32>()) else { return false };
    let bits = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()) << 96, 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    };
    let ((network, width), (ip, same)) = (bits(network), bits(ip));
    let differ = (network ^ ip).checked_shr(128_u32.saturating_sub(length)).unwrap_or(0);
    width == same && length <= width && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        let value =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Proxies::from_variables(value)
    }

    fn way(proxies: &Proxies, address: &str) -> String {
        match proxies.way_to(&address.parse().unwrap()) {
            Way::Through(setting) => setting.to_string(),
            Way::Direct(direct) => direct.to_string(),
        }
    }

    #[test]
    fn each_scheme_has_its_proxy_and_one_may_serve_all() {
        let set = proxies(&[("HTTP_PROXY", "http://me:secret@p:3128"), ("ALL_PROXY", "q")]);
        assert_eq!(way(&set, "lease.corp.test"), "p:3128 (HTTP_PROXY)");
        assert_eq!(way(&set, "https://lease.corp.test"), "q:80 (ALL_PROXY)");
        assert_eq!(way(&set, "127.0.0.1"), "no proxy, since it is this machine");
        assert_eq!(way(&proxies(&[("HTTPS_PROXY", "p:1")]), "lease.corp.test"), "no proxy is set");
        let lower = proxies(&[("HTTP_PROXY", "upper:1"), ("http_proxy", "lower:1")]);
        assert_eq!(way(&lower, "a"), "lower:1 (http_proxy)");
    }

    #[test]
    fn what_is_no_proxy_is_named_and_not_used() {
        let set = proxies(&[("ALL_PROXY", "socks5://p:1080"), ("HTTP_PROXY", "::")]);
        assert_eq!(way(&set, "a"), "no proxy is set");
        assert_eq!(set.unusable(), ["HTTP_PROXY", "ALL_PROXY"]);
    }

    #[test]
    fn an_exception_is_a_suffix_an_address_or_a_network() {
        for (no_proxy, hosts, others) in [
            (
                "corp.test",
                vec!["corp.test", "lease.corp.test", "LEASE.Corp.Test:80"],
                vec!["xcorp.test", "corp.test.org"],
            ),
            (".corp.test", vec!["lease.corp.test", "corp.test"], vec!["xcorp.test"]),
            ("*.corp.test", vec!["a.lease.corp.test"], vec!["test"]),
            ("a, corp.test.", vec!["a", "lease.corp.test"], vec!["b"]),
            ("*", vec!["anything.at.all", "10.0.0.1", "[2001:db8::1]"], vec![]),
            ("corp.test:16880", vec!["lease.corp.test:16880"], vec!["lease.corp.test:80"]),
            ("10.0.0.0/8", vec!["10.1.2.3"], vec!["11.0.0.1", "10.corp.test", "[2001:db8::1]"]),
            ("10.0.0.7", vec!["10.0.0.7"], vec!["10.0.0.70"]),
            ("2001:db8::/32", vec!["[2001:db8::1]"], vec!["[2001:db9::1]"]),
            ("[2001:db8::1]:16880", vec!["[2001:db8::1]"], vec!["[2001:db8::1]:80"]),
            ("0.0.0.0/0", vec!["8.8.8.8"], vec!["[2001:db8::1]", "a"]),
            (",;", vec![], vec!["a"]),
        ] {
            let set = proxies(&[("HTTP_PROXY", "p:1"), ("NO_PROXY", no_proxy)]);
            for host in hosts {
                assert!(way(&set, host).starts_with("no proxy, since NO_PROXY has "), "{no_proxy}: {host}");
            }
            for other in others {
                assert_eq!(way(&set, other), "p:1 (HTTP_PROXY)", "{no_proxy}: {other}");
            }
        }
    }
}
