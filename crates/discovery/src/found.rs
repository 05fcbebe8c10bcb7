//! What a lookup found, and every query that it made, for a doctor to show.

use std::fmt;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use leasehold_core::{Code, Span};

use crate::message::RecordKind;
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
    /// The addresses, in the order to try them; empty where the name has none, and [`Found::searched`] says why.
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
    pub kind: RecordKind,
    /// What it is an alias of in the end, where it is one.
    pub alias_of: Option<DomainName>,
    /// The outcome.
    pub outcome: LookupOutcome,
    /// The queries, in order; none where the outcome was cached.
    pub attempts: Vec<QueryAttempt>,
}

/// The outcome of looking for one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupOutcome {
    /// There are records.
    Records {
        /// How many can be used.
        usable: usize,
        /// How many have a name or port to which no connection is possible.
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
    /// The replies of the name servers are malformed.
    Malformed,
    /// No name server answered.
    NoAnswer,
    /// The aliases (CNAME) form a loop, or there are too many.
    AliasLoop,
    /// The time for the whole lookup was over.
    OutOfTime,
}

/// One question to one name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryAttempt {
    /// The server.
    pub server: SocketAddr,
    /// The transport.
    pub transport: Transport,
    /// What it replied.
    pub reply: ServerReply,
}

/// What one name server replied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerReply {
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
    /// It names other servers instead of looking the name up.
    Referral,
    /// It does not understand the question, or replied with another final error.
    Rejected,
    /// A message that cannot be read, or that answers another question.
    Malformed,
    /// No reply in time.
    Silence,
    /// It cannot be reached.
    Unreachable(ErrorKind),
}

impl LookupOutcome {
    /// The stable code; `None` where there are records.
    pub fn code(self) -> Option<Code> {
        match self {
            Self::Records { .. } => None,
            Self::Declined => Some(Code::DnsDeclined),
            Self::NoSuchName => Some(Code::DnsNoSuchName),
            Self::NoRecord => Some(Code::DnsNoRecord),
            Self::ServerFailed => Some(Code::DnsServerFailed),
            Self::Refused => Some(Code::DnsRefused),
            Self::Malformed => Some(Code::DnsNonsense),
            Self::NoAnswer => Some(Code::DnsNoAnswer),
            Self::AliasLoop => Some(Code::DnsAliasLoop),
            Self::OutOfTime => Some(Code::DnsOutOfTime),
        }
    }
}

impl fmt::Display for LookupOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records { usable, unusable: 0 } => write!(f, "records: {usable}"),
            Self::Records { usable, unusable } => write!(f, "records: {usable}, and {unusable} that cannot be used"),
            Self::Declined => f.write_str("the record says that the service is not available here"),
            Self::NoSuchName => f.write_str("no such name"),
            Self::NoRecord => f.write_str("no such record"),
            Self::ServerFailed => f.write_str("the name servers failed"),
            Self::Refused => f.write_str("the name servers refuse to answer"),
            Self::Malformed => f.write_str("the replies of the name servers are malformed"),
            Self::NoAnswer => f.write_str("no name server answers"),
            Self::AliasLoop => f.write_str("the aliases form a loop"),
            Self::OutOfTime => f.write_str("the lookup ran out of time"),
        }
    }
}

impl fmt::Display for ServerReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => f.write_str("answered"),
            Self::NoSuchName => f.write_str("no such name"),
            Self::Truncated => f.write_str("answered in part"),
            Self::ServerFailed => f.write_str("failed"),
            Self::Refused => f.write_str("refused"),
            Self::Referral => f.write_str("referred to others"),
            Self::Rejected => f.write_str("rejected the question"),
            Self::Malformed => f.write_str("malformed reply"),
            Self::Silence => f.write_str("silent"),
            Self::Unreachable(kind) => write!(f, "unreachable: {kind}"),
        }
    }
}

impl fmt::Display for RecordKind {
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
