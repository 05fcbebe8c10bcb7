//! `leasehold host serve`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_host::activation::Home;
use leasehold_host::mark::UnknownStore;
use leasehold_host::{Announced, Controls, Options, Server};
use leasehold_service::{Limits, Tls, shutdown_signal, supervisor};
use leasehold_store::host::HostStore;
use serde_json::json;

use super::administration::{self, AdminListener};
use super::config::Config;
use super::operations::ServeOperations;
use super::reload::{Reloads, Started};
use super::serve_options::Serve;
use super::{failed, service_failed};
use crate::commands::upgrade;
use crate::failure::Failure;
use crate::output::Output;
use crate::stores::StoreKind;
use crate::system_service::serve_as;

/// The name of the host as a service.
pub(super) const SERVICE: &str = "LeaseholdHost";

impl Serve {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self.started.as_service.clone() {
            Some(folder) => serve_as(SERVICE, &folder, move || self.serve(output)),
            None => self.serve(output),
        }
    }

    fn serve(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        if self.check_upgrade {
            return upgrade::check(StoreKind::Host, &self.location(&config)?, output);
        }
        let (address, home) = (self.address(&config), self.data.new_home()?);
        // Before anything is made or opened.
        self.authority.set(&config, &home)?;
        let tls = tls(self.tls_files(&config))?;
        let (store, unknown_store) = self.store(&config, &home)?;
        let runtime = runtime()?;
        let (listener, admin) = {
            let _inside = runtime.enter();
            let listener = supervisor::listen(address).map_err(service_failed)?;
            (listener, self.admin.bind(config.admin_listen.as_ref(), tls.as_ref())?)
        };
        let admin_url = admin.as_ref().map(AdminListener::url);
        let sign_in = match (&config.sign_in, &admin_url) {
            (Some(options), Some(url)) => Some(options.provider(url)?),
            _ => None,
        };
        let port = listener.address().port();
        let settings = self.settings(&config, &home, port)?;
        let (spans, sender) = config.traces.as_ref().map(|traces| traces.begin("leasehold-host")).transpose()?.unzip();
        let options = Options { limits: Limits::default(), settings, tls: tls.clone(), unknown_store, spans };
        // Outside the runtime: a store on a database waits for its answers.
        let server = Server::start(home, store, Arc::new(SystemClock), Arc::new(SystemRng), options);
        let server = self.announced(&config, server.map_err(|error| failed(&error))?);
        let operations = ServeOperations::new(self.clone(), listener.address());
        let server = administration::open(server, admin, Arc::new(operations), sign_in);
        let started = Started { address, port, store: config.store.clone(), mdns: self.mdns(&config), tls };
        runtime.block_on(async {
            let controls = server.controls();
            let folder = self.data.folder.clone();
            let reloads = Reloads::listen(self, started, controls.clone());
            let shutdown = shutdown_signal();
            let url = format!("{}://{}", reloads.scheme(), listener.address());
            announce(output, &server, (&url, &folder), admin_url.as_deref());
            let status = format!("serving at {url}");
            supervisor::ready(&status);
            tokio::select! {
                () = server.serve(listener, shutdown) => {}
                () = reloads.carry_out(&status) => {}
                () = supervisor::show_life(|| is_alive(controls.clone())) => {}
            }
        });
        // A name server that is silent just now is not waited for.
        runtime.shutdown_background();
        if let Some(sender) = sender {
            sender.finish();
        }
        Ok(())
    }

    fn store(&self, config: &Config, home: &Home) -> Result<(Box<dyn HostStore>, UnknownStore), Failure> {
        let location = self.location(config)?;
        home.make().map_err(|error| failed(&error))?;
        let unknown_store = if self.new_store { UnknownStore::Accepted } else { UnknownStore::Refused };
        if unknown_store == UnknownStore::Refused {
            super::check_store_is_there(&location, home)?;
        }
        Ok((location.host()?, unknown_store))
    }

    /// The host, announced on the local link where that is wanted. One that cannot be serves those who know it.
    fn announced(&self, config: &Config, server: Server) -> Server {
        let dns = self.dns.clone().or(config.dns.clone().unwrap_or_default());
        match (self.mdns(config), dns.target()) {
            (true, Ok(host)) => server.with_announcement(Announced { label: dns.label(), host }),
            (true, Err(failure)) => {
                tracing::warn!(%failure, "not announced on the local link");
                server
            }
            (false, _) => server,
        }
    }
}

/// TLS with these files, where there are any.
pub(crate) fn tls(files: (Option<PathBuf>, Option<PathBuf>)) -> Result<Option<Tls>, Failure> {
    match files {
        (Some(certificate), Some(key)) => Tls::from_pem_files(&certificate, &key).map(Some).map_err(service_failed),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => {
            Err(Failure::failed(Code::Usage, "TLS needs both a certificate and a key"))
        }
    }
}

/// As many threads for the network as there are processors to use.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| Failure::failed(Code::Internal, format!("the network's threads cannot be started: {error}")))
}

/// Whether the host's own thread answers.
async fn is_alive(controls: Controls) -> bool {
    tokio::task::spawn_blocking(move || controls.is_alive()).await.unwrap_or_default()
}

fn announce(output: Output, server: &Server, (address, folder): (&str, &Path), admin: Option<&str>) {
    let host = server.host();
    match output {
        // One line, so that a program that has started the host can wait for it.
        Output::Json => outln!("{}", json!({ "address": address, "admin": admin, "host": host })),
        Output::Human => {
            if let Some(admin) = admin {
                errln!("dashboard at {admin}/; `leasehold host admin add NAME` adds who may sign in");
            }
            if host.is_none() {
                errln!("{}: not activated yet: clients are refused until a certificate is installed", folder.display());
            }
            // Last: who waits for it has read all.
            errln!("serving at {address}; stop with Ctrl-C");
        }
    }
}
