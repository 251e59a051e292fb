//! The list of pillars: what works at each right now. Invariant: a number in the sentence on top is that of the pillars
//! to which it leads.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use zuil_wire::health::{Device, DeviceState};

use super::super::condition::{Condition, Issue, Part};
use super::super::texts::{Lang, PillarTexts};
use super::super::times::{Moment, today};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::badges::{now_badges, state_badge, unknown};
use super::editions::{Editions, Newest, Unfit};
use crate::store::{Closed, Pillar, Reported};

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct PillarsQuery {
    #[serde(default)]
    show: String,
}

/// The word in addresses for pillars of which all works.
const WORKS: &str = "works";

/// The list of pillars.
#[derive(Template)]
#[template(path = "pillars.html")]
struct PillarsPage {
    frame: Frame,
    p: &'static PillarTexts,
    sentence: Vec<Clause>,
    /// Says that the newest catalogue is damaged or cannot be read.
    unfit: Option<Unfit>,
    /// Says that some run an older catalogue.
    older: Option<String>,
    /// Whether only those are shown that one clause speaks of.
    narrowed: bool,
    rows: Vec<PillarRow>,
    /// Whether there are no pillars at all.
    none: bool,
}

/// A part of the sentence on top, which leads to the pillars that it speaks of.
struct Clause {
    text: String,
    href: String,
    shown: bool,
}

struct PillarRow {
    name: String,
    now: Vec<Badge>,
    receipts: Cell,
    cards: Cell,
    readers: Vec<Cell>,
    waiting: String,
    version: Option<String>,
    last_seen: Option<Moment>,
}

/// What can be said of a part of a pillar.
struct Cell {
    /// What it is, where a column has several.
    label: Option<&'static str>,
    badge: Option<Badge>,
    details: Vec<String>,
}

pub(in super::super) async fn pillars(
    visitor: Visitor,
    query: Result<Query<PillarsQuery>, QueryRejection>,
) -> Response {
    let show = query.map(|Query(query)| query.show).unwrap_or_default();
    let editions = Editions::of(&visitor.desk, visitor.lang).await;
    let known =
        visitor.desk.ask(|store| Ok((store.pillars()?, store.reports()?, store.closed_pillars()?))).await;
    let page = known.map(|(pillars, reports, closed)| {
        render(&pillars_page(&visitor, &pillars, reports, &closed, editions, &show, Timestamp::now()))
    });
    visitor.answer(page)
}

fn pillars_page(
    visitor: &Visitor,
    pillars: &[Pillar],
    reports: Vec<Reported>,
    closed: &[Closed],
    editions: Editions,
    show: &str,
    now: Timestamp,
) -> PillarsPage {
    let lang = visitor.lang;
    let reports: HashMap<String, Reported> =
        reports.into_iter().map(|reported| (reported.pillar.clone(), reported)).collect();
    let known: Vec<(&Pillar, Option<&Reported>, Condition)> = pillars
        .iter()
        .map(|pillar| {
            let reported = reports.get(&pillar.name);
            let closed = closed.iter().find(|closed| closed.pillar == pillar.name);
            (pillar, reported, Condition::of(pillar, reported, now).closed_by(closed))
        })
        .collect();
    let sentence = sentence(known.iter().map(|(_, _, condition)| condition), lang, show);
    let newest = editions.newest.as_ref();
    let older = Newest::sentence(newest, known.iter().map(|known| (known.0, known.1)), lang);
    let narrowed = show == WORKS || Issue::ALL.iter().any(|issue| issue.word() == show);
    let shown = known.iter().filter(|(_, _, condition)| !narrowed || belongs(condition, show));
    PillarsPage {
        frame: visitor.frame(Section::Pillars),
        p: lang.pillar_texts(),
        sentence,
        unfit: editions.unfit,
        older,
        narrowed,
        rows: shown
            .map(|(pillar, reported, condition)| row(pillar, *reported, condition, newest, lang, now))
            .collect(),
        none: pillars.is_empty(),
    }
}

fn belongs(condition: &Condition, show: &str) -> bool {
    match show {
        WORKS => condition.issues.is_empty(),
        _ => condition.issues.iter().any(|issue| issue.word() == show),
    }
}

/// "3 zuilen werken, 1 heeft bijna geen papier, 1 is niet bereikbaar." Each number is that of all
/// pillars to which the words apply.
fn sentence<'a>(
    conditions: impl Iterator<Item = &'a Condition> + Clone,
    lang: Lang,
    show: &str,
) -> Vec<Clause> {
    let count = |issue| conditions.clone().filter(|condition| condition.issues.contains(&issue)).count();
    let work = conditions.clone().filter(|condition| condition.issues.is_empty()).count();
    let works = (work, lang.work(work), WORKS);
    let issues = Issue::ALL.map(|issue| {
        let count = count(issue);
        (count, lang.issue_of(issue, count), issue.word())
    });
    let told = [works].into_iter().chain(issues).filter(|(count, _, _)| *count > 0);
    told.enumerate()
        .map(|(place, (count, words, word))| {
            let who = if place == 0 { lang.pillars_counted(count) } else { count.to_string() };
            Clause {
                text: format!("{who} {words}"),
                href: format!("/pillars?show={word}"),
                shown: word == show,
            }
        })
        .collect()
}

fn row(
    pillar: &Pillar,
    reported: Option<&Reported>,
    condition: &Condition,
    newest: Option<&Newest>,
    lang: Lang,
    now: Timestamp,
) -> PillarRow {
    let t = lang.pillar_texts();
    let readers = [Device::DocumentReader, Device::PassReader].into_iter();
    let readers: Vec<Cell> = readers
        .filter_map(|device| condition.part(device))
        .map(|part| Cell { label: Some(lang.document(part.device)), ..part_cell(part, condition, lang, now) })
        .collect();
    let absent = |text: &str| match reported {
        // A pillar that never said what it has is not said to lack anything.
        Some(_) => Cell { label: None, badge: None, details: vec![text.to_owned()] },
        None => Cell { label: None, badge: Some(unknown(lang)), details: Vec::new() },
    };
    let cell = |device, text: &str| match condition.part(device) {
        Some(part) => part_cell(part, condition, lang, now),
        None => absent(text),
    };
    let mut receipts = cell(Device::Printer, t.no_printer);
    let has_paper = condition.part(Device::Printer).is_some_and(|part| part.state != DeviceState::PaperOut);
    if let Some(paper) = condition.paper.filter(|_| has_paper && condition.is_known()) {
        receipts.details.extend(lang.paper_until(&paper, today(now)));
        receipts.details.push(lang.metres_used(&paper));
    }
    PillarRow {
        name: pillar.name.clone(),
        now: now_badges(condition, lang),
        receipts,
        cards: cell(Device::Terminal, t.no_terminal),
        readers: if readers.is_empty() { vec![absent(t.no_readers)] } else { readers },
        waiting: reported.filter(|_| condition.is_known()).map_or_else(
            || t.not_known.to_owned(),
            |reported| lang.waiting_in_the_pillar(reported.report.waiting),
        ),
        version: reported.map(|Reported { report, .. }| {
            lang.versions(&report.program, &Newest::beside(newest, &report.catalogue, lang))
        }),
        last_seen: pillar.last_seen_at.map(|at| Moment::new(at, now, lang)),
    }
}

fn part_cell(part: Part, condition: &Condition, lang: Lang, now: Timestamp) -> Cell {
    if !condition.is_known() {
        let details = vec![lang.last_known(part.state)];
        return Cell { label: None, badge: Some(unknown(lang)), details };
    }
    let mut details = Vec::new();
    if part.state != DeviceState::Unknown {
        details.push(lang.since(&Moment::new(part.since, now, lang).text));
    }
    if part.state == DeviceState::Blocked {
        details.push(lang.being_settled().to_owned());
    }
    Cell { label: None, badge: Some(state_badge(part, lang)), details }
}
