//! What is written into the parts of a case. Invariant: only what the resident filled in for it, and nothing longer
//! than Open Zaak takes.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use zuil_wire::AnswerLine;

use super::super::Errand;
use super::super::told::{self, shortened};
use super::types::Format;

/// Where the municipality is.
const ZONE: &str = "Europe/Amsterdam";
/// The most characters of a name (`geslachtsnaam`).
const NAME: usize = 200;
/// The most characters of the name of a contact.
const CONTACT_NAME: usize = 40;
/// The most characters of a telephone number.
const PHONE: usize = 20;
/// The most characters of what a case is about (`omschrijving`).
const ABOUT: usize = 80;

/// The day on which it was asked, in the municipality. The pillar's clock may be ahead, the day of a case may not.
pub(super) fn asked_on(errand: &Errand<'_>) -> Date {
    day(told::asked_at(errand))
}

fn day(at: Timestamp) -> Date {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone).date()
}

pub(super) fn case(errand: &Errand<'_>, zaaktype: &str, bronorganisatie: &str) -> Value {
    json!({
        "identificatie": errand.stored.reference.to_string(),
        "bronorganisatie": bronorganisatie,
        "verantwoordelijkeOrganisatie": bronorganisatie,
        "zaaktype": zaaktype,
        "omschrijving": shortened(&errand.content.task_title, ABOUT),
        "toelichting": format!("Gedaan bij de zuil {}", errand.stored.pillar),
        "startdatum": asked_on(errand).to_string(),
        "registratiedatum": day(errand.now).max(asked_on(errand)).to_string(),
        "communicatiekanaalNaam": "zuil",
    })
}

/// Who asks, without a BSN: name and how to reach them, as far as they were asked.
pub(super) fn role(errand: &Errand<'_>, case: &str, roltype: &str) -> Value {
    let name = told::name(errand).unwrap_or("Onbekend");
    let email = told::email(errand).unwrap_or_default();
    let phone = told::phone(errand).unwrap_or_default();
    json!({
        "zaak": case,
        "betrokkeneType": "natuurlijk_persoon",
        "roltype": roltype,
        "roltoelichting": "aanvrager",
        "betrokkeneIdentificatie": {
            "anpIdentificatie": errand.stored.reference.compact(),
            "geslachtsnaam": shortened(name, NAME),
        },
        "contactpersoonRol": {
            "naam": shortened(name, CONTACT_NAME),
            "emailadres": email,
            "telefoonnummer": shortened(phone, PHONE),
        },
    })
}

/// The value of a property that a question fills, with all rows of a group; nothing when it was not asked.
pub(super) fn value_of(errand: &Errand<'_>, question: &str, format: Format) -> Option<String> {
    let fills = |line: &&AnswerLine| {
        let unfolded = errand.task.questions.iter().find(|asked| asked.id == line.question);
        line.question == question || unfolded.is_some_and(|asked| asked.part_of.as_deref() == Some(question))
    };
    let lines = errand.content.answers.iter().filter(fills).filter(|line| !line.value.is_empty());
    let values: Vec<String> = lines.map(|line| written(line, format)).collect();
    (!values.is_empty()).then(|| values.join("; "))
}

fn written(line: &AnswerLine, format: Format) -> String {
    match (format, line.value.parse::<Date>()) {
        (Format::Day, Ok(day)) => day.strftime("%Y%m%d").to_string(),
        (Format::Number, _) => line.value.clone(),
        (Format::Text | Format::Day, _) => line.display.clone(),
    }
}

pub(super) fn document(errand: &Errand<'_>, kind: &str, bronorganisatie: &str, pdf: &[u8]) -> Value {
    use base64::Engine as _;
    let reference = errand.stored.reference;
    json!({
        "identificatie": document_id(errand),
        "bronorganisatie": bronorganisatie,
        "creatiedatum": asked_on(errand).to_string(),
        "titel": shortened(&format!("Aanvraag {reference}"), NAME),
        "auteur": format!("Zuil {}", errand.stored.pillar),
        "status": "definitief",
        "formaat": "application/pdf",
        "taal": "nld",
        "bestandsnaam": format!("aanvraag-{}.pdf", reference.compact()),
        "bestandsomvang": pdf.len(),
        "inhoud": base64::engine::general_purpose::STANDARD.encode(pdf),
        "informatieobjecttype": kind,
        "indicatieGebruiksrecht": false,
    })
}

/// The number of the document with the request: that of the case, marked.
pub(super) fn document_id(errand: &Errand<'_>) -> String {
    format!("DOC-{}", errand.stored.reference)
}
