//! The host under test: it serves as `leasehold host serve` does, and says when it ends where its time went.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_host::activation::Home;
use leasehold_host::stages::Stage;
use leasehold_host::{Gauges, Options, RateLimits, Server, Settings};
use leasehold_service::{Listener, Tls, shutdown_signal};
use serde_json::{Map, Value, json};

use crate::Failure;
use crate::store::StoreLocation;

/// Serve from a folder that is ready until terminated.
#[derive(Debug, Args)]
pub(crate) struct Host {
    /// The host's folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The database that holds the store, instead of the folder.
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Keep to one processor.
    #[arg(long, value_name = "N")]
    cpu: Option<usize>,
    /// Certificate chain for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Host {
    pub(crate) fn run(self) -> Result<(), Failure> {
        if let Some(id) = self.cpu {
            core_affinity::set_for_current(core_affinity::CoreId { id });
        }
        let location = match &self.store {
            Some(url) => StoreLocation::database(url)?,
            None => StoreLocation::Folder(self.data.clone()),
        };
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::from_pem_files(certificate, key)?),
            (None, _) | (_, None) => None,
        };
        let options = Options {
            tls,
            settings: Settings { rates: RateLimits::NONE, ..Settings::default() },
            ..Options::default()
        };
        let server =
            Server::start(Home::new(self.data), location.open()?, Arc::new(SystemClock), Arc::new(SystemRng), options)?;
        let gauges = server.gauges();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = Listener::bind(([127, 0, 0, 1], 0).into())?;
            // One line, so that the process that has started the host can wait for it.
            anstream::println!("{}", listener.address());
            server.serve(listener, shutdown_signal()).await;
            Ok::<(), Failure>(())
        })?;
        anstream::println!("{}", stages(&gauges));
        Ok(())
    }
}

fn stages(gauges: &Gauges) -> Value {
    let (requests, batches) = gauges.stages().decided();
    let spent = Stage::ALL.map(|stage| (stage.name().to_owned(), json!(gauges.stages().spent(stage))));
    let nanoseconds: Map<String, Value> = spent.into_iter().collect();
    json!({ "requests": requests, "batches": batches, "nanoseconds": nanoseconds })
}
