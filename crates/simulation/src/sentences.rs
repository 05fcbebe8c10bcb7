//! What came of a scenario, in sentences.

use leasehold_core::{Code, Span, Timestamp, count};

use crate::outcome::{Outage, Outcome, Peak, Refusals, ThresholdChange};
use crate::scenario::Scenario;

impl Outcome {
    /// The answers in sentences, the most important first: standings, threshold, outages, refusals, load. `time` writes a time.
    pub fn sentences(&self, scenario: &Scenario, time: &dyn Fn(Timestamp) -> String) -> Vec<String> {
        let mut told = vec![self.standings_told(time)];
        let absent = scenario.machines.iter().filter(|machines| machines.from >= scenario.end());
        told.extend(absent.map(|machines| {
            format!("{}: none of these machines comes within the days that are simulated.", machines.name)
        }));
        told.extend(self.threshold_told(scenario, time));
        told.extend(self.outages.iter().map(|outage| outage.told(scenario, time)));
        told.extend(
            self.refusals
                .iter()
                .filter(|refusals| refusals.code != Code::ThresholdNotMet)
                .map(|refusals| refusals.told(time)),
        );
        told.extend(self.load_told(time));
        told
    }

    fn standings_told(&self, time: &dyn Fn(Timestamp) -> String) -> String {
        let last = self.days.last().map(|day| day.standings).unwrap_or_default();
        let end = format!(
            "On the last day {} of {} licensed",
            last.licensed,
            count(last.total(), "machine is", "machines are")
        );
        match self.worst_day() {
            None => format!("{end}, and none that was activated has lost its lease on any day."),
            Some(day) => format!(
                "{end}. The worst day is {}: {} in grace, {} reduced.",
                time(day.date),
                day.standings.grace,
                day.standings.reduced
            ),
        }
    }

    fn threshold_told(&self, scenario: &Scenario, time: &dyn Fn(Timestamp) -> String) -> Vec<String> {
        let threshold = scenario.policy.threshold;
        let mut told = Vec::new();
        for store in &self.stores {
            let of = if self.stores.len() > 1 { format!(" of {store}") } else { String::new() };
            let changes: Vec<&ThresholdChange> =
                self.thresholds.iter().filter(|change| change.store == *store).collect();
            if changes.is_empty() {
                let most = self.most_counted(store);
                told.push(format!("The threshold{of} of {threshold} is never met: {most} count at most."));
            }
            for change in changes.iter().take(MAX_CHANGES) {
                let counted = change.counted;
                told.push(if change.met {
                    format!("The threshold{of} of {threshold} is met from {} on.", time(change.at))
                } else {
                    format!("It{of} is no longer met from {} on: {counted} count, and until it is met again no lease is given or renewed.", time(change.at))
                });
            }
            if changes.len() > MAX_CHANGES {
                told.push(format!("It{of} changes {} more times.", changes.len() - MAX_CHANGES));
            }
        }
        told
    }

    fn most_counted(&self, store: &str) -> u64 {
        let at = self.stores.iter().position(|name| name == store).unwrap_or_default();
        self.days.iter().filter_map(|day| day.stores.get(at)).map(|store| store.counted).max().unwrap_or_default()
    }

    fn load_told(&self, time: &dyn Fn(Timestamp) -> String) -> Vec<String> {
        let told = |peak: Option<Peak>, what: &str| {
            peak.map(|peak| format!("The busiest {what} is at {}: {}.", time(peak.at), requests(peak.requests)))
        };
        let hour = told(self.busiest_hour, "hour");
        hour.into_iter().chain(told(self.busiest_second, "second")).collect()
    }
}

impl Outage {
    fn told(&self, scenario: &Scenario, time: &dyn Fn(Timestamp) -> String) -> String {
        let (from, until) = (self.during.from, self.during.until);
        let is_down = if self.hosts.len() == 1 { "is" } else { "are" };
        let begin = format!("{} {is_down} down from {} to {}", self.hosts.join(", "), time(from), time(until));
        if from >= scenario.end() {
            return format!("{begin}: that is after the last day that is simulated.");
        }
        if until <= scenario.begin {
            return format!("{begin}: that is before the first day that is simulated.");
        }
        if self.missed == 0 {
            return format!("{begin}: no machine notices.");
        }
        let lost = match self.lost {
            0 => "none loses its lease".to_owned(),
            lost => format!("{} in grace or reduced", count(lost, "more machine is", "more machines are")),
        };
        let mut parts = vec![format!("{} no answer, and {lost}", count(self.missed, "machine gets", "machines get"))];
        if self.waiting > 0 {
            let waiting = count(self.waiting, "machine is not yet", "machines are not yet");
            parts.push(format!("{waiting} activated at its end"));
        }
        if let Some(end) = self.first_end {
            let later = whole_days(end.since(until));
            parts.push(format!("the first lease would have ended on {}, {later} later", time(end)));
        }
        if let Some(after) = self.after {
            parts.push(format!("in the busiest second of the day after hosts get {}", requests(after.requests)));
        }
        format!("{begin}: {}.", parts.join("; "))
    }
}

impl Refusals {
    fn told(&self, time: &dyn Fn(Timestamp) -> String) -> String {
        let Self { code, count, first, last } = self;
        let times = leasehold_core::count(*count, "time", "times");
        format!("Refused as {code} {times}, from {} to {}: {}.", time(*first), time(*last), code.meaning())
    }
}

fn requests(number: u64) -> String {
    count(number, "request", "requests")
}

fn whole_days(span: Span) -> Span {
    if span < Span::DAY { span } else { Span::days(span.as_seconds() / 86_400) }
}

/// So many changes of a threshold are told; more would hide the rest.
const MAX_CHANGES: usize = 6;
