//! Whether a value has the shape that an `OpenAPI` document gives it: what the document uses of JSON Schema, no more.

use serde_json::Value;

/// Checks `value` against `schema`, whose references lead into `document`.
pub(crate) fn check(value: &Value, schema: &Value, document: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).expect("a reference that leads somewhere");
        return check(value, target, document, at);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().for_each(|part| check(value, part, document, at));
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let null = |part: &&Value| part["type"] == "null";
        assert!(one.iter().any(|part| null(&part)), "{at}: a choice other than null is not used");
        let other = one.iter().find(|part| !null(part)).expect("a choice besides null");
        if !value.is_null() {
            check(value, other, document, at);
        }
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => panic!("{at}: no type in {schema}"),
    };
    assert!(types.iter().any(|one| is(value, one)), "{at}: {value} is none of {types:?}");
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
    }
    if let Some(items) = value.as_array() {
        items.iter().for_each(|item| check(item, &schema["items"], document, &format!("{at}[]")));
    }
    if let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        required.for_each(|name| assert!(members.contains_key(name), "{at}: {name} is missing"));
        // Parts of a whole (`allOf`) know nothing of each other; elsewhere nothing may be there that is not described.
        for (name, member) in members {
            if let Some(schema) = properties.get(name) {
                check(member, schema, document, &format!("{at}.{name}"));
            }
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
