//! Asking a host for a lease: the request is stored before it is sent, the answer before it counts.

use leasehold_core::standing::Revocation;
use leasehold_core::{Code, Timestamp};
use leasehold_wire::{Method, Revocations};

use crate::context::Context;
use crate::error::Error;
use crate::provider::tokens;
use crate::refused::Refused;
use crate::session::deadline::Deadline;
use crate::session::host::answer::Expected;
use crate::session::host::outcome::{self, Answer, Granted, Outcome};
use crate::session::host::request::{KeyChoice, LeaseRequest, prepare};
use crate::session::host::revocations;
use crate::session::host::round::{FirstAnswer, HostReply, Hosts};
use crate::session::network::Network;
use crate::state::State;
use crate::state::held::Held;
use crate::state::proven;
use crate::token::Token;

/// A conversation with hosts about a lease, by the one process that holds the lock on asking.
#[derive(Debug)]
pub(crate) struct LeaseSession<'c> {
    pub(crate) context: &'c Context,
    pub(crate) state: &'c State,
    pub(crate) network: &'c Network,
    /// When the attempt ends.
    pub(crate) deadline: Deadline<'c>,
    /// What shows hosts who the user is, where a user has just signed in.
    pub(crate) token: Option<Token>,
    /// Until when a lease is borrowed, where one is.
    pub(crate) until: Option<Timestamp>,
}

/// What an answer is checked against; `carried` is when the request was made, where it was carried.
pub(crate) fn expected<'e>(
    context: &'e Context,
    state: &State,
    revocations: Option<&'e Revocations>,
    carried: Option<Timestamp>,
) -> Expected<'e> {
    let running = context.running();
    let proven = proven::known(state, None, &running).ok().flatten();
    let floor = proven.map_or(Timestamp::default(), |proven| proven.floor(&running));
    Expected { manifest: &context.manifest, revocations, now: context.now(), floor, carried }
}

impl LeaseSession<'_> {
    /// The same for the user of this token.
    pub(crate) fn with_token(self, token: Token) -> Self {
        Self { token: Some(token), ..self }
    }

    /// What shows hosts who the user is, where the product is known to be for users: refreshed for this attempt.
    fn token_for(&self, held: Option<&Held>) -> Result<Option<Token>, Error> {
        if let Some(token) = &self.token {
            return Ok(Some(token.clone()));
        }
        let of_a_user = held.is_some_and(|held| held.lease.method == Method::Subscription);
        let refused = self.state.record(None)?.attempt.and_then(|attempt| attempt.failure);
        let refused = refused.and_then(|failure| failure.known()).is_some_and(is_for_users);
        let signed_in = self.state.sign_in(None)?.is_some();
        if signed_in && (of_a_user || refused) {
            tokens::id_token(self.state, &self.network.exchange).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Asks; and once more where the revocation list that came with the lease revokes the chain that was held for it: after
    /// a rotation of the vendor's authority the host has another chain.
    pub(crate) fn ask(&self) -> Result<Answer, Error> {
        let answer = self.ask_once()?;
        match answer.outcome {
            Outcome::Granted(_) if self.holds_a_revoked_chain() => self.ask_once(),
            Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_) | Outcome::Refused(_) => Ok(answer),
        }
    }

    /// Asks with one request; with a second one, of a new key, where a host proves that it knows the device key from another
    /// machine.
    fn ask_once(&self) -> Result<Answer, Error> {
        let request = prepare(self.context, self.state, KeyChoice::InUse)?.lasting(self.until);
        if let Err(error) = self.give_back_former(&request) {
            return outcome::unanswered(self.context, self.state, error);
        }
        let token = match self.token_for(self.state.held(None)?.as_ref()) {
            Ok(token) => token,
            Err(error) => return outcome::unanswered(self.context, self.state, error),
        };
        let mut first = self.send(&request, token.as_ref());
        // A host has only now said that the product is for users.
        if let Ok(FirstAnswer { answer: HostReply::Refused(refused), .. }) = &first
            && refused.is(Code::SignInNeeded)
            && token.is_none()
            && self.state.sign_in(None)?.is_some()
        {
            match tokens::id_token(self.state, &self.network.exchange) {
                Ok(token) => first = self.send(&request, Some(&token)),
                Err(error) => return outcome::unanswered(self.context, self.state, error),
            }
        }
        let suspected = |refused: &Refused| refused.is(Code::CloneSuspected) && refused.proof.is_some();
        if let Ok(FirstAnswer { answer: HostReply::Refused(refused), .. }) = &first
            && suspected(refused)
            && request.choice == KeyChoice::InUse
        {
            let request = prepare(self.context, self.state, KeyChoice::Candidate)?.lasting(self.until);
            first = self.send(&request, token.as_ref());
        }
        let FirstAnswer { answer, route, passed_over } = match first {
            Ok(first) => first,
            Err(error) => return outcome::unanswered(self.context, self.state, error),
        };
        let outcome = match answer {
            HostReply::Granted(accepted) => {
                let lease = outcome::granted(self.context, self.state, accepted, Some(&route.address))?;
                revocations::renew(self.context, self.state, self.network, &route, self.deadline);
                Outcome::Granted(Box::new(Granted { lease, host: route.address }))
            }
            HostReply::Refused(refused) => {
                if refused.is(Code::Revoked) {
                    // The refusal alone proves nothing; the list says what is revoked.
                    revocations::renew(self.context, self.state, self.network, &route, self.deadline);
                }
                Outcome::Refused(outcome::refused(self.context, self.state, refused))
            }
        };
        Ok(Answer { outcome, passed_over })
    }

    fn send(&self, request: &LeaseRequest, token: Option<&Token>) -> Result<FirstAnswer<HostReply>, Error> {
        let revocations = self.state.revocations(None).ok().flatten();
        let expected = expected(self.context, self.state, revocations.as_ref(), None);
        Hosts { token: token.cloned(), ..self.hosts() }.ask_for_lease(request, &expected)
    }

    pub(crate) fn hosts(&self) -> Hosts<'_> {
        let last_grant = self.state.record(None).ok().and_then(|record| record.host);
        let (context, network) = (self.context, self.network);
        Hosts { context, network, last_grant, deadline: self.deadline, token: None }
    }

    /// Whether the lease in hand is revoked, and neither by its own name nor by its client's.
    fn holds_a_revoked_chain(&self) -> bool {
        let (Ok(Some(held)), Ok(Some(list))) = (self.state.held(None), self.state.revocations(None)) else {
            return false;
        };
        let own = list.revokes_key(held.lease.client) || list.revokes_document(held.lease.cti);
        held.revocation == Revocation::Revoked && !own
    }
}

/// Whether a refusal says that the product is for users.
fn is_for_users(code: Code) -> bool {
    matches!(code, Code::SignInNeeded | Code::NotSubscribed | Code::DevicesReached | Code::SignInUnavailable)
        || matches!(code, Code::ProviderUnreachable | Code::ProviderUnusable)
}
