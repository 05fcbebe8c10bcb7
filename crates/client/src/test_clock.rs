//! A clock for tests: the machine's, moved by seconds that a test sets. Only manifests that are marked for tests go by it.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use leasehold_core::{Clock, Running, Timestamp};

/// How a test moves the clock: by so many seconds (`+2592000`, `-60`), or by those in a file, which is read each time, so that a
/// test moves the clock of a program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestClock(Moved);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Moved {
    By(i64),
    /// A file that cannot be read moves nothing.
    ByFile(PathBuf),
}

/// A clock that a test moves.
#[derive(Clone, Debug)]
pub struct MovedClock {
    clock: Arc<dyn Clock>,
    test: TestClock,
}

/// The text sets no test clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("seconds with a sign (`+2592000`) or the absolute path of a file that holds them are wanted")]
pub struct TestClockError;

impl TestClock {
    /// Moved by so many seconds.
    pub const fn by(seconds: i64) -> Self {
        Self(Moved::By(seconds))
    }

    /// Moved by the seconds in this file.
    pub fn by_file(path: impl Into<PathBuf>) -> Self {
        Self(Moved::ByFile(path.into()))
    }

    /// `clock`, moved so.
    pub fn over(self, clock: Arc<dyn Clock>) -> MovedClock {
        MovedClock { clock, test: self }
    }

    fn seconds(&self) -> i64 {
        match &self.0 {
            Moved::By(seconds) => *seconds,
            Moved::ByFile(path) => read(path).unwrap_or(0),
        }
    }
}

impl FromStr for TestClock {
    type Err = TestClockError;

    fn from_str(text: &str) -> Result<Self, TestClockError> {
        if let Some(seconds) = seconds(text) {
            return Ok(Self::by(seconds));
        }
        if Path::new(text).is_absolute() { Ok(Self::by_file(text)) } else { Err(TestClockError) }
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.clock.now().unix().saturating_add_signed(self.test.seconds()))
    }

    /// That of the machine: no test makes it pass faster.
    fn running(&self) -> Running {
        self.clock.running()
    }
}

fn read(path: &Path) -> Option<i64> {
    let bytes = leasehold_files::read(path, MAX_BYTES).ok()?;
    seconds(std::str::from_utf8(&bytes).ok()?.trim())
}

/// Seconds with a sign, or none; further off than two hundred years is nothing that a test needs.
fn seconds(text: &str) -> Option<i64> {
    let signed = text.starts_with(['+', '-']) || text == "0";
    text.parse().ok().filter(|seconds: &i64| signed && seconds.unsigned_abs() <= MAX_SECONDS)
}

const MAX_SECONDS: u64 = 200 * 366 * 86_400;
/// More than a number has.
const MAX_BYTES: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_set_by_seconds_or_by_a_file_that_holds_them() {
        assert_eq!("+2592000".parse(), Ok(TestClock::by(2_592_000)));
        assert_eq!("-60".parse(), Ok(TestClock::by(-60)));
        let file = if cfg!(windows) { r"C:\a\clock" } else { "/a/clock" };
        assert_eq!(file.parse(), Ok(TestClock::by_file(file)));
        for wrong in ["", "60", "a/clock", "+1d", "+99999999999999", "-9223372036854775808", "+"] {
            assert_eq!(wrong.parse::<TestClock>(), Err(TestClockError), "{wrong}");
        }
    }

    #[test]
    fn a_file_moves_it_while_it_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock");
        let clock = TestClock::by_file(&file);
        assert_eq!(clock.seconds(), 0, "a file that is not there moves nothing");
        for (text, moved) in [("+86400\n", 86_400), ("-5", -5), ("0", 0), ("soon", 0)] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(clock.seconds(), moved, "{text}");
        }
    }
}
