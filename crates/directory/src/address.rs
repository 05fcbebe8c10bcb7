//! Where a directory's server is: `ldaps://name[:port]` or `ldap://name[:port]`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// The address of a directory's server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DirectoryAddress {
    scheme: Scheme,
    name: String,
    port: u16,
}

/// How a server is spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// LDAP, without TLS at first; before a password is sent, TLS is started (RFC 4511 section 4.14).
    Ldap,
    /// LDAP within TLS from the first byte.
    Ldaps,
}

/// Why a text is no address of a directory's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Something else than `ldap` or `ldaps` stands before `://`.
    #[error("the address of a directory begins with ldaps:// or ldap://")]
    Scheme,
    /// There is no name, or it has characters that no name has.
    #[error("a name has letters, digits, hyphens and dots; an IPv6 address stands in brackets")]
    Name,
    /// The port is no number from 1 to 65535.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// Something follows the port.
    #[error("an address ends with the name or port: no base, query or user")]
    More,
}

impl DirectoryAddress {
    /// The server of this name that speaks plain LDAP at `port`, as a DNS record names it.
    ///
    /// # Errors
    /// [`AddressError::Name`].
    pub fn ldap(name: &str, port: u16) -> Result<Self, AddressError> {
        Ok(Self { scheme: Scheme::Ldap, name: check(name)?, port })
    }

    /// How it is spoken with.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its name, an IPv6 address without brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for DirectoryAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(AddressError::Scheme)?;
        let (scheme, usual) = match scheme.to_ascii_lowercase().as_str() {
            "ldap" => (Scheme::Ldap, 389),
            "ldaps" => (Scheme::Ldaps, 636),
            _ => return Err(AddressError::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@']) {
            return Err(AddressError::More);
        }
        let (name, port) = match rest.strip_prefix('[').map(|rest| rest.split_once(']').ok_or(AddressError::Name)) {
            Some(bracketed) => {
                let (ip, rest) = bracketed?;
                let ip: Ipv6Addr = ip.parse().map_err(|_| AddressError::Name)?;
                let port = rest.strip_prefix(':');
                if port.is_none() && !rest.is_empty() {
                    return Err(AddressError::More);
                }
                (ip.to_string(), port)
            }
            None => match rest.split_once(':') {
                Some((name, port)) => (check(name)?, Some(port)),
                None => (check(rest)?, None),
            },
        };
        let port = port.map_or(Ok(usual), |port| port.parse().ok().filter(|port| *port > 0).ok_or(AddressError::Port));
        Ok(Self { scheme, name, port: port? })
    }
}

impl fmt::Display for DirectoryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = match self.scheme {
            Scheme::Ldap => ("ldap", 389),
            Scheme::Ldaps => ("ldaps", 636),
        };
        match self.name.parse::<Ipv6Addr>() {
            Ok(ip) => write!(f, "{scheme}://[{ip}]")?,
            Err(_) => write!(f, "{scheme}://{}", self.name)?,
        }
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// A name that DNS may know, or an IPv4 address; as it is looked up.
fn check(name: &str) -> Result<String, AddressError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let usable = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len()) && label.chars().all(inner) && !label.starts_with('-')
    };
    let whole = name.len() <= 253 && name.split('.').all(usable);
    // What looks like an IPv4 address and is none, such as 10.0.0.256, is no name either.
    let number = name.chars().all(|c| c.is_ascii_digit() || c == '.');
    if whole && (!number || name.parse::<IpAddr>().is_ok()) {
        Ok(name.to_ascii_lowercase())
    } else {
        Err(AddressError::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_what_is_usual() {
        for (text, shown) in [
            ("ldaps://DC1.corp.example", "ldaps://dc1.corp.example"),
            ("ldap://dc1.corp.example:389/", "ldap://dc1.corp.example"),
            ("LDAPS://[2001:db8::1]:1636", "ldaps://[2001:db8::1]:1636"),
            ("ldap://10.0.0.1", "ldap://10.0.0.1"),
            ("ldap://dc_1.corp.example.", "ldap://dc_1.corp.example"),
        ] {
            let address: DirectoryAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(shown.parse::<DirectoryAddress>().unwrap(), address);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_by_what_is_wrong_with_it() {
        for (text, error) in [
            ("dc1.corp.example", AddressError::Scheme),
            ("https://dc1", AddressError::Scheme),
            ("ldap://", AddressError::Name),
            ("ldap://a b", AddressError::Name),
            ("ldap://10.0.0.256", AddressError::Name),
            ("ldap://a:0", AddressError::Port),
            ("ldap://a:70000", AddressError::Port),
            ("ldap://a/dc=example", AddressError::More),
            ("ldap://user@a", AddressError::More),
            ("ldap://[::1", AddressError::Name),
            ("ldap://[::1]x", AddressError::More),
        ] {
            assert_eq!(text.parse::<DirectoryAddress>(), Err(error), "{text}");
        }
    }
}
