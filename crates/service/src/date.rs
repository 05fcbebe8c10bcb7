//! The `Date` header, for any time that the clock of this machine may show.
//!
//! The HTTP library's own panics from the year 10000 on, where a clock may stand that was set by mistake.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

/// The value of `Date` now; `None` where HTTP has no form for it.
#[expect(clippy::disallowed_methods, reason = "HTTP asks for the time of the answer")]
pub(crate) fn now() -> Option<HeaderValue> {
    thread_local! {
        static LAST: RefCell<(u64, Option<HeaderValue>)> = const { RefCell::new((u64::MAX, None)) };
    }
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    LAST.with_borrow_mut(|last| {
        if last.0 != seconds {
            *last = (seconds, of(seconds));
        }
        last.1.clone()
    })
}

/// The date that is so many seconds after 1970.
fn of(seconds: u64) -> Option<HeaderValue> {
    if seconds >= YEAR_10000 {
        return None;
    }
    HeaderValue::try_from(httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))).ok()
}

const YEAR_10000: u64 = 253_402_300_800;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_the_year_10000_gives_no_date_and_no_panic() {
        assert_eq!(of(784_111_777).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(of(YEAR_10000 - 1).unwrap(), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!((of(YEAR_10000), of(u64::MAX)), (None, None));
    }
}
