//! Patience with programs that hold a file open for a moment: readers, scanners for viruses, backups.

use std::io;
use std::thread;
use std::time::Duration;

/// Does what may be refused because another program has the file open, up to a second long.
pub(crate) fn while_in_use<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for wait in WAITS {
        match act() {
            Err(error) if is_in_use(&error) => thread::sleep(Duration::from_millis(wait)),
            done => return done,
        }
    }
    act()
}

/// What Windows says of a file that is open elsewhere, or is about to be removed.
fn is_in_use(error: &io::Error) -> bool {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    const LOCK_VIOLATION: i32 = 33;
    matches!(error.raw_os_error(), Some(ACCESS_DENIED | SHARING_VIOLATION | LOCK_VIOLATION))
}

/// In milliseconds.
const WAITS: [u64; 8] = [1, 4, 15, 30, 60, 120, 250, 500];

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn a_file_in_use_is_tried_again_and_another_error_is_told_at_once() {
        let mut tries = 0;
        let mut busy_until = |last: usize| {
            tries += 1;
            if tries < last { Err(io::Error::from_raw_os_error(32)) } else { Ok(tries) }
        };
        assert_eq!(while_in_use(|| busy_until(3)).unwrap(), 3);
        let mut tries = 0;
        let missing = while_in_use(|| -> io::Result<()> {
            tries += 1;
            Err(ErrorKind::NotFound.into())
        });
        assert_eq!((missing.unwrap_err().kind(), tries), (ErrorKind::NotFound, 1));
    }
}
