//! Making cases, their parts and documents: what is refused, what is taken, and what only the database
//! finds out.
//!
//! Invariant: judging changes nothing, writing is one step, and only writing looks at what is unique.

use http::{Method, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::making::{in_future, payment_words};
use super::records::Records;
use super::{Interface, OpenZaak, Passed};
use crate::exchange::{answer, empty, identifier, moment, put, read_moment, text};
use crate::fault::FaultKind;
use crate::fout::{Fout, Param};

/// What was found good and is about to be written.
#[derive(Debug)]
pub struct Write {
    table: Table,
    row: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Cases,
    /// The fields of a case that change, and its URL.
    CaseChange,
    /// The URL of a property that is taken out.
    PropertyEnd,
    /// The URL of a role that is taken out.
    RoleEnd,
    Roles,
    Properties,
    Statuses,
    Documents,
    Links,
}

impl Write {
    /// Where it was sent to, as far as headers depend on it.
    pub(super) fn path(&self) -> &'static str {
        match self.table {
            Table::Cases | Table::CaseChange => "/zaken/api/v1/zaken",
            Table::Documents => "/documenten/api/v1",
            _ => "/zaken/api/v1",
        }
    }
}

impl OpenZaak {
    /// Looks at a POST or PATCH as far as that is possible without writing.
    pub(super) fn judge(
        &mut self,
        passed: &Passed,
        now: Timestamp,
        dice: &mut fastrand::Rng,
    ) -> Result<Write, Fout> {
        if passed.call.method == Method::DELETE {
            return self.judge_end(passed);
        }
        let body = self.body(passed)?;
        let mut wrong = Vec::new();
        let id = identifier(dice);
        let (table, row) = match passed.operation.as_str() {
            "POST /zaken" => (Table::Cases, self.new_case(&body, now, &id, &mut wrong)),
            "PATCH /zaken/{uuid}" => (Table::CaseChange, self.changed_case(passed, &body, now, &mut wrong)?),
            "POST /rollen" => (Table::Roles, self.new_role(&body, now, &id, &mut wrong)?),
            "POST /statussen" => (Table::Statuses, self.new_status(&body, now, &id, &mut wrong)?),
            "POST /enkelvoudiginformatieobjecten" => {
                (Table::Documents, self.new_document(&body, now, &id, &mut wrong))
            }
            "POST /zaakinformatieobjecten" => (Table::Links, self.new_link(&body, now, &id, &mut wrong)?),
            _ => (Table::Properties, self.new_property(passed, &body, &id, &mut wrong)?),
        };
        if wrong.is_empty() { Ok(Write { table, row }) } else { Err(self.refuse(&passed.operation, wrong)) }
    }

    /// A property or a role that is taken out again. The real one was not recorded doing it; the standard has it.
    fn judge_end(&self, passed: &Passed) -> Result<Write, Fout> {
        let (table, rows, url) = match passed.identifiers.as_slice() {
            [case, property] => {
                (Table::PropertyEnd, &self.records.properties, self.property_address(case, property))
            }
            [role] => (Table::RoleEnd, &self.records.roles, self.address(Interface::Cases, "rollen", role)),
            _ => return Err(Fout::not_found()),
        };
        let found = rows.iter().find(|row| row["url"] == url).ok_or_else(Fout::not_found)?;
        if !self.may_see_case(text(found, "zaak")) {
            return Err(Fout::not_allowed());
        }
        Ok(Write { table, row: json!({ "url": url }) })
    }

    /// Takes a row out. Somebody may have been faster.
    fn end(rows: &mut Vec<Value>, row: &Value) -> Result<Response<Vec<u8>>, Fout> {
        let before = rows.len();
        rows.retain(|one| one["url"] != row["url"]);
        if rows.len() < before { Ok(empty(204)) } else { Err(Fout::not_found()) }
    }

    /// Writes. `Err` is the 500 of a database that found the same thing there already.
    pub(super) fn write(&mut self, write: Write, now: Timestamp) -> Result<Response<Vec<u8>>, Fout> {
        let Write { table, mut row } = write;
        if table == Table::CaseChange {
            return self.change_case(&row, now);
        }
        match table {
            Table::PropertyEnd => return Self::end(&mut self.records.properties, &row),
            Table::RoleEnd => return Self::end(&mut self.records.roles, &row),
            _ => {}
        }
        if table == Table::Cases || table == Table::Documents {
            self.number(&mut row, table, now);
        }
        let (rows, unique): (&mut Vec<Value>, &[&str]) = match table {
            Table::Cases | Table::CaseChange => {
                (&mut self.records.cases, &["identificatie", "bronorganisatie"])
            }
            Table::Documents => (&mut self.records.documents, &["identificatie", "bronorganisatie"]),
            Table::Statuses => (&mut self.records.statuses, &["zaak", "datumStatusGezet"]),
            Table::Links => (&mut self.records.links, &["zaak", "informatieobject"]),
            // That there is one initiator is looked at before, so that two that race are both taken.
            Table::Roles | Table::RoleEnd => (&mut self.records.roles, &[]),
            Table::Properties | Table::PropertyEnd => (&mut self.records.properties, &[]),
        };
        if !unique.is_empty() && Records::has_same(rows, &row, unique) {
            return Err(Fout::failed());
        }
        rows.push(row.clone());
        self.after_write(table, &row, now);
        let told = match table {
            Table::Cases => self.records.case_view(&row),
            Table::Statuses => self.records.status_view(&row),
            _ => row,
        };
        let mut response = answer(201, &told);
        put(&mut response, "Location", text(&told, "url"));
        Ok(response)
    }

    /// Somebody at the municipality deals with the case at this URL: it gets its last status. The result that a case
    /// needs before is in no interface that a hub uses.
    pub fn close(&mut self, case: &str, now: Timestamp, dice: &mut fastrand::Rng) {
        let Some(row) = self.records.cases.iter_mut().find(|row| row["url"] == case) else { return };
        row["einddatum"] = json!(now.to_zoned(jiff::tz::TimeZone::UTC).date());
        let zaaktype = row["zaaktype"].clone();
        let kinds = self.catalogue.all("statustypen");
        let kind = kinds.iter().find(|kind| kind["zaaktype"] == zaaktype && kind["isEindstatus"] == true);
        let id = identifier(dice);
        let status = json!({
            "url": self.address(Interface::Cases, "statussen", &id), "uuid": id, "zaak": case,
            "statustype": kind.map(|kind| kind["url"].clone()), "datumStatusGezet": moment(now),
            "statustoelichting": "", "indicatieLaatstGezetteStatus": true, "gezetdoor": null,
            "zaakinformatieobjecten": [],
        });
        self.records.statuses.push(status.clone());
        self.after_write(Table::Statuses, &status, now);
    }

    /// Notes what comes too late, and tells Open Notificaties.
    fn after_write(&mut self, table: Table, row: &Value, now: Timestamp) {
        let (resource, case) = match table {
            Table::Cases => ("zaak", text(row, "url")),
            Table::Statuses => ("status", text(row, "zaak")),
            Table::Roles => ("rol", text(row, "zaak")),
            Table::Properties => ("zaakeigenschap", text(row, "zaak")),
            Table::Links => ("zaakinformatieobject", text(row, "zaak")),
            Table::Documents | Table::CaseChange | Table::PropertyEnd | Table::RoleEnd => return,
        };
        let is_part = matches!(table, Table::Roles | Table::Properties | Table::Links);
        if is_part && Records::of_case(&self.records.statuses, case).next().is_some() {
            self.records.late.push((case.to_owned(), resource.to_owned()));
            self.note(
                FaultKind::TooLate,
                resource,
                "added after the first status, by which a case counts as complete",
            );
        }
        let Some(whole) = self.records.case(case) else { return };
        self.outbox.push(json!({
            "kanaal": "zaken", "hoofdObject": case, "resource": resource, "resourceUrl": row["url"],
            "actie": "create", "aanmaakdatum": moment(now),
            "kenmerken": {
                "bronorganisatie": whole["bronorganisatie"], "zaaktype": whole["zaaktype"],
                "vertrouwelijkheidaanduiding": whole["vertrouwelijkheidaanduiding"],
                "zaaktype.catalogus": self.catalogue.url(),
            },
        }));
    }

    /// Gives what has no identification the next one.
    fn number(&self, row: &mut Value, table: Table, now: Timestamp) {
        if !text(row, "identificatie").is_empty() {
            return;
        }
        let (word, rows) = match table {
            Table::Documents => ("DOCUMENT", &self.records.documents),
            _ => ("ZAAK", &self.records.cases),
        };
        let year = now.to_zoned(jiff::tz::TimeZone::UTC).year();
        row["identificatie"] = json!(format!("{word}-{year}-{:010}", rows.len() + 1));
    }

    /// Not recorded in detail: what a change of payment is refused for.
    fn changed_case(
        &self,
        passed: &Passed,
        body: &Value,
        now: Timestamp,
        wrong: &mut Vec<Param>,
    ) -> Result<Value, Fout> {
        let id = passed.identifiers.first().map_or("", String::as_str);
        let url = self.address(Interface::Cases, "zaken", id);
        let case = self.records.case(&url).ok_or_else(Fout::not_found)?;
        if !self.may_see(case) {
            return Err(Fout::not_allowed());
        }
        for field in ["identificatie", "bronorganisatie", "zaaktype"] {
            if body.get(field).is_some_and(|value| *value != case[field]) {
                wrong.push(Param::new(
                    field,
                    "wijzigen-niet-toegelaten",
                    "Dit veld mag niet gewijzigd worden.",
                ));
            }
        }
        if read_moment(text(body, "laatsteBetaaldatum")).is_some_and(|paid| paid > now) {
            wrong.push(in_future("laatsteBetaaldatum"));
        }
        let indication = body.get("betalingsindicatie").unwrap_or(&case["betalingsindicatie"]);
        if indication == "nvt" && !body["laatsteBetaaldatum"].is_null() {
            let reason = "Laatste betaaldatum kan niet gezet worden als de betalingsindicatie \"nvt\" is";
            wrong.push(Param::new("laatsteBetaaldatum", "betaling-nvt", reason));
        }
        let mut row = body.clone();
        row["url"] = json!(url);
        Ok(row)
    }

    fn change_case(&mut self, change: &Value, now: Timestamp) -> Result<Response<Vec<u8>>, Fout> {
        let url = text(change, "url");
        let case =
            self.records.cases.iter_mut().find(|case| case["url"] == url).ok_or_else(Fout::not_found)?;
        for (field, value) in change.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            let paid =
                (field == "laatsteBetaaldatum").then(|| value.as_str().and_then(read_moment)).flatten();
            case[field] = paid.map_or_else(|| value.clone(), |paid| json!(moment(paid)));
        }
        case["betalingsindicatieWeergave"] = json!(payment_words(text(case, "betalingsindicatie")));
        case["laatstGemuteerd"] = json!(moment(now));
        let case = case.clone();
        Ok(answer(200, &self.records.case_view(&case)))
    }
}
