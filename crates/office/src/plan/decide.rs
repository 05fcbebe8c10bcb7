//! The first row of the decision table that holds for a group, and what speaks against all others.

use serde::Serialize;

use super::estate::{Facts, Internet, Licence, Network, Product};
use super::fact::Fact;
use super::judge::{Holds, Situation};
use super::needs;
use crate::facts::method::ActivationMethod;
use crate::facts::plan::{Condition, DECISIONS, Decision};

/// What the table says of a group.
#[derive(Debug)]
pub(super) enum Verdict {
    /// This row.
    Row(&'static Decision),
    /// It depends on these facts; the methods may come of it, the likeliest first.
    Ask(Vec<Fact>, Vec<ActivationMethod>),
    /// No row holds.
    Nothing,
    /// The facts contradict each other.
    Contradiction(Vec<String>),
}

/// A method that is not the answer, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Against {
    /// The method.
    pub method: ActivationMethod,
    /// What speaks against it.
    pub why: Vec<String>,
}

pub(super) fn decide(situation: &Situation<'_>) -> Verdict {
    let contradictions = contradictions(situation.facts);
    if !contradictions.is_empty() {
        return Verdict::Contradiction(contradictions);
    }
    let (mut facts, mut methods): (Vec<Fact>, Vec<ActivationMethod>) = (Vec::new(), Vec::new());
    for row in &DECISIONS.rows {
        match row_holds(row, situation) {
            Holds::No(_) => {}
            Holds::Yes if methods.iter().all(|method| *method == row.method) => return Verdict::Row(row),
            Holds::Yes => {
                methods.push(row.method);
                break;
            }
            Holds::Ask(fact) => {
                facts.push(fact);
                methods.push(row.method);
            }
        }
    }
    dedup(&mut facts);
    dedup(&mut methods);
    if facts.is_empty() { Verdict::Nothing } else { Verdict::Ask(facts, methods) }
}

/// What speaks against each method but `chosen`.
pub(super) fn against(situation: &Situation<'_>, chosen: Option<&Decision>) -> Vec<Against> {
    let others = ActivationMethod::PLANNED.into_iter().filter(|method| chosen.is_none_or(|row| row.method != *method));
    others.map(|method| Against { method, why: reasons(method, situation, chosen) }).collect()
}

fn reasons(method: ActivationMethod, situation: &Situation<'_>, chosen: Option<&Decision>) -> Vec<String> {
    let rows: Vec<&Decision> = DECISIONS.rows.iter().filter(|row| row.method == method).collect();
    if let Some(first) = chosen
        && rows.iter().any(|row| row_holds(row, situation) == Holds::Yes)
    {
        return vec![format!("it would do, but {} comes first", first.method.name())];
    }
    // A row for another licence says nothing where there is one for this.
    let licensed = |row: &&&Decision| {
        let licence = row.when.licence.map(Condition::Licence);
        licence.is_none_or(|licence| !matches!(situation.holds(licence), Holds::No(_)))
    };
    let nearer: Vec<&Decision> = rows.iter().filter(licensed).copied().collect();
    let told = if nearer.is_empty() { rows } else { nearer };
    let mut why: Vec<String> = told
        .into_iter()
        .map(|row| match (row_holds(row, situation), chosen) {
            (Holds::No(reason), _) => reason,
            (Holds::Ask(fact), Some(first)) => {
                format!("{} comes first, whatever `{}` is", first.method.name(), fact.key())
            }
            (Holds::Ask(fact), None) => format!("it is not known: {}", fact.question()),
            (Holds::Yes, _) => "it would do, once what is missing is known".to_owned(),
        })
        .collect();
    dedup(&mut why);
    why
}

fn row_holds(row: &Decision, situation: &Situation<'_>) -> Holds {
    let conditions = row.when.conditions();
    let holds = conditions.into_iter().fold(Holds::Yes, |so_far, condition| so_far.and(|| situation.holds(condition)));
    holds.and(|| needs::hold(row, situation))
}

/// Facts that cannot be true together, or that the table is not about.
fn contradictions(facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    let (licence, release, product) = (facts.licence, facts.release, facts.product());
    let office = product == Some(Product::Office);
    let m365 = release.is_some_and(|release| release.name() == "m365");
    match (licence, release) {
        (Some(Licence::Subscription), Some(release)) if office && !m365 => found.push(format!(
            "Office {} is sold in volume or as single copies: a subscription is for Microsoft 365 Apps (release m365)",
            release.name()
        )),
        (Some(Licence::Volume | Licence::Spla | Licence::Retail), Some(_)) if m365 => found.push(
            "Microsoft 365 Apps are a subscription: KMS, MAK and Active Directory never activate them, and a generic key \
             (GVLK) or PIDKEY does not belong to them"
                .to_owned(),
        ),
        (Some(Licence::Subscription), _) if product.is_some() && !office => found.push(
            "this plans Windows under a volume licence: Windows Enterprise by subscription is activated by the user's \
             sign-in, and needs none of these methods"
                .to_owned(),
        ),
        (Some(Licence::Retail), _) => found.push(
            "single copies and what came with machines are activated one by one with their own keys or accounts: there is \
             nothing to plan"
                .to_owned(),
        ),
        _ => {}
    }
    if let (Some(product), Some(release)) = (facts.product, release)
        && release.product() != product
    {
        found.push(format!("{} is no release of {}", release.name(), product.title()));
    }
    if facts.machines == Some(0) {
        found.push("there is no machine in it".to_owned());
    }
    let online = facts.internet.filter(|internet| *internet != Internet::Never);
    if let (Network::Isolated, Some(_)) = (facts.network(), online) {
        found.push("an isolated network does not reach the internet".to_owned());
    }
    found
}

fn dedup<T: PartialEq>(all: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::with_capacity(all.len());
    for one in all.drain(..) {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    *all = kept;
}
