//! A host's record in its zone: published, shown, withdrawn.

use std::net::SocketAddr;
use std::time::Duration;

use leasehold_core::{Clock, Rng};
use simple_dns::{OPCODE, RCODE};

use super::answer::{self, Exchange};
use super::error::{PublishError, Unreached};
use super::key::TsigKey;
use super::update::Update;
use crate::message::{DnsRecord, Extended, Question, Read, RecordKind, Reply, Role};
use crate::name::DomainName;
use crate::random;
use crate::record::ServiceRecord;

/// Publishes a host's record under one name of one zone.
///
/// All of it blocks: for [`Self::TIMEOUT`] twice with each server that is silent.
#[derive(Debug)]
pub struct Publisher {
    zone: DomainName,
    name: DomainName,
    servers: Vec<SocketAddr>,
    key: Option<TsigKey>,
}

/// What publishing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// The record is new.
    Added,
    /// An earlier record of this host has made way for it.
    Replaced,
    /// It was there.
    Unchanged,
}

/// What withdrawing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    /// The record is gone.
    Removed,
    /// There was none.
    NothingThere,
}

impl Publisher {
    /// How long a server may take for one answer.
    pub const TIMEOUT: Duration = answer::TIMEOUT;

    /// A publisher of records of `name` ([`crate::ServiceLabel::within`]) in `zone`, which the first of `servers` that
    /// answers holds.
    ///
    /// # Errors
    /// [`PublishError::OutsideZone`].
    pub fn new(
        zone: DomainName,
        name: DomainName,
        servers: Vec<SocketAddr>,
        key: Option<TsigKey>,
    ) -> Result<Self, PublishError> {
        if name.is_within(&zone) {
            Ok(Self { zone, name, servers, key })
        } else {
            Err(PublishError::OutsideZone { name, zone })
        }
    }

    /// The record as a line of the zone's file, for those who may not change the zone from here.
    pub fn record_line(&self, own: &ServiceRecord) -> String {
        own.line(&self.name)
    }

    /// All records of the name, of whatever host.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn show(&self, clock: &dyn Clock, rng: &dyn Rng) -> Result<Vec<ServiceRecord>, PublishError> {
        self.first_reached(|server| self.shown_by(&Exchange { server, clock, rng, key: self.key.as_ref() }))
    }

    /// Publishes `own`, in the place of any earlier record with its target and port, and of `previous` where the host
    /// had another target or port before. Records of other hosts stay as they are.
    ///
    /// # Errors
    /// [`PublishError`], which says who is at fault.
    pub fn publish(
        &self,
        own: &ServiceRecord,
        previous: Option<&ServiceRecord>,
        clock: &dyn Clock,
        rng: &dyn Rng,
    ) -> Result<Published, PublishError> {
        self.first_reached(|server| {
            let exchange = Exchange { server, clock, rng, key: self.key.as_ref() };
            let shown = self.shown_by(&exchange)?;
            let earlier = |record: &&ServiceRecord| {
                let is_ours = record.is_of_the_same_host(own) || previous.is_some_and(|old| record.says_the_same(old));
                is_ours && !record.says_the_same(own)
            };
            let removed: Vec<_> = shown.iter().filter(earlier).cloned().collect();
            self.change(&exchange, &removed, Some(own))?;
            let there = shown.iter().any(|record| record.says_the_same(own));
            Ok(match (removed.is_empty(), there) {
                (false, _) => Published::Replaced,
                (true, false) => Published::Added,
                (true, true) => Published::Unchanged,
            })
        })
    }

    /// Removes all records with the target and port of `own`, whatever their priority and weight.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn withdraw(&self, own: &ServiceRecord, clock: &dyn Clock, rng: &dyn Rng) -> Result<Withdrawn, PublishError> {
        self.first_reached(|server| {
            let exchange = Exchange { server, clock, rng, key: self.key.as_ref() };
            let mut removed = self.shown_by(&exchange)?;
            removed.retain(|record| record.is_of_the_same_host(own));
            if removed.is_empty() {
                return Ok(Withdrawn::NothingThere);
            }
            self.change(&exchange, &removed, None)?;
            Ok(Withdrawn::Removed)
        })
    }

    fn shown_by(&self, exchange: &Exchange<'_>) -> Result<Vec<ServiceRecord>, PublishError> {
        let (name, kind, to, extended) = (self.name.clone(), RecordKind::Srv, Role::Holder, Extended::Yes);
        let question = Question { name, kind, to, extended };
        let (server, id) = (exchange.server, random::id(exchange.rng));
        // Not signed: some servers refuse a question that is signed with a key for updates alone.
        let answer = exchange.unsigned_answer(&question.bytes(id), OPCODE::StandardQuery)?;
        match question.read(&answer, id) {
            Read::Reply(reply) => self.records(reply, server),
            Read::Truncated | Read::Malformed | Read::Unrelated => Err(PublishError::BadAnswer { server }),
        }
    }

    fn records(&self, reply: Reply, server: SocketAddr) -> Result<Vec<ServiceRecord>, PublishError> {
        match reply.code {
            RCODE::NoError | RCODE::NameError if reply.authoritative => {
                Ok(reply.answers.into_iter().filter_map(DnsRecord::into_service).collect())
            }
            RCODE::ServerFailure => Err(PublishError::ServerFailed { server }),
            // Whatever else it says, it does not speak for the zone.
            _ => Err(PublishError::NotTheZones { server, zone: self.zone.clone() }),
        }
    }

    fn change(
        &self,
        exchange: &Exchange<'_>,
        removed: &[ServiceRecord],
        added: Option<&ServiceRecord>,
    ) -> Result<(), PublishError> {
        let update = Update { zone: &self.zone, name: &self.name, removed, added };
        let (server, id) = (exchange.server, random::id(exchange.rng));
        let answer = exchange.answer(update.bytes(id), OPCODE::Update)?;
        let (name, zone) = (self.name.clone(), self.zone.clone());
        match simple_dns::header_buffer::rcode(&answer).map_err(|_| PublishError::BadAnswer { server })? {
            RCODE::NoError => Ok(()),
            RCODE::Refused => Err(PublishError::NotPermitted { server, name }),
            // Knot's word for an update without a key. It has just answered for the name.
            RCODE::NOTAUTH if self.key.is_none() => Err(PublishError::NotPermitted { server, name }),
            RCODE::NOTAUTH => Err(PublishError::NotTheZones { server, zone }),
            RCODE::NOTZONE => Err(PublishError::OutsideZone { name, zone }),
            RCODE::YXRRSET | RCODE::YXDOMAIN => Err(PublishError::Alias { name, zone }),
            RCODE::NotImplemented => Err(PublishError::Unsupported { server }),
            RCODE::ServerFailure => Err(PublishError::ServerFailed { server }),
            RCODE::FormatError | RCODE::NameError | RCODE::NXRRSET | RCODE::BADVERS | RCODE::Reserved => {
                Err(PublishError::BadAnswer { server })
            }
        }
    }

    /// What the first server says that can be reached.
    fn first_reached<T>(&self, ask: impl Fn(SocketAddr) -> Result<T, PublishError>) -> Result<T, PublishError> {
        let mut tried: Vec<Unreached> = Vec::new();
        for server in &self.servers {
            match ask(*server) {
                Err(PublishError::Unreachable { tried: also }) => tried.extend(also),
                said => return said,
            }
        }
        Err(PublishError::Unreachable { tried })
    }
}
