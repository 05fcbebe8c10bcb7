//! An authority that serves on a thread of its own, at a free port, on a real store.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use leasehold_authority::serve::{Options, Server};
use leasehold_core::Timestamp;
use leasehold_service::Listener;
use leasehold_testkit::http::{COSE, Reply, send};
use leasehold_testkit::{SeededRng, VirtualClock};
use tokio::sync::oneshot;

use crate::common::{AT, TestVendor};

/// Stops when dropped, all requests answered.
pub(crate) struct Running {
    pub(crate) address: String,
    /// Of the admin API.
    pub(crate) admin: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The acme's authority, at the time of its making.
    pub(crate) fn start(acme: &TestVendor, options: Options) -> Self {
        Self::start_at(acme, options, AT.at)
    }

    pub(crate) fn start_at(acme: &TestVendor, options: Options, now: Timestamp) -> Self {
        let (authority, clock, rng) =
            (Arc::new(acme.authority()), Arc::new(VirtualClock::new(now)), Arc::new(SeededRng::new(7)));
        let home = acme.home.clone();
        let (bound, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let [public, admin] =
                    [(); 2].map(|()| Listener::bind(([127, 0, 0, 1], 0).into()).expect("a free port"));
                bound.send([public.address(), admin.address()]).expect("a test that waits");
                let asked = async { drop(stopped.await) };
                Server::new(authority, clock, rng, options).with_admin(admin, &home).serve(public, asked).await;
            });
        });
        let [address, admin] = address.recv().expect("a server that listens").map(|address| address.to_string());
        Self { address, admin, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn post(&self, path: &str, body: &[u8]) -> Reply {
        self.post_for(None, path, body)
    }

    /// As a proxy that says for whom it asks.
    pub(crate) fn post_for(&self, whom: Option<&str>, path: &str, body: &[u8]) -> Reply {
        let forwarded = whom.map(|whom| ("x-forwarded-for", whom));
        let headers: Vec<_> = [COSE].into_iter().chain(forwarded).collect();
        send(&self.address, &format!("POST {path}"), &headers, body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        send(&self.address, &format!("GET {path}"), &[], &[]).expect("an answer")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || ended.is_some_and(|ended| ended.is_ok()), "it ends in good order");
    }
}
