//! What was printed beside what the page says. Names, keys and times differ from run to run: each stands for another, the same one
//! on the whole page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use leasehold_client::{Clock as _, SystemClock};
use regex::Regex;

/// What the page's names and keys are in this run.
#[derive(Default)]
pub(crate) struct Bound(BTreeMap<String, String>);

impl Bound {
    /// What is typed: the command with the names and keys of this run. A name may be cut, `f012e951…`. An end lies in the
    /// future whenever the page is read: next year, or where the page has it.
    pub(crate) fn applied(&self, command: &str) -> String {
        let next = SystemClock.now().year_and_month().0 + 1;
        let mut command = ENDS
            .replace_all(command, |end: &regex::Captures<'_>| {
                let year: u64 = end[2].parse().expect("four digits");
                format!("{}{}{}", &end[1], year.max(next), &end[3])
            })
            .into_owned();
        for (documented, here) in &self.0 {
            command = command.replace(documented.as_str(), here);
        }
        CUT.replace_all(&command, |cut: &regex::Captures<'_>| {
            let whole = self.0.iter().find(|(documented, _)| documented.starts_with(&cut[1]));
            whole.map_or_else(|| cut[0].to_owned(), |(_, here)| here.clone())
        })
        .into_owned()
    }

    /// What was printed, with the page's names and keys for those that it has.
    pub(crate) fn as_documented(&self, printed: &str) -> Vec<String> {
        let mut text = printed.trim_end().to_owned();
        for (documented, here) in &self.0 {
            text = text.replace(here.as_str(), documented);
        }
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// Compares line by line. `...` stands for the rest of a line, or alone for any number of lines.
    pub(crate) fn compare(&mut self, expected: &[String], printed: &str) -> Result<(), String> {
        let printed = printed.trim_end();
        let mut lines = printed.lines().map(str::trim_end);
        let mut left_out = false;
        for line in expected {
            if line.trim() == ELIDED {
                left_out = true;
                continue;
            }
            let found = if left_out { lines.find(|here| self.same(line, here)) } else { lines.next() };
            if !found.is_some_and(|here| self.same(line, here)) {
                return Err(format!(
                    "expected  {line}\nfound     {}\nin all\n{printed}",
                    found.unwrap_or("nothing more")
                ));
            }
            left_out = false;
        }
        match lines.next() {
            Some(more) if !left_out => Err(format!("expected  nothing more\nfound     {more}\nin all\n{printed}")),
            _ => Ok(()),
        }
    }

    /// Whether two lines are the same but for names, keys, times and the widths of columns.
    fn same(&mut self, documented: &str, here: &str) -> bool {
        let (cut, documented) = documented.strip_suffix(ELIDED).map_or((false, documented), |begins| (true, begins));
        let (expected, found) = (spaces(&VARIES.replace_all(documented, "?")), spaces(&VARIES.replace_all(here, "?")));
        let alike = if cut { found.starts_with(expected.trim_end()) } else { expected == found };
        let pairs: Vec<_> = VARIES.find_iter(documented).zip(VARIES.find_iter(here)).collect();
        let bound = |(page, run): &(regex::Match<'_>, regex::Match<'_>)| {
            let (page, run) = (bare(page.as_str()), bare(run.as_str()));
            self.0.iter().all(|(documented, here)| (documented == page) == (here == run))
        };
        if !alike || !pairs.iter().filter(|(page, _)| names(page.as_str())).all(bound) {
            return false;
        }
        for (page, run) in pairs.iter().filter(|(page, _)| names(page.as_str())) {
            self.0.insert(bare(page.as_str()).to_owned(), bare(run.as_str()).to_owned());
        }
        true
    }
}

/// Times differ by themselves; all else that varies names something.
fn names(varying: &str) -> bool {
    !TIME.is_match(varying)
}

/// The last characters of a key without the mark that stands before them.
fn bare(varying: &str) -> &str {
    varying.trim_start_matches('…')
}

fn spaces(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

const ELIDED: &str = "...";
static TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d{4}-\d\d\b|\d+ (ms|MiB|days?|d|h|min)|in \d|\(now)").expect("a pattern"));
static ENDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(--(?:end|expires) )(\d{4})(-\d\d-\d\d)\b").expect("a pattern"));
static CUT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b([0-9a-f]{8,})…").expect("a pattern"));
static VARIES: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = [
        r"leasehold-host-[0-9a-f]{8}-\d{12}\.tar",
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        r"\b([0-9a-f]{8}|[0-9a-f]{16}|[0-9a-f]{32,})\b",
        r"\b20\d\d-[01]\d(-\d\d( \d\d:\d\d(:\d\d)? UTC|T\d\d:\d\d:\d\dZ)?)?\b",
        r"\b\d+ (ms|MiB|days?)\b",
        r"\bin \d+ (d|h|min|s)\b|\b\d+ (d|h|min) ago\b|\(now\)",
        r"\b[A-Z0-9]{5}(-[A-Z0-9]{5}){4}\b",
        r"…[A-Z0-9]{5}\b",
        r"\blhv_[\w-]+",
    ];
    Regex::new(&kinds.join("|")).expect("a pattern")
});

#[test]
fn lines_are_the_same_but_for_names_and_times_and_a_name_is_one_on_the_whole_page() {
    let mut bound = Bound::default();
    let (a, b) = ("2a8393d5-a187-7a50-8439-e18ba0b060f2", "00000000-a187-7a50-8439-e18ba0b060f2");
    let line = |id: &str, day: u8| format!("host  {id} until 2028-11-{day} 06:20 UTC");
    assert!(bound.compare(&[line(a, 22)], &line(b, 23)).is_ok());
    assert!(bound.compare(&[line(a, 22)], &line(a, 22)).is_err(), "it was another before");
    assert_eq!(bound.applied("revoke 2a8393d5…"), format!("revoke {b}"));
    assert_eq!(bound.applied("set --end 9999-01-31"), "set --end 9999-01-31");
    assert!(!bound.applied("set --expires 2020-01-31").contains("2020"), "it has passed");
    assert!(bound.compare(&["2026-11  acme  1".to_owned()], "2027-01  acme  1\n").is_ok(), "a month is a time");
    assert!(bound.compare(&["a".to_owned(), "...".to_owned(), "d...".to_owned()], "a\nb\nc\nd e\n").is_ok());
    for printed in ["a", "a\nb\nc", "x"] {
        assert!(bound.compare(&["a".to_owned(), "b".to_owned()], printed).is_err(), "{printed}");
    }
}
