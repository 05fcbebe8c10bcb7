//! What comes of scenarios, judged by the rules of the design.

use leasehold_core::{Code, Policy, Span, Timestamp};
use leasehold_simulation::{
    Away, ClockOff, Host, HostClock, Hours, Imaging, Interval, Machines, Outcome, Scenario, Standings, simulate,
};
use proptest::prelude::*;

/// 2027-01-01, a Friday.
const BEGIN: Timestamp = Timestamp::from_unix(1_798_761_600);

fn day(n: u64) -> Timestamp {
    BEGIN.plus(Span::days(n))
}

fn during(from: u64, until: u64) -> Interval {
    Interval { from: day(from), until: day(until) }
}

fn desktops(count: u32) -> Machines {
    Machines { count, over: Span::days(3), ..Machines::new("desktops", BEGIN) }
}

/// Thirty desktops, a threshold of 25, one host, 200 days.
fn small() -> Scenario {
    Scenario {
        begin: BEGIN,
        days: 200,
        policy: Policy { threshold: 25, ..Policy::default() },
        machines: vec![desktops(30)],
        hosts: vec![Host::new("hq")],
        ..Scenario::default()
    }
}

fn run(scenario: &Scenario) -> Outcome {
    simulate(scenario).expect("a scenario")
}

fn licensed(outcome: &Outcome) -> u64 {
    outcome.days.last().expect("a day").standings.licensed
}

fn refused(outcome: &Outcome, code: Code) -> u64 {
    outcome.refusals.iter().find(|refusals| refusals.code == code).map_or(0, |refusals| refusals.count)
}

#[test]
fn a_fleet_is_licensed_once_the_threshold_is_met_and_renews_each_week() {
    let outcome = run(&small());
    assert_eq!(licensed(&outcome), 30);
    assert_eq!((outcome.thresholds.len(), outcome.thresholds[0].met, outcome.thresholds[0].counted), (1, true, 25));
    assert!(refused(&outcome, Code::ThresholdNotMet) > 0, "the first machines had to wait");
    let renewals: u64 = outcome.days[100..107].iter().map(|day| day.granted).sum();
    assert!((30..=36).contains(&renewals), "one a week and machine, up to a tenth early: {renewals}");
}

#[test]
fn a_fleet_too_small_for_the_threshold_ends_reduced() {
    let scenario = Scenario { machines: vec![desktops(24)], ..small() };
    let outcome = run(&scenario);
    assert!(outcome.thresholds.is_empty());
    let last = outcome.days.last().expect("a day").standings;
    assert_eq!(last, Standings { reduced: 24, ..Standings::default() });
    let told = outcome.sentences(&scenario, &|time| time.to_string());
    assert!(told.iter().any(|line| line.contains("of 25 is never met: 24 count at most")), "{told:?}");
    let late = Scenario { machines: vec![desktops(25), Machines::new("late", day(200))], ..small() };
    let told = run(&late).sentences(&late, &|time| time.to_string());
    assert!(told.iter().any(|line| line == "late: none of these machines comes within the days that are simulated."));
}

#[test]
fn machines_that_leave_take_the_threshold_with_them_and_leases_run_on() {
    let staying = Machines { count: 20, ..Machines::new("office", BEGIN) };
    let leaving = Machines { count: 10, leave: Some(day(60)), ..Machines::new("interns", BEGIN) };
    let scenario = Scenario { machines: vec![staying, leaving], days: 300, ..small() };
    let outcome = run(&scenario);
    let fall = &outcome.thresholds[1];
    assert!(!fall.met && during(80, 92).has(fall.at), "a month after they were last seen: {}", fall.at);
    assert_eq!(outcome.days[200].standings.licensed, 20, "leases of 180 days outlast it");
    assert_eq!(outcome.days[299].standings.licensed, 0, "but are not renewed");
}

#[test]
fn three_weeks_without_a_host_are_noticed_by_all_and_harm_nobody_but_newcomers() {
    let newcomers = Machines { count: 5, ..Machines::new("newcomers", day(65)) };
    let away = Host { down: vec![during(60, 81)], ..Host::new("hq") };
    let scenario = Scenario { hosts: vec![away], machines: vec![desktops(30), newcomers], ..small() };
    let outcome = run(&scenario);
    let outage = &outcome.outages[0];
    assert_eq!((outage.missed, outage.lost, outage.waiting), (35, 0, 5));
    let spare = outage.first_end.expect("leases run").since(day(81)).as_seconds() / 86_400;
    assert!((150..=160).contains(&spare), "180 days less a week less three: {spare}");
    assert_eq!(licensed(&outcome), 35);
    assert_eq!(outcome.ends.at, day(81), "ends of leases are those at the end of the outage");
    assert_eq!(outcome.ends.weeks.iter().sum::<u64>(), 30);
}

#[test]
fn a_host_away_for_too_long_costs_the_licences_and_its_return_brings_them_back() {
    let away = Host { down: vec![during(20, 240)], ..Host::new("hq") };
    let scenario = Scenario { hosts: vec![away], days: 260, ..small() };
    let outcome = run(&scenario);
    let of = |n: usize| outcome.days[n].standings;
    assert_eq!((of(190).licensed, of(203).grace, of(236).reduced), (30, 30, 30), "180 days, then 30 of grace");
    assert_eq!(of(259).licensed, 30);
    assert_eq!(outcome.outages[0].lost, 30);
    assert!(outcome.worst_day().is_some_and(|worst| worst.standings.lost() == 30));
}

#[test]
fn where_another_host_of_the_store_answers_an_outage_is_noticed_by_no_machine() {
    let of = |name: &str, down: Vec<Interval>| Host { store: Some("db".to_owned()), down, ..Host::new(name) };
    let scenario = Scenario { hosts: vec![of("a", vec![during(30, 60)]), of("b", Vec::new())], ..small() };
    let outcome = run(&scenario);
    assert_eq!((outcome.stores.len(), outcome.outages[0].missed, licensed(&outcome)), (1, 0, 30));
    let apart = Scenario { hosts: vec![Host::new("a"), Host::new("b")], ..small() };
    assert_eq!(run(&apart).stores, ["a", "b"], "hosts that name no store have their own");
}

#[test]
fn hosts_of_a_lower_priority_are_asked_only_where_the_others_are_down() {
    let spare = Host { priority: 10, ..Host::new("spare") };
    let scenario = Scenario { hosts: vec![Host::new("main"), spare], ..small() };
    let outcome = run(&scenario);
    let last = outcome.days.last().expect("a day");
    assert_eq!((last.stores[0].live, last.stores[1].live), (30, 0));
}

#[test]
fn a_machine_that_is_imaged_is_a_new_client_that_does_not_count_twice() {
    let imaged = Machines { imaging: vec![Imaging { at: day(50), over: Span::HOUR, percent: 100 }], ..desktops(30) };
    let scenario = Scenario { machines: vec![imaged], ..small() };
    let outcome = run(&scenario);
    assert!(outcome.days.iter().all(|day| day.stores[0].counted <= 30), "twins do not count");
    assert_eq!(outcome.days[55].stores[0].live, 60, "former leases run until they end");
    assert_eq!(licensed(&outcome), 30);
    let peak = outcome.busiest_hour.expect("requests");
    assert!(peak.at == day(50) && peak.requests >= 30, "{peak:?}");
}

#[test]
fn a_full_house_refuses_newcomers_until_leases_end() {
    let late = Machines { count: 10, ..Machines::new("late", day(10)) };
    let policy = Policy { threshold: 25, capacity: Some(30), ..Policy::default() };
    let scenario = Scenario { policy, machines: vec![desktops(30), late], ..small() };
    let outcome = run(&scenario);
    assert_eq!(licensed(&outcome), 30);
    assert!(refused(&outcome, Code::CapacityReached) > 100);
    assert!(outcome.days.iter().all(|day| day.stores[0].live <= 30));
}

#[test]
fn clocks_that_are_hours_off_are_refused_and_a_host_whose_clock_went_back_seals_nothing() {
    let skewed =
        Machines { clock: Some(ClockOff { percent: 100, ahead: 5 * 3_600, during: during(0, 200) }), ..desktops(3) };
    let scenario = Scenario { machines: vec![desktops(30), skewed], ..small() };
    let outcome = run(&scenario);
    assert_eq!((licensed(&outcome), outcome.days[199].standings.reduced), (30, 3));
    assert!(refused(&outcome, Code::ClockSkew) > 0);
    let behind = HostClock { ahead: -10 * 86_400, during: during(40, 42) };
    let scenario = Scenario { hosts: vec![Host { clock: vec![behind], ..Host::new("hq") }], ..small() };
    let outcome = run(&scenario);
    assert!(refused(&outcome, Code::ClockBehind) > 0);
    assert_eq!(licensed(&outcome), 30);
}

#[test]
fn laptops_that_travel_and_desktops_in_office_hours_keep_their_licences() {
    let hours = Hours { from: Span::seconds(7 * 3_600), until: Span::seconds(16 * 3_600), weekends: false };
    let away = Away { percent: 100, every: Span::days(30), lasting: Span::days(20) };
    let laptops = Machines { hours: Some(hours), away: Some(away), ..desktops(30) };
    let outcome = run(&Scenario { machines: vec![laptops], ..small() });
    assert_eq!(licensed(&outcome), 30);
    let weekend = outcome.days.iter().filter(|day| ((day.date.unix() / 86_400) + 3) % 7 >= 5);
    assert_eq!(weekend.map(|day| day.granted + day.refused).sum::<u64>(), 0);
}

/// What is expected of a change that makes a scenario wrong.
type Change = (&'static str, fn(&mut Scenario));

#[test]
fn a_scenario_that_contradicts_itself_is_refused_with_the_part_that_does() {
    let with = |change: &dyn Fn(&mut Scenario)| {
        let mut scenario = small();
        change(&mut scenario);
        simulate(&scenario).map(|_| ()).expect_err("a fault").to_string()
    };
    let changes: [Change; 9] = [
        ("days 0: must be 1 to 3650", |all| all.days = 0),
        ("policy: threshold 0: must be at least 1", |all| all.policy.threshold = 0),
        ("no hosts: at least one [[hosts]] is needed", |all| all.hosts.clear()),
        ("machines desktops: count 0: must be at least 1", |all| all.machines[0].count = 0),
        ("machines desktops: from: must not be before the begin of the scenario", |all| {
            all.machines[0].from = Timestamp::from_unix(0);
        }),
        ("machines desktops: leave: must not be before from", |all| {
            all.machines[0].leave = Some(Timestamp::from_unix(0));
        }),
        ("machines desktops: away: must last shorter than every how often it begins", |all| {
            all.machines[0].away = Some(Away { percent: 5, every: Span::DAY, lasting: Span::DAY });
        }),
        ("host hq: what happens to it must last longer than nothing", |all| all.hosts[0].down = vec![during(5, 5)]),
        ("2000000 machines, each installation counted: must be at most 1000000", |all| {
            all.machines[0].count = 2_000_000;
        }),
    ];
    for (expected, change) in changes {
        assert_eq!(with(&change), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happens, machines are told apart, capacity holds, and one seed gives one outcome.
    #[test]
    fn machines_are_conserved_and_a_seed_gives_one_outcome(
        seed in any::<u64>(),
        count in 1..60_u32,
        capacity in 1..60_u64,
        down in (0..60_u64, 1..60_u64),
        off in -20_000..20_000_i64,
        percent in 0..=100_u8,
    ) {
        let clock = Some(ClockOff { percent, ahead: off, during: during(10, 30) });
        let away = Some(Away { percent, every: Span::days(9), lasting: Span::days(4) });
        let imaging = vec![Imaging { at: day(30), over: Span::DAY, percent }];
        let machines = Machines { clock, away, imaging, over: Span::days(20), ..desktops(count) };
        let hosts = vec![Host { down: vec![during(down.0, down.0 + down.1)], ..Host::new("a") }, Host::new("b")];
        let policy = Policy { capacity: Some(capacity), ..Policy::default() };
        let scenario = Scenario { seed, days: 70, policy, machines: vec![machines], hosts, ..small() };
        let (one, two) = (run(&scenario), run(&scenario));
        prop_assert_eq!(format!("{:?}", one), format!("{:?}", two));
        for told in &one.days {
            prop_assert!(told.stores.iter().all(|store| store.live <= capacity));
            let total = told.standings.total();
            prop_assert!(total == u64::from(count) || (total < u64::from(count) && told.date < day(20)));
        }
    }
}
