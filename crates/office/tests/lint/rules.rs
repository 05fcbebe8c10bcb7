//! Every rule of the table, broken and kept.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::Date;
use leasehold_office::facts::products::Release;
use leasehold_office::facts::schema::{Rule, Severity, table};
use leasehold_office::lint::{Context, HostFacts, lint};
use serde::Deserialize;

use super::{broken, plain};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    breaks: String,
    keeps: String,
    at: Option<String>,
    plan: Option<String>,
    mode: Option<String>,
    today: Option<Date>,
    installed: Option<String>,
    beside: Option<String>,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    hints: bool,
    host_pack: Option<Release>,
    host_system: Option<String>,
    #[serde(default)]
    arm: bool,
}

impl Case {
    fn context(&self) -> Context {
        Context {
            plan: read(self.plan.as_deref()),
            mode: read(self.mode.as_deref()),
            today: self.today,
            installed: read(self.installed.as_deref()),
            beside: read(self.beside.as_deref()).into_iter().collect(),
            channels: self.channels.clone(),
            hints: self.hints,
            host: HostFacts { pack: self.host_pack, system: read(self.host_system.as_deref()) },
            arm: self.arm,
        }
    }
}

fn read<T: FromStr<Err: std::fmt::Debug>>(text: Option<&str>) -> Option<T> {
    text.map(|text| text.parse().expect("a word of the context"))
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("cases.toml")).expect("cases").case
}

#[test]
fn every_rule_is_broken_by_one_file_and_kept_by_another() {
    for case in cases() {
        let report = lint(case.breaks.as_bytes(), &case.context());
        let found = report.findings.iter().find(|finding| finding.rule.id == case.rule);
        let found = found.unwrap_or_else(|| panic!("{} finds {:?} in {}", case.rule, broken(&report), case.breaks));
        if let Some(at) = &case.at {
            assert_eq!(&format!("{}:{}", found.start.line, found.start.column), at, "{}", case.rule);
        }
        let kept = lint(case.keeps.as_bytes(), &case.context());
        assert!(!broken(&kept).contains(&case.rule.as_str()), "{} is found in {}", case.rule, case.keeps);
    }
}

#[derive(Deserialize)]
struct Whole {
    file: Vec<WholeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeFile {
    name: String,
    rules: Vec<String>,
    text: String,
    plan: Option<String>,
    mode: Option<String>,
    today: Option<Date>,
}

#[test]
fn whole_files_break_these_rules_and_no_others() {
    for file in toml::from_str::<Whole>(include_str!("whole.toml")).expect("files").file {
        let context = Context {
            plan: read(file.plan.as_deref()),
            mode: read(file.mode.as_deref()),
            today: file.today.or_else(|| Some("2026-11-22".parse().expect("a day"))),
            ..Context::default()
        };
        let report = lint(file.text.as_bytes(), &context);
        let found: BTreeSet<&str> = broken(&report).into_iter().collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), file.rules, "{}", file.name);
    }
}

#[derive(Deserialize)]
struct Public {
    file: Vec<PublicFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicFile {
    name: String,
    errors: Vec<String>,
    warnings: Vec<String>,
    text: String,
}

#[test]
fn files_as_public_repositories_hold_them_raise_no_false_alarm() {
    for file in toml::from_str::<Public>(include_str!("public.toml")).expect("files").file {
        let context = Context { today: Some("2026-11-22".parse().expect("a day")), ..Context::default() };
        let report = lint(file.text.as_bytes(), &context);
        let of = |severity: Severity| {
            let some = report.findings.iter().filter(|finding| finding.severity == severity);
            some.map(|finding| finding.rule.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!((of(Severity::Error), of(Severity::Warning)), (file.errors, file.warnings), "{}", file.name);
    }
}

#[test]
fn every_rule_of_the_table_has_such_files() {
    let cases = cases();
    let tried: BTreeSet<&str> = cases.iter().map(|case| case.rule.as_str()).collect();
    let rules: BTreeSet<&str> = table().rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(tried, rules);
}

#[test]
fn a_rule_that_needs_what_is_not_known_does_not_speak() {
    for case in cases() {
        let knows = case.plan.is_some() || case.mode.is_some() || case.today.is_some() || case.installed.is_some();
        // Without a key there is something to say whatever the plan is; and a service provider's product needs its own.
        if (knows || case.beside.is_some() || case.arm) && !matches!(case.rule.as_str(), "ODT031") {
            assert!(!broken(&plain(&case.breaks)).contains(&case.rule.as_str()), "{}", case.rule);
        }
    }
}

#[test]
fn a_missing_key_is_an_error_where_the_plan_is_mak() {
    let file =
        r#"<Configuration><Add Channel="PerpetualVL2024"><Product ID="ProPlus2024Volume"/></Add></Configuration>"#;
    for (plan, severity) in [(None, Severity::Info), (Some("kms"), Severity::Info), (Some("mak"), Severity::Error)] {
        let report = lint(file.as_bytes(), &Context { plan: read(plan), ..Context::default() });
        let finding = report.findings.iter().find(|finding| finding.rule.id == "ODT031").expect("no key");
        assert_eq!(finding.severity, severity, "{plan:?}");
    }
}

#[test]
fn every_channel_and_language_and_app_of_the_table_is_known() {
    for channel in
        table().channels.iter().flat_map(|channel| [Some(&channel.name), channel.old_name.as_ref()]).flatten()
    {
        let file = format!(r#"<Configuration><Updates Channel="{channel}"/></Configuration>"#);
        assert!(!broken(&plain(&file)).contains(&"ODT011"), "{channel}");
    }
    for language in table().languages.iter().flat_map(|language| [&language.code, &language.display]) {
        let file = format!(
            r#"<Configuration><Add><Product ID="LanguagePack"><Language ID="{language}"/></Product></Add></Configuration>"#
        );
        assert!(!broken(&plain(&file)).contains(&"ODT050"), "{language}");
    }
    for app in &table().exclude_apps {
        let file = format!(
            r#"<Configuration><Add><Product ID="O365ProPlusRetail"><ExcludeApp ID="{}"/></Product></Add></Configuration>"#,
            app.id
        );
        assert!(!broken(&plain(&file)).contains(&"ODT060"), "{}", app.id);
    }
}

#[test]
fn no_finding_shows_a_secret_key() {
    for key in ["BBBBB-CCCCC-DDDDD-FFFFF-GGGGG", "BBBBBCCCCCDDDDDFFFFFGGGGG", "BBBBB-CCCCC-DDDDD-FFFFF-GGGG1"] {
        let file = format!(
            r#"<Configuration><Add><Product ID="ProPlus2024Volume" PIDKEY="{key}" PIDKEYS="{key}"/></Add></Configuration>"#
        );
        for plan in [None, Some("kms"), Some("mak")] {
            let report = lint(file.as_bytes(), &Context { plan: read(plan), ..Context::default() });
            for finding in &report.findings {
                assert!(
                    !finding.message.contains("BBBBB") && !finding.message.contains("DDDDD"),
                    "{}",
                    finding.message
                );
            }
        }
    }
}

#[test]
fn the_page_shows_every_rule_as_the_table_has_it() {
    let page = include_str!("../../../../docs/office/lint.md");
    let shown: Vec<&str> = page.lines().filter(|line| line.starts_with("| ODT")).collect();
    let row = |rule: &Rule| {
        format!("| {} | {} | {} | {} |", rule.id, rule.severity.name(), rule.title, rule.check.replace('|', "\\|"))
    };
    assert_eq!(shown, table().rules.iter().map(row).collect::<Vec<_>>());
    assert!(page.contains(&format!(" {} rules", table().rules.len())));
}
