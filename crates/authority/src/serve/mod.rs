//! The authority as a service: hosts and machines ask it over the network.
//!
//! Requests are read and signatures checked where threads may block, then decided by [`Authority`] in one transaction;
//! the answer goes out once it is recorded.

mod address;
pub mod admin;
mod problems;
mod public;

use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use leasehold_core::{Clock, Rng};
use leasehold_service::access::{CookieNames, SignInProvider, SignIns};
use leasehold_service::admin::WrongTokens;
use leasehold_service::trace::Spans;
use leasehold_service::{Handler, Limits, Listener, Network, Rate, Shutdown, Tls, TrustedProxies, WorkQueue};
use tokio::sync::watch;

pub use address::dashboard_of;
pub use problems::problem;

pub(crate) use problems::{certificate_ended, store_unavailable};

use crate::authority::Authority;
use crate::home::Home;
use address::DashboardAddress;
use admin::AdminApi;
use public::{PublicApi, PublicState};

/// How an authority serves.
#[derive(Debug)]
pub struct Options {
    /// Its limits.
    pub limits: Limits,
    /// TLS, if configured. Documents are safe without it; the names of hosts and products are not hidden.
    pub tls: Option<Tls>,
    /// How often one address may ask (IPv6: one /64); `None` is without a limit.
    pub address_rate: Option<Rate>,
    /// How often one product key may be used; `None` is without a limit.
    pub key_rate: Option<Rate>,
    /// How many wrong tokens one address may send to the admin API; `None` is without a limit.
    pub wrong_token_rate: Option<Rate>,
    /// Proxies that are believed about the address for which they ask.
    pub trusted: Vec<Network>,
    /// Where the spans of requests are told, where they are.
    pub spans: Option<Spans>,
}

impl Default for Options {
    /// Without TLS and limits, but for wrong tokens: ten a minute.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            tls: None,
            address_rate: None,
            key_rate: None,
            wrong_token_rate: Some(WrongTokens::USUAL),
            trusted: Vec::new(),
            spans: None,
        }
    }
}

/// An authority that hosts and machines can ask.
#[derive(Debug)]
pub struct Server {
    authority: Arc<Authority>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    options: Options,
    admin: Option<(Listener, PathBuf)>,
    sign_in: Option<SignInProvider>,
}

impl Server {
    /// Makes `authority` a service.
    pub fn new(authority: Arc<Authority>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, options: Options) -> Self {
        Self { authority, clock, rng, options, admin: None, sign_in: None }
    }

    /// This service, with the admin API and the dashboard at a listener of their own. Who may sign in is kept in the vendor's folder.
    #[must_use]
    pub fn with_admin(self, listener: Listener, home: &Home) -> Self {
        Self { admin: Some((listener, home.folder().to_owned())), ..self }
    }

    /// This service, with an identity provider as another way in to the dashboard than the accounts in the vendor's folder.
    #[must_use]
    pub fn with_sign_in(self, provider: Option<SignInProvider>) -> Self {
        Self { sign_in: provider, ..self }
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
        let Self { authority, clock, rng, options, admin, sign_in } = self;
        let work = Arc::new(WorkQueue::new(MAX_RUNNING, MAX_WAITING));
        let deciding = (Arc::clone(&authority), Arc::clone(&clock), Arc::clone(&rng));
        let state = Arc::new(PublicState::new(deciding, options.key_rate));
        let plumbing = Plumbing {
            trusted: options.trusted.clone().into(),
            tls: options.tls.clone(),
            spans: options.spans.clone(),
        };
        let public = plumbing.server(PublicApi::new(&state, &work, &options), options.limits.clone());
        let (stop, stopped) = watch::channel(());
        let signal = async {
            shutdown.await;
            drop(stop);
        };
        let certificate = watch_certificate(options.tls.clone(), Arc::clone(&clock), stopped.clone());
        let administration = async {
            let Some((listener, folder)) = admin else { return };
            let address = DashboardAddress::write(&folder, listener.address(), options.tls.is_some());
            let cookies = CookieNames::new(listener.address().port(), options.tls.is_some());
            let sign_ins = SignIns::of(&folder, cookies).with_provider(sign_in);
            let api = AdminApi::new((authority, clock, rng), &options, sign_ins);
            plumbing.server(api, admin::limits()).serve(listener, ended(stopped.clone())).await;
            drop(address);
        };
        let public = public.serve(listener, ended(stopped.clone()));
        tokio::join!(signal, public, administration, certificate, watch(state, work, stopped.clone()));
    }
}

/// What both listeners have in common.
struct Plumbing {
    trusted: TrustedProxies,
    tls: Option<Tls>,
    spans: Option<Spans>,
}

impl Plumbing {
    fn server(&self, api: impl Handler, limits: Limits) -> leasehold_service::Server {
        let server = leasehold_service::Server::new(api, limits).with_trusted_proxies(self.trusted.clone());
        let server = server.with_spans(self.spans.clone());
        match &self.tls {
            Some(tls) => server.with_tls(tls.clone()),
            None => server,
        }
    }
}

/// Takes on new files of the TLS certificate, and says when it is about to end.
async fn watch_certificate(tls: Option<Tls>, clock: Arc<dyn Clock>, end: watch::Receiver<()>) {
    let Some(tls) = tls else { return };
    tokio::select! {
        () = ended(end) => {}
        () = tls.watch(clock) => {}
    }
}

async fn ended(mut stopped: watch::Receiver<()>) {
    // Nothing is ever sent: that the sender is gone is the sign.
    let _ = stopped.changed().await;
}

/// Notices that the store is gone or back, or that another authority has superseded this one, while no requests come.
async fn watch(state: Arc<PublicState>, work: Arc<WorkQueue>, end: watch::Receiver<()>) {
    loop {
        let checked = Arc::clone(&state);
        // A full queue means that requests are asking the store already.
        let _ = work.run(move || checked.check()).await;
        tokio::select! {
            () = ended(end.clone()) => return,
            () = tokio::time::sleep(CHECK_INTERVAL) => {}
        }
    }
}

/// Requests that are decided at a time: SQLite takes them one after the other, PostgreSQL several at once.
const MAX_RUNNING: usize = 8;
/// Requests that may wait.
const MAX_WAITING: usize = 512;
/// How often store and authority are checked while no requests come.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
