//! As much of JSON Schema as our own schemas use.

use serde_json::Value;

/// What is wrong with a value, each with its path; nothing when it fits.
pub fn validate(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = root.pointer(name.trim_start_matches('#')).unwrap();
        return validate(root, target, value, path);
    }
    let mut wrong = Vec::new();
    let mut expect = |right: bool, what: &str| {
        if !right {
            wrong.push(format!("{path}: {what}: {value}"));
        }
    };
    match schema["type"].as_str() {
        Some("object") => expect(value.is_object(), "no object"),
        Some("array") => expect(value.is_array(), "no list"),
        Some("string") => expect(value.is_string(), "no text"),
        Some("integer") => expect(value.is_i64(), "no whole number"),
        Some("boolean") => expect(value.is_boolean(), "no yes or no"),
        _ => {}
    }
    if let Some(known) = schema["enum"].as_array() {
        expect(known.contains(value), "not one of those");
    }
    if let Some(constant) = schema.get("const") {
        expect(constant == value, "not that");
    }
    if let (Some(least), Some(most), Some(number)) =
        (schema["minimum"].as_i64(), schema["maximum"].as_i64(), value.as_i64())
    {
        expect((least..=most).contains(&number), "outside its limits");
    }
    if let (Some(least), Some(list)) = (schema["minItems"].as_u64(), value.as_array()) {
        expect(list.len() as u64 >= least, "too few");
    }
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        expect(value.get(required).is_some(), &format!("{required} is missing"));
    }
    for (key, _) in value.as_object().into_iter().flatten() {
        if let Some(names) = schema["propertyNames"]["enum"].as_array() {
            expect(names.iter().any(|name| name == key), &format!("{key} may not be here"));
        }
        let known = schema["properties"].get(key).is_some();
        expect(known || schema["additionalProperties"] != false, &format!("{key} is unknown"));
    }
    wrong.extend(inside(root, schema, value, path));
    wrong
}

fn inside(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (key, inner) in value.as_object().into_iter().flatten() {
        let of_key = schema["properties"]
            .get(key)
            .or_else(|| schema["additionalProperties"].as_object().map(|_| &schema["additionalProperties"]));
        wrong.extend(
            of_key.into_iter().flat_map(|of_key| validate(root, of_key, inner, &format!("{path}/{key}"))),
        );
    }
    for (place, item) in value.as_array().into_iter().flatten().enumerate() {
        if let Some(items) = schema.get("items") {
            wrong.extend(validate(root, items, item, &format!("{path}/{place}")));
        }
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let each: Vec<_> = any.iter().map(|one| validate(root, one, value, path)).collect();
        if each.iter().all(|one| !one.is_empty()) {
            wrong.extend(each.into_iter().flatten());
        }
    }
    for rule in schema["allOf"].as_array().into_iter().flatten() {
        match rule.get("if") {
            None => wrong.extend(validate(root, rule, value, path)),
            Some(when) if validate(root, when, value, path).is_empty() => {
                wrong.extend(validate(root, &rule["then"], value, path));
            }
            Some(_) => {}
        }
    }
    wrong
}
