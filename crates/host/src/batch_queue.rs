//! A bounded queue that hands out all that waits as one batch, so that batches grow with the load.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A queue that never grows beyond a bound.
#[derive(Debug)]
pub(crate) struct BatchQueue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    bound: usize,
}

#[derive(Debug)]
struct State<T> {
    items: Vec<T>,
    closed: bool,
    /// Something else than an item is to be done.
    woken: bool,
}

/// What waiting at a queue returned.
#[derive(Debug)]
pub(crate) enum Received<T> {
    /// Something to do: at least one item.
    Batch(Vec<T>),
    /// Nothing has come for the time given.
    Idle,
    /// Nothing will come any more.
    Closed,
}

impl<T> BatchQueue<T> {
    pub(crate) fn new(bound: usize) -> Self {
        let state = Mutex::new(State { items: Vec::new(), closed: false, woken: false });
        Self { state, filled: Condvar::new(), bound }
    }

    /// Adds an item; gives it back if the queue is full or closed.
    pub(crate) fn offer(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if state.closed || state.items.len() >= self.bound {
            return Err(item);
        }
        state.items.push(item);
        let first = state.items.len() == 1;
        drop(state);
        if first {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().items.is_empty()
    }

    /// Takes up to `max` items, the oldest first; waits for them up to `timeout`.
    pub(crate) fn take(&self, max: usize, timeout: Duration) -> Received<T> {
        let mut state = self.lock();
        if state.items.is_empty() && !state.closed && !state.woken {
            let wait = self.filled.wait_timeout_while(state, timeout, |w| w.items.is_empty() && !w.closed && !w.woken);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.woken = false;
        if state.items.is_empty() {
            return if state.closed { Received::Closed } else { Received::Idle };
        }
        let max = max.min(state.items.len());
        let rest = state.items.split_off(max);
        let items = std::mem::replace(&mut state.items, rest);
        Received::Batch(items)
    }

    /// Ends a wait: the thread that takes items has something else to do.
    pub(crate) fn wake(&self) {
        self.lock().woken = true;
        self.filled.notify_all();
    }

    /// Lets nothing more in; what is there can still be taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that runs under the lock panics; were it so, the queue would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_what_is_there_in_order_and_never_more_than_its_bound() {
        let queue = BatchQueue::new(3);
        assert!((1..=3).all(|n| queue.offer(n).is_ok()));
        assert_eq!(queue.offer(4), Err(4));
        let Received::Batch(items) = queue.take(2, Duration::ZERO) else { panic!("two items") };
        assert_eq!(items, [1, 2]);
        queue.close();
        assert_eq!(queue.offer(5), Err(5));
        assert!(matches!(queue.take(9, Duration::ZERO), Received::Batch(items) if items == [3]));
        assert!(matches!(queue.take(9, Duration::ZERO), Received::Closed));
    }

    #[test]
    fn who_waits_is_woken_once_without_an_item() {
        let queue = BatchQueue::<()>::new(1);
        queue.wake();
        assert!(matches!(queue.take(1, Duration::MAX), Received::Idle));
        assert!(matches!(queue.take(1, Duration::ZERO), Received::Idle));
    }

    #[test]
    fn an_empty_gate_is_idle() {
        assert!(matches!(BatchQueue::<()>::new(1).take(1, Duration::ZERO), Received::Idle));
    }
}
