//! Languages: known, available, and something left where nothing matches.

use super::super::context::{Context, Mode};
use super::super::file::{Add, File, Language, LanguageKind, Product, Value, value};
use super::super::violation::Findings;
use super::{did_you_mean, edit, is_of_cdn, nearest, quoted};
use crate::facts::products::Family;
use crate::facts::schema;

pub(super) const RULES: &[&str] =
    &["ODT050", "ODT051", "ODT052", "ODT053", "ODT054", "ODT055", "ODT056", "ODT057", "ODT058", "ODT059"];

pub(super) fn check(file: &File<'_>, context: &Context, findings: &mut Findings<'_>) {
    for product in file.added().chain(file.removes.iter().flat_map(|remove| &remove.products)) {
        for language in &product.languages {
            known(language, findings);
            partners(file, language, findings);
        }
    }
    for add in &file.adds {
        for product in &add.products {
            of_product(file, product, context, findings);
        }
        local_source(file, add, findings);
    }
}

fn known(language: &Language<'_>, findings: &mut Findings<'_>) {
    let id = language.id.as_ref().filter(|id| !id.text.trim().is_empty());
    if let Some(id) = id.filter(|_| matches!(language.kind, LanguageKind::Unknown)) {
        unknown(id, findings);
    }
    if let Some(fallback) = value(language.node, "Fallback").filter(|value| schema::language(value.text).is_none()) {
        unknown(&fallback, findings);
    }
}

fn unknown(code: &Value<'_>, findings: &mut Findings<'_>) {
    let words = ["MatchOS", "MatchPreviousMSI", "MatchInstalled"];
    let codes = schema::table().languages.iter().map(|language| language.code.as_str());
    let meant = nearest(code.text.trim(), words.into_iter().chain(codes));
    findings.add("ODT050", code.span.clone(), format!("{} is no language{}", quoted(code.text), did_you_mean(meant)));
}

/// Attributes that mean something beside one match word only.
fn partners(file: &File<'_>, language: &Language<'_>, findings: &mut Findings<'_>) {
    let alone = [
        ("TargetProduct", "MatchInstalled", matches!(language.kind, LanguageKind::MatchInstalled)),
        ("Fallback", "a language that matches", language.is_match_word()),
    ];
    for (attribute, partner, present) in alone {
        if let Some(value) = value(language.node, attribute).filter(|_| !present) {
            let message = format!("{attribute} means something beside {partner} alone");
            let finding = findings.add("ODT058", value.whole.clone(), message);
            finding.fix = Some(edit::remove_attribute(&value, file.text));
        }
    }
}

fn of_product(file: &File<'_>, product: &Product<'_>, context: &Context, findings: &mut Findings<'_>) {
    if product.languages.is_empty() {
        let message = format!("{} has no language", product.id.as_ref().map_or("the product", |_| product.name()));
        findings.add("ODT057", product.place(file.text), message);
    }
    // A code with a typing error is meant as one, and said to be wrong already. The customization tool writes MatchOS.
    let explicit = product
        .languages
        .iter()
        .any(|language| language.is_named() && !matches!(language.kind, LanguageKind::MatchPreviousMsi));
    for language in &product.languages {
        let Some(id) = &language.id else { continue };
        match language.kind {
            LanguageKind::Known(known) => {
                unavailable(product, known, id, findings);
                if !known.companion_proofing_listed {
                    let message = format!("{} may be only partly translated, or for proofing alone", known.name);
                    findings.add("ODT059", id.span.clone(), message);
                }
            }
            LanguageKind::MatchOs if value(language.node, "Fallback").is_none() => {
                let message = "MatchOS has no Fallback for a language of Windows that Office lacks";
                findings.add("ODT054", id.span.clone(), message);
            }
            LanguageKind::MatchPreviousMsi => previous(file, id, explicit, findings),
            LanguageKind::MatchInstalled if context.mode == Some(Mode::Download) => {
                let message = "MatchInstalled means nothing where files are downloaded";
                findings.add("ODT056", id.span.clone(), message);
            }
            LanguageKind::MatchOs | LanguageKind::MatchInstalled | LanguageKind::Unknown => {}
        }
        let fallback = value(language.node, "Fallback").filter(|_| language.is_match_word());
        if let Some((known, fallback)) = fallback.and_then(|value| Some((schema::language(value.text)?, value))) {
            unavailable(product, known, &fallback, findings);
        }
    }
}

fn unavailable(product: &Product<'_>, language: &schema::Language, place: &Value<'_>, findings: &mut Findings<'_>) {
    if product.is(&[Family::Project, Family::Visio]) && !language.project_visio {
        let message = format!("{} is not available for {}", language.display, product.name());
        findings.add("ODT051", place.span.clone(), message);
    }
}

fn previous(file: &File<'_>, id: &Value<'_>, explicit: bool, findings: &mut Findings<'_>) {
    if file.named("RemoveMSI").next().is_none() {
        findings.add("ODT052", id.span.clone(), "MatchPreviousMSI takes the languages of what RemoveMSI removes");
    }
    if !explicit {
        findings.add(
            "ODT053",
            id.span.clone(),
            "MatchPreviousMSI stands without a language for machines that had none",
        );
    }
}

fn local_source(file: &File<'_>, add: &Add<'_>, findings: &mut Findings<'_>) {
    let local = value(add.node, "SourcePath").is_some_and(|path| !path.text.trim().is_empty() && !is_of_cdn(path.text));
    let falls_back = value(add.node, "AllowCdnFallback").is_some_and(|value| value.is("TRUE"));
    if !local || falls_back {
        return;
    }
    for language in add.products.iter().flat_map(|product| &product.languages).filter(|each| each.is_match_word()) {
        let span = language.id.as_ref().map_or_else(|| file.name_of(language.node), |id| id.span.clone());
        findings.add("ODT055", span, "the language that matches has to be in SourcePath: AllowCdnFallback is not set");
    }
}
