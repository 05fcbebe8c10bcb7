//! Recognises what a text holds and reads it line by line: many tools, many machines, in bounded memory.

use std::io::{self, Read};

use super::block::Unrecognised;
use super::dns::{self, Lookup};
use super::event::Event;
use super::event_text::{self, Events};
use super::item::{Content, Item, Unknown};
use super::labels;
use super::machine::{self, NamedBy};
use super::mask::masked;
use super::net::{self, Connection};
use super::script::{self, Scripts, Taken};
use super::value::shorten;
use super::vnext;
use super::wmi::{self, Products};
use super::xml::Gathering;
use crate::facts::outputs::Script;
use crate::read::text::{Line, Lines, MOST_LINE, Wrap, wrapped};

/// The most lines that are kept of a text in which nothing is recognised.
const MOST_UNKNOWN: usize = 8;

/// Reads one text.
#[derive(Debug)]
pub struct Reader {
    machine: Option<String>,
    named_by: NamedBy,
    held: Option<Line>,
    scripts: Scripts,
    events: Events,
    xml: Gathering,
    products: Products,
    vnext: Option<vnext::Reading>,
    lookup: Option<Lookup>,
    connection: Option<Connection>,
    unknown: Unknown,
    recognised: bool,
    items: Vec<Item>,
}

/// Reads all of `source` and passes on each item as soon as it is complete. `machine` is the name to use until a line
/// tells another one.
///
/// # Errors
/// Where `source` cannot be read.
pub fn read(
    source: impl Read,
    machine: Option<String>,
    named_by: NamedBy,
    mut each: impl FnMut(Item),
) -> io::Result<()> {
    let mut reader = Reader::new(machine, named_by);
    for line in Lines::new(source) {
        reader.line(line?);
        reader.items.drain(..).for_each(&mut each);
    }
    reader.finish().into_iter().for_each(each);
    Ok(())
}

impl Reader {
    /// A reader of a text of `machine`.
    pub fn new(machine: Option<String>, named_by: NamedBy) -> Self {
        Self {
            machine,
            named_by,
            held: None,
            scripts: Scripts::default(),
            events: Events::default(),
            xml: Gathering::default(),
            products: Products::default(),
            vnext: None,
            lookup: None,
            connection: None,
            unknown: Unknown { localised: false, lines: Vec::new() },
            recognised: false,
            items: Vec::new(),
        }
    }

    /// Takes one line. What a console has wrapped is joined first.
    pub fn line(&mut self, line: Line) {
        let Some(mut held) = self.held.take() else { return self.hold_or_read(line) };
        let goes_on = !line.text.trim().is_empty() && !begins(&line.text) && held.text.len() < MOST_LINE;
        if !goes_on {
            self.read_line(held.number, &held.text);
            return self.hold_or_read(line);
        }
        // A copy is indented as a whole; blanks beyond that stood between two words.
        let margin = held.text.len() - held.text.trim_start().len();
        let blanks = line.text.bytes().take(margin).take_while(u8::is_ascii_whitespace).count();
        let part = &line.text[blanks..];
        let again = wrap(&line.text);
        if wrap(&held.text) == Wrap::AtBlank {
            held.text.push(' ');
        }
        held.text.push_str(part);
        match again {
            Wrap::No => self.read_line(held.number, &held.text),
            Wrap::Within | Wrap::AtBlank => self.held = Some(held),
        }
    }

    fn hold_or_read(&mut self, line: Line) {
        match wrap(&line.text) {
            Wrap::No => self.read_line(line.number, &line.text),
            Wrap::Within | Wrap::AtBlank => self.held = Some(line),
        }
    }

    /// What is complete by now.
    pub(crate) fn take(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.items)
    }

    /// What is left, when the text has ended.
    pub fn finish(mut self) -> Vec<Item> {
        if let Some(held) = self.held.take() {
            self.read_line(held.number, &held.text);
        }
        self.close();
        if !self.recognised && !self.unknown.lines.is_empty() {
            let unknown = Content::Unknown(self.unknown.clone());
            self.push(unknown);
        }
        self.items
    }

    fn read_line(&mut self, number: u64, text: &str) {
        // Who collects types keys too: they are hidden before anything is kept of a line.
        let masked = masked(text);
        let text = masked.trim_end_matches(['\u{1a}', '\0']);
        if self.within(number, text) {
            self.recognised = true;
            return;
        }
        if let Some((machine, rest)) = machine::prefixed(text).filter(|(_, rest)| script::begins(rest)) {
            self.turn_to(machine, NamedBy::File);
            return self.script(number, rest);
        }
        if self.begin(number, text) {
            self.recognised = true;
            return;
        }
        if let Some(machine) = machine::marker(text) {
            let machine = machine.to_owned();
            return self.turn_to(&machine, NamedBy::Text);
        }
        self.script(number, text);
    }

    /// Gives the line to what is open.
    fn within(&mut self, number: u64, text: &str) -> bool {
        let mut found = Vec::new();
        let xml = self.xml.line(number, text, &mut found);
        found.into_iter().for_each(|event| self.push_event(event));
        if xml {
            return true;
        }
        if let Some(reading) = &mut self.vnext {
            if reading.take(text) {
                return true;
            }
            self.close();
            return false;
        }
        if let Some(lookup) = &mut self.lookup {
            if text.trim().is_empty() || lookup.take(text) {
                return true;
            }
            self.close();
            return false;
        }
        if let Some(connection) = &mut self.connection {
            if text.trim().is_empty() || connection.take(text) {
                return true;
            }
            let next = connection.next_row(number, text);
            self.close();
            if next.is_some() {
                self.connection = next;
                return true;
            }
            return false;
        }
        if self.products.is_open() {
            if !begins_elsewhere(text) && self.products.line(number, text) {
                self.pass_products();
                return true;
            }
            self.close();
            return false;
        }
        if self.events.is_open() {
            if !begins_elsewhere(text) && self.events.line(number, text) {
                self.pass_events();
                return true;
            }
            self.close();
        }
        false
    }

    /// Opens what the line begins, if it begins something.
    fn begin(&mut self, number: u64, text: &str) -> bool {
        if vnext::begins(text) {
            self.close();
            let mut reading = vnext::Reading::new(number);
            reading.take(text);
            self.vnext = Some(reading);
        } else if dns::begins(text) {
            self.close();
            let mut lookup = Lookup::new(number);
            lookup.take(text);
            self.lookup = Some(lookup);
        } else if net::begins(text) {
            self.close();
            let mut connection = Connection::new(number);
            connection.take(text);
            self.connection = Some(connection);
        } else if wmi::begins(text) {
            self.close();
            self.products.line(number, text);
        } else if event_text::begins(text) {
            self.close();
            self.events.line(number, text);
            self.pass_events();
        } else {
            return false;
        }
        true
    }

    fn script(&mut self, number: u64, text: &str) {
        match self.scripts.line(number, text) {
            Taken::Yes => self.recognised |= !text.trim().is_empty(),
            Taken::Unrecognised => {}
            Taken::No => self.unknown_line(number, text),
        }
        self.pass_blocks();
    }

    fn unknown_line(&mut self, number: u64, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.recognised || text.contains("Windows Script Host") {
            return;
        }
        // The names of editions and channels are English in every language.
        self.unknown.localised |= [" edition", " channel"].iter().any(|word| text.ends_with(word));
        if self.unknown.lines.len() < MOST_UNKNOWN {
            // What is no text is said to be none, and not shown.
            let binary = text.contains(|c: char| c.is_control() && c != '\t' && c != '\u{1b}');
            let text = if binary { "no text, but a binary file" } else { shorten(text) };
            self.unknown.lines.push(Unrecognised { line: number, text: text.to_owned() });
        }
    }

    /// From here on the text is of another machine.
    fn turn_to(&mut self, machine: &str, by: NamedBy) {
        if self.machine.as_deref() != Some(machine) {
            self.close();
            self.machine = Some(machine.to_owned());
        }
        self.named_by = by;
    }

    /// Ends all that is open.
    fn close(&mut self) {
        self.scripts.finish();
        self.pass_blocks();
        self.events.finish();
        self.pass_events();
        self.products.finish();
        self.pass_products();
        if let Some(reading) = self.vnext.take() {
            self.push(Content::Licences(reading.finish()));
        }
        if let Some(lookup) = self.lookup.take().filter(|lookup| !lookup.is_empty()) {
            self.push(Content::Lookup(lookup));
        }
        match self.connection.take() {
            Some(connection) if connection.is_test() => self.push(Content::Connection(connection)),
            // A computer's name alone was a heading.
            Some(Connection { host: Some(host), .. }) => {
                if let Some(machine) = machine::name(&host) {
                    self.machine = Some(machine.to_owned());
                    self.named_by = NamedBy::Text;
                }
            }
            Some(_) | None => {}
        }
    }

    fn pass_blocks(&mut self) {
        let Self { scripts, items, machine, named_by, .. } = self;
        let item = |block| Item { machine: machine.clone(), named_by: *named_by, content: Content::Block(block) };
        items.extend(scripts.take().map(item));
    }

    fn pass_products(&mut self) {
        for (machine, block) in self.products.take() {
            let named_by = if machine.is_some() { NamedBy::Text } else { self.named_by };
            let machine = machine.or_else(|| self.machine.clone());
            self.items.push(Item { machine, named_by, content: Content::Block(block) });
        }
    }

    fn pass_events(&mut self) {
        let events: Vec<Event> = self.events.take().collect();
        events.into_iter().for_each(|event| self.push_event(event));
    }

    fn push_event(&mut self, event: Event) {
        let (machine, named_by) = match &event.computer {
            Some(computer) => (Some(computer.clone()), NamedBy::Text),
            None => (self.machine.clone(), self.named_by),
        };
        self.items.push(Item { machine, named_by, content: Content::Event(event) });
    }

    fn push(&mut self, content: Content) {
        self.items.push(Item { machine: self.machine.clone(), named_by: self.named_by, content });
    }
}

/// A copy is often indented afterwards: then its columns count from where it begins.
fn wrap(text: &str) -> Wrap {
    match wrapped(text) {
        Wrap::No => wrapped(text.trim_start()),
        wrap => wrap,
    }
}

/// Whether a line begins something of its own, and is not the rest of a wrapped one.
fn begins(text: &str) -> bool {
    let start = text.trim_start();
    begins_elsewhere(text)
        || event_text::begins(text)
        || machine::marker(text).is_some()
        || script::begins(text)
        || start.starts_with("0x")
        || start.starts_with(['<', '{', '}', '"'])
        || text.contains(" = ")
        || start.split_once(':').is_some_and(|(key, rest)| key.len() < 40 && rest.starts_with(' '))
}

/// Whether a line begins something that is no event.
fn begins_elsewhere(text: &str) -> bool {
    let start = text.trim_start();
    // The history of events that `ospp.vbs` prints has these lines too.
    let of_history = ["ERROR DESCRIPTION", "NOTICE:", "FOR MORE"].iter().any(|words| start.starts_with(words));
    let labelled = || [Script::Ospp, Script::SlmgrXpr].iter().any(|tool| labels::find(*tool, text).is_some());
    start.starts_with("---Processing---")
        || start.starts_with("---Exiting---")
        || vnext::begins(text)
        || dns::begins(text)
        || net::begins(text)
        || !of_history && labelled()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str) -> Vec<Item> {
        let mut items = Vec::new();
        read(text.as_bytes(), Some("file".to_owned()), NamedBy::File, |item| items.push(item)).unwrap();
        items
    }

    const STATUS: &str = "---Processing---\nLICENSE NAME: x\nLICENSE STATUS:  ---LICENSED---\n---Exiting---\n";

    #[test]
    fn each_machine_of_a_file_gets_what_is_its_own() {
        let text = format!(
            "{STATUS}===== PC-1 =====\n{STATUS}{STATUS}Computer: PC-2\n\n{STATUS}[PC-3]: PS C:\\> cscript ospp.vbs\n{STATUS}"
        );
        let named: Vec<Option<String>> = items(&text).into_iter().map(|item| item.machine).collect();
        assert_eq!(named, ["file", "PC-1", "PC-1", "PC-2", "PC-3"].map(|name| Some(name.to_owned())));
        let filtered = "a\\PC-1.txt:LICENSE NAME: x\na\\PC-1.txt:LICENSE STATUS: ---LICENSED---\n\
                        a\\PC-2.txt:LICENSE NAME: x\na\\PC-2.txt:LICENSE STATUS: ---LICENSED---\n";
        let named: Vec<Option<String>> = items(filtered).into_iter().map(|item| item.machine).collect();
        assert_eq!(named, ["PC-1", "PC-2"].map(|name| Some(name.to_owned())));
    }

    #[test]
    fn tools_in_one_file_are_told_apart() {
        let text = format!(
            "Server:  dc.example.com\nAddress:  192.0.2.1\n\n_vlmcs._tcp.example.com SRV service location:\n  priority = 0\n  port = 1688\n  svr hostname = kms.example.com\n\
             ComputerName     : kms.example.com\nRemoteAddress    : 192.0.2.2\nTcpTestSucceeded : True\n\n{STATUS}\
             ========== Mode per ProductReleaseId ==========\no365proplusretail = vNext\n{STATUS}"
        );
        let kinds: Vec<&str> = items(&text)
            .iter()
            .map(|item| match item.content {
                Content::Block(_) => "block",
                Content::Licences(_) => "licences",
                Content::Lookup(_) => "lookup",
                Content::Connection(_) => "connection",
                Content::Event(_) => "event",
                Content::Unknown(_) => "unknown",
            })
            .collect();
        assert_eq!(kinds, ["lookup", "connection", "block", "licences", "block"]);
    }

    #[test]
    fn the_history_of_events_is_events_and_nothing_else() {
        let text = "---Processing--------------------------\n---------------------------------------\n\
            Searching for KMS activation events on machine: PC-9\nEvent ID: 12288\n\n\
            Coordinated Universal Time Written: 11/22/2026 12:00:00 PM\nERROR/HOST: 0xC004F074, 0x00000000, kms01.example.com\n\
            ERROR DESCRIPTION: The Software Licensing Service reported that it could not.\n\
            NOTICE: A KB article has been detected for activation failure: 0xC004F074\n\
            ---------------------------------------\n\
            Coordinated Universal Time Written: 11/23/2026 12:00:00 PM\nERROR/HOST: 0x00000000, 0x00000000, kms01.example.com\n\
            ERROR DESCRIPTION: N/A\n---------------------------------------\n---Exiting-----------------------------\n";
        let found = items(text);
        assert!(found.iter().all(|item| item.machine.as_deref() == Some("PC-9")), "{found:?}");
        let events: Vec<_> =
            found
                .iter()
                .map(|item| {
                    if let Content::Event(event) = &item.content { Some((event.id, event.hresult()?.0)) } else { None }
                })
                .collect();
        assert_eq!(events, [Some((12_288, 0xC004_F074)), Some((12_288, 0))]);
        let failures = "Event ID: 8200\n\nCoordinated Universal Time Written: 1\nMESSAGE: License acquisition failure details. hr=0xC004C003\n\
            ERROR DESCRIPTION: Not available.\n---------------------------------------\n";
        let Content::Event(event) = &items(failures)[0].content else { panic!("no event") };
        assert_eq!((event.id, event.hresult().map(|code| code.0)), (8200, Some(0xC004_C003)));
    }

    #[test]
    fn lists_of_events_name_their_machines_before_or_behind_the_message() {
        let text = "\n\nMessage      : The client has sent an activation request to the key management service \n               machine.\n\
            \u{20}              Info:\n               0xC004F074, 0x00000000, kms01.example.com:1688, 36f27b39-2fd5-440b-be67-a09996d27a38, 2026/11/22 17:52, \n\
            \u{20}              0, 2, 41760, 68531fb9-5511-4989-97be-d11a0f55633f, 5\nId           : 12288\nVersion      : 0\n\
            ProviderName : Microsoft-Windows-Security-SPP\nMachineName  : PC-77.example.com\nTimeCreated  : 11/22/2026 5:52:00 PM\n\n\
            TimeCreated  : 11/22/2026 6:06:00 PM\nMachineName  : PC-78.example.com\nId           : 12289\n\
            Message      : The client has processed an activation response from the key management service machine.\n\
            \u{20}              Info:\n               0x00000000, 0x00000000, 1, 0, 10, 120, 10080, 2026/11/22 18:06\n";
        let found: Vec<_> = items(text)
            .into_iter()
            .map(|item| {
                (item.machine.unwrap_or_default(), if let Content::Event(event) = item.content { event.id } else { 0 })
            })
            .collect();
        assert_eq!(found, [("PC-77.example.com".to_owned(), 12_288), ("PC-78.example.com".to_owned(), 12_289)]);
        let table = "   ProviderName: Microsoft-Windows-Security-SPP\n\nTimeCreated   Id LevelDisplayName Message\n-----------   -- ----\n\
            11/22/2026 12:00:00 PM   12288 Information   The client has sent an activation request to the key managemen...\n";
        assert!(
            matches!(items(table).as_slice(), [Item { content: Content::Unknown(_), .. }]),
            "what was cut off is not guessed"
        );
    }

    #[test]
    fn a_key_that_somebody_has_typed_is_not_kept() {
        let text = "C:\\>slmgr /ipk BBBBB-CCCCC-DDDDD-FFFFF-GGGGG\nInstalled product key BBBBB-CCCCC-DDDDD-FFFFF-GGGGG successfully.";
        let kept = serde_json::to_string(&items(text)).unwrap();
        assert!(!kept.contains("BBBBB"), "{kept}");
        let kept = serde_json::to_string(&items("my key: BBBBB-CCCCC-DDDDD-FFFFF-GGGGG")).unwrap();
        assert!(!kept.contains("BBBBB") && kept.contains("GGGGG"), "{kept}");
    }
}
