//! Open Klant: requests to be called back, over the interface klantinteracties (2.18). Invariant: the task, by which
//! staff see it, comes last, and of each contact there is one.
//!
//! Nothing is unique there. What was done is looked up before it is done; a network that delivers one request twice
//! can still make two contacts, of which only one gets a task.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;
use zuil_catalogue::Destination;

use super::api::{Api, Key, text};
use super::told;
use super::{Connector, Errand, Obstacle, OpenKlantConfig};
use crate::handover::courier::Courier;
use crate::store::System;

/// The contact, with who asks and the transaction that it is about.
const CONTACT: &str = "klantcontact";
/// How they are reached.
const ADDRESSES: &str = "digitaleadressen";
/// What staff are to do.
const TASK: &str = "internetaak";

/// The interface.
const API: &str = "/klantinteracties/api/v1";
/// The most characters of a subject (`onderwerp`).
const SUBJECT: usize = 200;
/// The most characters of what is told (`inhoud`, `toelichting`).
const TEXT: usize = 1000;
/// The most characters of a name (`achternaam`).
const NAME: usize = 200;
/// The most characters of an address (`adres`).
const ADDRESS: usize = 80;

/// Open Klant.
pub struct OpenKlant {
    api: Api,
    actor: Option<Uuid>,
}

/// The result of [`CONTACT`].
#[derive(Debug, Serialize, Deserialize)]
struct Contact {
    contact: Uuid,
    person: Uuid,
}

impl OpenKlant {
    /// Open Klant with the settings of the hub.
    #[must_use]
    pub fn new(config: &OpenKlantConfig, token: Zeroizing<String>, courier: Arc<dyn Courier>) -> Self {
        let base = config.url.trim_end_matches('/').to_owned();
        let api = Api { courier, name: "Open Klant", base, key: Key::Token(token) };
        Self { api, actor: config.actor }
    }

    async fn contact(&self, errand: &Errand<'_>) -> Result<String, Obstacle> {
        let look = format!(
            "{API}/klantcontacten?onderwerpobject__onderwerpobjectidentificatorObjectId={}",
            errand.stored.id
        );
        let there = self.api.list(&look, errand.now).await?;
        // If there are two after all, the one that has a task; else whichever, but always the same.
        let key = |one: &&Value| (is_empty(&one["leiddeTotInterneTaken"]), one["uuid"].to_string());
        let contact = match there.iter().min_by_key(key) {
            Some(found) => Contact { contact: id_in(found)?, person: id_in(&found["hadBetrokkenen"][0])? },
            None => {
                let made =
                    self.api.post(&format!("{API}/maak-klantcontact"), &body(errand), errand.now).await?;
                Contact { contact: id_in(&made["klantcontact"])?, person: id_in(&made["betrokkene"])? }
            }
        };
        serde_json::to_string(&contact).map_err(|_| Obstacle::Unknown)
    }

    /// Addresses have no mark; those of this person are counted, and always made in the same order.
    async fn addresses(&self, errand: &Errand<'_>, contact: &Contact) -> Result<String, Obstacle> {
        let wanted = addresses(errand);
        if wanted.is_empty() {
            return Ok(String::from("0"));
        }
        let person = self.api.get(&format!("{API}/betrokkenen/{}", contact.person), errand.now).await?;
        let there = person["digitaleAdressen"].as_array().ok_or(Obstacle::Unknown)?.len();
        for (kind, address) in wanted.iter().skip(there) {
            let body = json!({
                "verstrektDoorBetrokkene": { "uuid": contact.person },
                "verstrektDoorPartij": null,
                "adres": address,
                "soortDigitaalAdres": kind,
                "omschrijving": kind,
            });
            self.api.post(&format!("{API}/digitaleadressen"), &body, errand.now).await?;
        }
        Ok(wanted.len().to_string())
    }

    async fn task(&self, errand: &Errand<'_>, contact: &Contact) -> Result<String, Obstacle> {
        let path = format!("{API}/internetaken");
        let look = format!("{path}?aanleidinggevendKlantcontact__uuid={}", contact.contact);
        if let Some(there) = self.api.list(&look, errand.now).await?.first() {
            return Ok(id_in(there)?.to_string());
        }
        let mut body = json!({
            "aanleidinggevendKlantcontact": { "uuid": contact.contact },
            "gevraagdeHandeling": "Contact opnemen met betrokkene",
            "toelichting": told::as_text(errand, TEXT),
            "status": "te_verwerken",
        });
        if let Some(actor) = self.actor {
            body["toegewezenAanActoren"] = json!([{ "uuid": actor }]);
        }
        Ok(id_in(&self.api.post(&path, &body, errand.now).await?)?.to_string())
    }
}

#[async_trait]
impl Connector for OpenKlant {
    fn system(&self) -> System {
        System::OpenKlant
    }

    fn steps(&self, _errand: &Errand<'_>) -> Vec<&'static str> {
        vec![CONTACT, ADDRESSES, TASK]
    }

    async fn take(&self, step: &str, errand: &Errand<'_>) -> Result<String, Obstacle> {
        if step == CONTACT {
            return self.contact(errand).await;
        }
        let contact = errand.journal.get(CONTACT).ok_or(Obstacle::Unknown)?;
        let contact = serde_json::from_str(contact).map_err(|_| Obstacle::Unknown)?;
        match step {
            ADDRESSES => self.addresses(errand, &contact).await,
            TASK => self.task(errand, &contact).await,
            _ => Err(Obstacle::Unknown),
        }
    }
}

fn body(errand: &Errand<'_>) -> Value {
    let subject = match &errand.task.destination {
        Some(Destination::OpenKlant { subject }) => subject,
        _ => &errand.content.task_title,
    };
    let reference = format!(" ({})", errand.stored.reference);
    let subject = told::shortened(subject, SUBJECT - reference.chars().count()) + &reference;
    let mut person = json!({ "wasPartij": null, "rol": "klant", "initiator": true });
    if let Some(name) = told::name(errand) {
        person["contactnaam"] = json!({ "achternaam": told::shortened(name, NAME) });
    }
    json!({
        "klantcontact": {
            "kanaal": "zuil",
            "onderwerp": subject,
            "inhoud": told::as_text(errand, TEXT),
            "indicatieContactGelukt": true,
            "taal": language(&errand.content.language),
            "vertrouwelijk": false,
            "plaatsgevondenOp": told::asked_at(errand).to_string(),
        },
        "betrokkene": person,
        "onderwerpobject": {
            "wasKlantcontact": null,
            "onderwerpobjectidentificator": {
                "objectId": errand.stored.id,
                "codeObjecttype": "zuiltransactie",
                "codeRegister": "zuil",
                "codeSoortObjectId": "uuid",
            },
        },
    })
}

/// Each kind of address with its value. One that Open Klant would refuse stands in the text only.
fn addresses<'a>(errand: &Errand<'a>) -> Vec<(&'static str, &'a str)> {
    let phone = told::phone(errand).filter(|phone| is_phone(phone)).map(|phone| ("telefoonnummer", phone));
    let email = told::email(errand).filter(|email| email.chars().count() <= ADDRESS);
    phone.into_iter().chain(email.map(|email| ("email", email))).collect()
}

/// `^(0[1-9][0-9]{8}|\+[0-9]{9,15}|00[0-9]{7,13})$`, as Open Klant wants it.
fn is_phone(text: &str) -> bool {
    let is_within = |digits: &str, from, to| {
        (from..=to).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    match (text.strip_prefix('+'), text.strip_prefix("00"), text.strip_prefix('0')) {
        (Some(rest), _, _) => is_within(rest, 9, 15),
        (_, Some(rest), _) => is_within(rest, 7, 13),
        (_, _, Some(rest)) => is_within(rest, 9, 9),
        _ => false,
    }
}

/// The language of the visit in three letters (ISO 639-2/T).
fn language(code: &str) -> &'static str {
    match code {
        "en" => "eng",
        "de" => "deu",
        "fr" => "fra",
        "pl" => "pol",
        "tr" => "tur",
        "ar" => "ara",
        "uk" => "ukr",
        _ => "nld",
    }
}

fn id_in(value: &Value) -> Result<Uuid, Obstacle> {
    text(value, "uuid")?.parse().map_err(|_| Obstacle::Unknown)
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_numbers_only_when_open_klant_takes_them() {
        for good in ["0612345678", "+31612345678", "0031612345678", "0172123456"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["12", "061234567", "06-12345678", "+31 6 12345678", "", "+3161234567890123"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
