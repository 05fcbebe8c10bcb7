use proptest::prelude::*;
use zeroize::Zeroizing;

use super::super::key::Algorithm;
use super::*;

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

fn key(secret: &[u8], algorithm: Algorithm) -> TsigKey {
    TsigKey::new("host.example".parse().unwrap(), algorithm, Zeroizing::new(secret.to_vec()))
}

/// A message without records.
fn message() -> Vec<u8> {
    b"\x4c\x48\x28\0\0\x01\0\0\0\0\0\0\x07example\0\0\x06\0\x01".to_vec()
}

/// What a server with `key` would answer to `signed`: the same signature, over another message.
fn answer_to(signed: &Signed, key: &TsigKey, now: Timestamp, error: u16) -> Vec<u8> {
    let mut answer = message();
    answer[2] |= 0x80;
    let variables = variables(key, now.unix(), FUDGE, error, &[]);
    let mac = key.sign(&[&length(&signed.mac), &signed.mac, &answer, &variables]);
    let mut bytes = sign(answer, key, now).bytes;
    let tail = bytes.len() - 6;
    bytes[tail - mac.len()..tail].copy_from_slice(&mac);
    bytes[tail + 2..tail + 4].copy_from_slice(&error.to_be_bytes());
    bytes
}

#[test]
fn an_answer_with_the_same_key_is_believed_and_comes_without_its_signature() {
    for algorithm in Algorithm::ALL {
        let key = key(b"secret", algorithm);
        let signed = sign(message(), &key, NOW);
        let mut expected = message();
        expected[2] |= 0x80;
        let answer = answer_to(&signed, &key, NOW, 0);
        assert_eq!(signed.check(&answer, &key, NOW), Checked::Good(expected), "{algorithm}");
    }
}

#[test]
fn an_answer_with_another_secret_or_to_another_request_is_not_believed() {
    let (ours, theirs) = (key(b"secret", Algorithm::HmacSha256), key(b"Secret", Algorithm::HmacSha256));
    let signed = sign(message(), &ours, NOW);
    assert_eq!(signed.check(&answer_to(&signed, &theirs, NOW, 0), &ours, NOW), Checked::Bad);
    let other = sign(message(), &ours, NOW.plus(Span::seconds(1)));
    assert_eq!(signed.check(&answer_to(&other, &ours, NOW, 0), &ours, NOW), Checked::Bad);
    assert_eq!(signed.check(&message(), &ours, NOW), Checked::Unsigned);
}

#[test]
fn an_altered_answer_is_not_believed() {
    let key = key(b"secret", Algorithm::HmacSha256);
    let signed = sign(message(), &key, NOW);
    let answer = answer_to(&signed, &key, NOW, 0);
    for at in 0..answer.len() {
        let mut altered = answer.clone();
        altered[at] ^= 0x20;
        let checked = signed.check(&altered, &key, NOW);
        // Under another name, and with another id of its own, the message that was signed is the same.
        let same = matches!(&checked, Checked::Good(message) if message[..] == signed_part(&answer)[..]);
        assert!(same || !matches!(checked, Checked::Good(_)), "{at}: {checked:?}");
    }
}

fn signed_part(answer: &[u8]) -> Vec<u8> {
    let mut part = answer[..message().len()].to_vec();
    part[ADDITIONAL].copy_from_slice(&[0, 0]);
    part
}

#[test]
fn an_old_answer_and_a_servers_complaint_name_the_servers_clock() {
    let key = key(b"secret", Algorithm::HmacSha256);
    let signed = sign(message(), &key, NOW);
    let late = NOW.plus(Span::seconds(301));
    assert_eq!(signed.check(&answer_to(&signed, &key, late, 0), &key, NOW), Checked::ClockApart(late));
}

#[test]
fn a_server_that_does_not_know_the_key_refuses_it() {
    let key = key(b"secret", Algorithm::HmacSha256);
    let signed = sign(message(), &key, NOW);
    for error in [BADSIG, BADKEY, BADTRUNC] {
        assert_eq!(signed.check(&answer_to(&signed, &key, NOW, error), &key, NOW), Checked::KeyRefused);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_no_good_answer(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let key = key(b"secret", Algorithm::HmacSha256);
        let checked = sign(message(), &key, NOW).check(&bytes, &key, NOW);
        prop_assert!(!matches!(checked, Checked::Good(_)));
    }

    #[test]
    fn a_bent_answer_is_checked_without_harm(
        bends in prop::collection::vec((0..200_usize, any::<u8>()), 1..6),
        cut in 0..200_usize,
    ) {
        let key = key(b"secret", Algorithm::HmacSha256);
        let signed = sign(message(), &key, NOW);
        let mut answer = answer_to(&signed, &key, NOW, 0);
        for (at, byte) in bends {
            if let Some(place) = answer.get_mut(at) {
                *place = byte;
            }
        }
        let _ = signed.check(&answer, &key, NOW);
        answer.truncate(cut);
        let _ = signed.check(&answer, &key, NOW);
    }
}
