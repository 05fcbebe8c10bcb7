//! Service records and tests of connections as records.

use super::{Record, same};
use crate::read::dns::{self, Lookup};
use crate::read::item::Content;
use crate::read::net::Connection;

/// Whether only service records and tests have a property of this name.
pub(super) fn is_characteristic(name: &str) -> bool {
    ["RecordData", "NameTarget", "TcpTestSucceeded"].iter().any(|own| same(own, name))
}

/// The service record or the test that a record tells.
pub(super) fn of_record(record: &Record) -> Option<Content> {
    lookup(record).map(Content::Lookup).or_else(|| connection(record).map(Content::Connection))
}

fn lookup(record: &Record) -> Option<Lookup> {
    let owner = record.get(&["Name", "HostName"]).filter(|name| dns::is_service(name))?;
    let mut row = dns::Record { name: owner.trim_end_matches('.').to_owned(), ..dns::Record::default() };
    let mut numbers = ["Priority", "Weight", "Port"].map(|name| record.get(&[name]).map(str::to_owned));
    let mut target = record.get(&["NameTarget", "DomainName"]).map(str::to_owned);
    // `[0][0][1688][kms01.corp.example.]`
    if let Some(data) = record.get(&["RecordData"]).filter(|data| data.starts_with('[')) {
        let mut parts = data.split(['[', ']']).filter(|part| !part.is_empty()).map(str::to_owned);
        numbers = [parts.next(), parts.next(), parts.next()];
        target = parts.next();
    }
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
    [row.priority, row.weight, row.port] = [number(&numbers[0]), number(&numbers[1]), number(&numbers[2])];
    row.target = Some(target?.trim_end_matches('.').to_owned());
    let mut lookup = Lookup::new(record.line);
    lookup.records.push(row);
    Some(lookup)
}

fn connection(record: &Record) -> Option<Connection> {
    record.get(&["TcpTestSucceeded"])?;
    let mut connection = Connection::new(record.line);
    for name in ["ComputerName", "RemoteAddress", "RemotePort", "SourceAddress", "PingSucceeded", "TcpTestSucceeded"] {
        record.get(&[name]).map(|value| connection.field(name, value));
    }
    Some(connection)
}
