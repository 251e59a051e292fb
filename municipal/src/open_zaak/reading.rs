//! Looking things up: lists with their filters, single resources, and what is expanded on request.
//!
//! Invariant: a filter that the double does not know is refused, never ignored: a list that is too long
//! would be believed.

use http::Response;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::records::{Confidentiality, Records};
use super::{INVALID, Interface, OpenZaak, Passed};
use crate::exchange::{Call, answer, empty, page, put, text, version_mark};
use crate::fault::FaultKind;
use crate::fout::{Fout, Param};

/// The long name of the filter by BSN.
const BY_BSN: &str = "rol__betrokkeneIdentificatie__natuurlijkPersoon__inpBsn";

impl OpenZaak {
    /// Answers a GET.
    pub(super) fn read(&mut self, passed: &Passed) -> Result<Response<Vec<u8>>, Fout> {
        let call = &passed.call;
        match passed.identifiers.as_slice() {
            [] => {}
            [case] if passed.operation.ends_with("/zaakeigenschappen") => return self.properties_of(case),
            [identifier] => return self.single(passed, identifier),
            [case, property, ..] => {
                let url = self.property_address(case, property);
                let found = find(&self.records.properties, &url).ok_or_else(Fout::not_found)?;
                let seen = self.may_see_case(text(&found, "zaak"));
                return if seen { Ok(answer(200, &found)) } else { Err(Fout::not_allowed()) };
            }
        }
        let resource = resource_of(&passed.operation).to_owned();
        let rows = match passed.interface {
            Interface::Cases | Interface::Documents => self.rows(&resource),
            Interface::Types => self.catalogue.all(&resource),
        };
        let mut found = Vec::new();
        for row in rows {
            if self.fits(&resource, &row, call).inspect_err(|what| {
                self.faults.push(crate::Fault {
                    kind: FaultKind::Query,
                    operation: passed.operation.clone(),
                    what: what.detail.clone(),
                });
            })? {
                found.push(row);
            }
        }
        if resource == "zaken" {
            sort(&mut found, call.asked("ordering"))?;
            let expanded = found.into_iter().map(|case| self.expanded(case, call));
            found = expanded.collect::<Result<_, _>>()?;
        }
        if resource == "zaakinformatieobjecten" {
            return Ok(answer(200, &found.into()));
        }
        let address = format!("{}{}", self.base, call.path);
        Ok(answer(200, &page(call, &address, &found).ok_or_else(Fout::not_found)?))
    }

    /// All of one kind that the client may see, as they are told.
    fn rows(&self, resource: &str) -> Vec<Value> {
        let seen = |rows: &[Value]| -> Vec<Value> {
            rows.iter().filter(|row| self.may_see_case(text(row, "zaak"))).cloned().collect()
        };
        match resource {
            "zaken" => {
                let cases = self.records.cases.iter().filter(|case| self.may_see_case(text(case, "url")));
                cases.map(|case| self.records.case_view(case)).collect()
            }
            "rollen" => seen(&self.records.roles),
            "statussen" => {
                seen(&self.records.statuses).iter().map(|status| self.records.status_view(status)).collect()
            }
            "zaakinformatieobjecten" => seen(&self.records.links),
            "enkelvoudiginformatieobjecten" => {
                self.records.documents.iter().filter(|one| self.may_see(one)).cloned().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the client's highest confidentiality reaches this one.
    pub(super) fn may_see(&self, row: &Value) -> bool {
        let level = Confidentiality::named(text(row, "vertrouwelijkheidaanduiding"));
        level.is_none_or(|level| level <= self.highest)
    }

    /// Whether it may see this case; one that does not exist hides nothing.
    pub(super) fn may_see_case(&self, url: &str) -> bool {
        self.records.case(url).is_none_or(|case| self.may_see(case))
    }

    fn properties_of(&self, identifier: &str) -> Result<Response<Vec<u8>>, Fout> {
        let url = self.address(Interface::Cases, "zaken", identifier);
        let case = self.records.case(&url).ok_or_else(Fout::not_found)?;
        if !self.may_see(case) {
            return Err(Fout::not_allowed());
        }
        let found: Vec<Value> = Records::of_case(&self.records.properties, &url).cloned().collect();
        Ok(answer(200, &found.into()))
    }

    fn single(&self, passed: &Passed, identifier: &str) -> Result<Response<Vec<u8>>, Fout> {
        let resource = resource_of(&passed.operation);
        let url = self.address(passed.interface, resource, identifier);
        let found = match resource {
            "zaken" => self.records.case(&url).map(|case| self.records.case_view(case)),
            "rollen" => find(&self.records.roles, &url),
            "statussen" => find(&self.records.statuses, &url).map(|status| self.records.status_view(&status)),
            "enkelvoudiginformatieobjecten" => find(&self.records.documents, &url),
            _ => self.catalogue.find(resource, &url),
        };
        let found = found.ok_or_else(Fout::not_found)?;
        let case = if resource == "zaken" { text(&found, "url") } else { text(&found, "zaak") };
        if !self.may_see_case(case) || (passed.interface == Interface::Documents && !self.may_see(&found)) {
            return Err(Fout::not_allowed());
        }
        let found = match resource {
            "zaken" => self.expanded(found, &passed.call)?,
            _ => found,
        };
        let mark = version_mark(&found);
        if passed.call.header("if-none-match") == Some(mark.as_str()) {
            return Ok(empty(304));
        }
        let mut response = answer(200, &found);
        put(&mut response, "ETag", &mark);
        Ok(response)
    }

    /// The URL of a property, which lies below its case.
    pub(super) fn property_address(&self, case: &str, property: &str) -> String {
        self.address(Interface::Cases, &format!("zaken/{case}/zaakeigenschappen"), property)
    }

    /// The URL of something that this Open Zaak keeps.
    pub(super) fn address(&self, interface: Interface, resource: &str, identifier: &str) -> String {
        format!("{}{}/{resource}/{identifier}", self.base, interface.prefix())
    }

    /// Whether a row passes all filters of the query.
    fn fits(&self, resource: &str, row: &Value, call: &Call) -> Result<bool, Fout> {
        // Not recorded: who does not ask for concepts gets none.
        if is_of_catalogue(resource)
            && call.asked("status").is_none()
            && !self.has_state(resource, row, "definitief")
        {
            return Ok(false);
        }
        for (name, wanted) in call.query.iter().filter(|(_, wanted)| !wanted.is_empty()) {
            let passes = match (resource, name.as_str()) {
                (_, "page" | "pageSize" | "ordering" | "expand") => true,
                ("zaken", BY_BSN) => self.has_person(text(row, "url"), wanted),
                ("zaken", "identificatie__icontains") => {
                    text(row, "identificatie").to_lowercase().contains(&wanted.to_lowercase())
                }
                ("rollen", "betrokkeneIdentificatie__natuurlijkPersoon__inpBsn") => {
                    row["betrokkeneIdentificatie"]["inpBsn"] == *wanted
                }
                ("statussen", "indicatieLaatstGezetteStatus") => {
                    row["indicatieLaatstGezetteStatus"] == wanted.eq_ignore_ascii_case("true")
                }
                ("zaaktypen" | "roltypen" | "statustypen" | "eigenschappen", "datumGeldigheid") => {
                    let case_type = if resource == "zaaktypen" { "url" } else { "zaaktype" };
                    self.catalogue.is_valid(text(row, case_type), read_date(name, wanted)?)
                }
                ("informatieobjecttypen", "datumGeldigheid") => true,
                ("informatieobjecttypen", "zaaktype") => {
                    row["zaaktypen"].as_array().is_some_and(|types| types.iter().any(|one| one == wanted))
                }
                (_, "status") if is_of_catalogue(resource) => self.has_state(resource, row, wanted),
                // What stands in the row as it is asked.
                _ if row.get(name).is_some_and(Value::is_string) => row[name] == *wanted,
                _ if row.get(name).is_some_and(Value::is_null) => false,
                _ => {
                    let what = format!("the double cannot filter {resource} by {name}");
                    return Err(Fout::beyond_the_double(&what));
                }
            };
            if !passes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn has_person(&self, case: &str, bsn: &str) -> bool {
        Records::of_case(&self.records.roles, case)
            .any(|role| role["betrokkeneIdentificatie"]["inpBsn"] == bsn)
    }

    /// Whether a type is `concept` or `definitief`, as asked; parts are as their type is.
    fn has_state(&self, resource: &str, row: &Value, wanted: &str) -> bool {
        let concept = match resource {
            "informatieobjecttypen" => false,
            "zaaktypen" => row["concept"] == true,
            _ => self.catalogue.type_of_case(text(row, "zaaktype")).is_some_and(|one| one.concept),
        };
        wanted == "alles" || wanted == if concept { "concept" } else { "definitief" }
    }

    /// A case with `_expand`, empty where nothing is asked.
    fn expanded(&self, mut case: Value, call: &Call) -> Result<Value, Fout> {
        let asked: Vec<&str> = call.asked("expand").unwrap_or_default().split(',').collect();
        let url = text(&case, "url").to_owned();
        let all =
            |rows: &[Value]| -> Value { Records::of_case(rows, &url).cloned().collect::<Vec<_>>().into() };
        let mut expanded = Map::new();
        for name in &asked {
            let value = match *name {
                "" | "status.statustype" => continue,
                "status" => self.expanded_status(&url, asked.contains(&"status.statustype")),
                "rollen" => all(&self.records.roles),
                "eigenschappen" => all(&self.records.properties),
                "zaakinformatieobjecten" => all(&self.records.links),
                "zaaktype" => self.catalogue.find("zaaktypen", text(&case, "zaaktype")).unwrap_or_default(),
                _ => return Err(Fout::beyond_the_double(&format!("the double cannot expand {name}"))),
            };
            expanded.insert((*name).to_owned(), value);
        }
        case["_expand"] = Value::Object(expanded);
        Ok(case)
    }

    fn expanded_status(&self, case: &str, with_type: bool) -> Value {
        let Some(status) = self.records.latest_status(case) else { return Value::Null };
        let mut view = self.records.status_view(status);
        if with_type {
            let kind = self.catalogue.find("statustypen", text(status, "statustype"));
            view["_expand"] = json!({"statustype": kind});
        }
        view
    }
}

/// The last word of an operation that is no identifier: `statussen` of `GET /statussen/{uuid}`.
pub(super) fn resource_of(operation: &str) -> &str {
    operation.rsplit('/').find(|part| *part != "{uuid}").unwrap_or_default()
}

fn is_of_catalogue(resource: &str) -> bool {
    resource.ends_with("typen") || resource == "eigenschappen"
}

fn find(rows: &[Value], url: &str) -> Option<Value> {
    rows.iter().find(|row| row["url"] == url).cloned()
}

fn read_date(name: &str, text: &str) -> Result<Date, Fout> {
    let wrong = || Fout::invalid(INVALID, vec![Param::new(name, "invalid", "Voer een geldige datum in.")]);
    text.parse().map_err(|_| wrong())
}

/// Newest first unless asked otherwise (the order of the real one's default is not recorded).
fn sort(cases: &mut [Value], ordering: Option<&str>) -> Result<(), Fout> {
    let ordering = ordering.unwrap_or("-startdatum");
    let (field, down) = ordering.strip_prefix('-').map_or((ordering, false), |field| (field, true));
    if !matches!(field, "startdatum" | "einddatum" | "registratiedatum" | "identificatie") {
        return Err(Fout::beyond_the_double(&format!("the double cannot order by {field}")));
    }
    cases.sort_by(|one, other| {
        let order = text(one, field).cmp(text(other, field));
        if down { order.reverse() } else { order }
    });
    Ok(())
}
