//! What a lookup finds, and what it met on the way: everything that a doctor has to show.

use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use leasehold_core::Span;

use crate::message::Kind;
use crate::name::DomainName;
use crate::transport::Transport;

/// What a lookup has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Hosts, in the order to try them; each target and port once.
    pub candidates: Vec<Candidate>,
    /// What was looked for, in its order.
    pub searched: Vec<Searched>,
}

/// A host that a record names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The host's name.
    pub target: DomainName,
    /// Its port, as the record says.
    pub port: u16,
    /// The record's priority.
    pub priority: u16,
    /// The record's weight.
    pub weight: u16,
    /// How long the record may be kept, as published.
    pub ttl: Span,
    /// Where to connect, one after the other; empty where the name leads nowhere, and [`Found::searched`] says why.
    pub addresses: Vec<IpAddr>,
    /// The suffix under which the record was found.
    pub suffix: DomainName,
}

/// One name that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// The name.
    pub name: DomainName,
    /// The kind of record.
    pub kind: Kind,
    /// What it is an alias of in the end, where it is one.
    pub alias_of: Option<DomainName>,
    /// What came of it.
    pub outcome: Outcome,
    /// Who was asked, in order; nobody where the outcome was still known.
    pub attempts: Vec<Attempt>,
}

/// What came of looking for one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There are records.
    Records {
        /// How many lead somewhere.
        usable: usize,
        /// How many have a name or port that nobody can connect to.
        unusable: usize,
    },
    /// The record says that the service is decidedly not available here (its target is `.`).
    Declined,
    /// There is no such name (NXDOMAIN).
    NoSuchName,
    /// The name is there, a record of this kind is not (NODATA).
    NoRecord,
    /// The name servers failed (SERVFAIL).
    ServerFailed,
    /// The name servers do not answer this machine or for this name (REFUSED, or a referral).
    Refused,
    /// The name servers' answers could not be understood.
    Nonsense,
    /// No name server answered.
    NoAnswer,
    /// Aliases (CNAME) lead in a circle, or on and on.
    AliasLoop,
    /// The time for the whole lookup was over.
    OutOfTime,
}

/// One question to one name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who was asked.
    pub server: SocketAddr,
    /// How.
    pub transport: Transport,
    /// What was heard.
    pub heard: Heard,
}

/// What one name server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An answer.
    Answer,
    /// There is no such name.
    NoSuchName,
    /// The beginning of an answer: it is asked again by TCP.
    Truncated,
    /// SERVFAIL.
    ServerFailed,
    /// REFUSED.
    Refused,
    /// Others should be asked: it does not look things up.
    Referral,
    /// It does not understand the question, or says something else that ends the matter.
    Rejected,
    /// Something that cannot be understood, or that answers another question.
    Nonsense,
    /// Nothing, until the time was over.
    Silence,
    /// It cannot be reached.
    Unreachable(ErrorKind),
}

impl Outcome {
    /// The stable code; `None` where there are records.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Records { .. } => None,
            Self::Declined => Some("dns-declined"),
            Self::NoSuchName => Some("dns-no-such-name"),
            Self::NoRecord => Some("dns-no-record"),
            Self::ServerFailed => Some("dns-server-failed"),
            Self::Refused => Some("dns-refused"),
            Self::Nonsense => Some("dns-nonsense"),
            Self::NoAnswer => Some("dns-no-answer"),
            Self::AliasLoop => Some("dns-alias-loop"),
            Self::OutOfTime => Some("dns-out-of-time"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records { usable, unusable: 0 } => write!(f, "records: {usable}"),
            Self::Records { usable, unusable } => write!(f, "records: {usable}, and {unusable} that lead nowhere"),
            Self::Declined => f.write_str("the record says that the service is not available here"),
            Self::NoSuchName => f.write_str("no such name"),
            Self::NoRecord => f.write_str("no such record"),
            Self::ServerFailed => f.write_str("the name servers failed"),
            Self::Refused => f.write_str("the name servers refuse to answer"),
            Self::Nonsense => f.write_str("the name servers' answers make no sense"),
            Self::NoAnswer => f.write_str("no name server answers"),
            Self::AliasLoop => f.write_str("aliases lead in a circle"),
            Self::OutOfTime => f.write_str("the time for looking things up was over"),
        }
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => f.write_str("answered"),
            Self::NoSuchName => f.write_str("no such name"),
            Self::Truncated => f.write_str("answered in part"),
            Self::ServerFailed => f.write_str("failed"),
            Self::Refused => f.write_str("refused"),
            Self::Referral => f.write_str("referred to others"),
            Self::Rejected => f.write_str("rejected the question"),
            Self::Nonsense => f.write_str("made no sense"),
            Self::Silence => f.write_str("silent"),
            Self::Unreachable(kind) => write!(f, "unreachable: {kind}"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Srv => "SRV",
            Self::A => "A",
            Self::Aaaa => "AAAA",
        })
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        })
    }
}

#[cfg(test)]
mod tests {
    use leasehold_core::codes;

    use super::*;

    #[test]
    fn every_outcome_without_records_is_explained() {
        for outcome in [
            Outcome::Declined,
            Outcome::NoSuchName,
            Outcome::NoRecord,
            Outcome::ServerFailed,
            Outcome::Refused,
            Outcome::Nonsense,
            Outcome::NoAnswer,
            Outcome::AliasLoop,
            Outcome::OutOfTime,
        ] {
            assert!(outcome.code().and_then(codes::find).is_some(), "{outcome}");
        }
        assert_eq!(Outcome::Records { usable: 1, unusable: 0 }.code(), None);
    }
}
