//! A short dialogue on a terminal: each question with what is taken where nothing is typed.

use std::io::{self, BufRead};

use leasehold_core::Code;
use leasehold_office::config::{Msi, ProductChoice, Profile};
use leasehold_office::facts::method::ActivationMethod;
use leasehold_office::facts::products;
use leasehold_office::facts::schema;

use super::choices::plan_named;
use crate::failure::Failure;

/// Asks for what a file needs and the profile does not say.
pub(super) fn ask(profile: &mut Profile) -> Result<(), Failure> {
    let ids = several("products (--list products shows all)", "ProPlus2024Volume", |id| products::find(id).is_some())?;
    let subscribed = ids.iter().filter_map(|id| products::find(id)).any(products::Product::subscription);
    profile.products = ids.into_iter().map(|id| ProductChoice { id, ..ProductChoice::default() }).collect();
    if profile.plan.is_none() {
        let usual = if subscribed { ActivationMethod::User } else { ActivationMethod::Kms };
        let name =
            one("activation (kms, adba, mak, user, shared, device)", usual.name(), |name| plan_named(name).is_some())?;
        profile.plan = plan_named(&name);
    }
    if profile.languages.is_empty() {
        let known = |code: &str| code.starts_with("Match") || schema::language(code).is_some();
        profile.languages = several("languages", "MatchOS", known)?;
    }
    if profile.exclude.is_empty() {
        profile.exclude = several("apps to leave out", "", |app| schema::exclude_app(app).is_some())?;
    }
    let keep =
        one("remove Windows Installer editions of Office first (yes, no)", "yes", |word| matches!(word, "yes" | "no"))?;
    if keep == "no" {
        profile.remove_msi = Msi::Whether(false);
    }
    Ok(())
}

/// One answer that `is` accepts.
fn one(question: &str, usual: &str, is: impl Fn(&str) -> bool) -> Result<String, Failure> {
    let mut answers = asked(question, usual, |words| words.len() == 1 && is(words[0]))?;
    Ok(answers.pop().unwrap_or_default())
}

/// Any number of answers, divided by blanks or commas, that `is` accepts each.
fn several(question: &str, usual: &str, is: impl Fn(&str) -> bool) -> Result<Vec<String>, Failure> {
    asked(question, usual, |words| words.iter().all(|word| is(word)))
}

fn asked(question: &str, usual: &str, fits: impl Fn(&[&str]) -> bool) -> Result<Vec<String>, Failure> {
    loop {
        err!("{question} [{usual}]: ");
        let mut typed = String::new();
        let read = io::stdin().lock().read_line(&mut typed);
        if read.map_err(|error| Failure::failed(Code::File, format!("terminal: {error}")))? == 0 {
            err!("\n");
            return Err(Failure::failed(Code::Usage, "the dialogue was ended").hint("name the products with --product"));
        }
        let line = if typed.trim().is_empty() { usual } else { typed.trim() };
        let words: Vec<&str> = line.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        if fits(&words) {
            return Ok(words.into_iter().map(str::to_owned).collect());
        }
        errln!("that is not one of them: {line}");
    }
}
