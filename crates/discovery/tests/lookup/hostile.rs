//! At name servers that forge, flood, fall silent or know no EDNS.

use std::time::Duration;

use leasehold_discovery::{Config, Finder, LookupOutcome, ServerReply};
use leasehold_testkit::dns_script::ScriptedNameServer;
use proptest::prelude::*;

use crate::scene::{Scene, finder, outcomes, quick, replies, targets};

/// The answer to `question`: `lease.example.test` at port 16880.
fn answer(question: &[u8]) -> Vec<u8> {
    let mut bytes = question[..end_of_question(question)].to_vec();
    bytes[2..12].copy_from_slice(&[0x84, 0, 0, 1, 0, 1, 0, 0, 0, 1]);
    let srv = b"\xc0\x0c\0\x21\0\x01\0\0\x0e\x10\0\x1a\0\0\0\0\x41\xf0\x05lease\x07example\x04test\0";
    let target = u16::try_from(bytes.len() + 18).expect("a short message") | 0xc000;
    bytes.extend(srv);
    bytes.extend(target.to_be_bytes());
    bytes.extend(b"\0\x01\0\x01\0\0\x0e\x10\0\x04\x0a\0\0\x07");
    bytes
}

/// An answer of nothing but a header with this code.
fn bare(question: &[u8], code: u8) -> Vec<u8> {
    [&question[..2], &[0x80, code, 0, 0, 0, 0, 0, 0, 0, 0]].concat()
}

fn end_of_question(question: &[u8]) -> usize {
    12 + question[12..].iter().position(|byte| *byte == 0).expect("a name") + 5
}

#[test]
fn an_answer_to_another_question_is_passed_over_and_the_true_one_taken() {
    let server = ScriptedNameServer::start(|question| {
        let (mut other_id, mut other_name, mut other_kind) = (answer(question), answer(question), answer(question));
        other_id[0] ^= 1;
        other_name[14] ^= 1;
        let kind = end_of_question(question) - 3;
        other_kind[kind] ^= 1;
        vec![Vec::new(), vec![0; 11], other_id, other_name, other_kind, question.to_vec(), answer(question)]
    });
    let found = Scene::new(1).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(targets(&found), ["lease.example.test:16880"]);
    assert_eq!(replies(&found), [ServerReply::Answer]);
}

#[test]
fn forged_answers_alone_are_nonsense_and_nothing_is_silence() {
    let forger = ScriptedNameServer::start(|question| {
        let mut forged = answer(question);
        forged[1] ^= 0xff;
        vec![forged]
    });
    let found = Scene::new(2).find(&quick(&[forger.address()], &["example.test"]));
    assert_eq!((outcomes(&found), replies(&found)[0]), (vec![LookupOutcome::Malformed], ServerReply::Malformed));
    let silent = ScriptedNameServer::start(|_| Vec::new());
    let found = Scene::new(2).find(&quick(&[silent.address()], &["example.test"]));
    assert_eq!((outcomes(&found), replies(&found)), (vec![LookupOutcome::NoAnswer], vec![ServerReply::Silence; 2]));
}

#[test]
fn a_silent_server_is_asked_last_about_further_names() {
    let silent = ScriptedNameServer::start(|_| Vec::new());
    let knowing = ScriptedNameServer::start(|question| vec![answer(question)]);
    let servers = [silent.address(), knowing.address()];
    let found = Scene::new(3).find(&quick(&servers, &["example.test", "a.test", "b.test", "c.test"]));
    assert_eq!(replies(&found), [ServerReply::Silence, ServerReply::Answer]);
    assert_eq!(silent.asked(), 1);
}

#[test]
fn a_server_that_knows_no_edns_is_asked_without() {
    let server = ScriptedNameServer::start(|question| {
        let extended = question[11] == 1;
        vec![if extended { bare(question, 1) } else { answer(question) }]
    });
    let found = Scene::new(4).find(&finder(&[server.address()], &["example.test"]));
    assert_eq!(replies(&found), [ServerReply::Rejected, ServerReply::Answer]);
    assert_eq!(targets(&found), ["lease.example.test:16880"]);
}

#[test]
fn aliases_in_a_circle_or_without_end_are_given_up() {
    for rdata in [&b"\xc0\x0c"[..], &b"\x01a\xc0\x0c"[..]] {
        let server = ScriptedNameServer::start(move |question| {
            let mut bytes = question[..end_of_question(question)].to_vec();
            bytes[2..12].copy_from_slice(&[0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
            bytes.extend(b"\xc0\x0c\0\x05\0\x01\0\0\x0e\x10\0");
            bytes.push(u8::try_from(rdata.len()).unwrap());
            bytes.extend(rdata);
            vec![bytes]
        });
        let found = Scene::new(8).find(&finder(&[server.address()], &["example.test"]));
        assert_eq!(outcomes(&found), [LookupOutcome::AliasLoop]);
        assert!(server.asked() <= 8, "asked {} times", server.asked());
    }
}

#[test]
fn the_whole_lookup_ends_with_its_time() {
    let server = ScriptedNameServer::start(|question| vec![answer(question)]);
    let usual = finder(&[server.address()], &["example.test"]);
    let quick_lookup = Finder::new(Config { limit: Duration::ZERO, ..usual.config().clone() });
    assert_eq!(outcomes(&Scene::new(5).find(&quick_lookup)), [LookupOutcome::OutOfTime]);
    assert_eq!(server.asked(), 0);
}

#[test]
fn without_servers_or_suffixes_nothing_is_found_and_nothing_breaks() {
    let found = Scene::new(6).find(&finder(&[], &["example.test"]));
    assert_eq!(outcomes(&found), [LookupOutcome::NoAnswer]);
    let found = Scene::new(6).find(&finder(&[], &[]));
    assert_eq!((found.candidates.len(), found.searched.len()), (0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// However an answer is bent, the lookup ends, and finds no more than it was given.
    #[test]
    fn a_bent_answer_breaks_nothing(bends in prop::collection::vec((2..120_usize, any::<u8>()), 1..6), cut in 0..120_usize) {
        let server = ScriptedNameServer::start(move |question| {
            let mut bent = answer(question);
            for (at, byte) in &bends {
                if let Some(place) = bent.get_mut(*at) {
                    *place = *byte;
                }
            }
            let mut short = answer(question);
            short.truncate(cut);
            vec![short, bent]
        });
        let usual = finder(&[server.address()], &["example.test"]);
        let config = Config { timeout: Duration::from_millis(5), attempts: 1, ..usual.config().clone() };
        let found = Scene::new(7).find(&Finder::new(config));
        prop_assert!(found.candidates.len() <= 1, "{found:?}");
    }
}
