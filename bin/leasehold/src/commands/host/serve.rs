//! `leasehold host serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use leasehold_host::stages::Stage;
use leasehold_host::{Gauges, Options, Server, Surroundings};
use leasehold_service::{Limits, Listener, Tls, shutdown_signal};
use leasehold_store_sqlite::host::SqliteHost;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Data, failed, store_failed};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Serve the machines of the network until interrupted.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address to listen at [default: 0.0.0.0:16880].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Certificate chain for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Read `listen`, `tls_cert` and `tls_key` from a TOML file; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When serving ends, print where the time went.
    #[arg(long)]
    stages: bool,
    /// Keep to one processor, for measuring.
    #[arg(long, value_name = "N", hide = true)]
    cpu: Option<usize>,
}

/// What a configuration file may say; other keys are refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    listen: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
}

impl Serve {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.config()?;
        if let Some(id) = self.cpu {
            core_affinity::set_for_current(core_affinity::CoreId { id });
        }
        let tls = match (self.tls_cert.or(config.tls_cert), self.tls_key.or(config.tls_key)) {
            (Some(certificate), Some(key)) => Some(Tls::from_pem_files(&certificate, &key).map_err(service_failed)?),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(Failure::failed("usage", "TLS needs both a certificate and a key"));
            }
        };
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = self.listen.or(config.listen).unwrap_or(DEFAULT_LISTEN);
        let home = self.data.home();
        let folder = home.folder().to_owned();
        home.make().map_err(|error| failed(&error))?;
        let store = SqliteHost::open(&folder).map_err(|error| store_failed(&folder, &error))?;
        let options = Options { limits: Limits::default(), tls };
        let server = Server::start(home, Box::new(store), surroundings(), options).map_err(|error| failed(&error))?;
        let gauges = server.gauges();
        runtime()?.block_on(async {
            let listener = Listener::bind(address).map_err(service_failed)?;
            announce(output, &server, scheme, listener.address());
            server.serve(listener, shutdown_signal()).await;
            Ok(())
        })?;
        if self.stages {
            output::json(&stages(&gauges));
        }
        Ok(())
    }

    fn config(&self) -> Result<Config, Failure> {
        let Some(path) = &self.config else { return Ok(Config::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        toml::from_str(&text).map_err(|error| {
            Failure::failed("usage", format!("configuration {}: {error}", path.display()))
                .hint("the keys are listen, tls_cert and tls_key")
        })
    }
}

/// The time and chance of the system.
pub(crate) fn surroundings() -> Surroundings {
    Surroundings { now: Arc::new(input::now), random: Arc::new(input::fill_random) }
}

/// As many threads for the network as there are processors to use.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| Failure::failed("internal", format!("the network's threads cannot be started: {error}")))
}

fn announce(output: Output, server: &Server, scheme: &str, address: SocketAddr) {
    let host = server.host();
    match output {
        // One line, so that a program that has started the host can wait for it.
        Output::Json => anstream::println!("{}", json!({ "address": format!("{scheme}://{address}"), "host": host })),
        Output::Human => {
            anstream::eprintln!("serving at {scheme}://{address}; stop with Ctrl-C");
            if host.is_none() {
                anstream::eprintln!("not activated yet: clients are told so until a certificate is installed");
            }
        }
    }
}

fn service_failed(error: leasehold_service::Error) -> Failure {
    failed(&leasehold_host::Error::Service(error))
}

fn stages(gauges: &Gauges) -> Value {
    let (requests, batches) = gauges.stages().decided();
    let (granted, refused) = gauges.answered();
    let spent = Stage::ALL.map(|stage| (stage.name().to_owned(), json!(gauges.stages().spent(stage))));
    let nanoseconds: serde_json::Map<String, Value> = spent.into_iter().collect();
    json!({ "requests": requests, "batches": batches, "granted": granted, "refused": refused, "nanoseconds": nanoseconds })
}

/// DESIGN section 5.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 16_880);
