//! The admin side of `leasehold host serve`: where it listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use clap::Args;
use leasehold_core::Code;
use leasehold_host::{Administration, Operations, Server};
use leasehold_service::access::SignInProvider;
use leasehold_service::admin::WrongTokens;
use leasehold_service::{Error, Listener, Tls};

use super::service_failed;
use crate::failure::Failure;
use crate::values::{OrNone, admin_address};

/// Where a host's admin API and dashboard are.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct AdminListen {
    #[arg(
        help = "Address of the dashboard and the admin API, or none; another than this machine's own (loopback) needs TLS [default: 127.0.0.1:16881]",
        long, value_name = "ADDRESS", env = "LEASEHOLD_ADMIN_LISTEN", value_parser = admin_address
    )]
    admin_listen: Option<OrNone<SocketAddr>>,
}

/// A listener for administrators.
#[derive(Debug)]
pub(crate) struct AdminListener {
    pub(crate) listener: Listener,
    tls: Option<Tls>,
}

impl AdminListen {
    /// Where it is to be, and whether that was asked for; `None` where it is not wanted.
    fn address(self, configured: Option<&OrNone<SocketAddr>>) -> Option<(SocketAddr, Asked)> {
        match self.admin_listen.or(configured.copied()) {
            Some(OrNone(set)) => set.map(|address| (address, Asked::Yes)),
            None => Some((DEFAULT, Asked::No)),
        }
    }

    /// Listens there. Where the usual port is taken, by another host on this machine, it serves without, and says so.
    pub(crate) fn bind(
        self,
        configured: Option<&OrNone<SocketAddr>>,
        tls: Option<&Tls>,
    ) -> Result<Option<AdminListener>, Failure> {
        let Some((address, asked)) = self.address(configured) else { return Ok(None) };
        let tls = tls.filter(|_| !address.ip().is_loopback()).cloned();
        if tls.is_none() && !address.ip().is_loopback() {
            let message = format!("dashboard at {address}: passwords and tokens would travel in the clear");
            return Err(Failure::failed(Code::Usage, message)
                .hint("give --tls-cert and --tls-key, or let it listen at 127.0.0.1 behind a proxy that speaks TLS"));
        }
        match Listener::bind(address) {
            Ok(listener) => Ok(Some(AdminListener { listener, tls })),
            Err(error @ Error::AddressInUse { .. }) if asked == Asked::No => {
                tracing::warn!(%error, "no dashboard and no admin API: give another address with --admin-listen");
                Ok(None)
            }
            Err(error) => Err(service_failed(error)),
        }
    }
}

impl AdminListener {
    /// Where it is.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.listener.address())
    }
}

/// `server`, with its administrators let in where `listener` says, and commands of this machine in any case.
pub(crate) fn open(
    server: Server,
    listener: Option<AdminListener>,
    operations: Arc<dyn Operations>,
    sign_in: Option<SignInProvider>,
) -> Server {
    let (listener, tls) = listener.map_or((None, None), |AdminListener { listener, tls }| (Some(listener), tls));
    let wrong_token_rate = Some(WrongTokens::USUAL);
    server.with_admin(Administration { listener, tls, operations, sign_in, wrong_token_rate })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

/// DESIGN section 5.
const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 16_881);
