//! What an application says to the agent of this machine: requests carried by it, where one is there.
//!
//! [`protocol`] is what is said over its socket, [`source`] where an application looks for it. It is a courier, not an authority: an
//! application verifies what it brings as if a host had sent it. The agent's own side is [`crate::agent`].

mod pipe;
pub(crate) mod protocol;
pub(crate) mod source;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use leasehold_core::{Code, KeyId, ProductId, Timestamp};

use crate::address::HostAddress;
use crate::courier::protocol::{Answer, Call, ProductState};
use crate::courier::source::AgentSource;
use crate::error::agent::AgentFault;
use crate::exchange::Carrier;
use crate::exchange::question::{Body, Question};
use crate::exchange::reply::HttpReply;
use crate::route::{HostSource, Reach, Route};

/// What carries requests about one product.
#[derive(Clone, Debug)]
pub(crate) struct Courier {
    source: AgentSource,
    vendor: String,
    product: String,
}

/// What came of asking the agent to activate.
#[derive(Debug)]
pub(crate) enum Activation {
    /// The agent holds a lease, or has read a directory.
    Activated,
    /// It has none, for this reason.
    Failed(AgentFault),
}

impl Courier {
    pub(crate) fn new(source: AgentSource, vendor: KeyId, product: ProductId) -> Self {
        Self { source, vendor: vendor.to_string(), product: product.to_string() }
    }

    /// The routes to the hosts that the agent knows; none where no agent is there, or it does not know the product.
    pub(crate) fn routes(&self) -> Vec<Route> {
        let call = Call::Hosts { vendor: self.vendor.clone(), product: self.product.clone() };
        let Ok(Answer::Hosts(hosts)) = self.ask(&call, LOOK) else { return Vec::new() };
        let addresses = hosts.iter().take(MAX_HOSTS).filter_map(|host| host.parse().ok());
        let route = |address| Route { address, source: HostSource::Agent, reach: Reach::ByAgent };
        addresses.map(route).collect()
    }

    /// Has the agent ask for its own lease now; `None` where no agent is there, or it does not know the product.
    pub(crate) fn activate(&self, until: Option<Timestamp>, timeout: Duration) -> Option<Activation> {
        let call = |until| {
            let (vendor, product) = (self.vendor.clone(), self.product.clone());
            Some(Call::Activate { vendor, product, until })
        };
        match self.ask_lasting(call, until, timeout) {
            Ok(Answer::Activated {}) => Some(Activation::Activated),
            Ok(Answer::NotActivated(told)) => Some(Activation::Failed(told.fault())),
            Ok(_) => Some(Activation::Failed(AgentFault::Malformed)),
            Err(AgentFault::Says { code: Code::AgentLacksProduct, .. } | AgentFault::Unreachable(_)) => None,
            Err(fault) => Some(Activation::Failed(fault)),
        }
    }

    /// The agents that are there, and what each says of its products.
    pub(crate) fn look(&self) -> Vec<(PathBuf, Result<Vec<ProductState>, AgentFault>)> {
        let look = |socket: PathBuf| {
            let products = match pipe::ask(&socket, &Call::Products {}, LOOK) {
                Ok(Answer::Products(products)) => Ok(products),
                Ok(Answer::Error(told)) => Err(told.fault()),
                Ok(_) => Err(AgentFault::Malformed),
                // A pipe of Windows is looked for by asking.
                Err(AgentFault::Unreachable(error)) if error.kind() == ErrorKind::NotFound => return None,
                Err(fault) => Err(fault),
            };
            Some((socket, products))
        };
        self.source.sockets().into_iter().filter_map(look).collect()
    }

    /// Whether this is what an agent says of the product.
    pub(crate) fn is_own(&self, state: &ProductState) -> bool {
        state.vendor.as_ref() == Some(&self.vendor) && state.product.as_ref() == Some(&self.product)
    }

    /// Whether an agent renews for the product.
    pub(crate) fn renews(&self) -> bool {
        let products = self.look().into_iter().filter_map(|(_, products)| products.ok());
        products.flatten().any(|state| self.is_own(&state) && state.standing.is_some())
    }

    /// The same for a call that names a time, which an agent of an earlier release does not know: it is asked again without.
    fn ask_lasting(
        &self,
        call: impl Fn(Option<u64>) -> Option<Call>,
        until: Option<Timestamp>,
        timeout: Duration,
    ) -> Result<Answer, AgentFault> {
        let ask = |until| self.ask(&call(until).ok_or(AgentFault::Malformed)?, timeout);
        match ask(until.map(Timestamp::unix)) {
            Err(AgentFault::Says { code: Code::Usage, .. }) if until.is_some() => ask(None),
            answered => answered,
        }
    }

    /// The answer of the first agent that knows the product.
    fn ask(&self, call: &Call, timeout: Duration) -> Result<Answer, AgentFault> {
        let mut last = AgentFault::Unreachable(ErrorKind::NotFound.into());
        for socket in self.source.sockets() {
            last = match pipe::ask(&socket, call, timeout) {
                Ok(Answer::Error(told)) => told.fault(),
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
        }
        Err(last)
    }
}

impl Carrier for Courier {
    fn carry(&self, host: &HostAddress, question: &Question<'_>) -> Result<HttpReply, AgentFault> {
        let call = |until| {
            let (vendor, product) = (self.vendor.clone(), self.product.clone());
            let (host, path) = (host.to_string(), question.path.to_owned());
            match question.body {
                Body::Document(document) => {
                    let document = Base64::encode_string(document);
                    Some(Call::Send { vendor, product, host, path, document, until })
                }
                Body::Held(held) => Some(Call::Fetch { vendor, product, host, path, held }),
                Body::Nothing | Body::Delete | Body::Form(_) | Body::FormAs { .. } => None,
            }
        };
        match self.ask_lasting(call, question.until, question.timeout)? {
            Answer::Reply(reply) => reply.read().ok_or(AgentFault::Malformed),
            Answer::Unanswered(told) => Err(told.fault()),
            _ => Err(AgentFault::Malformed),
        }
    }
}

/// The most hosts that are tried over an agent.
const MAX_HOSTS: usize = 16;
/// How long an agent may take to say what it knows: it may have to look hosts up.
const LOOK: Duration = Duration::from_secs(20);
