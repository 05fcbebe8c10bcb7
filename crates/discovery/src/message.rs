//! Questions as bytes, and bytes as replies. What a reply claims is hostile until it has matched a question.

use std::net::IpAddr;

use leasehold_core::Span;
use simple_dns::rdata::{OPT, RData};
use simple_dns::{CLASS, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE, header_buffer};

use crate::name::DomainName;
use crate::record::ServiceRecord;

/// The kind of record that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// Where a service is.
    Srv,
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
}

/// What is asked, and how.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) name: DomainName,
    pub(crate) kind: RecordKind,
    /// Whom it is put to.
    pub(crate) to: Role,
    /// Whether room is offered for replies over 512 bytes; some old servers know nothing of that.
    pub(crate) extended: Extended,
}

/// The part that a name server plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It finds out by asking others.
    Resolver,
    /// It has the zone.
    #[cfg(feature = "publish")]
    Holder,
}

/// Whether EDNS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extended {
    Yes,
    No,
}

/// What some bytes are to a question.
#[derive(Debug)]
pub(crate) enum Read {
    /// The reply.
    Reply(Reply),
    /// The reply's beginning: the whole needs TCP.
    Truncated,
    /// The reply, in no form that can be understood.
    Malformed,
    /// Not a reply to this question.
    Unrelated,
}

/// A reply to the question that was put.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) code: RCODE,
    #[cfg_attr(not(feature = "publish"), expect(dead_code, reason = "only those who publish ask who has a zone"))]
    pub(crate) authoritative: bool,
    pub(crate) answers: Vec<DnsRecord>,
    pub(crate) additional: Vec<DnsRecord>,
    /// How long it may be remembered that there is nothing.
    pub(crate) nothing_for: Option<Span>,
    /// It names other servers to ask instead of answering.
    pub(crate) referral: bool,
}

/// A record of a kind that matters here.
#[derive(Clone, Debug)]
pub(crate) struct DnsRecord {
    pub(crate) name: DomainName,
    pub(crate) ttl: Span,
    pub(crate) value: RecordValue,
}

/// The value of a record.
#[derive(Clone, Debug)]
pub(crate) enum RecordValue {
    Service(ServiceRecord),
    /// An SRV record whose target is the root: the service is decidedly not there.
    Declined,
    Address(IpAddr),
    Alias(DomainName),
    /// An SRV or CNAME record with a name or port to which no connection is possible.
    Unusable,
}

impl Question {
    /// The question as a message.
    pub(crate) fn bytes(&self, id: u16) -> Vec<u8> {
        let mut packet = Packet::new_query(id);
        if self.to == Role::Resolver {
            packet.set_flags(PacketFlag::RECURSION_DESIRED);
        }
        if self.extended == Extended::Yes {
            *packet.opt_mut() = Some(OPT { opt_codes: Vec::new(), udp_packet_size: ROOM, version: 0 });
        }
        let name = self.name.to_message();
        packet.questions.push(simple_dns::Question::new(name, self.kind.code().into(), CLASS::IN.into(), false));
        packet.build_bytes_vec().expect("a message of one name")
    }

    /// What `bytes` are to this question under `id`.
    pub(crate) fn read(&self, bytes: &[u8], id: u16) -> Read {
        let Some(truncated) = self.is_answered_by(bytes, id) else { return Read::Unrelated };
        if truncated {
            return Read::Truncated;
        }
        if claims_too_much(bytes) {
            return Read::Malformed;
        }
        Packet::parse(bytes).map_or(Read::Malformed, |packet| Read::Reply(Reply::of(&packet)))
    }

    /// Whether header and question fit; and if so, whether the rest was cut off.
    fn is_answered_by(&self, bytes: &[u8], id: u16) -> Option<bool> {
        // A message that was cut may end anywhere: here only its head is read.
        let mut head = bytes.to_vec();
        head.get_mut(6..12)?.fill(0);
        let questions = header_buffer::questions(&head).ok()?;
        if questions > 1 {
            return None;
        }
        let head = Packet::parse(&head).ok()?;
        let ours = head.id() == id && head.has_flags(PacketFlag::RESPONSE) && head.opcode() == OPCODE::StandardQuery;
        let asked = match head.questions.first() {
            Some(question) => {
                question.qclass == QCLASS::CLASS(CLASS::IN)
                    && question.qtype == QTYPE::TYPE(self.kind.code())
                    && DomainName::from_message(&question.qname).as_ref() == Some(&self.name)
            }
            // A server that could not read the question does not repeat it.
            None => matches!(head.rcode(), RCODE::FormatError | RCODE::NotImplemented),
        };
        (ours && asked).then(|| head.has_flags(PacketFlag::TRUNCATION))
    }
}

impl RecordKind {
    fn code(self) -> TYPE {
        match self {
            Self::Srv => TYPE::SRV,
            Self::A => TYPE::A,
            Self::Aaaa => TYPE::AAAA,
        }
    }
}

impl Reply {
    fn of(packet: &Packet<'_>) -> Self {
        let records = |section: &[ResourceRecord<'_>]| section.iter().filter_map(DnsRecord::of).collect();
        let has = |kind: TYPE| packet.name_servers.iter().any(|record| record.rdata.type_code() == kind);
        let answers: Vec<DnsRecord> = records(&packet.answers);
        let authoritative = packet.has_flags(PacketFlag::AUTHORITATIVE_ANSWER);
        Self {
            code: packet.rcode(),
            authoritative,
            referral: answers.is_empty() && !authoritative && has(TYPE::NS) && !has(TYPE::SOA),
            answers,
            additional: records(&packet.additional_records),
            nothing_for: packet.name_servers.iter().find_map(|record| match &record.rdata {
                RData::SOA(soa) => Some(lasting(record.ttl.min(soa.minimum))),
                // All other types: they say nothing of how long.
                _ => None,
            }),
        }
    }
}

impl DnsRecord {
    fn of(record: &ResourceRecord<'_>) -> Option<Self> {
        let ttl = lasting(record.ttl);
        let value = match &record.rdata {
            RData::A(a) => RecordValue::Address(IpAddr::V4(a.address.into())),
            RData::AAAA(aaaa) => RecordValue::Address(IpAddr::V6(aaaa.address.into())),
            RData::CNAME(alias) => DomainName::from_message(&alias.0).map_or(RecordValue::Unusable, RecordValue::Alias),
            RData::SRV(srv) if srv.target.get_labels().is_empty() => RecordValue::Declined,
            RData::SRV(srv) => match DomainName::from_message(&srv.target).filter(|_| srv.port != 0) {
                Some(target) => RecordValue::Service(ServiceRecord {
                    priority: srv.priority,
                    weight: srv.weight,
                    port: srv.port,
                    target,
                    ttl,
                }),
                None => RecordValue::Unusable,
            },
            // Other types play no part here.
            _ => return None,
        };
        (record.class == CLASS::IN).then_some(())?;
        Some(Self { name: DomainName::from_message(&record.name)?, ttl, value })
    }

    pub(crate) fn into_service(self) -> Option<ServiceRecord> {
        match self.value {
            RecordValue::Service(service) => Some(service),
            RecordValue::Declined | RecordValue::Address(_) | RecordValue::Alias(_) | RecordValue::Unusable => None,
        }
    }

    pub(crate) fn address(&self) -> Option<IpAddr> {
        match &self.value {
            RecordValue::Address(address) => Some(*address),
            RecordValue::Service(_) | RecordValue::Declined | RecordValue::Alias(_) | RecordValue::Unusable => None,
        }
    }
}

/// A lifetime; one with the highest bit set is none (RFC 2181 section 8).
fn lasting(ttl: u32) -> Span {
    Span::seconds(if ttl > i32::MAX as u32 { 0 } else { ttl.into() })
}

/// Whether the header promises more records than there are bytes for: memory is reserved by what it says.
fn claims_too_much(bytes: &[u8]) -> bool {
    let counts = [header_buffer::answers, header_buffer::name_servers, header_buffer::additional_records];
    let claimed: usize = counts.iter().map(|count| usize::from(count(bytes).unwrap_or(u16::MAX))).sum();
    claimed > bytes.len() / SHORTEST_RECORD
}

/// What fits through nearly every network in one piece (DNS flag day 2020).
const ROOM: u16 = 1_232;
/// The root's name, type, class, lifetime and length.
const SHORTEST_RECORD: usize = 11;

#[cfg(test)]
#[path = "message/tests.rs"]
mod tests;
