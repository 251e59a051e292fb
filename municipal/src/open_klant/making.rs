//! What Open Klant makes of what is sent: each POST that was found good makes another row.
//!
//! Invariant: identifiers are its own, whatever the sender chose.

use http::Response;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{OpenKlant, PREFIX, Write};
use crate::exchange::{answer, identifier, moment, read_moment, text};

impl OpenKlant {
    pub(super) fn write(
        &mut self,
        write: &Write,
        now: Timestamp,
        dice: &mut fastrand::Rng,
    ) -> Response<Vec<u8>> {
        let Write { operation, body } = write;
        let made = match operation.as_str() {
            "POST /klantcontacten" => {
                let contact = self.make_contact(body, now, dice);
                self.contact_view(&contact)
            }
            "POST /maak-klantcontact" => self.make_all(body, now, dice),
            "POST /betrokkenen" => self.make_person(body, dice),
            "POST /onderwerpobjecten" => self.make_subject(body, dice),
            "POST /digitaleadressen" => self.make_address(body, dice),
            "POST /internetaken" => self.make_task(body, now, dice),
            "POST /actoren" => self.make_actor(body, dice),
            _ => self.make_actor_link(body, dice),
        };
        answer(201, &made)
    }

    pub(super) fn make_all(&mut self, body: &Value, now: Timestamp, dice: &mut fastrand::Rng) -> Value {
        let contact = self.make_contact(&body["klantcontact"], now, dice);
        let of = json!({"uuid": contact["uuid"]});
        let mut made = Map::new();
        if body["betrokkene"].is_object() {
            let mut person = body["betrokkene"].clone();
            person["hadKlantcontact"] = of.clone();
            made.insert("betrokkene".to_owned(), self.make_person(&person, dice));
        }
        if body["onderwerpobject"].is_object() {
            let mut subject = body["onderwerpobject"].clone();
            subject["klantcontact"] = of;
            made.insert("onderwerpobject".to_owned(), self.make_subject(&subject, dice));
        }
        made.insert("klantcontact".to_owned(), self.contact_view(&contact));
        Value::Object(made)
    }

    pub(super) fn make_contact(&mut self, body: &Value, now: Timestamp, dice: &mut fastrand::Rng) -> Value {
        let taken = read_moment(text(body, "plaatsgevondenOp")).unwrap_or(now);
        let or = |field: &str, otherwise: Value| body.get(field).cloned().unwrap_or(otherwise);
        let contact = self.named(
            "klantcontacten",
            dice,
            json!({
                "hadBetrokkenActoren": [], "omvatteBijlagen": [],
                "nummer": body["nummer"], "referentienummer": body["referentienummer"],
                "kanaal": body["kanaal"], "onderwerp": body["onderwerp"], "inhoud": or("inhoud", json!("")),
                "reactie": or("reactie", json!("")), "indicatieContactGelukt": body["indicatieContactGelukt"],
                "hoofdOnderwerpType": or("hoofdOnderwerpType", json!("")),
                "verdereActieOndernomen": or("verdereActieOndernomen", json!(false)), "taal": body["taal"],
                "vertrouwelijk": body["vertrouwelijk"], "plaatsgevondenOp": moment(taken),
                "metadata": or("metadata", json!({})),
            }),
        );
        kept(&mut self.contacts, contact)
    }

    pub(super) fn make_person(&mut self, body: &Value, dice: &mut fastrand::Rng) -> Value {
        let name =
            filled(&body["contactnaam"], &["voorletters", "voornaam", "voorvoegselAchternaam", "achternaam"]);
        let whole = ["voornaam", "voorvoegselAchternaam", "achternaam"].map(|part| text(&name, part));
        let whole: Vec<&str> = whole.into_iter().filter(|part| !part.is_empty()).collect();
        let person = self.named(
            "betrokkenen",
            dice,
            json!({
                "wasPartij": body["wasPartij"],
                "hadKlantcontact": self.reference("klantcontacten", &body["hadKlantcontact"]),
                "bezoekadres": postal_address(&body["bezoekadres"]),
                "correspondentieadres": postal_address(&body["correspondentieadres"]),
                "contactnaam": name, "volledigeNaam": whole.join(" "), "rol": body["rol"],
                "organisatienaam": text(body, "organisatienaam"), "initiator": body["initiator"],
            }),
        );
        let person = kept(&mut self.persons, person);
        self.person_view(&person)
    }

    pub(super) fn make_subject(&mut self, body: &Value, dice: &mut fastrand::Rng) -> Value {
        let parts = ["objectId", "codeObjecttype", "codeRegister", "codeSoortObjectId"];
        let subject = self.named(
            "onderwerpobjecten",
            dice,
            json!({
                "klantcontact": self.reference("klantcontacten", &body["klantcontact"]),
                "wasKlantcontact": self.reference("klantcontacten", &body["wasKlantcontact"]),
                "onderwerpobjectidentificator": filled(&body["onderwerpobjectidentificator"], &parts),
            }),
        );
        kept(&mut self.subjects, subject)
    }

    pub(super) fn make_address(&mut self, body: &Value, dice: &mut fastrand::Rng) -> Value {
        let address = self.named("digitaleadressen", dice, json!({
            "verstrektDoorBetrokkene": self.reference("betrokkenen", &body["verstrektDoorBetrokkene"]),
            "verstrektDoorPartij": body["verstrektDoorPartij"], "adres": body["adres"],
            "soortDigitaalAdres": body["soortDigitaalAdres"],
            "isStandaardAdres": body["isStandaardAdres"] == true, "omschrijving": text(body, "omschrijving"),
            "referentie": text(body, "referentie"), "verificatieDatum": body["verificatieDatum"],
        }));
        kept(&mut self.addresses, address)
    }

    pub(super) fn make_task(&mut self, body: &Value, now: Timestamp, dice: &mut fastrand::Rng) -> Value {
        let mut actors: Vec<Value> = body["toegewezenAanActoren"].as_array().cloned().unwrap_or_default();
        if actors.is_empty() && body["toegewezenAanActor"].is_object() {
            actors.push(body["toegewezenAanActor"].clone());
        }
        let actors: Vec<Value> = actors.iter().map(|actor| self.reference("actoren", actor)).collect();
        let done = body["status"] == "verwerkt";
        let task = self.named("internetaken", dice, json!({
            "nummer": body["nummer"], "referentienummer": body["referentienummer"],
            "gevraagdeHandeling": body["gevraagdeHandeling"],
            "aanleidinggevendKlantcontact":
                self.reference("klantcontacten", &body["aanleidinggevendKlantcontact"]),
            "toegewezenAanActor": actors.first().cloned().unwrap_or_default(), "toegewezenAanActoren": actors,
            "toelichting": text(body, "toelichting"), "status": body["status"], "toegewezenOp": moment(now),
            "afgehandeldOp": if done { json!(moment(now)) } else { Value::Null },
        }));
        kept(&mut self.tasks, task)
    }

    pub(super) fn make_actor(&mut self, body: &Value, dice: &mut fastrand::Rng) -> Value {
        let parts = ["objectId", "codeObjecttype", "codeRegister", "codeSoortObjectId"];
        let fields: &[&str] = match text(body, "soortActor") {
            "medewerker" => &["functie", "emailadres", "telefoonnummer"],
            "geautomatiseerde_actor" => &["functie", "omschrijving"],
            _ => &["omschrijving", "emailadres", "faxnummer", "telefoonnummer"],
        };
        let actor = self.named(
            "actoren",
            dice,
            json!({
                "naam": body["naam"], "soortActor": body["soortActor"],
                "indicatieActief": body.get("indicatieActief").cloned().unwrap_or(json!(true)),
                "actoridentificator": filled(&body["actoridentificator"], &parts),
                "actorIdentificatie": filled(&body["actorIdentificatie"], fields),
            }),
        );
        kept(&mut self.actors, actor)
    }

    pub(super) fn make_actor_link(&mut self, body: &Value, dice: &mut fastrand::Rng) -> Value {
        let link = self.named(
            "actorklantcontacten",
            dice,
            json!({
                "actor": self.reference("actoren", &body["actor"]),
                "klantcontact": self.reference("klantcontacten", &body["klantcontact"]),
            }),
        );
        kept(&mut self.actor_links, link)
    }

    /// Adds the identifier and URL that it makes itself, whatever the sender chose.
    pub(super) fn named(&self, resource: &str, dice: &mut fastrand::Rng, mut body: Value) -> Value {
        let id = identifier(dice);
        body["url"] = json!(self.address(resource, &id));
        body["uuid"] = json!(id);
        body
    }

    pub(super) fn address(&self, resource: &str, id: &str) -> String {
        format!("{}{PREFIX}/{resource}/{id}", self.base)
    }

    pub(super) fn reference(&self, resource: &str, to: &Value) -> Value {
        let Some(id) = to["uuid"].as_str() else { return Value::Null };
        json!({"uuid": id, "url": self.address(resource, id)})
    }
}

fn kept(rows: &mut Vec<Value>, row: Value) -> Value {
    rows.push(row.clone());
    row
}

/// An object with these fields, empty where nothing was sent.
fn filled(sent: &Value, fields: &[&str]) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), json!(text(sent, field)))).collect()
}

fn postal_address(sent: &Value) -> Value {
    let fields = [
        "nummeraanduidingId",
        "straatnaam",
        "huisnummertoevoeging",
        "postcode",
        "stad",
        "adresregel1",
        "adresregel2",
        "adresregel3",
        "land",
    ];
    let mut address = filled(sent, &fields);
    address["huisnummer"] = sent["huisnummer"].clone();
    address
}
