//! Asking servers: over which way, with whose trust, and who is to blame where that fails.

pub(crate) mod proxy;
pub(crate) mod question;
pub(crate) mod reply;
pub(crate) mod sending;
pub(crate) mod trust;

use std::fmt;
use std::io::ErrorKind;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ureq::Agent;
use ureq::tls::RootCerts;

use crate::address::{HostAddress, Scheme};
use crate::error::agent::AgentFault;
use crate::error::failure::Failure;
use crate::error::proxy::{ProxyCause, ProxyFault};
use crate::exchange::proxy::{Direct, Proxies, Setting, Way};
use crate::exchange::question::Question;
use crate::exchange::reply::HttpReply;
use crate::exchange::sending::{pinned, send};
use crate::exchange::trust::Trust;
use crate::route::{Reach, Route};

/// The HTTP client for hosts, authorities and identity providers.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    trust: Trust,
    connect: Duration,
    proxies: Arc<Proxies>,
    carrier: Option<Arc<dyn Carrier>>,
    /// For TLS. Made when they are first needed: the platform's certificates take a while to read.
    secure: Arc<OnceLock<Agents>>,
    /// For hosts without TLS.
    plain: Arc<OnceLock<Agents>>,
}

/// What carries questions to hosts where this process may not use the network.
pub(crate) trait Carrier: fmt::Debug + Send + Sync {
    /// Has the question asked; the answer as it came. Users' tokens stay here.
    fn carry(&self, host: &HostAddress, question: &Question<'_>) -> Result<HttpReply, AgentFault>;
}

#[derive(Debug)]
struct Agents {
    direct: Agent,
    proxied: Agent,
}

impl Exchange {
    /// An exchange in which one address may take `connect` to accept a connection.
    pub(crate) fn new(trust: Trust, connect: Duration) -> Self {
        let proxies = Arc::new(Proxies::from_environment());
        Self { trust, connect, proxies, carrier: None, secure: Arc::default(), plain: Arc::default() }
    }

    /// The same where `carrier` reaches hosts, too.
    pub(crate) fn carried_by(self, carrier: Arc<dyn Carrier>) -> Self {
        Self { carrier: Some(carrier), ..self }
    }

    /// Asks the server at the end of `route`; the answer as it came.
    pub(crate) fn ask(&self, route: &Route, question: &Question<'_>) -> Result<HttpReply, Failure> {
        let agents = || self.agents(&route.address);
        let agent = match route.reach {
            Reach::ByAgent => return self.carry(route, question),
            Reach::Nowhere => return Err(Failure::NameNotFound),
            Reach::At(socket) => &pinned(&agents().direct, socket),
            Reach::ByName => match self.way(route) {
                Way::Through(_) => &agents().proxied,
                Way::Direct(_) => &agents().direct,
            },
        };
        send(agent, route.address.url(question.path), question).map_err(|failure| self.blame(route, failure))
    }

    /// The proxy that stands on the way, or why none does. None is used to reach this machine itself, whatever the environment
    /// says, nor a host that its own network names.
    pub(crate) fn way(&self, route: &Route) -> Way<'_> {
        if route.source.is_found() { Way::Direct(Direct::Found) } else { self.proxies.way_to(&route.address) }
    }

    /// The proxy on the way, without its credentials.
    pub(crate) fn proxy(&self, route: &Route) -> Option<String> {
        match self.way(route) {
            Way::Through(setting) => Some(setting.address()),
            Way::Direct(_) => None,
        }
    }

    /// Whether the environment sets any proxy.
    pub(crate) fn has_proxies(&self) -> bool {
        [Scheme::Http, Scheme::Https].into_iter().any(|scheme| self.proxies.of_scheme(scheme).is_some())
    }

    /// The variables that name no proxy that could be used.
    pub(crate) fn unusable_proxies(&self) -> &[&'static str] {
        self.proxies.unusable()
    }

    /// How long one address may take to accept a connection.
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.connect
    }

    /// Without a carrier no route leads by one.
    fn carry(&self, route: &Route, question: &Question<'_>) -> Result<HttpReply, Failure> {
        let carrier = self.carrier.as_ref().ok_or(Failure::NameNotFound)?;
        carrier.carry(&route.address, question).map_err(Failure::Agent)
    }

    fn agents(&self, address: &HostAddress) -> &Agents {
        let agents = |roots: RootCerts| {
            let agent = |roots, proxy| sending::agent(roots, proxy, self.connect);
            let proxied = agent(roots.clone(), self.proxies.of_scheme(address.scheme()));
            Agents { direct: agent(roots, None), proxied }
        };
        if address.is_secure() {
            self.secure.get_or_init(|| agents(self.trust.roots()))
        } else {
            self.plain.get_or_init(|| agents(RootCerts::WebPki))
        }
    }

    fn blame(&self, route: &Route, failure: Failure) -> Failure {
        match self.way(route) {
            Way::Through(setting) => blame_proxy(setting, failure),
            Way::Direct(_) => failure,
        }
    }
}

/// Where a proxy stands between, no connection is one to the proxy: the server was never asked.
fn blame_proxy(setting: &Setting, failure: Failure) -> Failure {
    let cause = match failure {
        Failure::NameNotFound => ProxyCause::NoAddress,
        Failure::Unreachable(error) if error.kind() != ErrorKind::UnexpectedEof => ProxyCause::Unreachable(error),
        Failure::Proxy(ProxyFault { cause, .. }) => cause,
        other => return other,
    };
    Failure::Proxy(ProxyFault { proxy: setting.to_string(), cause })
}
