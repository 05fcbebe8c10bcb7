//! Apps that are left out, enumerated values, and how setup behaves towards users.

use roxmltree::Node;

use super::super::context::Context;
use super::super::file::{File, Product, name, value};
use super::super::violation::Findings;
use super::{did_you_mean, edit, nearest, quoted};
use crate::facts::products::{Licence, Release};
use crate::facts::schema::{self, Kind};

pub(super) const RULES: &[&str] = &["ODT060", "ODT061", "ODT062", "ODT070", "ODT071", "ODT072"];

pub(super) fn check(file: &File<'_>, _: &Context, findings: &mut Findings<'_>) {
    for product in file.added() {
        excluded(file, product, findings);
    }
    let elements = file.adds.iter().chain(&file.removes).map(|add| add.node).chain(file.others.iter().copied());
    for element in elements {
        enumerated(file, element, findings);
    }
    for property in &file.properties {
        let Some(known) = property.name.as_ref().and_then(|name| schema::property(name.text)) else { continue };
        if !is_enumeration(&known.values) {
            continue;
        }
        match &property.value {
            Some(value) => one_of(value.text, &known.values, value.span.clone(), &known.name, findings),
            None => {
                findings.add("ODT062", file.name_of(property.node), format!("{} has no Value", known.name));
            }
        }
    }
    silence(file, findings);
}

fn excluded(file: &File<'_>, product: &Product<'_>, findings: &mut Findings<'_>) {
    for node in &product.excluded {
        let Some(id) = value(*node, "ID").filter(|id| !id.text.trim().is_empty()) else { continue };
        if schema::was_exclude_app(id.text) {
            let message = format!("{} is in no suite that the tool installs today: the line does nothing", id.text);
            findings.add("ODT061", id.span, message).fix = Some(edit::remove_element(*node, file.text));
            continue;
        }
        if schema::exclude_app(id.text).is_none() {
            let alias = ALIASES.iter().find(|(alias, _)| id.is(alias)).map(|(_, app)| *app);
            let apps = schema::table().exclude_apps.iter().map(|app| app.id.as_str());
            let meant = alias.or_else(|| nearest(id.text, apps));
            let message = format!("{} is no app{}", quoted(id.text), did_you_mean(meant));
            let finding = findings.add("ODT060", id.span.clone(), message);
            let sure = meant.filter(|meant| alias.is_some() || id.is(meant));
            finding.fix = sure.map(|meant| edit::replace(&id, meant));
            continue;
        }
        let of_2024 = |facts: &crate::facts::products::Product| {
            facts.licence == Licence::Volume && facts.release == Release::Of2024
        };
        if product.facts.is_some_and(of_2024) && NOT_IN_2024.contains(&id.text) {
            let message = format!("{} does not come with {}", id.text, product.name());
            findings.add("ODT061", id.span, message).fix = Some(edit::remove_element(*node, file.text));
        }
    }
}

/// Attributes whose values the table lists, but those with a rule of their own.
fn enumerated(file: &File<'_>, node: Node<'_, '_>, findings: &mut Findings<'_>) {
    let own = name(node, file.text);
    for known in schema::table().attributes.iter().filter(|attribute| attribute.element == own) {
        let listed = matches!(known.kind, Kind::Bool | Kind::Enum) && is_enumeration(&known.values);
        if !listed || known.deprecated || known.name == "OfficeClientEdition" {
            continue;
        }
        if let Some(value) = node.attributes().find(|attribute| attribute.name() == known.name) {
            one_of(value.value(), &known.values, value.range_value(), &known.name, findings);
        }
    }
}

fn one_of(text: &str, values: &[String], span: std::ops::Range<usize>, what: &str, findings: &mut Findings<'_>) {
    if !values.iter().any(|value| value.eq_ignore_ascii_case(text)) {
        let message = format!("{} is no value of {what}: it is {}", quoted(text), values.join(" or "));
        findings.add("ODT062", span, message);
    }
}

/// Whether the table lists values, and does not describe them.
fn is_enumeration(values: &[String]) -> bool {
    let word = |value: &String| !value.contains([' ', '[']) && value != "path";
    !values.is_empty() && values.iter().all(word)
}

fn silence(file: &File<'_>, findings: &mut Findings<'_>) {
    let closing = file.on("FORCEAPPSHUTDOWN");
    if let Some(value) = closing.and_then(|property| property.value.as_ref()) {
        findings.add("ODT072", value.span.clone(), "apps are closed by force: unsaved work may be lost");
    }
    for display in file.named("Display") {
        let Some(level) = value(display, "Level").filter(|level| level.is("None")) else { continue };
        if !value(display, "AcceptEULA").is_some_and(|accepted| accepted.is("TRUE")) {
            let message = "setup is silent, and each user will be asked for the licence terms";
            findings.add("ODT070", level.span.clone(), message);
        }
        if closing.is_none() && file.named("RemoveMSI").next().is_some() {
            let message = "setup is silent: where an app is open, RemoveMSI may fail without a question";
            findings.add("ODT071", level.span, message);
        }
    }
}

/// Names that people use and the tool does not.
const ALIASES: &[(&str, &str)] =
    &[("Skype", "Lync"), ("SkypeForBusiness", "Lync"), ("Skype for Business", "Lync"), ("One Drive", "Groove")];
const NOT_IN_2024: [&str; 2] = ["Publisher", "Teams"];
