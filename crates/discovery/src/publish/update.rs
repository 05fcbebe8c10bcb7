//! Updates of a zone as messages (RFC 2136).

use simple_dns::rdata::{RData, SRV};
use simple_dns::{CLASS, OPCODE, Packet, Question, ResourceRecord, TYPE};

use crate::name::DomainName;
use crate::record::ServiceRecord;

/// The changes at one name.
#[derive(Debug)]
pub(crate) struct Update<'a> {
    pub(crate) zone: &'a DomainName,
    pub(crate) name: &'a DomainName,
    pub(crate) removed: &'a [ServiceRecord],
    pub(crate) added: Option<&'a ServiceRecord>,
}

impl Update<'_> {
    /// The update as a message, refused by the server where the name is an alias: it would otherwise drop the record
    /// without a word (RFC 2136 section 3.4.2.2).
    pub(crate) fn bytes(&self, id: u16) -> Vec<u8> {
        let mut packet = Packet::new_query(id);
        *packet.opcode_mut() = OPCODE::Update;
        packet.questions.push(Question::new(self.zone.to_message(), TYPE::SOA.into(), CLASS::IN.into(), false));
        let no_alias = ResourceRecord::new(self.name.to_message(), CLASS::NONE, 0, RData::Empty(TYPE::CNAME));
        packet.answers.push(no_alias);
        // Single records by what they say, never all of the name: the others are other hosts'.
        packet.name_servers.extend(self.removed.iter().map(|record| self.record(record, CLASS::NONE, 0)));
        packet.name_servers.extend(self.added.map(|record| {
            let ttl = u32::try_from(record.ttl.as_seconds()).unwrap_or(u32::MAX >> 1).min(u32::MAX >> 1);
            self.record(record, CLASS::IN, ttl)
        }));
        packet.build_bytes_vec().expect("a message of a few records")
    }

    fn record<'r>(&'r self, record: &'r ServiceRecord, class: CLASS, ttl: u32) -> ResourceRecord<'r> {
        let ServiceRecord { priority, weight, port, target, .. } = record;
        let srv = SRV { priority: *priority, weight: *weight, port: *port, target: target.to_message() };
        ResourceRecord::new(self.name.to_message(), class, ttl, RData::SRV(srv))
    }
}
