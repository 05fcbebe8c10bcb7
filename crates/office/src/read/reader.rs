//! Reads a text line by line: many tools, many machines, in bounded memory. What a line is is decided once.

use std::io::{self, Read};

use super::block::Unrecognised;
use super::event_text;
use super::failure::Failure;
use super::frame::{Bare, Frame, parts};
use super::item::{Content, Item, Unknown};
use super::labels;
use super::machine::{self, NamedBy};
use super::mask::masked;
use super::open::{Complete, Open, Step, begun};
use super::record::Json;
use super::script;
use super::text::{Line, Lines, MAX_LINE, Wrap, wrapped};
use super::value::shorten;
use crate::facts::outputs::Script;

/// The most lines that are kept of a text in which nothing is recognised.
const MAX_UNKNOWN: usize = 8;

/// Reads one text.
#[derive(Debug)]
pub struct Reader {
    machine: Option<String>,
    named_by: NamedBy,
    held: Option<Line>,
    open: Open,
    frame: Frame,
    unknown: Unknown,
    recognised: bool,
    /// Reads a text of which each line stands in an object of its own.
    lines: Option<Box<Reader>>,
    /// The failure that was told last.
    failed: Option<&'static str>,
    items: Vec<Item>,
}

/// What a line is by itself.
enum Class {
    /// A line with a label of a script, or its frame.
    Label,
    /// The beginning of something else.
    Begins(Open),
    /// Neither.
    Other,
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
            open: Open::default(),
            frame: Frame::default(),
            unknown: Unknown { localised: false, lines: Vec::new() },
            recognised: false,
            lines: None,
            failed: None,
            items: Vec::new(),
        }
    }

    /// Takes one line. What a console has wrapped is joined first.
    pub fn line(&mut self, line: Line) {
        let Some(mut held) = self.held.take() else { return self.hold_or_read(line) };
        let goes_on = !line.text.trim().is_empty() && !begins(&line.text) && held.text.len() < MAX_LINE;
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
            Wrap::Within | Wrap::AtBlank if !matches!(self.open, Open::Csv(_) | Open::Table(_) | Open::Json(_)) => {
                self.held = Some(line);
            }
            Wrap::No | Wrap::Within | Wrap::AtBlank => self.read_line(line.number, &line.text),
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
        // Lines that were taken for the beginning of something may have begun it again.
        self.close();
        self.end_lines();
        if !self.recognised && !self.unknown.lines.is_empty() {
            let unknown = Content::Unknown(self.unknown.clone());
            self.push(None, unknown);
        }
        self.items
    }

    fn read_line(&mut self, number: u64, text: &str) {
        // Collected texts hold typed keys too: they are hidden before anything is kept of a line.
        let masked = masked(text);
        let text = masked.trim_end_matches(['\u{1a}', '\0']);
        // What stands in JSON is parted by its own rules.
        if self.open.is_verbatim() || Json::begin(number, text).is_some() {
            let class = classify(number, text);
            return self.piece(number, text, class);
        }
        for part in parts(text, &is_known) {
            self.framed(number, &part);
        }
    }

    /// Takes one line with what stands around it.
    fn framed(&mut self, number: u64, text: &str) {
        let class = classify(number, text);
        // A prefix is looked for where nothing else would know the line.
        let lost = matches!((&class, &self.open), (Class::Other, Open::Script(_))) && !text.trim().is_empty();
        let bare = self.frame.off(text).or_else(|| if lost { self.frame.learn(text, &is_known) } else { None });
        match bare {
            Some(Bare { text, machine }) => {
                if let Some(machine) = machine {
                    self.turn_to(machine, NamedBy::Text);
                }
                self.piece(number, text, classify(number, text));
            }
            None => self.piece(number, text, class),
        }
    }

    /// Takes one line without what stood around it.
    fn piece(&mut self, number: u64, text: &str, mut class: Class) {
        if let (Class::Begins(Open::List(list)), Open::Script(scripts)) = (&mut class, &mut self.open)
            && list.is_tight()
        {
            list.seed(scripts.take_properties());
        }
        let ends = match &class {
            Class::Begins(next) => self.open.yields_to(next),
            Class::Label => self.open.yields_to_labels() && !is_of_history(text),
            Class::Other => false,
        };
        if ends {
            self.close();
        } else if !matches!(self.open, Open::Script(_)) {
            if self.give(number, text) {
                return;
            }
            self.close();
        }
        self.anew(number, text, class);
    }

    /// Reads a line to which nothing is open but the scripts, or which begins something.
    fn anew(&mut self, number: u64, text: &str, class: Class) {
        let labelled = matches!(class, Class::Label);
        if let Some((machine, rest)) = machine::prefixed(text).filter(|(_, rest)| script::begins(rest)) {
            self.turn_to(machine, NamedBy::File);
            self.script(number, rest);
        } else if let Class::Begins(next) = class {
            self.close();
            self.open = next;
            self.give(number, text);
        } else if let Some(failure) = Some(text).filter(|_| !labelled).and_then(|text| Failure::of_line(number, text)) {
            self.close();
            // PowerShell explains an error once more below it.
            if text.trim_start().starts_with("+ ") && self.failed == Some(failure.id) {
                return;
            }
            self.failed = Some(failure.id);
            self.recognised = true;
            self.push(None, Content::Failure(failure));
        } else if let Some(machine) = machine::marker(text) {
            let machine = machine.to_owned();
            self.turn_to(&machine, NamedBy::Text);
        } else {
            self.script(number, text);
        }
    }

    /// Gives a line to what is open; `false` where it is of something else.
    fn give(&mut self, number: u64, text: &str) -> bool {
        let mut complete = Complete::default();
        let step = self.open.line(number, text, &mut complete);
        self.recognised |= step == Step::Taken && !text.trim().is_empty();
        self.pass(complete);
        step != Step::Ended
    }

    fn script(&mut self, number: u64, text: &str) {
        if !self.give(number, text) {
            self.unknown_line(number, text);
        }
    }

    fn unknown_line(&mut self, number: u64, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.recognised || text.contains("Windows Script Host") {
            return;
        }
        // The names of editions and channels are English in every language, and their labels are not.
        let labelled = text.split_once([':', '：']).is_some_and(|(label, _)| {
            !label.contains('=') && label.chars().count() < 40 && !labels::ends_with_one(label)
        });
        self.unknown.localised |= labelled && [" edition", " channel"].iter().any(|word| text.ends_with(word));
        if self.unknown.lines.len() < MAX_UNKNOWN {
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

    /// Ends what is open.
    fn close(&mut self) {
        let mut complete = Complete::default();
        std::mem::take(&mut self.open).finish(&mut complete);
        self.pass(complete);
    }

    fn pass(&mut self, complete: Complete) {
        let Complete { told, texts, plain, machine } = complete;
        for (machine, content) in told {
            self.push(machine, content);
        }
        if let Some(machine) = machine.as_deref().and_then(machine::name) {
            self.machine = Some(machine.to_owned());
            self.named_by = NamedBy::Text;
        }
        for (line, machine, lines) in texts {
            let (machine, by) = match machine {
                Some(machine) => (Some(machine), NamedBy::Text),
                None => (self.machine.clone(), self.named_by),
            };
            let single = lines.len() == 1;
            if !single || self.lines.as_ref().is_some_and(|inner| inner.machine != machine) {
                self.end_lines();
            }
            let mut inner = self.lines.take().unwrap_or_else(|| Box::new(Self::new(machine, by)));
            lines.into_iter().for_each(|text| inner.line(Line { number: line, text, cut: false }));
            self.lines = Some(inner);
            if !single {
                self.end_lines();
            }
        }
        for (number, text) in plain {
            self.plain(number, &text);
        }
    }

    /// Ends a text that stood within another form.
    fn end_lines(&mut self) {
        let Some(inner) = self.lines.take() else { return };
        let known = |item: &Item| !matches!(item.content, Content::Unknown(_));
        let items = inner.finish();
        self.recognised |= items.iter().any(known);
        self.items.extend(items.into_iter().filter(known));
    }

    /// Takes a line that was taken for JSON and is none.
    fn plain(&mut self, number: u64, text: &str) {
        for part in parts(text, &is_known) {
            let bare = self.frame.off(&part).or_else(|| self.frame.learn(&part, &is_known));
            let text = bare.as_ref().map_or(&*part, |bare| bare.text);
            if let Some(machine) = bare.as_ref().and_then(|bare| bare.machine) {
                self.turn_to(machine, NamedBy::Text);
            }
            match classify(number, text) {
                Class::Begins(Open::Json(_)) => self.anew(number, text, Class::Other),
                class => self.anew(number, text, class),
            }
        }
    }

    fn push(&mut self, machine: Option<String>, content: Content) {
        let named_by = if machine.is_some() { NamedBy::Text } else { self.named_by };
        let machine = machine.or_else(|| self.machine.clone());
        self.items.push(Item { machine, named_by, content });
    }
}

fn classify(number: u64, text: &str) -> Class {
    let labelled =
        [Script::Ospp, Script::SlmgrXpr, Script::Slmgr].iter().any(|tool| labels::find(*tool, text).is_some());
    if labelled || script::is_frame(text.trim()) {
        return Class::Label;
    }
    begun(number, text).map_or(Class::Other, Class::Begins)
}

/// Whether a line is one of some tool.
fn is_known(text: &str) -> bool {
    script::begins(text) || begun(0, text).is_some() || Failure::of_line(0, text).is_some()
}

/// The history of events that `ospp.vbs` prints has these lines too.
fn is_of_history(text: &str) -> bool {
    ["ERROR DESCRIPTION", "NOTICE:", "FOR MORE"].iter().any(|words| text.trim_start().starts_with(words))
        || labels::find(Script::Ospp, text).is_none()
            && labels::find(Script::SlmgrXpr, text).is_none()
            && !script::is_processing(text)
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
    is_known(text)
        || event_text::begins(text)
        || machine::marker(text).is_some()
        || start.starts_with("0x")
        || start.starts_with(['<', '{', '}', '"'])
        || text.contains(" = ")
        || start.split_once(':').is_some_and(|(key, rest)| key.len() < 40 && rest.starts_with(' '))
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
                Content::Failure(_) => "failure",
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
        let table = "   ProviderName: Microsoft-Windows-Security-SPP\n\n\
            TimeCreated                     Id LevelDisplayName Message\n\
            -----------                     -- ---------------- -------\n\
            11/22/2026 12:00:00 PM       12288 Information      The client has sent an activation request to the key managemen...\n";
        let Content::Event(event) = &items(table)[0].content else { panic!("no event") };
        assert!(event.cut && event.data.is_empty(), "what was cut off is not guessed");
    }

    #[test]
    fn a_key_that_was_typed_is_not_kept() {
        let text = "C:\\>slmgr /ipk BBBBB-CCCCC-DDDDD-FFFFF-GGGGG\nInstalled product key BBBBB-CCCCC-DDDDD-FFFFF-GGGGG successfully.";
        let kept = serde_json::to_string(&items(text)).unwrap();
        assert!(!kept.contains("BBBBB"), "{kept}");
        let kept = serde_json::to_string(&items("my key: BBBBB-CCCCC-DDDDD-FFFFF-GGGGG")).unwrap();
        assert!(!kept.contains("BBBBB") && kept.contains("GGGGG"), "{kept}");
    }
}
