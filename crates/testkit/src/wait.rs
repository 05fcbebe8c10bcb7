//! Waiting for what another process or thread brings about: by time and never by a number of looks, which a fast look uses up before a
//! busy machine has done anything.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Whether `is_so` comes true: it is looked at for two minutes at least.
pub fn until(mut is_so: impl FnMut() -> bool) -> bool {
    find(|| is_so().then_some(())).is_some()
}

/// What `look` finds, if it finds anything within two minutes at least.
pub fn find<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    (0..LOOKS).find_map(|at| {
        if at > 0 {
            thread::sleep(PAUSE);
        }
        look()
    })
}

/// Tells threads that run until the flag is set to end when it goes, also where the test fails: a scope waits for its threads without a limit.
#[derive(Debug)]
pub struct Ends<'f>(pub &'f AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const PAUSE: Duration = Duration::from_millis(20);
const LOOKS: u32 = 6_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_at_once_is_not_waited_for_and_what_comes_is_found() {
        assert!(until(|| true));
        let mut looks = 0;
        let third = find(|| {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(third, Some(3));
    }

    #[test]
    fn threads_are_told_to_end_where_a_test_fails() {
        let over = AtomicBool::new(false);
        let failed = std::panic::catch_unwind(|| {
            let _ends = Ends(&over);
            panic!("meant to");
        });
        assert!(failed.is_err() && over.into_inner());
    }
}
