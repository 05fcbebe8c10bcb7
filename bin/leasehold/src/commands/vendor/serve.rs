//! `leasehold vendor serve`.

use std::future;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use leasehold_authority::Authority;
use leasehold_authority::serve::{Options, Server};
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_service::{Limits, Listener, Network, Rate, ReloadSignal, Tls, shutdown_signal, supervisor};
use serde_json::json;

use super::access::ROLES;
use super::{Passphrase, VendorContext};
use crate::commands::access::provider::SignInOptions;
use crate::commands::host::serve::{runtime, tls};
use crate::commands::host::service_failed;
use crate::commands::traces::{self, TraceOptions};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::system_service::{AsService, serve_as};
use crate::values::{self, OrNone, or_none, parsed};

/// Answer hosts, and machines with multiple keys, over the network until interrupted. SIGHUP has its certificate read again.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen at.
    #[arg(long, value_name = "ADDRESS", default_value = "[::]:16890", value_parser = values::listen)]
    listen: SocketAddr,
    /// Address of the dashboard and the admin API, or none; another than this machine's own (loopback) needs TLS.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:16891", value_parser = admin_address)]
    admin_listen: OrNone<SocketAddr>,
    /// Let administrators sign in to the dashboard by the identity provider that this TOML file names (docs/dashboard.md).
    #[arg(long, value_name = "FILE")]
    sign_in: Option<PathBuf>,
    /// Send the spans of requests to this collector (OTLP over HTTP, in JSON).
    #[arg(long, value_name = "URL", value_parser = traces::address)]
    traces: Option<String>,
    /// Certificate chain for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Requests a minute from one address (IPv6: one /64), or none for no limit.
    #[arg(long, value_name = "N", default_value = "120", value_parser = rate)]
    address_limit: OrNone<Rate>,
    /// Requests a minute with one product key, or none for no limit.
    #[arg(long, value_name = "N", default_value = "120", value_parser = rate)]
    key_limit: OrNone<Rate>,
    /// A proxy, or a network of them, that is believed about the address for which it asks (PROXY protocol,
    /// X-Forwarded-For, Forwarded); may stand several times.
    #[arg(long = "trusted-proxy", alias = "trust-forwarded-for", value_name = "ADDRESS|CIDR")]
    trusted_proxies: Vec<Network>,
    /// Say what this release would change in the store, change nothing, and end.
    #[arg(long)]
    pub(super) check_upgrade: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    #[command(flatten)]
    started: AsService,
}

/// The name of the authority as a service.
pub(super) const SERVICE: &str = "LeaseholdAuthority";

impl Serve {
    pub(super) fn run(self, context: VendorContext, output: Output) -> Result<(), Failure> {
        match self.started.as_service.clone() {
            Some(folder) => serve_as(SERVICE, &folder, move || self.serve(&context, output)),
            None => self.serve(&context, output),
        }
    }

    fn serve(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let files = (self.tls_cert.clone(), self.tls_key.clone());
        let tls = tls(files.clone())?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let admin = self.admin_listen.0;
        if let Some(address) = admin.filter(|address| tls.is_none() && !address.ip().is_loopback()) {
            return Err(Failure::failed(
                Code::Usage,
                format!("admin API at {address}: tokens would travel in the clear"),
            )
            .hint("give --tls-cert and --tls-key, or let it listen at 127.0.0.1 behind a proxy that speaks TLS"));
        }
        let sign_in = self.sign_in.as_deref().map(|path| SignInOptions::read(path, &ROLES)).transpose()?;
        let authority = Arc::new(context.authority(&self.passphrase)?);
        let traces = self.traces.map(|endpoint| TraceOptions::all_to(endpoint).begin("leasehold-authority"));
        let (spans, sender) = traces.transpose()?.unzip();
        let options = Options {
            spans,
            limits: Limits::default(),
            tls: tls.clone(),
            address_rate: self.address_limit.0,
            key_rate: self.key_limit.0,
            trusted: self.trusted_proxies,
            ..Options::default()
        };
        let served = runtime()?.block_on(async {
            let (signal, shutdown) = (ReloadSignal::listen(), shutdown_signal());
            let mut server = Server::new(Arc::clone(&authority), Arc::new(SystemClock), Arc::new(SystemRng), options);
            let listener = supervisor::listen(self.listen).map_err(service_failed)?;
            let admin = admin.map(Listener::bind).transpose().map_err(service_failed)?;
            let at = |listener: &Listener| format!("{scheme}://{}", listener.address());
            announce(output, &authority, &at(&listener), admin.as_ref().map(at));
            let status = format!("serving at {}", at(&listener));
            supervisor::ready(&status);
            if let Some(admin) = admin {
                let sign_in = sign_in.map(|options| options.provider(&at(&admin))).transpose()?;
                server = server.with_admin(admin, &context.home).with_sign_in(sign_in);
            }
            tokio::select! {
                () = server.serve(listener, shutdown) => {}
                () = reload(signal, tls.as_ref(), &files, &status) => {}
                () = supervisor::show_life(|| future::ready(true)) => {}
            }
            Ok(())
        });
        if let Some(sender) = sender {
            sender.finish();
        }
        served
    }
}

/// Reads the certificates again at each signal. All else is set by options, which stay.
async fn reload(mut signal: ReloadSignal, tls: Option<&Tls>, files: &(Option<PathBuf>, Option<PathBuf>), status: &str) {
    loop {
        signal.next().await;
        supervisor::reloading();
        match (tls, files) {
            (Some(tls), (Some(certificate), Some(key))) => match tls.reload(certificate, key) {
                Ok(()) => tracing::info!("the TLS certificate was read again; options hold until a restart"),
                Err(error) => {
                    tracing::error!(code = %error.code(), %error, "not read again: the TLS certificate before stays");
                }
            },
            _ => {
                tracing::warn!("nothing to read again: without TLS, all is set by options, which hold until a restart");
            }
        }
        supervisor::ready(status);
    }
}

fn announce(output: Output, authority: &Authority, address: &str, admin: Option<String>) {
    let (vendor, expires) = (&authority.vendor().name, authority.expires());
    match output {
        // One line, so that a program that has started the authority can wait for it.
        Output::Json => {
            outln!(
                "{}",
                json!({ "address": address, "admin": admin, "vendor": vendor.as_str(), "expires": expires.unix() })
            );
        }
        Output::Human => {
            let until = output::time(expires);
            errln!("{vendor}: serving at {address}, may sign until {until}; stop with Ctrl-C");
            if let Some(admin) = admin {
                errln!("dashboard at {admin}/; `leasehold vendor admin add NAME` adds who may sign in");
                errln!("admin API at {admin}/api/v1/; `leasehold vendor token add` makes tokens for it");
            }
        }
    }
}

fn admin_address(text: &str) -> Result<OrNone<SocketAddr>, String> {
    or_none(text, |text| parsed(text).map_err(|_| "an address and a port like 127.0.0.1:16891, or none".to_owned()))
}

fn rate(text: &str) -> Result<OrNone<Rate>, String> {
    or_none(text, |text| {
        parsed::<NonZeroU32>(text).map(Rate).map_err(|_| "a whole number from 1 on, or none".to_owned())
    })
}
