//! What a hunt has found: which rule or sign, where, and what else could explain it.

use serde::Serialize;

use crate::facts::indicators::{INDICATORS, Rule, Strength};
use crate::read::masked;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The rule (`ACT005`), or the table of signs (`file`, `site`, `registry`, `task-or-service`) that it stands in.
    pub rule: String,
    /// The entry of that table, where it is one.
    pub sign: Option<String>,
    /// How strong it is.
    pub strength: Strength,
    /// A few words.
    pub title: String,
    /// What is the matter here.
    pub detail: String,
    /// The text that it was found in.
    pub file: String,
    /// The line there, from 1; in an event log the record.
    pub line: u64,
    /// The line itself, shortened; of a product key no more than its end.
    pub text: String,
    /// The machine that the text is of, where it is known.
    pub machine: Option<String>,
    /// Why it matters.
    pub why: String,
    /// What else could explain it.
    pub false_positives: String,
    /// What to do.
    pub next: String,
    /// Where the rule was read.
    pub source: String,
}

/// Where something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) file: String,
    pub(super) line: u64,
    pub(super) text: String,
    pub(super) machine: Option<String>,
}

impl Evidence {
    /// A finding of the rule `id`.
    pub(super) fn of_rule(id: &'static str, detail: impl Into<String>, spot: Spot) -> Self {
        let Rule { id, severity, title, why, false_positives, source, .. } =
            INDICATORS.rule(id).expect("rules are named as in the table: a test tries each");
        Self {
            rule: id.clone(),
            sign: None,
            strength: *severity,
            title: title.clone(),
            detail: detail.into(),
            file: spot.file,
            line: spot.line,
            text: shown(&spot.text),
            machine: spot.machine,
            why: why.clone(),
            false_positives: false_positives.clone(),
            next: next(id).to_owned(),
            source: source.clone(),
        }
    }

    /// A finding of an entry of a table of signs.
    pub(super) fn of_sign(table: &str, sign: &Sign<'_>, spot: Spot) -> Self {
        Self {
            rule: table.to_owned(),
            sign: Some(sign.entry.to_owned()),
            strength: sign.strength,
            title: "sign of an activator".to_owned(),
            detail: sign.note.to_owned(),
            file: spot.file,
            line: spot.line,
            text: shown(&spot.text),
            machine: spot.machine,
            why: "the entry names what activators leave behind".to_owned(),
            false_positives: "another program of that name; a copy that was kept as evidence".to_owned(),
            next: next("").to_owned(),
            source: sign.source.to_owned(),
        }
    }

    /// A finding of a command that runs what comes from a site. Where a text quotes it, it is no more than a medium sign.
    pub(super) fn of_script(Fetched { sign, quoted }: Fetched, spot: Spot) -> Self {
        let mut finding = Self::of_sign("site", &sign, spot);
        "a text that warns of the command or explains it".clone_into(&mut finding.false_positives);
        if quoted {
            finding.strength = finding.strength.min(Strength::Medium);
            finding.detail.push_str("; the line quotes the command among other words");
        }
        finding
    }
}

/// An entry of a table of signs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign<'s> {
    pub(super) entry: &'s str,
    pub(super) strength: Strength,
    pub(super) note: &'s str,
    pub(super) source: &'s str,
}

/// A command that runs what comes from a site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fetched {
    pub(super) sign: Sign<'static>,
    /// Whether a text only quotes it.
    pub(super) quoted: bool,
}

/// What to do about a finding of each rule.
fn next(rule: &str) -> &'static str {
    match rule {
        "ACT001" => "find out what listens on the machine; remove the host name (`slmgr /ckms`, `ospp.vbs /remhst`)",
        "ACT002" | "ACT003" => {
            "remove the host name (`slmgr /ckms`, `ospp.vbs /remhst`) and activate by your own method; a host of your own \
             belongs on the list (--own)"
        }
        "ACT004" => "look for a virtual network adapter and for what listens behind it",
        "ACT005" => "compare with `slmgr /dlv` on your host; list it with its port (--own HOST:PORT)",
        "ACT006" => {
            "compare with `slmgr /dlv` on your host; tell its intervals (--activation-interval, --renewal-interval)"
        }
        "ACT007" => "check the clock; then install the key of your own licence and activate again",
        "ACT008" | "ACT009" => "find out whose machines they are: `leasehold office doctor DOMAIN --own HOST`",
        "ACT010" => "find out who entered the line, and take it out",
        "ACT011" | "ACT012" => {
            "compare with what was bought; remove the key that does not belong (`ospp.vbs /unpkey:LAST5`)"
        }
        "ACT013" => "run the status as an administrator; then `slmgr /ato` or `ospp.vbs /act`, and look again",
        "ACT014" => {
            "look for what changed it, restore the service and its keys, and check the machine for an activator"
        }
        "ACT015" => "read the scanner's history: when, where from, whether it ran; then check the machine",
        "ACT016" => "run vnextdiag.ps1 as the user; then check the files of Office",
        "ACT017" => "rearm clones (`sysprep /generalize`, `ospprearm`); find out who asks under one name with many ids",
        "ACT018" => "block TCP 1688 to the internet; find the clients' host names",
        _ => "keep the evidence, find out when it came and what ran, then clean up or reinstall the machine",
    }
}

/// The line as it is shown: without product keys and control characters, shortened.
fn shown(line: &str) -> String {
    masked(line).trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_SHOWN).collect()
}

/// As much of a line as people read.
const MAX_SHOWN: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_makes_a_finding_and_says_what_to_do() {
        for rule in &INDICATORS.rules {
            let finding = Evidence::of_rule(Box::leak(rule.id.clone().into_boxed_str()), "", Spot::default());
            assert!(finding.next != next(""), "{}", rule.id);
        }
    }

    #[test]
    fn a_product_key_is_not_shown() {
        assert_eq!(shown("x BBBBB-ccccc-DDDDD-FFFFF-GGGGG y\t"), "x *****-*****-*****-*****-GGGGG y");
    }
}
