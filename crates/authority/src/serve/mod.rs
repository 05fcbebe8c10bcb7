//! The authority as a service: hosts and machines ask it over the network.
//!
//! Requests are read and signatures checked where threads may block, then decided by [`Authority`] in one transaction;
//! the answer goes out once it is recorded.

mod limit;
mod origin;
mod problems;
mod public;
mod work;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::Timestamp;
use leasehold_service::{Limits, Listener, Tls};
use tokio::sync::watch;

pub use limit::Rate;
pub use origin::{Network, NotANetwork};
pub use problems::problem;

use crate::authority::Authority;
use public::{Desk, PublicApi};
use work::Work;

/// Where the service gets the time and chance from; the real ones in the program, others in tests.
#[derive(Clone)]
pub struct Surroundings {
    /// The time now.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Fills bytes with chance that nobody can guess.
    pub random: Arc<Chance>,
}

/// Fills bytes with chance.
pub type Chance = dyn Fn(&mut [u8]) + Send + Sync;

/// How an authority serves.
#[derive(Debug, Default)]
pub struct Options {
    /// What it takes on at most.
    pub limits: Limits,
    /// TLS, where it is wanted: documents are safe without, the names of hosts and products are not hidden.
    pub tls: Option<Tls>,
    /// How often one address may ask (IPv6: one /64); `None` is as often as it likes.
    pub address_rate: Option<Rate>,
    /// How often one product key may be used; `None` is as often as its owner likes.
    pub key_rate: Option<Rate>,
    /// Proxies that may say for whom they ask.
    pub trusted: Vec<Network>,
}

/// An authority that hosts and machines can ask.
#[derive(Debug)]
pub struct Server {
    desk: Arc<Desk>,
    work: Arc<Work>,
    options: Options,
}

impl Server {
    /// Makes `authority` a service.
    pub fn new(authority: Arc<Authority>, surroundings: Surroundings, options: Options) -> Self {
        let desk = Arc::new(Desk::new(authority, surroundings, options.key_rate));
        Self { desk, work: Arc::new(Work::new(AT_ONCE, WAITING)), options }
    }

    /// Serves until `shutdown` ends, then answers what is in flight.
    pub async fn serve(self, listener: Listener, shutdown: impl Future<Output = ()>) {
        let api = PublicApi::new(&self.desk, &self.work, &self.options);
        let mut server = leasehold_service::Server::new(api, self.options.limits);
        if let Some(tls) = self.options.tls {
            server = server.with_tls(tls);
        }
        let (ended, end) = watch::channel(());
        let watcher = tokio::spawn(watch(self.desk, self.work, end));
        server.serve(listener, shutdown).await;
        drop(ended);
        let _ = watcher.await;
    }
}

/// Notices that the store is gone or back, or another authority has followed, also while nobody asks.
async fn watch(desk: Arc<Desk>, work: Arc<Work>, mut end: watch::Receiver<()>) {
    loop {
        let looking = Arc::clone(&desk);
        // Where there is no room, others are asking the store.
        let _ = work.run(move || looking.look()).await;
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

/// Requests that are decided at a time: a store in one file takes them one after the other, a server several at once.
const AT_ONCE: usize = 8;
/// Requests that may wait for their turn.
const WAITING: usize = 512;
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(5);
