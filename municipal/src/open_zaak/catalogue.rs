//! The types of cases that a municipality has (Catalogi API): case types with their statuses, roles,
//! properties and kinds of documents.
//!
//! Invariant: identifiers follow from the names, so that the same catalogue always has the same URLs.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::records::Confidentiality;
use crate::exchange::identifier_of;

/// The format of a property. Open Zaak does not check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `tekst`
    Text,
    /// `getal`
    Number,
    /// `datum`
    Date,
}

/// One version of a type of cases, for setting up a catalogue.
#[derive(Debug, Clone)]
pub struct CaseType {
    identification: String,
    from: Date,
    until: Option<Date>,
    concept: bool,
    days: u16,
    confidentiality: Confidentiality,
    statuses: Vec<String>,
    roles: Vec<(String, String)>,
    properties: Vec<(String, Format)>,
    documents: Vec<String>,
}

/// All types. Made with [`Catalogue::new`] and given to [`super::OpenZaak::new`].
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    base: String,
    types: Vec<CaseType>,
}

impl CaseType {
    /// A definite type, valid since 2020, for 30 days, `zaakvertrouwelijk`, with the statuses Ontvangen, In
    /// behandeling and Afgehandeld, the role Aanvrager (initiator) and a document type Aanvraag.
    pub fn new(identification: &str) -> Self {
        Self {
            identification: identification.to_owned(),
            from: Date::constant(2020, 1, 1),
            until: None,
            concept: false,
            days: 30,
            confidentiality: Confidentiality::Zaakvertrouwelijk,
            statuses: ["Ontvangen", "In behandeling", "Afgehandeld"].map(str::to_owned).to_vec(),
            roles: vec![("Aanvrager".to_owned(), "initiator".to_owned())],
            properties: Vec::new(),
            documents: vec!["Aanvraag".to_owned()],
        }
    }

    /// With a property.
    #[must_use]
    pub fn with_property(mut self, name: &str, format: Format) -> Self {
        self.properties.push((name.to_owned(), format));
        self
    }

    /// Valid from this day, and until the day before `until`.
    #[must_use]
    pub fn valid(mut self, from: Date, until: Option<Date>) -> Self {
        (self.from, self.until) = (from, until);
        self
    }

    /// A concept, of which no case can be made.
    #[must_use]
    pub fn concept(mut self) -> Self {
        self.concept = true;
        self
    }

    /// With the confidentiality that its cases get.
    #[must_use]
    pub fn confidential(mut self, confidentiality: Confidentiality) -> Self {
        self.confidentiality = confidentiality;
        self
    }

    fn name(&self) -> String {
        format!("{} {}", self.identification, self.from)
    }

    fn is_valid(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// What Open Zaak has to know of a type to judge a case.
pub(super) struct TypeOfCase {
    pub url: String,
    pub confidentiality: Confidentiality,
    pub days: u16,
    pub concept: bool,
}

impl Catalogue {
    /// No types yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With another type, or another version of one.
    #[must_use]
    pub fn with(mut self, case_type: CaseType) -> Self {
        self.types.push(case_type);
        self
    }

    /// One type, `ZUIL-AANVRAAG`, with a text `zuilTransactieId` and a number `aantal`.
    pub fn example() -> Self {
        let example = CaseType::new("ZUIL-AANVRAAG");
        Self::new().with(
            example.with_property("zuilTransactieId", Format::Text).with_property("aantal", Format::Number),
        )
    }

    pub(super) fn at(mut self, base: &str) -> Self {
        self.base = format!("{base}/catalogi/api/v1");
        self
    }

    fn address(&self, resource: &str, name: &str) -> String {
        format!("{}/{resource}/{}", self.base, identifier_of(&format!("{resource} {name}")))
    }

    /// The catalogus itself.
    pub fn url(&self) -> String {
        self.address("catalogussen", "ZUIL")
    }

    /// The type of cases, its newest version last.
    pub fn case_type_url(&self, identification: &str) -> Option<String> {
        let found = self.types.iter().rfind(|one| one.identification == identification)?;
        Some(self.address("zaaktypen", &found.name()))
    }

    /// All of one kind of resource, as the API tells them.
    pub(super) fn all(&self, resource: &str) -> Vec<Value> {
        let types = self.types.iter();
        match resource {
            "catalogussen" => vec![json!({
                "url": self.url(), "domein": "ZUIL", "rsin": "002220647", "naam": "Zuil",
            })],
            "zaaktypen" => types.map(|one| self.case_type(one)).collect(),
            "statustypen" => types.flat_map(|one| self.statuses(one)).collect(),
            "roltypen" => types.flat_map(|one| self.roles(one)).collect(),
            "eigenschappen" => types.flat_map(|one| self.properties(one)).collect(),
            "informatieobjecttypen" => self.document_types(),
            "zaaktype-informatieobjecttypen" => types.flat_map(|one| self.document_links(one)).collect(),
            _ => Vec::new(),
        }
    }

    /// One resource by its URL.
    pub(super) fn find(&self, resource: &str, url: &str) -> Option<Value> {
        self.all(resource).into_iter().find(|one| one["url"] == url)
    }

    pub(super) fn type_of_case(&self, url: &str) -> Option<TypeOfCase> {
        let found = self.types.iter().find(|one| self.address("zaaktypen", &one.name()) == url)?;
        Some(TypeOfCase {
            url: url.to_owned(),
            confidentiality: found.confidentiality,
            days: found.days,
            concept: found.concept,
        })
    }

    /// Whether a case of this type may have a document of that type.
    pub(super) fn has_document_type(&self, case_type: &str, document_type: &str) -> bool {
        let links = self.all("zaaktype-informatieobjecttypen");
        links
            .iter()
            .any(|link| link["zaaktype"] == case_type && link["informatieobjecttype"] == document_type)
    }

    /// Whether the type is valid on this day.
    pub(super) fn is_valid(&self, case_type: &str, day: Date) -> bool {
        let found = self.types.iter().find(|one| self.address("zaaktypen", &one.name()) == case_type);
        found.is_some_and(|one| one.is_valid(day))
    }

    fn case_type(&self, one: &CaseType) -> Value {
        let urls =
            |all: Vec<Value>| -> Vec<Value> { all.into_iter().map(|part| part["url"].clone()).collect() };
        json!({
            "url": self.address("zaaktypen", &one.name()),
            "identificatie": one.identification,
            "omschrijving": one.identification,
            "omschrijvingGeneriek": "",
            "vertrouwelijkheidaanduiding": one.confidentiality.name(),
            "doel": "Aanvraag behandelen", "aanleiding": "Aanvraag", "toelichting": "",
            "indicatieInternOfExtern": "extern", "handelingInitiator": "aanvragen", "onderwerp": "Aanvraag",
            "handelingBehandelaar": "behandelen", "doorlooptijd": format!("P{}D", one.days),
            "servicenorm": null, "opschortingEnAanhoudingMogelijk": false, "verlengingMogelijk": false,
            "publicatieIndicatie": false, "productenOfDiensten": [],
            "catalogus": self.url(),
            "statustypen": urls(self.statuses(one)), "roltypen": urls(self.roles(one)),
            "eigenschappen": urls(self.properties(one)), "resultaattypen": [],
            "informatieobjecttypen": one.documents.iter()
                .map(|name| self.address("informatieobjecttypen", name)).collect::<Vec<_>>(),
            "beginGeldigheid": one.from, "eindeGeldigheid": one.until, "versiedatum": one.from,
            "concept": one.concept,
        })
    }

    /// The fields that are the same for all parts of a type.
    fn part_of(&self, one: &CaseType) -> Value {
        json!({
            "zaaktype": self.address("zaaktypen", &one.name()),
            "zaaktypeIdentificatie": one.identification,
            "catalogus": self.url(),
            "beginGeldigheid": null, "eindeGeldigheid": null, "beginObject": null, "eindeObject": null,
        })
    }

    fn statuses(&self, one: &CaseType) -> Vec<Value> {
        let numbered = (1..).zip(&one.statuses);
        let of = |(number, name): (usize, &String)| {
            let part = json!({
                "url": self.address("statustypen", &format!("{} {name}", one.name())),
                "omschrijving": name, "omschrijvingGeneriek": "", "statustekst": "",
                "volgnummer": number, "isEindstatus": number == one.statuses.len(),
                "informeren": false, "doorlooptijd": null, "toelichting": null,
                "checklistitemStatustype": [], "eigenschappen": [], "zaakobjecttypen": [],
            });
            joined(self.part_of(one), part)
        };
        numbered.map(of).collect()
    }

    fn roles(&self, one: &CaseType) -> Vec<Value> {
        let of = |(name, generic): &(String, String)| {
            joined(
                self.part_of(one),
                json!({
                    "url": self.address("roltypen", &format!("{} {name}", one.name())),
                    "omschrijving": name, "omschrijvingGeneriek": generic,
                }),
            )
        };
        one.roles.iter().map(of).collect()
    }

    fn properties(&self, one: &CaseType) -> Vec<Value> {
        let of = |(name, format): &(String, Format)| {
            let (format, length) = match format {
                Format::Text => ("tekst", "255"),
                Format::Number => ("getal", "14"),
                Format::Date => ("datum", "8"),
            };
            joined(
                self.part_of(one),
                json!({
                    "url": self.address("eigenschappen", &format!("{} {name}", one.name())),
                    "naam": name, "definitie": name, "toelichting": "", "statustype": null,
                    "specificatie": {
                        "groep": "", "formaat": format, "lengte": length, "kardinaliteit": "1",
                        "waardenverzameling": [],
                    },
                }),
            )
        };
        one.properties.iter().map(of).collect()
    }

    fn document_types(&self) -> Vec<Value> {
        let mut names: Vec<&String> = self.types.iter().flat_map(|one| &one.documents).collect();
        names.sort();
        names.dedup();
        let of = |name: &String| {
            let users = self.types.iter().filter(|one| one.documents.contains(name));
            json!({
                "url": self.address("informatieobjecttypen", name), "omschrijving": name,
                "catalogus": self.url(), "vertrouwelijkheidaanduiding": "zaakvertrouwelijk",
                "informatieobjectcategorie": "aanvraag", "trefwoord": [],
                "zaaktypen": users.map(|one| self.address("zaaktypen", &one.name())).collect::<Vec<_>>(),
                "besluittypen": [], "beginGeldigheid": "2020-01-01", "eindeGeldigheid": null,
                "beginObject": null, "eindeObject": null, "concept": false,
            })
        };
        names.into_iter().map(of).collect()
    }

    fn document_links(&self, one: &CaseType) -> Vec<Value> {
        let of = |(number, name): (usize, &String)| {
            json!({
                "url": self.address("zaaktype-informatieobjecttypen", &format!("{} {name}", one.name())),
                "zaaktype": self.address("zaaktypen", &one.name()),
                "zaaktypeIdentificatie": one.identification,
                "informatieobjecttype": self.address("informatieobjecttypen", name),
                "volgnummer": number, "richting": "inkomend", "statustype": null, "catalogus": self.url(),
            })
        };
        (1..).zip(&one.documents).map(of).collect()
    }
}

fn joined(mut one: Value, other: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (one.as_object_mut(), other) {
        fields.extend(more);
    }
    one
}
