//! When a client asks: early enough to renew, late enough after a failure, and never all at once.

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

/// Up to a tenth of `period`, always the same for one client, so that a fleet imaged on one day does not ask in one second.
fn jitter(client: KeyId, period: Span) -> Span {
    let n = u128::from_be_bytes(client.0) >> 96;
    let part = u128::from(period.as_seconds()) * n / (10 << 32);
    Span::seconds(u64::try_from(part).expect("a tenth of a u64 fits a u64"))
}
