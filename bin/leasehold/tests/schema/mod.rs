//! JSON outputs beside their schemas in `docs/schemas`.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Where `value` is not as the schema of this name says.
pub(crate) fn differs(value: &Value, name: &str) -> Option<String> {
    fits(value, &named(name), "").err().map(|found| format!("docs/schemas/{name}.json: {found}"))
}

/// Where the schemas lie.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas")
}

/// The places of which a schema does not say what stands there.
pub(crate) fn vague(schema: &Value, path: &str) -> Vec<String> {
    let is =
        |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|of| of.contains(&json!(kind)));
    let said = match (is("array"), is("object")) {
        (true, _) => schema["items"].is_object(),
        (_, true) => schema["properties"].is_object() || schema["additionalProperties"].is_object(),
        (false, false) => !schema["type"].is_null(),
    };
    let mut found = if said { Vec::new() } else { vec![path.to_owned()] };
    let below = schema["properties"].as_object().into_iter().flatten();
    let below = below
        .map(|(name, schema)| (name.as_str(), schema))
        .chain([("[]", &schema["items"]), ("*", &schema["additionalProperties"])]);
    for (name, schema) in below.filter(|(_, schema)| schema.is_object()) {
        found.extend(vague(schema, &format!("{path}/{name}")));
    }
    found
}

fn named(name: &str) -> Value {
    let text =
        fs::read_to_string(folder().join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

/// Whether `value` is as `schema` says, by the words of JSON Schema that ours use; else where it is not.
pub(crate) fn fits(value: &Value, schema: &Value, path: &str) -> Result<(), String> {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        Value::Null => true,
        one => one == kind,
    };
    if !allowed {
        return Err(format!("{path}: {kind}, not {}", schema["type"]));
    }
    let items = value.as_array().filter(|_| schema["items"].is_object());
    for (at, item) in items.into_iter().flatten().enumerate() {
        fits(item, &schema["items"], &format!("{path}/{at}"))?;
    }
    let Some(members) = value.as_object() else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            return Err(format!("{path}: {name} is missing"));
        }
    }
    for (name, member) in members {
        let rest = &schema["additionalProperties"];
        match (&schema["properties"][name], rest) {
            (Value::Null, Value::Bool(false)) => return Err(format!("{path}: {name} is not known")),
            (Value::Null, rest) => fits(member, rest, &format!("{path}/{name}"))?,
            (property, _) => fits(member, property, &format!("{path}/{name}"))?,
        }
    }
    Ok(())
}
