//! The machine's clocks and random bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use leasehold_core::{Clock, Rng, Running, Timestamp};

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// The operating system's random bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }

    fn running(&self) -> Running {
        running::read()
    }
}

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads random bytes")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Since the machine was booted, sleep included, so that the time between two short runs of a program counts.
#[cfg(target_os = "linux")]
mod running {
    use std::fs;
    use std::sync::LazyLock;
    use std::time::Duration;

    use leasehold_core::Running;
    use rustix::time::{ClockId, clock_gettime};

    /// A process does not outlive the boot.
    static BOOT: LazyLock<String> =
        LazyLock::new(|| fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned());

    pub(super) fn read() -> Running {
        let time = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
        Running { boot: BOOT.clone(), since: Duration::new(seconds, nanoseconds) }
    }
}

/// Since this process first read it: the system has no name for a boot, so running time does not add up over processes.
#[cfg(not(target_os = "linux"))]
mod running {
    use std::sync::LazyLock;
    use std::time::Instant;

    use leasehold_core::{Cti, Running, random_bytes};

    use super::SystemRng;

    #[expect(clippy::disallowed_methods, reason = "the one place where the SDK reads the running clock")]
    static START: LazyLock<(String, Instant)> =
        LazyLock::new(|| (Cti(random_bytes(&SystemRng)).to_string(), Instant::now()));

    pub(super) fn read() -> Running {
        Running { boot: START.0.clone(), since: START.1.elapsed() }
    }
}
