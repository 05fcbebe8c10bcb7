//! What is taken off the machine.

use super::super::context::{Context, Mode};
use super::super::file::{Add, File, Product, value};
use super::super::violation::Findings;
use crate::facts::products::Family;

pub(super) const RULES: &[&str] = &["ODT081", "ODT082"];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for remove in &file.removes {
        let all = value(remove.node, "All").filter(|all| all.is("TRUE"));
        if let Some(all) = all.filter(|_| !remove.products.is_empty()) {
            findings.add("ODT081", all.whole, "everything is removed, and products are named besides");
        }
    }
    if context.mode == Some(Mode::Download) {
        return;
    }
    // Language packs and what changes an installation need nothing removed.
    let installs = |product: &Product<'_>| product.is(&[Family::Suite, Family::Project, Family::Visio, Family::App]);
    let changes = |add: &&Add<'_>| value(add.node, "Version").is_some_and(|version| version.is("MatchInstalled"));
    let adds =
        file.adds.iter().filter(|add| context.hints && !changes(add)).find(|add| add.products.iter().any(installs));
    if let Some(add) = adds.filter(|_| file.named("RemoveMSI").next().is_none()) {
        let message = "RemoveMSI is missing: a Windows Installer edition of 2016 on the machine stops the installation";
        findings.add("ODT082", file.name_of(add.node), message);
    }
}
