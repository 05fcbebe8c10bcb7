//! Connections to KMS hosts in what `netstat` prints and in the Windows firewall's log (ACT018).

use std::net::{IpAddr, SocketAddr};

use super::evidence::{Evidence, Spot};
use crate::facts::address::{AddressScope, scope};
use crate::facts::kms::KMS;
use crate::read::own::{At, Own, is_providers};

/// What is said about one line; `None` where it shows no connection.
pub(super) fn line(text: &str, own: &Own, spot: &Spot) -> Option<Vec<Evidence>> {
    let remote = of_netstat(text).or_else(|| of_firewall(text))?;
    Some(judge(remote, own, spot).into_iter().collect())
}

/// Whether a connection to `remote` goes to a KMS host on the internet.
pub(super) fn judge(remote: SocketAddr, own: &Own, spot: &Spot) -> Option<Evidence> {
    let at = At::Address(remote.ip().to_canonical());
    let outside = matches!(scope(remote.ip()), AddressScope::Public | AddressScope::Documentation);
    let kms = u32::from(remote.port()) == KMS.number("port.tcp");
    (kms && outside && !own.holds(&at) && !is_providers(&at))
        .then(|| Evidence::of_rule("ACT018", format!("a connection to {remote}"), spot.clone()))
}

/// `  TCP    10.0.5.77:50123    203.0.113.7:1688    ESTABLISHED    1234`
fn of_netstat(text: &str) -> Option<SocketAddr> {
    let mut words = text.split_whitespace();
    let protocol = words.next()?;
    if !protocol.eq_ignore_ascii_case("tcp") && !protocol.eq_ignore_ascii_case("tcp6") {
        return None;
    }
    // Other systems print two numbers of queues first.
    let mut addresses = words.filter_map(|word| word.parse::<SocketAddr>().ok());
    addresses.next()?;
    addresses.next()
}

/// `2026-11-22 12:00:00 ALLOW TCP 10.0.5.77 203.0.113.7 50123 1688 …`
fn of_firewall(text: &str) -> Option<SocketAddr> {
    let words: Vec<&str> = text.split_whitespace().take(8).collect();
    let &[date, _, action, protocol, source, destination, _, port] = words.as_slice() else { return None };
    let like_a_log = date.len() == 10 && matches!(action, "ALLOW" | "DROP") && protocol == "TCP";
    source.parse::<IpAddr>().ok().filter(|_| like_a_log)?;
    Some(SocketAddr::new(destination.parse().ok()?, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<usize> {
        line(text, &Own::default(), &Spot::default()).map(|findings| findings.len())
    }

    #[test]
    fn connections_to_the_internet_are_found_and_others_are_not() {
        assert_eq!(found("  TCP    10.0.5.77:50123        203.0.113.7:1688       ESTABLISHED     1234"), Some(1));
        assert_eq!(found("  TCP    [fd00::1]:50123   [2620:fe::9]:1688   SYN_SENT"), Some(1));
        assert_eq!(found("tcp        0      0 10.0.5.77:50123        8.8.8.8:1688       ESTABLISHED"), Some(1));
        assert_eq!(found("2026-11-22 12:00:00 ALLOW TCP 10.0.5.77 203.0.113.7 50123 1688 0 - 0 0 0"), Some(1));
        assert_eq!(found("  TCP    10.0.5.77:50123        10.0.0.20:1688       ESTABLISHED"), Some(0));
        assert_eq!(found("  TCP    10.0.5.77:50123        203.0.113.7:443      ESTABLISHED"), Some(0));
        assert_eq!(found("  TCP    10.0.5.77:50123        20.118.99.224:1688   ESTABLISHED"), Some(0), "a provider's");
        assert_eq!(found("  TCP    0.0.0.0:1688           0.0.0.0:0              LISTENING"), Some(0));
        for text in ["", "TCP is a protocol", "2026-11-22 12:00:00 something", "  UDP    0.0.0.0:53  *:*"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
