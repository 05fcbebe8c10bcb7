//! The events that KMS writes on both sides: what their data are.

use serde::Serialize;

use super::value::{State, find_code};
use crate::facts::errors::Hresult;

/// The longest event, in bytes of XML.
pub(super) const MAX_EVENT: usize = 64 * 1024;
/// The most data that are kept of one event.
const MAX_DATA: usize = 32;

/// One event of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its number: 12288 is a client's request, 12289 the answer, 12290 a request that a host has handled.
    pub id: u32,
    /// When it was written, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The machine that wrote it, where the log names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computer: Option<String>,
    /// Its data, in order.
    pub data: Vec<String>,
    /// The line it begins in.
    pub line: u64,
    /// Whether its text was cut off before its data.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A client's request (12288).
pub const REQUEST: u32 = 12_288;
/// A host's answer, seen by the client (12289).
pub const ANSWER: u32 = 12_289;
/// A request that a host has handled (12290).
pub const HANDLED: u32 = 12_290;
/// A host could not publish its record (12293).
pub const NOT_PUBLISHED: u32 = 12_293;
/// A host has published its record (12294).
pub const PUBLISHED: u32 = 12_294;

impl Event {
    /// Reads a row of data, `0x0,5,name,…`, and tells from its shape which event it is of.
    pub fn from_row(row: &str, line: u64) -> Option<Self> {
        let data = split(row);
        let id = shape(&data)?;
        Some(Self { id, time: None, computer: None, data, line, cut: false })
    }

    fn datum(&self, at: usize) -> Option<&str> {
        self.data.get(at).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn integer(&self, at: usize) -> Option<u64> {
        self.datum(at)?.parse().ok()
    }

    /// The result.
    pub fn hresult(&self) -> Option<Hresult> {
        let at = usize::from(self.id == NOT_PUBLISHED);
        self.datum(at).and_then(find_code)
    }

    /// The KMS host that was asked, `host:port` (12288).
    pub fn host(&self) -> Option<&str> {
        if self.id == REQUEST { self.datum(2) } else { None }
    }

    /// The client that asked (12290).
    pub fn client(&self) -> Option<&str> {
        if self.id == HANDLED { self.datum(2) } else { None }
    }

    /// The client's id (12288, 12290).
    pub fn cmid(&self) -> Option<&str> {
        if matches!(self.id, REQUEST | HANDLED) { self.datum(3) } else { None }
    }

    /// The client's time in UTC, as it stands there.
    pub fn client_time(&self) -> Option<&str> {
        match self.id {
            REQUEST | HANDLED => self.datum(4),
            ANSWER => self.datum(7),
            _ => None,
        }
    }

    /// The state that the client is in (12288, 12290).
    pub fn state(&self) -> Option<State> {
        self.state_code().and_then(State::from_code)
    }

    /// The number of that state.
    pub fn state_code(&self) -> Option<u64> {
        if matches!(self.id, REQUEST | HANDLED) { self.integer(6) } else { None }
    }

    /// Minutes to the end of the client's lease or grace (12288, 12290).
    pub fn minutes(&self) -> Option<u64> {
        if matches!(self.id, REQUEST | HANDLED) { self.integer(7) } else { None }
    }

    /// The activation id of the product (12288, 12290).
    pub fn activation_id(&self) -> Option<&str> {
        if matches!(self.id, REQUEST | HANDLED) { self.datum(8) } else { None }
    }

    /// How many machines the product wants counted (12288, 12290).
    pub fn min_count(&self) -> Option<u64> {
        match self.id {
            REQUEST => self.integer(9),
            HANDLED => self.integer(1),
            _ => None,
        }
    }

    /// Whether the client is activated (12289).
    pub fn activated(&self) -> Option<bool> {
        if self.id == ANSWER { self.integer(2).map(|one| one == 1) } else { None }
    }

    /// The host's count (12289).
    pub fn count(&self) -> Option<u64> {
        if self.id == ANSWER { self.integer(4) } else { None }
    }

    /// Minutes between attempts while not activated (12289).
    pub fn activation_interval(&self) -> Option<u64> {
        if self.id == ANSWER { self.integer(5) } else { None }
    }

    /// Minutes between renewals (12289).
    pub fn renewal_interval(&self) -> Option<u64> {
        if self.id == ANSWER { self.integer(6) } else { None }
    }

    /// The domain of the record (12293, 12294).
    pub fn domain(&self) -> Option<&str> {
        if matches!(self.id, NOT_PUBLISHED | PUBLISHED) { self.datum(0) } else { None }
    }
}

/// The values of a row, without the quotes that a table around them has added.
pub(crate) fn split(row: &str) -> Vec<String> {
    let clean = |text: &str| {
        let text = text.trim().trim_matches('"').trim();
        // A console has wrapped the row within an id, and the copy was indented.
        let joined = || text.split_whitespace().collect::<String>();
        let broken = text.len() > 36 && text.len() < 48 && is_guid(&joined());
        if broken { joined() } else { super::value::shorten(text).to_owned() }
    };
    row.trim().trim_matches('"').split(',').take(MAX_DATA).map(clean).collect()
}

/// Which event has a row of this shape.
pub(crate) fn shape_of(row: &str) -> Option<u32> {
    shape(&split(row))
}

/// Which event has data of this shape.
fn shape(data: &[String]) -> Option<u32> {
    let code = |at: usize| data.get(at).is_some_and(|text: &String| text.starts_with("0x") || text.starts_with("0X"));
    let number = |at: usize| data.get(at).is_some_and(|text| text.parse::<u64>().is_ok());
    let guid = |at: usize| data.get(at).is_some_and(|text| is_guid(text));
    match data.len() {
        9.. if code(0) && number(1) && guid(3) && guid(8) => Some(HANDLED),
        10.. if code(0) && code(1) && guid(3) => Some(REQUEST),
        8 if code(0) && code(1) && number(2) && number(4) && number(5) && number(6) => Some(ANSWER),
        _ => None,
    }
}

/// Whether `text` has the form of a UUID.
pub(crate) fn is_guid(text: &str) -> bool {
    let text = text.trim_start_matches('{').trim_end_matches('}');
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The clients that share their id with another one, in the order in which they are met.
pub fn sharing(events: &[Event]) -> Vec<&str> {
    use std::collections::{BTreeMap, BTreeSet};
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let pairs = || events.iter().filter_map(|event| Some((event.cmid()?, event.client()?)));
    for (cmid, client) in pairs() {
        names.entry(cmid.to_ascii_lowercase()).or_default().insert(client.to_ascii_lowercase());
    }
    let mut seen = BTreeSet::new();
    pairs()
        .filter(|(cmid, client)| {
            names.get(&cmid.to_ascii_lowercase()).is_some_and(|names| names.len() > 1)
                && seen.insert(client.to_ascii_lowercase())
        })
        .map(|(_, client)| client)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_by_its_shape_which_event_it_is_of() {
        let handled = "0x0,5,pc1.example.com,930bd202-a335-4c7e-bd9d-7305361f0d37,2026/11/22 12:00,0,1,259200,\
                       6f327760-8c5c-417c-9b61-836a98287e0c";
        let event = Event::from_row(handled, 1).unwrap();
        assert_eq!((event.id, event.client(), event.min_count()), (HANDLED, Some("pc1.example.com"), Some(5)));
        assert_eq!((event.state(), event.minutes()), (Some(State::Licensed), Some(259_200)));
        let quoted = handled.split(',').map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(",");
        assert_eq!(Event::from_row(&quoted, 1), Some(event));
        let answer = Event::from_row("0x00000000, 0x00000000, 1, 0, 10, 120, 10080, 2012/12/04 07:06", 1).unwrap();
        assert_eq!((answer.id, answer.activated(), answer.count()), (ANSWER, Some(true), Some(10)));
        for row in ["", "0x0", "0x0,5,a,b", "hello, world", "0x0,0x0,kms:1688"] {
            assert_eq!(Event::from_row(row, 1), None, "{row}");
        }
    }
}
