//! What is being read, over several lines; and the table of what lines can begin.

use std::mem::discriminant;

use super::dns::{self, Lookup};
use super::event_text::{self, Events};
use super::item::Content;
use super::labels::Labels;
use super::net::{self, Connection};
use super::record::{Csv, Html, Json, JsonStep, List, Markup, Table, Text, Told};
use super::script::{Scripts, Taken};
use super::vnext;
use super::xml::{self, Gathering};

/// What is being read.
#[derive(Debug)]
pub(super) enum Open {
    /// Outputs of `ospp.vbs` and `slmgr.vbs`, or nothing that is known yet.
    Script(Scripts),
    /// Events as XML.
    Xml(Gathering),
    /// `vnextdiag.ps1`
    Licences(vnext::Reading),
    /// An answer to a lookup.
    Lookup(Lookup),
    /// A test of a connection.
    Connection(Connection),
    /// Events as text.
    Events(Events),
    /// Records as a list.
    List(List),
    /// Records as a table.
    Table(Table),
    /// Records as CSV.
    Csv(Csv),
    /// Records, or texts, as JSON.
    Json(Json),
    /// Records as XML.
    Markup(Markup),
    /// Records as tables of a page.
    Html(Html),
}

/// What lines begin, in the order in which it is tried. A new format is a line here and a variant of [`Open`].
const RECOGNISERS: &[fn(u64, &str) -> Option<Open>] = &[
    |_, text| xml::begins(text).then(|| Open::Xml(Gathering::default())),
    |line, text| vnext::begins(text).then(|| Open::Licences(vnext::Reading::new(line))),
    |line, text| dns::begins(text).then(|| Open::Lookup(Lookup::new(line))),
    |line, text| net::begins(text).then(|| Open::Connection(Connection::new(line))),
    |_, text| event_text::begins(text).then(|| Open::Events(Events::default())),
    |line, text| List::begin(line, text).map(Open::List),
    |_, text| Table::begin(text).map(Open::Table),
    |_, text| Csv::begin(text).map(Open::Csv),
    |line, text| Json::begin(line, text).map(Open::Json),
    |line, text| Markup::begin(line, text).map(Open::Markup),
    |_, text| Html::begin(text).map(Open::Html),
];

/// What a line begins, if it begins something of its own.
pub(super) fn begun(number: u64, text: &str) -> Option<Open> {
    RECOGNISERS.iter().find_map(|begins| begins(number, text))
}

/// What has become complete.
#[derive(Debug, Default)]
pub(super) struct Complete {
    /// Items, each with the machine that it names.
    pub(super) told: Vec<Told>,
    /// Texts that stood within another form, each with its first line and its machine.
    pub(super) texts: Vec<Text>,
    /// Lines that were taken for another form and are plain ones.
    pub(super) plain: Vec<(u64, String)>,
    /// The machine that a heading names.
    pub(super) machine: Option<String>,
}

/// What a line is to what is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs to it.
    Taken,
    /// It belongs to it, and nothing in it is known.
    Unrecognised,
    /// It is of something else.
    Ended,
}

impl Default for Open {
    fn default() -> Self {
        Self::Script(Scripts::default())
    }
}

impl Open {
    /// Takes one line, which begins with these labels.
    pub(super) fn line(&mut self, number: u64, text: &str, labels: Labels<'_>, complete: &mut Complete) -> Step {
        let taken = match self {
            Self::Script(scripts) => {
                let taken = scripts.line(number, text, labels);
                complete.told.extend(scripts.take().map(|block| (None, Content::Block(block))));
                return match taken {
                    Taken::Yes => Step::Taken,
                    Taken::Unrecognised => Step::Unrecognised,
                    Taken::No => Step::Ended,
                };
            }
            Self::Xml(gathering) => {
                let mut found = Vec::new();
                let taken = gathering.line(number, text, &mut found);
                complete.told.extend(found.into_iter().map(|event| (event.computer.clone(), Content::Event(event))));
                taken
            }
            Self::Licences(reading) => reading.take(text),
            Self::Lookup(lookup) => text.trim().is_empty() || lookup.take(number, text),
            Self::Connection(connection) => connection_line(connection, number, text, complete),
            Self::Events(events) => {
                let taken = events.line(number, text);
                pass_events(events, complete);
                taken
            }
            Self::List(list) => list.line(number, text, &mut complete.told),
            Self::Table(table) => table.line(number, text, &mut complete.told),
            Self::Csv(csv) => csv.line(number, text, &mut complete.told, &mut complete.texts),
            Self::Json(json) => match json.line(number, text, &mut complete.told, &mut complete.texts) {
                JsonStep::Open => true,
                JsonStep::Ended => {
                    *self = Self::default();
                    true
                }
                JsonStep::Plain(lines) => {
                    complete.plain = lines;
                    *self = Self::default();
                    true
                }
            },
            Self::Markup(markup) => markup.line(number, text, &mut complete.told),
            Self::Html(html) => html.line(number, text, &mut complete.told),
        };
        if taken { Step::Taken } else { Step::Ended }
    }

    /// Ends it.
    pub(super) fn finish(self, complete: &mut Complete) {
        match self {
            Self::Script(mut scripts) => {
                scripts.finish();
                complete.told.extend(scripts.take().map(|block| (None, Content::Block(block))));
            }
            Self::Xml(_) => {}
            Self::Table(mut table) => table.end(&mut complete.told),
            Self::Licences(reading) => complete.told.push((None, Content::Licences(reading.finish()))),
            Self::Lookup(lookup) if lookup.is_empty() => {}
            Self::Lookup(lookup) => complete.told.push((None, Content::Lookup(lookup))),
            Self::Connection(connection) => end_connection(connection, complete),
            Self::Events(mut events) => {
                events.finish();
                pass_events(&mut events, complete);
            }
            Self::List(mut list) => list.end(&mut complete.told),
            Self::Csv(mut csv) => csv.end(&mut complete.told, &mut complete.texts),
            Self::Json(json) => complete.plain = json.unfinished(),
            Self::Markup(mut markup) => markup.end(&mut complete.told),
            Self::Html(mut html) => html.end(&mut complete.told),
        }
    }

    /// Whether a line that begins `next` ends this. Most know their own lines better than anything else does.
    pub(super) fn yields_to(&self, next: &Self) -> bool {
        let other = discriminant(self) != discriminant(next);
        match self {
            Self::Script(_) => true,
            Self::Events(_) | Self::List(_) | Self::Table(_) => other,
            Self::Xml(_)
            | Self::Licences(_)
            | Self::Lookup(_)
            | Self::Connection(_)
            | Self::Csv(_)
            | Self::Json(_)
            | Self::Markup(_)
            | Self::Html(_) => false,
        }
    }

    /// Whether a line with a label of a script ends this.
    pub(super) fn yields_to_labels(&self) -> bool {
        matches!(self, Self::Events(_) | Self::Table(_)) || matches!(self, Self::List(list) if !list.is_tight())
    }

    /// Whether its lines stand as the tool wrote them, and nothing around them is taken off.
    pub(super) fn is_verbatim(&self) -> bool {
        matches!(
            self,
            Self::Xml(_) | Self::Csv(_) | Self::Json(_) | Self::Markup(_) | Self::Html(_) | Self::Licences(_)
        )
    }
}

fn pass_events(events: &mut Events, complete: &mut Complete) {
    complete.told.extend(events.take().map(|event| (event.computer.clone(), Content::Event(event))));
}

/// A test, or the next row of a table of tests.
fn connection_line(connection: &mut Connection, number: u64, text: &str, complete: &mut Complete) -> bool {
    if text.trim().is_empty() || connection.take(text) {
        return true;
    }
    let Some(next) = connection.next_row(number, text) else { return false };
    end_connection(std::mem::replace(connection, next), complete);
    true
}

fn end_connection(connection: Connection, complete: &mut Complete) {
    if connection.is_test() {
        complete.told.push((None, Content::Connection(connection)));
    } else {
        // A computer's name alone was a heading.
        complete.machine = connection.host;
    }
}
