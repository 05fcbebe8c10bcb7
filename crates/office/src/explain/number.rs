//! Numbers: codes in every form in which they are printed, the numbers of states and events.

use std::borrow::Cow;

use serde::Serialize;

use super::{Explanation, Kind, Unknown, entries};
use crate::facts::errors::{ERRORS, Hresult};
use crate::facts::kms::KMS;

/// What the bits of a result code say by themselves, whether or not its meaning is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bits {
    /// The code.
    pub code: Hresult,
    /// The same as an unsigned number.
    pub decimal: u32,
    /// The same as a signed number.
    pub signed: i32,
    /// What its highest bits say of how it went.
    pub severity: &'static str,
    /// The part of Windows that the number belongs to.
    pub facility: u32,
    /// That part's name, where it is one of the well-known.
    pub facility_name: Option<&'static str>,
    /// The number within that part.
    pub number: u32,
}

pub(super) fn explain(query: &str) -> Vec<Explanation> {
    let query = &*written(query);
    let mut found = Vec::new();
    let decimal = query.parse::<u32>().ok();
    found.extend(ERRORS.states.iter().filter(|state| decimal == Some(state.code.into())).map(entries::state));
    found.extend(decimal.and_then(|id| KMS.event(id)).map(entries::event));
    let codes = codes(query);
    let known: Vec<_> = codes.iter().filter_map(|code| ERRORS.find(*code)).collect();
    // Only what is unknown by itself is looked for under the number that it has elsewhere.
    let elsewhere = || codes.iter().filter_map(|code| ERRORS.find(code.elsewhere()?));
    let within = if known.is_empty() && found.is_empty() { elsewhere().collect() } else { Vec::new() };
    found.extend(known.into_iter().chain(within).map(entries::error));
    if codes.contains(&Hresult(0)) && query.len() > 1 {
        found.push(success());
    }
    found.dedup();
    found
}

/// What can be said of a code that is not in the table; `None` where `query` is no code.
pub(super) fn unknown(query: &str) -> Option<Unknown> {
    let unknown = without_near(query)?;
    // A whole code may be one that exists: another one is offered only where a digit is missing or too many.
    let asked = &unknown.asked;
    let near = if is_whole(asked) || screen(asked).is_some() { Vec::new() } else { near(&codes(asked)) };
    Some(Unknown { near, ..unknown })
}

/// The same without the codes that may have been meant.
pub(super) fn without_near(query: &str) -> Option<Unknown> {
    let query = &*written(query);
    let code = *codes(query).first()?;
    let hex = code.to_string();
    Some(Unknown {
        asked: query.to_owned(),
        why: format!("{hex} is not in the tables: nothing is known of what it means to activation"),
        bits: Some(Bits::of(code)),
        near: Vec::new(),
    })
}

/// A code as it is written properly: without the marks of a programming language, a blank that a line break has left, and
/// the letter that was typed for the first zero.
fn written(query: &str) -> Cow<'_, str> {
    let hex = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let marked = |start: &str| query.get(..start.len()).filter(|head| head.eq_ignore_ascii_case(start)).map(str::len);
    let behind = ["0x", "ox", "&h", "#", "x"].iter().find_map(|start| Some(&query[marked(start)?..]));
    let digits: String = behind.unwrap_or(query).chars().filter(|c| !c.is_whitespace()).collect();
    let digits = digits.strip_suffix(['h', 'H']).filter(|digits| hex(digits)).unwrap_or(&digits);
    let changed = behind.is_some() || digits.len() < query.len();
    // Digits with blanks between them may be anything, where nothing says that they are hexadecimal.
    if changed && hex(digits) && (behind.is_some() || !query.contains(char::is_whitespace)) {
        return Cow::Owned(format!("0x{digits}"));
    }
    Cow::Borrowed(query.strip_prefix("0n").or_else(|| query.strip_prefix("0N")).unwrap_or(query))
}

/// What the dialogues of Click-to-Run (`30125-1011 (404)`, `0-2031 (17004)`) and of sign-in (`AADSTS50126`) show.
fn screen(query: &str) -> Option<Vec<Hresult>> {
    let number = |text: &str| text.parse::<u32>().ok();
    if let Some(rest) = query.get(..6).filter(|start| start.eq_ignore_ascii_case("AADSTS")).and_then(|_| query.get(6..))
    {
        return number(rest).map(|number| vec![Hresult(number)]);
    }
    let (first, rest) = query.split_once('-').filter(|(first, _)| !first.is_empty())?;
    let (second, third) = rest.split_once([' ', '(', '-']).unwrap_or((rest, ""));
    let third = third.trim_matches(|c: char| !c.is_ascii_digit());
    let (first, second) = (number(first)?, number(second)?);
    let all =
        [Some(first), Some(second), number(third)].into_iter().flatten().filter(|number| *number > 0).map(Hresult);
    let known: Vec<Hresult> = all.clone().filter(|code| ERRORS.find(*code).is_some()).collect();
    Some(if known.is_empty() { all.take(1).collect() } else { known })
}

/// Whether a code has all its digits.
fn is_whole(query: &str) -> bool {
    let digits = query.strip_prefix("0x").or_else(|| query.strip_prefix("0X"));
    digits.map_or_else(|| query.len() == 8 || query.parse::<i64>().is_ok(), |digits| digits.len() == 8)
}

/// Whether the bits say that something went wrong.
pub(super) fn is_failure(bits: Option<&Bits>) -> bool {
    bits.is_some_and(|bits| bits.signed < 0)
}

/// The codes that `query` may be: a sign or ten digits make it decimal, letters or `0x` hexadecimal.
fn codes(query: &str) -> Vec<Hresult> {
    if let Some(codes) = screen(query) {
        return codes;
    }
    let prefixed = query.starts_with("0x") || query.starts_with("0X");
    let signed = query.parse::<i32>().ok().filter(|number| *number < 0).map(|number| Hresult(number.cast_unsigned()));
    let unsigned = query.parse::<u32>().ok().map(Hresult).filter(|_| !prefixed && !query.starts_with('+'));
    // Without `0x`, digits alone are hexadecimal only where a code of eight digits is meant.
    let digits_alone = query.bytes().all(|byte| byte.is_ascii_digit());
    let like_a_code = prefixed || (query.len() >= 7 && (!digits_alone || query.len() == 8));
    let hex = like_a_code.then(|| Hresult::parse_hex(query)).flatten();
    // A short word like `dead` is no code, a short one in the table is.
    let short = Hresult::parse_hex(query).filter(|code| !digits_alone && ERRORS.find(*code).is_some());
    let mut all: Vec<Hresult> = [hex, short, signed, unsigned].into_iter().flatten().collect();
    all.dedup();
    all
}

fn success() -> Explanation {
    let meaning = "Not a failure: it succeeded.";
    Explanation {
        severity: Some("info".to_owned()),
        ..Explanation::new(Kind::Code, "0x00000000", "Success", meaning, "the structure of Windows result codes")
    }
}

impl Bits {
    /// The parts of `code`.
    pub fn of(code: Hresult) -> Self {
        let facility = code.0 >> 16 & 0x7FF;
        Self {
            code,
            decimal: code.0,
            signed: code.signed(),
            severity: match code.0 >> 30 {
                0 => "success",
                1 => "information, not a failure",
                2 => "failure",
                _ => "error",
            },
            facility,
            facility_name: FACILITIES.iter().find(|(number, _)| *number == facility).map(|(_, name)| *name),
            number: code.0 & 0xFFFF,
        }
    }
}

/// Up to three codes of the table that differ from one of `codes` by a slip of the hand, the nearest first.
fn near(codes: &[Hresult]) -> Vec<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for error in &ERRORS.errors {
        let known = format!("{:08X}", error.code.0);
        let distance = |code: &Hresult| {
            let typed = format!("{:08X}", code.0);
            let ends_alike = code.0 & 0xFFFF == error.code.0 & 0xFFFF && error.code.0 & 0xFFFF != 0;
            if ends_alike { 1 } else { strsim::damerau_levenshtein(&typed, &known) }
        };
        if let Some(distance) = codes.iter().map(distance).min().filter(|distance| *distance <= MAX_SLIPS) {
            found.push((distance, error.code.to_string()));
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    let least = found.first().map_or(0, |(distance, _)| *distance);
    found.into_iter().filter(|(distance, _)| *distance == least).map(|(_, code)| code).take(3).collect()
}

/// Slips of the hand that are thought of: two digits.
const MAX_SLIPS: usize = 2;

const FACILITIES: &[(u32, &str)] = &[
    (0, "none"),
    (1, "RPC"),
    (2, "automation (dispatch)"),
    (3, "storage"),
    (4, "interface-specific: here the licensing services"),
    (7, "Win32: the number is a Windows error, `net helpmsg NUMBER` says its words"),
    (8, "Windows"),
    (9, "security"),
    (10, "control"),
    (11, "certificates"),
    (12, "internet"),
    (21, "the HTTP status of a server's answer"),
    (25, "HTTP"),
    (36, "Windows Update"),
    (40, "the TPM"),
    (41, "the services of the TPM"),
    (63, "Windows licensing"),
    (0x2A2, "sign-in (Web Account Manager)"),
    (0x2A5, "sign-in (Web Account Manager)"),
    (0x2A8, "sign-in (network)"),
    (2000, "Configuration Manager"),
];
