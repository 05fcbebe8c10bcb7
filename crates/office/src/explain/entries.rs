//! The entries of the tables as explanations.

use serde::Serialize;

use super::{Explanation, Kind};
use crate::facts::errors::{ERRORS, Error, State};
use crate::facts::indicators::{INDICATORS, Rule};
use crate::facts::kms::{Event, Fact, KMS};
use crate::facts::outputs::{Label, OUTPUTS, VnextState};
use crate::facts::plan::{DECISIONS, Decision};
use crate::facts::schema;

pub(super) fn all() -> Vec<Explanation> {
    let mut all: Vec<Explanation> = ERRORS.errors.iter().map(error).collect();
    all.extend(ERRORS.states.iter().map(state));
    all.extend(OUTPUTS.vnext_states.iter().map(vnext_state));
    all.extend(KMS.events.iter().map(event));
    all.extend(INDICATORS.rules.iter().map(rule));
    all.extend(schema::table().rules.iter().map(lint_rule));
    all.extend(DECISIONS.rows.iter().map(decision));
    all.extend(KMS.facts.iter().map(fact));
    all.extend(OUTPUTS.labels.iter().map(label));
    all.extend(indicators());
    all
}

pub(super) fn error(error: &Error) -> Explanation {
    let Error { code, title, meaning, source, .. } = error;
    let named = error.name.as_deref().unwrap_or_default();
    let explanation = Explanation::new(Kind::Code, code.to_string(), title, meaning, source)
        .detail("decimal", error.dec.to_string())
        .detail("signed", error.signed.map_or_else(String::new, |signed| signed.to_string()))
        .detail("constant", named)
        .detail("printed by", words(&error.scope))
        .detail("belongs to", words(&error.method));
    Explanation {
        severity: Some(error.severity.name().to_owned()),
        causes: error.causes.clone(),
        remedy: error.remedy.clone(),
        confidence: Some(error.confidence),
        ..explanation
    }
}

pub(super) fn state(state: &State) -> Explanation {
    let State { code, wmi, ospp, slmgr, meaning, source } = state;
    let mut explanation = Explanation::new(Kind::State, ospp, slmgr.trim_end_matches('.'), meaning, source)
        .detail("number", code.to_string())
        .detail("WMI", wmi)
        .detail("ospp.vbs", ospp)
        .detail("slmgr.vbs", slmgr);
    if state.ospp == "NOTIFICATIONS" {
        let told = "reduced functionality is a state of Microsoft 365 Apps; volume Office never enters it";
        explanation = explanation.detail("not to be confused", told);
    }
    explanation
}

pub(super) fn vnext_state(state: &VnextState) -> Explanation {
    let mut explanation =
        Explanation::new(Kind::State, &state.state, "a licence of Microsoft 365 Apps", &state.rule, &state.source)
            .detail("printed by", "vnextdiag.ps1, for the user who runs it");
    if state.state == "RFM" {
        let told = "reduced functionality mode: documents can be read and printed; volume Office never enters it";
        explanation = explanation.detail("what it means", told);
    }
    explanation
}

pub(super) fn label(label: &Label) -> Explanation {
    let tool = words(&[label.tool]);
    let title = format!("what {tool} prints as {}", words(&[label.field]));
    let meaning = label.note.as_deref().unwrap_or(&title);
    Explanation::new(Kind::Label, &label.label, &title, meaning, &label.source)
        .detail("how its value is written", words(&[label.kind]))
}

pub(super) fn event(event: &Event) -> Explanation {
    let fields: Vec<String> =
        event.fields.iter().enumerate().map(|(at, field)| format!("{} {field}", at + 1)).collect();
    let side = words(&[event.side]);
    let mut explanation =
        Explanation::new(Kind::Event, format!("event {}", event.id), &event.meaning, &event.meaning, &event.source)
            .detail("written by", side)
            .detail("log", &event.log)
            .detail("source", &event.provider)
            .detail("its text begins", event.text_prefix.as_deref().unwrap_or_default())
            .detail("fields", fields.join(", "));
    if event.fields.iter().any(|field| field == "flags") {
        let flags = KMS.event_flags.iter().map(|flag| format!("0x{:08X} {}", flag.bit.0, flag.meaning));
        explanation = explanation.detail("flags", flags.collect::<Vec<_>>().join(", "));
    }
    explanation
}

pub(super) fn rule(rule: &Rule) -> Explanation {
    let explanation = Explanation::new(Kind::Rule, &rule.id, &rule.title, &rule.check, &rule.source)
        .detail("why it matters", &rule.why)
        .detail("what else could explain it", &rule.false_positives);
    Explanation { severity: Some(rule.severity.name().to_owned()), ..explanation }
}

pub(super) fn lint_rule(rule: &schema::Rule) -> Explanation {
    let explanation = Explanation::new(Kind::LintRule, &rule.id, &rule.title, &rule.check, &rule.source);
    Explanation { severity: Some(rule.severity.name().to_owned()), remedy: vec![rule.fix.clone()], ..explanation }
}

pub(super) fn decision(row: &Decision) -> Explanation {
    let conditions: Vec<String> =
        row.when.conditions().iter().map(|is| format!("{} {}", is.name(), is.words())).collect();
    Explanation::new(Kind::Decision, &row.id, row.method.title(), &row.why, &row.source)
        .detail("when", conditions.join("; "))
        .detail("needs", row.needs.join("; "))
}

pub(super) fn fact(fact: &Fact) -> Explanation {
    let title = format!("{} {}", fact.value, fact.unit);
    Explanation::new(Kind::Fact, &fact.id, title.trim(), &fact.description, &fact.source)
}

pub(super) fn indicators() -> impl Iterator<Item = Explanation> {
    let names = INDICATORS.detection_names.iter().map(|name| {
        let meaning = name.note.as_deref().unwrap_or("the name of an activator");
        (&name.name, format!("a detection of {}", name.vendor), meaning, name.confidence, &name.source)
    });
    let files = INDICATORS
        .files
        .iter()
        .map(|file| (&file.pattern, "a file or folder".to_owned(), file.note.as_str(), file.confidence, &file.source));
    let tasks = INDICATORS
        .tasks_and_services
        .iter()
        .map(|task| (&task.name, "a task or service".to_owned(), task.note.as_str(), task.confidence, &task.source));
    names.chain(files).chain(tasks).map(|(subject, title, meaning, strength, source)| Explanation {
        severity: Some(strength.name().to_owned()),
        ..Explanation::new(Kind::Indicator, subject, &title, meaning, source)
    })
}

/// The words by which the tables call these.
fn words<T: Serialize>(values: &[T]) -> String {
    let names = values.iter().filter_map(|value| match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Some(name),
        Ok(_) | Err(_) => None,
    });
    names.collect::<Vec<_>>().join(", ")
}
