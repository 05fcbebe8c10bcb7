//! Named switches: known, and meaning something for the products.

use super::super::context::Context;
use super::super::file::{File, Product, Property};
use super::super::violation::Findings;
use super::{did_you_mean, edit, nearest, quoted};
use crate::facts::products;
use crate::facts::schema;

pub(super) const RULES: &[&str] =
    &["ODT022", "ODT040", "ODT041", "ODT042", "ODT043", "ODT044", "ODT063", "ODT065", "ODT066"];

pub(super) fn check(file: &File<'_>, _: &Context, findings: &mut Findings<'_>) {
    for property in &file.properties {
        known(file, property, findings);
    }
    if let Some(property) = file.set("AUTOACTIVATE").filter(|_| file.only(products::Product::subscription)) {
        let message = "AUTOACTIVATE is for product keys; Microsoft 365 Apps activate when a user signs in";
        let finding = findings.add("ODT022", place(property), message);
        finding.fix = Some(edit::remove_element(property.node, file.text));
    }
    licensing(file, findings);
    package(file, findings);
}

fn known(file: &File<'_>, property: &Property<'_>, findings: &mut Findings<'_>) {
    let Some(name) = property.name.as_ref() else {
        findings.add("ODT063", file.name_of(property.node), "the property has no Name");
        return;
    };
    if name.text == "PinIconsToTaskbar" {
        findings.add("ODT065", name.span.clone(), "PinIconsToTaskbar does nothing on Windows 10 and 11");
    }
    if schema::property(name.text).is_none() {
        let meant = nearest(name.text, schema::table().properties.iter().map(|known| known.name.as_str()));
        let message = format!("{} is no property of the tool{}", quoted(name.text), did_you_mean(meant));
        let finding = findings.add("ODT063", name.span.clone(), message);
        finding.fix = meant.filter(|meant| name.is(meant)).map(|meant| edit::replace(name, meant));
    }
}

/// Shared computers and devices' licences.
fn licensing(file: &File<'_>, findings: &mut Findings<'_>) {
    let (shared, device) = (file.on("SharedComputerLicensing"), file.on("DeviceBasedLicensing"));
    let (roaming, directory) = (file.on("SCLCacheOverride"), file.set("SCLCacheOverrideDirectory"));
    if file.only(products::Product::volume) {
        for property in SUBSCRIPTION_ONLY.iter().filter_map(|name| file.set(name)) {
            let name = property.name.as_ref().map_or("", |name| name.text);
            let message = format!("{name} is for Microsoft 365 Apps, and only volume products are installed");
            let finding = findings.add("ODT040", place(property), message);
            finding.fix = Some(edit::remove_element(property.node, file.text));
        }
    }
    if let (Some(_), Some(device)) = (shared, device) {
        findings.add("ODT041", place(device), "SharedComputerLicensing is set too: a machine has one of the two");
    }
    match (roaming, directory) {
        (Some(lone), None) => {
            findings.add("ODT042", place(lone), "SCLCacheOverride is set without SCLCacheOverrideDirectory");
        }
        (None, Some(lone)) => {
            findings.add("ODT042", place(lone), "SCLCacheOverrideDirectory is set without SCLCacheOverride");
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    let Some(business) = file.added().map(Product::name).find(|id| id.starts_with("O365Business")) else { return };
    if let Some(device) = device {
        findings.add(
            "ODT043",
            place(device),
            format!("a device licence is one for Apps for enterprise, not for {business}"),
        );
    }
    if let Some(shared) = shared {
        findings.add("ODT044", place(shared), format!("{business} is shared with a Business Premium plan alone"));
    }
}

fn package(file: &File<'_>, findings: &mut Findings<'_>) {
    for property in file.properties.iter().filter(|property| property.is("PACKAGEGUID")) {
        let Some(value) = &property.value else {
            findings.add("ODT066", file.name_of(property.node), "PACKAGEGUID has no Value");
            continue;
        };
        if !is_package(value.text) {
            let message = "PACKAGEGUID is not like 0123ABCD-0123-ABCD-0123-0123456789AB: the default would be used";
            let finding = findings.add("ODT066", value.span.clone(), message);
            let upper = value.text.to_ascii_uppercase();
            finding.fix = is_package(&upper).then(|| edit::replace(value, &upper));
        } else if let Some(volume) = file.added().find(|product| product.facts.is_some_and(products::Product::volume)) {
            let message =
                format!("{} is a volume edition, and App-V packages of those are not supported", volume.name());
            findings.add("ODT066", place(property), message);
        }
    }
}

fn is_package(text: &str) -> bool {
    let mut groups = text.split('-');
    let hexadecimal = |group: &str| group.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    let fits = [8, 4, 4, 4, 12]
        .iter()
        .all(|length| groups.next().is_some_and(|group| group.len() == *length && hexadecimal(group)));
    fits && groups.next().is_none()
}

/// Where a finding about a property points.
fn place(property: &Property<'_>) -> std::ops::Range<usize> {
    property.name.as_ref().map_or_else(|| property.node.range(), |name| name.span.clone())
}

/// What licenses shared computers and devices.
const SUBSCRIPTION_ONLY: [&str; 4] =
    ["SharedComputerLicensing", "SCLCacheOverride", "SCLCacheOverrideDirectory", "DeviceBasedLicensing"];
