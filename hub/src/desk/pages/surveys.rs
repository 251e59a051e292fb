//! What residents thought of their visits: by week, by pillar and by task, as a page and for a spreadsheet. Invariant:
//! of fewer than [`FEW`] answers nothing is told but that they are few, nor can they be had by taking the others from
//! the whole of the same list.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use super::super::Failure;
use super::super::texts::{Lang, SurveyTexts};
use super::super::times::today;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::plot::{self, Plot, Scale};
use crate::spreadsheet::quoted;
use crate::store::{SurveyCounts, SurveyWeek, survey_week};

/// Of fewer answers nothing is told.
const FEW: u64 = 5;
/// The periods that can be asked for, in weeks.
const PERIODS: [i64; 4] = [4, 13, 26, 52];
/// The period that is shown first.
const PERIOD: i64 = 13;
/// From not clear at all to very clear, in tenths.
const CLEAR: Scale = Scale { lowest: 10, highest: 50, step: 10 };
const HELPED: Scale = Scale { lowest: 0, highest: 100, step: 25 };

/// What is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in super::super) struct SurveysQuery {
    #[serde(default)]
    weeks: Option<i64>,
    #[serde(default)]
    pillar: String,
    #[serde(default)]
    task: String,
}

impl SurveysQuery {
    fn weeks(&self) -> i64 {
        self.weeks.filter(|weeks| PERIODS.contains(weeks)).unwrap_or(PERIOD)
    }

    fn admits(&self, week: &SurveyWeek) -> bool {
        (self.pillar.is_empty() || week.pillar.as_deref() == Some(self.pillar.as_str()))
            && (self.task.is_empty() || week.task == self.task)
    }
}

/// The page.
#[derive(Template)]
#[template(path = "surveys.html")]
struct SurveysPage {
    frame: Frame,
    w: &'static SurveyTexts,
    periods: Vec<Choice>,
    pillars: Vec<Choice>,
    tasks: Vec<Choice>,
    /// Nothing when nobody answered.
    figures: Option<Figures>,
    query: SurveysQuery,
    weeks: i64,
}

struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

struct Figures {
    sentence: String,
    plots: Vec<Plot>,
    tables: Vec<Table>,
}

/// The same figures by something.
struct Table {
    title: &'static str,
    by: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// Which days a week has.
    detail: Option<String>,
    times: String,
    clear: String,
    helped: String,
}

/// What was asked for, and what there is to ask for.
struct Answered {
    first: Date,
    last: Date,
    /// All of the period, so that every pillar and task of it can be chosen.
    all: Vec<SurveyWeek>,
    titles: HashMap<String, String>,
}

pub(in super::super) async fn surveys(
    visitor: Visitor,
    query: Result<Query<SurveysQuery>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let answered = answered(&visitor, &query, Timestamp::now()).await;
    visitor.answer(answered.map(|answered| render(&page(&visitor, query, &answered))))
}

pub(in super::super) async fn surveys_as_csv(
    visitor: Visitor,
    query: Result<Query<SurveysQuery>, QueryRejection>,
) -> Response {
    let (query, now) = (query.map(|Query(query)| query).unwrap_or_default(), Timestamp::now());
    let w = visitor.lang.survey_texts();
    let named = format!("attachment; filename=\"{}-{}.csv\"", w.download_name, today(now));
    visitor.answer(answered(&visitor, &query, now).await.map(|answered| {
        let headers =
            [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, &named)];
        (headers, csv(visitor.lang, &query, &answered)).into_response()
    }))
}

async fn answered(visitor: &Visitor, query: &SurveysQuery, now: Timestamp) -> Result<Answered, Failure> {
    let last = survey_week(now);
    let first = last.saturating_sub(Span::new().weeks(query.weeks() - 1));
    let all = visitor.desk.ask(move |store| store.survey_weeks(first)).await?;
    Ok(Answered { first, last, all, titles: visitor.desk.task_titles().await })
}

impl Answered {
    /// What a task is called, by its id.
    fn title<'a>(&'a self, task: &'a str) -> &'a str {
        self.titles.get(task).map_or(task, String::as_str)
    }
}

fn page(visitor: &Visitor, query: SurveysQuery, answered: &Answered) -> SurveysPage {
    let (lang, w) = (visitor.lang, visitor.lang.survey_texts());
    let mut pillars: Vec<&str> = answered.all.iter().filter_map(|week| week.pillar.as_deref()).collect();
    pillars.sort_unstable();
    pillars.dedup();
    let mut tasks: Vec<(&str, &str)> =
        answered.all.iter().map(|week| (answered.title(&week.task), week.task.as_str())).collect();
    tasks.sort_unstable();
    tasks.dedup();
    let choice = |value: &str, text: &str, chosen: &str| Choice {
        value: value.to_owned(),
        text: text.to_owned(),
        chosen: value == chosen,
    };
    let period = query.weeks();
    let periods = PERIODS.map(|weeks| choice(&weeks.to_string(), &lang.period(weeks), &period.to_string()));
    SurveysPage {
        frame: visitor.frame(Section::Surveys),
        w,
        periods: periods.into(),
        pillars: pillars.into_iter().map(|name| choice(name, name, &query.pillar)).collect(),
        tasks: tasks.into_iter().map(|(title, id)| choice(id, title, &query.task)).collect(),
        figures: figures(lang, &query, answered),
        weeks: period,
        query,
    }
}

fn figures(lang: Lang, query: &SurveysQuery, answered: &Answered) -> Option<Figures> {
    let w = lang.survey_texts();
    let mut whole = SurveyCounts::default();
    let mut by_week: BTreeMap<Date, SurveyCounts> = BTreeMap::new();
    let mut by_pillar: BTreeMap<&str, SurveyCounts> = BTreeMap::new();
    let mut by_task: BTreeMap<&str, SurveyCounts> = BTreeMap::new();
    for week in answered.all.iter().filter(|week| query.admits(week)) {
        whole += week.counts;
        *by_week.entry(week.week).or_default() += week.counts;
        *by_pillar.entry(week.pillar.as_deref().unwrap_or(w.no_pillar)).or_default() += week.counts;
        *by_task.entry(answered.title(&week.task)).or_default() += week.counts;
    }
    if whole.times == 0 {
        return None;
    }
    let hidden = hidden(&by_week);
    let told = |week: &Date| by_week.get(week).filter(|_| !hidden.contains(week));
    let every_week: Vec<Date> = std::iter::successors(Some(answered.first), |week| {
        week.checked_add(Span::new().weeks(1)).ok().filter(|week| *week <= answered.last)
    })
    .collect();
    let series = |figure: fn(&SurveyCounts) -> Option<u64>| -> Vec<(String, Option<u64>)> {
        every_week.iter().map(|week| (number(*week), told(week).and_then(figure))).collect()
    };
    let (clear, helped) = (series(clear), series(helped));
    let plots = vec![
        plot::draw(
            w.clear_by_week,
            lang.plot_in_words(w.clear_by_week, &extremes(&clear, |tenths| lang.tenths(tenths))),
            CLEAR,
            |tenths| (tenths / 10).to_string(),
            &clear,
        ),
        plot::draw(
            w.helped_by_week,
            lang.plot_in_words(w.helped_by_week, &extremes(&helped, percent)),
            HELPED,
            percent,
            &helped,
        ),
    ];
    let by_pillar: BTreeMap<String, _> =
        by_pillar.into_iter().map(|(name, c)| (name.to_owned(), c)).collect();
    let by_task: BTreeMap<String, _> = by_task.into_iter().map(|(name, c)| (name.to_owned(), c)).collect();
    let mut weeks = rows(lang, &by_week, |week| (lang.week(*week), Some(lang.days_of_week(*week))));
    weeks.reverse();
    let tables = vec![
        Table { title: w.by_week, by: w.week, rows: weeks },
        Table { title: w.by_pillar, by: w.pillar, rows: rows(lang, &by_pillar, |name| (name.clone(), None)) },
        Table { title: w.by_task, by: w.task, rows: rows(lang, &by_task, |name| (name.clone(), None)) },
    ];
    let sentence = lang.surveys_sentence(
        query.weeks(),
        (whole.times >= FEW).then_some(whole.times),
        self::clear(&whole).map(|tenths| lang.tenths(tenths)),
        self::helped(&whole),
    );
    Some(Figures { sentence, plots, tables })
}

/// How clear it was on average, in tenths; nothing when too few said so.
fn clear(counts: &SurveyCounts) -> Option<u64> {
    let said = counts.said_how_clear();
    let sum: u64 = (1..).zip(counts.clear).map(|(mark, times)| mark * times).sum();
    (said >= FEW).then(|| (sum * 10 + said / 2) / said)
}

/// How many of a hundred were helped in one go; nothing when too few said so.
fn helped(counts: &SurveyCounts) -> Option<u64> {
    let said = counts.said_whether_helped();
    (said >= FEW).then(|| (counts.helped * 100 + said / 2) / said)
}

fn percent(of_hundred: u64) -> String {
    format!("{of_hundred}%")
}

/// Which rows are not told. One alone would be the whole without the others, so that the smallest of these goes, too.
fn hidden<K: Ord + Clone>(groups: &BTreeMap<K, SurveyCounts>) -> Vec<K> {
    let (few, others): (Vec<_>, Vec<_>) = groups.iter().partition(|(_, counts)| counts.times < FEW);
    let mut hidden: Vec<K> = few.into_iter().map(|(key, _)| key.clone()).collect();
    if hidden.len() == 1 {
        let smallest = others.into_iter().min_by_key(|(_, counts)| counts.times);
        hidden.extend(smallest.map(|(key, _)| key.clone()));
    }
    hidden
}

fn rows<K: Ord + Clone>(
    lang: Lang,
    groups: &BTreeMap<K, SurveyCounts>,
    name: impl Fn(&K) -> (String, Option<String>),
) -> Vec<Row> {
    let hidden = hidden(groups);
    let row = |(key, counts): (&K, &SurveyCounts)| {
        let (name, detail) = name(key);
        let [times, clear, helped] = cells(lang, counts, hidden.contains(key));
        Row { name, detail, times, clear, helped }
    };
    groups.iter().map(row).collect()
}

/// How many answered, how clear it was and how many were helped in one go, in words.
fn cells(lang: Lang, counts: &SurveyCounts, is_hidden: bool) -> [String; 3] {
    let few = || lang.survey_texts().few.to_owned();
    if is_hidden {
        return [few(), few(), few()];
    }
    [
        counts.times.to_string(),
        clear(counts).map_or_else(few, |tenths| lang.tenths(tenths)),
        helped(counts).map_or_else(few, percent),
    ]
}

/// The lowest and the highest figure, in words, each with the first week that has it.
fn extremes(series: &[(String, Option<u64>)], word: impl Fn(u64) -> String) -> Option<[(String, String); 2]> {
    let known = || series.iter().filter_map(|(week, figure)| Some((week, (*figure)?)));
    let told = |(week, figure): (&String, u64)| (week.clone(), word(figure));
    let lowest = known().min_by_key(|(_, figure)| *figure)?;
    // Of several that are equal `max_by_key` gives the last.
    let highest = known().rev().max_by_key(|(_, figure)| *figure)?;
    Some([told(lowest), told(highest)])
}

/// The number of a week (ISO 8601), by its Monday.
fn number(week: Date) -> String {
    week.iso_week_date().week().to_string()
}

/// Of which weeks, pillars and tasks together nothing is told. The page tells the whole of each week, each pillar and each
/// task, and of two of them together: where one alone is few in such a whole, the smallest of the others goes, too.
fn hidden_weeks(all: &[SurveyWeek]) -> Vec<bool> {
    const WHOLES: [[bool; 3]; 7] = [
        [true, true, false],
        [true, false, true],
        [false, true, true],
        [true, false, false],
        [false, true, false],
        [false, false, true],
        [false, false, false],
    ];
    let mut hidden: Vec<bool> = all.iter().map(|week| week.counts.times < FEW).collect();
    loop {
        let before = hidden.clone();
        for [by_week, by_pillar, by_task] in WHOLES {
            let mut wholes: BTreeMap<_, Vec<(u64, &mut bool)>> = BTreeMap::new();
            for (week, is_hidden) in all.iter().zip(&mut hidden) {
                let pillar = by_pillar.then_some(week.pillar.as_deref());
                let task = by_task.then_some(week.task.as_str());
                let whole = (by_week.then_some(week.week), pillar, task);
                wholes.entry(whole).or_default().push((week.counts.times, is_hidden));
            }
            for whole in wholes.into_values() {
                let (few, others): (Vec<_>, Vec<_>) =
                    whole.into_iter().partition(|(_, is_hidden)| **is_hidden);
                let smallest = others.into_iter().min_by_key(|(times, _)| *times);
                if let Some((_, is_hidden)) = smallest.filter(|_| few.len() == 1) {
                    *is_hidden = true;
                }
            }
        }
        // It ends: every round that is not the last one hides more.
        if hidden == before {
            return hidden;
        }
    }
}

/// As a Dutch spreadsheet opens it: semicolons, and a byte order mark.
fn csv(lang: Lang, query: &SurveysQuery, answered: &Answered) -> String {
    let w = lang.survey_texts();
    let heads = [w.week, w.from_day, w.pillar, w.task, w.times, w.clear, w.helped];
    let mut text = format!("\u{feff}{}\r\n", heads.join(";"));
    // Of all rows of the period, so that other choices of the same period show no more.
    let hidden = hidden_weeks(&answered.all);
    let rows = answered.all.iter().zip(hidden).filter(|(week, _)| query.admits(week));
    for (week, is_hidden) in rows {
        let iso = week.week.iso_week_date();
        let [times, clear, helped] = cells(lang, &week.counts, is_hidden);
        let pillar = quoted(week.pillar.as_deref().unwrap_or(w.no_pillar));
        let task = quoted(answered.title(&week.task));
        // Writing into a text cannot fail.
        let _ = write!(text, "{}-W{:02};{};", iso.year(), iso.week(), week.week);
        let _ = write!(text, "{pillar};{task};{times};{clear};{helped}\r\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(clear: [u64; 5], helped: u64, not_helped: u64) -> SurveyCounts {
        let times = clear.iter().sum::<u64>().max(helped + not_helped);
        SurveyCounts { times, clear, helped, not_helped }
    }

    #[test]
    fn averages_are_rounded_and_few_answers_give_none() {
        assert_eq!(clear(&counts([0, 0, 0, 1, 5], 0, 0)), Some(48));
        assert_eq!(clear(&counts([5, 0, 0, 0, 0], 0, 0)), Some(10));
        assert_eq!(clear(&counts([0, 0, 0, 0, 4], 0, 0)), None);
        assert_eq!((helped(&counts([0; 5], 2, 4)), helped(&counts([0; 5], 4, 0))), (Some(33), None));
    }

    #[test]
    fn what_is_few_cannot_be_had_by_subtraction() {
        let of = |times: [u64; 4]| {
            let groups = (1..).zip(times.map(|times| counts([0, 0, 0, 0, times], 0, 0))).collect();
            hidden::<u8>(&groups)
        };
        assert!(of([9, 8, 7, 6]).is_empty());
        assert_eq!(of([9, 3, 7, 8]), [2, 3], "3 would be 27 - 24");
        assert_eq!(of([9, 3, 2, 8]), [2, 3]);
        let alone = BTreeMap::from([(1_u8, counts([0, 0, 0, 0, 3], 0, 0))]);
        assert_eq!(hidden(&alone), [1]);
    }

    #[test]
    fn in_a_spreadsheet_what_is_few_is_never_the_only_one_of_a_whole_that_the_page_tells() {
        let row = |week: &str, pillar: &str, task: &str, times| SurveyWeek {
            week: week.parse().unwrap(),
            pillar: Some(pillar.into()),
            task: task.into(),
            counts: counts([0, 0, 0, 0, times], 0, 0),
        };
        let rows = [
            row("2026-11-16", "bieb", "callback", 3),
            row("2026-11-16", "bieb", "waste", 9),
            row("2026-11-16", "jumbo", "callback", 8),
            row("2026-11-16", "jumbo", "waste", 7),
            row("2026-11-23", "spar", "waste", 20),
        ];
        let hidden = hidden_weeks(&rows);
        assert_eq!(hidden, [true, true, true, true, false], "3 would be 12 - 9, and 9 would be 16 - 7");
        assert_eq!(hidden_weeks(&rows[1..]), [false; 4]);
    }
}
