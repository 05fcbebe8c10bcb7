//! What keeps secrets out of places that they are not meant for.

use std::env;

/// Turns core dumps off: they would hold keys and passphrases.
#[cfg(unix)]
pub(crate) fn turn_off_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    // Where it is not allowed, a lower limit is set already.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(not(unix))]
pub(crate) fn turn_off_core_dumps() {}

/// `text` without the product keys that stand on the command line: what an error says may land in a log.
pub(crate) fn without_product_keys(text: &str) -> String {
    let arguments: Vec<String> = env::args().skip(1).collect();
    masked(text, &arguments)
}

fn masked(text: &str, arguments: &[String]) -> String {
    let values =
        arguments.iter().flat_map(|argument| [argument.as_str(), argument.split_once('=').unwrap_or_default().1]);
    values.filter(|value| is_like_a_key(value)).fold(text.to_owned(), |text, key| text.replace(key, "[product key]"))
}

/// Whether it has the characters of a product key, whole or nearly so: one that is mistyped is as secret.
fn is_like_a_key(text: &str) -> bool {
    let is_between = |c: char| c == '-' || c.is_whitespace();
    let bare = text.chars().filter(|c| !is_between(*c));
    text.chars().all(|c| c.is_ascii_alphanumeric() || is_between(c))
        && (23..=27).contains(&bare.clone().count())
        && bare.clone().any(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_key_is_masked_also_where_it_is_mistyped_or_the_value_of_an_option() {
        let key = "QPZRY-9X8GF-2TVDW-0S3JN-54KHC";
        for argument in [
            key.to_owned(),
            format!("--key={key}"),
            key.replace('-', ""),
            key[..28].to_owned(),
            key.replace('-', "  "),
            key.replace('-', "\n"),
        ] {
            let said = format!("error: invalid value '{argument}' for '[NAME]'");
            let shown = masked(&said, &[argument]);
            assert!(!shown.contains("2TVDW") && shown.contains("[product key]"), "{shown}");
        }
        let other = ["--family".to_owned(), "acme".to_owned()];
        assert_eq!(masked("error: unexpected argument 'acme'", &other), "error: unexpected argument 'acme'");
    }
}
