//! What residents thought of their visits: by week, by pillar and by task, beside the period before, as a page and for a
//! spreadsheet. Invariant: of few answers nothing is told but that they are few, see [`few`].

mod compared;
mod figures;
mod sheet;

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Deserialize;

use self::compared::Compared;
use self::figures::{Row, percent, rows};
use super::super::Failure;
use super::super::texts::{Lang, SurveyTexts};
use super::super::times::today;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::plot::{self, Lying, Plot, Scale};
use crate::few::{self, By, Group};
use crate::store::{SurveyCounts, SurveyWeek, survey_week};

/// The periods that can be asked for, in weeks.
const PERIODS: [i64; 4] = [4, 13, 26, 52];
/// The period that is shown first.
const PERIOD: i64 = 13;
/// From not clear at all to very clear, in tenths.
const CLEAR: Scale = Scale { lowest: 10, highest: 50, step: 10 };
/// Of a hundred.
const SHARE: Scale = Scale { lowest: 0, highest: 100, step: 25 };

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

    /// What is chosen, all weeks together.
    fn by(&self) -> By {
        By { week: false, pillar: !self.pillar.is_empty(), task: !self.task.is_empty() }
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
    /// What was missed; nothing when too few said so.
    missed: Option<MissedFigures>,
    compared: Compared,
    tables: Vec<Table>,
}

/// What was missed, drawn and as a table.
struct MissedFigures {
    plot: Lying,
    rows: Vec<(&'static str, String)>,
}

/// The same figures by something.
struct Table {
    title: &'static str,
    by: &'static str,
    rows: Vec<Row>,
}

/// What was asked for, and what there is to ask for.
struct Answered {
    first: Date,
    last: Date,
    /// All of the period, so that every pillar and task of it can be chosen.
    all: Vec<SurveyWeek>,
    /// All of the period before it, which is as long.
    before: Vec<SurveyWeek>,
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
        (headers, sheet::csv(visitor.lang, &query, &answered)).into_response()
    }))
}

async fn answered(visitor: &Visitor, query: &SurveysQuery, now: Timestamp) -> Result<Answered, Failure> {
    let last = survey_week(now);
    let first = last.saturating_sub(Span::new().weeks(query.weeks() - 1));
    let since = first.saturating_sub(Span::new().weeks(query.weeks()));
    let both = visitor.desk.ask(move |store| store.survey_weeks(since)).await?;
    let (before, all) = both.into_iter().partition(|week| week.week < first);
    Ok(Answered { first, last, all, before, titles: visitor.desk.task_titles().await })
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
    let chosen = query.by();
    // Of all rows of the period, so that whoever chooses some of them learns no more.
    let hidden =
        [chosen, By { week: true, ..chosen }, By { pillar: true, ..chosen }, By { task: true, ..chosen }]
            .map(|by| few::hidden_of_groups(&answered.all, by));
    let mut whole = Group::default();
    let mut by_week: BTreeMap<Date, Group> = BTreeMap::new();
    let mut by_pillar: BTreeMap<String, Group> = BTreeMap::new();
    let mut by_task: BTreeMap<String, Group> = BTreeMap::new();
    for (place, week) in answered.all.iter().enumerate().filter(|(_, week)| query.admits(week)) {
        let [of_whole, of_week, of_pillar, of_task] = hidden.each_ref().map(|hidden| hidden[place]);
        whole.add(week.counts, of_whole);
        by_week.entry(week.week).or_default().add(week.counts, of_week);
        let pillar = week.pillar.as_deref().unwrap_or(w.no_pillar);
        by_pillar.entry(pillar.to_owned()).or_default().add(week.counts, of_pillar);
        by_task.entry(answered.title(&week.task).to_owned()).or_default().add(week.counts, of_task);
    }
    if whole.counts.times == 0 {
        return None;
    }
    let mut before = Group::default();
    let hidden = few::hidden_of_groups(&answered.before, chosen);
    for (week, is_hidden) in answered.before.iter().zip(hidden).filter(|(week, _)| query.admits(week)) {
        before.add(week.counts, is_hidden);
    }
    let (before, whole) = (before.told_before(&whole.counts), whole.told());
    let mut weeks = rows(lang, &by_week, |week| (lang.week(*week), Some(lang.days_of_week(*week))));
    weeks.reverse();
    let named = |name: &String| (name.clone(), None);
    let tables = vec![
        Table { title: w.by_week, by: w.week, rows: weeks },
        Table { title: w.by_pillar, by: w.pillar, rows: rows(lang, &by_pillar, named) },
        Table { title: w.by_task, by: w.task, rows: rows(lang, &by_task, named) },
    ];
    let sentence = lang.surveys_sentence(
        query.weeks(),
        figures::times(&whole),
        figures::clear(&whole).map(|tenths| lang.tenths(tenths)),
        figures::helped(&whole),
        figures::treated(&whole),
    );
    Some(Figures {
        sentence,
        plots: plots(lang, answered, &by_week),
        missed: missed(lang, &whole),
        compared: compared::compare(lang, query.weeks(), &whole, &before),
        tables,
    })
}

/// How clear it was, and how many were helped in one go and treated well, week by week.
fn plots(lang: Lang, answered: &Answered, by_week: &BTreeMap<Date, Group>) -> Vec<Plot> {
    let w = lang.survey_texts();
    let every_week: Vec<Date> = std::iter::successors(Some(answered.first), |week| {
        week.checked_add(Span::new().weeks(1)).ok().filter(|week| *week <= answered.last)
    })
    .collect();
    let series = |figure: fn(&SurveyCounts) -> Option<u64>| -> Vec<(String, Option<u64>)> {
        let told = |week: &Date| by_week.get(week).and_then(|group| figure(&group.told()));
        every_week.iter().map(|week| (number(*week), told(week))).collect()
    };
    let shares = |title, series: &[(String, Option<u64>)]| {
        plot::draw(title, lang.plot_in_words(title, &extremes(series, percent)), SHARE, percent, series)
    };
    let clear = series(figures::clear);
    let clear_in_words = extremes(&clear, |tenths| lang.tenths(tenths));
    vec![
        plot::draw(
            w.clear_by_week,
            lang.plot_in_words(w.clear_by_week, &clear_in_words),
            CLEAR,
            |tenths| (tenths / 10).to_string(),
            &clear,
        ),
        shares(w.helped_by_week, &series(figures::helped)),
        shares(w.treated_by_week, &series(figures::treated)),
    ]
}

/// What was missed, the same drawn and as a table.
fn missed(lang: Lang, whole: &SurveyCounts) -> Option<MissedFigures> {
    let w = lang.survey_texts();
    let shares = figures::missed(whole)?;
    let most = figures::missed_most_in_words(lang, whole)?;
    let bars = w.missed.into_iter().zip(shares).map(|(name, share)| (name, share, percent(share)));
    let plot = plot::draw_lying(w.missed_title, lang.missed_in_words(&most), bars);
    let rows = w.missed.into_iter().zip(shares.map(percent)).collect();
    Some(MissedFigures { plot, rows })
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
