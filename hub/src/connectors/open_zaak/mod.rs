//! Open Zaak: a case with its role, properties, document, first status and payment, over the ZGW interfaces (Zaken
//! 1.5, Documenten 1.4, Catalogi 1.3). Invariant: the first status comes when the case is complete, and nothing is
//! there twice.

mod parts;
mod types;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;
use zuil_catalogue::Destination;
use zuil_wire::PaymentState;

use self::types::{CaseType, Place, Types};
use super::api::{Api, Key, query, text};
use super::request::Paper;
use super::told;
use super::{Connector, Errand, Obstacle, OpenZaakConfig};
use crate::handover::courier::Courier;
use crate::handover::paper::Sheet;
use crate::store::{ParkReason, Progress, System};

/// The case itself.
const CASE: &str = "zaak";
/// Who asks.
const ROLE: &str = "rol";
/// What was answered, as the case type has it.
const PROPERTIES: &str = "zaakeigenschappen";
/// The request as a PDF.
const DOCUMENT: &str = "document";
/// That the document belongs to the case.
const LINK: &str = "zaakinformatieobject";
/// The exact time of the status, chosen before it is sent: only with the same time it is the same status.
const STATUS_TIME: &str = "status-tijd";
/// That the case is complete.
const STATUS: &str = "status";
/// That it was paid.
const PAYMENT: &str = "betaling";

/// The most characters of a status that are kept.
const WORDS: usize = 80;

/// Open Zaak.
pub struct OpenZaak {
    api: Api,
    types: Types,
    municipality: String,
    bronorganisatie: String,
    catalogus: Option<String>,
    informatieobjecttype: Option<String>,
    paper: Paper,
}

/// The result of [`CASE`]. The type is kept, so that a case that was begun is finished as what it is, also when the
/// catalogue has changed.
#[derive(Debug, Serialize, Deserialize)]
struct Case {
    url: String,
    zaaktype: String,
}

impl OpenZaak {
    /// Open Zaak with the settings of the hub.
    #[must_use]
    pub fn new(
        config: &OpenZaakConfig,
        secret: Zeroizing<String>,
        municipality: &str,
        courier: Arc<dyn Courier>,
        paper: Paper,
    ) -> Self {
        let base = config.url.trim_end_matches('/').to_owned();
        Self {
            api: Api {
                courier,
                name: "Open Zaak",
                base,
                key: Key::Signed { client_id: config.client_id.clone(), secret },
            },
            types: Types::default(),
            municipality: municipality.to_owned(),
            bronorganisatie: config.bronorganisatie.clone(),
            catalogus: config.catalogus.clone(),
            informatieobjecttype: config.informatieobjecttype.clone(),
            paper,
        }
    }
}

#[async_trait]
impl Connector for OpenZaak {
    fn system(&self) -> System {
        System::OpenZaak
    }

    fn steps(&self, errand: &Errand<'_>) -> Vec<&'static str> {
        let mut steps = vec![CASE, ROLE, PROPERTIES, DOCUMENT, LINK, STATUS_TIME, STATUS];
        let payment = errand.stored.payment.as_ref().map(|payment| payment.state);
        if payment == Some(PaymentState::Paid) {
            steps.push(PAYMENT);
        }
        steps
    }

    async fn take(&self, step: &str, errand: &Errand<'_>) -> Result<String, Obstacle> {
        // Once more when it is said to be there already: somebody did it between the look and the deed.
        for _ in 0..2 {
            match self.take_once(step, errand).await {
                Err(Obstacle::AlreadyThere) => {}
                taken => return taken,
            }
        }
        // What the hub may not see (`maxVertrouwelijkheidaanduiding`) it cannot find either.
        Err(Obstacle::Refused(ParkReason::Hidden))
    }

    fn case_number(&self, errand: &Errand<'_>) -> Option<String> {
        // It is opened under this number.
        Some(errand.stored.reference.to_string())
    }

    fn address(&self, errand: &Errand<'_>) -> Option<String> {
        let case: Case = serde_json::from_str(errand.journal.get(CASE)?).ok()?;
        Some(case.url)
    }

    async fn look(&self, address: &str, now: Timestamp) -> Result<Progress, Obstacle> {
        let case = self.api.get(&format!("/zaken/api/v1/zaken/{}", id_of(address)?), now).await?;
        let status = id_of(text(&case, "status")?)?;
        let status = self.api.get(&format!("/zaken/api/v1/statussen/{status}"), now).await?;
        let kind = id_of(text(&status, "statustype")?)?;
        let kind = self.api.get(&format!("/catalogi/api/v1/statustypen/{kind}"), now).await?;
        let since = text(&status, "datumStatusGezet")?.parse().map_err(|_| Obstacle::Unknown)?;
        Ok(Progress {
            words: told::shortened(text(&kind, "omschrijving")?, WORDS),
            since,
            is_done: kind["isEindstatus"] == true || case["einddatum"].is_string(),
        })
    }
}

impl OpenZaak {
    async fn take_once(&self, step: &str, errand: &Errand<'_>) -> Result<String, Obstacle> {
        if step == CASE {
            return self.case(errand).await;
        }
        let case: Case = serde_json::from_str(done(errand, CASE)?).map_err(|_| Obstacle::Unknown)?;
        match step {
            ROLE => self.role(errand, &case).await,
            PROPERTIES => self.properties(errand, &case).await,
            DOCUMENT => self.document(errand, &case).await,
            LINK => self.link(errand, &case, done(errand, DOCUMENT)?).await,
            STATUS_TIME => Ok(errand.now.to_string()),
            STATUS => self.status(errand, &case, done(errand, STATUS_TIME)?).await,
            PAYMENT => self.payment(errand, &case).await,
            _ => Err(Obstacle::Unknown),
        }
    }

    fn place(&self, errand: &Errand<'_>) -> Place<'_> {
        Place {
            api: &self.api,
            catalogus: self.catalogus.as_deref(),
            document: self.informatieobjecttype.as_deref(),
            now: errand.now,
        }
    }

    async fn case(&self, errand: &Errand<'_>) -> Result<String, Obstacle> {
        let Some(Destination::OpenZaak { zaaktype, properties }) = &errand.task.destination else {
            return Err(Obstacle::Refused(ParkReason::NoSuchTask));
        };
        let look = format!(
            "/zaken/api/v1/zaken?identificatie={}&bronorganisatie={}",
            query(&errand.stored.reference.to_string()),
            self.bronorganisatie
        );
        if let Some(there) = self.api.list(&look, errand.now).await?.first() {
            return case_in(there);
        }
        let case_type = self.types.named(self.place(errand), zaaktype, parts::asked_on(errand)).await?;
        if properties.iter().any(|(name, _)| !case_type.properties.contains_key(name)) {
            return Err(Obstacle::Refused(ParkReason::PropertyMissing));
        }
        let body = parts::case(errand, &case_type.zaaktype, &self.bronorganisatie);
        case_in(&self.api.post("/zaken/api/v1/zaken", &body, errand.now).await?)
    }

    /// Of two that arrive at once Open Zaak takes both, although a case has one initiator: so the list is read before
    /// and after, and what is too much is taken away.
    async fn role(&self, errand: &Errand<'_>, case: &Case) -> Result<String, Obstacle> {
        let look = format!("/zaken/api/v1/rollen?zaak={}&omschrijvingGeneriek=initiator", query(&case.url));
        let mut there = self.api.list(&look, errand.now).await?;
        if there.is_empty() {
            let case_type = self.types.at(self.place(errand), &case.zaaktype).await?;
            let body = parts::role(errand, &case.url, &case_type.initiator);
            self.api.post("/zaken/api/v1/rollen", &body, errand.now).await?;
            there = self.api.list(&look, errand.now).await?;
        }
        let mut urls = there.iter().map(url_in).collect::<Result<Vec<_>, _>>()?;
        urls.sort_unstable();
        let (first, surplus) = urls.split_first().ok_or(Obstacle::Unknown)?;
        for url in surplus {
            self.api.delete(&format!("/zaken/api/v1/rollen/{}", id_of(url)?), errand.now).await?;
        }
        Ok(first.clone())
    }

    /// Open Zaak doubles a property that is sent twice without a word, and a network may send anything twice: so the
    /// list is read before and after, and what is too much is taken away.
    async fn properties(&self, errand: &Errand<'_>, case: &Case) -> Result<String, Obstacle> {
        let path = format!("/zaken/api/v1/zaken/{}/zaakeigenschappen", id_of(&case.url)?);
        let case_type = self.types.at(self.place(errand), &case.zaaktype).await?;
        let wanted = wanted(errand, &case_type)?;
        if wanted.is_empty() {
            return Ok(String::new());
        }
        let there = properties_in(&self.api.list(&path, errand.now).await?)?;
        for (url, value) in &wanted {
            if !there.iter().any(|(property, _)| property == url) {
                let body = json!({ "zaak": case.url, "eigenschap": url, "waarde": value });
                self.api.post(&path, &body, errand.now).await?;
            }
        }
        let mut seen = BTreeSet::new();
        for (property, own) in properties_in(&self.api.list(&path, errand.now).await?)? {
            if !seen.insert(property) {
                self.api.delete(&format!("{path}/{}", id_of(&own)?), errand.now).await?;
            }
        }
        let all = wanted.iter().all(|(url, _)| seen.contains(url));
        if all { Ok(wanted.len().to_string()) } else { Err(Obstacle::Unknown) }
    }

    async fn document(&self, errand: &Errand<'_>, case: &Case) -> Result<String, Obstacle> {
        let path = "/documenten/api/v1/enkelvoudiginformatieobjecten";
        let look = format!(
            "{path}?identificatie={}&bronorganisatie={}",
            query(&parts::document_id(errand)),
            self.bronorganisatie
        );
        if let Some(there) = self.api.list(&look, errand.now).await?.first() {
            return url_in(there);
        }
        let case_type = self.types.at(self.place(errand), &case.zaaktype).await?;
        let sheet = Sheet::of(errand, &self.municipality);
        let pdf = (self.paper)(&sheet).ok_or(Obstacle::Refused(ParkReason::NoPaper))?;
        let body = parts::document(errand, &case_type.document, &self.bronorganisatie, &pdf);
        url_in(&self.api.post(path, &body, errand.now).await?)
    }

    async fn link(&self, errand: &Errand<'_>, case: &Case, document: &str) -> Result<String, Obstacle> {
        let path = "/zaken/api/v1/zaakinformatieobjecten";
        let look = format!("{path}?zaak={}&informatieobject={}", query(&case.url), query(document));
        if let Some(there) = self.api.list(&look, errand.now).await?.first() {
            return url_in(there);
        }
        let body = json!({ "zaak": case.url, "informatieobject": document, "titel": "Aanvraag" });
        url_in(&self.api.post(path, &body, errand.now).await?)
    }

    async fn status(&self, errand: &Errand<'_>, case: &Case, time: &str) -> Result<String, Obstacle> {
        let path = "/zaken/api/v1/statussen";
        let look = format!("{path}?zaak={}", query(&case.url));
        // Whatever status it has, somebody at the municipality may have gone on with it.
        if let Some(there) = self.api.list(&look, errand.now).await?.first() {
            return url_in(there);
        }
        let case_type = self.types.at(self.place(errand), &case.zaaktype).await?;
        let body =
            json!({ "zaak": case.url, "statustype": case_type.first_status, "datumStatusGezet": time });
        url_in(&self.api.post(path, &body, errand.now).await?)
    }

    async fn payment(&self, errand: &Errand<'_>, case: &Case) -> Result<String, Obstacle> {
        let path = format!("/zaken/api/v1/zaken/{}", id_of(&case.url)?);
        let there = self.api.get(&path, errand.now).await?;
        if there["betalingsindicatie"].as_str() != Some("geheel") {
            let paid_at = errand.stored.committed_at.min(errand.stored.received_at);
            let body = json!({ "betalingsindicatie": "geheel", "laatsteBetaaldatum": paid_at.to_string() });
            self.api.patch(&path, &body, errand.now).await?;
        }
        Ok("geheel".into())
    }
}

/// The properties that a case gets, by their addresses, with their values. One that the type lost since the case was
/// begun is left out: it stands in the document.
fn wanted(errand: &Errand<'_>, case_type: &CaseType) -> Result<Vec<(String, String)>, Obstacle> {
    let Some(Destination::OpenZaak { properties, .. }) = &errand.task.destination else {
        return Err(Obstacle::Refused(ParkReason::NoSuchTask));
    };
    let value = |(name, question): &(String, String)| {
        let property = case_type.properties.get(name)?;
        Some((property.url.clone(), parts::value_of(errand, question, property.format)?))
    };
    Ok(properties.iter().filter_map(value).collect())
}

/// Each property of a case: its type, and its own address.
fn properties_in(list: &[Value]) -> Result<Vec<(String, String)>, Obstacle> {
    list.iter().map(|value| Ok((text(value, "eigenschap")?.to_owned(), url_in(value)?))).collect()
}

fn case_in(value: &Value) -> Result<String, Obstacle> {
    let case = Case { url: text(value, "url")?.to_owned(), zaaktype: text(value, "zaaktype")?.to_owned() };
    serde_json::to_string(&case).map_err(|_| Obstacle::Unknown)
}

fn url_in(value: &Value) -> Result<String, Obstacle> {
    text(value, "url").map(str::to_owned)
}

/// The result of a step before this one.
fn done<'a>(errand: &Errand<'a>, step: &str) -> Result<&'a str, Obstacle> {
    errand.journal.get(step).map(String::as_str).ok_or(Obstacle::Unknown)
}

/// The id at the end of an address of Open Zaak. The rest of the address is not believed: the key goes only where the
/// settings say.
fn id_of(url: &str) -> Result<Uuid, Obstacle> {
    url.rsplit('/').next().and_then(|id| id.parse().ok()).ok_or(Obstacle::Unknown)
}
