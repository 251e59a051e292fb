//! Looking things up in Open Klant: lists with their filters, and what is expanded on request.
//!
//! Invariant: a filter that the description has and the double does not know is refused, never ignored.

use http::Response;
use serde_json::{Map, Value, json};

use super::{OpenKlant, description};
use crate::exchange::{Call, answer, page};
use crate::fout::Fout;

impl OpenKlant {
    pub(super) fn read(
        &mut self,
        call: &Call,
        operation: &str,
        id: Option<String>,
    ) -> Result<Response<Vec<u8>>, Fout> {
        let resource = operation.trim_start_matches("GET /").split('/').next().unwrap_or_default();
        let rows: Vec<Value> = match resource {
            "klantcontacten" => self.contacts.iter().map(|contact| self.contact_view(contact)).collect(),
            "betrokkenen" => self.persons.iter().map(|person| self.person_view(person)).collect(),
            "internetaken" => self.tasks.clone(),
            _ => self.actors.clone(),
        };
        let expand =
            |row: Value| if resource == "klantcontacten" { self.expanded(row, call) } else { Ok(row) };
        if let Some(id) = id {
            let found = rows.into_iter().find(|row| row["uuid"] == id).ok_or_else(Fout::not_found)?;
            let found = if call.asked("expand").is_some() { expand(found)? } else { found };
            return Ok(answer(200, &found));
        }
        let mut found = Vec::new();
        for row in rows {
            if self.fits(resource, &row, call)? {
                found.push(expand(row)?);
            }
        }
        let address = format!("{}{}", self.base, call.path);
        Ok(answer(200, &page(call, &address, &found).ok_or_else(Fout::not_found)?))
    }

    pub(super) fn fits(&self, resource: &str, row: &Value, call: &Call) -> Result<bool, Fout> {
        let known = description().operation(&format!("GET /{resource}"));
        let unknown = known.map(|known| known.unknown_query(call)).unwrap_or_default();
        for (name, wanted) in
            call.query.iter().filter(|(name, wanted)| !wanted.is_empty() && !unknown.contains(name))
        {
            let subject = name.strip_prefix("onderwerpobject__onderwerpobjectidentificator");
            let passes = match (resource, name.as_str()) {
                (_, "page" | "pageSize" | "expand") => true,
                ("klantcontacten", _) if subject.is_some() => {
                    let part = lower_first(subject.unwrap_or_default());
                    let of = self.subjects.iter().filter(|one| one["klantcontact"]["uuid"] == row["uuid"]);
                    of.into_iter().any(|one| one["onderwerpobjectidentificator"][&part] == *wanted)
                }
                ("internetaken", "klantcontact__uuid" | "aanleidinggevendKlantcontact__uuid") => {
                    row["aanleidinggevendKlantcontact"]["uuid"] == *wanted
                }
                ("actoren", _) if name.starts_with("actoridentificator") => {
                    let part = lower_first(name.trim_start_matches("actoridentificator"));
                    row["actoridentificator"][&part] == *wanted
                }
                _ if row.get(name).is_some_and(|value| value.is_string() || value.is_null()) => {
                    row[name] == *wanted
                }
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

    pub(super) fn expanded(&self, mut contact: Value, call: &Call) -> Result<Value, Fout> {
        let told = self.told(&contact);
        let mut expanded = Map::new();
        for name in call.asked("expand").unwrap_or_default().split(',').filter(|name| !name.is_empty()) {
            let rows: Vec<Value> = match name {
                "hadBetrokkenen" => told.persons.iter().map(|person| self.person_view(person)).collect(),
                "leiddeTotInterneTaken" => told.tasks.clone(),
                "gingOverOnderwerpobjecten" => told.subjects.clone(),
                _ => return Err(Fout::beyond_the_double(&format!("the double cannot expand {name}"))),
            };
            expanded.insert(name.to_owned(), rows.into());
        }
        contact["_expand"] = Value::Object(expanded);
        Ok(contact)
    }

    pub(super) fn contact_view(&self, contact: &Value) -> Value {
        let of = |rows: &[Value], field: &str| {
            references(rows.iter().filter(|row| row[field]["uuid"] == contact["uuid"]))
        };
        let mut view = contact.clone();
        view["gingOverOnderwerpobjecten"] = of(&self.subjects, "klantcontact");
        view["hadBetrokkenen"] = of(&self.persons, "hadKlantcontact");
        view["leiddeTotInterneTaken"] = of(&self.tasks, "aanleidinggevendKlantcontact");
        view
    }

    pub(super) fn person_view(&self, person: &Value) -> Value {
        let theirs =
            self.addresses.iter().filter(|row| row["verstrektDoorBetrokkene"]["uuid"] == person["uuid"]);
        let mut view = person.clone();
        view["digitaleAdressen"] = references(theirs);
        view
    }
}

fn references<'a>(rows: impl Iterator<Item = &'a Value>) -> Value {
    rows.map(|row| json!({"uuid": row["uuid"], "url": row["url"]})).collect::<Vec<_>>().into()
}

fn lower_first(name: &str) -> String {
    let mut signs = name.chars();
    signs.next().map(|first| first.to_lowercase().chain(signs).collect()).unwrap_or_default()
}
