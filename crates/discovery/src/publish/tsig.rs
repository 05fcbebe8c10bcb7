//! Signatures of messages with a shared key (RFC 8945): appended to what is sent, checked and taken off what comes back.

use std::ops::Range;

use leasehold_core::{Span, Timestamp};
use simple_dns::header_buffer;

use super::key::TsigKey;
use crate::name::DomainName;

/// A message with its signature at the end.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) bytes: Vec<u8>,
    mac: Vec<u8>,
}

/// What an answer to a signed message is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// Signed with the key; here it is without the signature.
    Good(Vec<u8>),
    /// Not signed: not believed, except that a failure is reported.
    Unsigned,
    /// The server does not know the key, or has another secret for it.
    KeyRefused,
    /// The clocks are too far apart; the server's says this.
    ClockApart(Timestamp),
    /// Signed with another key, or no message.
    Bad,
}

/// The record that carries a signature.
#[derive(Debug)]
struct Tsig<'a> {
    /// Where it begins.
    at: usize,
    time: u64,
    fudge: u16,
    mac: &'a [u8],
    original_id: [u8; 2],
    error: u16,
    other: &'a [u8],
}

/// Signs `message` at `now`.
pub(crate) fn sign(message: Vec<u8>, key: &TsigKey, now: Timestamp) -> Signed {
    let original_id = [message[0], message[1]];
    let mac = key.sign(&[&message, &variables(key, now.unix(), FUDGE, 0, &[])]);
    let mut bytes = message;
    let count = header_buffer::additional_records(&bytes).expect("a message has a header");
    bytes[ADDITIONAL].copy_from_slice(&(count + 1).to_be_bytes());
    let mut rdata = in_message(key.algorithm().name());
    rdata.extend(&now.unix().to_be_bytes()[2..]);
    rdata.extend(FUDGE.to_be_bytes());
    rdata.extend(length(&mac));
    rdata.extend(&mac);
    rdata.extend(original_id);
    rdata.extend([0; 4]);
    bytes.extend(in_message(key.name().as_str()));
    bytes.extend(TSIG.to_be_bytes());
    bytes.extend(ANY.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(length(&rdata));
    bytes.extend(rdata);
    Signed { bytes, mac }
}

impl Signed {
    /// What `answer` to this message is at `now`.
    pub(crate) fn check(&self, answer: &[u8], key: &TsigKey, now: Timestamp) -> Checked {
        let tsig = match Tsig::of(answer) {
            Ok(Some(tsig)) => tsig,
            Ok(None) => return Checked::Unsigned,
            Err(Malformed) => return Checked::Bad,
        };
        let mut message = answer[..tsig.at].to_vec();
        message[..2].copy_from_slice(&tsig.original_id);
        let count = header_buffer::additional_records(&message).unwrap_or_default();
        message[ADDITIONAL].copy_from_slice(&count.saturating_sub(1).to_be_bytes());
        let variables = variables(key, tsig.time, tsig.fudge, tsig.error, tsig.other);
        let parts: [&[u8]; 4] = [&length(&self.mac), &self.mac, &message, &variables];
        let good = key.has_signed(&parts, tsig.mac);
        let apart = now.distance(Timestamp::from_unix(tsig.time)) > Span::seconds(tsig.fudge.into());
        match tsig.error {
            // Who does not know the key cannot sign with it.
            BADSIG | BADKEY | BADTRUNC => Checked::KeyRefused,
            BADTIME => Checked::ClockApart(tsig.server_time()),
            0 if good && !apart => Checked::Good(message),
            0 if good => Checked::ClockApart(Timestamp::from_unix(tsig.time)),
            // No error that has anything to do with signatures.
            _ => Checked::Bad,
        }
    }
}

impl<'a> Tsig<'a> {
    /// The signature of `message`, which is its last record.
    fn of(message: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let Some(at) = last_record(message)? else { return Ok(None) };
        let mut rest = Bytes { message, at: after_name(message, at)? };
        if rest.number()? != TSIG {
            return Ok(None);
        }
        rest.take(2 + 4 + 2)?;
        rest.at = after_name(message, rest.at)?;
        let time = rest.take(6)?.iter().fold(0, |time, byte| (time << 8) | u64::from(*byte));
        let fudge = rest.number()?;
        let mac = rest.counted()?;
        let original_id = [rest.take(1)?[0], rest.take(1)?[0]];
        let error = rest.number()?;
        let other = rest.counted()?;
        if rest.at != message.len() {
            return Err(Malformed);
        }
        Ok(Some(Self { at, time, fudge, mac, original_id, error, other }))
    }

    /// What the server's clock says, where it complains of ours.
    fn server_time(&self) -> Timestamp {
        Timestamp::from_unix(self.other.iter().take(6).fold(0, |time, byte| (time << 8) | u64::from(*byte)))
    }
}

/// Bytes that are no message.
#[derive(Debug)]
struct Malformed;

/// A place in a message.
struct Bytes<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let taken = self.message.get(self.at..self.at + length).ok_or(Malformed)?;
        self.at += length;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u16, Malformed> {
        let bytes = self.take(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn counted(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.number()?;
        self.take(length.into())
    }
}

/// Where the last record of the additional section begins; `None` where that section is empty.
fn last_record(message: &[u8]) -> Result<Option<usize>, Malformed> {
    let mut rest = Bytes { message, at: COUNTS };
    let [questions, answers, name_servers, additional] =
        [rest.number()?, rest.number()?, rest.number()?, rest.number()?].map(u32::from);
    for _ in 0..questions {
        rest.at = after_name(message, rest.at)?;
        rest.take(2 + 2)?;
    }
    let mut last = None;
    for _ in 0..answers + name_servers + additional {
        last = Some(rest.at);
        rest.at = after_name(message, rest.at)?;
        rest.take(2 + 2 + 4)?;
        rest.counted()?;
    }
    Ok(last.filter(|_| additional > 0))
}

/// Where what follows the name at `at` begins.
fn after_name(message: &[u8], mut at: usize) -> Result<usize, Malformed> {
    loop {
        match *message.get(at).ok_or(Malformed)? {
            0 => return Ok(at + 1),
            length @ 1..=63 => at += 1 + usize::from(length),
            // A pointer ends a name.
            0xc0.. => return Ok(at + 2),
            64..=0xbf => return Err(Malformed),
        }
    }
}

/// What is signed besides the message itself (RFC 8945 section 4.3.3).
fn variables(key: &TsigKey, time: u64, fudge: u16, error: u16, other: &[u8]) -> Vec<u8> {
    let mut bytes = in_message(key.name().as_str());
    bytes.extend(ANY.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(in_message(key.algorithm().name()));
    bytes.extend(&time.to_be_bytes()[2..]);
    bytes.extend(fudge.to_be_bytes());
    bytes.extend(error.to_be_bytes());
    bytes.extend(length(other));
    bytes.extend(other);
    bytes
}

/// A domain name as it stands in a message, uncompressed and in lower case.
fn in_message(name: &str) -> Vec<u8> {
    let name: DomainName = name.parse().expect("names of keys and algorithms are domain names");
    let labels = name.as_str().split('.');
    let length = |label: &str| u8::try_from(label.len()).expect("a label has at most 63 characters");
    let mut bytes: Vec<u8> = labels.flat_map(|label| [&[length(label)], label.as_bytes()].concat()).collect();
    bytes.push(0);
    bytes
}

fn length(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).expect("a part of a message").to_be_bytes()
}

/// Where the numbers of records of each section stand.
const COUNTS: usize = 4;
const ADDITIONAL: Range<usize> = 10..12;
const TSIG: u16 = 250;
const ANY: u16 = 255;
/// How many seconds the clocks may be apart.
const FUDGE: u16 = 300;
const BADSIG: u16 = 16;
const BADKEY: u16 = 17;
const BADTIME: u16 = 18;
const BADTRUNC: u16 = 22;

#[cfg(test)]
#[path = "tsig/tests.rs"]
mod tests;
