//! Open Klant: contacts with residents and the tasks that follow from them (klantinteracties 2.18.0).
//!
//! Invariant: nothing is unique: each POST that is taken makes another one, whatever stands in it.

mod making;
mod reading;

use std::sync::LazyLock;

use http::{Method, Request, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::exchange::{Call, is_mail_address, text};
use crate::fault::{Doubled, Fault, FaultKind, Orphan, doubled_by};
use crate::fout::{Fout, Param};
use crate::schema::{Description, Wording};
use crate::{Begun, Double};

const PREFIX: &str = "/klantinteracties/api/v1";
const INVALID: &str = "Ongeldige invoerwaarde.";

/// Open Klant in memory.
#[derive(Debug)]
pub struct OpenKlant {
    base: String,
    token: String,
    contacts: Vec<Value>,
    persons: Vec<Value>,
    subjects: Vec<Value>,
    addresses: Vec<Value>,
    tasks: Vec<Value>,
    actors: Vec<Value>,
    actor_links: Vec<Value>,
    faults: Vec<Fault>,
}

/// A contact with all that hangs on it. The values are as the API tells them.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Its `uuid`.
    pub id: String,
    /// `objectId` of the first subject: the transaction, where a hub gave it.
    pub transaction: Option<String>,
    /// The contact itself.
    pub body: Value,
    /// `betrokkenen`.
    pub persons: Vec<Value>,
    /// `digitaleadressen` of these persons.
    pub addresses: Vec<Value>,
    /// `onderwerpobjecten`.
    pub subjects: Vec<Value>,
    /// `internetaken`: what staff sees on its worklist.
    pub tasks: Vec<Value>,
}

/// What was found good and is about to be written: an operation and its body.
#[derive(Debug)]
pub struct Write {
    operation: String,
    body: Value,
}

impl OpenKlant {
    /// An empty Open Klant at `base`, for who shows this (made-up) token.
    pub fn new(base: &str, token: &str) -> Self {
        Self {
            base: base.to_owned(),
            token: token.to_owned(),
            contacts: Vec::new(),
            persons: Vec::new(),
            subjects: Vec::new(),
            addresses: Vec::new(),
            tasks: Vec::new(),
            actors: Vec::new(),
            actor_links: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// With a department that tasks can be given to, as a municipality sets up. Gives its `uuid`.
    pub fn add_department(&mut self, name: &str, dice: &mut fastrand::Rng) -> String {
        let actor = json!({
            "naam": name, "soortActor": "organisatorische_eenheid", "indicatieActief": true,
            "actoridentificator": {
                "objectId": name.to_lowercase(), "codeObjecttype": "afd", "codeRegister": "obj",
                "codeSoortObjectId": "idf",
            },
            "actorIdentificatie": {"omschrijving": name},
        });
        text(&self.make_actor(&actor, dice), "uuid").to_owned()
    }

    /// All contacts, in the order in which they were made.
    pub fn contacts(&self) -> Vec<Contact> {
        self.contacts.iter().map(|contact| self.told(contact)).collect()
    }

    fn told(&self, contact: &Value) -> Contact {
        let id = text(contact, "uuid");
        let of = |rows: &[Value], field: &str| -> Vec<Value> {
            rows.iter().filter(|row| row[field]["uuid"] == id).cloned().collect()
        };
        let persons = of(&self.persons, "hadKlantcontact");
        let theirs = |address: &&Value| {
            persons.iter().any(|person| person["uuid"] == address["verstrektDoorBetrokkene"]["uuid"])
        };
        let addresses = self.addresses.iter().filter(theirs).cloned().collect();
        let subjects = of(&self.subjects, "klantcontact");
        let transaction = subjects.first().map(|one| text(&one["onderwerpobjectidentificator"], "objectId"));
        Contact {
            id: id.to_owned(),
            transaction: transaction.map(str::to_owned),
            body: self.contact_view(contact),
            tasks: of(&self.tasks, "aanleidinggevendKlantcontact"),
            persons,
            addresses,
            subjects,
        }
    }

    fn note(&mut self, kind: FaultKind, operation: &str, what: &str) {
        self.faults.push(Fault { kind, operation: operation.to_owned(), what: what.to_owned() });
    }

    fn pass(&mut self, call: &Call) -> Result<(String, Option<String>), Fout> {
        let Some((pattern, identifiers)) = call.route(PREFIX) else {
            self.note(FaultKind::Route, &call.path, "there is no such path");
            return Err(Fout::not_found());
        };
        let operation = format!("{} {pattern}", call.method);
        if let Some((kind, fout)) = self.refusal_at_gate(call, &operation, &pattern) {
            self.note(kind, &operation, &fout.detail.clone());
            return Err(fout);
        }
        // Whether the real one refuses a parameter that it does not know is not recorded: it is noted.
        let known = description().operation(&operation);
        for name in known.map(|known| known.unknown_query(call)).unwrap_or_default() {
            self.note(FaultKind::Query, &operation, &format!("{name}: there is no such parameter"));
        }
        Ok((operation, identifiers.into_iter().next()))
    }

    fn refusal_at_gate(&self, call: &Call, operation: &str, pattern: &str) -> Option<(FaultKind, Fout)> {
        if !call.takes_json() {
            let detail = "Kan niet voldoen aan de opgegeven Accept header.";
            return Some((FaultKind::Header, Fout::not_acceptable(detail)));
        }
        let title = "Ongeldige authenticatiegegevens.";
        match call.header("authorization") {
            Some(shown) if shown == format!("Token {}", self.token) => {}
            Some(_) => {
                let (kind, code) = ("AuthenticationFailed", "authentication_failed");
                let fout = Fout::unauthenticated(kind, code, title, "Ongeldige token.");
                return Some((FaultKind::Authorisation, fout));
            }
            // Not recorded: nothing shown at all.
            None => {
                let (title, kind) = ("Authenticatiegegevens zijn niet opgegeven.", "NotAuthenticated");
                let fout = Fout::unauthenticated(kind, "not_authenticated", title, title);
                return Some((FaultKind::Authorisation, fout));
            }
        }
        if description().operation(operation).is_none() {
            let known = description().has_path(pattern);
            let fout = if known { Fout::no_such_method(call.method.as_str()) } else { Fout::not_found() };
            return Some((FaultKind::Route, fout));
        }
        if call.method == Method::POST && !call.sends_json() {
            let sent = call.header("content-type").unwrap_or_default();
            return Some((FaultKind::Header, Fout::media_type(sent)));
        }
        None
    }

    fn judge(&mut self, call: &Call, operation: &str) -> Result<Value, Fout> {
        let Some(body) = call.json().filter(Value::is_object) else {
            self.note(FaultKind::Body, operation, "the body is no JSON object");
            return Err(Fout::no_json());
        };
        let judged = description().operation(operation).map(|known| known.judge(&body, Wording::Framework));
        let judged = judged.unwrap_or_default();
        for name in judged.ignored {
            self.note(FaultKind::TakenSilently, operation, &format!("{name}: there is no such field"));
        }
        let mut wrong = judged.refused;
        if wrong.is_empty() {
            self.judge_content(operation, &body, &mut wrong);
        }
        for param in &wrong {
            let what = format!("{}: {} ({})", param.name, param.code, param.reason);
            self.note(FaultKind::Body, operation, &what);
        }
        if wrong.is_empty() { Ok(body) } else { Err(Fout::invalid(INVALID, wrong)) }
    }

    fn judge_content(&self, operation: &str, body: &Value, wrong: &mut Vec<Param>) {
        let mut refers = |field: &str, rows: &[Value]| {
            let wanted = &body[field]["uuid"];
            if !wanted.is_null() && !rows.iter().any(|row| row["uuid"] == *wanted) {
                // Not recorded: something that does not exist.
                wrong.push(Param::new(format!("{field}.uuid"), "does_not_exist", "Dit object bestaat niet."));
            }
        };
        match operation {
            "POST /betrokkenen" => refers("hadKlantcontact", &self.contacts),
            "POST /onderwerpobjecten" => refers("klantcontact", &self.contacts),
            "POST /internetaken" => {
                refers("aanleidinggevendKlantcontact", &self.contacts);
                refers("toegewezenAanActor", &self.actors);
            }
            "POST /actorklantcontacten" => {
                refers("klantcontact", &self.contacts);
                refers("actor", &self.actors);
            }
            "POST /digitaleadressen" => {
                refers("verstrektDoorBetrokkene", &self.persons);
                let address = text(body, "adres");
                let (reached, reason) = match text(body, "soortDigitaalAdres") {
                    "telefoonnummer" => {
                        (is_phone_number(address), "Het opgegeven telefoonnummer is ongeldig.")
                    }
                    "email" => (is_mail_address(address), "Voer een geldig e-mailadres in."),
                    _ => (true, ""),
                };
                if !reached {
                    wrong.push(Param::new("adres", "invalid", reason));
                }
            }
            _ => {}
        }
    }
}

impl Double for OpenKlant {
    type Write = Write;

    fn begin(
        &mut self,
        request: Request<Vec<u8>>,
        _now: Timestamp,
        dice: &mut fastrand::Rng,
    ) -> Begun<Write> {
        let call = Call::new(request);
        let judged = self.pass(&call).and_then(|(operation, id)| {
            if call.method == Method::GET {
                let read = self.read(&call, &operation, id);
                return read.map(Begun::Answered).inspect_err(|fout| {
                    if fout.status == 501 {
                        self.note(FaultKind::Query, &operation, &fout.detail);
                    }
                });
            }
            let body = self.judge(&call, &operation)?;
            Ok(Begun::Writing(Write { operation, body }))
        });
        judged.unwrap_or_else(|fout| Begun::Answered(fout.into_answer(&self.base, dice)))
    }

    fn finish(&mut self, begun: Begun<Write>, now: Timestamp, dice: &mut fastrand::Rng) -> Response<Vec<u8>> {
        match begun {
            Begun::Answered(response) => response,
            Begun::Writing(write) => self.write(&write, now, dice),
        }
    }

    fn faults(&self) -> Vec<Fault> {
        self.faults.clone()
    }

    fn doubled(&self) -> Vec<Doubled> {
        let contacts = self.contacts();
        let transactions = contacts.iter().filter_map(|contact| contact.transaction.clone());
        let of = |rows: &[Value], field: &str| -> Vec<String> {
            rows.iter().map(|row| text(&row[field], "uuid").to_owned()).filter(|id| !id.is_empty()).collect()
        };
        let address = |row: &Value| {
            format!("{} {}", text(&row["verstrektDoorBetrokkene"], "uuid"), text(row, "soortDigitaalAdres"))
        };
        [
            doubled_by("klantcontact", transactions.filter(|id| !id.is_empty())),
            doubled_by("betrokkene", of(&self.persons, "hadKlantcontact").into_iter()),
            doubled_by("onderwerpobject", of(&self.subjects, "klantcontact").into_iter()),
            doubled_by("digitaaladres", self.addresses.iter().map(address)),
            doubled_by("internetaak", of(&self.tasks, "aanleidinggevendKlantcontact").into_iter()),
        ]
        .concat()
    }

    fn orphans(&self) -> Vec<Orphan> {
        let mut orphans = Vec::new();
        for contact in self.contacts() {
            let mut lacks = |missing: bool, lacks: &'static str| {
                if missing {
                    orphans.push(Orphan { what: "klantcontact", of: contact.id.clone(), lacks });
                }
            };
            lacks(contact.tasks.is_empty(), "a task, by which staff would see it");
            lacks(contact.subjects.is_empty(), "the transaction that it is about");
            lacks(contact.persons.is_empty(), "the person who asks");
        }
        orphans
    }
}

fn description() -> &'static Description {
    static KLANT: LazyLock<Description> =
        LazyLock::new(|| Description::read(include_str!("../../schemas/klantinteracties.json")));
    &KLANT
}

/// A Dutch number of ten digits, or an international one: `^(0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13})$`.
fn is_phone_number(text: &str) -> bool {
    let digits = |rest: &str, from: usize, to: usize| {
        (from..=to).contains(&rest.len()) && rest.chars().all(|sign| sign.is_ascii_digit())
    };
    match (text.strip_prefix('+'), text.strip_prefix("00"), text.strip_prefix('0')) {
        (Some(rest), _, _) => digits(rest, 9, 15),
        (_, Some(rest), _) => digits(rest, 7, 13),
        (_, _, Some(rest)) => digits(rest, 9, 9),
        _ => false,
    }
}
