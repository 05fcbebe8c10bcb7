//! A bounded place where work waits: whoever takes, takes all that is there, so that batches grow with the load.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A queue that never grows beyond a bound.
#[derive(Debug)]
pub(crate) struct Gate<T> {
    waiting: Mutex<Waiting<T>>,
    filled: Condvar,
    bound: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    items: Vec<T>,
    closed: bool,
}

/// What waiting at a gate has brought.
#[derive(Debug)]
pub(crate) enum Taken<T> {
    /// Something to do: at least one item.
    Items(Vec<T>),
    /// Nothing has come for the time given.
    Idle,
    /// Nothing will come any more.
    Closed,
}

impl<T> Gate<T> {
    pub(crate) fn new(bound: usize) -> Self {
        let waiting = Mutex::new(Waiting { items: Vec::new(), closed: false });
        Self { waiting, filled: Condvar::new(), bound }
    }

    /// Adds an item; gives it back where the gate is full or closed.
    pub(crate) fn offer(&self, item: T) -> Result<(), T> {
        let mut waiting = self.lock();
        if waiting.closed || waiting.items.len() >= self.bound {
            return Err(item);
        }
        waiting.items.push(item);
        let first = waiting.items.len() == 1;
        drop(waiting);
        if first {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Takes up to `most` items, the oldest first, waiting for them up to `patience`.
    pub(crate) fn take(&self, most: usize, patience: Duration) -> Taken<T> {
        let mut waiting = self.lock();
        if waiting.items.is_empty() && !waiting.closed {
            let wait = self.filled.wait_timeout_while(waiting, patience, |w| w.items.is_empty() && !w.closed);
            waiting = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        if waiting.items.is_empty() {
            return if waiting.closed { Taken::Closed } else { Taken::Idle };
        }
        let most = most.min(waiting.items.len());
        let rest = waiting.items.split_off(most);
        let items = std::mem::replace(&mut waiting.items, rest);
        Taken::Items(items)
    }

    /// Lets nothing more in; what is there can still be taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        // Nothing that runs under the lock panics; were it so, the queue would still be whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_what_is_there_in_order_and_never_more_than_its_bound() {
        let gate = Gate::new(3);
        assert!((1..=3).all(|n| gate.offer(n).is_ok()));
        assert_eq!(gate.offer(4), Err(4));
        let Taken::Items(items) = gate.take(2, Duration::ZERO) else { panic!("two items") };
        assert_eq!(items, [1, 2]);
        gate.close();
        assert_eq!(gate.offer(5), Err(5));
        assert!(matches!(gate.take(9, Duration::ZERO), Taken::Items(items) if items == [3]));
        assert!(matches!(gate.take(9, Duration::ZERO), Taken::Closed));
    }

    #[test]
    fn an_empty_gate_is_idle() {
        assert!(matches!(Gate::<()>::new(1).take(1, Duration::ZERO), Taken::Idle));
    }
}
