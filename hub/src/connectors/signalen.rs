//! Signalen: reports about public space, sent as any resident may (2.50). Invariant: a report is sent only when the
//! system answers and knows its category, at the pace that it allows, and never again unless it is known that it was
//! not taken: nothing there is unique, and nobody without a key can look. Its text does not tell who it is from: how
//! they are reached stands apart, where not all who deal with it read it, and their name stays at the hub.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use zuil_catalogue::Destination;

use super::api::{Api, Key, text};
use super::point::{Places, Spot, spot};
use super::told;
use super::{Connector, Errand, Obstacle, SignalenConfig};
use crate::handover::courier::Courier;
use crate::store::{Pace, ParkReason, Progress, System};

/// The report itself.
const REPORT: &str = "melding";
/// Where reports are sent.
const REPORTS: &str = "/signals/v1/public/signals/";
/// What they can be about.
const CATEGORIES: &str = "/signals/v1/public/terms/categories";
/// The most characters of a report.
const TEXT: usize = 3000;
/// The most characters of a status that are kept.
const WORDS: usize = 80;
/// The most characters of a telephone number.
const PHONE: usize = 17;
/// The most characters of an e-mail address.
const EMAIL: usize = 254;
/// The time in which Signalen counts reports, and how long one may be on its way there.
const WINDOW: SignedDuration = SignedDuration::from_mins(61);

/// Signalen.
pub struct Signalen {
    api: Api,
    point: [f64; 2],
    places: Places,
    per_hour: u32,
}

/// The result of [`REPORT`].
#[derive(Debug, Default, Serialize, Deserialize)]
struct Report {
    /// Such as `SIG-12`; nothing when the answer broke off.
    number: Option<String>,
    /// By which its status can be asked.
    id: Option<String>,
}

impl Signalen {
    /// Signalen with the settings of the hub.
    #[must_use]
    pub fn new(config: &SignalenConfig, places: Places, courier: Arc<dyn Courier>) -> Self {
        let base = config.url.trim_end_matches('/').to_owned();
        let api = Api { courier, name: "Signalen", base, key: Key::None };
        Self { api, point: config.point, places, per_hour: config.per_hour }
    }

    async fn report(&self, errand: &Errand<'_>) -> Result<String, Obstacle> {
        let body = self.body(errand)?;
        let answer = self.api.send(Method::POST, REPORTS, Some(&body), errand.now).await?;
        if !answer.status().is_success() {
            self.api.judge(&Method::POST, REPORTS, &answer)?;
        }
        // It was taken, also when the rest of the answer is lost.
        let report = serde_json::from_slice(answer.body()).map(|taken| report_in(&taken)).unwrap_or_default();
        serde_json::to_string(&report).map_err(|_| Obstacle::Unknown)
    }

    fn body(&self, errand: &Errand<'_>) -> Result<Value, Obstacle> {
        let Some(Destination::Signalen { category: question, .. }) = &errand.task.destination else {
            return Err(Obstacle::Refused(ParkReason::NoSuchTask));
        };
        let (main, sub) = category(errand)?;
        let mut reporter = json!({});
        if let Some(email) = told::email(errand).filter(|email| email.chars().count() <= EMAIL) {
            reporter["email"] = json!(email);
        }
        if let Some(phone) = told::phone(errand).filter(|phone| phone.chars().count() <= PHONE) {
            reporter["phone"] = json!(phone);
        }
        let Spot { point, words } = self.spot(errand);
        Ok(json!({
            "text": told::as_report(errand, question, &words, TEXT),
            // Where exactly stands in the text, in the resident's words.
            "location": { "geometrie": { "type": "Point", "coordinates": point } },
            "category": { "category_url": format!("{CATEGORIES}/{main}/sub_categories/{sub}") },
            "reporter": reporter,
            "incident_date_start": told::asked_at(errand).to_string(),
        }))
    }

    fn spot(&self, errand: &Errand<'_>) -> Spot {
        let named = if let Some(Destination::Signalen { place, .. }) = &errand.task.destination {
            let question = errand.task.questions.iter().find(|question| question.id == *place);
            let answer = errand.content.answers.iter().find(|line| line.question == *place);
            question.zip(answer).map(|(question, line)| (&question.kind, line.value.as_str()))
        } else {
            None
        };
        spot(named, &errand.stored.pillar, &(self.places)(), self.point)
    }

    /// Whether it has the category, as far as that can be read.
    async fn knows(&self, main: &str, sub: &str, errand: &Errand<'_>) -> Result<bool, Obstacle> {
        let all = self.api.get(&format!("{CATEGORIES}/"), errand.now).await?;
        let results = all["results"].as_array().ok_or(Obstacle::Unknown)?;
        let found = results.iter().find(|one| one["slug"].as_str() == Some(main));
        let goes_on = all["_links"]["next"]["href"].is_string();
        let Some(subs) = found.and_then(|main| main["sub_categories"].as_array()) else { return Ok(goes_on) };
        Ok(subs.iter().any(|one| one["slug"].as_str() == Some(sub)))
    }
}

#[async_trait]
impl Connector for Signalen {
    fn system(&self) -> System {
        System::Signalen
    }

    fn steps(&self, _errand: &Errand<'_>) -> Vec<&'static str> {
        vec![REPORT]
    }

    fn is_blind(&self, _step: &str) -> bool {
        true
    }

    fn pace(&self) -> Option<Pace> {
        Some(Pace { most: self.per_hour, window: WINDOW })
    }

    async fn prepare(&self, _step: &str, errand: &Errand<'_>) -> Result<(), Obstacle> {
        let (main, sub) = category(errand)?;
        if self.knows(main, sub, errand).await? {
            Ok(())
        } else {
            Err(Obstacle::Refused(ParkReason::CategoryMissing))
        }
    }

    async fn take(&self, _step: &str, errand: &Errand<'_>) -> Result<String, Obstacle> {
        self.report(errand).await
    }

    fn case_number(&self, errand: &Errand<'_>) -> Option<String> {
        let report: Report = serde_json::from_str(errand.journal.get(REPORT)?).ok()?;
        report.number
    }

    fn address(&self, errand: &Errand<'_>) -> Option<String> {
        let report: Report = serde_json::from_str(errand.journal.get(REPORT)?).ok()?;
        report.id
    }

    async fn look(&self, address: &str, now: Timestamp) -> Result<Progress, Obstacle> {
        let id: Uuid = address.parse().map_err(|_| Obstacle::Refused(ParkReason::WrongAddress))?;
        let report = self.api.get(&format!("{REPORTS}{id}"), now).await?;
        let status = &report["status"];
        Ok(Progress {
            words: told::shortened(text(status, "state_display")?, WORDS),
            since: text(&report, "updated_at")?.parse().map_err(|_| Obstacle::Unknown)?,
            is_done: text(status, "state")? == "CLOSED",
        })
    }
}

/// Main and sub category of what the resident chose.
fn category<'a>(errand: &Errand<'a>) -> Result<(&'a str, &'a str), Obstacle> {
    let Some(Destination::Signalen { category, categories, .. }) = &errand.task.destination else {
        return Err(Obstacle::Refused(ParkReason::NoSuchTask));
    };
    let chosen = errand.content.answers.iter().find(|line| line.question == *category);
    let found = chosen.and_then(|line| categories.iter().find(|(option, _)| *option == line.value));
    let slug = found.and_then(|(_, slug)| slug.split_once('/'));
    slug.ok_or(Obstacle::Refused(ParkReason::CategoryMissing))
}

fn report_in(taken: &Value) -> Report {
    let plain = |key: &str| taken[key].as_str().filter(|text| text.len() <= 80).map(str::to_owned);
    Report { number: plain("id_display"), id: plain("signal_id") }
}
