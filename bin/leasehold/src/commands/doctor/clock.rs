//! The clock, against those of the hosts.

use leasehold_core::clock::Reading;
use leasehold_core::{Span, Timestamp};

use super::finding::Finding;
use crate::output::time;

/// Compares `now` with `hosts`, the times that the vendor's hosts have told; the first of them counts.
pub(super) fn check(proven: &Reading, hosts: &[Timestamp], now: Timestamp) -> Finding {
    let apart = |host: Timestamp| format!("it says {}, and the host says {}", time(now), time(host));
    match hosts.first() {
        Some(host) if now.distance(*host) > Span::CLOCK_TOLERANCE => {
            Finding::failure("clock", "clock-wrong", apart(*host))
        }
        _ if proven.set_back => {
            let least = format!("it says {}, and the lease proves that it is at least {}", time(now), time(proven.now));
            Finding::warning("clock", "clock-set-back", least)
        }
        Some(host) if now.distance(*host) > SMALL => Finding::warning("clock", "clock-differs", apart(*host)),
        Some(host) => Finding::ok("clock", format!("{}, and the host's differs by {}", time(now), now.distance(*host))),
        None => Finding::skipped("clock", format!("it says {}, and no host has told its own", time(now))),
    }
}

/// More than clocks that are kept differ by.
const SMALL: Span = Span::seconds(5 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_are_told_apart_by_how_much() {
        let now = Timestamp::from_unix(1_000_000);
        let code = |set_back, hosts: &[u64]| {
            let hosts: Vec<_> = hosts.iter().map(|host| Timestamp::from_unix(*host)).collect();
            check(&Reading { now, set_back }, &hosts, now).code
        };
        assert_eq!(code(false, &[1_000_010]), None);
        assert_eq!(code(false, &[1_001_000]), Some("clock-differs"));
        assert_eq!(code(false, &[1_014_401, 1_000_000]), Some("clock-wrong"));
        assert_eq!(code(true, &[]), Some("clock-set-back"));
        assert_eq!(code(false, &[]), None);
    }
}
