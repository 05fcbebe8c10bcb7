//! `leasehold quickstart`: a vendor, a host and some machines, all real, in one folder.

mod dashboard;
mod machines;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::{Code, Span};
use leasehold_host::{Options, Server};
use leasehold_service::{Listener, shutdown_signal};
use leasehold_store_sqlite::host::SqliteHost;
use serde_json::json;
use tokio::sync::oneshot;

use crate::commands::host::administration::{self, AdminListen, AdminListener};
use crate::commands::host::failed;
use crate::commands::host::serve::runtime;
use crate::commands::throwaway::{Purpose, Throwaway, in_use_or_failed};
use crate::failure::Failure;
use crate::output::{self, Column, Output, Table};
use crate::values;
use dashboard::QuickstartOperations;
use machines::{Fleet, Machine};

/// A vendor, a host and some machines here, on real sockets; then go on serving until Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Quickstart {
    /// Where everything is kept; a second run goes on from what is there.
    #[arg(long, value_name = "DIR", default_value = "leasehold-quickstart")]
    dir: PathBuf,
    /// How many machines ask.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = values::whole::<u32>(1..=1_000))]
    clients: u32,
    #[command(flatten)]
    admin: AdminListen,
    /// End when all machines have asked.
    #[arg(long)]
    once: bool,
}

impl Quickstart {
    pub(crate) fn run(mut self, output: Output) -> Result<(), Failure> {
        self.dir = std::path::absolute(&self.dir).map_err(|error| Failure::file(&self.dir, &error))?;
        let talk = Talk(output);
        std::fs::create_dir_all(&self.dir).map_err(|error| Failure::file(&self.dir, &error))?;
        let product = Throwaway {
            dir: &self.dir,
            product: "acme-cad".parse().expect("an id"),
            title: "Acme CAD".parse().expect("a title"),
            policy: None,
            initial_grace: Span::days(30),
            purpose: Purpose::Demonstration,
            say: &|text| talk.say(text),
        };
        let product = product.make()?;
        let host = self.dir.join("host");
        let serving = Serving::start(&host, self.admin)?;
        talk.say(&format!("host: serves at http://{}", serving.address));
        if serving.address.port() != PORT {
            talk.say(&format!("      (port {PORT} is taken by another program)"));
        }
        let fleet = Fleet { dir: &self.dir, manifest: &product.manifest, address: serving.address };
        let machines = fleet.ask(self.clients, &talk)?;
        match output {
            Output::Json => output::json(&json!({
                "root": product.root.to_string(),
                "host": serving.address.to_string(),
                "clients": machines.iter().map(Machine::json).collect::<Vec<_>>(),
            })),
            Output::Human => self.show(&machines, &product.root.to_string(), serving.address),
        }
        if let Some(url) = serving.admin.as_ref().filter(|_| !self.once) {
            talk.say("\nthe dashboard, signed in by this link once:");
            talk.say(&format!("  {}", dashboard::link(&host, url)?));
        }
        if !self.once {
            // A host that serves on cannot say later that this was lost.
            output::written()?;
            runtime()?.block_on(async {
                let asked_to_stop = shutdown_signal();
                talk.say("\nserving until Ctrl-C");
                asked_to_stop.await;
            });
        }
        serving.stop()
    }

    fn show(&self, machines: &[Machine], root: &str, address: SocketAddr) {
        let mut table = Table::new([
            Column::new("MACHINE"),
            Column::id("DEVICE KEY"),
            Column::new("STANDING"),
            Column::new("UNTIL"),
        ]);
        for machine in machines {
            table.row(machine.row());
        }
        outln!();
        table.print();
        let dir = self.dir.display();
        outln!("\nin {dir}:");
        for (what, place) in [
            ("the vendor's keys, encrypted, with the passphrase of this demonstration", "vendor/"),
            ("the host's key, certificate and store", "host/"),
            ("what the application ships", "acme-cad.lh"),
            ("the host key that was sold, a secret", "host-key.txt"),
            ("what each machine keeps", "clients/"),
        ] {
            outln!("  {place:<14}{what}");
        }
        let program =
            std::env::current_exe().map_or_else(|_| "leasehold".to_owned(), |path| path.display().to_string());
        outln!("\ntry next:");
        let below = |name: &str| self.dir.join(name).display().to_string();
        for command in ["status", "clients", "events"] {
            outln!("  {program} host {command} --data {}", below("host"));
        }
        if let Some(lease) = machines.iter().find_map(|machine| machine.lease.as_deref()) {
            outln!("  {program} inspect {} --root {root}", lease.display());
        }
        let (manifest, state) = (below("acme-cad.lh"), self.dir.join("clients").join("mine"));
        outln!("  {program} client activate --manifest {manifest} --host {address} --state {}", state.display());
        outln!("  {program} vendor key list --dir {}", below("vendor"));
    }
}

/// What people see while it happens; programs wait for the end.
struct Talk(Output);

impl Talk {
    fn say(&self, text: &str) {
        match self.0 {
            Output::Human => outln!("{text}"),
            Output::Json => errln!("{text}"),
        }
    }
}

/// The host, in threads of its own.
struct Serving {
    address: SocketAddr,
    /// Where the dashboard is.
    admin: Option<String>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Serving {
    fn start(data: &Path, admin: AdminListen) -> Result<Self, Failure> {
        let store = SqliteHost::open(data).map_err(|error| in_use_or_failed(data, &error))?;
        let home = leasehold_host::activation::Home::new(data);
        let options = Options::default();
        let server = Server::start(home, Box::new(store), Arc::new(SystemClock), Arc::new(SystemRng), options)
            .map_err(|error| failed(&error))?;
        let runtime = runtime()?;
        let (listener, admin) = {
            let _inside = runtime.enter();
            let listener = listen().map_err(|error| failed(&leasehold_host::Error::Service(error)))?;
            (listener, admin.bind(None, None)?)
        };
        let address = listener.address();
        let url = admin.as_ref().map(AdminListener::url);
        let operations = QuickstartOperations { data: data.to_owned(), address };
        let server = administration::open(server, admin, Arc::new(operations), None);
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(server.serve(listener, async {
                let _ = stopped.await;
            }));
        });
        Ok(Self { address, admin: url, stop, thread })
    }

    /// Answers what is under way, writes what is decided, ends.
    fn stop(self) -> Result<(), Failure> {
        let _ = self.stop.send(());
        self.thread.join().map_err(|_| Failure::failed(Code::Internal, "the host's threads have failed"))
    }
}

/// At the usual port, or at any that is free.
fn listen() -> Result<Listener, leasehold_service::Error> {
    let at = |port| Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    match at(PORT) {
        Err(leasehold_service::Error::AddressInUse { .. }) => at(0),
        other => other,
    }
}

const PORT: u16 = 16_880;
