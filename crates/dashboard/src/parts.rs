//! Pieces that many pages are made of.

use leasehold_core::{Span, Timestamp};
use maud::{Markup, html};

use crate::fault::Faults;

/// A sentence, with what stands between backticks as what is typed.
pub(crate) fn sentence(text: &str) -> Markup {
    // What stands after the last of an odd number is none.
    let whole = text.matches('`').count().is_multiple_of(2);
    html! {
        @if whole {
            @for (at, part) in text.split('`').enumerate() {
                @if at % 2 == 1 { code { (part) } } @else { (part) }
            }
        } @else { (text) }
    }
}

/// A number with its thousands apart.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many there are: `1 client`, `2 clients`.
pub(crate) fn count(value: u64, one: &str, more: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { more })
}

/// Bytes in the unit that suits them.
pub(crate) fn bytes(value: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = UNITS.iter().find(|(size, _)| value >= *size);
    unit.map_or_else(
        || format!("{value} bytes"),
        |(size, unit)| format!("{}.{} {unit}", value / size, value % size * 10 / size),
    )
}

/// A time, with its distance from `now` where a pointer rests on it.
pub(crate) fn time(at: u64, now: u64) -> Markup {
    let text = Timestamp::from_unix(at).to_string();
    html! { time datetime=(machine_time(&text)) title=(distance(at, now)) { (text) } }
}

/// How far a time is from `now`, with the time itself where a pointer rests on it.
pub(crate) fn when(at: u64, now: u64) -> Markup {
    let text = Timestamp::from_unix(at).to_string();
    html! { time datetime=(machine_time(&text)) title=(text) { (distance(at, now)) } }
}

/// `2026-11-30 04:43 UTC` as machines write it.
fn machine_time(text: &str) -> String {
    text.trim_end_matches(" UTC").replace(' ', "T") + "Z"
}

/// How far a time is from `now`, in its largest unit: `in 6 days`, `3 hours ago`.
pub(crate) fn distance(at: u64, now: u64) -> String {
    let seconds = at.abs_diff(now);
    let (value, one, more) = match seconds {
        0..60 => return "now".to_owned(),
        60..3_600 => (seconds / 60, "minute", "minutes"),
        3_600..172_800 => (seconds / 3_600, "hour", "hours"),
        172_800.. => (seconds / 86_400, "day", "days"),
    };
    let words = count(value, one, more);
    if at > now { format!("in {words}") } else { format!("{words} ago") }
}

/// A length of time.
pub(crate) fn span(seconds: u64) -> String {
    Span::seconds(seconds).to_string()
}

/// The first digits of an id; all of it where a pointer rests on it, and for those who listen.
pub(crate) fn id(text: &str) -> Markup {
    let short = text.get(..8).unwrap_or(text);
    html! { code title=(text) { (short) span.hidden { (text.get(8..).unwrap_or_default()) } } }
}

/// A word in a box of its colour.
pub(crate) fn badge(tone: &'static str, word: &str) -> Markup {
    html! { span class={ "badge " (tone) } { (word) } }
}

/// A name and what it is, in a list of such.
pub(crate) fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// A field of a form to choose one of `values`, each with the words for it.
pub(crate) fn choice(field: &str, label: &str, values: &[(&str, &str)], chosen: &str) -> Markup {
    choice_of(field, label, values, chosen, Faults::default())
}

/// That, in a form that may have a fault.
pub(crate) fn choice_of(field: &str, label: &str, values: &[(&str, &str)], chosen: &str, faults: Faults<'_>) -> Markup {
    html! {
        div {
            label for=(field) { (label) }
            select id=(field) name=(field) autofocus[faults.is_at(field)] aria-invalid=[faults.invalid(field)] aria-describedby=[faults.described(field)] {
                @for (value, name) in values { option value=(value) selected[*value == chosen] { (name) } }
            }
        }
    }
}

/// A field of a form to choose a family, where there is more than one.
pub(crate) fn family_choice(families: &[String], chosen: &str) -> Markup {
    let each = families.iter().map(|family| (family.as_str(), family.as_str()));
    let values: Vec<_> = std::iter::once(("", "all")).chain(each).collect();
    html! { @if families.len() > 1 { (choice("family", "Family", &values, chosen)) } }
}

/// A table that is scrolled by itself where it has no room, by keys too.
pub(crate) fn table(caption: &str, heads: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption.hidden { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { (rows) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_told_from_the_sentence_around_it() {
        assert_eq!(sentence("run `a <b>` now").into_string(), "run <code>a &lt;b&gt;</code> now");
        assert_eq!(sentence("a ` alone").into_string(), "a ` alone");
    }

    #[test]
    fn numbers_and_times_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([512, 1_536, 5 << 30].map(bytes), ["512 bytes", "1.5 KiB", "5.0 GiB"]);
        assert_eq!(
            (distance(0, 59), distance(0, 3_600), distance(86_400 * 3, 0)),
            ("now".to_owned(), "1 hour ago".to_owned(), "in 3 days".to_owned())
        );
        assert_eq!(machine_time("2026-11-30 04:43 UTC"), "2026-11-30T04:43Z");
    }
}
