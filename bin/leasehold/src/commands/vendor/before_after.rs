//! The state before and after a change, for people and programs.

use serde_json::{Value, json};

use crate::output::{self, Output};

/// A value by its name, as people read it.
pub(super) type Field = (&'static str, String);

/// Says in what `after` differs from `before`, field by field; programs get both whole.
pub(super) fn print(what: &str, (before, after): (Vec<Field>, Vec<Field>), [was, is]: [Value; 2], output: Output) {
    let differ = before.into_iter().zip(after).filter(|(before, after)| before != after);
    let rows: Vec<(String, String)> =
        differ.map(|((name, before), (_, after))| (name.to_owned(), format!("{before} -> {after}"))).collect();
    match output {
        Output::Json => output::json(&json!({ "before": was, "after": is })),
        Output::Human if rows.is_empty() => errln!("{what}: it was like that already"),
        Output::Human => {
            outln!("{what}");
            output::rows(&rows);
        }
    }
}

/// A value that may be missing.
pub(super) fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
