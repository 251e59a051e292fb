//! Cases, their parts and documents as they are about to be written, and what is refused of them.
//!
//! Invariant: a row has all fields that the API tells, also those that nobody sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::catalogue::TypeOfCase;
use super::records::Records;
use super::{Interface, OpenZaak, Passed};
use crate::exchange::{dutch_day, is_mail_address, moment, passes_eleven_test, read_moment, text};
use crate::fault::FaultKind;
use crate::fout::{Fout, Param};

impl OpenZaak {
    pub(super) fn new_case(
        &mut self,
        body: &Value,
        now: Timestamp,
        id: &str,
        wrong: &mut Vec<Param>,
    ) -> Value {
        let kind = self.catalogue.type_of_case(text(body, "zaaktype"));
        self.judge_case(body, kind.as_ref(), wrong);
        let today = dutch_day(now);
        let start = text(body, "startdatum").parse().unwrap_or(today);
        if start > today {
            self.note(FaultKind::TakenSilently, "POST /zaken", "startdatum: lies in the future");
        }
        kind.map_or(Value::Null, |kind| self.case_row(body, &kind, start, now, id))
    }

    /// What is refused of a new case.
    fn judge_case(&self, body: &Value, kind: Option<&TypeOfCase>, wrong: &mut Vec<Param>) {
        for field in ["bronorganisatie", "verantwoordelijkeOrganisatie"] {
            if !passes_eleven_test(text(body, field)) {
                wrong.push(Param::new(field, "invalid", "Onjuist RSIN nummer"));
            }
        }
        if kind.is_none() {
            wrong.push(unfetched("zaaktype", text(body, "zaaktype")));
        }
        // Not recorded: a type that is not published.
        if kind.is_some_and(|kind| kind.concept) {
            wrong.push(Param::new("zaaktype", "not-published", "Het zaaktype is nog in concept."));
        }
        let channel = text(body, "communicatiekanaal");
        if !channel.is_empty() {
            let reason = format!("De URL {channel} kon niet opgehaald worden.");
            wrong.push(Param::new("communicatiekanaal", "bad-url", reason));
        }
        let identification = json!({
            "identificatie": body["identificatie"], "bronorganisatie": body["bronorganisatie"],
        });
        let named = !text(body, "identificatie").is_empty();
        if wrong.is_empty()
            && named
            && Records::has_same(&self.records.cases, &identification, &["identificatie", "bronorganisatie"])
        {
            wrong.push(not_unique(text(body, "identificatie")));
        }
        if wrong.is_empty() && body["productenOfDiensten"].as_array().is_some_and(|all| !all.is_empty()) {
            let reason = "Niet alle producten/diensten komen voor in de producten/diensten op het zaaktype";
            wrong.push(Param::new("productenOfDiensten", "invalid-products-services", reason));
        }
    }

    /// A case as its table keeps it.
    fn case_row(&self, body: &Value, kind: &TypeOfCase, start: Date, now: Timestamp, id: &str) -> Value {
        let until = start.checked_add(jiff::Span::new().days(i64::from(kind.days))).unwrap_or(start);
        let url = self.address(Interface::Cases, "zaken", id);
        let or = |field: &str, otherwise: Value| body.get(field).cloned().unwrap_or(otherwise);
        json!({
            "url": url, "uuid": id,
            "identificatie": or("identificatie", json!("")), "bronorganisatie": body["bronorganisatie"],
            "omschrijving": or("omschrijving", json!("")), "toelichting": or("toelichting", json!("")),
            "zaaktype": kind.url, "registratiedatum": or("registratiedatum", json!(now.to_zoned(jiff::tz::TimeZone::UTC).date())),
            "verantwoordelijkeOrganisatie": body["verantwoordelijkeOrganisatie"],
            "startdatum": start, "einddatum": null, "einddatumGepland": or("einddatumGepland", Value::Null),
            "uiterlijkeEinddatumAfdoening": or("uiterlijkeEinddatumAfdoening", json!(until)),
            "publicatiedatum": or("publicatiedatum", Value::Null), "laatstGemuteerd": moment(now),
            "laatstGeopend": or("laatstGeopend", Value::Null), "communicatiekanaal": text(body, "communicatiekanaal"),
            "communicatiekanaalNaam": or("communicatiekanaalNaam", json!("")),
            "productenOfDiensten": or("productenOfDiensten", json!([])),
            "vertrouwelijkheidaanduiding":
                or("vertrouwelijkheidaanduiding", json!(kind.confidentiality.name())),
            "betalingsindicatie": or("betalingsindicatie", json!("")),
            "betalingsindicatieWeergave": payment_words(text(body, "betalingsindicatie")),
            "laatsteBetaaldatum": or("laatsteBetaaldatum", Value::Null),
            "zaakgeometrie": or("zaakgeometrie", Value::Null), "verlenging": null,
            "opschorting": {"indicatie": false, "eerdereOpschorting": false, "reden": ""},
            "selectielijstklasse": "", "hoofdzaak": null, "deelzaken": [], "relevanteAndereZaken": [],
            "gerelateerdeZaken": [], "zaakobjecten": [], "kenmerken": or("kenmerken", json!([])),
            "archiefnominatie": null, "archiefstatus": "nog_te_archiveren", "archiefactiedatum": null,
            "resultaat": null, "opdrachtgevendeOrganisatie": or("opdrachtgevendeOrganisatie", json!("")),
            "processobjectaard": "", "startdatumBewaartermijn": null,
            "processobject": {"datumkenmerk": "", "identificatie": "", "objecttype": "", "registratie": ""},
        })
    }

    pub(super) fn new_role(
        &self,
        body: &Value,
        now: Timestamp,
        id: &str,
        wrong: &mut Vec<Param>,
    ) -> Result<Value, Fout> {
        let case = self.case_of(body, wrong)?;
        let kind = self.type_of_part("roltypen", body, "roltype", &case, wrong);
        let person = &body["betrokkeneIdentificatie"];
        let bsn = text(person, "inpBsn");
        if !bsn.is_empty() && !passes_eleven_test(bsn) {
            wrong.push(Param::new("betrokkeneIdentificatie.inpBsn", "invalid", "Onjuist BSN nummer"));
        }
        let contact = &body["contactpersoonRol"];
        let mail = text(contact, "emailadres");
        if !mail.is_empty() && !is_mail_address(mail) {
            wrong.push(Param::new(
                "contactpersoonRol.emailadres",
                "invalid",
                "Voer een geldig e-mailadres in.",
            ));
        }
        if text(body, "betrokkeneType") != "natuurlijk_persoon" {
            return Err(Fout::beyond_the_double("the double knows natural persons only"));
        }
        let generic = text(&kind, "omschrijvingGeneriek");
        let mut others = Records::of_case(&self.records.roles, text(&case, "url"));
        if wrong.is_empty()
            && generic == "initiator"
            && others.any(|role| role["omschrijvingGeneriek"] == generic)
        {
            let reason = format!("De waarde `{generic}` komt al 1 keer voor");
            wrong.push(Param::new("roltype", "max-occurences", reason));
        }
        let field = |from: &Value, name: &str| from.get(name).cloned().unwrap_or_else(|| json!(""));
        let names = ["emailadres", "functie", "telefoonnummer", "naam"];
        let contact: Value = names.iter().map(|name| ((*name).to_owned(), field(contact, name))).collect();
        let names = [
            "inpBsn",
            "anpIdentificatie",
            "inpA_nummer",
            "geslachtsnaam",
            "voorvoegselGeslachtsnaam",
            "voorletters",
            "voornamen",
            "geslachtsaanduiding",
            "geboortedatum",
        ];
        let mut told: Value = names.iter().map(|name| ((*name).to_owned(), field(person, name))).collect();
        told["verblijfsadres"] = person["verblijfsadres"].clone();
        told["subVerblijfBuitenland"] = person["subVerblijfBuitenland"].clone();
        Ok(json!({
            "url": self.address(Interface::Cases, "rollen", id), "uuid": id, "zaak": case["url"],
            "betrokkene": field(body, "betrokkene"), "betrokkeneType": body["betrokkeneType"],
            "afwijkendeNaamBetrokkene": field(body, "afwijkendeNaamBetrokkene"), "roltype": kind["url"],
            "omschrijving": kind["omschrijving"], "omschrijvingGeneriek": kind["omschrijvingGeneriek"],
            "roltoelichting": field(body, "roltoelichting"), "registratiedatum": moment(now),
            "indicatieMachtiging": field(body, "indicatieMachtiging"), "contactpersoonRol": contact,
            "statussen": [], "beginGeldigheid": body["beginGeldigheid"], "eindeGeldigheid": body["eindeGeldigheid"],
            "betrokkeneIdentificatie": told, "authenticatieContext": body["authenticatieContext"],
        }))
    }

    pub(super) fn new_status(
        &self,
        body: &Value,
        now: Timestamp,
        id: &str,
        wrong: &mut Vec<Param>,
    ) -> Result<Value, Fout> {
        let case = self.case_of(body, wrong)?;
        let set = read_moment(text(body, "datumStatusGezet")).unwrap_or(now);
        if set > now {
            wrong.push(in_future("datumStatusGezet"));
        }
        let kind = self.type_of_part("statustypen", body, "statustype", &case, wrong);
        if wrong.is_empty() && kind["isEindstatus"] == true {
            wrong.push(Param::of_all("resultaat-does-not-exist", "Zaak has no resultaat."));
        }
        let row = json!({
            "url": self.address(Interface::Cases, "statussen", id), "uuid": id, "zaak": case["url"],
            "statustype": kind["url"], "datumStatusGezet": moment(set),
            "statustoelichting": text(body, "statustoelichting"), "indicatieLaatstGezetteStatus": true,
            "gezetdoor": body["gezetdoor"], "zaakinformatieobjecten": [],
        });
        let fields = ["zaak", "datumStatusGezet"];
        if wrong.is_empty() && Records::has_same(&self.records.statuses, &row, &fields) {
            let reason = "De velden zaak, datum_status_gezet moeten een unieke set zijn.";
            wrong.push(Param::of_all("unique", reason));
        }
        Ok(row)
    }

    pub(super) fn new_property(
        &mut self,
        passed: &Passed,
        body: &Value,
        id: &str,
        wrong: &mut Vec<Param>,
    ) -> Result<Value, Fout> {
        let case = self.case_of(body, wrong)?;
        let in_path = passed.identifiers.first().map_or("", String::as_str);
        if case.is_object() && text(&case, "uuid") != in_path {
            // Not recorded: the path wins, so that the two must not differ.
            self.note(FaultKind::Body, &passed.operation, "zaak: is another than the one in the path");
        }
        let kind = self.type_of_part("eigenschappen", body, "eigenschap", &case, wrong);
        let is_number = kind["specificatie"]["formaat"] == "getal";
        if is_number && text(body, "waarde").parse::<f64>().is_err() {
            self.note(
                FaultKind::TakenSilently,
                &passed.operation,
                "waarde: is no number, as the property asks",
            );
        }
        let place = format!("zaken/{in_path}/zaakeigenschappen");
        Ok(json!({
            "url": self.address(Interface::Cases, &place, id), "uuid": id, "zaak": case["url"],
            "eigenschap": kind["url"], "naam": kind["naam"], "waarde": body["waarde"],
        }))
    }

    pub(super) fn new_document(
        &self,
        body: &Value,
        now: Timestamp,
        id: &str,
        wrong: &mut Vec<Param>,
    ) -> Value {
        if !passes_eleven_test(text(body, "bronorganisatie")) {
            wrong.push(Param::new("bronorganisatie", "invalid", "Onjuist RSIN nummer"));
        }
        let kind = self.catalogue.find("informatieobjecttypen", text(body, "informatieobjecttype"));
        if kind.is_none() {
            wrong.push(unfetched("informatieobjecttype", text(body, "informatieobjecttype")));
        }
        let content = STANDARD.decode(text(body, "inhoud"));
        if content.is_err() {
            wrong.push(Param::new("inhoud", "invalid-base64", "Only base64 data is allowed"));
        }
        let size = content.map_or(0, |content| content.len());
        if wrong.is_empty() && body["bestandsomvang"] != size {
            let reason = "De bestandsomvang van de upload moet overeenkomen met het 'bestandsomvang'-veld";
            wrong.push(Param::of_all("file-size", reason));
        }
        let named = !text(body, "identificatie").is_empty();
        let fields = ["identificatie", "bronorganisatie"];
        if wrong.is_empty() && named && Records::has_same(&self.records.documents, body, &fields) {
            wrong.push(not_unique(text(body, "identificatie")));
        }
        let kind = kind.unwrap_or_default();
        let level = text(body, "vertrouwelijkheidaanduiding");
        let level = if level.is_empty() { text(&kind, "vertrouwelijkheidaanduiding") } else { level };
        let url = self.address(Interface::Documents, "enkelvoudiginformatieobjecten", id);
        let field = |name: &str| body.get(name).cloned().unwrap_or_else(|| json!(""));
        json!({
            "url": url, "identificatie": field("identificatie"), "bronorganisatie": body["bronorganisatie"],
            "creatiedatum": body["creatiedatum"], "titel": body["titel"], "vertrouwelijkheidaanduiding": level,
            "auteur": body["auteur"], "status": field("status"), "formaat": field("formaat"),
            "taal": body["taal"], "versie": 1, "beginRegistratie": moment(now),
            "bestandsnaam": field("bestandsnaam"), "inhoud": format!("{url}/download?versie=1"),
            "bestandsomvang": size, "link": field("link"), "beschrijving": field("beschrijving"),
            "ontvangstdatum": body["ontvangstdatum"], "verzenddatum": body["verzenddatum"],
            "indicatieGebruiksrecht": body["indicatieGebruiksrecht"],
            "verschijningsvorm": field("verschijningsvorm"), "ondertekening": body["ondertekening"],
            "integriteit": body["integriteit"], "informatieobjecttype": kind["url"], "locked": false,
            "bestandsdelen": [], "trefwoorden": body.get("trefwoorden").cloned().unwrap_or_else(|| json!([])),
            "lock": "",
        })
    }

    pub(super) fn new_link(
        &self,
        body: &Value,
        now: Timestamp,
        id: &str,
        wrong: &mut Vec<Param>,
    ) -> Result<Value, Fout> {
        let case = self.case_of(body, wrong)?;
        let address = text(body, "informatieobject");
        let document = self.records.documents.iter().find(|one| one["url"] == address);
        if document.is_none() {
            wrong.push(unfetched("informatieobject", address));
        }
        let document = document.cloned().unwrap_or_default();
        if wrong.is_empty() && Records::has_same(&self.records.links, body, &["zaak", "informatieobject"]) {
            let reason = "De velden zaak, informatieobject moeten een unieke set zijn.";
            wrong.push(Param::of_all("unique", reason));
        }
        // Not recorded: a kind of document that the type of case does not have.
        let (case_type, kind) = (text(&case, "zaaktype"), text(&document, "informatieobjecttype"));
        if wrong.is_empty() && !self.catalogue.has_document_type(case_type, kind) {
            let code = "missing-zaaktype-informatieobjecttype-relation";
            wrong.push(Param::of_all(
                code,
                "Het informatieobjecttype hoort niet bij het zaaktype van de zaak.",
            ));
        }
        Ok(json!({
            "url": self.address(Interface::Cases, "zaakinformatieobjecten", id), "uuid": id,
            "informatieobject": address, "zaak": case["url"],
            "aardRelatieWeergave": "Hoort bij, omgekeerd: kent", "titel": text(body, "titel"),
            "beschrijving": text(body, "beschrijving"), "registratiedatum": moment(now),
            "vernietigingsdatum": body["vernietigingsdatum"], "status": body["status"],
        }))
    }

    /// The case that a part is for; 403 where the client may not see it.
    fn case_of(&self, body: &Value, wrong: &mut Vec<Param>) -> Result<Value, Fout> {
        let url = text(body, "zaak");
        let Some(case) = self.records.case(url) else {
            wrong.push(unfetched("zaak", url));
            return Ok(Value::Null);
        };
        if self.may_see(case) { Ok(case.clone()) } else { Err(Fout::not_allowed()) }
    }

    /// The type of a part, which must belong to the type of the case.
    fn type_of_part(
        &self,
        resource: &str,
        body: &Value,
        field: &str,
        case: &Value,
        wrong: &mut Vec<Param>,
    ) -> Value {
        let Some(found) = self.catalogue.find(resource, text(body, field)) else {
            wrong.push(unfetched(field, text(body, field)));
            return Value::Null;
        };
        // Not recorded: the type of another type of case.
        if case.is_object() && found["zaaktype"] != case["zaaktype"] {
            wrong
                .push(Param::of_all("zaaktype-mismatch", format!("De {field} hoort niet bij het zaaktype.")));
        }
        found
    }
}

pub(super) fn unfetched(field: &str, url: &str) -> Param {
    let reason = format!(
        "Bad URL \"{url}\" - object could not be fetched. This *may* be because you have insufficient read \
         permissions."
    );
    Param::new(field, "does_not_exist", reason)
}

pub(super) fn not_unique(identification: &str) -> Param {
    let reason = format!("Deze identificatie ({identification}) bestaat al voor deze bronorganisatie");
    Param::new("identificatie", "identificatie-niet-uniek", reason)
}

pub(super) fn in_future(field: &str) -> Param {
    Param::new(field, "date-in-future", "Deze datum mag niet in de toekomst zijn")
}

/// The words beside a payment. Not recorded but for the empty one.
pub(super) fn payment_words(indication: &str) -> &'static str {
    match indication {
        "nvt" => "Er is geen sprake van te betalen, met de zaak gemoeide kosten.",
        "nog_niet" => "De met de zaak gemoeide kosten zijn (nog) niet betaald.",
        "gedeeltelijk" => "De met de zaak gemoeide kosten zijn gedeeltelijk betaald.",
        "geheel" => "De met de zaak gemoeide kosten zijn geheel betaald.",
        _ => "",
    }
}
