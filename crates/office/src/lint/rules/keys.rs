//! Product keys: whose they are, whether they fit product and plan, whether they are secrets.

use super::super::context::Context;
use super::super::file::{File, Key, KeyKind, Product};
use super::super::violation::Findings;
use super::edit;
use crate::facts::gvlk::{self, Gvlk, Install};
use crate::facts::method::ActivationMethod;
use crate::facts::products::{self, Licence, Release};
use crate::facts::schema::Severity;

pub(super) const RULES: &[&str] =
    &["ODT020", "ODT028", "ODT029", "ODT030", "ODT031", "ODT032", "ODT033", "ODT034", "ODT036", "ODT037", "ODT038"];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for product in file.added() {
        match &product.key {
            Some(key) => given(product, key, context, findings),
            None => missing(file, product, context, findings),
        }
        if product.facts.is_some_and(|facts| facts.licence == Licence::VolumeSpla) {
            service_provider(file, product, context, findings);
        }
    }
}

fn given(product: &Product<'_>, key: &Key<'_>, context: &Context, findings: &mut Findings<'_>) {
    let span = || key.value.span.clone();
    if product.facts.is_some_and(products::Product::subscription) {
        let message = format!("{} is licensed by subscription: no product key activates it", product.name());
        findings.add("ODT020", key.value.whole.clone(), message);
    }
    match key.kind {
        KeyKind::Placeholder => {
            findings.add("ODT037", span(), "the key is a placeholder");
        }
        KeyKind::Malformed => {
            findings.add("ODT028", span(), "this is no product key: one has five groups of five letters and digits");
        }
        KeyKind::Generic(generic) => {
            if !crate::facts::gvlk::well_formed(key.value.text) {
                findings.add("ODT028", span(), "the key is not written in five groups of five, divided by hyphens");
            }
            of_another(product, key, generic, findings);
            if context.plan == Some(ActivationMethod::Mak) {
                let message = format!("the plan is MAK, and the key is the GVLK of {}", generic.product);
                findings.add("ODT032", span(), message);
            }
        }
        KeyKind::Preview(preview) => {
            let released = product.facts.and_then(|facts| gvlk::of_product(&facts.id));
            let instead = released.map_or_else(String::new, |key| {
                format!(": write the GVLK of the release, {}, or take it out", key.key)
            });
            let message = format!("the key is the published one of {}{instead}", preview.product);
            let finding = findings.add("ODT038", span(), message);
            finding.fix = released.map(|released| edit::replace(&key.value, &released.key));
        }
        KeyKind::Unknown => {
            let last = last5(key.value.text);
            let message = format!("key …{last} is no published one: everyone who can read the file has it");
            findings.add("ODT036", span(), message);
            if let Some(plan) =
                context.plan.filter(|plan| matches!(plan, ActivationMethod::Kms | ActivationMethod::Adba))
            {
                let message = format!(
                    "the plan is {}, and key …{last} is no GVLK: a MAK, or a KMS host key, which belongs on no client",
                    plan.name()
                );
                findings.add("ODT032", span(), message);
            }
        }
    }
}

/// A published key that is not this product's.
fn of_another(product: &Product<'_>, key: &Key<'_>, generic: &Gvlk, findings: &mut Findings<'_>) {
    let span = key.value.span.clone();
    if generic.windows() {
        let message = format!("the key is the GVLK of {}", generic.product);
        findings.add("ODT030", span, message);
        return;
    }
    let Some(facts) = product.facts else { return };
    let click_to_run_2016 = facts.licence == Licence::Volume && facts.release == Release::Of2016;
    if click_to_run_2016 && generic.install == Some(Install::Msi) {
        let message = format!("the key is for the Windows Installer edition of {}", generic.product);
        findings.add("ODT034", span, message);
    } else if generic.odt_id.as_deref() != Some(&facts.id) {
        let message = format!("the key is the GVLK of {}, the product is {}", generic.product, facts.name);
        findings.add("ODT029", span, message);
    }
}

fn missing(file: &File<'_>, product: &Product<'_>, context: &Context, findings: &mut Findings<'_>) {
    let Some(facts) = product.facts.filter(|facts| facts.licence == Licence::Volume) else { return };
    let mak = context.plan == Some(ActivationMethod::Mak);
    let message = if mak {
        format!("the plan is MAK, and {} has no key: it would look for a KMS host", facts.id)
    } else if facts.gvlk == Some(false) {
        format!("{} has no key, and no GVLK is published for it", facts.id)
    } else {
        format!("{} has no key: the GVLK that is built in is used", facts.id)
    };
    let finding = findings.add("ODT031", product.place(file.text), message);
    if mak {
        finding.severity = Severity::Error;
    }
}

fn service_provider(file: &File<'_>, product: &Product<'_>, context: &Context, findings: &mut Findings<'_>) {
    let why = match &product.key {
        None => "has no key".to_owned(),
        Some(Key { kind: KeyKind::Generic(generic), .. }) => format!("has the GVLK of {}", generic.product),
        Some(_) => match context.plan.filter(|plan| matches!(plan, ActivationMethod::Kms | ActivationMethod::Adba)) {
            Some(plan) => format!("is planned for {}", plan.name()),
            None => return,
        },
    };
    let message = format!("{} {why}: the service providers' edition is activated by its MAK alone", product.name());
    findings.add("ODT033", product.place(file.text), message);
}

/// What may be shown of a key.
fn last5(key: &str) -> String {
    let letters: Vec<char> = key.trim().chars().collect();
    letters[letters.len().saturating_sub(5)..].iter().collect()
}
