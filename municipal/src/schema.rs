//! What may be asked and sent, by the official descriptions, trimmed to what a hub uses (`schemas/`).
//!
//! Invariant: a field that the description does not have is told, also where the real system ignores it.

use std::collections::BTreeMap;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Validator, error::ValidationError};
use serde_json::Value;

use crate::exchange::{Call, is_mail_address, read_moment};
use crate::fout::Param;

/// In which words a system refuses; they share a framework and differ in translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    OpenZaak,
    Framework,
}

/// What one system takes, by operation (`POST /zaken/{uuid}/zaakeigenschappen`).
#[derive(Debug)]
pub(crate) struct Description {
    operations: BTreeMap<String, Operation>,
}

/// What one operation takes.
#[derive(Debug)]
pub(crate) struct Operation {
    query: Vec<String>,
    body: Option<Validator>,
}

/// What was found in a body.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// What the real system refuses.
    pub refused: Vec<Param>,
    /// Fields that it ignores.
    pub ignored: Vec<String>,
}

impl Description {
    /// Reads one of our own files.
    #[allow(clippy::expect_used)] // They are compiled in, and each test of the crate reads them.
    pub fn read(file: &str) -> Self {
        let operations: BTreeMap<String, Value> =
            serde_json::from_str(file).expect("schemas/ holds JSON objects");
        let read = |value: &Value| Operation {
            query: serde_json::from_value(value["query"].clone()).expect("`query` lists names"),
            body: value.get("body").map(|body| validator(body).expect("`body` is a JSON schema")),
        };
        Self { operations: operations.iter().map(|(name, value)| (name.clone(), read(value))).collect() }
    }

    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// Whether this path exists with another method.
    pub fn has_path(&self, path: &str) -> bool {
        self.operations.keys().any(|name| name.split_once(' ').is_some_and(|(_, known)| known == path))
    }
}

impl Operation {
    /// Query parameters that do not exist, in order of appearance.
    pub fn unknown_query(&self, call: &Call) -> Vec<String> {
        let unknown = call.query.iter().map(|(name, _)| name).filter(|name| !self.query.contains(name));
        unknown.cloned().collect()
    }

    /// Looks at a body.
    pub fn judge(&self, body: &Value, wording: Wording) -> Judgement {
        let mut found = Judgement::default();
        for error in self.body.iter().flat_map(|validator| validator.iter_errors(body)) {
            let path = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    found.ignored.extend(unexpected.iter().map(|name| below(name)));
                }
                ValidationErrorKind::Required { property } => {
                    let name = below(property.as_str().unwrap_or_default());
                    found.refused.push(Param::new(name, "required", required(wording)));
                }
                _ => {
                    let (code, reason) = refusal(&error, wording);
                    found.refused.push(Param::new(path, code, reason));
                }
            }
        }
        found
    }
}

fn validator(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    // Empty is not the format's business: whether a field may be empty, `minLength` says.
    jsonschema::options()
        .should_validate_formats(true)
        .with_format("url", |text: &str| text.is_empty() || is_web_address(text))
        .with_format("mail", |text: &str| text.is_empty() || is_mail_address(text))
        .with_format("moment", |text: &str| text.is_empty() || read_moment(text).is_some())
        .with_format("date", |text: &str| text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10)
        .with_format("uuid", |text: &str| uuid::Uuid::parse_str(text).is_ok())
        .build(schema)
}

fn is_web_address(text: &str) -> bool {
    let uri = text.parse::<http::Uri>();
    uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
}

pub(crate) fn required(wording: Wording) -> &'static str {
    match wording {
        Wording::OpenZaak => "Dit veld is verplicht.",
        Wording::Framework => "Dit veld is vereist.",
    }
}

/// Code and text of a refusal. Recorded are the lengths and the URL; the rest is as the framework words it.
fn refusal(error: &ValidationError, wording: Wording) -> (&'static str, String) {
    let blank = error.instance().as_str() == Some("");
    match error.kind() {
        ValidationErrorKind::MinLength { .. } if blank => ("blank", "Dit veld mag niet leeg zijn.".into()),
        ValidationErrorKind::MinLength { limit } => {
            ("min_length", format!("Dit veld moet ten minste {limit} karakters bevatten."))
        }
        ValidationErrorKind::MaxLength { limit } => {
            let length = match wording {
                Wording::OpenZaak => format!("Dit veld mag niet meer dan {limit} karakters bevatten."),
                Wording::Framework => {
                    format!("Zorg ervoor dat dit veld niet meer dan {limit} karakters bevat.")
                }
            };
            ("max_length", length)
        }
        ValidationErrorKind::Format { format } if format == "url" => {
            ("bad-url", "Voer een geldige URL in.".into())
        }
        ValidationErrorKind::Format { format } if format == "mail" => {
            ("invalid", "Voer een geldig e-mailadres in.".into())
        }
        ValidationErrorKind::Enum { .. } => ("invalid_choice", "Dit is een ongeldige keuze.".into()),
        ValidationErrorKind::Type { .. } if error.instance().is_null() => {
            ("null", "Dit veld mag niet leeg zijn.".into())
        }
        ValidationErrorKind::Minimum { limit } => {
            ("min_value", format!("Waarde moet ten minste {limit} zijn."))
        }
        _ => ("invalid", "Ongeldige waarde.".into()),
    }
}
