//! A host that serves: its folder, its store, its address.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use leasehold_core::{Clock, Rng};
use leasehold_service::access::{SignInProvider, SignIns};
use leasehold_service::admin::WrongTokens;
use leasehold_service::trace::Spans;
use leasehold_service::{Limits, Listener, Rate, Shutdown, Tls};
use leasehold_store::host::HostStore;
use tokio::sync::watch;

use crate::Error;
use crate::activation::{Home, Installed};
use crate::admin::{self, AdminApi, AdminState, History, LocalToken, Operations, Parts};
use crate::api::ClientApi;
use crate::controls::Controls;
use crate::disk;
use crate::mark::{self, UnknownStore};
use crate::mark_writer;
use crate::pipeline::Pipeline;
use crate::publishing::{self, Announced, Publications};
use crate::renewing;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::stages::Stages;
use crate::users::Transport;

/// How a host serves.
#[derive(Debug, Default)]
pub struct Options {
    /// What it takes on at most.
    pub limits: Limits,
    /// What can be changed while it serves.
    pub settings: Settings,
    /// TLS, where it is wanted: leases are safe without, host names and product names are not hidden.
    pub tls: Option<Tls>,
    /// Whether it starts on a store that is not the one it served from.
    pub unknown_store: UnknownStore,
    /// Where the spans of requests are told, where they are.
    pub spans: Option<Spans>,
}

/// A host whose threads run; [`Server::serve`] lets clients in.
#[derive(Debug)]
pub struct Server {
    home: Home,
    installed: Installed,
    shared: Arc<Shared>,
    pipeline: Pipeline,
    limits: Limits,
    tls: Option<Tls>,
    controls: Controls,
    announced: Option<Announced>,
    admin: Option<Administration>,
}

/// The admin side of a host: API, dashboard and metrics.
#[derive(Debug)]
pub struct Administration {
    /// Where it listens; `None` where it is for commands of this machine alone.
    pub listener: Option<Listener>,
    /// TLS, where it is wanted.
    pub tls: Option<Tls>,
    /// What the program around the host does for it.
    pub operations: Arc<dyn Operations>,
    /// An identity provider as another way in than the accounts in the host's folder.
    pub sign_in: Option<SignInProvider>,
    /// How many wrong tokens one address may send; `None` is without a limit.
    pub wrong_token_rate: Option<Rate>,
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
        let Options { limits, settings, tls, spans, .. } = options;
        let shared = Arc::new(Shared::new((clock, rng), identity, settings.rates));
        *shared.peaks() = home.peaks();
        shared.set_home(&home);
        shared.set_mark(mark);
        shared.set_spans(spans);
        shared.set_journal_keep(settings.journal_keep);
        shared.set_ordinary(settings.ordinary.clone());
        shared.set_subscription(settings.subscription.clone())?;
        let pipeline = Pipeline::start(&shared, store)?;
        let controls = Controls::new(Arc::clone(&shared), settings);
        Ok(Self { home, installed, shared, pipeline, limits, tls, controls, announced: None, admin: None })
    }

    /// This host, announced on the local link for as long as it serves.
    #[must_use]
    pub fn with_announcement(self, announced: Announced) -> Self {
        Self { announced: Some(announced), ..self }
    }

    /// This host, with its admin API and dashboard.
    #[must_use]
    pub fn with_admin(self, admin: Administration) -> Self {
        Self { admin: Some(admin), ..self }
    }

    /// The name of the host's key; `None` before it is activated.
    pub fn host(&self) -> Option<String> {
        self.shared.identity().map(|identity| identity.id().to_string())
    }

    /// The host's counters, to be printed while it serves.
    pub fn gauges(&self) -> Gauges {
        Gauges { shared: Arc::clone(&self.shared) }
    }

    /// By which the host's settings are changed while it serves.
    pub fn controls(&self) -> Controls {
        self.controls.clone()
    }

    /// Serves until `shutdown` ends, then answers what is in flight.
    pub async fn serve(self, listener: Listener, shutdown: impl Future<Output = ()> + Send) {
        self.serving(listener, pin!(shutdown)).await;
    }

    /// Without the type of `shutdown`, so that it is compiled here and not in each crate that starts it.
    fn serving(self, listener: Listener, shutdown: Shutdown<'_>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.serve_until(listener, shutdown))
    }

    async fn serve_until(self, listener: Listener, shutdown: Shutdown<'_>) {
        let transport = if self.tls.is_some() { Transport::Tls } else { Transport::Plain };
        let api = ClientApi { shared: Arc::clone(&self.shared), transport };
        let server = leasehold_service::Server::new(api, self.limits).with_trusted_proxies(self.controls.trusted());
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let server = server.with_spans(self.shared.spans().cloned()).with_threads(threads);
        let server = match &self.tls {
            Some(tls) => server.with_tls(tls.clone()),
            None => server,
        };
        let (ended, end) = watch::channel(());
        let (home, shared) = (&self.home, &self.shared);
        let mut tasks = vec![
            tokio::spawn(watch_certificate(home.clone(), self.installed, Arc::clone(shared), end.clone())),
            tokio::spawn(disk::watch(home.clone(), Arc::clone(shared), end.clone())),
            tokio::spawn(mark_writer::keep(home.clone(), Arc::clone(shared), end.clone())),
            tokio::spawn(renewing::repeat(self.controls.subscribe(), home.clone(), Arc::clone(shared), end.clone())),
            tokio::spawn(publishing::keep(self.controls.subscribe(), Arc::clone(shared), end.clone())),
        ];
        let clients_tls = self.tls.clone();
        tasks.extend(self.tls.map(|tls| tokio::spawn(watch_tls(tls, Arc::clone(&shared.clock), end.clone()))));
        let (home, shared, controls) = (self.home, self.shared, self.controls);
        let announcement = self.announced.and_then(|announced| announced.begin(listener.address().port()));
        let shutdown = async {
            shutdown.await;
            // Before those in flight are answered, so that the withdrawal has time to be sent.
            drop(announcement);
        };
        let administration = async {
            let Some(admin) = self.admin else { return };
            administer((admin, clients_tls), &home, &shared, &controls, end).await;
        };
        let serving = async {
            server.serve(listener, shutdown).await;
            drop(ended);
        };
        tokio::join!(serving, administration);
        for task in tasks {
            let _ = task.await;
        }
        // Blocks while the last batches are written; no client waits any more.
        let close = move || {
            self.pipeline.close();
            mark_writer::write(&home, &shared);
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

/// Serves administrators until `end`.
async fn administer(
    (admin, clients_tls): (Administration, Option<Tls>),
    home: &Home,
    shared: &Arc<Shared>,
    controls: &Controls,
    mut end: watch::Receiver<()>,
) {
    let Administration { listener, tls, operations, sign_in, wrong_token_rate } = admin;
    let address = listener.as_ref().map(Listener::address);
    let is_secure = tls.is_some();
    let history = Arc::new(History::open(home));
    let kept = tokio::spawn(admin::keep_history(Arc::clone(&history), home.clone(), Arc::clone(shared), end.clone()));
    let cookies = admin::cookies(address, is_secure);
    let state = Arc::new(AdminState::new(Parts {
        shared: Arc::clone(shared),
        home: home.clone(),
        controls: controls.clone(),
        operations,
        history,
        sign_ins: SignIns::of(home.folder(), cookies).with_provider(sign_in),
        wrong_tokens: WrongTokens::new(wrong_token_rate),
        tls: [clients_tls, tls.clone()],
    }));
    let local = tokio::spawn(serve_local(Arc::clone(&state), home.clone(), end.clone()));
    match listener {
        Some(listener) => {
            let url = format!("{}://{}", if is_secure { "https" } else { "http" }, listener.address());
            if let Err(error) = state.local().write(home.folder(), url) {
                tracing::warn!(code = %error.code(), %error, "commands on this machine cannot use the admin API");
            }
            let server = leasehold_service::Server::new(AdminApi::new(state), admin::limits());
            let server = server.with_trusted_proxies(controls.trusted()).with_spans(shared.spans().cloned());
            let server = match tls {
                Some(tls) => server.with_tls(tls),
                None => server,
            };
            server.serve(listener, async { drop(end.changed().await) }).await;
            LocalToken::remove(home.folder());
        }
        None => drop(end.changed().await),
    }
    let _ = (local.await, kept.await);
}

/// Serves commands of this machine at a socket in the host's folder until `end`. Where there can be none, they use the file.
#[cfg(unix)]
async fn serve_local(state: Arc<AdminState>, home: Home, mut end: watch::Receiver<()>) {
    let path = home.folder().join(admin::SOCKET);
    match leasehold_service::LocalSocket::bind(&path) {
        Ok(socket) => {
            let api = admin::LocalApi(AdminApi::new(state));
            let server = leasehold_service::Server::new(api, admin::limits());
            server.serve_local(socket, async { drop(end.changed().await) }).await;
        }
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "no socket for commands of this machine: they read the store beside the host");
        }
    }
}

#[cfg(not(unix))]
async fn serve_local(_: Arc<AdminState>, _: Home, _: watch::Receiver<()>) {}

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

/// Takes on new files of the TLS certificate, and says when it is about to end.
async fn watch_tls(tls: Tls, clock: Arc<dyn Clock>, mut end: watch::Receiver<()>) {
    tokio::select! {
        _ = end.changed() => {}
        () = tls.watch(clock) => {}
    }
}

/// How often the host looks for a newly installed certificate or list: an administrator who revoked a key waits for it.
const LOOK: Duration = Duration::from_secs(1);
