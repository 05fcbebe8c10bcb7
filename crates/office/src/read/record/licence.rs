//! Licences as records: the classes of WMI, the products of VAMT, and what inventories export of them. They come out as
//! blocks like those of `slmgr.vbs`, which asks the same classes.

use super::{Record, same};
use crate::facts::errors::Hresult;
use crate::facts::outputs::{Field, Kind, Script};
use crate::read::block::Block;
use crate::read::value::{State, Value};

/// Whether only licences have a property of this name.
pub(super) fn is_characteristic(name: &str) -> bool {
    !WEAK.iter().any(|weak| same(weak, name))
        && (PROPERTIES.iter().any(|(own, _)| same(own, name)) || MORE.iter().any(|own| same(own, name)))
}

/// The product, or the licensing service, that a record tells.
pub(super) fn of_record(record: &Record) -> Option<Block> {
    let named = record.get(&["Name", "Description", "ProductName", "PartialProductKey", "ID", "Sku"]).is_some();
    let product = record.has("LicenseStatus") && named;
    let service = ["ClientMachineID", "KeyManagementServiceTotalRequests", "RemainingWindowsReArmCount"];
    if !product && !service.iter().any(|name| record.has(name)) {
        return None;
    }
    let tool = if record.has("FullyQualifiedDomainName") { Script::Vamt } else { Script::Wmi };
    let mut block = Block::new(tool, record.line);
    for (name, field) in PROPERTIES {
        let Some(text) = record.get(&[name]) else { continue };
        if let Some(value) = value(*field, text) {
            block.fields.entry(*field).or_insert(value);
        }
    }
    // That a key is missing is told by an empty property, and not by one that was not asked for.
    if record.has("PartialProductKey") {
        block.fields.entry(Field::Last5).or_insert_with(|| Value::words(""));
    }
    for (field, port) in [(Field::ManualHost, MANUAL_PORTS), (Field::DnsHost, FOUND_PORTS)] {
        let port = record.get(port).filter(|port| *port != "0");
        if let (Some(host), Some(port)) = (block.text(field).filter(|host| !host.contains(':')), port) {
            let host = Value::words(&format!("{host}:{port}"));
            block.fields.insert(field, host);
        }
    }
    if record.get(&["VLActivationType"]) == Some("1") {
        block.fields.insert(Field::LastMethod, Value::words("AD"));
    }
    Some(block)
}

fn value(field: Field, text: &str) -> Option<Value> {
    let number = || text.parse::<u64>().ok();
    match field {
        Field::State => {
            let state = number().map_or_else(|| State::from_words(text), State::from_code);
            Some(state.map_or_else(|| Value::words(text), Value::State))
        }
        // An unsigned number, a negative one, or as codes are written; VAMT has sentences beside.
        Field::Reason => {
            let decimal = text.parse::<i64>().ok().and_then(|code| u32::try_from(code & 0xFFFF_FFFF).ok()).map(Hresult);
            let code = decimal.or_else(|| crate::read::value::find_code(text))?;
            (code.0 != 0).then_some(Value::Code(code))
        }
        Field::Remaining | Field::ActivationInterval | Field::RenewalInterval => {
            number().filter(|number| *number > 0 && *number < NOT_APPLICABLE).map(Value::Number)
        }
        Field::Count
        | Field::RequestsTotal
        | Field::RequestsFailed
        | Field::Port
        | Field::RearmWindows
        | Field::RearmSku
        | Field::RearmApp => number().filter(|number| *number < NOT_APPLICABLE).map(Value::Number),
        Field::IsHost => (text == "1" || text.eq_ignore_ascii_case("true")).then_some(Value::Flag(true)),
        _ => Some(Value::read(Kind::String, text)).filter(|value| value.text().is_some()),
    }
}

/// The properties that are read, and what they are about; of two that are about the same the first counts.
const PROPERTIES: &[(&str, Field)] = &[
    ("Name", Field::Name),
    ("ProductName", Field::Name),
    ("Product", Field::Name),
    ("Description", Field::Description),
    ("ProductDescription", Field::Description),
    ("ID", Field::ActivationId),
    ("Sku", Field::ActivationId),
    ("ApplicationID", Field::ApplicationId),
    ("PartialProductKey", Field::Last5),
    ("ProductKeyChannel", Field::KeyChannel),
    ("ProductKeyType", Field::KeyChannel),
    ("LicenseStatus", Field::State),
    ("LicenseStatusReason", Field::Reason),
    ("LastErrorCode", Field::Reason),
    ("LastActionStatus", Field::Reason),
    ("GracePeriodRemaining", Field::Remaining),
    ("GraceExpirationDate", Field::Expiration),
    ("EvaluationEndDate", Field::EvaluationEnd),
    ("KeyManagementServiceMachine", Field::ManualHost),
    ("KMS Host", Field::DnsHost),
    ("DiscoveredKeyManagementServiceMachineName", Field::DnsHost),
    ("DiscoveredKeyManagementServiceMachineIpAddress", Field::HostIp),
    ("VLActivationInterval", Field::ActivationInterval),
    ("VLRenewalInterval", Field::RenewalInterval),
    ("ADActivationObjectName", Field::AdObject),
    ("ADActivationObjectDN", Field::AdDn),
    ("IsKeyManagementServiceMachine", Field::IsHost),
    ("KeyManagementServiceCurrentCount", Field::Count),
    ("KeyManagementServiceTotalRequests", Field::RequestsTotal),
    ("KeyManagementServiceFailedRequests", Field::RequestsFailed),
    ("KeyManagementServiceListeningPort", Field::Port),
    ("ClientMachineID", Field::Cmid),
    ("CMID", Field::Cmid),
    ("Version", Field::ServiceVersion),
    ("RemainingWindowsReArmCount", Field::RearmWindows),
    ("RemainingSkuReArmCount", Field::RearmSku),
    ("RemainingAppReArmCount", Field::RearmApp),
    ("KeyManagementServiceLookupDomain", Field::LookupDomain),
];

/// Names that other things have too.
const WEAK: &[&str] = &[
    "Name",
    "Description",
    "ID",
    "Sku",
    "Version",
    "ProductName",
    "Product",
    "ProductDescription",
    "LastErrorCode",
    "LastActionStatus",
    "CMID",
];

/// What licences have besides, and is not read.
const MORE: &[&str] = &[
    "LicenseFamily",
    "LicenseIsAddon",
    "LicenseDependsOn",
    "OfflineInstallationId",
    "KeyManagementServicePort",
    "DiscoveredKeyManagementServiceMachinePort",
    "VLActivationTypeEnabled",
    "ADActivationCsvlkPid",
    "ADActivationCsvlkSkuId",
    "ExtendedGrace",
    "RequiredClientCount",
];

const MANUAL_PORTS: &[&str] = &["KeyManagementServicePort"];
const FOUND_PORTS: &[&str] = &["DiscoveredKeyManagementServiceMachinePort", "KMS Port"];
/// What stands for no number: minus one, without its sign.
const NOT_APPLICABLE: u64 = 0xFFFF_FFFF;
