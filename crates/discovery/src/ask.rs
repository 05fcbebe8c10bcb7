//! One question to the name servers in turn.

use std::io::ErrorKind;
use std::net::SocketAddr;

use leasehold_core::{Clock, Rng};
use simple_dns::RCODE;

use crate::config::Config;
use crate::found::{LookupOutcome, QueryAttempt, ServerReply};
use crate::message::{Extended, Question, Read, Reply};
use crate::random;
use crate::transport::{Deadline, Transport, by_tcp, by_udp};

/// The name servers during one lookup.
#[derive(Debug)]
pub(crate) struct Asker<'f> {
    config: &'f Config,
    rng: &'f dyn Rng,
    deadline: Deadline<'f>,
    /// Those that answered or were not asked yet, then those that were silent.
    servers: Vec<SocketAddr>,
}

/// The result of a question.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The reply (an answer, or that there is none), else why there is no reply.
    pub(crate) reply: Result<Reply, LookupOutcome>,
    pub(crate) attempts: Vec<QueryAttempt>,
}

impl<'f> Asker<'f> {
    pub(crate) fn new(config: &'f Config, clock: &'f dyn Clock, rng: &'f dyn Rng) -> Self {
        let deadline = Deadline::after(config.limit, clock);
        Self { config, rng, deadline, servers: config.servers.clone() }
    }

    /// Asks one server after the other, and the silent ones again, until one knows.
    pub(crate) fn ask(&mut self, question: &Question) -> Asked {
        let mut attempts = Vec::new();
        let mut left = self.servers.clone();
        for _ in 0..self.config.attempts {
            let round = std::mem::take(&mut left);
            for server in round {
                if self.deadline.left().is_none() {
                    return Asked { reply: Err(LookupOutcome::OutOfTime), attempts };
                }
                if let Some(reply) = self.ask_one(server, question, &mut attempts) {
                    return Asked { reply: Ok(reply), attempts };
                }
                if attempts.last().is_some_and(|last| last.reply == ServerReply::Silence) {
                    left.push(server);
                    self.ask_later(server);
                }
            }
        }
        Asked { reply: Err(outcome_of(&attempts)), attempts }
    }

    fn ask_one(&self, server: SocketAddr, question: &Question, attempts: &mut Vec<QueryAttempt>) -> Option<Reply> {
        let mut query = |transport| {
            let (kind, reply) = self.query(server, transport, question);
            attempts.push(QueryAttempt { server, transport, reply: kind });
            (kind, reply)
        };
        let (kind, reply) = query(Transport::Udp);
        match kind {
            ServerReply::Truncated => query(Transport::Tcp).1,
            ServerReply::Rejected if question.extended == Extended::Yes => {
                let plain = Question { extended: Extended::No, ..question.clone() };
                self.ask_one(server, &plain, attempts)
            }
            ServerReply::Answer
            | ServerReply::NoSuchName
            | ServerReply::ServerFailed
            | ServerReply::Refused
            | ServerReply::Referral
            | ServerReply::Rejected
            | ServerReply::Malformed
            | ServerReply::Silence
            | ServerReply::Unreachable(_) => reply,
        }
    }

    /// One message to one server: what kind of reply came, and the reply where it answers the question.
    fn query(&self, server: SocketAddr, transport: Transport, question: &Question) -> (ServerReply, Option<Reply>) {
        let id = random::id(self.rng);
        let (message, deadline) = (question.bytes(id), self.deadline.within(self.config.timeout));
        let mut malformed = false;
        let read = match transport {
            Transport::Udp => by_udp(server, &message, deadline, |bytes| match question.read(bytes, id) {
                // A forger's guess must not keep the true answer out.
                Read::Unrelated | Read::Malformed => {
                    malformed = true;
                    None
                }
                read @ (Read::Reply(_) | Read::Truncated) => Some(read),
            }),
            Transport::Tcp => by_tcp(server, &message, deadline).map(|bytes| question.read(&bytes, id)),
        };
        match read {
            Ok(Read::Reply(reply)) => classify(reply),
            Ok(Read::Truncated) if transport == Transport::Udp => (ServerReply::Truncated, None),
            Ok(Read::Truncated | Read::Malformed | Read::Unrelated) => (ServerReply::Malformed, None),
            Err(error) if error.kind() == ErrorKind::TimedOut && malformed => (ServerReply::Malformed, None),
            Err(error) if error.kind() == ErrorKind::TimedOut => (ServerReply::Silence, None),
            Err(error) => (ServerReply::Unreachable(error.kind()), None),
        }
    }

    /// A server that is away must not cost its time with every further question.
    fn ask_later(&mut self, server: SocketAddr) {
        self.servers.retain(|other| *other != server);
        self.servers.push(server);
    }
}

/// What kind of reply it is, and the reply itself where it answers the question.
fn classify(reply: Reply) -> (ServerReply, Option<Reply>) {
    match reply.code {
        RCODE::NoError if reply.referral => (ServerReply::Referral, None),
        RCODE::NoError => (ServerReply::Answer, Some(reply)),
        RCODE::NameError => (ServerReply::NoSuchName, Some(reply)),
        RCODE::ServerFailure => (ServerReply::ServerFailed, None),
        RCODE::Refused => (ServerReply::Refused, None),
        RCODE::FormatError
        | RCODE::NotImplemented
        | RCODE::YXDOMAIN
        | RCODE::YXRRSET
        | RCODE::NXRRSET
        | RCODE::NOTAUTH
        | RCODE::NOTZONE
        | RCODE::BADVERS
        | RCODE::Reserved => (ServerReply::Rejected, None),
    }
}

/// The outcome where no server knew: that of the first reply that has a meaning.
fn outcome_of(attempts: &[QueryAttempt]) -> LookupOutcome {
    let reply = attempts.iter().find_map(|attempt| match attempt.reply {
        ServerReply::ServerFailed => Some(LookupOutcome::ServerFailed),
        ServerReply::Refused | ServerReply::Referral => Some(LookupOutcome::Refused),
        ServerReply::Malformed => Some(LookupOutcome::Malformed),
        // An answer ended the search; what was rejected or cut was asked again in another way; the rest is silence.
        ServerReply::Answer
        | ServerReply::NoSuchName
        | ServerReply::Rejected
        | ServerReply::Truncated
        | ServerReply::Silence
        | ServerReply::Unreachable(_) => None,
    });
    let rejected = attempts.iter().any(|attempt| attempt.reply == ServerReply::Rejected);
    reply.unwrap_or(if rejected { LookupOutcome::Malformed } else { LookupOutcome::NoAnswer })
}
