//! A request as files: the PDF for people, and JSON for programs. Invariant: their names say nothing of the resident.

use serde_json::json;

use super::Errand;
use super::told;
use crate::handover::paper::Sheet;

/// Makes the PDF of a request; nothing when that fails.
pub type Paper = fn(&Sheet<'_>) -> Option<Vec<u8>>;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its kind (RFC 2046).
    pub kind: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The request as a PDF and as JSON (`docs/handover.md` says what is in it); nothing when the PDF cannot be made.
pub(super) fn files(errand: &Errand<'_>, municipality: &str, paper: Paper) -> Option<Vec<File>> {
    let name = |ending: &str| format!("aanvraag-{}.{ending}", errand.stored.reference.compact());
    let pdf = paper(&Sheet::of(errand, municipality))?;
    let json = serde_json::to_vec_pretty(&as_json(errand)).ok()?;
    Some(vec![
        File { name: name("pdf"), kind: "application/pdf", bytes: pdf },
        File { name: name("json"), kind: "application/json", bytes: json },
    ])
}

fn as_json(errand: &Errand<'_>) -> serde_json::Value {
    let Errand { stored, content, .. } = *errand;
    json!({
        "version": 1,
        "reference": stored.reference,
        "id": stored.id,
        "task": content.task,
        "title": content.task_title,
        "pillar": stored.pillar,
        "asked_at": told::asked_at(errand).to_string(),
        "language": content.language,
        "catalogue_version": content.catalogue_version,
        "answers": content.answers,
        "payment": stored.payment,
    })
}
