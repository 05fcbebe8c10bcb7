//! Charts as inline SVG, each with the table of its numbers behind it. Colours are those of the page's style, and never
//! the only sign.

use maud::{Markup, html};

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// What it stands for.
    pub(crate) label: String,
    /// How much.
    pub(crate) value: u64,
    /// The class that gives it its colour.
    pub(crate) class: &'static str,
}

/// The longest label that fits beside a bar, in characters.
const MAX_LABEL: usize = 40;

/// Bars from left to right, one below the other.
pub(crate) fn bars(title: &str, what: &str, bars: &[Bar]) -> Markup {
    let max = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1);
    let height = bars.len() * 28 + 4;
    figure(
        title,
        what,
        bars,
        &html! {
            svg viewBox=(format!("0 0 720 {height}")) role="img" aria-label=(spoken(title, bars)) {
                @for (at, bar) in bars.iter().enumerate() {
                    @let top = at * 28 + 4;
                    @let width = scaled(bar.value, max, 350);
                    text x="292" y=(top + 15) text-anchor="end" { (shortened(&bar.label)) }
                    rect class=(bar.class) x="300" y=(top) width=(width.max(1)) height="20" rx="3" {}
                    text class="number" x=(300 + width.max(1) + 6) y=(top + 15) { (grouped(bar.value)) }
                }
            }
        },
    )
}

/// Columns from below, side by side: a course of time. The first `ended` stand apart, for what is over.
pub(crate) fn columns(title: &str, what: &str, bars: &[Bar], ended: usize) -> Markup {
    let max = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1);
    let step = (620 - GAP) / bars.len().max(1);
    let left = |at: usize| 12 + at * step + if at < ended { 0 } else { GAP };
    // A label under each column would not fit: every fourth of what is to come tells where in time it is.
    let labelled = |at: usize| at < ended || (at - ended).is_multiple_of(4);
    figure(
        title,
        what,
        bars,
        &html! {
            svg viewBox="0 0 640 220" role="img" aria-label=(spoken(title, bars)) {
                line class="axis" x1="10" y1="180" x2="632" y2="180" {}
                @if ended > 0 { line class="axis" x1=(left(ended) - GAP / 2) y1="20" x2=(left(ended) - GAP / 2) y2="205" {} }
                @for (at, bar) in bars.iter().enumerate() {
                    @let height = scaled(bar.value, max, 150);
                    @if bar.value > 0 {
                        rect class=(bar.class) x=(left(at)) y=(180 - height.max(1)) width=(step.saturating_sub(4).max(2)) height=(height.max(1)) rx="2" {}
                        text class="number small" x=(left(at) + step.saturating_sub(4) / 2) y=(174 - height.max(1)) text-anchor="middle" { (short_number(bar.value)) }
                    }
                    @if labelled(at) {
                        text class="small" x=(left(at)) y=(if at < ended { 212 } else { 198 }) { (shortened(&bar.label)) }
                    }
                }
            }
        },
    )
}

/// Between what is over and what is to come.
const GAP: usize = 24;

fn figure(title: &str, what: &str, bars: &[Bar], drawing: &Markup) -> Markup {
    html! {
        figure {
            figcaption { (title) }
            (drawing)
            details {
                summary { "The numbers" }
                table {
                    thead { tr { th scope="col" { (what) } th scope="col" class="number" { "Count" } } }
                    tbody {
                        @for bar in bars {
                            tr { td { (bar.label) } td class="number" { (grouped(bar.value)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What a reader hears instead of a drawing: the largest few; the table has them all.
fn spoken(title: &str, bars: &[Bar]) -> String {
    let mut largest: Vec<&Bar> = bars.iter().filter(|bar| bar.value > 0).collect();
    largest.sort_by_key(|bar| std::cmp::Reverse(bar.value));
    let parts: Vec<String> = largest.iter().take(5).map(|bar| format!("{} {}", bar.label, bar.value)).collect();
    if parts.is_empty() { format!("{title}: nothing") } else { format!("{title}: {}", parts.join(", ")) }
}

/// `value` of `most` as a part of `length`.
fn scaled(value: u64, max: u64, length: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(length) / u128::from(max)).unwrap_or(length)
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= MAX_LABEL {
        return label.to_owned();
    }
    label.chars().take(MAX_LABEL - 1).chain(['…']).collect()
}

/// A number in groups of three digits: `100 000`.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number in at most four characters: `12k`.
fn short_number(value: u64) -> String {
    match value {
        0..1000 => value.to_string(),
        1000..1_000_000 => format!("{}k", value / 1000),
        _ => format!("{}M", value / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_bars_keep_their_proportions() {
        assert_eq!(grouped(1_234_567).replace('\u{202f}', " "), "1 234 567");
        assert_eq!((grouped(0).as_str(), grouped(999).as_str()), ("0", "999"));
        assert_eq!((scaled(1, 2, 300), scaled(u64::MAX, u64::MAX, 300)), (150, 300));
    }

    #[test]
    fn every_chart_has_its_table_and_says_itself_aloud() {
        let bar = |label: &str, value| Bar { label: label.to_owned(), value, class: "well" };
        for drawn in
            [bars("States", "State", &[bar("a<b", 3)]), columns("Weeks", "Week", &[bar("a<b", 3), bar("c", 0)], 1)]
        {
            let text = drawn.into_string();
            assert!(
                text.contains("<td>a&lt;b</td>") && text.contains("aria-label=\"") && text.contains("<details>"),
                "{text}"
            );
        }
        assert!(bars("None", "x", &[]).into_string().contains("None: nothing"));
    }
}
