//! The address that a request comes from, where proxies stand between.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// One address or all of a network, as `10.1.2.3` or `10.1.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address or a network is written like 10.1.2.3, 10.1.0.0/16 or 2001:db8::/32")]
pub struct InvalidNetwork;

/// The client's address: the other end of the connection (`peer`); or, where that is a trusted proxy, the nearest address
/// in `X-Forwarded-For` that is not a trusted proxy's.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    let lines = headers.get_all(&FORWARDED_FOR).into_iter().rev();
    for word in lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')) {
        if !trusted.iter().any(|network| network.contains(nearest)) {
            break;
        }
        // What stands before an unreadable word cannot be attributed to any proxy.
        let Some(before) = address(word.trim()) else { break };
        nearest = before.to_canonical();
    }
    nearest
}

/// Some proxies add the port.
fn address(word: &str) -> Option<IpAddr> {
    let bare = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
    bare.parse().ok().or_else(|| word.parse().ok().map(|address: SocketAddr| address.ip()))
}

impl Network {
    /// Whether `address` is one of it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_| address()).map(Self).map_err(|_| InvalidNetwork)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let headers = lines.iter().map(|line| (FORWARDED_FOR.clone(), line.parse().unwrap())).collect();
        let trusted: Vec<Network> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn what_strangers_say_of_themselves_is_ignored() {
        assert_eq!(seen("198.51.100.7", &["10.9.9.9"], &[]), "198.51.100.7");
        assert_eq!(seen("198.51.100.7", &["10.9.9.9"], &["10.0.0.0/8"]), "198.51.100.7");
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_the_client_before_it_is_not() {
        let trusted = ["10.0.0.0/8", "2001:db8::1"];
        assert_eq!(seen("10.0.0.1", &["203.0.113.5"], &trusted), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 203.0.113.5, 10.0.0.2"], &trusted), "203.0.113.5");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "203.0.113.5", "10.0.0.2"], &trusted), "203.0.113.5");
        assert_eq!(seen("::ffff:10.0.0.1", &["203.0.113.5:4711"], &trusted), "203.0.113.5");
        assert_eq!(seen("2001:db8::1", &["[2001:db8:9::5]:99"], &trusted), "2001:db8:9::5");
        assert_eq!(seen("2001:db8::1", &["[2001:db8:9::5]"], &trusted), "2001:db8:9::5");
    }

    #[test]
    fn a_proxy_that_says_nothing_useful_counts_as_the_client() {
        let trusted = ["10.0.0.0/8"];
        for lines in [&[][..], &[""], &["unknown"], &["203.0.113.5, unknown"], &["203.0.113.5,"]] {
            assert_eq!(seen("10.0.0.1", lines, &trusted), "10.0.0.1", "{lines:?}");
        }
        assert_eq!(seen("10.0.0.1", &["nonsense, 10.0.0.2"], &trusted), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &trusted), "10.0.0.3", "proxies all the way");
    }

    #[test]
    fn networks_are_read_as_they_are_written() {
        for (text, shown) in [("10.0.0.1", "10.0.0.1/32"), ("10.0.0.0/8", "10.0.0.0/8"), ("::1", "::1/128")] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), shown);
        }
        for text in ["", "proxy.example", "10.0.0.0/33", "10.0.0"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text}");
        }
    }
}
