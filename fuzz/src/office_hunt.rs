//! What the fuzz targets of `office hunt`, `office explain` and `office plan` do with an input. `crates/office/tests/plans.rs`
//! does the same with the committed corpora.

use leasehold_office::explain;
use leasehold_office::hunt::{Hunt, Options, VolumeLicence};
use leasehold_office::plan::{Estate, plan};
use leasehold_office::read::own::Own;

/// Any text: findings are small, name a line that is there, and show no product key.
pub fn office_hunt(input: &[u8]) {
    let mut own = Own::default();
    own.add_lines("kms01.contoso.com\n10.0.0.0/8\n*.corp.example").expect("a list");
    for own in [Own::default(), own] {
        let today = "2026-11-22".parse().expect("a day");
        let (activation_interval, volume_licence) = (None, VolumeLicence::Unsaid);
        let mut hunt = Hunt::new(Options { own, activation_interval, renewal_interval: None, volume_licence, today });
        hunt.text("input", None, input).expect("bytes can be read");
        let report = hunt.finish();
        let lines = report.sources.first().map_or(0, |source| source.lines);
        for finding in &report.findings {
            assert!(finding.line <= lines && finding.text.chars().count() <= 260, "{finding:?}");
            assert!(!finding.false_positives.is_empty() && !finding.next.is_empty(), "{finding:?}");
        }
        serde_json::to_string(&report).expect("a report is data");
    }
}

/// Any text: what it names is explained or said to be unknown.
pub fn office_explain(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for found in explain::in_text(&text) {
        assert!(found.unknown.is_some() == found.explanations.is_empty());
    }
    let _ = explain::explain(&text);
}

/// Any file: where it is an estate, every group has an answer, a question or a contradiction, or no method fits.
pub fn office_plan(input: &[u8]) {
    let Ok(estate) = Estate::parse(&String::from_utf8_lossy(input)) else { return };
    let plan = plan(&estate, "2026-11-22".parse().expect("a day"));
    assert_eq!(plan.groups.len(), estate.groups.len());
    for answer in &plan.groups {
        let told = [answer.method.is_some(), !answer.questions.is_empty(), !answer.contradictions.is_empty()];
        assert!(told.iter().filter(|told| **told).count() <= 1, "{answer:?}");
    }
}
