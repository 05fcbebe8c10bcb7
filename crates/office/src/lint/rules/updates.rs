//! How the installation is updated later.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regex::Regex;
use roxmltree::Node;

use super::super::context::Context;
use super::super::file::{File, Value, value};
use super::super::violation::Findings;
use super::{edit, is_of_cdn, quoted};

pub(super) const RULES: &[&str] = &["ODT073", "ODT074", "ODT075", "ODT077"];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for updates in file.named("Updates") {
        if let Some(enabled) = value(updates, "Enabled").filter(|enabled| enabled.is("FALSE")) {
            findings.add("ODT075", enabled.span, "updates are off: security holes stay open");
        }
        if let Some(path) =
            value(updates, "UpdatePath").filter(|path| !path.text.trim().is_empty() && !is_of_cdn(path.text))
        {
            findings.add(
                "ODT077",
                path.span,
                "updates come from a share of your own: it has to be refreshed every month",
            );
        }
        deadline(updates, context, findings);
    }
}

fn deadline(updates: Node<'_, '_>, context: &Context, findings: &mut Findings<'_>) {
    let Some(deadline) = value(updates, "Deadline") else { return };
    let Some(at) = read(deadline.text) else {
        malformed(&deadline, findings);
        return;
    };
    let Some(today) = context.today else { return };
    let soon = today.saturating_add(7.days());
    if at.date() < today {
        let message = format!("the deadline is past on {today}: updates are forced at once");
        findings.add("ODT074", deadline.span, message);
    } else if at.date() < soon {
        let message = format!("the deadline is less than seven days after {today}");
        findings.add("ODT074", deadline.span, message);
    }
}

fn malformed(deadline: &Value<'_>, findings: &mut Findings<'_>) {
    let message = format!("{} is not a time like 12/31/2026 18:30 (month first, UTC)", quoted(deadline.text));
    let finding = findings.add("ODT073", deadline.span.clone(), message);
    // A time that names its zone can mean one thing only.
    if let Ok(at) = deadline.text.trim().parse::<jiff::Timestamp>() {
        let utc = at.to_zoned(TimeZone::UTC).strftime("%m/%d/%Y %H:%M").to_string();
        finding.fix = Some(edit::replace(deadline, &utc));
    }
}

fn read(text: &str) -> Option<DateTime> {
    FORM.is_match(text).then(|| DateTime::strptime("%m/%d/%Y %H:%M", text).ok()).flatten()
}

static FORM: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\A[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9]{2}:[0-9]{2}\z").expect("a regular expression"));
