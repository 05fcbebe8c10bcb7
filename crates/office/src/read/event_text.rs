//! Events as text: lists of `Get-WinEvent` and `wevtutil`, copies and tables of the event viewer, rows of data alone, and
//! the history that `ospp.vbs` prints.

use std::sync::LazyLock;

use super::event::{self, Event};
use super::heading::english;
use super::machine;
use super::value::{find_code, shorten};
use crate::facts::kms::KMS;

/// The longest row of data, in bytes.
const MAX_ROW: usize = 4096;

/// Reads events, line by line.
#[derive(Debug, Default)]
pub(crate) struct Events {
    draft: Option<Draft>,
    done: Vec<Event>,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "what has been seen of it so far, in any order")]
struct Draft {
    line: u64,
    id: Option<u32>,
    time: Option<String>,
    computer: Option<String>,
    data: Vec<String>,
    /// A row of data that may go on in the next line.
    row: String,
    /// Whether a heading tells what the data are of, so that they need no shape of their own.
    history: bool,
    /// Whether its number stood before its message.
    headed: bool,
    /// Whether an empty line has come after its data.
    parted: bool,
    /// What writes it, where that is named.
    source: Source,
    /// Whether its message has begun.
    described: bool,
}

/// What writes an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Unnamed,
    Licensing,
    Other,
}

impl Events {
    /// Takes one line; `false` where it is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str) -> bool {
        let text = line.trim();
        if text.is_empty() {
            if let Some(draft) = &mut self.draft {
                draft.parted |= !draft.row.is_empty() || draft.described;
            }
            return self.draft.is_some();
        }
        self.table(number, text)
            || self.key(number, text)
            || self.sentence(number, text)
            || self.row(number, text)
            || self.draft.is_some() && self.goes_on(text)
    }

    /// Ends the event, if there is one.
    pub(crate) fn finish(&mut self) {
        let Some(mut draft) = self.draft.take() else { return };
        if !draft.row.is_empty() {
            let data = event::split(&draft.row);
            match Event::from_row(&draft.row, draft.line) {
                Some(event) if draft.id.is_none_or(|id| id == event.id) => {
                    draft.id = Some(event.id);
                    draft.data = event.data;
                }
                _ => draft.data.extend(data),
            }
        }
        // Other sources give the same numbers to events of their own.
        let told = draft.source == Source::Licensing || !draft.data.is_empty();
        let known = draft.source != Source::Other && told;
        if let Some(id) = draft.id.filter(|id| known && KMS.event(*id).is_some()) {
            let Draft { line, time, computer, data, .. } = draft;
            self.done.push(Event { id, time, computer, data, line, cut: false });
        }
    }

    /// The events that have ended.
    pub(crate) fn take(&mut self) -> std::vec::Drain<'_, Event> {
        self.done.drain(..)
    }

    fn draft(&mut self, number: u64) -> &mut Draft {
        self.draft.get_or_insert_with(|| Draft { line: number, ..Draft::default() })
    }

    /// The draft to put a heading into: a new one where the present one has its data already.
    fn heading(&mut self, number: u64) -> &mut Draft {
        let complete =
            |draft: &Draft| !draft.row.is_empty() || !draft.data.is_empty() || draft.described && draft.id.is_some();
        if self.draft.as_ref().is_some_and(complete) {
            self.finish();
        }
        self.draft(number)
    }

    /// The draft to put a property into that lists have before the message or, where they show all, behind it.
    fn about(&mut self, number: u64) -> &mut Draft {
        let behind = self
            .draft
            .as_ref()
            .is_some_and(|draft| !draft.headed && !draft.parted && (!draft.row.is_empty() || draft.described));
        if behind { self.draft(number) } else { self.heading(number) }
    }

    /// A row of the event viewer's table: `Information,11/22/2026 12:00:00 PM,Microsoft-Windows-Security-SPP,12290,None,"…`
    fn table(&mut self, number: u64, text: &str) -> bool {
        let words: Vec<&str> = text.splitn(6, [',', '\t']).collect();
        let &[_, time, source, id, _, message] = words.as_slice() else { return false };
        let Some(id) = id.trim().parse().ok().filter(|_| is_provider(source)) else { return false };
        self.finish();
        let draft = self.draft(number);
        draft.id = Some(id);
        draft.source = Source::Licensing;
        draft.time = Some(shorten(time.trim()).to_owned());
        let message = message.trim_start_matches('"');
        self.sentence(number, message);
        true
    }

    /// `Event ID: 12290`, `TimeCreated : …`, `Computer: …`
    fn key(&mut self, number: u64, text: &str) -> bool {
        if text.starts_with("Event[") {
            self.finish();
            self.draft(number);
            return true;
        }
        let Some((key, value)) = text.split_once([':', '：']) else { return false };
        let (key, value) = (english(key.trim()), value.trim());
        let words = || Some(shorten(value).to_owned()).filter(|words| !words.is_empty());
        match key {
            "Log Name" => {
                self.finish();
                self.draft(number);
            }
            "Event ID" | "EventID" | "Id" | "InstanceId" => {
                let Ok(id) = value.parse::<u32>() else { return false };
                // The severity stands above the number.
                let id = if key == "InstanceId" { id & 0xffff } else { id };
                let draft = self.about(number);
                if draft.id.is_some_and(|present| present != id || draft.headed) {
                    self.finish();
                }
                let draft = self.draft(number);
                draft.headed |= draft.row.is_empty();
                draft.id = Some(id);
            }
            "Source" | "ProviderName" | "Provider Name" | "EventSourceName" if self.draft.is_some() => {
                let source = if is_provider(value) { Source::Licensing } else { Source::Other };
                self.about(number).source = source;
            }
            "TimeCreated" | "TimeGenerated" | "TimeWritten" | "Date" => self.about(number).time = words(),
            "MachineName" | "Computer" if self.draft.is_some() => self.about(number).computer = words(),
            "Coordinated Universal Time Written" => {
                let id = self.draft.as_ref().and_then(|draft| draft.id);
                let draft = self.heading(number);
                draft.id = draft.id.or(id);
                draft.time = words();
                draft.history = true;
            }
            "ERROR/HOST" => {
                let draft = self.heading(number);
                draft.id = draft.id.or(Some(event::REQUEST));
                draft.history = true;
                value.clone_into(&mut draft.row);
            }
            "MESSAGE" => {
                let draft = self.heading(number);
                draft.id = draft.id.or(Some(FAILURES));
                // The code stands at the end of the message.
                let code = value.rfind("0x").and_then(|at| find_code(&value[at..]));
                draft.data.extend(code.map(|code| format!("0x{:08X}", code.0)));
            }
            // They say what the message has said.
            "ReplacementStrings" if self.draft.as_ref().is_some_and(|draft| !draft.row.is_empty()) => {}
            "Message" | "Description" | "Info" | "Data" | "Properties" | "ReplacementStrings"
                if self.draft.is_some() =>
            {
                return value.is_empty()
                    || self.sentence(number, value)
                    || self.row(number, value)
                    || self.goes_on(value);
            }
            _ => return self.draft.is_some() && BESIDES.contains(&key),
        }
        true
    }

    /// The sentence that an event's message begins with.
    fn sentence(&mut self, number: u64, text: &str) -> bool {
        let text = text.trim().trim_start_matches('"');
        if let Some((id, rest)) = message(text) {
            self.begin(number, id);
            if !matches!(id, event::REQUEST | event::ANSWER | event::HANDLED) {
                let draft = self.draft(number);
                draft.source = if draft.source == Source::Unnamed { Source::Licensing } else { draft.source };
                draft.data.extend(find_code(text).map(|code| format!("0x{:08X}", code.0)));
                return true;
            }
            let rest = rest.trim().strip_prefix("Info:").unwrap_or(rest).trim();
            return rest.is_empty() || self.row(number, rest);
        }
        if text.starts_with("Publishing the Key Manag") {
            let failed = text.contains("fail");
            self.begin(number, if failed { event::NOT_PUBLISHED } else { event::PUBLISHED });
            let domain =
                text.split_once("in the ").and_then(|(_, rest)| rest.split_once(" domain")).map(|(name, _)| name);
            let draft = self.draft(number);
            draft.data.push(shorten(domain.unwrap_or_default().trim_matches('\'')).to_owned());
            let code = find_code(text);
            draft.data.extend(code.map(|code| format!("0x{:08X}", code.0)));
            return true;
        }
        let failure = FAILED.iter().find(|(words, _)| text.starts_with(words));
        if let Some((_, id)) = failure {
            self.begin(number, *id);
            let code = find_code(text);
            self.draft(number).data.extend(code.map(|code| format!("0x{:08X}", code.0)));
        }
        failure.is_some()
    }

    fn begin(&mut self, number: u64, id: u32) {
        // A heading has told the number already, and its words are surer than those of a message.
        if let Some(draft) = self.draft.as_mut().filter(|draft| draft.headed && draft.id.is_some() && !draft.described)
            && draft.row.is_empty()
            && draft.data.is_empty()
        {
            draft.described = true;
            return;
        }
        let draft = self.heading(number);
        if draft.id.is_some_and(|present| present != id) {
            self.finish();
        }
        let draft = self.draft(number);
        draft.id = Some(id);
        draft.described = true;
    }

    /// A row of data: alone, or behind `Info:`.
    fn row(&mut self, number: u64, text: &str) -> bool {
        let text = text.strip_prefix("Info:").unwrap_or(text).trim().trim_start_matches(['"', '{']);
        let begins = text.starts_with("0x") || text.starts_with("0X") || text.starts_with("hr=0x");
        if !begins || text.len() > MAX_ROW {
            return false;
        }
        if let Some(draft) = &mut self.draft
            && draft.id.is_some_and(|id| !matches!(id, event::REQUEST | event::ANSWER | event::HANDLED))
        {
            draft.data.extend(find_code(text).map(|code| format!("0x{:08X}", code.0)));
            return true;
        }
        if self.draft.is_none() && !text.contains(',') {
            return false;
        }
        // The message has begun, and these are its data; behind others a row begins an event of its own.
        let waits = self.draft.as_ref().is_some_and(|draft| draft.row.is_empty() && draft.data.is_empty());
        let draft = if waits { self.draft(number) } else { self.heading(number) };
        text.trim_end_matches(['"', '}']).clone_into(&mut draft.row);
        true
    }

    /// What follows in the message: the rest of a row that was wrapped, a code, or words of no use.
    fn goes_on(&mut self, text: &str) -> bool {
        let Some(draft) = &mut self.draft else { return false };
        if draft.history {
            // A description may go on in a second line; a frame ends it.
            return !text.starts_with("---");
        }
        let open =
            !draft.row.is_empty() && event::shape_of(&draft.row).is_none() && draft.row.len() + text.len() < MAX_ROW;
        if open && text.contains([',', '-']) {
            if draft.row.ends_with(',') {
                draft.row.push(' ');
            }
            draft.row.push_str(text.trim_end_matches(['"', '}']));
            return true;
        }
        if draft.row.is_empty()
            && let Some(code) = find_code(text)
        {
            draft.data.push(format!("0x{:08X}", code.0));
            return true;
        }
        let words = draft.id.is_some() && machine::marker(text).is_none() && !super::script::begins(text);
        // A heading of another language is no message yet.
        let heading = draft.headed && text.split_once([':', '：']).is_some_and(|(key, _)| key.chars().count() < 32);
        draft.described |= words && !heading;
        words
    }
}

/// The event whose message begins with these words, and what follows them. Systems write "machine" or "computer" at the
/// end, and capital letters as they like.
fn message(text: &str) -> Option<(u32, &str)> {
    let first = text.bytes().next()?.to_ascii_lowercase();
    let begins = |(_, words): &&(u32, String)| {
        words.as_bytes().first() == Some(&first)
            && text.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words))
    };
    let (id, words) = MESSAGES.iter().find(begins)?;
    Some((*id, text[words.len()..].split_once('.').map_or("", |(_, rest)| rest)))
}

/// How messages begin, in small letters, without the word for a machine at their end.
static MESSAGES: LazyLock<Vec<(u32, String)>> = LazyLock::new(|| {
    let known = KMS.events.iter().filter_map(|event| Some((event.id, event.text_prefix.as_deref()?)));
    let words = known.map(|(id, prefix)| {
        let prefix = prefix.trim_end_matches('.');
        (id, prefix.strip_suffix(" machine").unwrap_or(prefix).to_ascii_lowercase())
    });
    words.collect()
});

/// How the messages of failures begin.
const FAILED: [(&str, u32); 4] = [
    ("Key Management Service (KMS) failed to start", 12_291),
    ("Key Management Service (KMS) failed to initialize renewal timer", 12_292),
    ("License Activation (slui.exe) failed", SLUI),
    ("License acquisition failure", FAILURES),
];

/// What logs print besides.
const BESIDES: [&str; 23] = [
    "Log Name",
    "Source",
    "ProviderName",
    "Provider Name",
    "EventSourceName",
    "ProviderId",
    "LogName",
    "Level",
    "LevelDisplayName",
    "Opcode",
    "OpcodeDisplayName",
    "Keyword",
    "Keywords",
    "KeywordsDisplayNames",
    "User",
    "UserId",
    "User Name",
    "Task",
    "Task Category",
    "Version",
    "Qualifiers",
    "RecordId",
    "ProcessId",
];

/// An activation over the internet that failed, in the history of `ospp.vbs`.
pub(crate) const FAILURES: u32 = 8200;
/// An activation that failed, as `slui.exe` reports it.
const SLUI: u32 = 8198;

/// Whether licensing writes the events of this source.
pub(crate) fn is_provider(source: &str) -> bool {
    ["Security-SPP", "Licensing-SLC", "Software Protection", "SoftwareProtection", "Software Licensing"]
        .iter()
        .any(|part| source.contains(part))
}

/// Whether a line begins an event or a row of its data.
pub(crate) fn begins(text: &str) -> bool {
    let text = text.trim().trim_start_matches('"');
    text.starts_with("Event[")
        || text.starts_with("Event ID:")
        || text.split_once([':', '：']).is_some_and(|(key, _)| english(key.trim()) == "Log Name")
        || text.split_once(':').is_some_and(|(key, _)| key.trim() == "TimeCreated")
        || text.starts_with("ERROR/HOST:")
        || text.starts_with("Coordinated Universal Time Written:")
        || text.starts_with("Publishing the Key Manag")
        || FAILED.iter().any(|(words, _)| text.starts_with(words))
        || (text.starts_with("0x") || text.starts_with("0X")) && event::shape_of(text).is_some()
        || message(text).is_some()
        || ["Security-SPP,", "Security-SPP\t", "Licensing-SLC,", "Licensing-SLC\t"]
            .iter()
            .any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::errors::Hresult;

    fn events(text: &str) -> Vec<Event> {
        let mut events = Events::default();
        for (number, line) in text.lines().enumerate() {
            events.line(number as u64 + 1, line);
        }
        events.finish();
        events.take().collect()
    }

    const ROW: &str = "0x0,5,pc1.example.com,930bd202-a335-4c7e-bd9d-7305361f0d37,2026/11/22 12:00,0,1,259200,\
                       6f327760-8c5c-417c-9b61-836a98287e0c";

    #[test]
    fn one_event_in_every_form_it_is_printed_in() {
        let wrapped = ROW.replace("259200,", "259200,\n           ");
        for text in [
            ROW.to_owned(),
            format!("An activation request has been processed.\nInfo:\n{ROW}"),
            format!(
                "TimeCreated  : 11/22/2026 12:00:00 PM\nId           : 12290\nMessage      : An activation request has been processed.\n               Info:\n               {ROW}"
            ),
            format!(
                "Log Name:      Key Management Service\nSource:        Microsoft-Windows-Security-SPP\nDate:          11/22/2026\nEvent ID:      12290\nComputer:      kms1.example.com\nDescription:\nAn activation request has been processed.\nInfo:\n{ROW}"
            ),
            format!(
                "Event[0]:\n  Log Name: Key Management Service\n  Date: 2026-11-22T12:00:00\n  Event ID: 12290\n  Description: \nAn activation request has been processed.\nInfo:\n{wrapped}"
            ),
            format!(
                "Information,11/22/2026 12:00:00 PM,Microsoft-Windows-Security-SPP,12290,None,\"An activation request has been processed.\nInfo:\n{ROW}\""
            ),
        ] {
            let read = events(&format!("{text}\n{ROW}"));
            assert_eq!(read.len(), 2, "{text}");
            assert_eq!((read[0].id, read[0].client()), (event::HANDLED, Some("pc1.example.com")), "{text}");
            assert_eq!(read[0].data, read[1].data, "{text}");
        }
    }

    #[test]
    fn messages_are_known_in_the_wording_of_every_version() {
        let row = "0x0, 0x8, kms01.example.com:1688, 08c3bda0-c556-4b61-9e4e-7bf6d4df80be, 2006/1/14 2:30, 1, 2, 40123, cf67834d-db4a-402c-ab1f-2c134f02b700, 25";
        for text in [
            format!("The client has sent an activation request to the Key Management Service computer.\nInfo:\n{row}"),
            format!("The client has sent an activation request to the key management service machine.Info:{row}"),
        ] {
            let read = events(&text);
            assert_eq!((read.len(), read[0].id, read[0].min_count()), (1, event::REQUEST, Some(25)), "{text}");
        }
        let read = events("Key Management Service (KMS) failed to initialize renewal timer.\nInfo:\n0x80070005");
        assert_eq!((read[0].id, read[0].hresult()), (12_292, Some(Hresult(0x8007_0005))));
    }

    #[test]
    fn failures_without_rows() {
        let read = events(
            "License Activation (slui.exe) failed with the following error code:\nhr=0x8007232B\nCommand-line arguments:\nRuleId=x",
        );
        assert_eq!((read.len(), read[0].id, read[0].hresult()), (1, SLUI, Some(Hresult(0x8007_232B))));
        let read =
            events("Event ID: 12291\nLevel: Error\nThe Key Management Service failed to start.\nInfo: 0xC004F041");
        assert_eq!((read[0].id, read[0].hresult()), (12_291, Some(Hresult(0xC004_F041))));
        let read =
            events("Publishing the Key Management Service (KMS) to DNS in the 'example.com' domain is successful.");
        assert_eq!((read[0].id, read[0].domain()), (event::PUBLISHED, Some("example.com")));
    }
}
