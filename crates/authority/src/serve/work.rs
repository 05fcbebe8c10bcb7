//! Work that blocks its thread, kept off the network's threads: so much at a time, and so much that may wait.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Where work is done. Nothing grows with the number of those who ask.
#[derive(Debug)]
pub(crate) struct Work {
    places: Semaphore,
    running: Arc<Semaphore>,
}

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undone {
    /// There is no room for it to wait; it was not begun.
    Busy,
    /// It panicked.
    Failed,
}

impl Work {
    /// So much `at_once`, and so much more that may wait.
    pub(crate) fn new(at_once: usize, waiting: usize) -> Self {
        Self { places: Semaphore::new(at_once + waiting), running: Arc::new(Semaphore::new(at_once)) }
    }

    /// What comes of `work`. Once it is begun it goes on to its end, also where this future is dropped.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Undone> {
        let _place = self.places.try_acquire().map_err(|_| Undone::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Undone::Failed)?;
        let done = spawn_blocking(move || {
            let value = work();
            drop(turn);
            value
        });
        done.await.map_err(|_| Undone::Failed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_finds_no_room_is_told_so_and_the_rest_is_done() {
        let work = Arc::new(Work::new(1, 1));
        let (go, gone) = mpsc::channel();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let work = Arc::clone(&work);
            async move { work.run(move || (begun.send(()).unwrap(), gone.recv().unwrap())).await }
        });
        begins.await.unwrap();
        let second = tokio::spawn({
            let work = Arc::clone(&work);
            async move { work.run(|| 2).await }
        });
        while work.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(work.run(|| 3).await, Err(Undone::Busy));
        go.send(1).unwrap();
        assert_eq!(first.await.unwrap(), Ok(((), 1)));
        assert_eq!(second.await.unwrap(), Ok(2));
        assert_eq!(work.run(|| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn work_that_panics_leaves_its_place_to_others() {
        let work = Work::new(1, 0);
        assert_eq!(work.run(|| panic!("meant to")).await, Err::<(), _>(Undone::Failed));
        assert_eq!(work.run(|| 1).await, Ok(1));
    }
}
