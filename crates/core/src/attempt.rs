//! When a client or a host asks: early enough to renew, late enough after a failure, and never all at once.

use crate::id::KeyId;
use crate::time::{Span, Timestamp};

/// When a client renews a lease issued at `issued`.
pub fn renew_at(client: KeyId, issued: Timestamp, renewal: Span) -> Timestamp {
    issued.plus(renewal.less(jitter(client, renewal)))
}

/// How long a client waits after a failed attempt; a threshold refusal is a failure like any other.
pub fn retry_after(client: KeyId, retry: Span) -> Span {
    retry.less(jitter(client, retry))
}

/// When a host asks its authority for another certificate in the place of one that holds from `issued` to `expires`: after
/// a month, and never with less than a third of its time left.
pub fn certificate_renewal(host: KeyId, issued: Timestamp, expires: Timestamp) -> Timestamp {
    let two_thirds = Span::seconds(expires.since(issued).as_seconds() / 3 * 2);
    renew_at(host, issued, two_thirds.min(CERTIFICATE_RENEWAL))
}

/// How long a host waits before it asks its authority again after so many failures in a row: an hour, then twice as long
/// each time, a day at most.
pub fn authority_retry(host: KeyId, failures: u32) -> Span {
    let hours = 1_u64 << failures.saturating_sub(1).min(5);
    retry_after(host, Span::seconds(3_600 * hours).min(Span::DAY))
}

/// Up to a tenth of `period`, always the same for one client, so that a fleet imaged on one day does not ask in one second.
fn jitter(client: KeyId, period: Span) -> Span {
    let n = u128::from_be_bytes(client.0) >> 96;
    let part = u128::from(period.as_seconds()) * n / (10 << 32);
    Span::seconds(u64::try_from(part).expect("a tenth of a u64 fits a u64"))
}

/// How often the terms of a grant are brought up to date.
const CERTIFICATE_RENEWAL: Span = Span::days(30);

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const HOST: KeyId = KeyId([0; 16]);

    #[test]
    fn a_certificate_is_renewed_monthly_and_before_its_last_third() {
        let begin = Timestamp::from_unix(1_000);
        let renewed = |validity| certificate_renewal(HOST, begin, begin.plus(validity)).since(begin);
        assert_eq!(renewed(Span::days(730)), Span::days(30));
        assert_eq!(renewed(Span::days(30)), Span::days(20));
        assert_eq!(renewed(Span::HOUR), Span::seconds(2_400));
        assert_eq!(
            certificate_renewal(KeyId([255; 16]), begin, begin.plus(Span::days(90))),
            begin.plus(Span::days(27)).plus(Span::seconds(1))
        );
    }

    #[test]
    fn an_authority_that_fails_is_asked_more_and_more_seldom_down_to_once_a_day() {
        let hours: Vec<u64> = (1..8).map(|failures| authority_retry(HOST, failures).as_seconds() / 3_600).collect();
        assert_eq!(hours, [1, 2, 4, 8, 16, 24, 24]);
    }
}
