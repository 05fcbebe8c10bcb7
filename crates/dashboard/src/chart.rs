//! Charts as inline SVG: drawn from numbers, coloured by the style sheet, told in words to those who do not see them.

use maud::{Markup, html};

use crate::parts::number;

/// A bar of a chart.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// What it is called.
    pub label: String,
    /// Its lower part.
    pub value: u64,
    /// What stands on it.
    pub more: u64,
}

/// A chart of bars.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'b> {
    /// What it shows, in a sentence.
    pub title: &'b str,
    /// The bars, from left to right.
    pub bars: &'b [Bar],
    /// What the lower parts are.
    pub lower: &'b str,
    /// What the upper parts are; empty where there are none.
    pub upper: &'b str,
}

impl Bars<'_> {
    /// The chart, and its numbers in a table below that opens.
    #[must_use]
    pub fn draw(&self) -> Markup {
        let highest = self.bars.iter().map(|bar| bar.value.saturating_add(bar.more)).max().unwrap_or_default();
        html! {
            figure.chart {
                figcaption { (self.title) (self.legend()) }
                @if highest == 0 {
                    p.quiet { "nothing yet" }
                } @else {
                    div.peak { (number(highest)) }
                    (self.picture(highest))
                    div.axis { span { (self.bars.first().map_or("", |bar| bar.label.as_str())) } span { (self.bars.last().map_or("", |bar| bar.label.as_str())) } }
                    (self.table())
                }
            }
        }
    }

    fn legend(&self) -> Markup {
        html! {
            @if !self.upper.is_empty() {
                span.legend { span.key.lower { (self.lower) } span.key.upper { (self.upper) } }
            }
        }
    }

    fn picture(&self, highest: u64) -> Markup {
        let count = self.bars.len().max(1) as u64;
        let step = (WIDTH / count).max(3);
        let thick = (step - step / 5).max(2);
        // Something that is there is seen.
        let up = |value: u64| scaled(value, highest, HEIGHT).max(u64::from(value > 0) * 2);
        html! {
            svg viewBox={ "0 0 " (step * count) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                aria-label={ (self.title) ": at most " (number(highest)) } {
                @for line in 1..4 {
                    line.grid x1="0" x2=(step * count) y1=(HEIGHT * line / 4) y2=(HEIGHT * line / 4) {}
                }
                @for (at, bar) in (0u64..).zip(self.bars) {
                    g {
                        title { (bar.label) ": " (self.lower) " " (number(bar.value)) @if !self.upper.is_empty() { ", " (self.upper) " " (number(bar.more)) } }
                        rect.hit x=(step * at) y="0" width=(step) height=(HEIGHT) {}
                        rect.lower x=(step * at) y=(HEIGHT.saturating_sub(up(bar.value))) width=(thick) height=(up(bar.value)) {}
                        // The parts are told from each other by a gap, not by their colour alone.
                        @if bar.more > 0 {
                            rect.upper x=(step * at) y=(HEIGHT.saturating_sub(up(bar.value) + up(bar.more))) width=(thick) height=(up(bar.more) - 1) {}
                        }
                    }
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let heads: Vec<&str> = [self.lower, self.upper].into_iter().filter(|head| !head.is_empty()).collect();
        let rows = self.bars.iter().map(|bar| (bar.label.as_str(), vec![bar.value, bar.more]));
        numbers(self.title, "time", &heads, rows)
    }
}

/// The numbers behind a chart, in a table that opens: a row for each label, with as many numbers as there are heads.
pub(crate) fn numbers<'r>(
    title: &str,
    first: &str,
    heads: &[&str],
    rows: impl Iterator<Item = (&'r str, Vec<u64>)>,
) -> Markup {
    html! {
        details {
            summary { "as a table" }
            div.scroll role="region" aria-label=(title) tabindex="0" {
                table {
                    thead { tr { th scope="col" { (first) } @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for (label, values) in rows {
                            tr { th scope="row" { (label) } @for value in values.iter().take(heads.len()) { td { (number(*value)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// How far something has come towards a limit, with a mark at it.
#[must_use]
pub fn meter(value: u64, limit: u64, tone: &str, label: &str) -> Markup {
    let whole = value.max(limit).max(1);
    let (filled, mark) = (scaled(value, whole, 1_000), scaled(limit, whole, 1_000));
    html! {
        svg class={ "meter " (tone) } viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect.rail x="0" y="6" width="1000" height="12" {}
            rect.fill x="0" y="6" width=(filled) height="12" {}
            rect.mark x=(mark.saturating_sub(4)) y="0" width="4" height="24" {}
        }
    }
}

/// The part of a length that a value has of a whole.
pub(crate) fn scaled(value: u64, whole: u64, length: u64) -> u64 {
    let part = u128::from(value.min(whole)) * u128::from(length) / u128::from(whole.max(1));
    u64::try_from(part).unwrap_or(length)
}

const WIDTH: u64 = 960;
const HEIGHT: u64 = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_told_in_words_and_numbers_too() {
        let bars = [Bar { label: "01:00".to_owned(), value: 1_200, more: 3 }, Bar::default()];
        let chart = Bars { title: "requests", bars: &bars, lower: "granted", upper: "refused" }.draw().into_string();
        for part in ["aria-label=\"requests: at most 1,203\"", "01:00: granted 1,200, refused 3", "<td>1,200</td>"] {
            assert!(chart.contains(part), "{part}: {chart}");
        }
        assert!(!chart.contains("style="), "the policy forbids it");
        let none = Bars { title: "requests", bars: &[], lower: "granted", upper: "" }.draw().into_string();
        assert!(none.contains("nothing yet"));
    }

    #[test]
    fn the_parts_of_a_bar_are_told_from_each_other_by_a_gap() {
        let bars = [Bar { label: String::new(), value: 1, more: 1 }];
        let chart = Bars { title: "requests", bars: &bars, lower: "granted", upper: "refused" }.draw().into_string();
        assert!(chart.contains("y=\"80\" width=\"768\" height=\"80\""), "{chart}");
        assert!(chart.contains("y=\"0\" width=\"768\" height=\"79\""), "{chart}");
    }

    #[test]
    fn no_number_is_too_large_for_a_picture() {
        let bars = [Bar { label: String::new(), value: u64::MAX / 2, more: 1 }];
        assert!(Bars { title: "t", bars: &bars, lower: "l", upper: "u" }.draw().into_string().contains("<rect"));
        assert!(meter(u64::MAX, 1, "good", "l").into_string().contains("width=\"1000\""));
        assert!(meter(0, 0, "good", "l").into_string().contains("width=\"0\""));
    }
}
