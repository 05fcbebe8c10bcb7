//! What a method needs: met, not met, or for the planner to check.

use serde::Serialize;

use super::estate::{Facts, Internet, Lifetime, Membership};
use super::fact::Fact;
use super::judge::{Holds, Situation};
use crate::facts::method::ActivationMethod;
use crate::facts::plan::Decision;

/// Something that a method needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// What.
    pub need: String,
    /// Whether it is there; `None` where only the administrator can say.
    pub met: Option<bool>,
}

/// What of the row is not there, if anything is known not to be; and facts that are missing to say.
pub(super) fn hold(row: &Decision, situation: &Situation<'_>) -> Holds {
    let needs = row.needs.iter().map(|need| judged(need, row.method, situation));
    let so_far = needs.flatten().fold(Holds::Yes, |so_far, holds| so_far.and(|| holds));
    so_far.and(|| beyond(row.method, situation))
}

/// The needs of a row, each with what is known of it.
pub(super) fn list(row: &Decision, situation: &Situation<'_>) -> Vec<Need> {
    let met = |need: &str| match judged(need, row.method, situation)? {
        Holds::Yes => Some(true),
        Holds::No(_) => Some(false),
        Holds::Ask(_) => None,
    };
    row.needs.iter().map(|need| Need { need: need.clone(), met: met(need) }).collect()
}

/// Whether a need of the table is met, where the facts of a group can tell.
fn judged(need: &str, method: ActivationMethod, situation: &Situation<'_>) -> Option<Holds> {
    let facts = situation.facts;
    match need {
        "licensing service reachable at least every 30 days" | "internet at sign-in; token lasts 30 days" => {
            Some(monthly(facts))
        }
        "Entra joined or hybrid joined" => Some(match facts.domain {
            Some(Membership::Entra | Membership::Hybrid) => Holds::Yes,
            Some(Membership::Ad | Membership::None) => {
                Holds::No("the machines are joined to Entra neither alone nor as hybrid".to_owned())
            }
            None => Holds::Ask(Fact::Domain),
        }),
        "client Windows 8 / Server 2012 or later" if method == ActivationMethod::Adba => {
            let windows = facts.release.filter(|release| release.of_office().is_none());
            windows.map(|release| {
                if release.knows_directory() {
                    Holds::Yes
                } else {
                    Holds::No(format!("{} does not know it", release.name()))
                }
            })
        }
        _ => None,
    }
}

/// What the methods need beyond the words of the table.
fn beyond(method: ActivationMethod, situation: &Situation<'_>) -> Holds {
    let facts = situation.facts;
    match method {
        // A host grants nothing below its threshold, whatever leads to it.
        ActivationMethod::Kms => situation.enough(),
        ActivationMethod::User
        | ActivationMethod::Shared
        | ActivationMethod::Device
        | ActivationMethod::ExtendedOffline => match facts.internet {
            Some(Internet::Never) => {
                Holds::No("Microsoft 365 Apps are activated over the internet, and it is never reached".to_owned())
            }
            Some(Internet::Monthly | Internet::HalfYearly) => Holds::Yes,
            None => Holds::Ask(Fact::Internet),
        },
        ActivationMethod::Mak if facts.lifetime == Some(Lifetime::ShortLived) => Holds::No(
            "the machines live less than the grace period, and an activation by MAK is used up for ever".to_owned(),
        ),
        ActivationMethod::Mak
        | ActivationMethod::Adba
        | ActivationMethod::ViewerMode
        | ActivationMethod::ChangeProduct
        | ActivationMethod::None
        | ActivationMethod::Retail
        | ActivationMethod::Account => Holds::Yes,
    }
}

fn monthly(facts: &Facts) -> Holds {
    match facts.internet {
        Some(Internet::Monthly) => Holds::Yes,
        Some(internet) => Holds::No(internet.describe().to_owned()),
        None => Holds::Ask(Fact::Internet),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::plan::DECISIONS;

    #[test]
    fn every_need_that_is_judged_is_one_of_the_table() {
        for need in [
            "licensing service reachable at least every 30 days",
            "internet at sign-in; token lasts 30 days",
            "Entra joined or hybrid joined",
            "client Windows 8 / Server 2012 or later",
        ] {
            assert!(DECISIONS.rows.iter().any(|row| row.needs.iter().any(|of| of == need)), "{need}");
        }
    }
}
