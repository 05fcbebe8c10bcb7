//! Where a host or an authority is: `name`, `name:port`, `[v6]:port`, with `http://` or `https://` before it where wanted.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// The address of a host's client API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostAddress {
    scheme: Scheme,
    name: Name,
    port: u16,
}

/// The address of a vendor's authority. As with hosts, and as `vendor serve` listens, plain HTTP is spoken unless `https://` stands
/// before it; the port is 16890 unless set, after `https://` 443, after `http://` 80.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AuthorityAddress(pub(crate) HostAddress);

/// Why a text is no address of a host or an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Something else than `http` or `https` stands before `://`.
    #[error("an address begins with http://, https:// or a name")]
    Scheme,
    /// There is no name, or it has characters that no name has.
    #[error("a name has letters, digits, hyphens and dots; an IPv6 address with a port stands in brackets")]
    Name,
    /// The port is no number from 1 to 65535.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// Something follows the port.
    #[error("an address ends with the name or port: no path, user or query")]
    More,
}

/// How a server is spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    Http,
    Https,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    Dns(Box<str>),
    Ip(IpAddr),
}

impl HostAddress {
    /// The port where hosts listen unless set otherwise.
    pub const PORT: u16 = 16_880;

    /// The URL of `path`, which begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        format!("{scheme}://{}:{}{path}", self.name, self.port)
    }

    /// Name and port, as the system looks them up.
    pub(crate) fn socket(&self) -> String {
        format!("{}:{}", self.name, self.port)
    }

    /// The name or address.
    pub(crate) fn name(&self) -> String {
        self.name.to_string()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is on this machine, so that no proxy stands between.
    pub(crate) fn is_loopback(&self) -> bool {
        match &self.name {
            Name::Dns(name) => name.as_ref() == "localhost",
            Name::Ip(ip) => ip.is_loopback(),
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether TLS is spoken there.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Reads the address of a web server: a port that is not set is the one of the scheme.
    pub(crate) fn of_web(text: &str) -> Result<Self, AddressError> {
        Self::parse(text, |scheme| web_port(scheme.unwrap_or(Scheme::Https)))
    }

    /// Reads an address; a port that is not set is the one that `usual` says for the scheme that is.
    fn parse(text: &str, usual: fn(Option<Scheme>) -> u16) -> Result<Self, AddressError> {
        let text = text.trim();
        let (named, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(Scheme::Http), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(Scheme::Https), rest),
            Some(_) => return Err(AddressError::Scheme),
            None => (None, text),
        };
        let (scheme, usual) = (named.unwrap_or(Scheme::Http), usual(named));
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '@']) {
            return Err(AddressError::More);
        }
        if let Ok(ip) = authority.parse::<Ipv6Addr>() {
            return Ok(Self { scheme, name: Name::of_v6(ip), port: usual });
        }
        let (name, port) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (ip, rest) = bracketed.split_once(']').ok_or(AddressError::Name)?;
                let ip: Ipv6Addr = ip.parse().map_err(|_| AddressError::Name)?;
                let port = match rest.strip_prefix(':') {
                    Some(port) => Some(port),
                    None if rest.is_empty() => None,
                    None => return Err(AddressError::More),
                };
                (Name::of_v6(ip), port)
            }
            None => match authority.split_once(':') {
                Some((name, port)) => (dns_or_v4(name)?, Some(port)),
                None => (dns_or_v4(authority)?, None),
            },
        };
        Ok(Self { scheme, name, port: port.map_or(Ok(usual), parse_port)? })
    }
}

impl FromStr for HostAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text, |_| Self::PORT)
    }
}

impl AuthorityAddress {
    /// The port where `vendor serve` listens unless set otherwise.
    pub const PORT: u16 = 16_890;

    /// Whether TLS is spoken there.
    pub fn is_secure(&self) -> bool {
        self.0.is_secure()
    }
}

impl FromStr for AuthorityAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        HostAddress::parse(text, |scheme| scheme.map_or(Self::PORT, web_port)).map(Self)
    }
}

impl fmt::Display for AuthorityAddress {
    /// With the scheme that is spoken, and with its port where that is not the usual one of the scheme; reads back as itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HostAddress { scheme, name, port } = &self.0;
        let word = if self.is_secure() { "https" } else { "http" };
        if *port == web_port(*scheme) { write!(f, "{word}://{name}") } else { write!(f, "{word}://{name}:{port}") }
    }
}

impl fmt::Display for HostAddress {
    /// `host:port`, with `https://` before it where TLS is spoken; reads back as itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure() { "https://" } else { "" };
        write!(f, "{scheme}{}:{}", self.name, self.port)
    }
}

impl Name {
    /// An address of IPv4 in the form of IPv6 is the one of IPv4.
    fn of_v6(ip: Ipv6Addr) -> Self {
        Self::Ip(IpAddr::V6(ip).to_canonical())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(ip)) => ip.fmt(f),
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
        }
    }
}

fn dns_or_v4(text: &str) -> Result<Name, AddressError> {
    if let Ok(ip) = text.parse() {
        return Ok(Name::Ip(IpAddr::V4(ip)));
    }
    let name = text.to_ascii_lowercase();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let usable = (1..=253).contains(&name.len()) && name.chars().all(allowed) && !name.starts_with(['-', '.']);
    if usable { Ok(Name::Dns(name.into())) } else { Err(AddressError::Name) }
}

fn web_port(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    }
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.then(|| text.parse().ok()).flatten();
    port.filter(|port| *port != 0).ok_or(AddressError::Port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_address_is_read_and_shown_in_full() {
        for (text, shown, url) in [
            ("lease.example", "lease.example:16880", "http://lease.example:16880/v1/host"),
            (" Lease.Example:80 ", "lease.example:80", "http://lease.example:80/v1/host"),
            ("10.0.0.7", "10.0.0.7:16880", "http://10.0.0.7:16880/v1/host"),
            ("[2001:db8::7]:1234", "[2001:db8::7]:1234", "http://[2001:db8::7]:1234/v1/host"),
            ("[::1]", "[::1]:16880", "http://[::1]:16880/v1/host"),
            ("::1", "[::1]:16880", "http://[::1]:16880/v1/host"),
            ("[::ffff:10.0.0.7]:80", "10.0.0.7:80", "http://10.0.0.7:80/v1/host"),
            ("::ffff:10.0.0.7", "10.0.0.7:16880", "http://10.0.0.7:16880/v1/host"),
            ("http://a.b/", "a.b:16880", "http://a.b:16880/v1/host"),
            ("HTTPS://a:443", "https://a:443", "https://a:443/v1/host"),
        ] {
            let address: HostAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown, "{text}");
            assert_eq!(address.url("/v1/host"), url, "{text}");
            assert_eq!(shown.parse(), Ok(address));
        }
    }

    #[test]
    fn an_authority_is_spoken_with_as_it_serves_unless_a_scheme_is_named() {
        for (text, shown, url) in [
            ("activate.example", "http://activate.example:16890", "http://activate.example:16890/v1/hosts"),
            ("10.0.0.7:1234", "http://10.0.0.7:1234", "http://10.0.0.7:1234/v1/hosts"),
            ("https://activate.example", "https://activate.example", "https://activate.example:443/v1/hosts"),
            ("http://Activate.Example/", "http://activate.example", "http://activate.example:80/v1/hosts"),
            ("https://a:8443", "https://a:8443", "https://a:8443/v1/hosts"),
            ("::1", "http://[::1]:16890", "http://[::1]:16890/v1/hosts"),
        ] {
            let address: AuthorityAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown, "{text}");
            assert_eq!(address.0.url("/v1/hosts"), url, "{text}");
            assert_eq!(shown.parse(), Ok(address));
        }
        assert_eq!("https://a/v1".parse::<AuthorityAddress>(), Err(AddressError::More));
    }

    #[test]
    fn what_is_no_address_says_what_is_wrong() {
        for (text, error) in [
            ("", AddressError::Name),
            ("ftp://a", AddressError::Scheme),
            ("a b", AddressError::Name),
            (":80", AddressError::Name),
            ("2001:db8::7:x", AddressError::Port),
            ("[::1", AddressError::Name),
            ("[::1]80", AddressError::More),
            ("a:0", AddressError::Port),
            ("a:65536", AddressError::Port),
            ("a:+1", AddressError::Port),
            ("a:", AddressError::Port),
            ("a/leases", AddressError::More),
            ("me@a", AddressError::More),
        ] {
            assert_eq!(text.parse::<HostAddress>(), Err(error), "{text}");
        }
    }
}
