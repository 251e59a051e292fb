//! What happened at a pillar: sums by day, by task, and over all days by part of the day and by length. Invariant: what is
//! shown beside each other was counted apart, nothing is said of what belonged together, and no visit is shown by itself.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use zuil_wire::VisitEntry;
use zuil_wire::visits::{Aid, MetFault, Seen, TaskEnd, VisitOutcome};

use super::super::Failure;
use super::super::texts::{Lang, VisitTexts};
use super::super::times::today;
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::store::{PARTS_OF_A_DAY, VISITS_KEPT_DAYS, part_of_the_day, rounded, visits_since};

/// The page.
#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage {
    frame: Frame,
    w: &'static VisitTexts,
    pillar: String,
    none: bool,
    sentence: String,
    /// The four ways in which a visit can end, above the days.
    outcomes: [&'static str; 4],
    days: Vec<DayRow>,
    finished: &'static str,
    tasks: Vec<TaskRow>,
    /// What was counted apart: what it is, and what was how often.
    counts: Vec<(&'static str, Vec<(String, u64)>)>,
}

/// A day.
struct DayRow {
    day: Date,
    words: String,
    visits: u64,
    outcomes: [u64; 4],
}

/// A task.
struct TaskRow {
    task: String,
    opened: u64,
    finished: u64,
    /// Where visitors stopped, and how often; the most often first.
    stopped: Vec<(String, u64)>,
}

const OUTCOMES: [VisitOutcome; 4] =
    [VisitOutcome::Finished, VisitOutcome::Abandoned, VisitOutcome::Read, VisitOutcome::Looked];

/// What was counted.
#[derive(Default)]
struct Counted {
    days: BTreeMap<Reverse<Date>, [u64; 4]>,
    tasks: BTreeMap<String, BTreeMap<(TaskEnd, Option<String>), u64>>,
    languages: BTreeMap<String, u64>,
    aids: BTreeMap<Aid, u64>,
    faults: BTreeMap<MetFault, u64>,
    parts: [u64; PARTS_OF_A_DAY],
    /// By the most minutes that they took.
    lengths: BTreeMap<u8, u64>,
}

impl Counted {
    fn of(entries: Vec<VisitEntry>) -> Self {
        let mut counted = Self::default();
        for VisitEntry { on, what, .. } in entries {
            // What was kept by an earlier version was not rounded.
            match rounded(what) {
                Seen::Visit { quarter, minutes, outcome } => {
                    let day = counted.days.entry(Reverse(on)).or_default();
                    let places = OUTCOMES.iter().zip(day).filter(|(known, _)| **known == outcome);
                    places.for_each(|(_, count)| *count += 1);
                    counted.parts[part_of_the_day(quarter)] += 1;
                    *counted.lengths.entry(minutes).or_default() += 1;
                }
                Seen::Task { task, end, question } => {
                    *counted.tasks.entry(task).or_default().entry((end, question)).or_default() += 1;
                }
                Seen::Language { language } => *counted.languages.entry(language).or_default() += 1,
                Seen::Aid { aid } => *counted.aids.entry(aid).or_default() += 1,
                Seen::Fault { fault } => *counted.faults.entry(fault).or_default() += 1,
            }
        }
        counted
    }
}

pub(in super::super) async fn visits(visitor: Visitor, Path(name): Path<String>) -> Response {
    let now = Timestamp::now();
    let asked = name.clone();
    let entries = visitor.desk.ask(move |store| {
        if !store.pillars()?.iter().any(|pillar| pillar.name == asked) {
            return Ok(None);
        }
        store.visits(&asked, visits_since(now)).map(Some)
    });
    let page = entries.await.and_then(|entries| {
        let entries = entries.ok_or(Failure::NotFound)?;
        Ok(render(&page(&visitor, name, entries, now)))
    });
    visitor.answer(page)
}

fn page(visitor: &Visitor, pillar: String, entries: Vec<VisitEntry>, now: Timestamp) -> VisitsPage {
    let (lang, w) = (visitor.lang, visitor.lang.visit_texts());
    let none = entries.is_empty();
    let counted = Counted::of(entries);
    let finished: u64 = counted.days.values().map(|outcomes| outcomes[0]).sum();
    let all: u64 = counted.parts.iter().sum();
    VisitsPage {
        frame: visitor.frame(Section::Pillars),
        w,
        pillar,
        none,
        sentence: lang.visits_sentence(VISITS_KEPT_DAYS, all, finished),
        outcomes: OUTCOMES.map(|outcome| lang.visit_outcome(outcome)),
        days: counted.days.into_iter().map(|(day, outcomes)| day_row(day.0, outcomes, lang, now)).collect(),
        finished: lang.visit_outcome(VisitOutcome::Finished),
        tasks: counted.tasks.into_iter().map(|(task, ends)| task_row(task, ends, lang)).collect(),
        counts: vec![
            (
                w.parts,
                counted
                    .parts
                    .into_iter()
                    .zip(w.parts_of_a_day)
                    .map(|(count, part)| (part.to_owned(), count))
                    .collect(),
            ),
            (
                w.lengths,
                counted.lengths.into_iter().map(|(most, count)| (lang.visit_length(most), count)).collect(),
            ),
            (
                w.languages,
                most(counted.languages.into_iter().map(|(code, count)| (lang.language_name(&code), count))),
            ),
            (w.aids, most(counted.aids.into_iter().map(|(aid, count)| (lang.aid(aid).to_owned(), count)))),
            (
                w.faults,
                most(counted.faults.into_iter().map(|(it, count)| (lang.met_fault(it).to_owned(), count))),
            ),
        ],
    }
}

fn day_row(day: Date, outcomes: [u64; 4], lang: Lang, now: Timestamp) -> DayRow {
    DayRow { day, words: lang.day(day, today(now)), visits: outcomes.iter().sum(), outcomes }
}

fn task_row(task: String, ends: BTreeMap<(TaskEnd, Option<String>), u64>, lang: Lang) -> TaskRow {
    let opened = ends.values().sum();
    let finished =
        ends.iter().filter(|((end, _), _)| *end == TaskEnd::Finished).map(|(_, count)| count).sum();
    let stopped = ends.into_iter().filter(|((end, _), _)| *end != TaskEnd::Finished);
    let stopped = stopped.map(|((end, question), count)| {
        let words = match question {
            Some(question) => format!("{} ({question})", lang.task_end(end)),
            None => lang.task_end(end).to_owned(),
        };
        (words, count)
    });
    TaskRow { task, opened, finished, stopped: most(stopped) }
}

/// The most often first.
fn most(counts: impl Iterator<Item = (String, u64)>) -> Vec<(String, u64)> {
    let mut counts: Vec<(String, u64)> = counts.collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}
