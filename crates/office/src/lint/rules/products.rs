//! Products: known, once, supported, fit for the machine.

use std::collections::HashSet;

use super::super::context::{Context, Edition};
use super::super::file::{Add, File, Product, Value, value};
use super::super::violation::Findings;
use super::{did_you_mean, edit, nearest, quoted};
use crate::facts::products::{self, Family};
use crate::facts::schema::Severity;

pub(super) const RULES: &[&str] =
    &["ODT005", "ODT006", "ODT007", "ODT010", "ODT017", "ODT026", "ODT035", "ODT090", "ODT092", "ODT093"];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for product in file.added().chain(file.removes.iter().flat_map(|remove| &remove.products)) {
        ids(product, findings);
    }
    for add in &file.adds {
        architecture(add, context, findings);
        twice(file, add, findings);
    }
    architectures(file, context, findings);
    suites(file, findings);
    support(file, context, findings);
}

fn ids(product: &Product<'_>, findings: &mut Findings<'_>) {
    if let Some(id) = product.id.as_ref().filter(|id| !id.text.trim().is_empty()) {
        blank(id, findings);
        known(id, findings);
        if product.facts.is_some_and(|facts| !facts.documented()) {
            let message =
                format!("{} is known from public lists alone, no page of Microsoft's names it", product.name());
            findings.add("ODT007", id.span.clone(), message);
        }
    }
    for language in &product.languages {
        if let Some(id) = language.id.as_ref().filter(|id| !id.text.trim().is_empty()) {
            blank(id, findings);
        }
        if let Some(target) = value(language.node, "TargetProduct").filter(|target| target.text != "All") {
            known(&target, findings);
        }
    }
}

fn blank(id: &Value<'_>, findings: &mut Findings<'_>) {
    if id.text.trim() != id.text {
        let message = format!("{} begins or ends with a blank", quoted(id.text));
        let finding = findings.add("ODT006", id.span.clone(), message);
        finding.fix = Some(edit::replace(id, id.text.trim()));
    }
}

fn known(id: &Value<'_>, findings: &mut Findings<'_>) {
    let typed = id.text.trim();
    if products::find(typed).is_some() {
        return;
    }
    if let Some(product) = products::table().former.iter().find(|former| former.id.eq_ignore_ascii_case(typed)) {
        let message = format!("{typed} is of {}, whose support ended on {}", product.release, product.end_of_support);
        findings.add("ODT090", id.span.clone(), message);
        return;
    }
    let ids = || products::table().products.iter().map(|product| product.id.as_str());
    if let Some(written) = ids().find(|id| id.eq_ignore_ascii_case(typed)) {
        // Whether the tool minds is not documented.
        let finding = findings.add("ODT005", id.span.clone(), format!("{} is written {written}", quoted(typed)));
        finding.severity = Severity::Info;
        finding.fix = Some(edit::replace(id, written));
        return;
    }
    let message = format!("{} is no product id{}", quoted(typed), did_you_mean(nearest(typed, ids())));
    findings.add("ODT005", id.span.clone(), message);
}

fn architecture(add: &Add<'_>, context: &Context, findings: &mut Findings<'_>) {
    let Some(edition) = value(add.node, "OfficeClientEdition") else { return };
    match edition.text.parse::<Edition>() {
        Ok(Edition::Bits32) if context.arm => {
            findings.add("ODT093", edition.span, "32-bit Office is meant for devices with Arm processors");
        }
        Ok(_) => {}
        Err(_) => {
            let meant = match edition.text.trim().to_ascii_lowercase().as_str() {
                "64" | "x64" | "amd64" | "x86_64" | "64-bit" | "64bit" => Some("64"),
                "32" | "x86" | "32-bit" | "32bit" => Some("32"),
                _ => None,
            };
            let message = format!("{} is no architecture: it is 32 or 64", quoted(edition.text));
            let finding = findings.add("ODT010", edition.span.clone(), message);
            finding.fix = meant.map(|meant| edit::replace(&edition, meant));
        }
    }
}

fn architectures(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    let mut first = None;
    for add in &file.adds {
        let Some(edition) = add.edition() else { continue };
        let span = value(add.node, "OfficeClientEdition").map_or_else(|| file.name_of(add.node), |value| value.span);
        let migrates = value(add.node, "MigrateArch").is_some_and(|value| value.is("TRUE"));
        if *first.get_or_insert(edition) != edition {
            findings.add("ODT017", span, "this Add has another architecture than the one above");
        } else if context.beside.iter().any(|other| *other != edition) {
            findings.add("ODT017", span, "another file for the same machines has the other architecture");
        } else if let Some(installed) = context.installed.filter(|installed| *installed != edition && !migrates) {
            let message = format!("{installed}-bit Office is installed, and MigrateArch is not set");
            findings.add("ODT017", span, message);
        }
    }
}

fn suites(file: &File<'_>, findings: &mut Findings<'_>) {
    let mut seen: Option<&str> = None;
    for suite in file.added().filter(|product| product.is(&[Family::Suite])) {
        match seen {
            Some(first) if first != suite.name() => {
                let message = format!("{} is a second suite beside {first}: a device has one", suite.name());
                findings.add("ODT026", suite.place(file.text), message);
                return;
            }
            Some(_) => {}
            None => seen = Some(suite.name()),
        }
    }
    // The 2016 editions that are installed this way (C2R-P) have no year in their ids and follow what is on the device.
    let dated = |product: &&Product<'_>| {
        product.facts.is_some_and(|facts| facts.volume() && facts.release.year().is_some_and(|year| year > 2016))
    };
    let year = |product: &Product<'_>| product.facts.and_then(|facts| facts.release.year());
    let mut volume = file.added().filter(dated);
    let Some(first) = volume.next() else { return };
    if let Some(other) = volume.find(|product| year(product) != year(first)) {
        let message = format!("{} is of another year than {}", other.name(), first.name());
        findings.add("ODT026", other.place(file.text), message);
    }
}

fn twice(file: &File<'_>, add: &Add<'_>, findings: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    for product in add.products.iter().filter(|product| !product.name().is_empty()) {
        if !seen.insert(product.name()) {
            let message =
                format!("{} stands here twice: a file gives one product once, with one key", quoted(product.name()));
            findings.add("ODT035", product.place(file.text), message);
        }
    }
}

fn support(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    let Some(today) = context.today else { return };
    for product in file.added() {
        let Some(facts) = product.facts else { continue };
        if let Some(end) = facts.end_of_support.filter(|end| *end < today) {
            let message = format!("support of {} ended on {end}", facts.name);
            findings.add("ODT090", product.place(file.text), message);
        }
        // Microsoft 365 Apps lose Publisher by themselves, and the suites that keep it are out of support, which is said.
        if today > PUBLISHER_END && facts.family == Family::App && facts.id.starts_with("Publisher") {
            let message = format!("{} is installed after Publisher was retired in October 2026", facts.name);
            findings.add("ODT092", product.place(file.text), message);
        }
    }
}

const PUBLISHER_END: jiff::civil::Date = jiff::civil::date(2026, 10, 31);
