//! Answers that editors are writing: begun with one click from what residents did not find, checked as the catalogue's
//! own check does, and taken away as a file. Invariant: nothing here publishes anything, and nobody writes over what a
//! colleague wrote without having seen it.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::FormRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use zuil_catalogue::{Language, Mistake, Product};

use super::super::Failure;
use super::super::texts::{DraftTexts, Lang};
use super::super::times::{Moment, today};
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::drafting::{self, Report};
use crate::store::{AnswerDraft, Deed, Entry, Rewritten, Store, StoreError};

/// The most characters of a question, as pillars tell them.
const QUESTION: usize = 80;

/// All drafts.
#[derive(Template)]
#[template(path = "drafts.html")]
struct DraftsPage {
    frame: Frame,
    w: &'static DraftTexts,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    question: String,
    code: String,
    changed_by: String,
    changed: Moment,
    state: &'static str,
}

/// One draft.
#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    frame: Frame,
    w: &'static DraftTexts,
    draft: AnswerDraft,
    /// The most letters that a browser lets somebody type; what has more bytes than that is shown again.
    most: usize,
    /// The moment at which it was seen, for the form.
    seen: i64,
    changed: Moment,
    done: Option<Moment>,
    /// What somebody typed that was not kept, instead of what is.
    typed: Option<String>,
    problem: Option<String>,
    check: Check,
}

/// What the check says.
enum Check {
    /// Nothing is published with which it could be checked.
    NoCatalogue,
    /// It has mistakes.
    Mistakes(Vec<Found>),
    /// It can be put into the catalogue: what residents read, and what could be better.
    Fine(Preview, Vec<Found>),
}

struct Found {
    place: String,
    what: String,
    remedy: String,
}

/// What residents would read.
struct Preview {
    title: String,
    answers: Vec<(String, String, String)>,
}

/// A question to which somebody begins an answer.
#[derive(Deserialize)]
pub(in super::super) struct Begin {
    #[serde(default)]
    question: String,
    #[serde(default)]
    language: String,
}

/// Begins an answer to a question, or opens the one that was begun to it.
pub(in super::super) async fn begin_draft(
    visitor: Visitor,
    form: Result<Form<Begin>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return visitor.answer(Err(Failure::NotFound)) };
    visitor.answer(begin(&visitor, form).await)
}

async fn begin(visitor: &Visitor, form: Begin) -> Result<Response, Failure> {
    let Begin { question, language } = form;
    let question: String = question.trim().chars().filter(|c| !c.is_control()).take(QUESTION).collect();
    if question.is_empty() || Language::from_code(&language).is_none() {
        return Err(Failure::NotFound);
    }
    let (who, now) = (visitor.who(), Timestamp::now());
    let id =
        visitor.desk.ask(move |store| begin_in(store, (question.as_str(), language.as_str()), &who, now));
    Ok(Redirect::to(&format!("/drafts/{}", id.await?)).into_response())
}

/// The id of the draft of an answer to a question in a language.
fn begin_in(
    store: &dyn Store,
    (question, language): (&str, &str),
    who: &str,
    now: Timestamp,
) -> Result<String, StoreError> {
    // A colleague may begin one of the same name meanwhile; then it is looked up again.
    loop {
        let known = store.drafts()?;
        let is_it = |draft: &&AnswerDraft| draft.question == question && draft.language == language;
        if let Some(begun) = known.iter().find(is_it) {
            return Ok(begun.id.clone());
        }
        let id = drafting::name_for(question, |name| known.iter().any(|draft| draft.id == name));
        let by = (who.to_owned(), now);
        let draft = AnswerDraft {
            text: drafting::begin(&id, question, language, today(now)),
            id,
            question: question.to_owned(),
            language: language.to_owned(),
            made: by.clone(),
            changed: by,
            done_at: None,
        };
        store.note(&Entry::new(now, who, Deed::Drafted, &draft.id).with("begun"))?;
        if store.add_draft(&draft)? {
            return Ok(draft.id);
        }
    }
}

pub(in super::super) async fn drafts(visitor: Visitor) -> Response {
    let (lang, now) = (visitor.lang, Timestamp::now());
    let drafts = visitor.desk.ask(|store| store.drafts()).await;
    let row = |draft: AnswerDraft| Row {
        id: draft.id,
        question: draft.question,
        code: draft.language,
        changed_by: draft.changed.0,
        changed: Moment::new(draft.changed.1, now, lang),
        state: lang.draft_state(draft.done_at.is_some()),
    };
    visitor.answer(drafts.map(|drafts| {
        let rows = drafts.into_iter().map(row).collect();
        render(&DraftsPage { frame: visitor.frame(Section::Questions), w: lang.draft_texts(), rows })
    }))
}

pub(in super::super) async fn draft(visitor: Visitor, Path(id): Path<String>) -> Response {
    let shown = show(&visitor, &id, None).await;
    visitor.answer(shown)
}

/// What somebody typed that was not kept, and why.
enum NotKept {
    /// Somebody else changed the draft meanwhile.
    Meanwhile(String),
    /// It is too large.
    TooLarge(String),
}

/// The page of a draft; with what somebody typed that was not kept.
async fn show(visitor: &Visitor, id: &str, not_kept: Option<NotKept>) -> Result<Response, Failure> {
    let (lang, now, id) = (visitor.lang, Timestamp::now(), id.to_owned());
    let draft = visitor.desk.ask(move |store| store.draft(&id)).await?.ok_or(Failure::NotFound)?;
    let (status, typed, problem) = match not_kept {
        None => (StatusCode::OK, None, None),
        Some(NotKept::Meanwhile(typed)) => {
            (StatusCode::OK, Some(typed), Some(lang.changed_meanwhile(&draft.changed.0)))
        }
        Some(NotKept::TooLarge(typed)) => {
            let problem = lang.draft_too_large(typed.len().div_ceil(1024), drafting::LARGEST / 1024);
            (StatusCode::PAYLOAD_TOO_LARGE, Some(typed), Some(problem))
        }
    };
    let text = typed.clone().unwrap_or_else(|| draft.text.clone());
    let check = check(visitor, &draft.id, text).await?;
    let page = render(&DraftPage {
        frame: visitor.frame(Section::Questions),
        w: lang.draft_texts(),
        most: drafting::LARGEST,
        seen: draft.changed.1.as_microsecond(),
        changed: Moment::new(draft.changed.1, now, lang),
        done: draft.done_at.map(|at| Moment::new(at, now, lang)),
        draft,
        typed,
        problem,
        check,
    });
    Ok((status, page).into_response())
}

async fn check(visitor: &Visitor, id: &str, text: String) -> Result<Check, Failure> {
    let Some(published) = visitor.desk.catalogues().await.served else { return Ok(Check::NoCatalogue) };
    let (id, folder) = (id.to_owned(), std::sync::Arc::clone(&visitor.desk.folder));
    let report =
        tokio::task::spawn_blocking(move || drafting::check(&id, &text, &published, folder.authority.pem()));
    let Ok(Ok(Report { mistakes, warnings, product })) = report.await else {
        tracing::error!("a draft could not be checked");
        return Err(Failure::Unavailable);
    };
    let found = |list: Vec<Mistake>| list.into_iter().map(|one| found(one, visitor.lang)).collect();
    Ok(match product {
        Some(product) if mistakes.is_empty() => Check::Fine(preview(&product), found(warnings)),
        _ => Check::Mistakes(found(mistakes)),
    })
}

fn found(mistake: Mistake, lang: Lang) -> Found {
    let Mistake { file, line, what, remedy, .. } = mistake;
    Found { place: lang.line_of(line, &file), what, remedy }
}

fn preview(product: &Product) -> Preview {
    let nl = |text: &zuil_catalogue::Text| text.get(Language::Nl).to_owned();
    let answers = product.answers.iter();
    Preview {
        title: nl(&product.title),
        answers: answers
            .map(|answer| (drafting::first_question(answer).to_owned(), nl(&answer.short), nl(&answer.long)))
            .collect(),
    }
}

/// The text of a draft, and when it was seen.
#[derive(Deserialize)]
pub(in super::super) struct Rewrite {
    text: String,
    seen: i64,
}

/// Keeps the text of a draft.
pub(in super::super) async fn rewrite_draft(
    visitor: Visitor,
    Path(id): Path<String>,
    form: Result<Form<Rewrite>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return visitor.answer(Err(Failure::NotFound)) };
    visitor.answer(rewrite(&visitor, id, form).await)
}

async fn rewrite(visitor: &Visitor, id: String, form: Rewrite) -> Result<Response, Failure> {
    let Ok(seen) = Timestamp::from_microsecond(form.seen) else { return Err(Failure::NotFound) };
    // As browsers send it, lines end as on paper.
    let text = form.text.replace("\r\n", "\n");
    if text.len() > drafting::LARGEST {
        return show(visitor, &id, Some(NotKept::TooLarge(text))).await;
    }
    let (who, now, kept) = (visitor.who(), Timestamp::now(), text.clone());
    let named = id.clone();
    let rewritten = visitor.desk.ask(move |store| {
        if store.draft(&named)?.is_none_or(|draft| draft.changed.1 != seen) {
            return Ok(Rewritten::Meanwhile);
        }
        store.note(&Entry::new(now, &who, Deed::Drafted, &named).with("changed"))?;
        store.rewrite_draft(&named, &kept, seen, &who, now)
    });
    match rewritten.await? {
        Rewritten::Yes => Ok(Redirect::to(&format!("/drafts/{id}#check")).into_response()),
        Rewritten::Meanwhile => show(visitor, &id, Some(NotKept::Meanwhile(text))).await,
        Rewritten::NoSuchDraft => Err(Failure::NotFound),
    }
}

/// Notes that a draft is in the catalogue.
pub(in super::super) async fn finish_draft(visitor: Visitor, Path(id): Path<String>) -> Response {
    let (who, now) = (visitor.who(), Timestamp::now());
    let done = visitor.desk.ask(move |store| {
        if store.draft(&id)?.is_none() {
            return Ok(false);
        }
        store.note(&Entry::new(now, &who, Deed::Drafted, &id).with("done"))?;
        store.finish_draft(&id, now)
    });
    visitor.answer(done.await.and_then(back_to_all))
}

/// Deletes a draft.
pub(in super::super) async fn delete_draft(visitor: Visitor, Path(id): Path<String>) -> Response {
    let (who, now) = (visitor.who(), Timestamp::now());
    let deleted = visitor.desk.ask(move |store| {
        if store.draft(&id)?.is_none() {
            return Ok(false);
        }
        store.note(&Entry::new(now, &who, Deed::Drafted, &id).with("deleted"))?;
        store.delete_draft(&id)
    });
    visitor.answer(deleted.await.and_then(back_to_all))
}

fn back_to_all(was_there: bool) -> Result<Response, Failure> {
    if was_there { Ok(Redirect::to("/drafts").into_response()) } else { Err(Failure::NotFound) }
}

/// A draft as the file that belongs into the catalogue's folder.
pub(in super::super) async fn draft_file(visitor: Visitor, Path(id): Path<String>) -> Response {
    let draft = visitor.desk.ask(move |store| store.draft(&id)).await;
    let file =
        draft.and_then(|draft| draft.ok_or(Failure::NotFound)).map(|AnswerDraft { id, text, .. }| {
            let named = format!("attachment; filename=\"{id}.toml\"");
            let headers = [
                (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
                (header::CONTENT_DISPOSITION, named.as_str()),
            ];
            (headers, text).into_response()
        });
    visitor.answer(file)
}
