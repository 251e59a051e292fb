//! Which answers residents found, by pillar and period: a part of the page of questions, and for a spreadsheet.
//! Invariant: an answer that the catalogue has no more keeps its counts and is shown by its id; that it is gone is said
//! only where a catalogue could be read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::{Span, Timestamp};
use serde::Deserialize;
use zuil_catalogue::{Catalogue, Language};

use super::super::super::Failure;
use super::super::super::texts::{FoundTexts, Lang};
use super::super::super::times::today;
use super::super::super::visitor::Visitor;
use crate::drafting::first_question;
use crate::spreadsheet::quoted;
use crate::store::{Deed, Entry, FoundAnswer};

/// The periods that can be asked for, in days. Counts are kept for the last of them.
const PERIODS: [i64; 3] = [7, 30, 90];
/// The period that is shown first.
const PERIOD: i64 = 30;
/// How many answers the page shows.
const ON_THE_PAGE: usize = 100;

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::desk) struct FoundQuery {
    #[serde(default)]
    days: Option<i64>,
    #[serde(default)]
    pillar: String,
}

impl FoundQuery {
    fn days(&self) -> i64 {
        self.days.filter(|days| PERIODS.contains(days)).unwrap_or(PERIOD)
    }
}

/// The part of the page.
pub(super) struct FoundPart {
    pub(super) w: &'static FoundTexts,
    pub(super) periods: Vec<Choice>,
    pub(super) pillars: Vec<Choice>,
    pub(super) sentence: String,
    pub(super) rows: Vec<Row>,
    /// That there are more.
    pub(super) most_only: Option<String>,
    pub(super) days: i64,
    pub(super) pillar: String,
}

pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) chosen: bool,
}

/// An answer.
pub(super) struct Row {
    /// Its question in Dutch, or its id.
    pub(super) title: String,
    /// Whether the catalogue has it.
    pub(super) is_known: bool,
    /// The product, or that it is gone.
    pub(super) detail: String,
    pub(super) times: u64,
    pub(super) languages: String,
    pub(super) pillars: usize,
}

/// What was found in the period, at all pillars, so that each of them can be chosen.
pub(super) struct Counted {
    query: FoundQuery,
    all: Vec<FoundAnswer>,
    /// Nothing when none can be read.
    catalogue: Option<Arc<Catalogue>>,
}

/// How often an answer was found.
#[derive(Default)]
struct Times<'a> {
    all: u64,
    languages: BTreeMap<&'a str, u64>,
    pillars: BTreeSet<&'a str>,
}

pub(in crate::desk) async fn found_as_csv(
    visitor: Visitor,
    query: Result<Query<FoundQuery>, QueryRejection>,
) -> Response {
    let (query, now) = (query.map(|Query(query)| query).unwrap_or_default(), Timestamp::now());
    let entry = Entry::new(now, &visitor.who(), Deed::Downloaded, "questions/found.csv");
    if let Err(failure) = visitor.desk.ask(move |store| store.note(&entry)).await {
        return visitor.answer(Err(failure));
    }
    let w = visitor.lang.found_texts();
    let named = format!("attachment; filename=\"{}-{}.csv\"", w.download_name, today(now));
    visitor.answer(counted(&visitor, query, now).await.map(|counted| {
        let headers =
            [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &named)];
        (headers, csv(w, &counted)).into_response()
    }))
}

pub(super) async fn counted(
    visitor: &Visitor,
    query: FoundQuery,
    now: Timestamp,
) -> Result<Counted, Failure> {
    let since = today(now).saturating_sub(Span::new().days(query.days()));
    let all = visitor.desk.ask(move |store| store.asked(since)).await?;
    Ok(Counted { query, all, catalogue: visitor.desk.catalogue().await })
}

impl Counted {
    /// What is chosen.
    fn chosen(&self) -> impl Iterator<Item = &FoundAnswer> {
        let pillar = self.query.pillar.as_str();
        self.all.iter().filter(move |found| pillar.is_empty() || found.pillar == pillar)
    }

    /// The question of each answer and its product, by the answer's id.
    fn titles(&self) -> HashMap<&str, (&str, &str)> {
        let products = self.catalogue.iter().flat_map(|catalogue| &catalogue.products);
        let answers = products.flat_map(|product| {
            let title = product.title.get(Language::Nl);
            product.answers.iter().map(move |answer| (answer.id.as_str(), (first_question(answer), title)))
        });
        answers.collect()
    }
}

pub(super) fn part(lang: Lang, counted: &Counted) -> FoundPart {
    let (w, query) = (lang.found_texts(), &counted.query);
    let mut by_answer: BTreeMap<&str, Times<'_>> = BTreeMap::new();
    for found in counted.chosen() {
        let times = by_answer.entry(&found.answer).or_default();
        times.all += found.times;
        *times.languages.entry(&found.language).or_default() += found.times;
        times.pillars.insert(&found.pillar);
    }
    let titles = counted.titles();
    let row = |(answer, times): (&str, Times<'_>)| {
        let known = titles.get(answer);
        let gone = if counted.catalogue.is_some() { w.gone } else { "" };
        Row {
            title: known.map_or(answer, |(question, _)| *question).to_owned(),
            is_known: known.is_some(),
            detail: known.map_or(gone, |(_, product)| *product).to_owned(),
            times: times.all,
            languages: in_languages(lang, times.languages),
            pillars: times.pillars.len(),
        }
    };
    let mut rows: Vec<Row> = by_answer.into_iter().map(row).collect();
    rows.sort_by(|one, other| other.times.cmp(&one.times).then_with(|| one.title.cmp(&other.title)));
    let (times, different) = (rows.iter().map(|row| row.times).sum(), rows.len());
    rows.truncate(ON_THE_PAGE);
    let days = query.days();
    FoundPart {
        w,
        periods: PERIODS
            .map(|period| choice(&period.to_string(), &lang.last_days(period), days == period))
            .into(),
        pillars: pillars(counted),
        sentence: lang.found_sentence(days, times, different),
        most_only: (different > rows.len()).then(|| lang.most_often_only(rows.len())),
        rows,
        days,
        pillar: query.pillar.clone(),
    }
}

/// The pillars of the period, and the one that is chosen.
fn pillars(counted: &Counted) -> Vec<Choice> {
    let chosen = counted.query.pillar.as_str();
    let mut names: BTreeSet<&str> = counted.all.iter().map(|found| found.pillar.as_str()).collect();
    if !chosen.is_empty() {
        names.insert(chosen);
    }
    names.into_iter().map(|name| choice(name, name, name == chosen)).collect()
}

fn choice(value: &str, text: &str, chosen: bool) -> Choice {
    Choice { value: value.to_owned(), text: text.to_owned(), chosen }
}

/// "Nederlands 12, Oekraïens 3".
fn in_languages(lang: Lang, languages: BTreeMap<&str, u64>) -> String {
    let mut languages: Vec<(&str, u64)> = languages.into_iter().collect();
    languages.sort_by_key(|(_, times)| Reverse(*times));
    let told: Vec<String> =
        languages.iter().map(|(code, times)| format!("{} {times}", lang.language_name(code))).collect();
    told.join(", ")
}

/// As a Dutch spreadsheet opens it: semicolons, and a byte order mark; most asked first.
fn csv(w: &FoundTexts, counted: &Counted) -> String {
    let heads = [w.pillar, w.question, w.product, w.answer, w.language, w.times].join(";");
    let mut text = format!("\u{feff}{heads}\r\n");
    let titles = counted.titles();
    let mut chosen: Vec<&FoundAnswer> = counted.chosen().collect();
    chosen.sort_by_key(|found| Reverse(found.times));
    for FoundAnswer { pillar, answer, language, times } in chosen {
        let (question, product) = titles.get(answer.as_str()).copied().unwrap_or_default();
        let cells =
            [pillar.as_str(), question, product, answer.as_str(), language.as_str()].map(quoted).join(";");
        // Writing into a text cannot fail.
        let _ = write!(text, "{cells};{times}\r\n");
    }
    text
}
