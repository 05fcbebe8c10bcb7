//! `leasehold testhost`: a vendor, a product and a host for a vendor's own tests, with a clock that moves and faults on demand.

mod clock;
mod control;
mod faults;
mod vendor;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng, TestClock};
use leasehold_core::{Code, Policy, ProductId, Span, Text};
use leasehold_host::activation::Home;
use leasehold_host::{Options, RateLimits, Server, Settings};
use leasehold_service::{Limits, Listener, shutdown_signal};
use leasehold_store_sqlite::host::SqliteHost;
use serde_json::json;
use tokio::sync::watch;

use crate::commands::host::failed;
use crate::commands::host::serve::runtime;
use crate::commands::throwaway::{Made, Purpose, Throwaway, in_use_or_failed};
use crate::commands::vendor::policy::PolicyOptions;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;
use clock::ClockFile;
use control::Control;
use faults::{Fault, Front, Refuser};
use vendor::TestVendor;

/// A throw-away vendor, its product and a host on this machine, until Ctrl-C: see each standing within seconds.
///
/// The manifest that it writes is marked for tests: an application that is opened with it goes by the clock in the file that
/// `LEASEHOLD_TEST_CLOCK` names, as the host does. A manifest of a product that is sold refuses such a clock. `POST /test/clock` moves
/// the clock of both, `POST /test/fault` sets what the host does wrong, `POST /test/revoke` and `POST /test/rotate` do what a vendor does.
#[derive(Debug, Args)]
pub(crate) struct Testhost {
    /// Where everything is kept; a second run goes on from what is there [default: a folder that is removed at the end].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where the host listens, on this machine.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = values::listen)]
    listen: SocketAddr,
    /// Where tests command it, on this machine.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = values::listen)]
    control: SocketAddr,
    /// The product.
    #[arg(long, value_name = "ID", default_value = "acme-cad")]
    product: ProductId,
    /// What people call it.
    #[arg(long, value_name = "TEXT", default_value = "Acme CAD")]
    title: Text,
    /// How long it runs unactivated.
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = values::span)]
    initial_grace: Span,
    /// How long leases last that none borrows for longer [default: as long as the validity].
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    ordinary_lease: Option<Span>,
    #[command(flatten)]
    policy: PolicyOptions,
}

impl Testhost {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if !self.control.ip().is_loopback() {
            let message = format!("--control {}: tests command it on this machine alone", self.control);
            return Err(Failure::failed(Code::Usage, message).hint("name an address of 127.0.0.0/8, or [::1]"));
        }
        let thrown_away = match self.dir {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(|error| Failure::file(&std::env::temp_dir(), &error))?),
        };
        let dir =
            self.dir.as_deref().or(thrown_away.as_ref().map(tempfile::TempDir::path)).expect("one of them is there");
        let dir = std::path::absolute(dir).map_err(|error| Failure::file(dir, &error))?;
        fs::create_dir_all(&dir).map_err(|error| Failure::file(&dir, &error))?;
        let made = Throwaway {
            dir: &dir,
            product: self.product,
            title: self.title.clone(),
            policy: Some(self.policy.apply(Policy { threshold: 1, ..Policy::default() })),
            initial_grace: self.initial_grace,
            purpose: Purpose::Tests,
            say: &|text| errln!("{text}"),
        };
        let made = made.make()?;
        let clock = ClockFile::new(dir.join("clock"))?;
        runtime()?.block_on(self.serve(&dir, made, clock, output))
    }

    async fn serve(&self, dir: &Path, made: Made, clock: ClockFile, output: Output) -> Result<(), Failure> {
        let service_failed = |error| failed(&leasehold_host::Error::Service(error));
        let host = dir.join("host");
        let store = SqliteHost::open(&host).map_err(|error| in_use_or_failed(&host, &error))?;
        let moved = Arc::new(TestClock::by_file(clock.path()).over(Arc::new(SystemClock)));
        let ordinary = self.ordinary_lease.map(|length| (self.product, length)).into_iter().collect();
        let settings = Settings { rates: RateLimits::NONE, ordinary, ..Settings::default() };
        let options = Options { settings, ..Options::default() };
        let server = Server::start(Home::new(&host), Box::new(store), moved, Arc::new(SystemRng), options)
            .map_err(|error| failed(&error))?;
        let inside = || Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).map_err(service_failed);
        let (of_host, of_refuser) = (inside()?, inside()?);
        let (fault, faults) = watch::channel(Fault::None);
        let front = Front::bind(self.listen, of_host.address(), of_refuser.address(), faults.clone()).await?;
        let control = Listener::bind(self.control).map_err(service_failed)?;
        let (address, url) = (front.address(), format!("http://{}", control.address()));
        let manifest = made.manifest_file.clone();
        let root = made.root.to_string();
        let vendor = TestVendor::new(made, host.clone(), of_host.address());
        match output {
            // One line, so that a program that has started it can wait for it.
            Output::Json => outln!(
                "{}",
                json!({
                    "address": address.to_string(), "control": url, "manifest": manifest, "root": root, "clock": clock.path(),
                })
            ),
            Output::Human => {
                outln!("LEASEHOLD_HOST={address}");
                outln!("LEASEHOLD_TEST_CLOCK={}", clock.path().display());
                outln!("LEASEHOLD_TEST_MANIFEST={}", manifest.display());
                outln!("LEASEHOLD_TEST_CONTROL={url}");
                errln!("serving until Ctrl-C");
            }
        }
        output::written()?;
        let refuser = leasehold_service::Server::new(Refuser { faults: faults.clone() }, Limits::default());
        let control_server = leasehold_service::Server::new(Control { clock, fault, vendor }, Limits::default());
        let (end, ended) = watch::channel(false);
        let until = || {
            let mut ended = ended.clone();
            async move {
                let _ = ended.wait_for(|end| *end).await;
            }
        };
        let signal = async {
            shutdown_signal().await;
            let _ = end.send(true);
        };
        tokio::join!(
            signal,
            server.serve(of_host, until()),
            refuser.serve(of_refuser, until()),
            control_server.serve(control, until()),
            front.serve(until()),
        );
        Ok(())
    }
}
