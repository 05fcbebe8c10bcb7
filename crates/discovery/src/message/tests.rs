use proptest::prelude::*;

use super::*;

const ID: u16 = 0x4c48;

fn question() -> Question {
    let name = "_leasehold._tcp.example.test".parse().unwrap();
    Question { name, kind: RecordKind::Srv, to: Role::Resolver, extended: Extended::Yes }
}

/// An answer with these flags and counts, and `rest` behind the question.
fn answer(flags: [u8; 2], counts: [u16; 3], rest: &[u8]) -> Vec<u8> {
    let mut bytes = Question { extended: Extended::No, ..question() }.bytes(ID);
    bytes[2..4].copy_from_slice(&flags);
    for (at, count) in counts.into_iter().enumerate() {
        bytes[6 + 2 * at..8 + 2 * at].copy_from_slice(&count.to_be_bytes());
    }
    bytes.extend(rest);
    bytes
}

/// A record of the name that was asked for.
fn record(kind: u8, ttl: u32, rdata: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rdata.len()).unwrap().to_be_bytes();
    [b"\xc0\x0c\0", &[kind][..], b"\0\x01", &ttl.to_be_bytes(), &length, rdata].concat()
}

fn reply(bytes: &[u8]) -> Reply {
    match question().read(bytes, ID) {
        Read::Reply(reply) => reply,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_asks_for_recursion_and_offers_room() {
    let bytes = question().bytes(ID);
    let packet = Packet::parse(&bytes).unwrap();
    assert!(packet.id() == ID && packet.has_flags(PacketFlag::RECURSION_DESIRED));
    assert_eq!(packet.opt().map(|opt| opt.udp_packet_size), Some(1_232));
    assert_eq!(packet.questions[0].qname.to_string(), "_leasehold._tcp.example.test");
}

#[test]
fn the_question_is_compared_in_any_case() {
    let mut bytes = answer([0x84, 0], [0; 3], &[]);
    bytes[13..23].make_ascii_uppercase();
    assert!(matches!(question().read(&bytes, ID), Read::Reply(_)));
    assert!(matches!(question().read(&bytes, ID + 1), Read::Unrelated));
}

#[test]
fn a_cut_answer_is_known_as_such_wherever_it_ends() {
    let rest = record(33, 60, b"\0\0\0\0\x41\xf0\x01a\0");
    for length in 0..rest.len() {
        let bytes = answer([0x86, 0], [9, 9, 9], &rest[..length]);
        assert!(matches!(question().read(&bytes, ID), Read::Truncated), "{length}");
    }
}

#[test]
fn records_that_cannot_be_used_are_counted_as_such() {
    for rdata in [&b"\0\0\0\0\0\0\x01a\0"[..], b"\0\0\0\0\0\x01\x01\xff\0", b"\0\0\0\0\0\x01\x03a.b\0"] {
        let reply = reply(&answer([0x84, 0], [1, 0, 0], &record(33, 60, rdata)));
        assert!(matches!(reply.answers[..], [DnsRecord { value: RecordValue::Unusable, .. }]), "{rdata:?}");
    }
}

#[test]
fn a_lifetime_with_the_highest_bit_set_is_none() {
    let rdata = b"\0\0\0\0\x41\xf0\x01a\0";
    let lifetime = |ttl| reply(&answer([0x84, 0], [1, 0, 0], &record(33, ttl, rdata))).answers[0].ttl;
    assert_eq!(lifetime(60), Span::MINUTE);
    assert_eq!(lifetime(0x8000_0000), Span::ZERO);
}

#[test]
fn more_records_than_there_is_room_for_are_nonsense() {
    let bytes = answer([0x84, 0], [u16::MAX; 3], &record(1, 60, &[10, 0, 0, 1]));
    assert!(matches!(question().read(&bytes, ID), Read::Malformed));
}

#[test]
fn names_that_point_at_themselves_or_ahead_are_nonsense() {
    let own = 12 + question().name.as_str().len() + 2 + 4;
    for target in [own, own + 2, own + 20, 0x3fff] {
        let pointer = (u16::try_from(target).unwrap() | 0xc000).to_be_bytes();
        let rest = [&pointer[..], b"\0\x01\0\x01\0\0\0\x3c\0\x04\x0a\0\0\x01"].concat();
        assert!(matches!(question().read(&answer([0x84, 0], [1, 0, 0], &rest), ID), Read::Malformed), "{target}");
    }
}

#[test]
fn a_referral_is_told_from_an_empty_answer() {
    let rest = record(2, 60, b"\x02ns\0");
    assert!(reply(&answer([0x80, 0], [0, 1, 0], &rest)).referral);
    assert!(!reply(&answer([0x84, 0], [0, 1, 0], &rest)).referral);
    assert!(!reply(&answer([0x80, 0], [0, 0, 0], &[])).referral);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = question().read(&bytes, ID);
    }

    #[test]
    fn any_bytes_behind_a_true_head_are_read_without_harm(
        flags: [u8; 2],
        counts in prop::array::uniform3(0..6_u16),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = question().read(&answer(flags, counts, &rest), ID);
    }

    #[test]
    fn records_of_any_kind_are_read_without_harm(
        kinds in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
    ) {
        let rest: Vec<u8> = kinds.iter().flat_map(|(kind, rdata)| record(*kind, 60, rdata)).collect();
        let _ = question().read(&answer([0x84, 0], [u16::try_from(kinds.len()).unwrap(), 0, 0], &rest), ID);
    }
}
