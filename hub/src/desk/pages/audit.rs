//! Who saw and did what, for administrators. Invariant: the log is only read here.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::super::texts::{AccessTexts, Lang};
use super::super::times::{Moment, day_begins};
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::store::{AuditFilter, Deed, Noted};

/// Rows on a page.
const ROWS: u32 = 100;

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct AuditQuery {
    #[serde(default)]
    who: String,
    #[serde(default)]
    deed: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    before: Option<u64>,
}

/// The log.
#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    w: &'static AccessTexts,
    query: AuditQuery,
    deeds: Vec<DeedChoice>,
    rows: Vec<Row>,
    problem: Option<&'static str>,
    /// The filter, and behind which entry to go on.
    older: Option<u64>,
}

struct DeedChoice {
    word: &'static str,
    text: &'static str,
    chosen: bool,
}

struct Row {
    number: u64,
    at: Moment,
    who: String,
    deed: &'static str,
    about: String,
    detail: String,
}

pub(in super::super) async fn audit(
    visitor: Visitor,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let w = visitor.lang.access_texts();
    let (filter, problem) = match query.filter() {
        Some(filter) => (filter, None),
        None => (AuditFilter::default(), Some(w.not_a_day)),
    };
    let entries = visitor.desk.ask(move |store| store.audit(&filter, ROWS)).await;
    visitor.answer(entries.map(|entries| render(&page(&visitor, query, entries, problem))))
}

impl AuditQuery {
    /// The filter; nothing when a day is none.
    fn filter(&self) -> Option<AuditFilter> {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let day = |text: &str| typed(text).map(|text| text.parse::<Date>()).transpose().ok();
        let after = |day: Date| day.tomorrow().ok().and_then(day_begins);
        Some(AuditFilter {
            who: typed(&self.who),
            deed: Deed::parse(&self.deed),
            about: typed(&self.about).map(as_kept),
            from: day(&self.from)?.and_then(day_begins),
            until: day(&self.to)?.and_then(after),
            before: self.before,
        })
    }
}

/// A reference as it stands in the log, however it was typed.
fn as_kept(typed: String) -> String {
    typed.parse::<zuil_wire::Reference>().map_or(typed, |reference| reference.to_string())
}

fn page(
    visitor: &Visitor,
    query: AuditQuery,
    entries: Vec<Noted>,
    problem: Option<&'static str>,
) -> AuditPage {
    let (lang, now) = (visitor.lang, Timestamp::now());
    let choice = |deed: Deed| DeedChoice {
        word: deed.as_str(),
        text: lang.deed(deed),
        chosen: query.deed == deed.as_str(),
    };
    let older = entries.last().map(|noted| noted.number).filter(|_| entries.len() == ROWS as usize);
    AuditPage {
        frame: visitor.frame(Section::Audit),
        w: lang.access_texts(),
        deeds: Deed::ALL.into_iter().map(choice).collect(),
        rows: entries.into_iter().map(|noted| row(noted, lang, now)).collect(),
        query,
        problem,
        older,
    }
}

fn row(noted: Noted, lang: Lang, now: Timestamp) -> Row {
    let Noted { number, entry, .. } = noted;
    Row {
        number,
        at: Moment::new(entry.at, now, lang),
        who: entry.who,
        deed: lang.deed(entry.deed),
        about: entry.about,
        detail: entry.detail,
    }
}
