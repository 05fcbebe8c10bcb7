//! Messages of LDAP (RFC 4511) that are sent and read here; their encoding (BER) is `ldap3_lber`'s.

use bytes::BytesMut;
use ldap3_lber::common::TagClass;
use ldap3_lber::parse::Parser;
use ldap3_lber::structure::{PL, StructureTag};
use ldap3_lber::write::encode_into;

use crate::error::Failure;

/// What is asked of a server.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation<'a> {
    /// A name and password; both empty is anonymous.
    Bind {
        name: &'a str,
        password: &'a str,
    },
    Unbind,
    Search(&'a Search<'a>),
    #[cfg(feature = "publish")]
    Add {
        dn: &'a str,
        attributes: &'a [(&'static str, Vec<Vec<u8>>)],
    },
    #[cfg(feature = "publish")]
    Delete {
        dn: &'a str,
    },
    StartTls,
}

/// A search; a page of it where there is more than one.
#[derive(Clone, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) base: &'a str,
    pub(crate) scope: Scope,
    /// Attributes that must have these values; none is every entry.
    pub(crate) equal: &'a [(&'static str, String)],
    pub(crate) attributes: &'a [&'static str],
    /// Where the last page ended; `None` asks for no pages.
    pub(crate) page: Option<Vec<u8>>,
}

/// How far below its base a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The base alone.
    Base,
    /// What lies right below it.
    OneLevel,
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An operation has ended.
    Done(Done),
    /// An entry that was found.
    Entry(RawEntry),
    /// Where more may be found; it is not followed.
    Reference,
    /// Something that was not asked for.
    Other,
}

/// How an operation has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) code: u64,
    pub(crate) message: String,
    /// The first address that the server refers to.
    pub(crate) referral: Option<String>,
    /// Where the page ends; empty after the last.
    pub(crate) cookie: Vec<u8>,
}

/// An entry with the attributes that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RawEntry {
    pub(crate) dn: String,
    attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl RawEntry {
    /// An entry without attributes.
    pub(crate) fn at(dn: String) -> Self {
        Self { dn, attributes: Vec::new() }
    }

    /// Adds a value of an attribute.
    pub(crate) fn push(&mut self, name: &str, value: Vec<u8>) {
        self.attributes.push((name.to_owned(), vec![value]));
    }

    /// The values of an attribute; its name is compared without regard to case, its options are passed over.
    pub(crate) fn values<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e [u8]> {
        let named = move |(own, _): &&(String, Vec<Vec<u8>>)| {
            own.split(';').next().is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        self.attributes.iter().filter(named).flat_map(|(_, values)| values.iter().map(Vec::as_slice))
    }

    /// The first value of an attribute where it is a text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        Some(str::from_utf8(self.values(name).next()?).ok()?.to_owned())
    }
}

/// A request as it is sent.
pub(crate) fn encode(id: u64, operation: Operation<'_>) -> Vec<u8> {
    let mut parts = vec![integer(id), body(operation)];
    if let Operation::Search(Search { page: Some(cookie), .. }) = operation {
        let value = encoded(sequence(vec![integer(PAGE), octets(cookie)]));
        parts.push(context(0, vec![sequence(vec![octets(PAGES.as_bytes()), octets(&value)])]));
    }
    encoded(sequence(parts))
}

/// The message in `bytes`, which are exactly one, and the number of the request that it answers.
///
/// # Errors
/// [`Failure::Malformed`].
pub(crate) fn decode(bytes: &[u8]) -> Result<(u64, Answer), Failure> {
    let malformed = Failure::Malformed("a message that cannot be read");
    let Ok((rest, whole)) = Parser::new(MAX_DEPTH).parse(bytes) else { return Err(malformed) };
    if !rest.is_empty() || (whole.class, whole.id) != (TagClass::Universal, SEQUENCE) {
        return Err(malformed);
    }
    read(whole).ok_or(malformed)
}

/// The length of the message that begins with `head`, itself included, once its head is complete; `None` until then.
///
/// # Errors
/// [`Failure::Malformed`] where it begins with something else than a message of LDAP.
pub(crate) fn length(head: &[u8]) -> Result<Option<usize>, Failure> {
    let Some((&tag, after)) = head.split_first() else { return Ok(None) };
    if tag != 0x30 {
        return Err(Failure::Malformed("it does not begin as a message does"));
    }
    let Some((&first, digits)) = after.split_first() else { return Ok(None) };
    let count = match first {
        short @ 0..0x80 => return Ok(Some(2 + usize::from(short))),
        long => usize::from(long & 0x7f),
    };
    if !(1..=4).contains(&count) {
        return Err(Failure::Malformed("a length that no message has"));
    }
    let Some(digits) = digits.get(..count) else { return Ok(None) };
    let length = digits.iter().fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
    Ok(length.checked_add(2 + count))
}

fn read(message: StructureTag) -> Option<(u64, Answer)> {
    let mut parts = message.expect_constructed()?.into_iter();
    let id = number(parts.next()?)?;
    let operation = parts.next()?;
    let controls = parts.next();
    if operation.class != TagClass::Application {
        return None;
    }
    let answer = match operation.id {
        BIND_DONE | SEARCH_DONE | ADD_DONE | DELETE_DONE | EXTENDED_DONE => Answer::Done(done(operation, controls)?),
        ENTRY => Answer::Entry(entry(operation)?),
        REFERENCE => Answer::Reference,
        _ => Answer::Other,
    };
    Some((id, answer))
}

fn done(operation: StructureTag, controls: Option<StructureTag>) -> Option<Done> {
    let mut parts = operation.expect_constructed()?.into_iter();
    let code = number(parts.next()?)?;
    parts.next()?;
    let message = readable(&parts.next()?.expect_primitive()?);
    let is_referral = |part: &StructureTag| (part.class, part.id) == (TagClass::Context, 3);
    let referral = parts.find(is_referral).and_then(|part| part.expect_constructed()?.into_iter().next());
    let referral = referral.and_then(StructureTag::expect_primitive).map(|address| readable(&address));
    Some(Done { code, message, referral, cookie: controls.and_then(cookie).unwrap_or_default() })
}

/// The cookie in the control about pages.
fn cookie(controls: StructureTag) -> Option<Vec<u8>> {
    for control in controls.expect_constructed()? {
        let mut parts = control.expect_constructed()?.into_iter();
        if parts.next()?.expect_primitive()? == PAGES.as_bytes() {
            let value = parts.last()?.expect_primitive()?;
            let (_, value) = Parser::new(MAX_DEPTH).parse(&value).ok()?;
            return value.expect_constructed()?.into_iter().nth(1)?.expect_primitive();
        }
    }
    None
}

fn entry(operation: StructureTag) -> Option<RawEntry> {
    let mut parts = operation.expect_constructed()?.into_iter();
    let dn = text(parts.next()?)?;
    let mut attributes = Vec::new();
    for attribute in parts.next()?.expect_constructed()? {
        let mut parts = attribute.expect_constructed()?.into_iter();
        let name = text(parts.next()?)?;
        let values = parts.next()?.expect_constructed()?.into_iter().map(StructureTag::expect_primitive);
        attributes.push((name, values.collect::<Option<_>>()?));
    }
    Some(RawEntry { dn, attributes })
}

fn body(operation: Operation<'_>) -> StructureTag {
    match operation {
        Operation::Bind { name, password } => {
            let simple = tag(TagClass::Context, 0, PL::P(password.as_bytes().to_vec()));
            application(BIND, vec![integer(3), octets(name.as_bytes()), simple])
        }
        Operation::Unbind => tag(TagClass::Application, UNBIND, PL::P(Vec::new())),
        Operation::Search(search) => search_body(search),
        #[cfg(feature = "publish")]
        Operation::Add { dn, attributes } => {
            let attribute = |(name, values): &(&str, Vec<Vec<u8>>)| {
                let values = values.iter().map(|value| octets(value)).collect();
                sequence(vec![octets(name.as_bytes()), tag(TagClass::Universal, SET, PL::C(values))])
            };
            let attributes = attributes.iter().map(attribute).collect();
            application(ADD, vec![octets(dn.as_bytes()), sequence(attributes)])
        }
        #[cfg(feature = "publish")]
        Operation::Delete { dn } => tag(TagClass::Application, DELETE, PL::P(dn.as_bytes().to_vec())),
        Operation::StartTls => {
            application(EXTENDED, vec![tag(TagClass::Context, 0, PL::P(START_TLS.as_bytes().to_vec()))])
        }
    }
}

fn search_body(search: &Search<'_>) -> StructureTag {
    let scope = match search.scope {
        Scope::Base => 0,
        Scope::OneLevel => 1,
    };
    let equal = |(name, value): &(&str, String)| context(3, vec![octets(name.as_bytes()), octets(value.as_bytes())]);
    let every = tag(TagClass::Context, 7, PL::P(b"objectClass".to_vec()));
    let filter = match search.equal {
        [] => every,
        all => context(0, all.iter().map(equal).collect()),
    };
    let attributes = search.attributes.iter().map(|name| octets(name.as_bytes())).collect();
    let parts = vec![
        octets(search.base.as_bytes()),
        enumerated(scope),
        // Aliases are never followed.
        enumerated(0),
        integer(0),
        integer(0),
        tag(TagClass::Universal, BOOLEAN, PL::P(vec![0])),
        filter,
        sequence(attributes),
    ];
    application(SEARCH, parts)
}

fn encoded(tag: StructureTag) -> Vec<u8> {
    let mut buffer = BytesMut::new();
    encode_into(&mut buffer, tag).expect("memory takes what is written");
    buffer.to_vec()
}

fn tag(class: TagClass, id: u64, payload: PL) -> StructureTag {
    StructureTag { class, id, payload }
}

fn sequence(parts: Vec<StructureTag>) -> StructureTag {
    tag(TagClass::Universal, SEQUENCE, PL::C(parts))
}

fn application(id: u64, parts: Vec<StructureTag>) -> StructureTag {
    tag(TagClass::Application, id, PL::C(parts))
}

fn context(id: u64, parts: Vec<StructureTag>) -> StructureTag {
    tag(TagClass::Context, id, PL::C(parts))
}

fn octets(bytes: &[u8]) -> StructureTag {
    tag(TagClass::Universal, 4, PL::P(bytes.to_vec()))
}

fn enumerated(value: u8) -> StructureTag {
    tag(TagClass::Universal, 10, PL::P(vec![value]))
}

/// A number in as few bytes as hold it with its sign, which is none.
fn integer(value: u64) -> StructureTag {
    let bytes = value.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let sign = if bytes[start] & 0x80 == 0 { &[][..] } else { &[0] };
    tag(TagClass::Universal, 2, PL::P([sign, &bytes[start..]].concat()))
}

fn number(tag: StructureTag) -> Option<u64> {
    let bytes = tag.expect_primitive().filter(|bytes| (1..=8).contains(&bytes.len()))?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(tag.expect_primitive()?).ok()
}

/// What a server says, fit for a terminal.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let words = String::from_utf8_lossy(bytes);
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_WORDS).collect::<String>().trim().to_owned()
}

/// Deeper than any message that is read here.
const MAX_DEPTH: usize = 16;
/// What is shown of a server's words.
const MAX_WORDS: usize = 200;
/// Entries that are asked for at once.
const PAGE: u64 = 50;
/// The control that asks for pages (RFC 2696).
const PAGES: &str = "1.2.840.113556.1.4.319";
const START_TLS: &str = "1.3.6.1.4.1.1466.20037";

const BOOLEAN: u64 = 1;
const SEQUENCE: u64 = 16;
#[cfg(feature = "publish")]
const SET: u64 = 17;
const BIND: u64 = 0;
const BIND_DONE: u64 = 1;
const UNBIND: u64 = 2;
const SEARCH: u64 = 3;
const ENTRY: u64 = 4;
const SEARCH_DONE: u64 = 5;
#[cfg(feature = "publish")]
const ADD: u64 = 8;
const ADD_DONE: u64 = 9;
#[cfg(feature = "publish")]
const DELETE: u64 = 10;
const DELETE_DONE: u64 = 11;
const REFERENCE: u64 = 19;
const EXTENDED: u64 = 23;
const EXTENDED_DONE: u64 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anonymous_bind_is_the_fourteen_bytes_that_every_client_sends() {
        let bind = encode(1, Operation::Bind { name: "", password: "" });
        assert_eq!(bind, [0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0]);
    }

    #[test]
    fn a_page_carries_its_cookie_there_and_back() {
        let page = Search {
            base: "dc=example",
            scope: Scope::OneLevel,
            equal: &[("cn", "a".to_owned())],
            attributes: &["cn"],
            page: Some(b"here".to_vec()),
        };
        let request = encode(300, Operation::Search(&page));
        assert!(request.windows(4).any(|window| window == b"here"));
        let value = encoded(sequence(vec![integer(0), octets(b"there")]));
        let control = sequence(vec![octets(PAGES.as_bytes()), octets(&value)]);
        let ended = application(SEARCH_DONE, vec![enumerated(0), octets(b""), octets(b"well")]);
        let answer = encoded(sequence(vec![integer(300), ended, context(0, vec![control])]));
        assert_eq!(length(&answer).unwrap(), Some(answer.len()));
        let expected = Done { code: 0, message: "well".to_owned(), referral: None, cookie: b"there".to_vec() };
        assert_eq!(decode(&answer).unwrap(), (300, Answer::Done(expected)));
    }

    #[test]
    fn an_entry_and_a_referral_are_read() {
        let values = tag(TagClass::Universal, 17, PL::C(vec![octets(b"one"), octets(&[0xff, 0])]));
        let attributes = sequence(vec![sequence(vec![octets(b"KeyWords;binary"), values])]);
        let found = application(ENTRY, vec![octets(b"cn=a"), attributes]);
        let (_, Answer::Entry(entry)) = decode(&encoded(sequence(vec![integer(1), found]))).unwrap() else { panic!() };
        assert_eq!(entry.values("keywords").collect::<Vec<_>>(), [b"one".as_slice(), &[0xff, 0]]);
        assert_eq!(entry.text("keywords").as_deref(), Some("one"));
        let referral = context(3, vec![octets(b"ldap://else\nwhere")]);
        let ended = application(SEARCH_DONE, vec![enumerated(10), octets(b""), octets(b""), referral]);
        let (_, Answer::Done(done)) = decode(&encoded(sequence(vec![integer(1), ended]))).unwrap() else { panic!() };
        assert_eq!((done.code, done.referral.as_deref()), (10, Some("ldap://else where")));
    }

    #[test]
    fn what_is_no_message_is_refused_at_its_first_bytes() {
        assert!(length(b"HTTP/1.1 400").is_err());
        assert!(length(&[0x30, 0x80]).is_err() && length(&[0x30, 0x89, 1]).is_err());
        assert_eq!(length(&[0x30, 0x84, 0xff, 0xff]).unwrap(), None);
        assert_eq!(length(&[0x30, 0x82, 1, 0]).unwrap(), Some(260));
        assert!(decode(&[0x30, 0]).is_err());
        assert!(decode(&[0x30; 4_000]).is_err(), "nested without an end");
    }
}
