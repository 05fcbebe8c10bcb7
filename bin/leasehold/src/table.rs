//! Tables that can be read at any width: a word is never broken.
//!
//! Where a table is wider than the terminal, ids are shortened to their first digits, prose is broken between words, columns that
//! may be missed are left out, and at last each row stands as a record: a line for each cell.

use std::collections::{BTreeMap, BTreeSet};

use textwrap::WordSplitter;
use textwrap::core::display_width;

use crate::terminal::{self, Ids};

/// Rows under these columns.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

/// A column: its head, and how it gives way where the terminal is narrow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    head: &'static str,
    content: Content,
    /// The lowest is left out first; `None` never is.
    rank: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Stays on one line.
    Line,
    /// An id, which is shortened to its first digits.
    Id,
    /// Words, which may stand on several lines.
    Prose,
}

impl Column {
    /// A column whose cells stay on one line.
    pub(crate) const fn new(head: &'static str) -> Self {
        Self { head, content: Content::Line, rank: None }
    }

    /// A column of ids: the first eight digits where there is no room for all, and commands take those too.
    pub(crate) const fn id(head: &'static str) -> Self {
        Self { head, content: Content::Id, rank: None }
    }

    /// A column of sentences or lists, which are broken between words.
    pub(crate) const fn prose(head: &'static str) -> Self {
        Self { head, content: Content::Prose, rank: None }
    }

    /// Left out where there is no room; the lowest rank first.
    pub(crate) const fn rank(self, rank: u8) -> Self {
        Self { rank: Some(rank), ..self }
    }
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub(crate) const fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" ")));
    }

    /// Prints it on standard output, and says on standard error which columns have no room.
    pub(crate) fn print(&self) {
        let width = terminal::columns();
        let Layout { text, left_out } = self.layout(width, terminal::display().ids);
        out!("{text}");
        if let Some(width) = width.filter(|_| !left_out.is_empty()) {
            errln!("no room in {width} columns for {}: a wider terminal or --json has them", left_out.join(", "));
        }
    }

    fn layout(&self, width: Option<usize>, ids: Ids) -> Layout {
        let mut shown = Shown { columns: self.all(), ids: BTreeMap::new() };
        let Some(width) = width else { return self.side_by_side(&shown, &self.natural(&shown)) };
        if self.total(&shown) <= width {
            return self.side_by_side(&shown, &self.natural(&shown));
        }
        if ids == Ids::Short {
            shown.ids = self.short_ids();
        }
        loop {
            if let Some(widths) = self.fitted(&shown, width) {
                return self.side_by_side(&shown, &widths);
            }
            let Some(least) = self.least(&shown) else { break };
            shown.columns.retain(|at| *at != least);
        }
        self.records(width, ids)
    }

    /// The columns with a head; one without is not shown.
    fn all(&self) -> Vec<usize> {
        (0..N).filter(|at| !self.columns[*at].head.is_empty()).collect()
    }

    /// The column to leave out next: one without content, then the one of the lowest rank.
    fn least(&self, shown: &Shown) -> Option<usize> {
        let ranked = |at: &usize| self.columns[*at].rank.map(|rank| (!self.is_blank(*at), rank));
        shown.columns.iter().copied().filter(|at| ranked(at).is_some()).min_by_key(ranked)
    }

    fn is_blank(&self, at: usize) -> bool {
        self.rows.iter().all(|row| is_blank(&row[at]))
    }

    /// Each id with its first digits, where no other id of its column begins with them.
    fn short_ids(&self) -> BTreeMap<&str, &str> {
        let columns = (0..N).filter(|at| self.columns[*at].content == Content::Id);
        columns.flat_map(|at| short(self.rows.iter().map(|row| row[at].as_str()).collect())).collect()
    }

    fn cell<'t>(&'t self, shown: &Shown<'t>, row: &'t [String; N], at: usize) -> &'t str {
        let cell = row[at].as_str();
        if self.columns[at].content == Content::Id { shown.ids.get(cell).copied().unwrap_or(cell) } else { cell }
    }

    /// The width of each shown column with all cells on one line.
    fn natural(&self, shown: &Shown) -> Vec<usize> {
        self.widths(shown, display_width)
    }

    fn widths(&self, shown: &Shown, measure: impl Fn(&str) -> usize) -> Vec<usize> {
        let of = |at: usize| {
            let cells = self.rows.iter().map(|row| measure(self.cell(shown, row, at)));
            cells.chain([measure(self.columns[at].head)]).max().unwrap_or_default()
        };
        shown.columns.iter().map(|at| of(*at)).collect()
    }

    fn total(&self, shown: &Shown) -> usize {
        let gaps = GAP * shown.columns.len().saturating_sub(1);
        self.natural(shown).iter().sum::<usize>() + gaps
    }

    /// Widths with which the shown columns fit, where prose is broken between words; `None` where they do not.
    fn fitted(&self, shown: &Shown, width: usize) -> Option<Vec<usize>> {
        let natural = self.natural(shown);
        let words = self.widths(shown, longest_word);
        let least: Vec<usize> = (shown.columns.iter().zip(natural.iter().zip(&words)))
            .map(|(at, (natural, words))| match self.columns[*at].content {
                Content::Prose => (*words).max(MIN_PROSE.min(*natural)),
                Content::Line | Content::Id => *natural,
            })
            .collect();
        let gaps = GAP * shown.columns.len().saturating_sub(1);
        let mut rest = width.checked_sub(gaps + least.iter().sum::<usize>())?;
        let mut wanted: usize = natural.iter().zip(&least).map(|(natural, least)| natural - least).sum();
        let widths = natural.iter().zip(&least).map(|(natural, least)| {
            let wants = natural - least;
            let more = if wanted <= rest { wants } else { rest * wants / wanted };
            wanted -= wants;
            rest -= more;
            least + more
        });
        Some(widths.collect())
    }

    fn side_by_side(&self, shown: &Shown, widths: &[usize]) -> Layout {
        let mut text = String::new();
        let heads = shown.columns.iter().map(|at| self.columns[*at].head).collect::<Vec<_>>();
        line(&mut text, &heads, widths);
        for row in &self.rows {
            let cells: Vec<_> = (shown.columns.iter().zip(widths))
                .map(|(at, width)| wrapped(self.cell(shown, row, *at), *width))
                .collect();
            for n in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
                let part = |cell: &Vec<String>| cell.get(n).cloned().unwrap_or_default();
                line(&mut text, &cells.iter().map(part).collect::<Vec<_>>(), widths);
            }
        }
        let left_out = self.all().into_iter().filter(|at| !shown.columns.contains(at) && !self.is_blank(*at));
        Layout { text, left_out: left_out.map(|at| self.columns[at].head).collect() }
    }

    /// Each row as lines of its own, without what it does not say.
    fn records(&self, width: usize, ids: Ids) -> Layout {
        let heads = self.columns.iter().map(|column| display_width(column.head)).max().unwrap_or_default() + GAP;
        let whole = ids == Ids::Full
            || self.rows.iter().flatten().all(|cell| !is_id(cell) || heads + display_width(cell) <= width);
        let ids = if whole { BTreeMap::new() } else { self.short_ids() };
        let shown = Shown { columns: self.all(), ids };
        let mut text = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            if n > 0 {
                text.push('\n');
            }
            for at in shown.columns.iter().copied().filter(|at| !is_blank(&row[*at])) {
                let head = self.columns[at].head.to_lowercase();
                let cell = self.cell(&shown, row, at);
                let room = width.saturating_sub(heads).max(1);
                // A word that has no room beside its head stands below it.
                let below = longest_word(cell) > room;
                let mut parts = wrapped(cell, if below { width.saturating_sub(GAP).max(1) } else { room }).into_iter();
                let first = if below { String::new() } else { parts.next().unwrap_or_default() };
                line(&mut text, &[&head, &first], &[heads - GAP, 0]);
                let indent = if below { 0 } else { heads - GAP };
                parts.for_each(|part| line(&mut text, &["", &part], &[indent, 0]));
            }
        }
        Layout { text, left_out: Vec::new() }
    }
}

/// What is printed, and the columns that have no room in it.
#[derive(Debug)]
struct Layout {
    text: String,
    left_out: Vec<&'static str>,
}

/// The columns that are shown, and the ids that are shortened.
struct Shown<'t> {
    columns: Vec<usize>,
    ids: BTreeMap<&'t str, &'t str>,
}

fn line(text: &mut String, cells: &[impl AsRef<str>], widths: &[usize]) {
    let start = text.len();
    for (cell, width) in cells.iter().zip(widths) {
        let cell = cell.as_ref();
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(display_width(cell)) + GAP));
    }
    text.truncate(start + text[start..].trim_end().len());
    text.push('\n');
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(display_width).max().unwrap_or_default()
}

/// The lines of a text of at most `width` columns; a word that is longer stays whole.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Each id with its first digits, where they name no other.
fn short(ids: BTreeSet<&str>) -> BTreeMap<&str, &str> {
    let ids: BTreeSet<_> = ids.into_iter().filter(|id| is_id(id)).collect();
    let starts: BTreeSet<_> = ids.iter().map(|id| &id[..SHORT_ID]).collect();
    if starts.len() < ids.len() {
        return BTreeMap::new();
    }
    ids.into_iter().map(|id| (id, &id[..SHORT_ID])).collect()
}

/// Whether it is the name of a key or document, whole.
fn is_id(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn is_blank(cell: &str) -> bool {
    cell.is_empty() || cell == "-"
}

/// Blanks between two columns.
const GAP: usize = 2;
/// Digits of an id that has no room; every command that takes an id takes these.
const SHORT_ID: usize = 8;
/// The least width in which sentences can be read.
const MIN_PROSE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1d2f3a4b-0000-4000-8000-000000000001";
    const TWO: &str = "ffee0011-0000-4000-8000-000000000002";

    fn table(ids: [&str; 2]) -> Table<5> {
        let columns = [
            Column::id("CLIENT"),
            Column::new("NAME").rank(1),
            Column::new("PRODUCT"),
            Column::new("FORKS").rank(2),
            Column::prose("DETAILS"),
        ];
        let mut table = Table::new(columns);
        for id in ids {
            let details = "threshold-not-met: 3 of 5 machines of the family have asked";
            table.row([id, "workstation-17", "acme-cad", "0", details].map(str::to_owned));
        }
        table
    }

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn what_has_room_is_shown_whole() {
        for width in [None, Some(200)] {
            let Layout { text, left_out } = table([ONE, TWO]).layout(width, Ids::Short);
            assert_eq!(text.lines().count(), 3, "{text}");
            assert!(text.contains(ONE) && text.contains("have asked") && left_out.is_empty(), "{text}");
        }
    }

    #[test]
    fn ids_are_shortened_before_anything_is_left_out() {
        let Layout { text, left_out } = table([ONE, TWO]).layout(Some(110), Ids::Short);
        assert!(text.contains("\n1d2f3a4b  workstation-17"), "{text}");
        assert_eq!(left_out, [""; 0]);
        let Layout { text, .. } = table([ONE, TWO]).layout(Some(110), Ids::Full);
        assert!(text.contains(ONE), "{text}");
    }

    #[test]
    fn two_ids_that_begin_alike_stay_whole() {
        let other = "1d2f3a4b-0000-4000-8000-000000000009";
        let Layout { text, .. } = table([ONE, other]).layout(Some(120), Ids::Short);
        assert!(text.contains(ONE) && text.contains(other), "{text}");
    }

    #[test]
    fn the_least_important_column_is_left_out_first_and_said_so() {
        let Layout { text, left_out } = table([ONE, TWO]).layout(Some(60), Ids::Short);
        assert_eq!(left_out, ["NAME"], "{text}");
        let mut blank = table([ONE, TWO]);
        blank.rows.iter_mut().for_each(|row| "-".clone_into(&mut row[3]));
        let Layout { text, left_out } = blank.layout(Some(66), Ids::Short);
        assert!(!text.contains("FORKS") && left_out.is_empty(), "what no row says is no loss: {text}");
    }

    #[test]
    fn where_no_table_fits_each_row_is_a_record() {
        let Layout { text, .. } = table([ONE, TWO]).layout(Some(40), Ids::Short);
        let record = "client   1d2f3a4b\nname     workstation-17\nproduct  acme-cad\nforks    0\ndetails  threshold-not-met: 3 of 5\n         machines of the family have\n         asked\n";
        assert_eq!(text, format!("{record}\n{}", record.replace("1d2f3a4b", "ffee0011")));
    }

    #[test]
    fn no_word_is_broken_and_no_line_is_too_long_at_any_width() {
        let table = table([ONE, TWO]);
        let whole = table.layout(None, Ids::Short).text;
        let mut known = words(&whole);
        known.extend(["1d2f3a4b", "ffee0011", "client", "name", "product", "forks", "details"]);
        for width in 27..250 {
            let Layout { text, .. } = table.layout(Some(width), Ids::Short);
            for line in text.lines() {
                assert!(display_width(line) <= width, "{width}: {line}");
                for word in words(line) {
                    assert!(known.contains(&word), "{width}: {word}");
                }
            }
        }
    }

    #[test]
    fn a_character_that_is_two_columns_wide_counts_as_two() {
        let mut table = Table::new([Column::new("NAME"), Column::new("N")]);
        table.row(["研究室".to_owned(), "1".to_owned()]);
        table.row(["lab".to_owned(), "2".to_owned()]);
        assert_eq!(table.layout(Some(80), Ids::Short).text, "NAME    N\n研究室  1\nlab     2\n");
    }
}
