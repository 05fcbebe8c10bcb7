//! A provider, a host with a subscription, machines with the SDK, and one clock for host and machines.

use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use leasehold_client::{Answer, Client, HostName, Lookup, Machine, Outcome, Prompt, SignInUser};
use leasehold_core::{Grant, Policy, Span};
use leasehold_host::activation::Home;
use leasehold_host::subscription::Subscription;
use leasehold_host::{Options, Server, Settings};
use leasehold_service::Listener;
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::oidc::Oidc;
use leasehold_testkit::vendor::Vendor;
use leasehold_testkit::{SeededRng, VirtualClock};
use tempfile::TempDir;
use tokio::sync::oneshot;

pub(super) struct World {
    pub(super) oidc: Oidc,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) address: String,
    folder: TempDir,
    serving: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl World {
    /// A host that grants each user so many devices, for a week.
    pub(super) fn start(devices: u64) -> Self {
        let oidc = Oidc::start();
        let subscription = subscription(&oidc.issuer);
        Self::with(oidc, subscription, devices)
    }

    pub(super) fn with(oidc: Oidc, subscription: Subscription, devices: u64) -> Self {
        let policy = Policy {
            devices: Some(devices),
            validity: Span::days(7),
            renewal: Span::DAY,
            grace: Span::DAY,
            ..Policy::default()
        };
        let certified = Vendor::from_seed(1).host(1, vec![Grant { policy, ..Vendor::grant() }]);
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("host.key"), certified.pair().to_pem()).expect("a file");
        std::fs::write(folder.path().join("host.lh"), certified.certificate()).expect("a file");
        let clock = Arc::new(VirtualClock::new(oidc.started));
        let settings = Settings {
            subscription: Some(subscription),
            trusted_proxies: vec!["127.0.0.1".parse().expect("a network")],
            ..Settings::default()
        };
        let options = Options { settings, ..Options::default() };
        let store = Box::new(SqliteHost::open(folder.path()).expect("a store"));
        let (host_clock, rng) = (Arc::clone(&clock), Arc::new(SeededRng::new(1)));
        let server = Server::start(Home::new(folder.path()), store, host_clock, rng, options).expect("a host");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("threads");
        let listener = {
            let _inside = runtime.enter();
            Listener::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port")
        };
        let address = listener.address().to_string();
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            server
                .serve(listener, async {
                    let _ = stopped.await;
                })
                .await;
        };
        let thread = thread::spawn(move || runtime.block_on(serve));
        Self { oidc, clock, address, folder, serving: Some((stop, thread)) }
    }

    /// Lets time pass for all of them.
    pub(super) fn advance(&self, time: Span) {
        self.clock.advance(time);
        self.oidc.act("advance", &serde_json::json!({ "seconds": time.as_seconds() }));
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The state directory of the machine of this number.
    pub(super) fn state(&self, n: u32) -> PathBuf {
        self.folder.path().join(format!("state{n}"))
    }

    /// The machine of this number.
    pub(super) fn client(&self, n: u32) -> Client {
        let manifest = Vendor::from_seed(1).manifest();
        let options = leasehold_client::Options {
            state: Some(self.state(n)),
            hosts: vec![self.address.parse().expect("an address")],
            lookup: Lookup::Off,
            host_name: HostName::Given(format!("pc{n}").parse().expect("a name")),
            machine: Machine::instance(&format!("machine {n}")),
            clock: Arc::clone(&self.clock) as _,
            rng: Arc::new(SeededRng::new(u64::from(n))),
            ..leasehold_client::Options::default()
        };
        Client::open(&manifest, options).expect("a client")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.serving.take() {
            let _ = stop.send(());
            thread.join().expect("the host ends well");
        }
    }
}

/// What a host of these tests is configured with.
pub(super) fn subscription(issuer: &str) -> Subscription {
    Subscription {
        issuer: issuer.to_owned(),
        client_id: "leasehold".to_owned(),
        audience: "leasehold".to_owned(),
        scopes: ["openid", "offline_access", "groups"].map(str::to_owned).to_vec(),
        groups: "groups".to_owned(),
        products: [("cad-users".to_owned(), vec!["acme-cad".parse().expect("an id")])].into(),
        ca: None,
    }
}

/// A user at a provider, who does what is shown while the client waits.
pub(super) struct User<'w> {
    world: &'w World,
    name: String,
    prompt: Option<Prompt>,
    at_browser: Option<JoinHandle<()>>,
    /// What was shown.
    pub(super) shown: Vec<&'static str>,
}

impl<'w> User<'w> {
    pub(super) fn of(world: &'w World, name: &str) -> Self {
        Self { world, name: name.to_owned(), prompt: None, at_browser: None, shown: Vec::new() }
    }
}

impl SignInUser for User<'_> {
    fn show(&mut self, prompt: &Prompt) {
        self.shown.push(match prompt {
            Prompt::Code { .. } => "code",
            Prompt::Browser { .. } => "browser",
        });
        self.prompt = Some(prompt.clone());
    }

    fn wait(&mut self, _: Duration) -> ControlFlow<()> {
        match self.prompt.take() {
            Some(Prompt::Code { address, code, .. }) => self.world.oidc.sign_in(&self.name, &address, Some(&code)),
            Some(Prompt::Browser { address, .. }) => {
                // The browser brings its answer to the client, which listens meanwhile.
                let request = serde_json::json!({ "url": address, "login": self.name }).to_string();
                let provider = self.world.oidc.issuer.trim_start_matches("http://").to_owned();
                self.at_browser = Some(thread::spawn(move || {
                    let sent = leasehold_testkit::http::send(&provider, "POST /test/user", &[], request.as_bytes());
                    assert_eq!(sent.expect("an answer").status, 200);
                }));
            }
            None => thread::yield_now(),
        }
        ControlFlow::Continue(())
    }
}

/// The code of a refusal.
pub(super) fn refused(answer: &Answer) -> String {
    match &answer.outcome {
        Outcome::Refused(refused) => refused.code.clone(),
        other => panic!("{other:?}"),
    }
}
