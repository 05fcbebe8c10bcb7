//! What `ospp.vbs` and `slmgr.vbs` say about one product, or the answer to one command.

use std::collections::BTreeMap;

use serde::Serialize;

use super::value::{State, Value};
use crate::facts::errors::{ERRORS, Hresult, Severity};
use crate::facts::gvlk::{self, Gvlk};
use crate::facts::kms::KMS;
use crate::facts::outputs::{Field, Script};

/// A block of labels: a product, the result of a command, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The script.
    pub tool: Script,
    /// The line it begins in.
    pub line: u64,
    /// What the labels say, by the names of the table of outputs.
    pub fields: BTreeMap<Field, Value>,
    /// The first lines between the labels that are not recognised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unrecognised: Vec<Unrecognised>,
}

/// A line that is not recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unrecognised {
    /// Its number.
    pub line: u64,
    /// The line, shortened.
    pub text: String,
}

/// How a product gets its licence, from what the scripts call its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// A client of KMS or of Active Directory (GVLK).
    KmsClient,
    /// A KMS host (CSVLK).
    KmsHost,
    /// Multiple activation key.
    Mak,
    /// Retail.
    Retail,
    /// A licence that only lasts until another one is there.
    Grace,
    /// A subscription.
    Subscription,
    /// A trial.
    Evaluation,
    /// The manufacturer's.
    Oem,
    /// Another one, or none is named.
    Other,
}

/// Which products a KMS host counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    /// Office.
    Office,
    /// Windows on clients.
    WindowsClient,
    /// Windows Server.
    WindowsServer,
}

impl Counted {
    /// How many machines must have asked before any of them is activated.
    pub fn threshold(self) -> u32 {
        KMS.number(match self {
            Self::Office => "threshold.office",
            Self::WindowsClient => "threshold.windows_client",
            Self::WindowsServer => "threshold.windows_server",
        })
    }

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Office => "Office",
            Self::WindowsClient => "Windows",
            Self::WindowsServer => "Windows Server",
        }
    }
}

impl Block {
    /// An empty block of `tool` that begins in `line`.
    pub fn new(tool: Script, line: u64) -> Self {
        Self { tool, line, fields: BTreeMap::new(), unrecognised: Vec::new() }
    }

    /// Whether the field is there.
    pub fn has(&self, field: Field) -> bool {
        self.fields.get(&field).is_some_and(|value| *value != Value::Flag(false))
    }

    /// The words of a field.
    pub fn text(&self, field: Field) -> Option<&str> {
        self.fields.get(&field).and_then(Value::text)
    }

    /// The number of a field.
    pub fn number(&self, field: Field) -> Option<u64> {
        self.fields.get(&field).and_then(Value::number)
    }

    /// Whether it tells of a product and its state, and is not only the answer to a command.
    pub fn is_product(&self) -> bool {
        self.has(Field::State) || self.tool == Script::SlmgrXpr && (self.name().is_some() || self.state().is_some())
    }

    /// Whether it is one result of an activation.
    pub fn is_result(&self) -> bool {
        self.has(Field::ActBlock)
            || self.has(Field::ActOk)
            || self.has(Field::ActOfflineOk)
            || self.has(Field::AtoOk)
            || self.has(Field::ErrorOccurred)
            || !self.is_product() && self.error().is_some()
    }

    /// Whether a command was carried out; `None` where it was none, or it does not say.
    pub fn succeeded(&self) -> Option<bool> {
        const GOOD: [Field; 7] = [
            Field::ActOk,
            Field::ActOfflineOk,
            Field::InpkeyOk,
            Field::UnpkeyOk,
            Field::SettingOk,
            Field::InslicOk,
            Field::AtoOk,
        ];
        if GOOD.iter().any(|field| self.has(*field)) {
            return Some(true);
        }
        let bad = self.has(Field::KeyNotFound) || self.has(Field::NoKmsLicences) || self.has(Field::ErrorOccurred);
        (bad || self.is_result() && self.error_is_failure()).then_some(false)
    }

    /// The product's name as the script has it.
    pub fn name(&self) -> Option<&str> {
        self.text(Field::LicenceName).or_else(|| self.text(Field::Name))
    }

    /// The description, which names the channel.
    pub fn description(&self) -> Option<&str> {
        self.text(Field::LicenceDescription).or_else(|| self.text(Field::Description))
    }

    /// The state, where the script's words for it are known.
    pub fn state(&self) -> Option<State> {
        match self.fields.get(&Field::State) {
            Some(Value::State(state)) => return Some(*state),
            Some(_) => return None,
            None => {}
        }
        let by_date = [
            (Field::Permanent, State::Licensed),
            (Field::VolumeUntil, State::Licensed),
            (Field::TimebasedUntil, State::Licensed),
            (Field::AvmaUntil, State::Licensed),
            (Field::GraceUntil, State::InitialGrace),
            (Field::OotUntil, State::AdditionalGrace),
            (Field::NongenuineUntil, State::NonGenuineGrace),
            (Field::ExtendedUntil, State::ExtendedGrace),
            (Field::Notification, State::Notification),
            (Field::Unlicensed, State::Unlicensed),
        ];
        by_date.into_iter().find(|(field, _)| self.has(*field)).map(|(_, state)| state)
    }

    /// Whether its words are of a language that is not read: then nothing of its state is guessed.
    pub fn is_localised(&self) -> bool {
        self.tool != Script::Ospp && self.state().is_none() && !self.unrecognised.is_empty()
            || matches!(self.fields.get(&Field::State), Some(Value::Text(_)))
    }

    /// Minutes to the end of lease or grace.
    pub fn minutes(&self) -> Option<u64> {
        self.number(Field::Remaining)
    }

    /// The last five characters of the key.
    pub fn last5(&self) -> Option<&str> {
        self.text(Field::Last5)
    }

    /// The public key (GVLK) that is installed, where its last five characters are those of one such key alone.
    pub fn gvlk(&self) -> Option<&'static Gvlk> {
        let mut keys = gvlk::ending_in(self.last5()?);
        keys.next().filter(|_| keys.next().is_none())
    }

    /// The channel as it is printed: `VOLUME_KMSCLIENT`, `RETAIL(MAK)`.
    pub fn channel_name(&self) -> Option<&str> {
        let description = self.description()?.trim_end();
        let named = description.strip_suffix("channel").unwrap_or(description).trim_end();
        let name = named.rsplit_once(", ").map_or(named, |(_, name)| name);
        (named.len() < description.len() && !name.is_empty()).then_some(name)
    }

    /// The channel.
    pub fn channel(&self) -> Channel {
        let name = self.channel_name().unwrap_or_default();
        let licence = self.name().unwrap_or_default();
        if name.contains("KMSCLIENT") || licence.contains("KMS_Client") {
            Channel::KmsClient
        } else if name.starts_with("VOLUME_KMS") || licence.contains("KMS_Host") {
            Channel::KmsHost
        } else if name.contains("MAK") || licence.contains("_MAK") {
            Channel::Mak
        } else if name.contains("TIMEBASED_SUB") || licence.contains("_Sub") {
            Channel::Subscription
        } else if name.contains("Grace") || licence.contains("_Grace") {
            Channel::Grace
        } else if name.contains("TIMEBASED_EVAL") || licence.contains("_Trial") || licence.ends_with("Eval edition") {
            Channel::Evaluation
        } else if name.starts_with("OEM") {
            Channel::Oem
        } else if name.starts_with("RETAIL") || licence.contains("_Retail") {
            Channel::Retail
        } else {
            Channel::Other
        }
    }

    /// Whether the licence is one that Microsoft 365 Apps bring along: its state here says nothing of the subscription's.
    pub fn is_subscription(&self) -> bool {
        let licence = self.name().unwrap_or_default();
        licence.contains("O365") || licence.contains("M365") || self.channel() == Channel::Subscription
    }

    /// The code of an error or a note.
    pub fn error(&self) -> Option<Hresult> {
        let code = |field: Field| self.fields.get(&field).and_then(Value::code);
        code(Field::ErrorCode).or_else(|| code(Field::Reason)).or_else(|| code(Field::KbCode))
    }

    /// Whether the code tells of a failure: some only say what is the case, a licensed product's are for information,
    /// and those of a subscription's placeholder are no failure of the subscription.
    pub fn error_is_failure(&self) -> bool {
        if self.has(Field::ErrorOccurred) {
            return true;
        }
        let Some(error) = self.error() else { return false };
        let severity = ERRORS.find(error).map(|entry| entry.severity);
        // Where a command ended with it, it is one, however grave it is beside a state.
        let ended = self.state().is_none() && severity == Some(Severity::Warning) && error.signed() < 0;
        let failed = ended || severity.map_or(error.signed() < 0, |severity| severity == Severity::Error);
        failed && self.state() != Some(State::Licensed) && !self.is_subscription()
    }

    /// The KMS host that was set by hand, `host:port`.
    pub fn manual_host(&self) -> Option<&str> {
        self.text(Field::ManualHost)
    }

    /// The KMS host found in DNS, `host:port`.
    pub fn dns_host(&self) -> Option<&str> {
        self.text(Field::DnsHost)
    }

    /// The KMS host in use: a host set by hand goes before a discovered one.
    pub fn host(&self) -> Option<&str> {
        self.manual_host().or_else(|| self.dns_host())
    }

    /// The client's id.
    pub fn cmid(&self) -> Option<&str> {
        self.text(Field::Cmid).filter(|cmid| cmid.contains('-'))
    }

    /// How it was activated last: `AD`, where the script says so.
    pub fn last_method(&self) -> Option<&str> {
        self.text(Field::LastMethod).or_else(|| self.has(Field::AdBlock).then_some("AD"))
    }

    /// Whether the machine is a KMS host for this product.
    pub fn is_host(&self) -> bool {
        self.has(Field::IsHost)
    }

    /// Which count of a KMS host it belongs to.
    pub fn counted(&self) -> Counted {
        let name = self.name().unwrap_or_default();
        let description = self.description().unwrap_or_default();
        if name.contains("Office") || description.contains("Office") {
            Counted::Office
        } else if name.contains("Server") || description.contains("Server") {
            Counted::WindowsServer
        } else {
            Counted::WindowsClient
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, description: &str) -> Block {
        let mut block = Block::new(Script::Ospp, 1);
        block.fields.insert(Field::LicenceName, Value::words(name));
        block.fields.insert(Field::LicenceDescription, Value::words(description));
        block
    }

    #[test]
    fn a_channel_is_told_from_the_description_and_else_from_the_name() {
        for (name, description, printed, channel) in [
            (
                "Office 16, Office16StandardVL_KMS_Client edition",
                "Office 16, VOLUME_KMSCLIENT channel",
                "VOLUME_KMSCLIENT",
                Channel::KmsClient,
            ),
            (
                "Office 24, Office24Standard2024VL_MAK_AE1 edition",
                "Office 24, RETAIL(MAK) channel",
                "RETAIL(MAK)",
                Channel::Mak,
            ),
            (
                "Office 16, Office16O365BusinessR_Grace edition",
                "Office 16, RETAIL(Grace) channel",
                "RETAIL(Grace)",
                Channel::Grace,
            ),
            (
                "Office 16, Office16O365ProPlusR_Subscription1 edition",
                "Office 16, TIMEBASED_SUB channel",
                "TIMEBASED_SUB",
                Channel::Subscription,
            ),
            (
                "Windows(R), ServerStandard edition",
                "Windows(R) Operating System, VOLUME_KMS_2012-R2_WIN10 channel",
                "VOLUME_KMS_2012-R2_WIN10",
                Channel::KmsHost,
            ),
            ("Windows(R), Professional edition", "Windows(R) Operating System, OEM_DM channel", "OEM_DM", Channel::Oem),
        ] {
            let block = named(name, description);
            assert_eq!((block.channel_name(), block.channel()), (Some(printed), channel), "{name}");
        }
        assert_eq!(named("Office 16, OfficeProPlusVL_KMS_Client edition", "").channel(), Channel::KmsClient);
        assert_eq!(named("x", "Office 16, VOLUME_KMSCLI").channel_name(), None);
    }

    #[test]
    fn a_note_is_no_failure() {
        let mut block = named("Office 16, Office16ProPlusVL_KMS_Client edition", "Office 16, VOLUME_KMSCLIENT channel");
        block.fields.insert(Field::State, Value::State(State::InitialGrace));
        block.fields.insert(Field::ErrorCode, Value::Code(Hresult(0x4004_F00C)));
        assert!(!block.error_is_failure());
        block.fields.insert(Field::ErrorCode, Value::Code(Hresult(0xC004_F074)));
        assert!(block.error_is_failure());
        block.fields.insert(Field::State, Value::State(State::Licensed));
        assert!(!block.error_is_failure());
    }
}
