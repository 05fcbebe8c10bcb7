//! What the status tools print: their labels, sections and states (`data/outputs.toml`).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::row::{rows, words_of_tables};
use super::table;

rows! {
    /// The table of labels and forms.
    pub struct Outputs {
        /// The form of the table.
        pub schema: u32,
        /// The day its facts were collected.
        pub retrieved: jiff::civil::Date,
        /// What lines begin with.
        pub labels: Vec<Label> = "label",
        /// Words of states in other languages.
        pub state_words: Vec<StateWord> = "state_word",
        /// The sections of `vnextdiag.ps1`.
        pub vnext_sections: Vec<VnextSection> = "vnext_section",
        /// The states of `vnextdiag.ps1`.
        pub vnext_states: Vec<VnextState> = "vnext_state",
        /// What consoles say where a script or command has not run.
        pub failures: Vec<Failed> = "failure",
        /// What else is to be known of the tools.
        pub notes: Vec<Note> = "note",
    }
}

rows! {
    /// What a line of a tool begins with, and what stands behind it.
    pub struct Label {
        /// The tool that prints it.
        pub tool: Script,
        /// The words.
        pub label: String,
        /// What it is about.
        pub field: Field,
        /// How the value is written.
        pub kind: Kind = "type",
        /// What to watch for.
        pub note: Option<String>,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// What `slmgr.vbs` calls a state in another language.
    pub struct StateWord {
        /// The language.
        pub lang: String,
        /// How the word begins, in small letters.
        pub word: String,
        /// The state's number in WMI.
        pub state: u64,
        /// What kind of text shows it.
        pub rests_on: String,
        /// Where it was read.
        pub source: String,
    }
}

/// A script that prints labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Script {
    /// `ospp.vbs`
    #[serde(rename = "ospp")]
    Ospp,
    /// `slmgr.vbs`, `/dli`, `/dlv`, `/ato` and others.
    #[serde(rename = "slmgr")]
    Slmgr,
    /// `slmgr.vbs /xpr`
    #[serde(rename = "slmgr-xpr")]
    SlmgrXpr,
    /// The classes of WMI, which the scripts ask too.
    #[serde(rename = "wmi")]
    Wmi,
    /// The Volume Activation Management Tool.
    #[serde(rename = "vamt")]
    Vamt,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any words.
    String,
    /// A UUID, which may be masked.
    Guid,
    /// A date as the machine's language writes it.
    Date,
    /// A date with a time, likewise.
    Datetime,
    /// One of a few words.
    Enum,
    /// A code like `0xC004F074`.
    Hex,
    /// `29 days  (43194 minute(s) before expiring)`
    #[serde(rename = "days+minutes")]
    DaysMinutes,
    /// `251100 minute(s) (174 day(s))`
    #[serde(rename = "minutes+days")]
    MinutesDays,
    /// Nothing: that the line is there says it.
    Flag,
    /// A name or address, with its port.
    #[serde(rename = "host:port")]
    HostPort,
    /// `120 minutes`
    Minutes,
    /// A whole number.
    Int,
    /// A version like `10.0.26100.8737`.
    Version,
    /// An address of the web.
    Url,
    /// A long row of digits, which is never kept.
    Digits,
    /// An address.
    Ip,
    /// The rest of the line.
    Text,
}

/// What a label is about. Its name in JSON is the one in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// `PRODUCT ID:`
    ProductId,
    /// `SKU ID:`
    SkuId,
    /// `LICENSE NAME:`
    LicenceName,
    /// `LICENSE DESCRIPTION:`
    LicenceDescription,
    /// `BETA EXPIRATION:`
    BetaExpiration,
    /// `EXPIRATION:`
    Expiration,
    /// `LICENSE STATUS:`
    State,
    /// `ERROR CODE:`
    ErrorCode,
    /// `ERROR DESCRIPTION:`
    ErrorText,
    /// `REMAINING GRACE:`
    Remaining,
    /// `Last 5 characters of installed product key:`
    Last5,
    /// `Activation Type Configuration:`
    ActivationType,
    /// `Most recent successful activation client information:`
    LastMethod,
    /// `Activation Object name:`
    AdObject,
    /// `AO DN:`
    AdDn,
    /// `AO extended PID:`
    AdEpid,
    /// `AO activation ID:`
    AdActivationId,
    /// `DNS auto-discovery: KMS name not available`
    DnsHostMissing,
    /// `KMS machine name from DNS:`
    DnsHost,
    /// `KMS machine registry override defined:`
    ManualHost,
    /// `KMS Lookup Domain:`
    LookupDomain,
    /// `Activation Interval:`
    ActivationInterval,
    /// `Renewal Interval:`
    RenewalInterval,
    /// `KMS host caching:`
    Caching,
    /// `Installed product key detected - attempting to activate the following product:`
    ActBlock,
    /// `<Product activation successful>`
    ActOk,
    /// `<Offline product activation successful>`
    ActOfflineOk,
    /// `<Product key installation successful>`
    InpkeyOk,
    /// `<Product key uninstall successful>`
    UnpkeyOk,
    /// `<Product key not found>`
    KeyNotFound,
    /// `<No installed product keys detected>`
    NoKeys,
    /// `No Office KMS licenses were found on the system.`
    NoKmsLicences,
    /// `Successfully applied setting.`
    SettingOk,
    /// `Office license installed successfully.`
    InslicOk,
    /// `NOTICE: A KB article has been detected for activation failure:`
    KbCode,
    /// `To view the activation event history run:`
    HintHistory,
    /// `Client Machine ID (CMID):`
    Cmid,
    /// `Software licensing service version:`
    ServiceVersion,
    /// `Name:`
    Name,
    /// `Description:`
    Description,
    /// `Activation ID:`
    ActivationId,
    /// `Application ID:`
    ApplicationId,
    /// `Extended PID:`
    Epid,
    /// `Product Key Channel:`
    KeyChannel,
    /// `Installation ID:`
    InstallationId,
    /// `Use License URL:`
    UseLicenceUrl,
    /// `Validation URL:`
    ValidationUrl,
    /// `Processor Certificate URL:`
    ProcUrl,
    /// `Machine Certificate URL:`
    MachineUrl,
    /// `Product Key Certificate URL:`
    KeyUrl,
    /// `This license is not in use.`
    NotInUse,
    /// `Notification Reason:`
    Reason,
    /// `Evaluation End Date:`
    EvaluationEnd,
    /// `Remaining Windows rearm count:`
    RearmWindows,
    /// `Remaining SKU rearm count:`
    RearmSku,
    /// `Remaining App rearm count:`
    RearmApp,
    /// `Trusted time:`
    TrustedTime,
    /// `Most recent activation information:`
    Recent,
    /// `Key Management Service client information`
    KmsClientBlock,
    /// `KMS machine IP address:`
    HostIp,
    /// `KMS machine extended PID:`
    HostEpid,
    /// `Key Management Service is enabled on this`
    IsHost,
    /// `Current count:`
    Count,
    /// `Listening on Port:`
    Port,
    /// `DNS publishing`
    DnsPublishing,
    /// `KMS priority:`
    Priority,
    /// `Total requests received:`
    RequestsTotal,
    /// `Failed requests received:`
    RequestsFailed,
    /// `Requests with License Status`
    RequestsByState,
    /// `AD Activation client information`
    AdBlock,
    /// `Guest IAID:`
    AvmaIaid,
    /// `Host machine name:`
    AvmaHost,
    /// An error that the script names without a label, and with or without a code.
    ErrorOccurred,
    /// `Please use slmgr.vbs /ato to activate and update KMS client information in order to update values.`
    NeverContacted,
    /// `Product activated successfully.`
    AtoOk,
    /// `The machine is permanently activated.`
    Permanent,
    /// `Volume activation will expire`
    VolumeUntil,
    /// `Timebased activation will expire`
    TimebasedUntil,
    /// `Automatic VM activation will expire`
    AvmaUntil,
    /// `Initial grace period ends`
    GraceUntil,
    /// `Additional grace period ends`
    OotUntil,
    /// `Non-genuine grace period ends`
    NongenuineUntil,
    /// `Extended grace period ends`
    ExtendedUntil,
    /// `Windows is in Notification mode`
    Notification,
    /// `Unlicensed`
    Unlicensed,
}

rows! {
    /// A section of `vnextdiag.ps1`.
    pub struct VnextSection {
        /// Its heading, between equals signs.
        pub heading: String,
        /// What stands in it.
        pub content: String,
        /// The words and keys that occur.
        pub values: Vec<String>,
        /// What to watch for.
        pub note: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A state of a licence of Microsoft 365 Apps.
    pub struct VnextState {
        /// The word.
        pub state: String,
        /// When it holds.
        pub rule: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// What a console says where a script or command has not run.
    pub struct Failed {
        /// Its name.
        pub id: String,
        /// What its message contains; one of these is enough.
        pub texts: Vec<String>,
        /// What it means.
        pub meaning: String,
        /// What to do.
        pub next: String,
        /// How well the texts are known.
        pub confidence: super::errors::Confidence,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// Something to know of a tool.
    pub struct Note {
        /// The tool, or `any`.
        pub tool: String,
        /// What.
        pub text: String,
        /// Where it was read.
        pub source: String,
    }
}

/// The table.
pub static OUTPUTS: LazyLock<Outputs> = LazyLock::new(|| table(include_str!("../../data/outputs.toml")));

words_of_tables!(Script, Kind, Field);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_of_a_script_stands_once_and_everything_has_a_source() {
        for label in &OUTPUTS.labels {
            let same = |other: &&Label| other.tool == label.tool && other.label == label.label;
            assert_eq!(OUTPUTS.labels.iter().filter(same).count(), 1, "{}", label.label);
            assert!(!label.label.is_empty() && !label.source.is_empty(), "{}", label.label);
        }
        assert!(OUTPUTS.vnext_sections.iter().all(|section| !section.source.is_empty()));
        for failure in &OUTPUTS.failures {
            assert!(
                !failure.texts.is_empty() && !failure.next.is_empty() && !failure.source.is_empty(),
                "{}",
                failure.id
            );
        }
        assert!(OUTPUTS.notes.iter().all(|note| !note.text.is_empty()));
        assert_eq!(
            OUTPUTS.vnext_states.iter().map(|state| state.state.as_str()).collect::<Vec<_>>(),
            ["Licensed", "Grace", "RFM"]
        );
    }
}
