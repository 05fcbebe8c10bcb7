//! Signs of unofficial activators and rogue hosts (`data/indicators.toml`).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::row::{rows, words_of_tables};
use super::table;

rows! {
    /// The signs.
    pub struct Indicators {
        /// The form of the table.
        pub schema: u32,
        /// The day its facts were collected.
        pub retrieved: jiff::civil::Date,
        /// What a virus scanner calls activators.
        pub detection_names: Vec<DetectionName> = "detection_name",
        /// Files of activators.
        pub files: Vec<File> = "file",
        /// Sites from which scripts of activators are fetched.
        pub sites: Vec<Site> = "site",
        /// Places in the registry.
        pub registry: Vec<Registry>,
        /// Tasks and services of activators.
        pub tasks_and_services: Vec<TaskOrService> = "task_or_service",
        /// The rules that findings are told by.
        pub rules: Vec<Rule> = "rule",
        /// Hosts that are public and right.
        pub allowed: Vec<Allow> = "allow",
        /// What happened elsewhere.
        pub reports: Vec<Report> = "report",
        /// What was looked for and not found.
        pub not_found: Vec<NotFound>,
    }
}

rows! {
    /// What a virus scanner calls an activator.
    pub struct DetectionName {
        /// The name.
        pub name: String,
        /// Whose scanner.
        pub vendor: String,
        /// How strong a sign it is.
        pub confidence: Strength,
        /// What else there is to say.
        pub note: Option<String>,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A file of an activator.
    pub struct File {
        /// A file name, or a path with variables and wildcards.
        pub pattern: String,
        /// How strong a sign it is.
        pub confidence: Strength,
        /// What it is.
        pub note: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A site from which scripts of activators are fetched.
    pub struct Site {
        /// Its host's name.
        pub host: String,
        /// How strong a sign it is to run what comes from there.
        pub confidence: Strength,
        /// What comes from there.
        pub note: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A place in the registry.
    pub struct Registry {
        /// The key.
        pub key: String,
        /// The values, by commas; words where any value matters.
        pub value: String,
        /// How strong a sign it is.
        pub confidence: ByRule,
        /// What it is.
        pub note: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A task or service of an activator.
    pub struct TaskOrService {
        /// Its name with wildcards, or words that say which.
        pub name: String,
        /// How strong a sign it is.
        pub confidence: Strength,
        /// What it is.
        pub note: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A rule that findings are told by.
    pub struct Rule {
        /// Its name, `ACT001`.
        pub id: String,
        /// How strong a finding of it is.
        pub severity: Strength,
        /// A few words.
        pub title: String,
        /// When it applies.
        pub check: String,
        /// Why it matters.
        pub why: String,
        /// What else could explain it.
        pub false_positives: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A host that is public and right.
    pub struct Allow {
        /// What `value` is.
        pub kind: AllowKind,
        /// The name or address.
        pub value: String,
        /// Whose it is.
        pub note: String,
        /// Where it was read.
        pub source: String,
    }
}

/// What is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AllowKind {
    /// A host's name.
    Host,
    /// An address.
    Ip,
}

rows! {
    /// What happened elsewhere.
    pub struct Report {
        /// When.
        pub period: String,
        /// What.
        pub finding: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// What was looked for and not found.
    pub struct NotFound {
        /// What.
        pub what: String,
        /// How it was looked for.
        pub note: String,
        /// Where.
        pub source: String,
    }
}

/// How strong a sign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// Take note.
    Low,
    /// Look.
    Medium,
    /// Act.
    High,
}

/// How strong a sign is, or that its value is judged by the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ByRule {
    /// Take note.
    Low,
    /// Look.
    Medium,
    /// Act.
    High,
    /// It depends on the value.
    Rule,
}

/// The signs.
pub static INDICATORS: LazyLock<Indicators> = LazyLock::new(|| table(include_str!("../../data/indicators.toml")));

impl Indicators {
    /// The rule `id`, in whatever case.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.eq_ignore_ascii_case(id))
    }
}

impl Strength {
    /// Its stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

words_of_tables!(AllowKind, Strength, ByRule);

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn the_rules_are_numbered_from_one() {
        for (at, rule) in INDICATORS.rules.iter().enumerate() {
            assert_eq!(rule.id, format!("ACT{:03}", at + 1));
            assert!(!rule.source.is_empty() && !rule.false_positives.is_empty(), "{}", rule.id);
        }
        assert_eq!(INDICATORS.rules.len(), 18);
    }

    #[test]
    fn what_is_allowed_is_what_it_says() {
        for allow in &INDICATORS.allowed {
            let address = allow.value.parse::<IpAddr>().is_ok();
            assert_eq!(address, allow.kind == AllowKind::Ip, "{}", allow.value);
        }
    }
}
