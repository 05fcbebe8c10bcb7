//! One line of the overview: a product on a machine, or what else a text shows.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::advice::{Advice, Health};
use super::event::of_event_alone;
use super::host::verdict;
use super::judge::{advice, of_subscription};
use crate::facts::errors::Hresult;
use crate::facts::kms::KMS;
use crate::facts::outputs::{Field, Script};
use crate::read::{
    Block, Channel, Connection, Content, Event, Failure, Item, Licences, Lookup, NamedBy, Owner, Record, State,
    UNREACHED,
};

/// Where a text comes from, and when it was collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its name, as people find it again.
    pub name: Arc<str>,
    /// When it was collected.
    pub collected: Option<Timestamp>,
}

/// A line of the overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The machine, where it is known.
    pub machine: Option<Arc<str>>,
    /// What told its name.
    pub named_by: NamedBy,
    /// The file.
    pub file: Arc<str>,
    /// The line in it.
    pub line: u64,
    /// The tool: `ospp.vbs`, `slmgr.vbs`, `vnextdiag.ps1`, `nslookup`, `Test-NetConnection`, `event log`.
    pub tool: &'static str,
    /// The product, or what else the line is about.
    pub product: Option<Arc<str>>,
    /// Its state; `null` where it is not known.
    pub state: Option<State>,
    /// How it stands.
    pub health: Health,
    /// How it gets its licence.
    pub channel: Option<Channel>,
    /// Minutes to the end of lease or grace when it was collected.
    pub minutes: Option<u64>,
    /// When it was collected.
    pub collected: Option<Timestamp>,
    /// When lease, grace or licence ends unless it is renewed.
    pub ends: Option<Timestamp>,
    /// The KMS host.
    pub host: Option<Arc<str>>,
    /// Who chose it.
    pub host_by: Option<HostBy>,
    /// The last five characters of the key.
    pub last5: Option<Arc<str>>,
    /// The product of the public key (GVLK), where it is one.
    pub gvlk: Option<&'static str>,
    /// The code, where there is one.
    #[serde(serialize_with = "code")]
    pub code: Option<Hresult>,
    /// What it means.
    pub meaning: Cow<'static, str>,
    /// What to do next.
    pub next: Cow<'static, str>,
    /// What it comes to in a few words, where the state alone would mislead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// What kind of thing it tells.
    #[serde(skip)]
    pub(crate) kind: RowKind,
    /// What tells it apart from others of its product: an activation id, a host, a code.
    #[serde(skip)]
    pub(crate) id: Option<Arc<str>>,
}

/// What kind of thing a line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum RowKind {
    /// The state of a product, or of a host.
    Product,
    /// The answer to a command.
    Answer,
    /// A service record, or that there is none.
    Record,
    /// A test of a connection.
    Connection,
    /// An event.
    Event,
    /// A script that has not run.
    Failure,
    /// A text that is not recognised.
    Unknown,
}

/// Who chose a KMS host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostBy {
    /// It was set on the machine.
    Manual,
    /// It was found in DNS.
    Dns,
    /// None: Active Directory has activated the machine.
    ActiveDirectory,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::ref_option, reason = "serde passes a reference")]
fn code<S: serde::Serializer>(code: &Option<Hresult>, serializer: S) -> Result<S::Ok, S::Error> {
    match code {
        Some(code) => serializer.collect_str(&format_args!("0x{:08X}", code.0)),
        None => serializer.serialize_none(),
    }
}

/// The lines that an item makes. `share` gives one copy of each name, however often it occurs.
pub(crate) fn rows(item: &Item, origin: &Origin, share: &mut dyn FnMut(&str) -> Arc<str>) -> Vec<Row> {
    let machine = item.machine.as_deref().map(&mut *share);
    let row = |line: u64, tool: &'static str, advice: Advice| Row {
        machine: machine.clone(),
        named_by: item.named_by,
        file: origin.name.clone(),
        line,
        tool,
        product: None,
        state: None,
        health: advice.health,
        channel: None,
        minutes: None,
        collected: origin.collected,
        ends: None,
        host: None,
        host_by: None,
        last5: None,
        gvlk: None,
        code: None,
        meaning: advice.meaning,
        next: advice.next,
        verdict: None,
        kind: RowKind::Unknown,
        id: None,
    };
    match &item.content {
        Content::Block(block) => {
            let shown = block.is_product() || block.is_result() || advice(block).meaning != NOTHING_SHOWN;
            shown
                .then(|| of_block(block, row(block.line, tool(block.tool), advice(block)), share))
                .into_iter()
                .collect()
        }
        Content::Licences(licences) => of_licences(licences, &row, share),
        Content::Lookup(lookup) => of_lookup(lookup, &row, share),
        Content::Connection(connection) => vec![of_connection(connection, row, share)],
        Content::Event(event) => of_event(event, row, share).into_iter().collect(),
        Content::Failure(failure) => vec![of_failure(failure, row)],
        Content::Unknown(unknown) => {
            let first = unknown.lines.first();
            vec![row(first.map_or(1, |line| line.line), "", Advice::of_unknown(unknown.localised, first))]
        }
    }
}

/// What [`advice`] says of a block that shows neither product nor answer.
const NOTHING_SHOWN: &str = "no state is shown";

fn tool(script: Script) -> &'static str {
    match script {
        Script::Ospp => "ospp.vbs",
        Script::Slmgr | Script::SlmgrXpr => "slmgr.vbs",
        Script::Wmi => "WMI",
        Script::Vamt => "VAMT",
    }
}

fn of_block(block: &Block, row: Row, share: &mut dyn FnMut(&str) -> Arc<str>) -> Row {
    let (minutes, channel) = (block.minutes(), block.channel());
    let host_by = if block.last_method() == Some("AD") {
        Some(HostBy::ActiveDirectory)
    } else if block.manual_host().is_some() {
        Some(HostBy::Manual)
    } else {
        block.dns_host().map(|_| HostBy::Dns)
    };
    let ids = [Field::SkuId, Field::ActivationId, Field::ProductId].into_iter().filter_map(|field| block.text(field));
    let ids: Vec<&str> = ids.chain(block.last5()).collect();
    Row {
        kind: if block.is_product() { RowKind::Product } else { RowKind::Answer },
        id: (!ids.is_empty()).then(|| share(&ids.join(" "))),
        product: block.name().map(&mut *share),
        state: block.state(),
        channel: (block.description().is_some() || channel != Channel::Other).then_some(channel),
        minutes,
        ends: minutes.and_then(|minutes| after(row.collected?, minutes)),
        host: block.host().map(&mut *share),
        host_by,
        last5: block.last5().map(&mut *share),
        gvlk: block.gvlk().map(|key| key.product.as_str()),
        code: block.error(),
        verdict: verdict(block),
        ..row
    }
}

/// The time so many minutes later.
pub(crate) fn after(from: Timestamp, minutes: u64) -> Option<Timestamp> {
    let span = SignedDuration::try_from_mins(i64::try_from(minutes).ok()?)?;
    from.checked_add(span).ok()
}

fn of_licences(
    licences: &Licences,
    row: &dyn Fn(u64, &'static str, Advice) -> Row,
    share: &mut dyn FnMut(&str) -> Arc<str>,
) -> Vec<Row> {
    const TOOL: &str = "vnextdiag.ps1";
    let mut rows = Vec::new();
    for licence in &licences.licences {
        // The script tells the state of the moment; the collection's time is that moment, so its word stands.
        let collected = row(licences.line, TOOL, Advice::of_unknown(false, None)).collected;
        let state = licence.state.or_else(|| licence.state_at(collected?));
        let row = row(licences.line, TOOL, state.map_or_else(|| Advice::of_unknown(false, None), of_subscription));
        let owner = if licence.kind == Owner::Device { "device" } else { "user" };
        let named = licence.product.as_deref().unwrap_or("Microsoft 365 Apps");
        rows.push(Row {
            kind: RowKind::Product,
            id: licence.email.as_deref().or(licence.tenant.as_deref()).map(&mut *share),
            product: Some(share(&format!("{named} ({owner})"))),
            state,
            channel: Some(Channel::Subscription),
            ends: licence.ends(),
            minutes: licence.ends().zip(row.collected).and_then(|(ends, now)| minutes_between(now, ends)),
            ..row
        });
    }
    if rows.is_empty() {
        let advice = if licences.shared == Some(true) {
            let tokens = licences.tokens.len();
            let health = if tokens == 0 { Health::Attention } else { Health::Well };
            let next = if tokens == 0 { "start an app and sign in with a licensed account" } else { "" };
            Advice::new(health, format!("shared computer activation, {tokens} tokens for this user"), next)
        } else if let Some(error) = &licences.error {
            Advice::new(
                Health::Unknown,
                format!("the script itself failed before it showed a licence: {error}"),
                "sign in to an app once, then run vnextdiag.ps1 again; the newest copy lies in the folder of Office",
            )
        } else if licences.damaged > 0 {
            Advice::new(
                Health::Unknown,
                format!("{} licences are shown that cannot be read", licences.damaged),
                "collect the output as a file, without a console's line breaks",
            )
        } else {
            Advice::new(
                Health::Neutral,
                "no licence of Microsoft 365 Apps for this user",
                "licences are per user: run the script as the user who works on the machine",
            )
        };
        rows.push(Row {
            kind: RowKind::Product,
            product: Some(share("Microsoft 365 Apps")),
            channel: Some(Channel::Subscription),
            ..row(licences.line, TOOL, advice)
        });
    }
    rows
}

fn minutes_between(from: Timestamp, to: Timestamp) -> Option<u64> {
    u64::try_from(to.duration_since(from).as_mins()).ok()
}

fn of_lookup(
    lookup: &Lookup,
    row: &dyn Fn(u64, &'static str, Advice) -> Row,
    share: &mut dyn FnMut(&str) -> Arc<str>,
) -> Vec<Row> {
    const TOOL: &str = "nslookup";
    const NO_RECORD: Hresult = Hresult(0x8007_232B);
    if lookup.records.is_empty() {
        let code = lookup.expected_error();
        let mut advice = Advice::of_code(code.unwrap_or(NO_RECORD));
        if let Some(error) = &lookup.error {
            advice.meaning = format!("no KMS host in DNS: {error}").into();
        }
        return vec![Row { kind: RowKind::Record, code, ..row(lookup.line, TOOL, advice) }];
    }
    let port = u16::try_from(KMS.number("port.tcp")).unwrap_or(1688);
    let of_record = |record: &Record| {
        let target = record.target.as_deref()?;
        let host = format!("{target}:{}", record.port.unwrap_or(port));
        let address = lookup.address(target).map_or_else(String::new, |address| format!(" ({address})"));
        let usual = record.port.is_none_or(|own| own == port);
        let meaning = format!("a KMS host in DNS: {host}{address}");
        let advice = if usual {
            Advice::new(Health::Well, meaning, "")
        } else {
            Advice::new(
                Health::Soon,
                format!("{meaning}, not on port {port}"),
                "compare with the list of the organisation's own hosts",
            )
        };
        let host = share(&host);
        Some(Row {
            product: Some(share(&record.name)),
            kind: RowKind::Record,
            id: Some(host.clone()),
            host: Some(host),
            host_by: Some(HostBy::Dns),
            ..row(lookup.line, TOOL, advice)
        })
    };
    lookup.records.iter().filter_map(of_record).collect()
}

fn of_connection(
    connection: &Connection,
    row: impl Fn(u64, &'static str, Advice) -> Row,
    share: &mut dyn FnMut(&str) -> Arc<str>,
) -> Row {
    let target = connection.host.as_deref().or(connection.address.as_deref()).unwrap_or("the host");
    let number = connection.port.map_or_else(|| "1688".to_owned(), |port| port.to_string());
    let advice = match connection.tcp {
        Some(false) => {
            let pinged = if connection.ping == Some(true) {
                ", though it answers a ping: a firewall is between, or no service listens"
            } else {
                ""
            };
            Advice::new(
                Health::Attention,
                format!("{target} does not take connections on port {number}{pinged}"),
                format!(
                    "allow TCP {number} on the way and on the host, and see that the Software Protection service runs \
                     there; clients report 0x{UNREACHED:08X} until then"
                ),
            )
        }
        Some(true) => Advice::new(Health::Well, format!("{target} takes connections"), ""),
        None => Advice::new(Health::Unknown, "no port was tested", "Test-NetConnection HOST -Port 1688"),
    };
    let port = connection.port.map_or_else(String::new, |port| format!(":{port}"));
    let host = share(&format!("{target}{port}"));
    Row {
        kind: RowKind::Connection,
        id: Some(host.clone()),
        product: Some(share(&format!("port of {target}"))),
        host: Some(host),
        ..row(connection.line, "Test-NetConnection", advice)
    }
}

/// A line for an event that says something by itself; requests and answers that went well are counted instead, and so is
/// what licensing writes every day.
fn of_event(
    event: &Event,
    row: impl Fn(u64, &'static str, Advice) -> Row,
    share: &mut dyn FnMut(&str) -> Arc<str>,
) -> Option<Row> {
    let code = event.hresult().filter(|code| code.signed() < 0);
    let advice = of_event_alone(event, code)?;
    let id = code.map_or_else(String::new, |code| code.to_string());
    Some(Row {
        kind: RowKind::Event,
        id: Some(share(&id)),
        product: Some(share(&format!("event {}", event.id))),
        code,
        ..row(event.line, "event log", advice)
    })
}

/// A script that has not run: what stood in the way is told, and not taken for a state.
fn of_failure(failure: &Failure, row: impl Fn(u64, &'static str, Advice) -> Row) -> Row {
    let (meaning, next) = failure.entry().map_or(("the script has not run", ""), |entry| (&entry.meaning, &entry.next));
    let advice = Advice::new(Health::Attention, format!("{meaning}: {}", failure.text), next);
    Row { kind: RowKind::Failure, id: Some(failure.id.into()), ..row(failure.line, "", advice) }
}

impl Row {
    /// The machine that it is of; the file, where none is named.
    pub(crate) fn subject(&self) -> Arc<str> {
        self.machine.clone().unwrap_or_else(|| self.file.clone())
    }

    /// Whether it is a product with a licence of its own, and not the answer to a command or a licence without key.
    pub fn is_product(&self) -> bool {
        self.state.is_some() && self.health != Health::Neutral
    }
}
