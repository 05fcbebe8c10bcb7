//! Work that blocks its thread, kept off the network's threads: bounded in what runs and in what waits.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Runs blocking work on threads of its own. No memory grows with the number of requests.
#[derive(Debug)]
pub struct WorkQueue {
    places: Semaphore,
    running: Arc<Semaphore>,
}

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkError {
    /// The queue is full; the work was not begun.
    Busy,
    /// The work panicked.
    Panicked,
}

impl WorkQueue {
    /// Runs at most `max_running` pieces of work at a time while at most `max_waiting` more wait.
    pub fn new(max_running: usize, max_waiting: usize) -> Self {
        Self { places: Semaphore::new(max_running + max_waiting), running: Arc::new(Semaphore::new(max_running)) }
    }

    /// The result of `work`. Once begun it goes on to its end, even if this future is dropped.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, WorkError> {
        let _place = self.places.try_acquire().map_err(|_| WorkError::Busy)?;
        let permit = Arc::clone(&self.running).acquire_owned().await.map_err(|_| WorkError::Panicked)?;
        // What is logged there is about the same request.
        let span = tracing::Span::current();
        let done = spawn_blocking(move || {
            let value = span.in_scope(work);
            drop(permit);
            value
        });
        done.await.map_err(|_| WorkError::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_that_finds_the_queue_full_is_refused_and_the_rest_is_done() {
        let work = Arc::new(WorkQueue::new(1, 1));
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
        assert_eq!(work.run(|| 3).await, Err(WorkError::Busy));
        go.send(1).unwrap();
        assert_eq!(first.await.unwrap(), Ok(((), 1)));
        assert_eq!(second.await.unwrap(), Ok(2));
        assert_eq!(work.run(|| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn work_that_panics_leaves_its_place_to_others() {
        let work = WorkQueue::new(1, 0);
        assert_eq!(work.run(|| panic!("meant to")).await, Err::<(), _>(WorkError::Panicked));
        assert_eq!(work.run(|| 1).await, Ok(1));
    }
}
