//! The list of pillars, and one of them: what works right now, and what to do about the rest.

use std::collections::HashMap;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use zuil_wire::health::{Device, DeviceState};

use super::super::Failure;
use super::super::condition::{Condition, Contact, Issue, Part};
use super::super::texts::{Lang, PillarTexts};
use super::super::times::{Moment, today};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::editions::{Editions, Newest};
use crate::store::{Pillar, Refused, RefusedEnvelope, Reported, Store, StoreError};

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
    /// Says that the newest catalogue is damaged, before the command that mends it.
    damaged: Option<String>,
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

/// One pillar.
#[derive(Template)]
#[template(path = "pillar.html")]
struct PillarPage {
    frame: Frame,
    p: &'static PillarTexts,
    name: String,
    now: Vec<Badge>,
    for_callers: Vec<&'static str>,
    devices: Vec<DeviceRow>,
    known: bool,
    paper: Option<PaperCard>,
    /// Leads to the payments to settle.
    to_settle: Option<String>,
    details: Vec<(&'static str, String)>,
    refusals: Vec<RefusalRow>,
}

/// Something that was refused for good.
struct RefusalRow {
    reference: Option<String>,
    id: Option<String>,
    reason: &'static str,
    last: Moment,
    times: Option<String>,
}

struct DeviceRow {
    name: &'static str,
    badge: Badge,
    last_known: Option<String>,
    since: Moment,
    remedy: &'static str,
    /// Whether somebody has to find out about a payment first.
    settle: bool,
}

struct PaperCard {
    title: &'static str,
    used: String,
    /// Nothing when the paper is used up.
    forecast: Option<String>,
}

pub(in super::super) async fn pillars(
    visitor: Visitor,
    query: Result<Query<PillarsQuery>, QueryRejection>,
) -> Response {
    let show = query.map(|Query(query)| query.show).unwrap_or_default();
    let editions = Editions::of(&visitor.desk, visitor.lang).await;
    let known = visitor.desk.ask(|store| Ok((store.pillars()?, store.reports()?))).await;
    let page = known.map(|(pillars, reports)| {
        render(&pillars_page(&visitor, &pillars, reports, editions, &show, Timestamp::now()))
    });
    visitor.answer(page)
}

pub(in super::super) async fn pillar(visitor: Visitor, Path(name): Path<String>) -> Response {
    let newest = Editions::of(&visitor.desk, visitor.lang).await.newest;
    let known = visitor.desk.ask(move |store| Known::of(store, &name)).await;
    let page = known.and_then(|known| {
        let known = known.ok_or(Failure::NotFound)?;
        Ok(render(&pillar_page(&visitor, &known, newest.as_ref(), Timestamp::now())))
    });
    visitor.answer(page)
}

/// What the store knows of a pillar.
struct Known {
    pillar: Pillar,
    reported: Option<Reported>,
    refusals: Vec<RefusedEnvelope>,
    after_revocation: u64,
}

impl Known {
    fn of(store: &dyn Store, name: &str) -> Result<Option<Self>, StoreError> {
        let Some(pillar) = store.pillars()?.into_iter().find(|pillar| pillar.name == name) else {
            return Ok(None);
        };
        let reported = store.reports()?.into_iter().find(|reported| reported.pillar == name);
        let (refusals, after_revocation) = (store.refusals(name)?, store.delivered_after_revocation(name)?);
        Ok(Some(Self { pillar, reported, refusals, after_revocation }))
    }
}

fn pillars_page(
    visitor: &Visitor,
    pillars: &[Pillar],
    reports: Vec<Reported>,
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
            (pillar, reported, Condition::of(pillar, reported, now))
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
        damaged: editions.damaged,
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

fn pillar_page(visitor: &Visitor, known: &Known, newest: Option<&Newest>, now: Timestamp) -> PillarPage {
    let lang = visitor.lang;
    let (pillar, reported) = (&known.pillar, known.reported.as_ref());
    let condition = Condition::of(pillar, reported, now);
    let open = reported.map_or(0, |reported| reported.report.open_payments.len());
    PillarPage {
        frame: visitor.frame(Section::Pillars),
        p: lang.pillar_texts(),
        name: pillar.name.clone(),
        now: now_badges(&condition, lang),
        for_callers: lang.for_callers(&condition),
        devices: condition.parts.iter().map(|part| device_row(*part, &condition, lang, now)).collect(),
        known: condition.is_known(),
        paper: paper_card(&condition, lang, now),
        to_settle: (open > 0).then(|| lang.to_settle(open as u64)),
        details: details(known, &condition, newest, lang, now),
        refusals: known.refusals.iter().map(|refused| refusal_row(refused, lang, now)).collect(),
    }
}

fn refusal_row(envelope: &RefusedEnvelope, lang: Lang, now: Timestamp) -> RefusalRow {
    let Refused { id, reference, reason } = envelope.refused;
    RefusalRow {
        reference: reference.map(|reference| reference.groups().join(" ")),
        id: (!id.is_nil()).then(|| id.to_string()),
        reason: lang.refusal(reason),
        last: Moment::new(envelope.last_at, now, lang),
        times: (envelope.times > 1).then(|| lang.times(envelope.times)),
    }
}

fn paper_card(condition: &Condition, lang: Lang, now: Timestamp) -> Option<PaperCard> {
    let (paper, t) = (condition.paper?, lang.pillar_texts());
    let used_up = condition.part(Device::Printer).is_some_and(|part| part.state == DeviceState::PaperOut);
    let forecast = || lang.paper_until(&paper, today(now)).unwrap_or_else(|| t.no_forecast.to_owned());
    Some(PaperCard {
        title: if condition.is_known() { t.paper } else { t.paper_last_known },
        used: lang.metres(&paper),
        forecast: (!used_up).then(forecast),
    })
}

fn details(
    known: &Known,
    condition: &Condition,
    newest: Option<&Newest>,
    lang: Lang,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let t = lang.pillar_texts();
    let (pillar, reported) = (&known.pillar, known.reported.as_ref());
    let moment =
        |at: Option<Timestamp>| at.map_or_else(|| t.never.to_owned(), |at| Moment::new(at, now, lang).text);
    let mut details = vec![
        (t.last_seen, moment(pillar.last_seen_at)),
        (t.last_report, moment(reported.map(|reported| reported.received_at))),
    ];
    if let Some(known @ Reported { report, .. }) = reported {
        if condition.is_known() {
            details.push((t.waiting, lang.waiting_in_the_pillar(report.waiting)));
        }
        let when = |at| Moment::new(known.by_our_clock(at), now, lang).text;
        let storage = report.storage.as_ref();
        if let Some(tried) =
            storage.and_then(|storage| storage.tried.as_ref()).filter(|_| condition.is_known())
        {
            details.push((t.tried, lang.tried_in_vain(tried, &when(tried.last))));
        }
        let room = condition.room.and_then(|room| lang.room_in_the_pillar(room));
        details.extend(room.map(|room| (t.room, room)));
        if let Some(salvaged) = storage.and_then(|storage| storage.salvaged) {
            details.push((t.storage, lang.storage_was_salvaged(&when(salvaged.at), &salvaged)));
        }
        details.push((t.program, report.program.clone()));
        details.push((t.catalogue, Newest::beside(newest, &report.catalogue, lang)));
        details.extend(report.catalogue_refused.clone().map(|why| (lang.refuses_the_newest(), why)));
    }
    details.extend(condition.clock_ahead.map(|ahead| (t.clock, lang.clock_is_off(ahead))));
    let access = match pillar.revoked_at {
        None => t.may_deliver.to_owned(),
        Some(at) => format!("{}, {}", t.revoked, Moment::new(at, now, lang).text),
    };
    details.push((t.access, access));
    if pillar.revoked_at.is_some() {
        details.push((t.after_revocation, lang.requests(known.after_revocation)));
    }
    let sequence = pillar.last_sequence.map_or_else(|| t.none_yet.to_owned(), |number| number.to_string());
    details.push((t.last_sequence, sequence));
    details.push((t.added, Moment::new(pillar.added_at, now, lang).text));
    details
}

fn device_row(part: Part, condition: &Condition, lang: Lang, now: Timestamp) -> DeviceRow {
    let known = condition.is_known();
    DeviceRow {
        name: lang.device(part.device),
        badge: if known { state_badge(part, lang) } else { unknown(lang) },
        last_known: (!known).then(|| lang.last_known(part.state)),
        since: Moment::new(part.since, now, lang),
        remedy: match condition.contact {
            Contact::Now => lang.remedy(part.device, part.state),
            Contact::Revoked => lang.pillar_texts().nothing_to_do,
            Contact::NoWord | Contact::Silent(_) => lang.pillar_texts().contact_first,
        },
        settle: known && part.state == DeviceState::Blocked,
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

/// What is the matter with a pillar, or that it works.
fn now_badges(condition: &Condition, lang: Lang) -> Vec<Badge> {
    if condition.contact == Contact::Now && condition.issues.is_empty() {
        return vec![Badge { kind: "good", text: lang.pillar_texts().works }];
    }
    let badge = |issue: &Issue| {
        let kind = match issue {
            Issue::PaperNearEnd | Issue::CardBlocked => "waits",
            Issue::NoRoom | Issue::NoReceipt | Issue::NoCard | Issue::NoReader | Issue::Revoked => "bad",
            Issue::NotAsked | Issue::NoWord | Issue::Silent => "unknown",
        };
        Badge { kind, text: lang.issue(*issue) }
    };
    condition.issues.iter().map(badge).collect()
}

fn state_badge(part: Part, lang: Lang) -> Badge {
    let kind = match part.state {
        DeviceState::Ready => "good",
        DeviceState::PaperNearEnd | DeviceState::Blocked => "waits",
        DeviceState::Unknown => "unknown",
        DeviceState::PaperOut | DeviceState::CoverOpen | DeviceState::CutterError | DeviceState::Offline => {
            "bad"
        }
    };
    Badge { kind, text: lang.device_state(part.state) }
}

fn unknown(lang: Lang) -> Badge {
    Badge { kind: "unknown", text: lang.pillar_texts().not_known }
}
