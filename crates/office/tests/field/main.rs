//! Public cases in which the workbench once failed, remade, and further members of each kind: what each has to report
//! stands in `INDEX.toml`, with where the case comes from.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use leasehold_office::explain::explain;
use leasehold_office::fleet::{Fleet, Origin, Row};
use leasehold_office::hunt::{Hunt, Options, VolumeLicence};
use leasehold_office::lint::{Context, lint};
use leasehold_office::plan::{Estate, plan};
use leasehold_office::read::{self, own::Own};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    case: Vec<Case>,
}

/// A file, or a folder of files, and what is demanded of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    /// The kind of fault that it stands for.
    kind: String,
    source: String,
    /// What has to be reported, in words.
    must: String,
    /// How many lines are reported.
    rows: Option<usize>,
    /// Lines that have to be among them.
    #[serde(default)]
    row: Vec<Expected>,
    /// Licences without a key.
    without_key: Option<u64>,
    /// Rules, codes or words that have to be reported.
    #[serde(default)]
    says: Vec<String>,
    /// What must not be.
    #[serde(default)]
    not: Vec<String>,
    /// The organisation's own hosts, where a hunt is told of them.
    #[serde(default)]
    own: Vec<String>,
}

/// A line that is demanded: each part of it that is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    machine: Option<String>,
    product: Option<String>,
    state: Option<String>,
    health: Option<String>,
    code: Option<String>,
    key: Option<String>,
    host: Option<String>,
    days: Option<u64>,
    #[serde(default)]
    says: Vec<String>,
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/field");
const TODAY: &str = "2026-11-29T00:00:00Z";
const COLLECTED: &str = "2026-11-28T00:00:00Z";

#[test]
fn every_case_reports_what_it_must() {
    let index = fs::read_to_string(Path::new(FOLDER).join("INDEX.toml")).expect("the folder has an index");
    let index: Index = toml::from_str(&index).expect("the index has the form of an index");
    assert!(index.case.iter().all(|case| !case.source.is_empty() && !case.must.is_empty() && !case.kind.is_empty()));
    let wrong: Vec<String> = index.case.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), index.case.len(), wrong.join("\n"));
}

#[test]
fn no_file_is_left_out_of_the_index() {
    let index = fs::read_to_string(Path::new(FOLDER).join("INDEX.toml")).expect("the folder has an index");
    let mut files = Vec::new();
    of_folder(Path::new(FOLDER), &mut files);
    for file in files {
        let name = file.strip_prefix(FOLDER).expect("it is below").to_string_lossy().replace('\\', "/");
        let listed = index.contains(&format!("\"{name}\"")) || index.contains(&format!("\"{}\"", folder_of(&name)));
        assert!(listed || name == "INDEX.toml" || name == "main.rs", "{name} is not in the index");
    }
}

fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(folder, _)| folder)
}

fn of_folder(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort_unstable();
    for entry in entries {
        if entry.is_dir() { of_folder(&entry, files) } else { files.push(entry) }
    }
}

fn wrong(case: &Case) -> Option<String> {
    let path = Path::new(FOLDER).join(&case.file);
    let mut files = Vec::new();
    if path.is_dir() {
        of_folder(&path, &mut files);
    } else {
        files.push(path);
    }
    let (rows, summary, told) = match case.file.split('/').next() {
        Some("status") => status(&files),
        Some("hunt") => (Vec::new(), None, hunt(&files, &case.own)),
        Some("lint") => (Vec::new(), None, findings(&files)),
        Some("plan") => (Vec::new(), None, planned(&files)),
        Some("explain") => (Vec::new(), None, explained(&files)),
        other => panic!("{other:?} is no command"),
    };
    let mut missing: Vec<String> = Vec::new();
    if case.rows.is_some_and(|rows_expected| rows_expected != rows.len()) {
        missing.push(format!("{} rows", case.rows.unwrap_or_default()));
    }
    if case.without_key != summary && case.without_key.is_some() {
        missing.push(format!("{:?} licences without a key, not {summary:?}", case.without_key));
    }
    missing.extend(
        case.row
            .iter()
            .filter(|expected| !rows.iter().any(|row| is(row, expected)))
            .map(|expected| format!("{expected:?}")),
    );
    missing.extend(case.says.iter().filter(|words| !told.contains(words.as_str())).cloned());
    missing.extend(case.not.iter().filter(|words| told.contains(words.as_str())).map(|words| format!("not {words:?}")));
    (!missing.is_empty()).then(|| format!("{}: {} ({})\n--- is:\n{told}", case.file, missing.join("\n  "), case.must))
}

fn is(row: &Row, expected: &Expected) -> bool {
    let text = |is: Option<&str>, expected: &Option<String>| {
        expected.as_ref().is_none_or(|words| is.is_some_and(|is| is.contains(words.as_str())))
    };
    let all = format!("{} {}", row.meaning, row.next);
    text(row.machine.as_deref(), &expected.machine)
        && text(row.product.as_deref(), &expected.product)
        && expected.state.as_ref().is_none_or(|state| row.state.is_some_and(|own| own.to_string() == *state))
        && expected.health.as_ref().is_none_or(|health| row.health.word() == health)
        && expected.code.as_ref().is_none_or(|code| row.code.is_some_and(|own| format!("0x{:08X}", own.0) == *code))
        && text(row.last5.as_deref(), &expected.key)
        && text(row.host.as_deref(), &expected.host)
        && expected.days.is_none_or(|days| row.minutes.is_some_and(|minutes| minutes / 1440 == days))
        && expected.says.iter().all(|words| all.contains(words.as_str()))
}

fn status(files: &[PathBuf]) -> (Vec<Row>, Option<u64>, String) {
    let collected: Timestamp = COLLECTED.parse().expect("a time");
    let mut fleet = Fleet::default();
    for file in files {
        let name = file.to_string_lossy();
        let origin = Origin { name: name.as_ref().into(), collected: Some(collected) };
        let (machine, by) = read::from_path(file);
        let text = fs::File::open(file).expect("it opens");
        read::read(text, machine, by, |item| fleet.add(&item, &origin)).expect("it can be read");
    }
    let summary = fleet.summary(TODAY.parse().expect("a time"));
    let rows = fleet.rows().to_vec();
    let told: Vec<String> = rows.iter().map(|row| serde_json::to_string(row).expect("a row")).collect();
    let told = format!("{}\n{}", told.join("\n"), serde_json::to_string(&summary.events_by_id).expect("plain data"));
    (rows, Some(summary.without_key), told)
}

fn hunt(files: &[PathBuf], own: &[String]) -> String {
    let mut list = Own::default();
    own.iter().for_each(|own| list.add(own.parse().expect("a host of one's own")));
    let options = Options {
        own: list,
        activation_interval: None,
        renewal_interval: None,
        volume_licence: VolumeLicence::Unsaid,
        today: "2026-11-29".parse().expect("a date"),
    };
    let mut hunt = Hunt::new(options);
    for file in files {
        hunt.text(&file.to_string_lossy(), None, fs::File::open(file).expect("it opens")).expect("it can be read");
    }
    let found = hunt.finish().findings;
    let told = found.iter().map(|one| format!("{} {}:{} {}", one.rule, one.line, one.text, one.detail));
    told.collect::<Vec<_>>().join("\n")
}

fn findings(files: &[PathBuf]) -> String {
    let alone = Context { today: Some("2026-11-29".parse().expect("a date")), ..Context::default() };
    let channels = files.iter().flat_map(|file| lint(&fs::read(file).expect("it opens"), &alone).channels).collect();
    let context = if files.len() > 1 { Context { channels, ..alone } } else { alone };
    let mut told = Vec::new();
    for file in files {
        let report = lint(&fs::read(file).expect("it opens"), &context);
        for finding in report.findings {
            told.push(format!("{:?} {} {}", finding.severity, finding.rule.id, finding.message));
        }
    }
    told.join("\n")
}

fn planned(files: &[PathBuf]) -> String {
    let text = fs::read_to_string(&files[0]).expect("it opens");
    let estate = Estate::parse(&text).expect("an estate");
    serde_json::to_string_pretty(&plan(&estate, "2026-11-29".parse().expect("a date"))).expect("plain data")
}

fn explained(files: &[PathBuf]) -> String {
    let text = fs::read_to_string(&files[0]).expect("it opens");
    // Messages go to the end of the line, codes stand several to one.
    let messages = files[0].file_stem().is_some_and(|stem| stem == "messages");
    let asked: Vec<&str> = if messages { text.lines().collect() } else { text.split_whitespace().collect() };
    let each = asked.into_iter().map(|word| match explain(word) {
        Ok(known) => format!("{word} known: {}", known[0].title),
        Err(unknown) => format!("{word} unknown: {} near {:?}", unknown.why, unknown.near),
    });
    each.collect::<Vec<_>>().join("\n")
}
