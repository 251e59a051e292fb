//! Reads design tokens (JSON) with a memory of where each stands.
//!
//! A token is an object with a `value` (Style Dictionary) or `$value` (Design Tokens Community Group); what holds it is
//! its path. Values are kept as slices of the file (`RawValue` of serde_json), whose place in the text is where they
//! begin, so that no second JSON parser is needed.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::reader::{Placed, Source};

/// Values that refer to each other more often than this refer in a circle, and groups deeper than this are a mistake:
/// each level is read once more, and a file must not exhaust the stack.
const DEEPEST: usize = 10;

/// What a group may say of itself.
const REMARKS: [&str; 3] = ["comment", "description", "type"];

/// The tokens of a file by path, such as `basis.color.default.bg-document`.
pub(super) struct Tokens(BTreeMap<String, Placed<String>>);

impl Tokens {
    /// Reads all tokens of a file; `None` when it is no JSON.
    pub(super) fn read(source: &Source<'_>) -> Option<Self> {
        let root: Members<'_> = match serde_json::from_str(source.text) {
            Ok(root) => root,
            Err(error) => {
                source.mistake(
                    place(source.text, error.line(), error.column()),
                    format!("this cannot be read ({})", without_place(&error)),
                    "Compare it with a line that is right: \"logo\": { \"value\": \"logo.svg\" }, with a comma after each but the last.",
                );
                return None;
            }
        };
        let mut tokens = Self(BTreeMap::new());
        tokens.collect(source, "", root);
        Some(tokens)
    }

    /// The paths of all tokens.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value.at))
    }

    /// The path that the value at a path refers to, when it is `{another.path}`.
    pub(super) fn referred(&self, path: &str) -> Option<String> {
        Some(self.0.get(path)?.value.strip_prefix('{')?.strip_suffix('}')?.to_owned())
    }

    /// The value at a path and where it stands; what it refers to, when it is `{another.path}`. A path in the group
    /// `dark` refers to that group first.
    pub(super) fn get(&self, source: &Source<'_>, path: &str) -> Option<Placed<String>> {
        let first = self.0.get(path)?;
        let mut value = first;
        for _ in 0..DEEPEST {
            let Some(name) = value.value.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
                return Some(Placed { value: value.value.clone(), at: first.at });
            };
            let in_dark = path.starts_with("dark.").then(|| self.0.get(&format!("dark.{name}"))).flatten();
            let Some(named) = in_dark.or_else(|| self.0.get(name)) else {
                source.mistake(
                    first.at,
                    format!("there is no token \"{name}\" in this file"),
                    "Write the value itself, or add that token.",
                );
                return None;
            };
            value = named;
        }
        source.mistake(first.at, "this token refers to itself in a circle", "Write the value itself.");
        None
    }

    fn collect(&mut self, source: &Source<'_>, path: &str, members: Members<'_>) {
        let depth = path.matches('.').count();
        let mut seen: Vec<&str> = Vec::new();
        let is_token = members.0.iter().any(|(name, _)| name == "value" || name == "$value");
        for (name, value) in &members.0 {
            let at = value.get().as_ptr() as usize - source.text.as_ptr() as usize;
            if seen.contains(&name.as_str()) {
                source.mistake(
                    at,
                    format!("\"{name}\" stands here for the second time"),
                    "Remove one of the two.",
                );
            }
            seen.push(name);
            if depth > DEEPEST {
                source.mistake(
                    at,
                    "these groups stand too deep in each other",
                    "No token of a pillar is as deep.",
                );
                return;
            }
            if let Ok(inner) = serde_json::from_str::<Members<'_>>(value.get()) {
                let deeper = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                self.collect(source, &deeper, inner);
            } else if name == "value" || name == "$value" {
                let text = serde_json::from_str::<String>(value.get());
                let value = text.unwrap_or_else(|_| value.get().to_owned());
                self.0.insert(path.to_owned(), Placed { value, at });
            } else if !is_token && !name.starts_with('$') && !REMARKS.contains(&name.as_str()) {
                source.mistake(
                    at,
                    format!("\"{name}\" is neither a token nor a group of tokens"),
                    format!("Write: \"{name}\": {{ \"value\": \"…\" }}"),
                );
            }
        }
    }
}

/// The members of an object, in their order, each as it is written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object between { and }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The place of a line and column, both from 1, the column in bytes.
fn place(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (before + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split(" at line ").next().unwrap_or(&said).to_owned()
}
