//! What the fuzz target of `office lint` and `office config` does with an input. `crates/office/tests/corpus.rs` does the same
//! with the committed corpus.

use leasehold_office::config::{Comments, Profile, write};
use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::facts::schema::Severity;
use leasehold_office::lint::{Context, Kind, fix, lint, sarif_results};
use leasehold_office::read::masked;

/// A deployment file, or a profile that one is written from.
pub fn office_lint(input: &[u8]) {
    for plan in [None, Some(ActivationMethod::Kms), Some(ActivationMethod::Mak)] {
        file(input, &Context { plan, today: "2026-11-22".parse().ok(), ..Context::default() });
    }
    let Some(profile) = std::str::from_utf8(input).ok().and_then(|text| text.parse::<Profile>().ok()) else { return };
    if let Ok(written) = write(&profile, Comments::Sources, &Context::default()) {
        let report = lint(written.text.as_bytes(), &Context { plan: profile.plan, ..Context::default() });
        assert_eq!(report.count(Severity::Error), 0, "what is written passes");
        assert_eq!(report.text, written.text, "what is written is read as it is");
    }
}

fn file(input: &[u8], context: &Context) {
    let report = lint(input, context);
    assert!(report.kind == Kind::Configuration || !report.findings.is_empty(), "what is no configuration is said");
    assert_eq!(masked(&report.text).len(), report.text.len(), "what is hidden moves nothing");
    assert_eq!(sarif_results("-", &report).len(), report.findings.len());
    for finding in &report.findings {
        assert!(report.text.get(finding.span.clone()).is_some(), "a finding is in the text");
        assert!(finding.start <= finding.end && finding.start.line > 0 && finding.start.column > 0);
    }
    if let Some(fixed) = fix(input, context) {
        assert_eq!(fixed.report.kind, report.kind, "a change does no harm");
    }
}
