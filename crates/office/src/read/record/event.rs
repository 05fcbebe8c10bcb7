//! Events as records: of `Get-WinEvent` and `Get-EventLog` as CSV, JSON or a table, and of what gathers logs.

use super::{Record, same};
use crate::facts::kms::KMS;
use crate::read::event::{ANSWER, Event, HANDLED, REQUEST};
use crate::read::event_text::{self, Events};

/// Whether only events have a property of this name.
pub(super) fn is_characteristic(name: &str) -> bool {
    IDS.iter()
        .skip(1)
        .chain(PROVIDERS.iter().take(2))
        .chain(&["LevelDisplayName", "TimeCreated"])
        .any(|own| same(own, name))
}

/// The events that a record tells: one, or none where it is no event of licensing.
pub(super) fn of_record(record: &Record) -> Vec<Event> {
    let Some(id) = record.get(IDS).and_then(|id| id.parse::<u64>().ok()) else { return Vec::new() };
    // Older cmdlets put the severity above the number.
    let Ok(id) = u32::try_from(id & 0xffff) else { return Vec::new() };
    let message = record.get(MESSAGES).unwrap_or_default().trim_matches('"');
    let provider = record.get(PROVIDERS);
    let ours = match provider {
        Some(provider) => event_text::is_provider(provider),
        // Other sources use small numbers for other things.
        None => event_text::begins(message) || record.has("LevelDisplayName") && id >= MIN_ALONE,
    };
    if !ours || KMS.event(id).is_none() {
        return Vec::new();
    }
    let mut events = Events::default();
    let heading = [
        ("Event ID", Some(id.to_string())),
        ("Source", Some(provider.unwrap_or("Microsoft-Windows-Security-SPP").to_owned())),
        ("Date", record.get(TIMES).map(str::to_owned)),
        ("Computer", record.machine()),
        ("Description", Some(String::new())),
    ];
    for (name, value) in heading {
        value.map(|value| events.line(record.line, &format!("{name}: {value}")));
    }
    for line in message.lines().chain(record.data().lines()) {
        events.line(record.line, line);
    }
    events.finish();
    let mut found: Vec<Event> = events.take().collect();
    let requests = [REQUEST, ANSWER, HANDLED].contains(&id);
    let shortened = message.ends_with("...") || message.ends_with('…');
    found.iter_mut().for_each(|event| event.cut = event.data.is_empty() && (requests || shortened));
    found
}

impl Record {
    /// The data of an event, where they stand beside its message, or instead of it.
    fn data(&self) -> String {
        let numbered = (1..=MAX_DATA).map_while(|at| self.get(&[&format!("param{at}"), &format!("Data_{at}")]));
        let numbered: Vec<&str> = numbered.collect();
        let message = self.get(MESSAGES).is_some();
        match self.get(&["Data", "ReplacementStrings"]) {
            _ if message => String::new(),
            Some(data) => data.to_owned(),
            None => numbered.join(", "),
        }
    }
}

const IDS: &[&str] = &["Id", "EventID", "Event ID", "InstanceId", "EventCode"];
const PROVIDERS: &[&str] = &["ProviderName", "EventSourceName", "Provider", "SourceName", "Source"];
const MESSAGES: &[&str] = &["Message", "Description", "EventMessage", "RenderedDescription", "RenderedMessage"];
const TIMES: &[&str] = &["TimeCreated", "SystemTime", "TimeGenerated", "Time", "Date and Time", "Date", "@timestamp"];
/// The numbers from here on are of licensing, where no source is named.
const MIN_ALONE: u32 = 8190;
/// As many data as are looked for.
const MAX_DATA: usize = 16;
