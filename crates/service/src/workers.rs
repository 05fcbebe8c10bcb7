//! Threads of connections: each has a runtime of its own and keeps the connections that it was given, so that a request wakes one
//! thread and no other looks for work that it could take over.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Threads that serve connections until they are dropped.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    workers: Vec<Worker>,
}

#[derive(Debug)]
struct Worker {
    runtime: Handle,
    connections: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
    /// The thread ends when this is dropped.
    _stop: oneshot::Sender<()>,
}

/// One of a worker's connections, until it is dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Workers {
    /// Starts so many threads.
    ///
    /// # Errors
    /// Where the system starts none.
    pub(crate) fn start(threads: usize) -> io::Result<Self> {
        Ok(Self { workers: (0..threads).map(|_| Worker::start()).collect::<io::Result<_>>()? })
    }

    /// Serves a connection on the thread that has fewest of them; without threads on the runtime of the caller.
    pub(crate) fn spawn<F: Future<Output = ()> + Send + 'static>(
        &self,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) {
        let Some(worker) = self.workers.iter().min_by_key(|worker| worker.connections.load(Relaxed)) else {
            tokio::spawn(serve(stream));
            return;
        };
        // A connection that the system does not let change its runtime is one that has broken.
        let Ok(stream) = stream.into_std() else { return };
        worker.connections.fetch_add(1, Relaxed);
        let counted = Counted(Arc::clone(&worker.connections));
        worker.runtime.spawn(async move {
            let _counted = counted;
            if let Ok(stream) = TcpStream::from_std(stream) {
                serve(stream).await;
            }
        });
    }

    /// Ends the threads, and with them what they still serve.
    pub(crate) async fn stop(self) {
        let threads: Vec<JoinHandle<()>> = self.workers.into_iter().map(|worker| worker.thread).collect();
        let ended = spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join())));
        let _ = ended.await;
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (handle, (stop, stopped)) = (runtime.handle().clone(), oneshot::channel());
        let thread = thread::Builder::new().name("connections".to_owned());
        let thread = thread.spawn(move || drop(runtime.block_on(stopped)))?;
        Ok(Self { runtime: handle, connections: Arc::default(), thread, _stop: stop })
    }
}
