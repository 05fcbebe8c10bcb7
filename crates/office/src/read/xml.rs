//! Events as XML: what the event viewer saves, what `wevtutil` prints, and what a log file holds.

use std::io::Read;

use roxmltree::{Document, Node};

use super::event::{self, Event, MAX_EVENT};
use super::evtx::{self, LogError};
use super::value::{find_code, shorten};
use crate::facts::kms::KMS;

/// Gathers the lines of one event after the other.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    xml: String,
    line: u64,
    open: bool,
}

impl Gathering {
    /// Takes one line and passes on the events that end in it; `false` where it is no XML of events.
    pub(crate) fn line(&mut self, number: u64, line: &str, found: &mut Vec<Event>) -> bool {
        let mut rest = line;
        let mut taken = self.open;
        loop {
            if !self.open {
                let Some(at) = start(rest) else { break };
                rest = &rest[at..];
                self.line = number;
                self.xml.clear();
                self.open = true;
                taken = true;
            }
            let end = rest.find("</Event>").map(|at| at + "</Event>".len());
            let part = &rest[..end.unwrap_or(rest.len())];
            if self.xml.len() + part.len() <= MAX_EVENT {
                self.xml.push_str(part);
                self.xml.push('\n');
            }
            let Some(end) = end else { break };
            rest = &rest[end..];
            self.open = false;
            found.extend(parse(&self.xml, self.line));
        }
        let text = line.trim();
        taken || text.starts_with("<?xml") || text.starts_with("<Events") || text.starts_with("</Events")
    }
}

/// Whether a line begins events, or a file of them.
pub(crate) fn begins(text: &str) -> bool {
    let text = text.trim_start();
    text.contains("<Event") && start(text).is_some() || text.starts_with("<?xml") || text.starts_with("<Events")
}

fn start(text: &str) -> Option<usize> {
    text.match_indices("<Event")
        .map(|(at, _)| at)
        .find(|at| text[at + "<Event".len()..].starts_with(|next: char| next == '>' || next.is_whitespace()))
}

/// Reads one event; `None` where it is damaged, or none that KMS writes.
pub(crate) fn parse(xml: &str, line: u64) -> Option<Event> {
    let document = Document::parse(xml).ok()?;
    let named = |name: &'static str| move |node: &Node<'_, '_>| node.tag_name().name() == name;
    let system = document.root_element().children().find(named("System"))?;
    let child = |name: &'static str| system.children().find(named(name));
    let id = child("EventID")?.text()?.trim().parse().ok()?;
    KMS.event(id)?;
    let time = child("TimeCreated").and_then(|node| node.attribute("SystemTime"));
    let computer = child("Computer").and_then(|node| node.text());
    let values = document.descendants().filter(named("Data")).filter_map(|node| node.text());
    let joined = values.take(32).collect::<Vec<_>>().join(",");
    let mut data = event::split(&joined);
    if id == event::NOT_PUBLISHED || id == event::PUBLISHED {
        // The code and the domain come in either order.
        data.sort_by_key(|datum| find_code(datum).is_some());
    }
    let owned = |text: &str| shorten(text.trim()).to_owned();
    Some(Event { id, time: time.map(owned), computer: computer.map(owned), data, line, cut: false })
}

/// Reads the events of a log file that KMS writes, one after the other. Damaged records are counted and passed over.
///
/// # Errors
/// Where it is no log file, or cannot be read.
pub fn read_log(log: impl Read, mut each: impl FnMut(Event)) -> Result<u64, LogError> {
    evtx::records(log, |record| {
        if let Some(event) = parse(&record.xml, record.number) {
            each(event);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-SPP'/>\
        <EventID Qualifiers='16384'>12288</EventID><TimeCreated SystemTime='2026-11-22T12:00:00.000Z'/><Computer>PC-001.example.com</Computer></System>\
        <EventData><Data>0xC004F074, 0x00000000, kms01.example.com:1688, 36f27b39-2fd5-440b-be67-a09996d27a38, 2026/11/22 12:00, 0, 2, 41760, 68531fb9-5511-4989-97be-d11a0f55633f, 5</Data></EventData></Event>";

    #[test]
    fn events_are_read_one_by_one_from_any_lines() {
        let one = EVENT.replace('>', ">\n");
        let foreign = EVENT.replace("12288", "4624");
        for text in [
            EVENT.to_owned(),
            format!("<?xml version=\"1.0\"?><Events>{EVENT}{foreign}{EVENT}</Events>"),
            format!("<Events>\n{one}\n</Events>"),
        ] {
            let mut gathering = Gathering::default();
            let mut found = Vec::new();
            for line in text.lines() {
                assert!(gathering.line(1, line, &mut found) || line.is_empty(), "{line}");
            }
            assert!(!found.is_empty());
            for event in found {
                assert_eq!((event.id, event.host()), (event::REQUEST, Some("kms01.example.com:1688")));
                assert_eq!((event.computer.as_deref(), event.minutes()), (Some("PC-001.example.com"), Some(41_760)));
            }
        }
    }

    #[test]
    fn a_bomb_of_entities_is_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><Event><System><EventID>12288</EventID></System>&b;</Event>";
        assert_eq!(parse(bomb, 1), None);
    }
}
