//! `leasehold client agent`: renews for all products of the machine, or of the user, and speaks for applications that may not use the
//! network.

mod conversation;
mod log;
mod service;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use leasehold_client::{Agent, AgentOwner, AgentSource, Options, agent_socket, products_folder};
use leasehold_core::Code;
use leasehold_service::{ReloadSignal, shutdown_signal, supervisor};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::args::NetworkArgs;
use crate::commands::host::serve::runtime;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::system_service::{AsService, ServiceCommand, serve_as};
use conversation::Socket;

/// Renew for every product whose manifest lies in a folder, until interrupted; and carry the requests of applications that may not use
/// the network.
///
/// The machine's agent keeps the machine's state, and lets every user's applications ask it; `--user` is an agent of this user alone. A
/// manifest that is put into the folder, replaced or removed is noticed within seconds, at once by SIGHUP. What it says over its socket is
/// on the page docs/agent.md.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AgentCommand {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the machine's agent as a service of Windows.
    #[command(subcommand)]
    Service(ServiceCommand),
}

#[derive(Debug, Args)]
struct Serve {
    /// This user's agent, with the user's own folder, socket and state.
    #[arg(long)]
    user: bool,
    /// The folder of the manifests: files that end in `.lh` [default: /etc/leasehold/products, on Windows Leasehold\Products in
    /// `ProgramData`; with `--user` leasehold/products of the user's configuration, on Windows Leasehold\Products in `LOCALAPPDATA`].
    #[arg(long, value_name = "DIR")]
    products: Option<PathBuf>,
    /// The socket [default: /run/leasehold-agent/agent.sock; with `--user` leasehold/agent.sock in `XDG_RUNTIME_DIR`; on Windows a named
    /// pipe, `\\.\pipe\leasehold-agent` or the user's].
    #[arg(long, value_name = "FILE")]
    socket: Option<PathBuf>,
    /// The state directory [default: `LEASEHOLD_STATE`, else the machine's or the user's].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    started: AsService,
}

impl AgentCommand {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match (self.action, self.serve.started.as_service.clone()) {
            (Some(Action::Service(command)), _) => service::run(command, output),
            (None, Some(folder)) => serve_as(SERVICE, &folder, move || self.serve.run(output)),
            (None, None) => self.serve.run(output),
        }
    }
}

impl Serve {
    fn run(self, output: Output) -> Result<(), Failure> {
        let owner = self.owner();
        let (folder, path) = (self.products()?, self.socket()?);
        let options = self.options()?;
        let runtime = runtime()?;
        let agent = Arc::new(Agent::new(folder.clone(), options, log::event));
        let served = runtime.block_on(async {
            let socket = Socket::bind(&path, owner).map_err(|error| cannot_listen(&path, &error))?;
            let mut reload = ReloadSignal::listen();
            let shutdown = shutdown_signal();
            look(&agent).await;
            announce(output, &folder, &path, agent.count())?;
            supervisor::ready(&status(agent.count()));
            tokio::select! {
                () = shutdown => {}
                () = conversation::serve(&agent, &socket) => {}
                () = notice(&agent, &mut reload) => {}
                () = supervisor::show_life(|| is_alive(Arc::clone(&agent))) => {}
            }
            Ok(())
        });
        // An attempt under way is not waited for: its request is stored, and is asked again at the next start.
        runtime.shutdown_background();
        served
    }

    fn owner(&self) -> AgentOwner {
        if self.user { AgentOwner::User } else { AgentOwner::Machine }
    }

    fn products(&self) -> Result<PathBuf, Failure> {
        let folder = self.products.clone().or_else(|| products_folder(self.owner()));
        folder.ok_or_else(|| {
            Failure::failed(Code::Usage, "products: this user has no home").hint("name it: `--products DIR`")
        })
    }

    fn socket(&self) -> Result<PathBuf, Failure> {
        let socket = self.socket.clone().or_else(|| agent_socket(self.owner()));
        socket.ok_or_else(|| {
            let message = "socket: this user has no folder for it: XDG_RUNTIME_DIR is not set";
            Failure::failed(Code::Usage, message)
                .hint("name it: `--socket FILE`, and LEASEHOLD_AGENT=FILE for applications")
        })
    }

    fn options(&self) -> Result<Options, Failure> {
        let set = Options::from_environment()
            .map_err(|error| Failure::failed(error.code(), error.to_string()).because_of(&error))?;
        let state = self.state.clone().or(set.state.clone());
        self.network.options(Options { state, agent: AgentSource::Off, ..set })
    }
}

/// Looks into the folder every few seconds, and whenever the agent is told to.
async fn notice(agent: &Arc<Agent>, reload: &mut ReloadSignal) {
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = ticks.tick() => look(agent).await,
            () = reload.next() => {
                supervisor::reloading();
                look(agent).await;
                supervisor::ready(&status(agent.count()));
            }
        }
    }
}

async fn look(agent: &Arc<Agent>) {
    let agent = Arc::clone(agent);
    // A thread that panicked has told so.
    drop(spawn_blocking(move || agent.look()).await);
}

/// Whether it answers for its products.
async fn is_alive(agent: Arc<Agent>) -> bool {
    spawn_blocking(move || agent.count()).await.is_ok()
}

fn status(products: usize) -> String {
    format!("renewing for {}", leasehold_core::count(products as u64, "product", "products"))
}

fn announce(output: Output, folder: &Path, socket: &Path, count: usize) -> Result<(), Failure> {
    match output {
        // One line, so that a program that has started it can wait for it.
        Output::Json => outln!("{}", json!({ "address": socket, "products": folder, "count": count })),
        Output::Human => {
            let missing = if folder.is_dir() { "" } else { ", which is not there yet" };
            errln!("{} in {}{missing}", status(count), folder.display());
            errln!("applications ask at {}; stop with Ctrl-C", socket.display());
        }
    }
    output::written()
}

fn cannot_listen(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    if error.kind() == std::io::ErrorKind::AddrInUse {
        let hint =
            "one agent serves a machine, or a user; stop the other one, or name another socket with `--socket FILE`";
        return Failure::failed(Code::AddressInUse, format!("socket {path}: another agent listens there")).hint(hint);
    }
    let words = leasehold_client::describe_io(error);
    let hint = if cfg!(windows) {
        r"the name of a pipe begins with `\\.\pipe\`; the machine's agent runs as administrator or as a service"
    } else {
        "the folder has to be writable for this user; paths of sockets have at most some 100 bytes"
    };
    Failure::failed(Code::ListenFailed, format!("socket {path}: {words}")).hint(hint)
}

/// The name of the machine's agent as a service.
const SERVICE: &str = "LeaseholdAgent";
/// How soon a manifest that was put into the folder is noticed.
const LOOK: Duration = Duration::from_secs(10);
