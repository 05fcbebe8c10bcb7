//! Time as an argument: what the clock on the wall says, and how long the machine has been running.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use leasehold_core::Timestamp;

/// Where the time comes from.
pub trait Clock: fmt::Debug + Send + Sync {
    /// What the local clock says; it may be wrong.
    fn now(&self) -> Timestamp;

    /// How long this boot has lasted, on a clock that nobody sets.
    fn running(&self) -> Running;
}

/// A reading of the clock that nobody sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which run of the clock: readings of different runs do not compare.
    pub boot: String,
    /// Time since that run began.
    pub since: Duration,
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }

    fn running(&self) -> Running {
        running::read()
    }
}

/// Since the machine was booted, sleep included, so that the time between two short runs of a program counts.
#[cfg(target_os = "linux")]
mod running {
    use std::fs;
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    use super::Running;

    pub(super) fn read() -> Running {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let time = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
        Running { boot: boot.trim().to_owned(), since: Duration::new(seconds, nanoseconds) }
    }
}

/// Since this process first asked: there is no name for a boot here, so nothing counts from one process to the next.
#[cfg(not(target_os = "linux"))]
mod running {
    use std::sync::LazyLock;
    use std::time::Instant;

    use leasehold_core::Cti;

    use super::Running;
    use crate::chance::{SystemChance, draw};

    #[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads the running clock")]
    static START: LazyLock<(String, Instant)> =
        LazyLock::new(|| (Cti(draw(&SystemChance)).to_string(), Instant::now()));

    pub(super) fn read() -> Running {
        Running { boot: START.0.clone(), since: START.1.elapsed() }
    }
}
