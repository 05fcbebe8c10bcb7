//! One round of hosts: the routes to them in their order, and the answer that counts.

use leasehold_core::Code;
use leasehold_discovery::Found;
use leasehold_wire::{HostCertificate, Reason, Revocations, verify};

use crate::address::HostAddress;
use crate::context::Context;
use crate::error::Error;
use crate::error::failure::{Failure, HostSource, Tried};
use crate::session::exchange::{MAX_BYTES, NotAHost, Reply};
use crate::session::host::answer::{Accepted, Expected, Rejected};
use crate::session::host::lookup;
use crate::session::host::request::LeaseRequest;
use crate::session::host::route::Route;
use crate::session::network::Network;
use crate::session::refused::Refused;

/// The hosts that a client can ask.
#[derive(Debug)]
pub(crate) struct Hosts<'c> {
    pub(crate) context: &'c Context,
    pub(crate) network: &'c Network,
    /// The host that granted the last lease.
    pub(crate) last_grant: Option<HostAddress>,
}

/// A host's answer to a request.
#[derive(Debug)]
pub(crate) enum HostReply {
    Granted(Accepted),
    Refused(Refused),
}

/// The first answer that counts.
#[derive(Debug)]
pub(crate) struct FirstAnswer<T> {
    /// The answer.
    pub(crate) answer: T,
    /// The route to the host.
    pub(crate) route: Route,
    /// The hosts that were tried before and have not answered.
    pub(crate) passed_over: Vec<Tried>,
}

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// No other host is asked.
    Final,
    /// Other hosts are asked; it counts where none of them gives a final answer.
    Fallback,
}

impl Hosts<'_> {
    /// Asks one host after the other for a lease.
    pub(crate) fn ask_for_lease(
        &self,
        request: &LeaseRequest,
        revocations: Option<&Revocations>,
    ) -> Result<FirstAnswer<HostReply>, Error> {
        let expected = Expected { manifest: &self.context.manifest, revocations, now: self.context.now() };
        let ask = |route: &Route| match self.lease_from(route, request, &expected) {
            Err(Rejected::NeedsChain) => match self.lease_from(route, &request.asking_for_chain(), &expected) {
                Err(Rejected::NeedsChain) => Err(Failure::Lease(Reason::UnknownSigner)),
                Err(Rejected::For(failure)) => Err(failure),
                Ok(reply) => Ok(reply),
            },
            Err(Rejected::For(failure)) => Err(failure),
            Ok(reply) => Ok(reply),
        };
        // A refusal is not signed, and a host's certificate is public: a forged record could refuse for ever. So the refusal
        // of a host that was found counts only where none of the others grants.
        self.first_answer(ask, |reply, route| match reply {
            HostReply::Refused(_) if route.source.is_found() => Weight::Fallback,
            HostReply::Refused(_) | HostReply::Granted(_) => Weight::Final,
        })
    }

    /// The first final answer, else the first fallback; where no host answers, all failures. Names are looked up only
    /// where no known host gives a final answer.
    pub(crate) fn first_answer<T>(
        &self,
        ask: impl Fn(&Route) -> Result<T, Failure>,
        weigh: impl Fn(&T, &Route) -> Weight,
    ) -> Result<FirstAnswer<T>, Error> {
        let mut round = Round { tried: Vec::new(), fallback: None, ask, weigh };
        if let Some(answer) = round.go(self.known_routes()) {
            return Ok(round.ended(answer));
        }
        let (found, error) = match lookup::find_hosts(self.context, self.network) {
            Ok(found) => (found, None),
            Err(error) => (Found::default(), Some(error)),
        };
        let answer = round.go(lookup::routes(&found));
        let answer = answer.or_else(|| round.go(lookup::local_routes(self.context, self.network)));
        match answer.or_else(|| round.fallback.take()) {
            Some(answer) => Ok(round.ended(answer)),
            None if round.tried.is_empty() => Err(Error::NoHost { searched: found.searched, error }),
            None => Err(Error::NoAnswer { tried: round.tried }),
        }
    }

    /// The routes to hosts that are known without a lookup, in the order of DESIGN section 6.
    pub(crate) fn known_routes(&self) -> Vec<Route> {
        let set = &self.network.hosts;
        let last = self.last_grant.iter().filter(|last| !set.contains(last));
        let last = last.map(|last| Route::by_name(last.clone(), HostSource::LastGrant));
        set.iter().map(|host| Route::by_name(host.clone(), HostSource::Setting)).chain(last).collect()
    }

    fn lease_from(
        &self,
        route: &Route,
        request: &LeaseRequest,
        expected: &Expected<'_>,
    ) -> Result<HostReply, Rejected> {
        match self.network.exchange.post(route, "/v1/leases", &request.bytes()).map_err(Rejected::For)? {
            Reply::Document(bytes) => expected.accept(request, &bytes).map(HostReply::Granted),
            Reply::Done => Err(Rejected::For(Failure::NotAHost(NotAHost::Unasked))),
            Reply::Refused(refused) if refused.is_server_error() => {
                Err(Rejected::For(Failure::Unavailable(Box::new(refused))))
            }
            Reply::Refused(refused) if !self.may_refuse(route, &refused) => Err(Rejected::For(Failure::Foreign)),
            Reply::Refused(refused) => Ok(HostReply::Refused(refused)),
        }
    }

    /// Whether a refusal comes from one of this vendor's hosts. No signature is on it: a host that lacks the product may be
    /// another vendor's, which has another remedy, and a forged record must not keep the true hosts from being asked.
    fn may_refuse(&self, route: &Route, refused: &Refused) -> bool {
        let found = route.source.is_found();
        if !found && !refused.is(Code::ProductNotGranted) && !refused.is(Code::KeyMismatch) {
            return true;
        }
        let Ok(Reply::Document(certificate)) = self.network.exchange.fetch(route, "/v1/host", None, MAX_BYTES) else {
            return !found;
        };
        match verify::<HostCertificate>(&certificate, self.context.root(), self.context.now(), None) {
            Ok(_) | Err(Reason::Revoked | Reason::NotYetValid | Reason::Expired) => true,
            Err(Reason::UnknownSigner | Reason::BadSignature) => false,
            Err(Reason::Malformed(_) | Reason::NotAuthorised(_)) => !found,
        }
    }
}

/// Asking one host after the other.
struct Round<T, A, W> {
    /// The hosts that have not answered.
    tried: Vec<Tried>,
    /// The first answer that is not final.
    fallback: Option<(T, Route)>,
    ask: A,
    weigh: W,
}

impl<T, A: Fn(&Route) -> Result<T, Failure>, W: Fn(&T, &Route) -> Weight> Round<T, A, W> {
    /// Takes one route after the other up to a final answer.
    fn go(&mut self, routes: Vec<Route>) -> Option<(T, Route)> {
        let before = self.tried.len();
        for route in routes {
            // A host that is dead by its name is dead by its record too; a name that the system does not know may be
            // known there.
            let dead =
                |tried: &Tried| tried.route.address == route.address && !matches!(tried.failure, Failure::NameNotFound);
            if self.tried[..before].iter().any(dead) {
                continue;
            }
            match (self.ask)(&route) {
                Ok(answer) if (self.weigh)(&answer, &route) == Weight::Final => return Some((answer, route)),
                Ok(answer) => self.fallback = self.fallback.take().or(Some((answer, route))),
                Err(failure) => self.tried.push(Tried { route, failure }),
            }
        }
        None
    }

    fn ended(self, (answer, route): (T, Route)) -> FirstAnswer<T> {
        FirstAnswer { answer, route, passed_over: self.tried }
    }
}
