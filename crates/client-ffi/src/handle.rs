//! Handles: numbers that stand for what the library holds. A number that was never given out, or whose client is closed, is told
//! from a good one, since no place is used twice with the same number.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use leasehold_client::{Rng, SystemRng};

use crate::code;
use crate::fault::Fault;

/// What lies behind a handle, each in its place.
#[derive(Debug)]
pub(crate) struct Table<T> {
    places: Mutex<Vec<Place<T>>>,
    /// Set in every handle, so that one of another copy of the library is not taken for one of this.
    mark: LazyLock<u64>,
}

#[derive(Debug)]
struct Place<T> {
    /// How often the place was given out.
    round: u32,
    held: Option<Arc<T>>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { places: Mutex::new(Vec::new()), mark: LazyLock::new(mark) }
    }

    /// A handle for `value`.
    pub(crate) fn add(&self, value: Arc<T>) -> Result<u64, Fault> {
        let mut places = self.places();
        let free = places.iter().position(|place| place.held.is_none() && place.round < MAX_ROUND);
        let at = free.unwrap_or(places.len());
        if at >= MAX_PLACES {
            return Err(Fault::argument("too many clients are open at once: close those that are not used"));
        }
        if at == places.len() {
            places.push(Place { round: 0, held: None });
        }
        let place = &mut places[at];
        place.round += 1;
        place.held = Some(value);
        Ok(self.handle(at, place.round))
    }

    /// What `handle` stands for. It lives while it is used, also where another thread closes it meanwhile.
    pub(crate) fn find(&self, handle: u64) -> Result<Arc<T>, Fault> {
        let places = self.places();
        let at = self.place_of(&places, handle)?;
        places[at].held.clone().ok_or_else(unknown)
    }

    /// What `handle` stood for: it stands for nothing from now on.
    pub(crate) fn take(&self, handle: u64) -> Result<Arc<T>, Fault> {
        let mut places = self.places();
        let at = self.place_of(&places, handle)?;
        places[at].held.take().ok_or_else(unknown)
    }

    fn place_of(&self, places: &[Place<T>], handle: u64) -> Result<usize, Fault> {
        if handle == 0 {
            return Err(Fault::of_interface(code::BAD_HANDLE, "the handle is null", HINT));
        }
        let at = usize::try_from(handle & PLACE_MASK).unwrap_or(usize::MAX);
        let known = places.get(at).is_some_and(|place| self.handle(at, place.round) == handle);
        if known { Ok(at) } else { Err(unknown()) }
    }

    /// Place in the lowest 16 bits, round in the next 24, the mark above; never null, as the mark is not.
    fn handle(&self, at: usize, round: u32) -> u64 {
        *self.mark << 40 | u64::from(round) << 16 | at as u64
    }

    fn places(&self) -> MutexGuard<'_, Vec<Place<T>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn unknown() -> Fault {
    Fault::of_interface(code::BAD_HANDLE, "the handle is closed, or none of this library's", HINT)
}

/// 23 random bits and one that is set: languages whose numbers have signs take the handle as it is.
fn mark() -> u64 {
    let mut bytes = [0; 4];
    SystemRng.fill(&mut bytes);
    u64::from(u32::from_be_bytes(bytes)) & 0x3f_ffff | 0x40_0000
}

const HINT: &str = "use a handle from lh_client_open until lh_client_close, and not after it";
const PLACE_MASK: u64 = 0xffff;
const MAX_PLACES: usize = 0x1_0000;
/// A place that was given out so often is given out no more.
const MAX_ROUND: u32 = 0xff_ffff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_good_until_it_is_closed_and_never_again() {
        let table = Table::new();
        let first = table.add(Arc::new("first")).expect("a place");
        assert_eq!(*table.find(first).expect("it is open"), "first");
        assert_eq!(*table.take(first).expect("it is open"), "first");
        let second = table.add(Arc::new("second")).expect("a place");
        assert_ne!(first, second);
        assert_eq!(first & PLACE_MASK, second & PLACE_MASK, "the place is used again");
        for closed in [first, 0, 1, u64::MAX, second + 1, second ^ 1 << 50] {
            assert_eq!(table.find(closed).expect_err("it is not open").code(), code::BAD_HANDLE, "{closed:x}");
            assert_eq!(table.take(closed).expect_err("it is not open").code(), code::BAD_HANDLE, "{closed:x}");
        }
        assert_eq!(*table.find(second).expect("it is open"), "second");
        assert!(i64::try_from(second).is_ok_and(|handle| handle > 0));
    }

    #[test]
    fn one_of_two_threads_that_close_a_handle_closes_it() {
        let table = Table::new();
        for _ in 0..100 {
            let handle = table.add(Arc::new(())).expect("a place");
            let closed = std::thread::scope(|scope| {
                let threads = [(); 2].map(|()| scope.spawn(|| table.take(handle).is_ok()));
                threads.map(|thread| thread.join().expect("no panic"))
            });
            assert_ne!(closed[0], closed[1]);
        }
    }
}
