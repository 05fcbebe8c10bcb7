//! What a machine answers about its own licences, without a script: what is asked of it, and its answers as texts of the forms that are read
//! anyway. Asking is left to others, so that recorded answers are read everywhere as a machine's own are.

mod subscriptions;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::read::{Item, NamedBy, read};

pub use self::subscriptions::Subscriptions;

/// What is asked of one class of Windows Management Instrumentation, in `root\cimv2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: &'static str,
    /// The properties to read; a system may lack some of them.
    pub properties: &'static [&'static str],
    /// The property that an instance must have a value of to be wanted.
    pub having: Option<&'static str>,
}

/// The classes, those of the system first. Office before 2013, and Office 2013 on Windows 7, has a service of its own.
pub const CLASSES: &[Class] = &[
    Class { name: "SoftwareLicensingProduct", properties: PRODUCT, having: WITH_KEY },
    Class { name: "SoftwareLicensingService", properties: SERVICE, having: None },
    Class { name: "OfficeSoftwareProtectionProduct", properties: PRODUCT, having: WITH_KEY },
    Class { name: "OfficeSoftwareProtectionService", properties: SERVICE, having: None },
];

/// The logs that hold events of licensing: those of clients, and those of a KMS host.
pub const LOGS: [&str; 2] = ["Application", "Key Management Service"];

/// Which of their events are wanted, in `XPath`.
pub const EVENTS: &str = "*[System[Provider[@Name='Microsoft-Windows-Security-SPP' \
    or @Name='Microsoft-Windows-Security-Licensing-SLC' or @Name='Office Software Protection Platform Service' \
    or @Name='KmsRequests']]]";

/// As many of each log's newest events are read: some months of a client, a day of a busy host.
pub const MAX_EVENTS: usize = 2_000;

/// A machine's answers, as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// What the machine is called.
    pub machine: Option<String>,
    /// Instances of [`CLASSES`]: their properties that have a value.
    pub instances: Vec<Map<String, Value>>,
    /// What there is of Microsoft 365 Apps.
    pub subscriptions: Subscriptions,
    /// Events of [`LOGS`] as XML.
    pub events: Vec<String>,
    /// Service records of KMS hosts, as lines of a zone.
    pub records: Vec<String>,
}

/// The answers of one source, as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The source, as people know it.
    pub source: &'static str,
    /// The text; empty where there was nothing.
    pub text: String,
}

impl Answers {
    /// The answers of each source in the form that is read of it elsewhere too: `ConvertTo-Json`, `vnextdiag.ps1`, `wevtutil`, `dig`.
    pub fn told(&self, now: Timestamp) -> [Told; 4] {
        let instances = self.instances.iter().map(|instance| Value::Object(instance.clone()).to_string());
        let subscriptions = if self.subscriptions.is_empty() { String::new() } else { self.subscriptions.as_text(now) };
        [
            Told { source: "WMI", text: lines(instances) },
            Told { source: "Microsoft 365 Apps", text: subscriptions },
            Told { source: "event log", text: lines(self.events.iter().cloned()) },
            Told { source: "DNS", text: lines(self.records.iter().cloned()) },
        ]
    }

    /// Reads the answers, and passes on each item with its source.
    #[expect(clippy::missing_panics_doc, reason = "a text in memory can always be read")]
    pub fn read(&self, now: Timestamp, mut each: impl FnMut(&'static str, &Item)) {
        for told in self.told(now).into_iter().filter(|told| !told.text.is_empty()) {
            let one = |mut item: Item| {
                // An event calls the machine by its whole name.
                item.machine.clone_from(&self.machine);
                each(told.source, &item);
            };
            read(told.text.as_bytes(), None, NamedBy::Text, one).expect("a text in memory can be read");
        }
    }
}

fn lines(of: impl Iterator<Item = String>) -> String {
    of.fold(String::new(), |text, line| text + line.trim() + "\n")
}

/// The hundreds of licences without a key say nothing.
const WITH_KEY: Option<&str> = Some("PartialProductKey");

/// What is read of a product. Installation ids and extended product ids are not asked for.
const PRODUCT: &[&str] = &[
    "Name",
    "Description",
    "ID",
    "ApplicationID",
    "PartialProductKey",
    "ProductKeyChannel",
    "LicenseFamily",
    "LicenseIsAddon",
    "LicenseStatus",
    "LicenseStatusReason",
    "GracePeriodRemaining",
    "EvaluationEndDate",
    "KeyManagementServiceMachine",
    "KeyManagementServicePort",
    "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort",
    "DiscoveredKeyManagementServiceMachineIpAddress",
    "KeyManagementServiceLookupDomain",
    "VLActivationType",
    "VLActivationTypeEnabled",
    "VLActivationInterval",
    "VLRenewalInterval",
    "ADActivationObjectName",
    "ADActivationObjectDN",
    "IsKeyManagementServiceMachine",
    "KeyManagementServiceCurrentCount",
    "RequiredClientCount",
    "KeyManagementServiceTotalRequests",
    "KeyManagementServiceFailedRequests",
    "RemainingSkuReArmCount",
    "RemainingAppReArmCount",
];

/// What is read of the service. The key in the firmware is not asked for.
const SERVICE: &[&str] = &[
    "Version",
    "ClientMachineID",
    "IsKeyManagementServiceMachine",
    "KeyManagementServiceCurrentCount",
    "RequiredClientCount",
    "KeyManagementServiceTotalRequests",
    "KeyManagementServiceFailedRequests",
    "KeyManagementServiceListeningPort",
    "KeyManagementServiceMachine",
    "KeyManagementServicePort",
    "KeyManagementServiceLookupDomain",
    "RemainingWindowsReArmCount",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_asked_for_that_names_a_key_or_an_installation() {
        for class in CLASSES {
            for name in class.properties {
                let telling = name.contains("ProductKeyID") || name.contains("Installation") || name.starts_with("OA3");
                assert!(!telling, "{}.{name}", class.name);
            }
        }
    }
}
