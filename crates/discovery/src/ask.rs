//! One question to the name servers in turn.

use std::io::ErrorKind;
use std::net::SocketAddr;

use simple_dns::RCODE;

use crate::config::Config;
use crate::found::{Attempt, Heard, Outcome};
use crate::message::{Extended, Question, Read, Reply};
use crate::surroundings::Surroundings;
use crate::transport::{Deadline, Transport, by_tcp, by_udp};

/// The name servers during one lookup.
#[derive(Debug)]
pub(crate) struct Asker<'f> {
    config: &'f Config,
    surroundings: &'f dyn Surroundings,
    deadline: Deadline<'f>,
    /// Those that answered or were not asked yet, then those that were silent.
    servers: Vec<SocketAddr>,
}

/// What came of a question.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The reply, which is there or not: anything else is an outcome.
    pub(crate) reply: Result<Reply, Outcome>,
    pub(crate) attempts: Vec<Attempt>,
}

impl<'f> Asker<'f> {
    pub(crate) fn new(config: &'f Config, surroundings: &'f dyn Surroundings) -> Self {
        let deadline = Deadline::after(config.limit, surroundings);
        Self { config, surroundings, deadline, servers: config.servers.clone() }
    }

    /// Asks one server after the other, and the silent ones again, until one knows.
    pub(crate) fn ask(&mut self, question: &Question) -> Asked {
        let mut attempts = Vec::new();
        let mut left = self.servers.clone();
        for _ in 0..self.config.attempts {
            let round = std::mem::take(&mut left);
            for server in round {
                if self.deadline.left().is_none() {
                    return Asked { reply: Err(Outcome::OutOfTime), attempts };
                }
                if let Some(reply) = self.ask_one(server, question, &mut attempts) {
                    return Asked { reply: Ok(reply), attempts };
                }
                if attempts.last().is_some_and(|last| last.heard == Heard::Silence) {
                    left.push(server);
                    self.ask_later(server);
                }
            }
        }
        Asked { reply: Err(told(&attempts)), attempts }
    }

    fn ask_one(&self, server: SocketAddr, question: &Question, attempts: &mut Vec<Attempt>) -> Option<Reply> {
        let (heard, reply) = self.hear(server, Transport::Udp, question);
        attempts.push(Attempt { server, transport: Transport::Udp, heard });
        let (heard, transport, reply) = match heard {
            Heard::Truncated => {
                let (heard, reply) = self.hear(server, Transport::Tcp, question);
                (heard, Transport::Tcp, reply)
            }
            Heard::Rejected if question.extended == Extended::Yes => {
                let plain = Question { extended: Extended::No, ..question.clone() };
                return self.ask_one(server, &plain, attempts);
            }
            Heard::Answer
            | Heard::NoSuchName
            | Heard::ServerFailed
            | Heard::Refused
            | Heard::Referral
            | Heard::Rejected
            | Heard::Nonsense
            | Heard::Silence
            | Heard::Unreachable(_) => return reply,
        };
        attempts.push(Attempt { server, transport, heard });
        reply
    }

    fn hear(&self, server: SocketAddr, transport: Transport, question: &Question) -> (Heard, Option<Reply>) {
        let id = self.surroundings.id();
        let (message, deadline) = (question.bytes(id), self.deadline.within(self.config.timeout));
        let mut nonsense = false;
        let read = match transport {
            Transport::Udp => by_udp(server, &message, deadline, |bytes| match question.read(bytes, id) {
                // A forger's guess must not keep the true answer out.
                Read::Stray | Read::Nonsense => {
                    nonsense = true;
                    None
                }
                read @ (Read::Reply(_) | Read::Truncated) => Some(read),
            }),
            Transport::Tcp => by_tcp(server, &message, deadline).map(|bytes| question.read(&bytes, id)),
        };
        match read {
            Ok(Read::Reply(reply)) => told_by(reply),
            Ok(Read::Truncated) if transport == Transport::Udp => (Heard::Truncated, None),
            Ok(Read::Truncated | Read::Nonsense | Read::Stray) => (Heard::Nonsense, None),
            Err(error) if error.kind() == ErrorKind::TimedOut && nonsense => (Heard::Nonsense, None),
            Err(error) if error.kind() == ErrorKind::TimedOut => (Heard::Silence, None),
            Err(error) => (Heard::Unreachable(error.kind()), None),
        }
    }

    /// A server that is away must not cost its time with every further question.
    fn ask_later(&mut self, server: SocketAddr) {
        self.servers.retain(|other| *other != server);
        self.servers.push(server);
    }
}

/// What the reply says, and the reply itself where it settles the question.
fn told_by(reply: Reply) -> (Heard, Option<Reply>) {
    match reply.code {
        RCODE::NoError if reply.referral => (Heard::Referral, None),
        RCODE::NoError => (Heard::Answer, Some(reply)),
        RCODE::NameError => (Heard::NoSuchName, Some(reply)),
        RCODE::ServerFailure => (Heard::ServerFailed, None),
        RCODE::Refused => (Heard::Refused, None),
        RCODE::FormatError
        | RCODE::NotImplemented
        | RCODE::YXDOMAIN
        | RCODE::YXRRSET
        | RCODE::NXRRSET
        | RCODE::NOTAUTH
        | RCODE::NOTZONE
        | RCODE::BADVERS
        | RCODE::Reserved => (Heard::Rejected, None),
    }
}

/// The outcome where no server knew: what the first said that said anything.
fn told(attempts: &[Attempt]) -> Outcome {
    let said = attempts.iter().find_map(|attempt| match attempt.heard {
        Heard::ServerFailed => Some(Outcome::ServerFailed),
        Heard::Refused | Heard::Referral => Some(Outcome::Refused),
        Heard::Nonsense => Some(Outcome::Nonsense),
        // Answers are not told here; what was rejected or cut was asked again in another way; the rest is silence.
        Heard::Answer
        | Heard::NoSuchName
        | Heard::Rejected
        | Heard::Truncated
        | Heard::Silence
        | Heard::Unreachable(_) => None,
    });
    let rejected = attempts.iter().any(|attempt| attempt.heard == Heard::Rejected);
    said.unwrap_or(if rejected { Outcome::Nonsense } else { Outcome::NoAnswer })
}
