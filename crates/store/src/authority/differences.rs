//! In what a row differs from what it was, for the audit.

use std::fmt;

use leasehold_core::activation::Allowance;
use leasehold_core::{Policy, Span, Text, Timestamp};

use super::{Family, IssuedKey, Product};

/// What was before and is after, name by name; empty where nothing has changed. Times and lengths of time are told to the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences(Vec<Difference>);

/// One value that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Difference {
    name: &'static str,
    before: String,
    after: String,
}

impl Differences {
    /// Between two states of a family.
    pub fn of_family(before: &Family, after: &Family) -> Self {
        let mut found = Self::default();
        found.note("forked", before.forked.name(), after.forked.name());
        found.time("withdrawn", before.withdrawn, after.withdrawn);
        found.policy(&before.policy, &after.policy);
        found
    }

    /// Between two states of a product.
    pub fn of_product(before: &Product, after: &Product) -> Self {
        let mut found = Self::default();
        found.text("title", Some(&before.title), Some(&after.title));
        found.span("initial_grace", before.initial_grace, after.initial_grace);
        found.note("drift", before.drift, after.drift);
        found.text("service", before.service.as_ref(), after.service.as_ref());
        found.note("mode", before.mode.number(), after.mode.number());
        found.time("withdrawn", before.withdrawn, after.withdrawn);
        found
    }

    /// Between two states of a product key.
    pub fn of_key(before: &IssuedKey, after: &IssuedKey) -> Self {
        let mut found = Self::default();
        found.text("customer", before.customer.as_ref(), after.customer.as_ref());
        let places = |key: &IssuedKey| key.allowance.places();
        let name = match after.allowance {
            Allowance::Hosts { .. } => "hosts",
            Allowance::Machines { .. } => "machines",
        };
        found.note(name, places(before), places(after));
        found.note("activations", before.allowance.activations(), after.allowance.activations());
        let validity = |key: &IssuedKey| OrNone(key.certificate_validity.map(length));
        found.note("certificate_validity", validity(before), validity(after));
        found.policy(&before.policy, &after.policy);
        found
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn policy(&mut self, before: &Policy, after: &Policy) {
        self.note("threshold", before.threshold, after.threshold);
        self.span("window", before.window, after.window);
        self.span("validity", before.validity, after.validity);
        self.span("renewal", before.renewal, after.renewal);
        self.span("retry", before.retry, after.retry);
        self.span("grace", before.grace, after.grace);
        self.note("capacity", OrNone(before.capacity), OrNone(after.capacity));
        self.note("devices", OrNone(before.devices), OrNone(after.devices));
        self.note("drift", before.drift, after.drift);
        self.time("end", before.end, after.end);
        let names = |policy: &Policy| policy.features.iter().map(quoted).collect::<Vec<_>>().join(" ");
        self.note("features", Bracketed(names(before)), Bracketed(names(after)));
    }

    fn text(&mut self, name: &'static str, before: Option<&Text>, after: Option<&Text>) {
        self.note(name, OrNone(before.map(quoted)), OrNone(after.map(quoted)));
    }

    fn span(&mut self, name: &'static str, before: Span, after: Span) {
        self.note(name, length(before), length(after));
    }

    fn time(&mut self, name: &'static str, before: Option<Timestamp>, after: Option<Timestamp>) {
        self.note(name, OrNone(before.map(date)), OrNone(after.map(date)));
    }

    fn note(&mut self, name: &'static str, before: impl fmt::Display, after: impl fmt::Display) {
        let (before, after) = (before.to_string(), after.to_string());
        if before != after {
            self.0.push(Difference { name, before, after });
        }
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Difference { name, before, after }) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{name}: {before} -> {after}")?;
        }
        Ok(())
    }
}

struct OrNone<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for OrNone<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("none"),
        }
    }
}

struct Bracketed(String);

impl fmt::Display for Bracketed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0)
    }
}

/// So that a text can stand between commas and arrows.
fn quoted(text: &Text) -> String {
    format!("{:?}", text.as_str())
}

/// A span as it is shown everywhere, but with all its units: spans that differ are different texts.
fn length(span: Span) -> String {
    const HOUR: u64 = 3_600;
    let seconds = span.as_seconds();
    let parts = [seconds - seconds % HOUR, seconds % HOUR].map(Span::seconds);
    let shown: Vec<String> = parts.iter().filter(|part| **part != Span::ZERO).map(Span::to_string).collect();
    if shown.is_empty() { span.to_string() } else { shown.join(" ") }
}

/// A time as it is shown everywhere, with its seconds where it has any.
fn date(time: Timestamp) -> String {
    let (shown, seconds) = (time.to_string(), time.unix() % 60);
    match shown.strip_suffix(" UTC") {
        Some(minute) if seconds > 0 => format!("{minute}:{seconds:02} UTC"),
        Some(_) | None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times_that_differ_by_a_second_are_different_texts() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_600, "1 h"),
            (15_552_000, "180 d"),
            (15_552_001, "180 d 1 s"),
            (93_784, "1 d 2 h 3 min 4 s"),
        ] {
            assert_eq!(length(Span::seconds(seconds)), shown);
        }
        for (time, shown) in [
            (1_830_297_600, "2028-01-01 00:00 UTC"),
            (1_830_297_601, "2028-01-01 00:00:01 UTC"),
            (u64::MAX, "@18446744073709551615"),
        ] {
            assert_eq!(date(Timestamp::from_unix(time)), shown);
        }
    }
}
