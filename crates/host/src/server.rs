//! A host that serves: its folder, its store, its address.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use leasehold_core::{Clock, Rng, Span};
use leasehold_service::{Limits, Listener, Network, Tls};
use leasehold_store::host::HostStore;
use tokio::sync::watch;

use crate::Error;
use crate::activation::{Home, Installed};
use crate::api::ClientApi;
use crate::dns::Publication;
use crate::mark::{self, UnknownStore};
use crate::pipeline::Pipeline;
use crate::publishing::{self, Announced, Publications};
use crate::rates::RateLimits;
use crate::renewing::{self, Renewal};
use crate::shared::Shared;
use crate::stages::Stages;

/// How a host serves.
#[derive(Debug, Default)]
pub struct Options {
    /// What it takes on at most.
    pub limits: Limits,
    /// What each address may ask.
    pub rates: RateLimits,
    /// Proxies that are believed about the address for which they ask (`X-Forwarded-For`).
    pub trusted_proxies: Vec<Network>,
    /// TLS, where it is wanted: leases are safe without, host names and product names are not hidden.
    pub tls: Option<Tls>,
    /// Whether it starts on a store that is not the one it served from.
    pub unknown_store: UnknownStore,
    /// How long after their end leases stay in the journal; `None` for ever.
    pub journal_keep: Option<Span>,
}

/// A host whose threads run; [`Server::serve`] lets clients in.
#[derive(Debug)]
pub struct Server {
    home: Home,
    installed: Installed,
    shared: Arc<Shared>,
    pipeline: Pipeline,
    options: Options,
    publication: Option<Publication>,
    announced: Option<Announced>,
    renewal: Option<Renewal>,
}

/// A look at a host while it serves.
#[derive(Clone, Debug)]
pub struct Gauges {
    shared: Arc<Shared>,
}

impl Server {
    /// Starts the host of `home` on `store`; without a certificate it answers `host-not-activated` until one is there.
    ///
    /// # Errors
    /// [`Error`] where the folder is damaged, the store is not the one that this host served from, or threads cannot be
    /// started.
    pub fn start(
        home: Home,
        mut store: Box<dyn HostStore>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        options: Options,
    ) -> Result<Self, Error> {
        // First: what is installed from here on is noticed.
        let installed = home.changed();
        let identity = match home.identity() {
            Err(Error::NoRequest(_)) => None,
            other => other?,
        };
        let mark = match &identity {
            Some(identity) => mark::check(&home, identity, store.as_mut(), options.unknown_store)?,
            None => None,
        };
        let shared = Arc::new(Shared::new((clock, rng), identity, options.rates));
        *shared.peaks() = home.peaks();
        shared.set_home(&home);
        shared.set_mark(mark);
        shared.set_journal_keep(options.journal_keep);
        let pipeline = Pipeline::start(&shared, store)?;
        Ok(Self { home, installed, shared, pipeline, options, publication: None, announced: None, renewal: None })
    }

    /// This host, which publishes its records in DNS while it serves. They stay when it ends.
    #[must_use]
    pub fn with_publication(self, publication: Publication) -> Self {
        Self { publication: Some(publication), ..self }
    }

    /// This host, announced on the local link for as long as it serves.
    #[must_use]
    pub fn with_announcement(self, announced: Announced) -> Self {
        Self { announced: Some(announced), ..self }
    }

    /// This host, which keeps its certificate and its revocation list up to date while it serves.
    #[must_use]
    pub fn with_renewal(self, renewal: Renewal) -> Self {
        Self { renewal: Some(renewal), ..self }
    }

    /// The name of the host's key; `None` before it is activated.
    pub fn host(&self) -> Option<String> {
        self.shared.identity().map(|identity| identity.id().to_string())
    }

    /// The host's counters, to be printed while it serves.
    pub fn gauges(&self) -> Gauges {
        Gauges { shared: Arc::clone(&self.shared) }
    }

    /// Serves until `shutdown` ends, then answers what is in flight.
    pub async fn serve(self, listener: Listener, shutdown: impl Future<Output = ()>) {
        let api = ClientApi { shared: Arc::clone(&self.shared), trusted_proxies: self.options.trusted_proxies };
        let mut server = leasehold_service::Server::new(api, self.options.limits);
        if let Some(tls) = self.options.tls {
            server = server.with_tls(tls);
        }
        let (ended, end) = watch::channel(());
        let watch = watch_certificate(self.home.clone(), self.installed, Arc::clone(&self.shared), end.clone());
        let mark = mark::keep(self.home.clone(), Arc::clone(&self.shared), end.clone());
        let mut tasks = vec![tokio::spawn(watch), tokio::spawn(mark)];
        let (home, shared) = (self.home.clone(), Arc::clone(&self.shared));
        tasks.extend(
            self.renewal.map(|renewal| {
                tokio::spawn(renewing::repeat(renewal, self.home, Arc::clone(&self.shared), end.clone()))
            }),
        );
        tasks.extend(self.publication.map(|publication| {
            let refresh = publishing::refreshing(publication, Arc::clone(&self.shared));
            tokio::spawn(publishing::repeat(refresh, end))
        }));
        let announcement = self.announced.and_then(|announced| announced.begin(listener.address().port()));
        let shutdown = async {
            shutdown.await;
            // Before those in flight are answered, so that the withdrawal has time to be sent.
            drop(announcement);
        };
        server.serve(listener, shutdown).await;
        drop(ended);
        for task in tasks {
            let _ = task.await;
        }
        // Blocks while the last batches are written; no client waits any more.
        let close = move || {
            self.pipeline.close();
            mark::write(&home, &shared);
        };
        let _ = tokio::task::spawn_blocking(close).await;
    }
}

impl Gauges {
    /// Where time goes.
    pub fn stages(&self) -> &Stages {
        &self.shared.stages
    }

    /// Leases granted and requests refused so far.
    pub fn answered(&self) -> (u64, u64) {
        let counters = &self.shared.counters;
        (counters.granted.load(Ordering::Relaxed), counters.refused.load(Ordering::Relaxed))
    }

    /// How often records were published in DNS so far, and how often that failed.
    pub fn publications(&self) -> Publications {
        let counters = &self.shared.counters;
        Publications {
            done: counters.published.load(Ordering::Relaxed),
            failed: counters.not_published.load(Ordering::Relaxed),
        }
    }
}

/// Takes on a certificate or a revocation list that is installed while the host serves.
async fn watch_certificate(home: Home, mut known: Installed, shared: Arc<Shared>, mut end: watch::Receiver<()>) {
    let mut complained = known;
    loop {
        tokio::select! {
            _ = end.changed() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let changed = home.changed();
        if changed == known {
            continue;
        }
        match home.identity() {
            Ok(Some(identity)) => {
                tracing::info!(
                    expires = identity.certificate().expires.unix(),
                    "a new certificate or revocation list is in use"
                );
                shared.set_identity(identity);
                known = changed;
            }
            Err(error) if changed != complained => {
                tracing::error!(%error, "the new certificate or revocation list cannot be used");
                complained = changed;
            }
            Ok(None) | Err(_) => {}
        }
    }
}

/// How often the host looks for a newly installed certificate or list: an administrator who revoked a key waits for it.
const LOOK: Duration = Duration::from_secs(1);
