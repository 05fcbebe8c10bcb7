//! Reads a text line by line: many tools, many machines, in bounded memory. What a line is is decided once.

use std::borrow::Cow;
use std::io::{self, Read};

use super::block::Unrecognised;
use super::class::{Class, begins, classify, is_known, is_of_history, wrap};
use super::dress::plain;
use super::failure::Failure;
use super::frame::{Bare, Frame, parts, whole};
use super::halves::Unbroken;
use super::item::{Content, Item, Unknown};
use super::joined;
use super::labels::{self, Labels};
use super::machine::{self, NamedBy};
use super::mask::masked;
use super::open::{Complete, Open, Step};
use super::record::{Html, Json};
use super::script;
use super::text::{Line, MAX_LINE, Wrap};
use super::value::shorten;

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
    /// A machine's name that stood alone on the last line.
    alone: Option<String>,
    /// The failure that was told last.
    failed: Option<&'static str>,
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
    for line in Unbroken::new(source) {
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
            alone: None,
            failed: None,
            items: Vec::new(),
        }
    }

    /// Takes one line. What a console has wrapped is joined first.
    pub fn line(&mut self, line: Line) {
        let Some(mut held) = self.held.take() else { return self.hold_or_read(line) };
        // What has the frame of the lines before it is a line of its own.
        let goes_on = !line.text.trim().is_empty()
            && !begins(&line.text)
            && held.text.len() < MAX_LINE
            && self.frame.off(&line.text).is_none();
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
        let hidden = masked(text);
        let text = hidden.trim_end_matches(['\u{1a}', '\0']);
        if self.open.is_verbatim() {
            if !self.give(number, text, Labels::default()) {
                self.close();
                self.anew(number, text, classify(number, text));
            }
            return;
        }
        let text = plain(text);
        // What is put together here is no longer as it was looked at.
        let text = match &text {
            Cow::Owned(undressed) => masked(undressed),
            Cow::Borrowed(text) => Cow::Borrowed(*text),
        };
        let text = &*text;
        // What stands in JSON, or in a table of a page, is parted by its own rules.
        if Json::begin(number, text).is_some() || Html::begin(text).is_some() {
            return self.piece(number, text, classify(number, text));
        }
        if let Some(lines) = joined::lines(text) {
            return lines.into_iter().for_each(|line| self.framed(number, line));
        }
        match whole(text) {
            Some(text) => self.framed(number, text),
            None => parts(text, &is_known).iter().for_each(|part| self.framed(number, part)),
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
    fn piece(&mut self, number: u64, text: &str, mut class: Class<'_>) {
        // A loop prints each machine's name before what that machine has answered.
        if let Some(name) = self.alone.take_if(|_| !text.trim().is_empty())
            && (script::is_banner(text.trim_start()) || script::is_processing(text))
        {
            self.turn_to(&name, NamedBy::Text);
        }
        if matches!(class, Class::Other) {
            self.alone = machine::likely(text).map(str::to_owned).or_else(|| self.alone.take());
        }
        if let (Class::Begins(Open::List(list)), Open::Script(scripts)) = (&mut class, &mut self.open)
            && list.is_tight()
        {
            list.seed(scripts.take_properties());
        }
        let ends = match &class {
            Class::Begins(next) => self.open.yields_to(next),
            Class::Label(labels) => self.open.yields_to_labels() && !is_of_history(text, labels),
            Class::Banner | Class::Other => false,
        };
        if ends {
            self.close();
        } else if !matches!(self.open, Open::Script(_)) {
            if self.give(number, text, Labels::default()) {
                return;
            }
            self.close();
        }
        self.anew(number, text, class);
    }

    /// Reads a line to which nothing is open but the scripts, or which begins something.
    fn anew(&mut self, number: u64, text: &str, class: Class<'_>) {
        match class {
            Class::Label(labels) => self.script(number, text, labels),
            Class::Begins(next) => self.begin(number, text, next),
            Class::Banner => self.script(number, text, Labels::default()),
            Class::Other => self.other(number, text),
        }
    }

    /// A line that begins something of its own, unless the name of a file stands before a line of a script.
    fn begin(&mut self, number: u64, text: &str, next: Open) {
        if self.prefixed(number, text) {
            return;
        }
        self.close();
        self.open = next;
        self.give(number, text, Labels::default());
    }

    /// A line without a label that begins nothing.
    fn other(&mut self, number: u64, text: &str) {
        if text.trim().is_empty() {
            return self.script(number, text, Labels::default());
        }
        if self.prefixed(number, text) {
            return;
        }
        if let Some(failure) = Failure::of_line(number, text) {
            self.close();
            // PowerShell explains an error once more below it.
            if text.trim_start().starts_with("+ ") && self.failed == Some(failure.id) {
                return;
            }
            self.failed = Some(failure.id);
            self.recognised = true;
            self.push(None, Content::Failure(failure));
        } else if let Some(machine) = machine::marker(text) {
            self.turn_to(machine, NamedBy::Text);
        } else {
            self.script(number, text, Labels::default());
        }
    }

    /// Takes a line of a script that has the name of its file before it; `false` where it is none.
    fn prefixed(&mut self, number: u64, text: &str) -> bool {
        let found = machine::prefixed(text).filter(|(_, rest)| script::begins(rest));
        if let Some((machine, rest)) = found {
            self.turn_to(machine, NamedBy::File);
            self.script(number, rest, Labels::of(rest));
        }
        found.is_some()
    }

    /// Gives a line to what is open; `false` where it is of something else.
    fn give(&mut self, number: u64, text: &str, labels: Labels<'_>) -> bool {
        let mut complete = Complete::default();
        let step = self.open.line(number, text, labels, &mut complete);
        self.recognised |= step == Step::Taken && !text.trim().is_empty();
        self.pass(complete);
        step != Step::Ended
    }

    fn script(&mut self, number: u64, text: &str, labels: Labels<'_>) {
        if !self.give(number, text, labels) {
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

#[cfg(test)]
mod tests;
