//! The settings in force.

use leasehold_core::{CheckOutcome, Finding};
use leasehold_dashboard::host::data::{AuditPage, AuditRow, Check, Setting, SettingGroup};
use leasehold_service::{Problem, Rate, StatusCode};

use crate::admin::{AdminState, failed};
use crate::report::UsageReport;

impl AdminState {
    /// The settings in force, in groups.
    pub(in crate::admin) fn setting_groups(&self) -> Vec<SettingGroup> {
        let settings = self.settings();
        let rate =
            |rate: Option<Rate>| rate.map_or_else(|| "without limit".to_owned(), |rate| format!("{} a minute", rate.0));
        let proxies: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
        let or_none = |texts: Vec<String>| if texts.is_empty() { "none".to_owned() } else { texts.join(", ") };
        let usage = settings.renewal.as_ref().map(|renewal| renewal.usage);
        let authority = settings.renewal.as_ref().and_then(|renewal| renewal.authority.clone());
        let authority = authority.or_else(|| self.home.authority().ok().flatten());
        let ordinary = settings.ordinary.iter().map(|(product, length)| format!("{product}: {length}"));
        let zones = settings
            .publication
            .as_ref()
            .map(|publication| publication.entries.iter().map(|entry| entry.zone.to_string()).collect::<Vec<_>>());
        vec![
            self.operations.started(),
            group(
                "Limits of each address",
                [
                    ("requests_per_minute", rate(settings.rates.requests)),
                    ("new_clients_per_minute", rate(settings.rates.new_clients)),
                    ("trusted_proxies", or_none(proxies)),
                ],
            ),
            group(
                "Vendor",
                [
                    (
                        "authority",
                        authority.map_or_else(
                            || "none: renewed by hand".to_owned(),
                            |authority| authority.address.to_string(),
                        ),
                    ),
                    ("report_usage", if usage == Some(UsageReport::Sent) { "yes" } else { "no" }.to_owned()),
                ],
            ),
            group("DNS", [("zones", or_none(zones.unwrap_or_default()))]),
            group("Leases", [("ordinary", or_none(ordinary.collect()))]),
            group(
                "Journal",
                [("journal_keep", settings.journal_keep.map_or_else(|| "all".to_owned(), |keep| keep.to_string()))],
            ),
        ]
    }

    /// What the doctor finds now.
    pub(in crate::admin) fn checks(&self) -> Vec<Check> {
        self.operations.examine().iter().map(check).collect()
    }

    /// The newest lines of the audit.
    pub(in crate::admin) fn audited(&self, limit: usize) -> Result<AuditPage, Problem> {
        let lines = self
            .sign_ins
            .audit
            .newest(limit)
            .map_err(|error| failed(error.code(), StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let row = |line: leasehold_service::access::AuditEntry| AuditRow {
            at: line.at,
            actor: line.actor,
            action: line.action,
            subject: line.subject,
            from: line.from,
        };
        Ok(AuditPage { items: lines.into_iter().map(row).collect() })
    }
}

fn group<const N: usize>(title: &str, settings: [(&str, String); N]) -> SettingGroup {
    let settings = settings.into_iter().map(|(name, value)| Setting { name: name.to_owned(), value });
    SettingGroup { title: title.to_owned(), settings: settings.collect() }
}

fn check(finding: &Finding) -> Check {
    Check {
        name: finding.name.clone(),
        outcome: match finding.outcome {
            CheckOutcome::Ok => "ok",
            CheckOutcome::Warning => "warning",
            CheckOutcome::Failure => "failure",
            CheckOutcome::Skipped => "skipped",
        },
        detail: finding.detail.clone(),
        code: finding.code.map(leasehold_core::Code::name),
        hint: finding.hint().map(ToString::to_string),
    }
}
