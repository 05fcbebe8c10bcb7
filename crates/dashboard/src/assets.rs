//! What pages are shown with: a style sheet, a script, an icon. Nothing of it comes from elsewhere.

/// Light and dark, narrow and wide, on screens and on paper.
pub const STYLE: &str = include_str!("../assets/style.css");
/// Keeps pages up to date and asks before actions; pages work without.
pub const SCRIPT: &str = include_str!("../assets/live.js");
/// The icon.
pub const ICON: &str = include_str!("../assets/icon.svg");
/// What browsers are told to let pages do: nothing but what comes from here.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                          form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use regex::Regex;

    use super::*;

    /// The colours of light and of dark pages, by name.
    fn themes() -> [BTreeMap<String, [f64; 3]>; 2] {
        let (light, rest) = STYLE.split_once("@media (prefers-color-scheme: dark)").expect("a dark theme");
        let dark = rest.split_once("*::before").expect("its end").0;
        let colour = Regex::new("--([a-z-]+): #([0-9a-f]{3}|[0-9a-f]{6});").expect("a pattern");
        let of = |css| -> BTreeMap<String, [f64; 3]> {
            colour.captures_iter(css).map(|found| (found[1].to_owned(), channels(&found[2]))).collect()
        };
        let (light, dark) = (of(light), of(dark));
        assert_eq!(light.len(), dark.len(), "each theme has each colour");
        [light, dark]
    }

    fn channels(digits: &str) -> [f64; 3] {
        let size = digits.len() / 3;
        [0, 1, 2].map(|at| {
            let digits = &digits[at * size..(at + 1) * size].repeat(3 - size);
            f64::from(u8::from_str_radix(digits, 16).expect("digits")) / 255.0
        })
    }

    /// The contrast of two colours, as WCAG 2.2 defines it.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let luminance = |colour: [f64; 3]| {
            let [red, green, blue] =
                colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn contrast_is_what_it_is_defined_as() {
        let of = |one, other| (contrast(channels(one), channels(other)) * 100.0).round() / 100.0;
        assert_eq!((of("000", "ffffff"), of("777777", "fff"), of("fff", "fff")), (21.0, 4.48, 1.0));
    }

    #[test]
    fn what_charts_show_is_told_from_what_is_behind_it_and_text_can_be_read() {
        for (theme, colours) in ["light", "dark"].iter().zip(themes()) {
            for (least, front, back) in PAIRS {
                for (front, back) in front.iter().flat_map(|front| back.iter().map(move |back| (*front, *back))) {
                    let contrast = contrast(colours[front], colours[back]);
                    assert!(contrast >= *least, "{theme}: {front} on {back} has {contrast:.2}, not {least}");
                }
            }
        }
    }

    /// The least contrast of what is in front with what is behind.
    const PAIRS: &[(f64, &[&str], &[&str])] = &[
        (3.0, &["bar", "bar-more", "bad", "ink"], &["card", "rail", "quiet-back"]),
        (3.0, &["stack-good", "stack-quiet"], &["card"]),
        (4.5, &["ink", "quiet", "accent"], &["card", "page", "quiet-back"]),
        (4.5, &["good"], &["good-back"]),
        (4.5, &["warning"], &["warning-back"]),
        (4.5, &["bad"], &["bad-back"]),
        (4.5, &["on-accent"], &["accent"]),
        (4.5, &["card"], &["bad"]),
    ];
}
