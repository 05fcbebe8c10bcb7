//! The address that a request comes from, where proxies stand between.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

/// One address or all of a network, as `10.1.2.3` or `10.1.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address or a network is written like 10.1.2.3, 10.1.0.0/16 or 2001:db8::/32")]
pub struct InvalidNetwork;

/// Proxies that are believed about the address for which they ask. Clones share one list, which can be changed while a
/// server runs.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<RwLock<Arc<[Network]>>>);

impl TrustedProxies {
    /// Puts another list in the place of the one there is.
    pub fn set(&self, networks: Vec<Network>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = networks.into();
    }

    /// Whether `address` is a trusted proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        contains(&self.list(), address)
    }

    /// The client's address: the other end of the connection (`peer`); or, where that is a trusted proxy, the nearest
    /// address in `X-Forwarded-For` or `Forwarded` (RFC 7239) that is not a trusted proxy's.
    ///
    /// Most proxies set one of the two and pass the other on as the client has sent it. Where both are there and differ,
    /// neither is believed: the proxy counts as the client.
    pub(crate) fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let (list, peer) = (self.list(), peer.to_canonical());
        if !contains(&list, peer) {
            return peer;
        }
        let listed = lines(headers, &FORWARDED_FOR)
            .map(|lines| nearest(peer, lines.flat_map(|line| line.rsplit(',')).map(address), &list));
        let forwarded =
            lines(headers, &header::FORWARDED).map(|lines| nearest(peer, lines.flat_map(forwarded_for), &list));
        match (listed, forwarded) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => peer,
        }
    }

    fn list(&self) -> Arc<[Network]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<Vec<Network>> for TrustedProxies {
    fn from(networks: Vec<Network>) -> Self {
        Self(Arc::new(RwLock::new(networks.into())))
    }
}

fn contains(list: &[Network], address: IpAddr) -> bool {
    list.iter().any(|network| network.contains(address))
}

/// The lines of a header, the nearest proxy's first; `None` where it is not there.
fn lines<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<impl Iterator<Item = &'h str>> {
    let lines = headers.get_all(name).into_iter().rev().map(|line| line.to_str().unwrap_or_default());
    headers.contains_key(name).then_some(lines)
}

/// The first of `hops`, from the nearest on, that is not a trusted proxy's.
fn nearest(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[Network]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops {
        if !contains(trusted, nearest) {
            break;
        }
        // What stands before an unreadable word cannot be attributed to any proxy.
        let Some(before) = hop else { break };
        nearest = before.to_canonical();
    }
    nearest
}

/// Some proxies add the port.
fn address(word: &str) -> Option<IpAddr> {
    let word = word.trim();
    let bare = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
    bare.parse().ok().or_else(|| word.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// The `for` of each element of a line of `Forwarded`, the last first; `None` where an element does not tell an address.
fn forwarded_for(line: &str) -> Vec<Option<IpAddr>> {
    let of_element = |element: &str| {
        let pair = split(element, ';').into_iter().filter_map(|pair| pair.split_once('='));
        let mut values =
            pair.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, value)| value.trim());
        // Twice would leave open which one is meant.
        let value = values.next().filter(|_| values.next().is_none())?;
        address(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
    };
    split(line, ',').into_iter().rev().map(of_element).collect()
}

/// The parts of `text` between `separator`, which may stand within quotes as well.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
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

    fn trusting(trusted: &[&str]) -> TrustedProxies {
        trusted.iter().map(|network| network.parse().unwrap()).collect::<Vec<Network>>().into()
    }

    fn seen(peer: &str, lines: &[&str], trusted: &[&str]) -> String {
        let headers = lines.iter().map(|line| (FORWARDED_FOR.clone(), line.parse().unwrap())).collect();
        trusting(trusted).client_address(peer.parse().unwrap(), &headers).to_string()
    }

    fn forwarded(lines: &[&str]) -> String {
        let headers = lines.iter().map(|line| (header::FORWARDED, line.parse().unwrap())).collect();
        trusting(&["10.0.0.0/8"]).client_address("10.0.0.1".parse().unwrap(), &headers).to_string()
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
    fn the_standard_header_is_read_as_the_older_one_is() {
        assert_eq!(forwarded(&["for=203.0.113.5"]), "203.0.113.5");
        assert_eq!(forwarded(&["For=\"[2001:db8:9::5]:99\";proto=https;by=10.0.0.1"]), "2001:db8:9::5");
        assert_eq!(forwarded(&["for=1.1.1.1, for=203.0.113.5;by=\"a, for=9.9.9.9\", for=10.0.0.2"]), "203.0.113.5");
        assert_eq!(forwarded(&["for=1.1.1.1", "by=x; for = 203.0.113.5"]), "203.0.113.5");
        for line in ["for=unknown", "for=_hidden", "proto=http", "for=1.1.1.1;for=2.2.2.2", "for=", "for=\"1.1.1.1", ""]
        {
            assert_eq!(forwarded(&[line]), "10.0.0.1", "{line}");
        }
    }

    #[test]
    fn a_client_cannot_pass_a_header_through_a_proxy_that_sets_the_other() {
        let proxies = trusting(&["10.0.0.0/8"]);
        let both = |listed: &str, forwarded: &str| {
            let headers = [(FORWARDED_FOR.clone(), listed), (header::FORWARDED, forwarded)];
            let headers = headers.into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
            proxies.client_address("10.0.0.1".parse().unwrap(), &headers).to_string()
        };
        assert_eq!(both("203.0.113.5", "for=203.0.113.5"), "203.0.113.5");
        assert_eq!(both("1.2.3.4", "for=203.0.113.5"), "10.0.0.1");
    }

    #[test]
    fn the_list_changes_for_all_who_share_it() {
        let proxies = trusting(&["10.0.0.0/8"]);
        let shared = proxies.clone();
        proxies.set(Vec::new());
        assert!(!shared.contains("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn networks_are_read_as_they_are_written() {
        for (text, shown) in [("10.0.0.1", "10.0.0.1/32"), ("10.0.0.0/8", "10.0.0.0/8"), ("::1", "::1/128")] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), shown);
        }
        for text in ["", "proxy.example", "10.0.0.0/33", "10.0.0.1:80"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text}");
        }
    }
}
