//! Every dependency's licence is one that `deny.toml` allows. `cargo deny check` looks at more; this needs no network.

mod metadata;

use std::fs;

#[test]
fn every_dependency_has_an_allowed_licence() {
    let deny = fs::read_to_string(metadata::root().join("deny.toml")).expect("deny.toml");
    let deny: toml::Table = deny.parse().expect("deny.toml is TOML");
    let allowed: Vec<&str> = deny["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|id| id.as_str().expect("a licence"))
        .collect();
    let Some(metadata) = metadata::read() else { return };
    assert!(metadata.packages.len() > 50, "the whole tree is looked at");
    for package in &metadata.packages {
        let licence = package.license.as_deref().unwrap_or_default();
        assert!(is_allowed(licence, &allowed), "{} {}: {licence:?}", package.name, package.version);
    }
}

#[test]
fn licences_are_read_as_spdx_says() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"];
    for yes in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "(MIT OR GPL-3.0) AND Unicode-3.0", "MIT AND Apache-2.0"] {
        assert!(is_allowed(yes, &allowed), "{yes}");
    }
    for no in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "GPL-3.0 OR (MIT AND LGPL-2.1)"] {
        assert!(!is_allowed(no, &allowed), "{no}");
    }
}

/// Whether an SPDX expression leaves a choice that takes allowed licences only.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let any = |parts: Vec<&str>| parts.iter().any(|part| is_allowed(part, allowed));
    let all = |parts: Vec<&str>| parts.iter().all(|part| is_allowed(part, allowed));
    let expression = expression.trim();
    match (split(expression, " OR "), split(expression, "/"), split(expression, " AND ")) {
        (parts, _, _) | (_, parts, _) if parts.len() > 1 => any(parts),
        (_, _, parts) if parts.len() > 1 => all(parts),
        _ => match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => is_allowed(inner, allowed),
            None => allowed.contains(&expression),
        },
    }
}

/// The parts between `word`, where it stands in no parentheses.
fn split<'e>(expression: &'e str, word: &str) -> Vec<&'e str> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for (at, _) in expression.match_indices(word) {
        let before = &expression[..at];
        if before.matches('(').count() == before.matches(')').count() {
            parts.push(&expression[from..at]);
            from = at + word.len();
        }
    }
    parts.push(&expression[from..]);
    parts
}
