//! What tests ask of Open Zaak: its cases with all their parts, what is doubled, what was left halfway.
//!
//! Invariant: it tells what stands in the tables, also what the client may not see.

use serde_json::Value;

use super::OpenZaak;
use super::records::Records;
use crate::exchange::text;
use crate::fault::{Doubled, Orphan, doubled_by};

/// A case with all that hangs on it. The values are as the API tells them.
#[derive(Debug, Clone)]
pub struct Case {
    /// `identificatie`: the reference, where a hub gave it.
    pub identification: String,
    /// Its URL.
    pub url: String,
    /// The case itself.
    pub body: Value,
    /// Who has a part in it.
    pub roles: Vec<Value>,
    /// Its properties, in the order in which they were added.
    pub properties: Vec<Value>,
    /// Its statuses, in the order in which they were added.
    pub statuses: Vec<Value>,
    /// Its documents.
    pub documents: Vec<Value>,
    /// What was added after the first status.
    pub late: Vec<String>,
}

/// A document, and the cases that it hangs on.
#[derive(Debug, Clone)]
pub struct Document {
    /// `identificatie`.
    pub identification: String,
    /// Its URL.
    pub url: String,
    /// The document as the API tells it, without its content.
    pub body: Value,
    /// The URLs of the cases.
    pub cases: Vec<String>,
}

impl OpenZaak {
    /// All cases, in the order in which they were made.
    pub fn cases(&self) -> Vec<Case> {
        self.records.cases.iter().map(|case| told(&self.records, case)).collect()
    }

    /// All documents, in the order in which they were made.
    pub fn documents(&self) -> Vec<Document> {
        let of = |document: &Value| {
            let links = self.records.links.iter().filter(|link| link["informatieobject"] == document["url"]);
            Document {
                identification: text(document, "identificatie").to_owned(),
                url: text(document, "url").to_owned(),
                body: document.clone(),
                cases: links.map(|link| text(link, "zaak").to_owned()).collect(),
            }
        };
        self.records.documents.iter().map(of).collect()
    }
}

fn told(records: &Records, case: &Value) -> Case {
    let url = text(case, "url");
    let all = |rows: &[Value]| Records::of_case(rows, url).cloned().collect();
    let linked = |document: &&Value| {
        Records::of_case(&records.links, url).any(|link| link["informatieobject"] == document["url"])
    };
    Case {
        identification: text(case, "identificatie").to_owned(),
        url: url.to_owned(),
        body: records.case_view(case),
        roles: all(&records.roles),
        properties: all(&records.properties),
        statuses: all(&records.statuses),
        documents: records.documents.iter().filter(linked).cloned().collect(),
        late: records.late.iter().filter(|(of, _)| of == url).map(|(_, what)| what.clone()).collect(),
    }
}

/// What exists twice. A case and a document by their identification; of parts, what a case has one of.
pub(super) fn doubled(records: &Records) -> Vec<Doubled> {
    let both = |row: &Value, one: &str, other: &str| format!("{} {}", text(row, one), text(row, other));
    let initiators = records.roles.iter().filter(|role| role["omschrijvingGeneriek"] == "initiator");
    let titles = records.links.iter().map(|link| both(link, "zaak", "titel"));
    let identifications = |rows: &[Value]| -> Vec<String> {
        rows.iter().map(|row| both(row, "bronorganisatie", "identificatie")).collect()
    };
    [
        doubled_by("zaak", identifications(&records.cases).into_iter()),
        doubled_by("document", identifications(&records.documents).into_iter()),
        doubled_by("initiator", initiators.map(|role| text(role, "zaak").to_owned())),
        doubled_by("zaakeigenschap", records.properties.iter().map(|row| both(row, "zaak", "naam"))),
        doubled_by("status", records.statuses.iter().map(|row| both(row, "zaak", "statustype"))),
        doubled_by("zaakinformatieobject", titles),
    ]
    .concat()
}

/// Cases without a status, and documents on no case.
pub(super) fn orphans(records: &Records) -> Vec<Orphan> {
    let without = records.cases.iter().filter(|case| records.latest_status(text(case, "url")).is_none());
    let cases = without.map(|case| Orphan {
        what: "zaak",
        of: text(case, "identificatie").to_owned(),
        lacks: "a status, by which it would be complete",
    });
    let linked =
        |document: &&Value| !records.links.iter().any(|link| link["informatieobject"] == document["url"]);
    let documents = records.documents.iter().filter(linked).map(|document| Orphan {
        what: "document",
        of: text(document, "identificatie").to_owned(),
        lacks: "a case that it belongs to",
    });
    cases.chain(documents).collect()
}
