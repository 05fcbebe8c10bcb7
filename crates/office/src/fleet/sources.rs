//! Where the facts behind lines of the overview were read.

use std::collections::BTreeSet;

use super::row::Row;
use crate::facts::errors::{ERRORS, Hresult};
use crate::facts::kms::KMS;
use crate::facts::outputs::OUTPUTS;
use crate::read::State;

/// The facts behind lines, each with its source: the codes and states that occur, and the numbers that all rest on.
pub fn sources(rows: &[Row]) -> Vec<(String, &'static str)> {
    let codes: BTreeSet<Hresult> = rows.iter().filter_map(|row| row.code).collect();
    let states: BTreeSet<State> = rows.iter().filter_map(|row| row.state).collect();
    let code = |code: &Hresult| Some((code.to_string(), ERRORS.find(*code)?.source.as_str()));
    let state = |state: &State| {
        let entry = ERRORS.states.iter().find(|entry| State::from_code(u64::from(entry.code)) == Some(*state))?;
        Some((state.to_string(), entry.source.as_str()))
    };
    let vnext = OUTPUTS.vnext_states.iter().filter_map(|entry| {
        let state = State::from_vnext(&entry.state).filter(|state| states.contains(state))?;
        Some((format!("{state}, Microsoft 365 Apps"), entry.source.as_str()))
    });
    let fact = |id: &&'static str| Some(((*id).to_owned(), KMS.fact(id)?.source.as_str()));
    codes
        .iter()
        .filter_map(code)
        .chain(states.iter().filter_map(state))
        .chain(vnext)
        .chain(FACTS.iter().filter_map(fact))
        .collect()
}

/// The facts that meanings and forecasts rest on.
const FACTS: [&str; 9] = [
    "threshold.office",
    "threshold.windows_client",
    "threshold.windows_server",
    "cache.days",
    "validity.max_minutes",
    "interval.renewal_minutes",
    "grace.out_of_tolerance_days",
    "grace.windows_toast_days",
    "port.tcp",
];
