//! The list of pillars: what works at each right now. Invariant: a number in the sentence on top is that of the pillars
//! to which it leads.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use zuil_catalogue::Catalogue;
use zuil_wire::health::{Device, DeviceState};

use super::super::condition::{Condition, Issue, Part};
use super::super::texts::{Lang, PillarTexts};
use super::super::times::{Moment, today};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::badges::{now_badges, state_badge, unknown};
use super::editions::{Editions, Newest, Unfit};
use crate::store::{Alert, AlertKind, Closed, Pillar, Reported, Store, StoreError};

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct PillarsQuery {
    #[serde(default)]
    show: String,
    #[serde(default)]
    sort: String,
}

/// The word in addresses for pillars of which all works.
const WORKS: &str = "works";
/// The word in addresses for pillars that somebody has to look after.
const TROUBLE: &str = "trouble";
/// The word in addresses for those first of which nothing was heard for longest.
const LONGEST_SILENT: &str = "last-seen";
/// The word in addresses for those first that have most trouble.
const WORST: &str = "trouble";

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
    /// What else can be shown, and in which order.
    choices: Vec<Clause>,
    /// Where a page that brings itself up to date gets this list.
    part: String,
    /// Leads to enrolling another one, for who may.
    enrol: Option<&'static str>,
    /// Leads to the versions of their system, for who may.
    systems: Option<&'static str>,
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
    /// Where it stands, in a technician's words, when the catalogue does not say so.
    place: Option<String>,
    now: Vec<Badge>,
    /// Whether somebody is there and how warm it is, as far as that is known.
    use_and_warmth: Option<String>,
    /// What was told about it and is not over.
    alerts: Vec<String>,
    receipts: Cell,
    cards: Cell,
    readers: Vec<Cell>,
    waiting: String,
    /// What room it has, when that is little.
    room: Option<String>,
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
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let editions = Editions::of(&visitor.desk, visitor.lang).await;
    let (catalogue, now) = (visitor.desk.catalogue().await, Timestamp::now());
    let known = visitor.desk.ask(move |store| Known::of(store, catalogue.as_deref(), now)).await;
    let page = known.map(|known| render(&pillars_page(&visitor, &known, editions, &query, now)));
    visitor.answer(page)
}

/// What the store knows of all pillars.
struct Known {
    pillars: Vec<Pillar>,
    reports: Vec<Reported>,
    /// Those that are open.
    alerts: Vec<Alert>,
    closed: Vec<Closed>,
    /// Where pillars stand of which the catalogue does not say so.
    places: BTreeMap<String, String>,
}

impl Known {
    fn of(store: &dyn Store, catalogue: Option<&Catalogue>, now: Timestamp) -> Result<Self, StoreError> {
        let (pillars, reports, mut places) = (store.pillars()?, store.reports()?, store.places()?);
        if let Some(catalogue) = catalogue {
            places.retain(|pillar, _| catalogue.sites.of_pillar(pillar).is_none());
        }
        Ok(Self { pillars, reports, alerts: store.alerts(now)?, closed: store.closed_pillars()?, places })
    }
}

fn pillars_page(
    visitor: &Visitor,
    known: &Known,
    editions: Editions,
    query: &PillarsQuery,
    now: Timestamp,
) -> PillarsPage {
    let (lang, show) = (visitor.lang, query.show.as_str());
    let Known { pillars, reports, alerts, closed, places } = known;
    let reports: HashMap<&str, &Reported> =
        reports.iter().map(|reported| (reported.pillar.as_str(), reported)).collect();
    let known: Vec<(&Pillar, Option<&Reported>, Condition)> = pillars
        .iter()
        .map(|pillar| {
            let reported = reports.get(pillar.name.as_str()).copied();
            let closed = closed.iter().find(|closed| closed.pillar == pillar.name);
            let condition = Condition::within(visitor.desk.silent, pillar, reported, now);
            (pillar, reported, condition.closed_by(closed))
        })
        .collect();
    let sentence = sentence(known.iter().map(|(_, _, condition)| condition), lang, show);
    let newest = editions.newest.as_ref();
    let older = Newest::sentence(newest, known.iter().map(|known| (known.0, known.1)), lang);
    let narrowed = show == WORKS || show == TROUBLE || Issue::ALL.iter().any(|issue| issue.word() == show);
    let shown = known.iter().filter(|(_, _, condition)| !narrowed || belongs(condition, show));
    let mut shown: Vec<_> = shown.collect();
    match query.sort.as_str() {
        LONGEST_SILENT => shown.sort_by_key(|(pillar, ..)| pillar.last_seen_at),
        WORST => shown.sort_by_key(|(_, _, condition)| Reverse(condition.issues.len())),
        _ => {}
    }
    PillarsPage {
        frame: visitor.frame(Section::Pillars),
        p: lang.pillar_texts(),
        sentence,
        unfit: editions.unfit,
        older,
        narrowed,
        choices: choices(query, lang),
        part: address("/live/pillars/list", query),
        enrol: visitor.may_open("/enrolment").then_some(lang.enrolment_texts().title),
        systems: visitor.may_open("/systems").then_some(lang.system_texts().title),
        rows: shown
            .into_iter()
            .map(|(pillar, reported, condition)| PillarRow {
                place: places.get(&pillar.name).cloned(),
                alerts: open_alerts(alerts, &pillar.name, lang),
                ..row(pillar, *reported, condition, newest, lang, now)
            })
            .collect(),
        none: pillars.is_empty(),
    }
}

/// What is open about a pillar, but for what its badges say already.
fn open_alerts(alerts: &[Alert], pillar: &str, lang: Lang) -> Vec<String> {
    let said = |kind| {
        matches!(
            kind,
            AlertKind::Down
                | AlertKind::Full
                | AlertKind::Printer
                | AlertKind::Terminal
                | AlertKind::Reader
                | AlertKind::PaperLow
        )
    };
    let open = alerts.iter().filter(|alert| alert.ended_at.is_none() && alert.pillar == pillar);
    open.filter(|alert| !said(alert.kind)).map(|alert| lang.alert(alert.kind, true).to_owned()).collect()
}

/// The address of this list, in words that are known.
fn address(path: &str, query: &PillarsQuery) -> String {
    let known = |words: &[&'static str], word: &str| words.iter().copied().find(|known| *known == word);
    let issues = Issue::ALL.map(Issue::word);
    let show = known(&[WORKS, TROUBLE], &query.show).or_else(|| known(&issues, &query.show));
    let sort = known(&[LONGEST_SILENT, WORST], &query.sort);
    let said = [show.map(|word| format!("show={word}")), sort.map(|word| format!("sort={word}"))];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
}

/// Only those with trouble, and the orders of the list.
fn choices(query: &PillarsQuery, lang: Lang) -> Vec<Clause> {
    let t = lang.pillar_texts();
    let show = |word: &str| PillarsQuery { show: word.to_owned(), sort: query.sort.clone() };
    let sort = |word: &str| PillarsQuery { show: query.show.clone(), sort: word.to_owned() };
    let choice = |text: &str, chosen: PillarsQuery, shown| Clause {
        text: text.to_owned(),
        href: address("/pillars", &chosen),
        shown,
    };
    let by_name = query.sort != LONGEST_SILENT && query.sort != WORST;
    vec![
        choice(t.only_trouble, show(TROUBLE), query.show == TROUBLE),
        choice(t.by_name, sort(""), by_name),
        choice(t.by_trouble, sort(WORST), query.sort == WORST),
        choice(t.by_last_seen, sort(LONGEST_SILENT), query.sort == LONGEST_SILENT),
    ]
}

fn belongs(condition: &Condition, show: &str) -> bool {
    match show {
        WORKS => condition.issues.is_empty(),
        TROUBLE => condition.issues.iter().any(|issue| *issue != Issue::Revoked),
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
        place: None,
        now: now_badges(condition, lang),
        use_and_warmth: lang.use_and_warmth(condition),
        alerts: Vec::new(),
        receipts,
        cards: cell(Device::Terminal, t.no_terminal),
        readers: if readers.is_empty() { vec![absent(t.no_readers)] } else { readers },
        waiting: reported.filter(|_| condition.is_known()).map_or_else(
            || t.not_known.to_owned(),
            |reported| lang.waiting_in_the_pillar(reported.report.waiting),
        ),
        room: condition.room.and_then(|room| lang.room_in_the_pillar(room)),
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
