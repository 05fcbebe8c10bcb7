//! The report for a browser: one file that loads nothing, in light and dark, on paper too.

use std::collections::BTreeMap;

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{Bar, bars, columns, grouped};
use crate::fleet::{Health, HostBy, HostForecast, Row, Summary, Week, clear_name, in_days, reminds_from};
use crate::read::Counted;

/// The most lines, machines of one group, and hosts that the report lists; the rest is counted.
const MAX_LINES: usize = 2000;
const MAX_MACHINES: usize = 20;
const MAX_HOSTS: usize = 12;
const MAX_GROUPS: usize = 200;

const STYLE: &str = include_str!("report.css");
/// Searching and sorting the table; without it the table is all there.
const SCRIPT: &str = include_str!("report.js");
/// What the script may be: no other one runs, whatever a collected text holds.
const SCRIPT_HASH: &str = "423VCJ0+zuKp6boDZK9fQL3+tjgLqQfXfSqjwCwQhKU=";

/// The report on `rows`, which stand in the order in which they are to be listed, and what they add up to.
pub fn report(rows: &[Row], summary: &Summary) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(format!("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{SCRIPT_HASH}'"));
                meta name="color-scheme" content="light dark";
                title { "Activation status of " (grouped(summary.machines)) " machines" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(summary))
                main {
                    (charts(summary))
                    (attention(rows))
                    (hosts(summary))
                    (duplicates(summary))
                    (lines(rows))
                }
                footer { p { "Made by leasehold office status from what was collected; no machine and no host was asked." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn head(summary: &Summary) -> Markup {
    let count = |health: Health| summary.health.get(health.word()).copied().unwrap_or_default();
    html! {
        header {
            h1 { "Activation status" }
            p { "As of " (day(summary.as_of)) ", from what was collected." }
            dl class="tiles" {
                div { dt { "machines" } dd { (grouped(summary.machines)) } }
                @for health in [Health::Well, Health::Soon, Health::Attention, Health::Unknown, Health::Neutral] {
                    div class=(health.word()) { dt { (words(health)) } dd { (grouped(count(health))) } }
                }
            }
        }
    }
}

fn words(health: Health) -> &'static str {
    match health {
        Health::Well => "well",
        Health::Soon => "soon to end",
        Health::Attention => "need attention",
        Health::Unknown => "not recognised",
        Health::Neutral => "no statement",
    }
}

/// What has to be done, one entry for all lines that want the same.
fn attention(rows: &[Row]) -> Markup {
    let mut groups: BTreeMap<(std::cmp::Reverse<Health>, &str, &str), Vec<&Row>> = BTreeMap::new();
    let wanting = |row: &&Row| matches!(row.health, Health::Attention | Health::Soon | Health::Unknown);
    for row in rows.iter().filter(wanting) {
        groups.entry((std::cmp::Reverse(row.health), row.meaning.as_ref(), row.next.as_ref())).or_default().push(row);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| a.0.0.cmp(&b.0.0).then_with(|| b.1.len().cmp(&a.1.len())));
    html! {
        section aria-labelledby="todo" {
            h2 id="todo" { "What to do" }
            @if groups.is_empty() { p { "Nothing: everything that was collected is in order." } }
            @for ((health, meaning, next), rows) in groups.iter().take(MAX_GROUPS) {
                article class=(health.0.word()) {
                    h3 { span class="badge" { (words(health.0)) } " " (meaning) }
                    @if !next.is_empty() { p { "Next: " (next) } }
                    p class="machines" { (grouped(rows.len() as u64)) ": " (machines(rows)) }
                }
            }
            @if groups.len() > MAX_GROUPS { p { (grouped((groups.len() - MAX_GROUPS) as u64)) " more groups are not listed here." } }
        }
    }
}

fn machines(rows: &[&Row]) -> String {
    let names: Vec<&str> = rows.iter().take(MAX_MACHINES).map(|row| machine(row)).collect();
    let more = rows.len().saturating_sub(MAX_MACHINES);
    if more > 0 { format!("{} and {} more", names.join(", "), grouped(more as u64)) } else { names.join(", ") }
}

fn machine(row: &Row) -> &str {
    row.machine.as_deref().unwrap_or(&row.file)
}

fn charts(summary: &Summary) -> Markup {
    let bar = |label: &str, value: u64, class| Bar { label: label.to_owned(), value, class };
    let states: Vec<Bar> = summary.states.iter().map(|(state, count)| bar(state, *count, state_class(state))).collect();
    let hosts: Vec<Bar> = summary
        .hosts
        .iter()
        .take(MAX_HOSTS)
        .map(|host| {
            bar(
                &format!("{} ({})", host.host, by(host.by)),
                host.products,
                if host.by == HostBy::Manual { "soon" } else { "well" },
            )
        })
        .collect();
    let week = |week: &Week| {
        let label = if week.past { "ended".to_owned() } else { week.from.strftime("%d %b").to_string() };
        bar(&label, week.leases + week.others, if week.past { "attention" } else { "soon" })
    };
    let weeks: Vec<Bar> = summary.weeks.iter().map(week).collect();
    let ended = summary.weeks.iter().filter(|week| week.past).count();
    html! {
        section aria-labelledby="overview" {
            h2 id="overview" { "Overview" }
            div class="charts" {
                (bars("Products by state", "State", &states))
                @if !hosts.is_empty() { (bars("Products by KMS host", "Host", &hosts)) }
                @if weeks.iter().any(|week| week.value > 0) {
                    (columns("Leases and grace periods that end, by week, if nothing is renewed", "Week from", &weeks, ended))
                }
            }
        }
    }
}

fn state_class(state: &str) -> &'static str {
    match state {
        "licensed" => "well",
        "initial grace" => "soon",
        "not recognised" | "unknown" => "unknown",
        _ => "attention",
    }
}

fn by(host: HostBy) -> &'static str {
    match host {
        HostBy::Manual => "by hand",
        HostBy::Dns => "DNS",
        HostBy::ActiveDirectory => "Active Directory",
    }
}

fn hosts(summary: &Summary) -> Markup {
    html! {
        @if !summary.forecast.is_empty() {
            section aria-labelledby="hosts" {
                h2 id="hosts" { "KMS hosts and their counts" }
                p { "A machine counts for 30 days after it last asked. Below the threshold a host neither activates nor renews." }
                div class="wide" {
                    table class="stack" {
                        thead { tr {
                            th scope="col" { "Host" } th scope="col" { "Counts" } th scope="col" class="number" { "Needed" }
                            th scope="col" class="number" { "Known to have asked" } th scope="col" class="number" { "Shown by the host" }
                            th scope="col" { "If no machine asks again" }
                        } }
                        tbody { @for host in &summary.forecast { (host_line(host, summary.as_of)) } }
                    }
                }
            }
        }
    }
}

fn host_line(host: &HostForecast, as_of: Timestamp) -> Markup {
    html! {
        tr {
            th scope="row" { (host.host) }
            td data-label="Counts" { (host.counted.map_or("Office or Windows Server", Counted::word)) }
            td data-label="Needed" class="number" { (host.threshold) }
            td data-label="Known to have asked" class="number" { (grouped(host.known)) }
            td data-label="Shown by the host" class="number" { (host.shown.map_or_else(|| "not collected".to_owned(), |(count, _)| grouped(count))) }
            td data-label="If no machine asks again" { (falls(host, as_of)) }
        }
    }
}

/// When a host's count falls below its threshold, in words.
pub fn falls(host: &HostForecast, as_of: Timestamp) -> String {
    match host.falls_below {
        Some(at) if at <= as_of => format!("below {} since {}", host.threshold, day(at)),
        Some(at) => format!("below {} on {}", host.threshold, day(at)),
        None => "not known: fewer clients were collected than are needed".to_owned(),
    }
}

fn duplicates(summary: &Summary) -> Markup {
    html! {
        @if !summary.duplicates.is_empty() {
            section aria-labelledby="duplicates" {
                h2 id="duplicates" { "Client ids on several machines" }
                p { "A KMS host counts them as one: they come from an image that was not rearmed (ospprearm for Office, sysprep /generalize for Windows)." }
                div class="wide" {
                    table {
                        thead { tr { th scope="col" { "Client id" } th scope="col" { "Machines" } } }
                        tbody {
                            @for duplicate in summary.duplicates.iter().take(MAX_GROUPS) {
                                tr { td { code { (duplicate.cmid) } } td { (duplicate.machines.join(", ")) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn lines(rows: &[Row]) -> Markup {
    let more = rows.len().saturating_sub(MAX_LINES);
    html! {
        section aria-labelledby="lines" {
            h2 id="lines" { "Machines and products" }
            @if more > 0 { p { "The first " (grouped(MAX_LINES as u64)) " lines, those that need attention first; " (grouped(more as u64)) " more are in the table that --csv writes." } }
            p class="search" hidden { label for="search" { "Search " } input id="search" type="search" autocomplete="off"; " " span id="found" role="status" {} }
            div class="wide" {
                table id="machines" class="cards" {
                    thead { tr {
                        th scope="col" { "Machine" } th scope="col" { "Product" } th scope="col" { "State" }
                        th scope="col" class="number" { "Left" } th scope="col" { "Reminds from" } th scope="col" { "Details" }
                    } }
                    tbody { @for row in rows.iter().take(MAX_LINES) { (line(row)) } }
                }
            }
        }
    }
}

/// The gravest in columns, the rest in one cell, which paper and telephones show below.
fn line(row: &Row) -> Markup {
    let manual = row.host_by == Some(HostBy::Manual);
    let printed = row.product.as_deref().unwrap_or(row.tool);
    let product = clear_name(printed);
    html! {
        tr {
            th scope="row" { (machine(row)) }
            td data-label="Product" title=[(product != printed).then_some(printed)] { (product) }
            td data-label="State" { span class=(format!("badge {}", row.health.word())) { (row.state.map_or_else(|| words(row.health).to_owned(), |state| state.to_string())) } }
            td data-label="Left" class="number" data-sort=(row.minutes.unwrap_or(u64::from(u32::MAX))) { (row.minutes.map_or_else(String::new, in_days)) }
            td data-label="Reminds from" { (reminds_from(row).map_or_else(String::new, day)) }
            td class="details" {
                p { (row.meaning) @if let Some(code) = row.code { " " code { (format!("0x{:08X}", code.0)) } } }
                @if !row.next.is_empty() { p { "Next: " (row.next) } }
                @if row.host.is_some() || row.last5.is_some() {
                    p class="faint" {
                        @if let Some(host) = &row.host { "KMS host " (host) @if manual { " (set by hand)" } " " }
                        @if let Some(key) = &row.last5 { "key " code { (key) } }
                    }
                }
            }
        }
    }
}

/// A day as people write it, in UTC.
pub(crate) fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::fleet::{Fleet, Origin};
    use crate::read::{NamedBy, read};

    #[test]
    fn what_machines_are_called_does_nothing_to_the_page() {
        let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;";
        let text = format!(
            "LICENSE NAME: {hostile} edition\nLICENSE STATUS:  ---NOTIFICATIONS---\nERROR CODE: 0xC004F074\n\
             Last 5 characters of installed product key: {hostile}\n\tKMS machine registry override defined: {hostile}\n"
        );
        let mut fleet = Fleet::default();
        let origin = Origin { name: hostile.into(), collected: None };
        read(text.as_bytes(), Some(hostile.to_owned()), NamedBy::File, |item| fleet.add(&item, &origin)).unwrap();
        let page = report(fleet.rows(), &fleet.summary(Timestamp::UNIX_EPOCH)).into_string();
        assert!(page.matches("<script").count() == 1 && !page.contains("<img") && page.contains("&lt;script&gt;"));
        assert_eq!(page.matches("<tr>").count(), page.matches("</tr>").count());
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = report(&[], &Fleet::default().summary(Timestamp::UNIX_EPOCH)).into_string();
        assert!(
            ["src=", "href=", "url(", "@import", "http:", "https:"].iter().all(|load| !page.contains(load)),
            "{page}"
        );
        assert!(page.contains("Nothing: everything"));
    }

    #[test]
    fn the_script_is_the_one_that_may_run() {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digest = Sha256::digest(SCRIPT.as_bytes());
        let mut text = String::new();
        for some in digest.chunks(3) {
            let bits = some.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - some.len()));
            for at in 0..=some.len() {
                text.push(char::from(LETTERS[(bits >> (18 - 6 * at) & 63) as usize]));
            }
        }
        assert_eq!(format!("{text}="), SCRIPT_HASH);
        assert!(!SCRIPT.contains("</"), "it ends where its element does");
    }
}
