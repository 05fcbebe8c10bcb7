//! How long the dashboard's pages take at the server, over a store that is full.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::{Code, Finding, Span};
use leasehold_dashboard::host::data::SettingGroup;
use leasehold_host::activation::Home;
use leasehold_host::{Administration, Operations, Options, RoleSet, Server};
use leasehold_service::Listener;
use leasehold_service::access::{Accounts, NewAdmin, PasswordHash};
use leasehold_store::host::HostStore;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::fleet::Fleet;
use crate::median::median;
use crate::store::StoreLocation;
use crate::{Failure, system};

/// Fill a store with clients, and time the pages of the dashboard.
#[derive(Debug, Args)]
pub(crate) struct Pages {
    /// Clients in the store.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    clients: usize,
    /// An empty database for the store, instead of a folder.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// How often each page is asked for.
    #[arg(long, value_name = "N", default_value_t = TIMES)]
    times: usize,
}

impl Pages {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let folder = tempfile::tempdir()?;
        let database = self.store.as_deref().map(StoreLocation::empty_database).transpose()?;
        let mut fleet = Fleet::new(folder.path(), database.as_ref(), 1)?;
        let began = system::instant();
        fleet.preload(self.clients, Span::days(150))?;
        anstream::eprintln!("{} clients in {:.0} s", self.clients, began.elapsed().as_secs_f64());
        print(&measure(&fleet, self.times)?);
        Ok(())
    }
}

/// How long a page took, in milliseconds, and its size.
#[derive(Debug)]
pub(crate) struct PageTimes {
    path: &'static str,
    median: f64,
    worst: f64,
    bytes: usize,
}

impl PageTimes {
    pub(crate) fn json(&self) -> Value {
        json!({ "page": self.path, "median_ms": self.median, "worst_ms": self.worst, "bytes": self.bytes })
    }
}

/// Asks for each page so many `times`, of a host with the store of `fleet`.
pub(crate) fn measure(fleet: &Fleet, times: usize) -> Result<Vec<PageTimes>, Failure> {
    let serving = Serving::start(fleet.data().to_owned(), fleet.store().open()?)?;
    let cookie = serving.sign_in()?;
    let measured = PATHS.iter().map(|path| serving.time(path, &cookie, times)).collect();
    serving.stop();
    measured
}

fn print(pages: &[PageTimes]) {
    anstream::println!("{:<36} {:>8} {:>8} {:>8}", "page", "median", "worst", "KiB");
    for PageTimes { path, median, worst, bytes } in pages {
        anstream::println!("{path:<36} {median:>5.1} ms {worst:>5.1} ms {:>8}", bytes / 1_024);
    }
}

/// A host that serves administrators from this process.
struct Serving {
    admin: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl Serving {
    fn start(folder: PathBuf, store: Box<dyn HostStore>) -> Result<Self, Failure> {
        let password = Some(PasswordHash::new(PASSWORD, &SystemRng)?);
        let roles = RoleSet::ALL.map(|role| role.0.to_owned()).to_vec();
        let admin = NewAdmin { name: NAME.parse()?, roles, password };
        Accounts::of(&folder).change(|kept| kept.add_admin(admin, system::now()))?;
        let (clock, rng) = (Arc::new(SystemClock), Arc::new(SystemRng));
        let server = Server::start(Home::new(folder), store, clock, rng, Options::default())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let ((stop, stopped), (told, tells)) = (oneshot::channel(), sync_channel(1));
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                let bind = || Listener::bind(([127, 0, 0, 1], 0).into());
                let (Ok(clients), Ok(admin)) = (bind(), bind()) else { return };
                let _ = told.send(admin.address());
                let (listener, operations) = (Some(admin), Arc::new(Alone));
                let admin = Administration { listener, tls: None, operations, sign_in: None, wrong_token_rate: None };
                server.with_admin(admin).serve(clients, async { drop(stopped.await) }).await;
            });
        });
        Ok(Self { admin: tells.recv()?, stop, thread })
    }

    /// The cookie of a session.
    fn sign_in(&self) -> Result<String, Failure> {
        let answer = self.ask("POST /sign-in", "", &format!("name={NAME}&password={PASSWORD}"))?;
        let cookies = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let cookies: Vec<&str> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
        if cookies.is_empty() { Err("signing in has failed".into()) } else { Ok(cookies.join("; ")) }
    }

    fn time(&self, path: &'static str, cookie: &str, times: usize) -> Result<PageTimes, Failure> {
        let (mut took, mut bytes) = (Vec::new(), 0);
        for _ in 0..times {
            let began = system::instant();
            let answer = self.ask(&format!("GET {path}"), &format!("cookie: {cookie}\r\n"), "")?;
            took.push(began.elapsed().as_secs_f64() * 1e3);
            if !answer.starts_with("HTTP/1.1 200") {
                return Err(format!("{path}: {}", answer.lines().next().unwrap_or_default()).into());
            }
            bytes = answer.len();
        }
        let median = median(&mut took);
        Ok(PageTimes { path, median, worst: took[took.len() - 1], bytes })
    }

    fn ask(&self, what: &str, headers: &str, body: &str) -> Result<String, Failure> {
        let mut stream = TcpStream::connect(self.admin)?;
        let length = body.len();
        let head = format!("{what} HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: {length}\r\n");
        stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}

/// What a program around the host would do.
#[derive(Debug)]
struct Alone;

impl Operations for Alone {
    fn examine(&self) -> Vec<Finding> {
        Vec::new()
    }

    fn back_up(&self) -> Result<PathBuf, (Code, String)> {
        Err((Code::BadConfiguration, "no folder is set".to_owned()))
    }

    fn started(&self) -> SettingGroup {
        SettingGroup { title: "This host".to_owned(), settings: Vec::new() }
    }
}

/// How often each page is asked for, unless said otherwise.
pub(crate) const TIMES: usize = 20;
const NAME: &str = "measure";
const PASSWORD: &str = "measure-twice-cut-once";
/// Pages; the searches are for one name among all, and for an address that none has.
const PATHS: &[&str] = &[
    "/",
    "/clients",
    "/clients?state=licensed",
    "/clients?state=unlicensed",
    "/clients?search=pc-0999999",
    "/clients?search=10.0.0.1",
    "/events",
    "/events?decision=refused",
    "/copies",
    "/users",
    "/seals",
    "/settings",
    "/audit",
];
