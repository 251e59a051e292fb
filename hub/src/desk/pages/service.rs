//! Service visits at a pillar: the code with which one begins, and what was done there. Invariant: a code is on one page,
//! once, for whoever showed anew who they are; it is in no address and no log.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;
use zuil_wire::ServiceCode;

use super::super::Failure;
use super::super::attempts::Asker;
use super::super::proof::{self, Asked, Proof};
use super::super::texts::{Lang, ServiceTexts};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use crate::access::vault::Vault;
use crate::service_codes::{self, Made, ServiceCodeError};
use crate::store::{KeptReadiness, KeptServiceEntry, MadeServiceCode, Store, StoreError, ready_since};

/// How much of what was done is shown.
const SHOWN: u32 = 100;

/// Service visits at a pillar.
#[derive(Template)]
#[template(path = "service.html")]
struct ServicePage {
    frame: Frame,
    w: &'static ServiceTexts,
    pillar: String,
    /// Whether codes can be made: it was not revoked.
    is_open: bool,
    hours: Vec<(u8, String)>,
    open_codes: Vec<String>,
    visits: Vec<VisitRow>,
    readiness: Option<ReadinessCard>,
}

/// Something that was done.
struct VisitRow {
    what: &'static str,
    when: Moment,
    outcome: Badge,
    who: Option<String>,
}

/// What a pillar found when it looked at itself.
struct ReadinessCard {
    sentence: String,
    when: Moment,
    findings: Vec<FindingRow>,
}

struct FindingRow {
    check: String,
    state: Badge,
    said: String,
}

/// A code, just made.
#[derive(Template)]
#[template(path = "service_code.html")]
struct CodePage {
    frame: Frame,
    w: &'static ServiceTexts,
    pillar: String,
    code: Zeroizing<String>,
    until: Moment,
}

/// What is chosen of a code, and what somebody shows.
#[derive(Deserialize)]
pub(in super::super) struct NewServiceCode {
    #[serde(default)]
    hours: String,
    #[serde(default)]
    proof: String,
}

/// What the page of a pillar says of service visits, to whoever may make codes.
pub(super) struct ServiceCard {
    pub w: &'static ServiceTexts,
    /// Whether the pillar found itself ready; nothing when it never told.
    pub sentence: Option<String>,
}

impl ServiceCard {
    pub(super) fn of(visitor: &Visitor, reports: &[KeptReadiness], now: Timestamp) -> Option<Self> {
        let sentence = (!reports.is_empty()).then(|| sentence(reports, visitor.lang, now));
        let card = Self { w: visitor.lang.service_texts(), sentence };
        visitor.may_open("/pillars/{name}/service").then_some(card)
    }
}

/// What the store knows.
struct Known {
    is_open: bool,
    key_number: Option<u32>,
    codes: Vec<MadeServiceCode>,
    entries: Vec<KeptServiceEntry>,
    readiness: Vec<KeptReadiness>,
}

impl Known {
    fn of(store: &dyn Store, name: &str) -> Result<Option<Self>, StoreError> {
        let Some(pillar) = store.pillars()?.into_iter().find(|pillar| pillar.name == name) else {
            return Ok(None);
        };
        Ok(Some(Self {
            is_open: pillar.revoked_at.is_none(),
            key_number: store.service_key(name)?.map(|key| key.number),
            codes: store.service_codes(name)?,
            entries: store.service_entries(name, SHOWN)?,
            readiness: store.readiness(name)?,
        }))
    }
}

pub(in super::super) async fn service(visitor: Visitor, Path(name): Path<String>) -> Response {
    let of = name.clone();
    let known = visitor.desk.ask(move |store| Known::of(store, &of)).await;
    let page = known.and_then(|known| known.ok_or(Failure::NotFound));
    let page = page.map(|known| render(&service_page(&visitor, name, &known, Timestamp::now())));
    visitor.answer(page)
}

pub(in super::super) async fn make_service_code(
    visitor: Visitor,
    Path(name): Path<String>,
    asker: Asker,
    form: Result<Form<NewServiceCode>, FormRejection>,
) -> Response {
    let Ok(Form(NewServiceCode { hours, proof: shown })) = form else {
        return visitor.answer(Err(Failure::NotFound));
    };
    let chosen = hours.parse::<u8>().ok().filter(|hours| ServiceCode::HOURS.contains(hours));
    let Some(chosen) = chosen else { return visitor.answer(Err(Failure::NotFound)) };
    let button = visitor.lang.service_texts().make;
    let action = format!("{}/code", path_of(&name));
    let asked = Asked { action, kept: vec![("hours", hours)], button };
    let deed = async {
        let (by, of, now) = (visitor.who(), name.clone(), asker.now);
        let make =
            move |store: &dyn Store, vault: &Vault| service_codes::make(store, vault, &of, chosen, &by, now);
        match asking(&visitor, make).await? {
            Ok(made) => Ok(code_page(&visitor, name.clone(), &made)),
            Err(error) => refused(&visitor, error),
        }
    };
    proof::then(&visitor, &asker, shown, asked, deed).await
}

pub(in super::super) async fn void_service_codes(
    visitor: Visitor,
    Path(name): Path<String>,
    asker: Asker,
    form: Result<Form<Proof>, FormRejection>,
) -> Response {
    let button = visitor.lang.service_texts().void;
    let asked = Asked { action: format!("{}/void", path_of(&name)), kept: Vec::new(), button };
    let deed = async {
        let (by, of, now) = (visitor.who(), name.clone(), asker.now);
        let void = move |store: &dyn Store, vault: &Vault| service_codes::void(store, vault, &of, &by, now);
        match asking(&visitor, void).await? {
            Ok(()) => Ok(Redirect::to(&path_of(&name)).into_response()),
            Err(error) => refused(&visitor, error),
        }
    };
    proof::then(&visitor, &asker, Proof::of(form), asked, deed).await
}

/// Does something with store and vault, on a thread where it may block.
async fn asking<T: Send + 'static>(
    visitor: &Visitor,
    deed: impl FnOnce(&dyn Store, &Vault) -> Result<T, ServiceCodeError> + Send + 'static,
) -> Result<Result<T, ServiceCodeError>, Failure> {
    let folder = Arc::clone(&visitor.desk.folder);
    let done = tokio::task::spawn_blocking(move || deed(&*folder.store, &folder.vault)).await;
    done.map_err(|_| Failure::Unavailable)
}

fn refused(visitor: &Visitor, error: ServiceCodeError) -> Result<Response, Failure> {
    let w = visitor.lang.service_texts();
    match error {
        ServiceCodeError::NoSuchPillar(_) => Err(Failure::NotFound),
        ServiceCodeError::Store(error) => Err(error.into()),
        error => {
            tracing::error!(%error, "no service code could be made");
            Ok(visitor.sorry(StatusCode::CONFLICT, w.cannot, w.cannot_help))
        }
    }
}

/// Where the service visits of a pillar are. A name that is no pillar's leads nowhere, whatever is in it.
fn path_of(pillar: &str) -> String {
    let safe = |sign: &char| sign.is_ascii_alphanumeric() || *sign == '-';
    format!("/pillars/{}/service", pillar.chars().filter(safe).collect::<String>())
}

fn code_page(visitor: &Visitor, pillar: String, made: &Made) -> Response {
    render(&CodePage {
        frame: visitor.frame(Section::Pillars),
        w: visitor.lang.service_texts(),
        pillar,
        code: Zeroizing::new(made.code.groups()),
        until: Moment::dated(made.until, visitor.lang),
    })
}

fn service_page(visitor: &Visitor, pillar: String, known: &Known, now: Timestamp) -> ServicePage {
    let lang = visitor.lang;
    let opens = |code: &&MadeServiceCode| Some(code.key_number) == known.key_number && code.valid_until > now;
    let open_code = |code: &MadeServiceCode| {
        lang.open_service_code(&code.made_by, &Moment::new(code.valid_until, now, lang).text)
    };
    ServicePage {
        frame: visitor.frame(Section::Pillars),
        w: lang.service_texts(),
        pillar,
        is_open: known.is_open,
        hours: ServiceCode::HOURS.map(|hours| (hours, lang.hours(hours))).into(),
        open_codes: known.codes.iter().filter(opens).map(open_code).collect(),
        visits: known.entries.iter().map(|kept| visit_row(kept, &known.codes, lang, now)).collect(),
        readiness: readiness_card(&known.readiness, lang, now),
    }
}

fn visit_row(kept: &KeptServiceEntry, codes: &[MadeServiceCode], lang: Lang, now: Timestamp) -> VisitRow {
    let (kind, text) = lang.service_outcome(kept.entry.deed, kept.entry.outcome);
    VisitRow {
        what: lang.service_deed(kept.entry.deed),
        when: Moment::new(kept.entry.at, now, lang),
        outcome: Badge { kind, text },
        who: kept.code(codes).map(|code| code.made_by.clone()),
    }
}

fn readiness_card(reports: &[KeptReadiness], lang: Lang, now: Timestamp) -> Option<ReadinessCard> {
    let newest = reports.first()?;
    let rows = newest.report.findings.iter().map(|finding| {
        let (kind, text) = lang.readiness(finding.state);
        FindingRow { check: finding.check.clone(), state: Badge { kind, text }, said: finding.said.clone() }
    });
    Some(ReadinessCard {
        sentence: sentence(reports, lang, now),
        when: Moment::new(newest.received_at, now, lang),
        findings: rows.collect(),
    })
}

/// Whether a pillar is ready, of its reports.
fn sentence(reports: &[KeptReadiness], lang: Lang, now: Timestamp) -> String {
    ready_since(reports).map_or_else(
        || lang.service_texts().not_ready.to_owned(),
        |since| lang.ready_since(&Moment::new(since, now, lang).text),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_no_other_page() {
        assert_eq!(path_of("jumbo-2"), "/pillars/jumbo-2/service");
        assert_eq!(path_of("..//evil\r\nx: y"), "/pillars/evilxy/service");
    }
}
