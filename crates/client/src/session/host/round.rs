//! One round of hosts: the routes to them in their order, the time for each, and the answer that counts.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::Duration;

use leasehold_core::{Code, Span, Timestamp};
use leasehold_discovery::Found;
use leasehold_wire::{HostCertificate, Reason, verify};

use crate::address::HostAddress;
use crate::context::Context;
use crate::error::Error;
use crate::error::failure::{Failure, NotAHost, Tried};
use crate::exchange::Exchange;
use crate::refused::Refused;
use crate::route::{HostSource, Reach, Route};
use crate::session::deadline::Deadline;
use crate::session::host::answer::{Accepted, Expected, Rejected};
use crate::session::host::lookup;
use crate::session::host::race;
use crate::session::host::request::LeaseRequest;
use crate::token::Token;

use crate::exchange::question::{Question, TIMEOUT, TIMEOUT_FOUND};
use crate::exchange::reply::{HttpReply, Reply};
use crate::session::network::Network;

/// The hosts that a client can ask.
#[derive(Debug)]
pub(crate) struct Hosts<'c> {
    pub(crate) context: &'c Context,
    pub(crate) network: &'c Network,
    /// The host that granted the last lease.
    pub(crate) last_grant: Option<HostAddress>,
    /// When the attempt ends.
    pub(crate) deadline: Deadline<'c>,
    /// What shows hosts who the user is.
    pub(crate) token: Option<Token>,
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
        expected: &Expected<'_>,
    ) -> Result<FirstAnswer<HostReply>, Error> {
        let ask = |route: &Route| match self.lease_from(route, request, expected) {
            Err(Rejected::NeedsChain) => match self.lease_from(route, &request.asking_for_chain(), expected) {
                Err(Rejected::NeedsChain) => Err(Failure::Lease(Reason::UnknownSigner)),
                Err(Rejected::For(failure)) => Err(failure),
                Ok(reply) => Ok(reply),
            },
            Err(Rejected::For(failure)) => Err(failure),
            Ok(reply) => Ok(reply),
        };
        // A host's certificate is public, and a refusal without proof is a message that anyone may write: a forged record
        // could refuse for ever. So such a refusal of a host that was found counts only where no other gives an answer.
        self.first_answer(self.routes_to_ask(), ask, |reply, route| match reply {
            HostReply::Refused(refused) if route.source.is_found() && refused.proof.is_none() => Weight::Fallback,
            HostReply::Refused(_) | HostReply::Granted(_) => Weight::Final,
        })
    }

    /// Gives a lease back: the host that granted it is asked first. A refusal is an answer too.
    pub(crate) fn give_back(&self, release: &[u8]) -> Result<FirstAnswer<Option<Refused>>, Error> {
        let ask =
            |route: &Route| match self.ask(route, |timeout| Question::sending("/v1/releases", release, timeout))? {
                Reply::Done => Ok(None),
                Reply::Refused(refused) if refused.is_server_error() => Err(Failure::Unavailable(Box::new(refused))),
                Reply::Refused(refused) => Ok(Some(refused)),
                Reply::Document(_) => Err(Failure::NotAHost(NotAHost::Unasked)),
            };
        let mut routes = self.routes_to_ask();
        routes.sort_by_key(|route| self.last_grant.as_ref() != Some(&route.address));
        self.first_answer(routes, ask, |_, _| Weight::Final)
    }

    /// The first final answer, else the first fallback; where no host answers, all failures. Names are looked up only
    /// where no known host gives a final answer.
    fn first_answer<T>(
        &self,
        known: Vec<Route>,
        ask: impl Fn(&Route) -> Result<T, Failure>,
        weigh: impl Fn(&T, &Route) -> Weight,
    ) -> Result<FirstAnswer<T>, Error> {
        let exchange = &self.network.exchange;
        let mut round = Round { tried: Vec::new(), fallback: None, exchange, deadline: self.deadline, ask, weigh };
        if let Some(answer) = round.go(known) {
            return Ok(round.ended(answer));
        }
        let (found, error) = match self.time_for(lookup::TIME).then(|| lookup::find_hosts(self.context, self.network)) {
            Some(Ok(found)) => (found, None),
            Some(Err(error)) => (Found::default(), Some(error)),
            None => (Found::default(), None),
        };
        let answer = round.go(lookup::routes(&found)).or_else(|| {
            let listens = self.time_for(lookup::TIME);
            if listens { round.go(lookup::local_routes(self.context, self.network)) } else { None }
        });
        match answer.or_else(|| round.fallback.take()) {
            Some(answer) => Ok(round.ended(answer)),
            None if round.tried.is_empty() => Err(Error::NoHost { searched: found.searched, error }),
            None => Err(Error::NoAnswer { tried: round.tried }),
        }
    }

    /// The routes that are tried first: to the hosts that were set, then to those that the agent of this machine knows, then to the one that
    /// granted the lease.
    fn routes_to_ask(&self) -> Vec<Route> {
        let (set, last): (Vec<Route>, Vec<Route>) =
            self.known_routes().into_iter().partition(|route| route.source == HostSource::Setting);
        set.into_iter().chain(self.network.courier.routes()).chain(last).collect()
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
        // A token is for the host alone.
        let token = self.token.as_ref().filter(|_| is_safe(&route.address) && route.reach != Reach::ByAgent);
        let post = |request: &LeaseRequest| {
            let bytes = request.bytes();
            let question =
                |timeout| Question { token, until: request.until, ..Question::sending("/v1/leases", &bytes, timeout) };
            self.ask(route, question).map_err(Rejected::For)
        };
        let mut reply = post(request)?;
        if let Reply::Refused(Refused { last: Some(last), .. }) = &reply
            && let Some(later) = self.later_than(*last, request)
        {
            reply = post(&later)?;
        }
        match reply {
            Reply::Document(bytes) => expected.accept(request, &bytes).map(HostReply::Granted),
            Reply::Done => Err(Rejected::For(Failure::NotAHost(NotAHost::Unasked))),
            Reply::Refused(refused) => self.weighed(route, request, refused, expected),
        }
    }

    /// A refusal, proven where it carries a proof.
    fn weighed(
        &self,
        route: &Route,
        request: &LeaseRequest,
        refused: Refused,
        expected: &Expected<'_>,
    ) -> Result<HostReply, Rejected> {
        match refused.document.as_ref().map(|document| expected.prove(request, document)) {
            Some(Ok((refusal, proof))) => return Ok(HostReply::Refused(refused.proven(&refusal, proof))),
            Some(Err(Rejected::NeedsChain)) if request.request.chain_of.is_some() => return Err(Rejected::NeedsChain),
            // What proves nothing is a message like one without a proof.
            Some(Err(_)) | None => {}
        }
        if refused.is_server_error() {
            return Err(Rejected::For(Failure::Unavailable(Box::new(refused))));
        }
        if self.may_refuse(route, &refused) {
            Ok(HostReply::Refused(refused))
        } else {
            Err(Rejected::For(Failure::Foreign))
        }
    }

    /// The same request, later than the last one that the host has recorded; not where that is not this machine's time.
    fn later_than(&self, last: Timestamp, request: &LeaseRequest) -> Option<LeaseRequest> {
        let issued = last.plus(Span::seconds(1));
        let near = issued.distance(self.context.now()) <= Span::CLOCK_TOLERANCE;
        (near && issued > request.request.issued).then(|| request.made_at(issued))
    }

    /// Asks a host within the time that it may take.
    fn ask<'q>(&self, route: &Route, question: impl FnOnce(Duration) -> Question<'q>) -> Result<Reply, Failure> {
        let timeout = self.timeout(route).ok_or(Failure::Silent)?;
        self.network.exchange.ask(route, &question(timeout)).and_then(HttpReply::document)
    }

    /// How long a host may take for one answer; `None` where the attempt is over.
    fn timeout(&self, route: &Route) -> Option<Duration> {
        // An agent may have several addresses of the host to try.
        let at_once = route.source.is_found() && route.source != HostSource::Agent;
        let timeout = if at_once { TIMEOUT_FOUND } else { TIMEOUT };
        Some(timeout.min(self.deadline.left()?))
    }

    fn time_for(&self, time: Duration) -> bool {
        self.deadline.left().is_some_and(|left| left >= time)
    }

    /// Whether a refusal comes from one of this vendor's hosts. No signature is on it: a host that lacks the product may be
    /// another vendor's, which has another remedy, and a forged record must not keep the true hosts from being asked.
    fn may_refuse(&self, route: &Route, refused: &Refused) -> bool {
        let found = route.source.is_found();
        if !found && !refused.is(Code::ProductNotGranted) && !refused.is(Code::KeyMismatch) {
            return true;
        }
        let shown = self.ask(route, |timeout| Question::fetching("/v1/host", timeout));
        let Ok(Reply::Document(certificate)) = shown else { return !found };
        match verify::<HostCertificate>(&certificate, self.context.root(), self.context.now(), None) {
            Ok(_) | Err(Reason::Revoked | Reason::NotYetValid | Reason::Expired) => true,
            Err(Reason::UnknownSigner | Reason::BadSignature) => false,
            Err(Reason::Malformed(_) | Reason::NotAuthorised(_)) => !found,
        }
    }
}

/// Asking one host after the other.
struct Round<'c, T, A, W> {
    /// The hosts that have not answered.
    tried: Vec<Tried>,
    /// The first answer that is not final.
    fallback: Option<(T, Route)>,
    exchange: &'c Exchange,
    deadline: Deadline<'c>,
    ask: A,
    weigh: W,
}

impl<T, A: Fn(&Route) -> Result<T, Failure>, W: Fn(&T, &Route) -> Weight> Round<'_, T, A, W> {
    /// Takes one route after the other up to a final answer, or to the end of the attempt.
    fn go(&mut self, routes: Vec<Route>) -> Option<(T, Route)> {
        let before = self.tried.len();
        let mut routes: VecDeque<(Route, Option<Failure>)> = routes.into_iter().map(|route| (route, None)).collect();
        let mut raced = false;
        while let Some((route, failure)) = routes.pop_front() {
            // A host that is dead by its name is dead by its record too; a name that the system does not know may be
            // known there.
            let dead =
                |tried: &Tried| tried.route.address == route.address && !matches!(tried.failure, Failure::NameNotFound);
            if self.tried[..before].iter().any(dead) {
                continue;
            }
            if self.deadline.left().is_none() {
                break;
            }
            match failure.map_or_else(|| (self.ask)(&route), Err) {
                Ok(answer) if (self.weigh)(&answer, &route) == Weight::Final => return Some((answer, route)),
                Ok(answer) => self.fallback = self.fallback.take().or(Some((answer, route))),
                Err(failure) => {
                    if !raced && routes.len() > 1 && is_timeout(&failure) {
                        raced = true;
                        let dead = race::failures(self.exchange, routes.iter().map(|(route, _)| route));
                        routes.iter_mut().zip(dead).for_each(|((_, failure), dead)| *failure = dead);
                    }
                    let proxy = self.exchange.proxy(&route);
                    self.tried.push(Tried { route, proxy, failure });
                }
            }
        }
        None
    }

    fn ended(self, (answer, route): (T, Route)) -> FirstAnswer<T> {
        FirstAnswer { answer, route, passed_over: self.tried }
    }
}

/// Whether the connection took all the time that it had: refused ones cost none.
fn is_timeout(failure: &Failure) -> bool {
    matches!(failure, Failure::Unreachable(error) if error.kind() == ErrorKind::TimedOut)
}

/// Whether the user's token may be sent there.
pub(crate) fn is_safe(address: &HostAddress) -> bool {
    address.is_secure() || address.is_loopback()
}
