//! Charts as plain elements, each with the table of its numbers behind it. Colours are those of the page's style, and never
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

/// Bars from left to right, one below the other.
pub(crate) fn bars(title: &str, what: &str, bars: &[Bar]) -> Markup {
    let max = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1);
    figure(
        title,
        what,
        bars,
        "",
        &html! {
            div class="bars" role="img" aria-label=(spoken(title, bars)) {
                @for bar in bars {
                    span { (bar.label) }
                    span class="track" {
                        span class=(format!("fill {}", bar.class)) style=(format!("width:{}%", scaled(bar.value, max, 85))) {}
                        span class="number" { (grouped(bar.value)) }
                    }
                }
            }
        },
    )
}

/// Columns from below, side by side: a course of time. The first `ended` stand apart, for what is over.
pub(crate) fn columns(title: &str, what: &str, bars: &[Bar], ended: usize) -> Markup {
    let max = bars.iter().map(|bar| bar.value).max().unwrap_or(1).max(1);
    // A label under each column would not fit: every fourth of what is to come tells where in time it is.
    let tick = |at: usize| match at.checked_sub(ended) {
        None => Some("tick"),
        Some(at) if at.is_multiple_of(8) => Some("tick"),
        Some(at) if at.is_multiple_of(4) => Some("tick minor"),
        Some(_) => None,
    };
    figure(
        title,
        what,
        bars,
        "course",
        &html! {
            div class="columns" role="img" aria-label=(spoken(title, bars)) {
                @for (at, bar) in bars.iter().enumerate() {
                    div class=[(at < ended).then_some("ended")] {
                        @if bar.value > 0 {
                            span class="number" { (short_number(bar.value)) }
                            span class=(format!("fill {}", bar.class)) style=(format!("height:{}%", scaled(bar.value, max, 85).max(1))) {}
                        }
                        @if let Some(class) = tick(at) { span class=(class) { (bar.label) } }
                    }
                }
            }
            p class="axis faint" { @if ended > 0 { "Left: what had ended by then. " } "Right: what is to come, week by week." }
        },
    )
}

fn figure(title: &str, what: &str, bars: &[Bar], class: &str, drawing: &Markup) -> Markup {
    html! {
        figure class=(class) {
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

/// `value` of `max` as a part of `length`.
fn scaled(value: u64, max: u64, length: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(length) / u128::from(max)).unwrap_or(length)
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
