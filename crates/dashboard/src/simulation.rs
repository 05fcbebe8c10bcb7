//! What came of a simulated fleet, as one file that loads nothing, in light and dark, on paper too.

use maud::{Markup, html};

use crate::areas::{Areas, Series};
use crate::assets::STYLE;
use crate::chart::{Bar, Bars};
use crate::report::report;

/// What came of a simulated fleet.
#[derive(Clone, Debug, Default)]
pub struct Simulation {
    /// What was simulated.
    pub title: String,
    /// From when to when, how many machines, which seed: a name and what it is each.
    pub facts: Vec<(&'static str, String)>,
    /// What came of it, in sentences.
    pub sentences: Vec<String>,
    /// The days.
    pub days: Vec<SimulatedDay>,
    /// The stores, by name.
    pub stores: Vec<String>,
    /// Clients that must count.
    pub threshold: u64,
    /// The most leases at once.
    pub capacity: Option<u64>,
    /// As of when the ends of leases are told.
    pub ends_at: String,
    /// How many leases end in each week from then on.
    pub ends: Vec<u64>,
}

/// One day of it.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDay {
    /// As `2027-01-31`.
    pub date: String,
    /// Licensed, grace, unactivated and reduced machines at its end.
    pub standings: [u64; 4],
    /// What each store counts, and the leases that run, at its end.
    pub stores: Vec<(u64, u64)>,
    /// Attempts that were granted.
    pub granted: u64,
    /// Attempts that were refused or not answered.
    pub failed: u64,
    /// The most requests in one second.
    pub busiest: u64,
}

impl Simulation {
    /// The page.
    #[must_use]
    pub fn page(&self) -> String {
        let thin = self.thinned();
        let body = html! {
            main {
                h1 { (self.title) }
                ul { @for sentence in &self.sentences { li { (sentence) } } }
                dl.facts { @for (name, value) in &self.facts { div { dt { (name) } dd { (value) } } } }
                (standings(&thin))
                div.charts {
                    (load(&thin))
                    (busiest(&thin))
                    @for (n, store) in self.stores.iter().enumerate() { (self.store(&thin, n, store)) }
                    (self.ends())
                }
                p.quiet { "Simulated by the rules of Leasehold in virtual time; days are those of UTC." }
            }
        };
        report(&format!("{} (simulated)", self.title), STYLE, &body)
    }

    /// At most so many days that a picture shows them: of several, the last one's state, their sums and their highest peak.
    fn thinned(&self) -> Vec<SimulatedDay> {
        let merged = |days: &[SimulatedDay]| SimulatedDay {
            granted: days.iter().map(|day| day.granted).sum(),
            failed: days.iter().map(|day| day.failed).sum(),
            busiest: days.iter().map(|day| day.busiest).max().unwrap_or_default(),
            ..days.last().cloned().unwrap_or_default()
        };
        self.days.chunks(self.days.len().div_ceil(MAX_POINTS).max(1)).map(merged).collect()
    }

    fn store(&self, days: &[SimulatedDay], n: usize, name: &str) -> Markup {
        let labels = labels(days);
        let of = |pick: &dyn Fn(&(u64, u64)) -> u64| -> Vec<u64> {
            days.iter().map(|day| day.stores.get(n).map_or(0, pick)).collect()
        };
        let (counted, live) = (of(&|store| store.0), of(&|store| store.1));
        let suffix = if self.stores.len() > 1 { format!(" of {name}") } else { String::new() };
        let draw = |title: &str, name: &str, values: &[u64], limit: Option<(u64, &str)>| {
            let series = [Series { name, class: "plain", values }];
            Areas { title, labels: &labels, series: &series, limit }.draw()
        };
        html! {
            (draw(&format!("Clients that count{suffix}"), "clients", &counted, Some((self.threshold, "threshold"))))
            (draw(&format!("Leases that run{suffix}"), "leases", &live, self.capacity.map(|capacity| (capacity, "capacity"))))
        }
    }

    fn ends(&self) -> Markup {
        let bars: Vec<Bar> = (0u64..)
            .zip(&self.ends)
            .map(|(week, value)| Bar { label: format!("week {}", week + 1), value: *value, more: 0 })
            .collect();
        let title = format!("Ends of the leases that machines hold, by week after {}", self.ends_at);
        Bars { title: &title, bars: &bars, lower: "leases", upper: "" }.draw()
    }
}

fn labels(days: &[SimulatedDay]) -> Vec<String> {
    days.iter().map(|day| day.date.clone()).collect()
}

fn standings(days: &[SimulatedDay]) -> Markup {
    let values: Vec<Vec<u64>> = (0..4).map(|at| days.iter().map(|day| day.standings[at]).collect()).collect();
    let names = [("licensed", "good"), ("grace", "warning"), ("not activated yet", "quiet"), ("reduced", "bad")];
    let each = names.into_iter().zip(&values);
    let series: Vec<Series<'_>> = each.map(|((name, class), values)| Series { name, class, values }).collect();
    Areas { title: "What the machines may do", labels: &labels(days), series: &series, limit: None }.draw()
}

fn load(days: &[SimulatedDay]) -> Markup {
    let bar = |day: &SimulatedDay| Bar { label: day.date.clone(), value: day.granted, more: day.failed };
    let bars: Vec<Bar> = days.iter().map(bar).collect();
    Bars { title: "Attempts by day", bars: &bars, lower: "granted", upper: "refused or not answered" }.draw()
}

fn busiest(days: &[SimulatedDay]) -> Markup {
    let bar = |day: &SimulatedDay| Bar { label: day.date.clone(), value: day.busiest, more: 0 };
    let bars: Vec<Bar> = days.iter().map(bar).collect();
    Bars { title: "Most requests in one second, by day", bars: &bars, lower: "requests", upper: "" }.draw()
}

/// A screen shows no more.
const MAX_POINTS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_came_of_it_and_no_name_becomes_markup() {
        let day = |n: u64| SimulatedDay {
            date: format!("day {n}"),
            standings: [n, 1, 2, 3],
            stores: vec![(n, 7)],
            granted: 5,
            failed: 1,
            busiest: n,
        };
        let simulation = Simulation {
            title: "<b>Three weeks</b>".to_owned(),
            facts: vec![("machines", "1200".to_owned())],
            sentences: vec!["Nobody loses a lease.".to_owned()],
            days: (0..1_000).map(day).collect(),
            stores: vec!["hq".to_owned()],
            threshold: 25,
            capacity: None,
            ends_at: "2027-03-22".to_owned(),
            ends: vec![0, 4],
        };
        let page = simulation.page();
        for text in
            ["&lt;b&gt;Three weeks", "Nobody loses a lease.", "threshold 25", ">day 999<", "week 2: leases 4", "1200"]
        {
            assert!(page.contains(text), "{text}");
        }
        assert!(!page.contains("<b>") && !page.contains("<script") && !page.contains("://"));
        assert_eq!(simulation.thinned().len(), 334, "three days a point");
        assert_eq!(simulation.thinned()[0].granted, 15, "sums are kept");
    }
}
