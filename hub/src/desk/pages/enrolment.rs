//! Codes with which pillars are enrolled, for technicians. Invariant: a code is on one page, once, and nowhere else;
//! whoever opens that page again sees how the code stands, and not the code.

use askama::Template;
use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zeroize::Zeroizing;
use zuil_wire::enrolment::{CodeId, EnrolmentCode};

use super::super::Failure;
use super::super::texts::{EnrolmentTexts, Lang};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use crate::authority;
use crate::data_folder::DataFolder;
use crate::fleet::{self, CodeError, New};
use crate::qr::{self, Picture};
use crate::store::{Enrolment, StoreError};

/// For how many days codes are listed.
const LISTED_DAYS: i64 = 7;

/// All codes of the last days, and a form for another one.
#[derive(Template)]
#[template(path = "enrolments.html")]
struct EnrolmentsPage {
    frame: Frame,
    w: &'static EnrolmentTexts,
    rows: Vec<Row>,
    form: NewCode,
    /// The title of the form.
    title: String,
    problem: Option<String>,
}

/// How a code stands.
struct Row {
    id: String,
    pillar: String,
    place: String,
    state: Badge,
    detail: Option<String>,
    made_by: String,
    made: Moment,
    is_open: bool,
    used: bool,
}

/// One code: as it was made just now, or only how it stands.
#[derive(Template)]
#[template(path = "enrolment.html")]
struct EnrolmentPage {
    frame: Frame,
    w: &'static EnrolmentTexts,
    row: Row,
    sentence: String,
    shown: Option<Shown>,
}

/// What is typed, or read, at the pillar.
struct Shown {
    address: String,
    code: Zeroizing<String>,
    authority: String,
    qr: Option<Picture>,
}

/// What a code is to be made for, as it was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in super::super) struct NewCode {
    #[serde(default)]
    name: String,
    #[serde(default)]
    place: String,
    /// There when the pillar is to be enrolled again.
    #[serde(default)]
    again: String,
}

/// For which pillar the form is filled in.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct EnrolmentQuery {
    #[serde(default)]
    again: String,
}

impl From<CodeError> for Failure {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "no code could be made");
                Self::Unavailable
            }
        }
    }
}

pub(in super::super) async fn enrolments(
    visitor: Visitor,
    query: Result<Query<EnrolmentQuery>, QueryRejection>,
) -> Response {
    let again = query.map(|Query(query)| query.again).unwrap_or_default();
    let page = match again.as_str() {
        "" => show_all(&visitor, NewCode::default(), None).await,
        name => show_again(&visitor, name.to_owned()).await,
    };
    visitor.answer(page)
}

pub(in super::super) async fn make_code(
    visitor: Visitor,
    form: Result<Form<NewCode>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return visitor.answer(Err(Failure::NotFound)) };
    let page = make(&visitor, form).await;
    visitor.answer(page)
}

pub(in super::super) async fn enrolment(visitor: Visitor, Path(id): Path<String>) -> Response {
    let page = match id.parse::<CodeId>() {
        Ok(id) => {
            let found = visitor.desk.ask(move |store| store.enrolment(&id)).await;
            let found = found.and_then(|found| found.ok_or(Failure::NotFound));
            found.map(|found| show_one(&visitor, &found, None, Timestamp::now()))
        }
        Err(_) => Err(Failure::NotFound),
    };
    visitor.answer(page)
}

pub(in super::super) async fn cancel_code(visitor: Visitor, Path(id): Path<String>) -> Response {
    let by = visitor.who();
    let answer = match id.parse::<CodeId>() {
        Ok(code) => {
            let cancel = move |store: &dyn crate::store::Store| {
                let found = store.enrolment(&code)?;
                fleet::cancel_code(store, &code, &by, Timestamp::now())?;
                Ok(found)
            };
            let found = visitor.desk.ask(cancel).await.and_then(|found| found.ok_or(Failure::NotFound));
            // Also when it was used meanwhile: then the page says so.
            found.map(|_| Redirect::to(&format!("/enrolment/{code}")).into_response())
        }
        Err(_) => Err(Failure::NotFound),
    };
    visitor.answer(answer)
}

/// The form for a pillar that there is, with the place that was told last.
async fn show_again(visitor: &Visitor, name: String) -> Result<Response, Failure> {
    let of_it = name.clone();
    let place = visitor.desk.ask(move |store| {
        if !store.pillars()?.iter().any(|pillar| pillar.name == of_it) {
            return Ok(None);
        }
        let told = store.enrolments(Timestamp::UNIX_EPOCH)?.into_iter().find(|one| one.pillar == of_it);
        Ok(Some(told.map(|told| told.place).unwrap_or_default()))
    });
    let place = place.await?.ok_or(Failure::NotFound)?;
    show_all(visitor, NewCode { name, place, again: "yes".into() }, None).await
}

async fn make(visitor: &Visitor, form: NewCode) -> Result<Response, Failure> {
    let w = visitor.lang.enrolment_texts();
    if visitor.desk.intake_url.is_none() {
        return Ok(visitor.sorry(StatusCode::CONFLICT, w.no_address, w.no_address_help));
    }
    let (asked, by) = (form.clone(), visitor.who());
    let made = visitor.desk.ask(move |store| {
        let new = New { pillar: &asked.name, place: &asked.place, again: !asked.again.is_empty() };
        Ok::<_, StoreError>(fleet::make_code(store, new, &by, Timestamp::now()))
    });
    let (status, problem) = match made.await? {
        Ok((code, enrolment)) => {
            return Ok(show_one(visitor, &enrolment, Some(&code), Timestamp::now()));
        }
        Err(CodeError::Name) => (StatusCode::UNPROCESSABLE_ENTITY, w.not_a_name.to_owned()),
        Err(CodeError::Place) => (StatusCode::UNPROCESSABLE_ENTITY, w.no_place.to_owned()),
        Err(CodeError::NameTaken(name)) => (StatusCode::CONFLICT, visitor.lang.pillar_name_taken(&name)),
        Err(CodeError::OpenPayments(_)) => (StatusCode::CONFLICT, w.open_payments.to_owned()),
        Err(CodeError::NoSuchPillar(_)) => return Err(Failure::NotFound),
        Err(error) => return Err(error.into()),
    };
    Ok((status, show_all(visitor, form, Some(problem)).await?).into_response())
}

async fn show_all(visitor: &Visitor, form: NewCode, problem: Option<String>) -> Result<Response, Failure> {
    let (lang, now) = (visitor.lang, Timestamp::now());
    let since = now.saturating_sub(SignedDuration::from_hours(24 * LISTED_DAYS)).unwrap_or(now);
    let made = visitor.desk.ask(move |store| store.enrolments(since)).await?;
    let w = lang.enrolment_texts();
    let title = if form.again.is_empty() { w.new_title.to_owned() } else { lang.enrol_again(&form.name) };
    Ok(render(&EnrolmentsPage {
        frame: visitor.frame(Section::Pillars),
        w,
        rows: made.iter().map(|one| row(one, lang, now)).collect(),
        form,
        title,
        problem,
    }))
}

fn show_one(
    visitor: &Visitor,
    enrolment: &Enrolment,
    code: Option<&EnrolmentCode>,
    now: Timestamp,
) -> Response {
    let lang = visitor.lang;
    let row = row(enrolment, lang, now);
    let address = visitor.desk.intake_url.clone().unwrap_or_default();
    render(&EnrolmentPage {
        frame: visitor.frame(Section::Pillars),
        w: lang.enrolment_texts(),
        sentence: match (&enrolment.used, row.is_open) {
            (Some(_), _) => lang.is_enrolled(&enrolment.pillar),
            (None, true) => lang.code_waits_for(&enrolment.pillar, minutes_left(enrolment, now)),
            (None, false) => lang.enrolment_texts().make_another.to_owned(),
        },
        row,
        shown: code.map(|code| shown(address, code, &visitor.desk.folder)),
    })
}

fn shown(address: String, code: &EnrolmentCode, folder: &DataFolder) -> Shown {
    let print = folder.authority.certificate().map(|certificate| authority::fingerprint(&certificate));
    let authority: String = print.unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect();
    let code = Zeroizing::new(code.to_string());
    let link = Zeroizing::new(format!("zuil-enrol:?hub={address}&code={}&authority={authority}", *code));
    Shown { qr: qr::picture(&link), address, code, authority }
}

fn minutes_left(enrolment: &Enrolment, now: Timestamp) -> i64 {
    let left = enrolment.expires_at.duration_since(now).as_secs();
    (left + 59) / 60
}

fn row(enrolment: &Enrolment, lang: Lang, now: Timestamp) -> Row {
    let w = lang.enrolment_texts();
    let (state, detail) = if let Some(used) = &enrolment.used {
        (Badge { kind: "good", text: w.used }, Some(Moment::new(used.at, now, lang).text))
    } else if enrolment.is_open(now) {
        (Badge { kind: "waits", text: w.waits }, Some(lang.minutes_left(minutes_left(enrolment, now))))
    } else if enrolment.cancelled_at.is_some() {
        (Badge { kind: "unknown", text: w.cancelled }, None)
    } else if now >= enrolment.expires_at {
        (Badge { kind: "unknown", text: w.expired }, None)
    } else {
        (Badge { kind: "bad", text: w.too_many_tries }, None)
    };
    Row {
        id: enrolment.keys.id.to_string(),
        pillar: enrolment.pillar.clone(),
        place: enrolment.place.clone(),
        state,
        detail,
        made_by: enrolment.made_by.clone(),
        made: Moment::new(enrolment.made_at, now, lang),
        is_open: enrolment.is_open(now),
        used: enrolment.used.is_some(),
    }
}
