//! What residents asked, and did not find or found, for editors and agents: as a page, and for a spreadsheet.

mod found;

use std::fmt::Write as _;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;

pub(in super::super) use self::found::found_as_csv;
use self::found::{Counted, FoundPart, FoundQuery};
use super::super::Failure;
use super::super::texts::{DraftTexts, Lang, QuestionTexts};
use super::super::times::today;
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::store::{AskedInVain, Deed, Entry, QUESTIONS_KEPT_DAYS, Unfound, questions_since};

/// How many the page shows.
const ON_THE_PAGE: u32 = 200;
/// How many a download has: more than anybody reads.
const IN_A_DOWNLOAD: u32 = 10_000;

/// The page.
#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage {
    frame: Frame,
    w: &'static QuestionTexts,
    sentence: String,
    rows: Vec<Row>,
    /// What leads to drafts, for whoever may write them.
    drafts: Option<&'static DraftTexts>,
    /// That there are more.
    most_only: Option<String>,
    /// What was found.
    found: FoundPart,
}

/// What was asked in vain.
struct Row {
    words: String,
    /// The code, for the `lang` attribute.
    code: String,
    language: String,
    times: u64,
    pillars: u64,
    last_on: Date,
    last_words: String,
}

pub(in super::super) async fn questions(
    visitor: Visitor,
    query: Result<Query<FoundQuery>, QueryRejection>,
) -> Response {
    let (query, now) = (query.map(|Query(query)| query).unwrap_or_default(), Timestamp::now());
    let asked = asked(&visitor, query, now).await;
    visitor.answer(asked.map(|(unfound, counted)| render(&page(&visitor, unfound, &counted, now))))
}

/// What was asked in vain, and what was found.
async fn asked(visitor: &Visitor, query: FoundQuery, now: Timestamp) -> Result<(Unfound, Counted), Failure> {
    let unfound = visitor.desk.ask(move |store| store.questions(questions_since(now), ON_THE_PAGE)).await?;
    Ok((unfound, found::counted(visitor, query, now).await?))
}

pub(in super::super) async fn questions_as_csv(visitor: Visitor) -> Response {
    let now = Timestamp::now();
    let entry = Entry::new(now, &visitor.who(), Deed::Downloaded, "questions.csv");
    let unfound = visitor.desk.ask(move |store| {
        store.note(&entry)?;
        store.questions(questions_since(now), IN_A_DOWNLOAD)
    });
    let unfound = unfound.await;
    let w = visitor.lang.question_texts();
    let named = format!("attachment; filename=\"{}-{}.csv\"", w.download_name, today(now));
    visitor.answer(unfound.map(|unfound| {
        let headers =
            [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &named)];
        (headers, csv(w, &unfound.most)).into_response()
    }))
}

fn page(visitor: &Visitor, unfound: Unfound, counted: &Counted, now: Timestamp) -> QuestionsPage {
    let lang = visitor.lang;
    let Unfound { times, different, most } = unfound;
    let shown = most.len();
    QuestionsPage {
        frame: visitor.frame(Section::Questions),
        w: lang.question_texts(),
        sentence: lang.questions_sentence(QUESTIONS_KEPT_DAYS, times, different),
        rows: most.into_iter().map(|asked| row(asked, lang, today(now))).collect(),
        drafts: visitor
            .signed
            .as_ref()
            .filter(|signed| signed.may_open("/drafts"))
            .map(|_| lang.draft_texts()),
        most_only: (different > shown as u64).then(|| lang.most_often_only(shown)),
        found: found::part(lang, counted),
    }
}

fn row(asked: AskedInVain, lang: Lang, today: Date) -> Row {
    Row {
        language: lang.language_name(&asked.language),
        code: asked.language,
        last_words: lang.day(asked.last_on, today),
        words: asked.words,
        times: asked.times,
        pillars: asked.pillars,
        last_on: asked.last_on,
    }
}

/// As a Dutch spreadsheet opens it: semicolons, and a byte order mark so that it reads Arabic as Arabic. Words
/// have letters, spaces and apostrophes only and begin with a letter: none is taken for a formula.
fn csv(w: &QuestionTexts, most: &[AskedInVain]) -> String {
    let mut text = format!("\u{feff}{};{};{};{};{}\r\n", w.words, w.language, w.times, w.pillars, w.last_on);
    for AskedInVain { words, language, times, pillars, last_on } in most {
        let words = words.replace('"', "\"\"");
        // Writing into a text cannot fail.
        let _ = write!(text, "\"{words}\";{language};{times};{pillars};{last_on}\r\n");
    }
    text
}
