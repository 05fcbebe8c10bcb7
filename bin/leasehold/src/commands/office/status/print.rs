//! The overview for people.

use clap::Args;
use leasehold_office::fleet::{self, Fleet, Health, HostBy, Row, Summary};
use leasehold_office::read::NamedBy;
use leasehold_office::report::falls;

use crate::output::{self, Column, Table};

/// How many lines, hosts and client ids are shown unless all are wanted.
const SHOWN: usize = 50;
const SHOWN_FEW: usize = 10;

/// What is shown besides the gravest lines.
#[derive(Args, Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line, each of its own")]
pub(crate) struct Shown {
    /// Show every line, however many there are.
    #[arg(long)]
    pub(super) all: bool,
    /// Name the outputs that a later one of the same machine and product has replaced.
    #[arg(long)]
    pub(super) replaced: bool,
    /// Show products by the names that the tools print.
    #[arg(long)]
    pub(super) raw: bool,
    /// Show where each fact was read.
    #[arg(long)]
    pub(super) sources: bool,
}

pub(super) fn print(fleet: &Fleet, summary: &Summary, shown: Shown) {
    let max = if shown.all { usize::MAX } else { SHOWN };
    lines(fleet.rows(), max, shown.raw);
    outln!();
    totals(fleet.rows(), summary);
    hosts(summary);
    if shown.replaced {
        replaced(summary);
    }
    if shown.sources {
        outln!();
        for (fact, source) in fleet::sources(fleet.rows()) {
            output::paragraph(0, &format!("{fact}: {source}"));
        }
    }
}

/// The outputs that later ones have replaced, by name.
fn replaced(summary: &Summary) {
    outln!();
    for one in &summary.replaced {
        let product = one.product.as_deref().map_or_else(String::new, |product| format!(" {}", clean(product)));
        let (machine, file, by) = (clean(&one.machine), clean(&one.file), clean(&one.by));
        output::paragraph(0, &format!("replaced: {machine}{product}: {file}:{} by {by}", one.line));
    }
}

fn lines(rows: &[Row], shown: usize, raw: bool) {
    if rows.is_empty() {
        return;
    }
    table(rows.iter().take(shown), raw);
    if rows.len() > shown {
        errln!("{} more lines, none graver than these: --all shows them, --csv and --html too", rows.len() - shown);
    }
}

fn table<'a>(rows: impl Iterator<Item = &'a Row>, raw: bool) {
    let mut table = Table::new([
        Column::new("MACHINE"),
        Column::prose("PRODUCT"),
        Column::prose("STATE"),
        Column::new("LEFT"),
        Column::prose("CHANNEL").rank(1),
        Column::new("HOST").rank(3),
        Column::new("KEY").rank(2),
        Column::prose("MEANING"),
        Column::prose("NEXT"),
    ]);
    for row in rows {
        table.row([
            machine(row),
            product(row, raw),
            state(row),
            row.minutes.map_or_else(String::new, left),
            row.channel.map_or_else(String::new, word),
            host(row),
            clean(row.last5.as_deref().unwrap_or_default()),
            meaning(row),
            clean(&row.next),
        ]);
    }
    table.print();
}

/// The product as people call it, or as the tool prints it.
fn product(row: &Row, raw: bool) -> String {
    let printed = row.product.as_deref().unwrap_or(row.tool);
    clean(&if raw { printed.to_owned() } else { fleet::clear_name(printed) })
}

/// What comes from a file is not trusted to leave a terminal as it is.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn state(row: &Row) -> String {
    row.state.map_or_else(|| row.health.word().to_owned(), |state| state.to_string())
}

fn machine(row: &Row) -> String {
    clean(row.machine.as_deref().unwrap_or(&row.file))
}

fn left(minutes: u64) -> String {
    match minutes / fleet::MINUTES_A_DAY {
        0 => format!("{minutes} min"),
        days => format!("{days} d"),
    }
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::json!(value).as_str().unwrap_or_default().to_owned()
}

fn host(row: &Row) -> String {
    let name = clean(row.host.as_deref().unwrap_or_default());
    match row.host_by {
        Some(HostBy::Manual) => format!("{name} (set by hand)"),
        Some(HostBy::ActiveDirectory) => "Active Directory".to_owned(),
        Some(HostBy::Dns) | None => name,
    }
}

fn meaning(row: &Row) -> String {
    let code = row.code.map_or_else(String::new, |code| format!(" [0x{:08X}]", code.0));
    clean(&format!("{}{code}", row.meaning))
}

fn totals(rows: &[Row], summary: &Summary) {
    let listed = |parts: Vec<String>| parts.join(", ");
    let named = |by: NamedBy| rows.iter().filter(|row| row.named_by == by).count();
    let mut about = vec![(
        "machines".to_owned(),
        machines(summary.machines, &[named(NamedBy::Text), named(NamedBy::File), named(NamedBy::Folder)]),
    )];
    let mut add = |name: &str, words: String| {
        if !words.is_empty() {
            about.push((name.to_owned(), words));
        }
    };
    let health =
        Health::ALL.iter().rev().filter_map(|health| summary.health.get(health.word()).map(|count| (health, count)));
    add(
        "lines",
        listed(
            health
                .filter(|(_, count)| **count > 0)
                .map(|(health, count)| format!("{count} {}", health.word()))
                .collect(),
        ),
    );
    add("states", listed(summary.states.iter().map(|(state, count)| format!("{count} {state}")).collect()));
    add(
        "channels",
        listed(summary.channels.iter().map(|(channel, count)| format!("{count} {}", word(channel))).collect()),
    );
    add(
        "hosts",
        listed(
            summary
                .hosts
                .iter()
                .take(SHOWN_FEW)
                .map(|host| format!("{} {} ({})", host.products, clean(&host.host), word(host.by)))
                .collect(),
        ),
    );
    let ending: u64 = summary.weeks.iter().skip(1).take(4).map(|week| week.leases + week.others).sum();
    let ended: u64 = summary.weeks.iter().filter(|week| week.past).map(|week| week.leases + week.others).sum();
    if ending + ended > 0 {
        add(
            "ending",
            format!(
                "{ended} have ended since they were collected, {ending} end within four weeks of {}, unless they are renewed",
                summary.as_of.strftime("%Y-%m-%d")
            ),
        );
    }
    for duplicate in summary.duplicates.iter().take(SHOWN_FEW) {
        let names: Vec<String> = duplicate.machines.iter().map(|name| clean(name)).collect();
        add("one client id", format!("{} on {}", clean(&duplicate.cmid), names.join(", ")));
    }
    let count = |number: u64, what: &str| if number > 0 { format!("{number} {what}") } else { String::new() };
    add(
        "not listed",
        listed(
            [
                count(summary.without_key, "licences without a key"),
                count(summary.superseded, "older outputs of the same machine and product (--replaced names them)"),
            ]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect(),
        ),
    );
    let events = summary.events_by_id.iter().map(|(id, times)| format!("{times} of {id}"));
    about.extend(named_list("events", events));
    let foreign = summary.foreign.iter().take(SHOWN_FEW).map(|one| format!("{} ({})", clean(&one.file), one.what));
    about.extend(named_list("not read", foreign));
    if summary.foreign.len() > SHOWN_FEW {
        about.push(("not read".to_owned(), format!("{} more files", summary.foreign.len() - SHOWN_FEW)));
    }
    output::rows(&about);
}

fn named_list(name: &str, parts: impl Iterator<Item = String>) -> Option<(String, String)> {
    let words = parts.collect::<Vec<_>>().join(", ");
    (!words.is_empty()).then(|| (name.to_owned(), words))
}

fn machines(all: u64, [text, file, folder]: &[usize; 3]) -> String {
    let named = [(text, "in the texts"), (file, "by their files"), (folder, "by their folders")];
    let named: Vec<String> =
        named.iter().filter(|(count, _)| **count > 0).map(|(count, how)| format!("{count} {how}")).collect();
    if named.is_empty() { format!("{all}, not named") } else { format!("{all} (lines named {})", named.join(", ")) }
}

fn hosts(summary: &Summary) {
    if summary.forecast.is_empty() {
        return;
    }
    outln!();
    let mut table = Table::new([
        Column::new("KMS HOST"),
        Column::prose("COUNTS"),
        Column::new("NEEDED"),
        Column::new("KNOWN TO HAVE ASKED"),
        Column::new("SHOWN BY THE HOST"),
        Column::prose("IF NO MACHINE ASKS AGAIN"),
    ]);
    for host in summary.forecast.iter().take(SHOWN) {
        table.row([
            clean(&host.host),
            host.counted.map_or_else(|| "office or windows-server".to_owned(), word),
            host.threshold.to_string(),
            host.known.to_string(),
            host.shown.map_or_else(|| "-".to_owned(), |(count, _)| count.to_string()),
            falls(host, summary.as_of),
        ]);
    }
    table.print();
}
