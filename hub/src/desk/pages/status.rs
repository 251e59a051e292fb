//! How a request stands, for the resident who has its reference. Invariant: it tells nothing of the resident, and nobody finds
//! a reference by guessing: an address has so many in a quarter of an hour, and who asks for the same one waits longer each time.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use zuil_wire::Reference;

use super::super::attempts::{Asker, TooEarly};
use super::super::texts::StatusTexts;
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::super::{Desk, Failure};
use crate::lookup::{self, Looked};
use crate::store::{AttemptKey, Progress, Tried};

/// The page.
#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    w: &'static StatusTexts,
    typed: String,
    problem: Option<String>,
    found: Option<Found>,
}

/// How a request stands.
struct Found {
    reference: Reference,
    /// What it was, as it is called in Dutch; nothing when its content was deleted.
    errand: Option<String>,
    state: &'static str,
    meaning: &'static str,
    received: Moment,
    case_number: Option<String>,
    /// How far it is in the municipality's own system, in its words, and since when.
    progress: Option<(String, Moment)>,
}

/// What somebody typed.
#[derive(Default, Deserialize)]
pub(in super::super) struct StatusForm {
    #[serde(default)]
    reference: String,
}

/// The page that asks for the reference.
pub(in super::super) async fn status_form(visitor: Visitor) -> Response {
    render(&page(&visitor, String::new(), None, None))
}

/// The page that tells how a request stands, or why it cannot.
pub(in super::super) async fn status(
    visitor: Visitor,
    Asker { peer, headers, now }: Asker,
    form: Result<Form<StatusForm>, FormRejection>,
) -> Response {
    let StatusForm { reference: typed } = form.map(|Form(form)| form).unwrap_or_default();
    let lang = visitor.lang;
    let again = |status: StatusCode, problem: String| {
        let typed = typed.chars().take(40).collect();
        (status, render(&page(&visitor, typed, Some(problem), None))).into_response()
    };
    let reference = match typed.parse::<Reference>() {
        Ok(reference) => reference,
        Err(error) => return again(StatusCode::OK, lang.not_a_reference(&error)),
    };
    let desk = &visitor.desk;
    let address = desk.address_of(peer, &headers);
    let veil = desk.folder.vault.veil();
    let keys = [veil.from(Tried::LookUpFrom, address), veil.named(Tried::LookUpOf, &reference.compact())];
    match desk.begin(keys.to_vec(), now).await {
        Ok(Ok(())) => {}
        Ok(Err(TooEarly { wait })) => {
            return again(StatusCode::TOO_MANY_REQUESTS, lang.too_many_attempts(wait.as_secs()));
        }
        Err(failure) => return visitor.answer(Err(failure)),
    }
    match look_up(desk, reference, keys).await {
        Ok(Some((looked, progress))) => {
            let found = found(&visitor, looked, progress, now);
            render(&page(&visitor, String::new(), None, Some(found)))
        }
        Ok(None) => again(StatusCode::OK, lang.status_texts().not_known.to_owned()),
        Err(failure) => visitor.answer(Err(failure)),
    }
}

/// The request, and how far it is elsewhere. Who knew it has not guessed.
async fn look_up(
    desk: &Desk,
    reference: Reference,
    keys: [AttemptKey; 2],
) -> Result<Option<(Looked, Option<Progress>)>, Failure> {
    let looked = desk.ask_and_open(move |store, keys| {
        let Some(looked) = lookup::look_up(store, keys, reference)? else { return Ok(None) };
        Ok(Some((looked, store.progress(reference)?)))
    });
    let looked = looked.await?;
    if looked.is_some() {
        desk.knew_one(keys).await?;
    }
    Ok(looked)
}

fn found(visitor: &Visitor, looked: Looked, progress: Option<Progress>, now: Timestamp) -> Found {
    let lang = visitor.lang;
    Found {
        reference: looked.reference,
        errand: looked.errand.map(|errand| errand.title),
        state: lang.state(looked.state),
        meaning: lang.meaning_for_residents(looked.state, looked.payment, looked.case_number.is_some()),
        received: Moment::new(looked.received_at, now, lang),
        case_number: looked.case_number,
        progress: progress.map(|told| (told.words, Moment::new(told.since, now, lang))),
    }
}

fn page(visitor: &Visitor, typed: String, problem: Option<String>, found: Option<Found>) -> StatusPage {
    StatusPage {
        frame: Frame { find: false, ..visitor.frame(Section::Other) },
        w: visitor.lang.status_texts(),
        typed,
        problem,
        found,
    }
}
