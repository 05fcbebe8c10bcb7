//! Files in TOML, and what is wrong with one in words that need no knowledge of the program.

use serde::de::DeserializeOwned;

/// What a file of this text says.
///
/// # Errors
/// Where it is wrong, and what was meant.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let shown = error.to_string();
        let shown = shown.trim_end();
        let place = shown.strip_suffix(error.message()).unwrap_or_default();
        format!("{place}{}", plain(error.message()))
    })
}

fn plain(message: &str) -> String {
    if let Some((name, expected)) = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return match meant(name, &known) {
            Some(meant) => format!("unknown key {name}, did you mean {meant}?"),
            None => format!("unknown key {name}; the keys here are {}", known.join(", ")),
        };
    }
    match message.split_once(", expected ") {
        Some((found, wanted)) => format!("{found}, expected {}", kind(wanted)),
        None => message.to_owned(),
    }
}

fn meant<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
    let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(nearest) >= LIKE).then_some(nearest)
}

/// A kind of value; the library names Rust's types.
fn kind(wanted: &str) -> &str {
    match wanted {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number, not below 0",
        "i64" => "a whole number",
        "a nonzero u64" => "a whole number from 1 on",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text in quotation marks",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        _ if wanted.starts_with("struct ") => "a table",
        _ => wanted,
    }
}

/// From how alike two names one is taken for the other.
const LIKE: f64 = 0.6;

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "they are there to be read")]
    struct File {
        #[serde(default)]
        requests_per_minute: u32,
        #[serde(default)]
        listen: String,
        #[serde(default)]
        zones: Vec<String>,
        #[serde(default)]
        mdns: bool,
        limits: Option<Box<File>>,
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_place_and_what_was_meant() {
        for (text, words) in [
            ("request_per_minute = 1", "unknown key request_per_minute, did you mean requests_per_minute?"),
            ("colour = 1", "unknown key colour; the keys here are requests_per_minute, listen, zones, mdns, limits"),
            (
                "requests_per_minute = \"many\"",
                "invalid type: string \"many\", expected a whole number from 0 to 4294967295",
            ),
            ("requests_per_minute = -1", "invalid value: integer `-1`, expected a whole number from 0 to 4294967295"),
            ("listen = 5", "invalid type: integer `5`, expected a text in quotation marks"),
            ("zones = \"a\"", "invalid type: string \"a\", expected a list in brackets"),
            ("mdns = \"yes\"", "invalid type: string \"yes\", expected true or false"),
            ("limits = 3", "invalid type: integer `3`, expected a table"),
        ] {
            let error = parse::<File>(text).unwrap_err();
            assert!(error.contains("line 1, column") && error.ends_with(words), "{text}: {error}");
        }
        assert!(parse::<File>("[limits\n").unwrap_err().contains("unclosed table"));
        assert!(parse::<File>("listen = \"a\"").is_ok());
    }
}
