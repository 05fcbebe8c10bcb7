//! What fuzz targets reach: the bytes of strangers, read as lookups, updates and browsing read them. It is no part of the API.

use leasehold_core::Rng;

use crate::message::{DnsRecord, Extended, Question, Read, RecordKind, Role};
use crate::order::to_try;

/// Reads `bytes` as the answer to each question that a lookup puts, and sorts the hosts in it.
///
/// # Panics
/// Where what is read cannot be.
pub fn lookup_answer(bytes: &[u8]) {
    let id = bytes.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
    for (kind, name) in [(RecordKind::Srv, SERVICE), (RecordKind::A, HOST), (RecordKind::Aaaa, HOST)] {
        let name = name.parse().expect("a name");
        let question = Question { name, kind, to: Role::Resolver, extended: Extended::Yes };
        let Read::Reply(reply) = question.read(bytes, id) else { continue };
        let records: Vec<DnsRecord> = reply.answers.into_iter().chain(reply.additional).collect();
        assert!(records.len() <= bytes.len(), "a record takes bytes");
        drop(records.iter().map(DnsRecord::address).collect::<Vec<_>>());
        let services: Vec<_> = records.into_iter().filter_map(DnsRecord::into_service).collect();
        let tried = to_try(services.clone(), MAX, &Fixed);
        assert!(tried.len() == services.len().min(MAX) && tried.iter().all(|record| record.port != 0));
    }
}

/// Whether `bytes` count as the signed answer to an update, for a client with a key that no one else has.
///
/// # Panics
/// Where the update itself cannot be made.
#[cfg(feature = "publish")]
pub fn update_answer_counts(bytes: &[u8]) -> bool {
    use leasehold_core::Timestamp;

    use crate::publish::TsigKey;
    use crate::publish::tsig::{Checked, sign};
    use crate::publish::update::Update;

    let (zone, name) = ("lease.test".parse().expect("a name"), SERVICE.parse().expect("a name"));
    let key = "key \"host.test\" { algorithm hmac-sha256; secret \"aG9zdC50ZXN0IGhhcyBhIHNlY3JldA==\"; };";
    let key: TsigKey = key.parse().expect("a key file");
    let now = bytes.last_chunk().map_or(0, |time| u64::from(u32::from_be_bytes(*time)));
    let update = Update { zone: &zone, name: &name, removed: &[], added: None }.bytes(7);
    matches!(
        sign(update, &key, Timestamp::from_unix(now)).check(bytes, &key, Timestamp::from_unix(now)),
        Checked::Good(_)
    )
}

/// Takes an announcement on the local link with this name, port and addresses.
///
/// # Panics
/// Where what is announced leads nowhere and is taken.
#[cfg(feature = "mdns")]
pub fn announcement(name: &str, port: u16, addresses: &[u8]) {
    use std::net::{IpAddr, Ipv4Addr};

    let v4 = addresses.chunks_exact(4).filter_map(|ip| Some(IpAddr::V4(Ipv4Addr::from(*ip.first_chunk::<4>()?))));
    let v6 = addresses.first_chunk::<16>().map(|ip| IpAddr::from(*ip));
    let addresses: Vec<IpAddr> = v4.chain(v6).collect();
    let target = format!("{name}.local.");
    let none: Option<std::collections::HashMap<String, String>> = None;
    let Ok(service) = mdns_sd::ServiceInfo::new("_leasehold._tcp.local.", "host", &target, &addresses[..], port, none)
    else {
        return;
    };
    let Some(found) = crate::mdns::candidate(&service.as_resolved_service()) else { return };
    assert!(found.port != 0 && !found.addresses.is_empty() && found.addresses.iter().all(|ip| !ip.is_loopback()));
}

/// The same choice every time.
#[derive(Debug)]
struct Fixed;

impl Rng for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0x5a);
    }
}

const SERVICE: &str = "_leasehold._tcp.lease.test";
const HOST: &str = "one.lease.test";
const MAX: usize = 8;
