//! What came of a scenario, as a page and as rows.

use std::fmt::Write as _;

use leasehold_core::{Timestamp, count};
use leasehold_dashboard::simulation::{SimulatedDay, Simulation};
use leasehold_simulation::{Day, Outcome, Scenario};

/// The page for a browser.
pub(super) fn page(scenario: &Scenario, outcome: &Outcome) -> String {
    let machines: u64 = scenario.machines.iter().map(|group| u64::from(group.count)).sum();
    let policy = &scenario.policy;
    let facts = vec![
        ("From", date(scenario.begin)),
        ("Days", scenario.days.to_string()),
        ("Fleet", count(machines, "machine", "machines")),
        ("Hosts", scenario.hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>().join(", ")),
        ("Lease", format!("{}, renewed each {}, grace {}", policy.validity, policy.renewal, policy.grace)),
        ("Seed", scenario.seed.to_string()),
    ];
    let simulation = Simulation {
        title: scenario.title.clone(),
        facts,
        sentences: outcome.sentences(scenario, &|time| time.to_string()),
        days: outcome.days.iter().map(day).collect(),
        stores: outcome.stores.clone(),
        threshold: policy.threshold,
        capacity: policy.capacity,
        ends_at: outcome.ends.at.to_string(),
        ends: outcome.ends.weeks.clone(),
    };
    simulation.page()
}

fn day(day: &Day) -> SimulatedDay {
    let standings = day.standings;
    SimulatedDay {
        date: date(day.date),
        standings: [standings.licensed, standings.grace, standings.unactivated, standings.reduced],
        stores: day.stores.iter().map(|store| (store.counted, store.live)).collect(),
        granted: day.granted,
        failed: day.refused + day.unanswered,
        busiest: busiest(day),
    }
}

/// A row a day (RFC 4180), with two columns for each store.
pub(super) fn csv(outcome: &Outcome) -> String {
    let mut text = "date,licensed,grace,unactivated,reduced,granted,refused,unanswered,busiest_second".to_owned();
    for store in &outcome.stores {
        let name = store.replace('"', "\"\"");
        write!(text, ",\"counted {name}\",\"leases {name}\"").expect("a string takes all");
    }
    text.push_str("\r\n");
    for day in &outcome.days {
        let at = day.standings;
        let date = date(day.date);
        write!(text, "{date},{},{},{},{}", at.licensed, at.grace, at.unactivated, at.reduced)
            .expect("a string takes all");
        write!(text, ",{},{},{},{}", day.granted, day.refused, day.unanswered, busiest(day))
            .expect("a string takes all");
        for store in &day.stores {
            write!(text, ",{},{}", store.counted, store.live).expect("a string takes all");
        }
        text.push_str("\r\n");
    }
    text
}

pub(super) fn busiest(day: &Day) -> u64 {
    day.busiest.map_or(0, |peak| peak.requests)
}

/// A day without its time.
pub(super) fn date(time: Timestamp) -> String {
    let mut text = time.to_string();
    text.truncate(10);
    text
}
