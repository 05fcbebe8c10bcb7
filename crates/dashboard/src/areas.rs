//! Courses of time as areas that stand on each other, with a line at a limit: drawn from numbers, told in words and in a table too.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::chart::{numbers, scaled};
use crate::parts::number;

/// Areas over the same times, one on the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Areas<'a> {
    /// What they show, in a sentence.
    pub(crate) title: &'a str,
    /// The times, from left to right.
    pub(crate) labels: &'a [String],
    /// The areas, the lowest first.
    pub(crate) series: &'a [Series<'a>],
    /// A limit with its name.
    pub(crate) limit: Option<(u64, &'a str)>,
}

/// One area.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// The class that gives it its colour.
    pub(crate) class: &'static str,
    /// Its heights, one for each label.
    pub(crate) values: &'a [u64],
}

impl Areas<'_> {
    /// The chart, and its numbers in a table below that opens.
    pub(crate) fn draw(&self) -> Markup {
        let highest = (0..self.labels.len()).map(|at| self.sum(at, self.series.len())).max().unwrap_or_default();
        let highest = highest.max(self.limit.map_or(0, |(limit, _)| limit));
        html! {
            figure.chart {
                figcaption { (self.title) span.legend {
                    @for series in self.series { span class={ "key " (series.class) } { (series.name) } }
                    @if let Some((limit, name)) = self.limit { span.key.limit { (name) " " (number(limit)) } }
                } }
                div.peak { (number(highest)) }
                (self.picture(highest.max(1)))
                div.axis { span { (self.labels.first().map_or("", String::as_str)) } span { (self.labels.last().map_or("", String::as_str)) } }
                (self.table())
            }
        }
    }

    /// The height of the lowest `series` areas at one time.
    fn sum(&self, at: usize, series: usize) -> u64 {
        self.series[..series]
            .iter()
            .filter_map(|series| series.values.get(at))
            .fold(0, |sum, value| sum.saturating_add(*value))
    }

    fn picture(&self, highest: u64) -> Markup {
        let words: Vec<String> = self
            .series
            .iter()
            .map(|series| {
                format!("{}: {} at the end", series.name, number(series.values.last().copied().unwrap_or_default()))
            })
            .collect();
        html! {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label={ (self.title) ": " (words.join(", ")) } {
                @for line in 1..4 { line.grid x1="0" x2=(WIDTH) y1=(HEIGHT * line / 4) y2=(HEIGHT * line / 4) {} }
                @for (n, series) in self.series.iter().enumerate() { polygon class={ "area " (series.class) } points=(self.outline(n, highest)) { title { (series.name) } } }
                @if let Some((limit, _)) = self.limit {
                    line.limit x1="0" x2=(WIDTH) y1=(HEIGHT - scaled(limit, highest, HEIGHT)) y2=(HEIGHT - scaled(limit, highest, HEIGHT)) {}
                }
            }
        }
    }

    /// The corners of one area: its upper edge from left to right, then its lower edge back.
    fn outline(&self, n: usize, highest: u64) -> String {
        let count = self.labels.len();
        let x = |at: usize| (WIDTH * at as u64) / (count.max(2) as u64 - 1);
        let mut points = String::new();
        let mut corner = |at: usize, series: usize| {
            let y = HEIGHT - scaled(self.sum(at, series), highest, HEIGHT);
            write!(points, "{},{y} ", x(at)).expect("a string takes all");
        };
        (0..count).for_each(|at| corner(at, n + 1));
        (0..count).rev().for_each(|at| corner(at, n));
        points.truncate(points.trim_end().len());
        points
    }

    fn table(&self) -> Markup {
        let heads: Vec<&str> = self.series.iter().map(|series| series.name).collect();
        let values = |at| self.series.iter().map(|series| series.values.get(at).copied().unwrap_or_default()).collect();
        let rows = self.labels.iter().enumerate().map(|(at, label)| (label.as_str(), values(at)));
        numbers(self.title, "day", &heads, rows)
    }
}

const WIDTH: u64 = 960;
const HEIGHT: u64 = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_stand_on_each_other_and_are_told_in_words_and_numbers_too() {
        let labels = ["Monday", "Tuesday"].map(str::to_owned);
        let series = [
            Series { name: "licensed", class: "good", values: &[10, 1_000] },
            Series { name: "grace", class: "warning", values: &[0, 200] },
        ];
        let drawn = Areas { title: "standings", labels: &labels, series: &series, limit: Some((2_400, "capacity")) };
        let drawn = drawn.draw().into_string();
        for part in [
            "aria-label=\"standings: licensed: 1,000 at the end, grace: 200 at the end\"",
            "points=\"0,239 960,140 960,240 0,240\"",
            "points=\"0,239 960,120 960,140 0,239\"",
            "capacity 2,400",
            "<td>1,000</td>",
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert!(!drawn.contains("style="), "the policy forbids it");
    }

    #[test]
    fn no_number_is_too_large_and_none_is_needed() {
        let huge = [Series { name: "n", class: "good", values: &[u64::MAX, u64::MAX] }; 2];
        let labels = [String::new(), String::new()];
        assert!(
            Areas { title: "t", labels: &labels, series: &huge, limit: None }.draw().into_string().contains("<polygon")
        );
        assert!(Areas { title: "t", labels: &[], series: &[], limit: None }.draw().into_string().contains("<svg"));
    }
}
