//! The clock, compared with those of the hosts.

use leasehold_core::clock::Reading;
use leasehold_core::{Code, Finding, Span, Timestamp};

/// Compares `now` with `hosts`, the times of the vendor's hosts; the first of them counts.
pub(crate) fn check(proven: &Reading, hosts: &[Timestamp], now: Timestamp) -> Finding {
    let apart = |host: Timestamp| format!("it says {now}, and the host says {host}");
    match hosts.first() {
        Some(host) if now.distance(*host) > Span::CLOCK_TOLERANCE => {
            Finding::failure("clock", Code::ClockWrong, apart(*host))
        }
        _ if proven.set_back => {
            let least = format!("it says {}, and the lease proves that it is at least {}", now, proven.now);
            Finding::warning("clock", Code::ClockSetBack, least)
        }
        Some(host) if now.distance(*host) > SMALL => Finding::warning("clock", Code::ClockDiffers, apart(*host)),
        Some(host) => Finding::ok("clock", format!("{}; the host's differs by {}", now, now.distance(*host))),
        None => Finding::skipped("clock", format!("it says {now}; no host has sent its own time")),
    }
}

/// More than clocks differ by that are kept in step.
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
        assert_eq!(code(false, &[1_001_000]), Some(Code::ClockDiffers));
        assert_eq!(code(false, &[1_014_401, 1_000_000]), Some(Code::ClockWrong));
        assert_eq!(code(true, &[]), Some(Code::ClockSetBack));
        assert_eq!(code(false, &[]), None);
    }
}
