//! The list of transactions, and one of them. Invariant: what a resident filled in is shown only to whoever asked for
//! it, and that they did is noted before.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;
use zuil_wire::{Cents, PaymentRecord, PaymentState, Reference, State, Transaction};

use super::super::Failure;
use super::super::permission;
use super::super::texts::Lang;
use super::super::times::{Moment, start_of_day};
use super::super::visitor::{Frame, Section, Visitor, render};
use super::Badge;
use super::handover::HandoverCard;
use super::settling::SettlingCard;
use super::timeline::{self, Event, Known};
use crate::opening;
use crate::seal_keys::SealKeys;
use crate::store::{AuditFilter, Content, Deed, Entry, Filter, Page, Role, Standing, Stored};

/// Rows on a page of the list.
const ROWS: u32 = 50;
/// What staff did with a request is told so many times at most, the newest.
const DEEDS: u32 = 100;

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct ListQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: Show,
    #[serde(default)]
    page: Option<u32>,
}

/// Which part of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Show {
    #[default]
    All,
    Today,
    Parked,
}

impl Show {
    const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Today => "today",
            Self::Parked => "parked",
        }
    }
}

/// The list of transactions.
#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    frame: Frame,
    received_today: String,
    waiting: String,
    something_waits: bool,
    to_settle: Option<String>,
    /// How many could not be sent on.
    not_sent_on: Option<String>,
    show: Show,
    query: String,
    problem: Option<String>,
    rows: Vec<Row>,
    window: String,
    newer: Option<String>,
    older: Option<String>,
}

/// A transaction in the list.
struct Row {
    reference: Reference,
    task: String,
    pillar: String,
    received: Moment,
    state: Badge,
    payment: Option<PaymentCell>,
}

struct PaymentCell {
    badge: Badge,
    amount: String,
}

/// One transaction.
#[derive(Template)]
#[template(path = "transaction.html")]
struct TransactionPage {
    frame: Frame,
    reference: Reference,
    title: String,
    state: Badge,
    meaning: &'static str,
    /// Why somebody must look at it, besides its payment.
    trouble: Option<&'static str>,
    answers: Answers,
    timeline: Vec<Event>,
    payment: Option<PaymentDetails>,
    /// Whether somebody has to find out about the payment.
    to_settle: bool,
    details: Vec<(&'static str, String)>,
    handover: Option<HandoverCard>,
    /// What staff may decide about it.
    settling: Option<SettlingCard>,
}

/// What a resident filled in.
enum Answers {
    /// Not asked for; whether this visitor may.
    Hidden(bool),
    /// Each question, and the answer.
    Shown(Vec<(String, String)>),
    /// It cannot be opened.
    Unreadable,
    /// It was deleted after it was handed over.
    Forgotten,
}

struct PaymentDetails {
    cell: PaymentCell,
    lines: Vec<(&'static str, String)>,
}

pub(in super::super) async fn list(
    visitor: Visitor,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let page = show_list(&visitor, query, Timestamp::now()).await;
    visitor.answer(page)
}

pub(in super::super) async fn transaction(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let page = show_transaction(&visitor, &reference, false, Timestamp::now()).await;
    visitor.answer(page)
}

/// The same page with what the resident filled in.
pub(in super::super) async fn show_content(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let page = show_transaction(&visitor, &reference, true, Timestamp::now()).await;
    visitor.answer(page)
}

async fn show_list(visitor: &Visitor, query: ListQuery, now: Timestamp) -> Result<Response, Failure> {
    let problem = match search(visitor, &query.q).await? {
        Search::Nothing => None,
        Search::Found(reference) => {
            return Ok(Redirect::to(&format!("/transactions/{reference}")).into_response());
        }
        Search::Problem(problem) => Some(problem),
    };
    let midnight = start_of_day(now);
    let filter = match query.show {
        Show::All => Filter::default(),
        Show::Today => Filter { since: Some(midnight), parked: false },
        Show::Parked => Filter { since: None, parked: true },
    };
    let number = query.page.unwrap_or(1).max(1);
    let offset = u64::from(number - 1) * u64::from(ROWS);
    let answers = visitor.desk.ask_and_open(move |store, keys| {
        let Page { items, total } = store.transactions(filter, offset, ROWS)?;
        let ids: Vec<Uuid> = items.iter().map(|stored| stored.id).collect();
        let closed = store.closed_among(&ids)?;
        let items: Vec<Opened> = items.into_iter().map(|stored| Opened::new(stored, keys)).collect();
        let not_sent_on: u64 = store.waiting_handovers()?.iter().map(|waiting| waiting.count).sum();
        Ok((items, closed, total, store.tally(midnight)?, not_sent_on))
    });
    let (items, closed, total, tally, not_sent_on) = answers.await?;
    let last = offset + items.len() as u64;
    let link = |number: u32| format!("/?show={}&page={number}", query.show.word());
    let page = ListPage {
        frame: Frame { find: false, ..visitor.frame(Section::Transactions) },
        received_today: visitor.lang.requests(tally.received),
        waiting: visitor.lang.waiting(tally.parked),
        something_waits: tally.parked > 0,
        to_settle: (tally.unsettled > 0).then(|| visitor.lang.to_settle(tally.unsettled)),
        not_sent_on: (not_sent_on > 0).then(|| visitor.lang.not_sent_on(not_sent_on)),
        show: query.show,
        query: query.q,
        problem,
        window: if items.is_empty() { String::new() } else { visitor.lang.window(offset + 1, last, total) },
        newer: (number > 1).then(|| link(number - 1)),
        older: (last < total).then(|| link(number.saturating_add(1))).filter(|_| !items.is_empty()),
        rows: items.iter().map(|item| row(item, &closed, visitor.lang, now)).collect(),
    };
    Ok(render(&page))
}

enum Search {
    Nothing,
    Found(Reference),
    Problem(String),
}

async fn search(visitor: &Visitor, typed: &str) -> Result<Search, Failure> {
    if typed.trim().is_empty() {
        return Ok(Search::Nothing);
    }
    let reference = match typed.parse::<Reference>() {
        Ok(reference) => reference,
        Err(error) => return Ok(Search::Problem(visitor.lang.not_a_reference(&error))),
    };
    let found = visitor.desk.ask(move |store| store.transaction(reference)).await?;
    Ok(match found {
        Some(_) => Search::Found(reference),
        None => Search::Problem(visitor.lang.texts().no_such_reference.to_owned()),
    })
}

async fn show_transaction(
    visitor: &Visitor,
    reference: &str,
    with_content: bool,
    now: Timestamp,
) -> Result<Response, Failure> {
    let reference: Reference = reference.parse().map_err(|_| Failure::NotFound)?;
    let who = visitor.who();
    let roles = visitor.signed.as_ref().map(|signed| signed.session.account.roles).unwrap_or_default();
    // Which colleague looked at which request is no business of whoever looks after the pillars.
    let may_see_deeds = roles.has(Role::Agent) || roles.has(Role::Administrator);
    let opened = visitor.desk.ask_and_open(move |store, keys| {
        let Some(stored) = store.transaction(reference)? else { return Ok(None) };
        if with_content {
            store.note(&Entry::new(now, &who, Deed::SawContent, &reference.to_string()))?;
        }
        let about = AuditFilter { about: Some(reference.to_string()), ..AuditFilter::default() };
        let known = Known {
            handover: store.handover(reference)?,
            steps: store.handover_steps(reference)?,
            progress: store.progress(reference)?,
            said: store.said_when_refused(reference)?,
            call_back: store.call_back(reference, now)?,
            deeds: if may_see_deeds { store.audit(&about, DEEDS)? } else { Vec::new() },
        };
        Ok(Some((Opened::new(stored, keys), known)))
    });
    let (opened, known) = opened.await?.ok_or(Failure::NotFound)?;
    Ok(render(&transaction_page(visitor, &opened, known, with_content, now)))
}

/// A transaction, opened to be shown.
struct Opened {
    stored: Stored,
    /// Nothing when it cannot be opened.
    content: Option<Transaction>,
}

impl Opened {
    fn new(stored: Stored, keys: &SealKeys) -> Self {
        let content = opening::open(&stored.content, keys);
        if let Err(error) = &content
            && stored.content != Content::Forgotten
        {
            tracing::warn!(id = %stored.id, %error, "a transaction is shown without its content");
        }
        Self { stored, content: content.ok() }
    }

    fn title(&self, lang: Lang) -> String {
        match &self.content {
            Some(content) => content.task_title.clone(),
            None if self.stored.content == Content::Forgotten => lang.access_texts().forgotten.to_owned(),
            None => lang.texts().unreadable.to_owned(),
        }
    }
}

fn row(opened: &Opened, closed: &BTreeSet<Uuid>, lang: Lang, now: Timestamp) -> Row {
    let stored = &opened.stored;
    Row {
        reference: stored.reference,
        task: opened.title(lang),
        pillar: stored.pillar.clone(),
        received: Moment::new(stored.received_at, now, lang),
        state: state_badge(told(stored, closed.contains(&stored.id)), lang),
        payment: payment_cell(opened, lang),
    }
}

/// What is shown of what a resident filled in.
fn answers(visitor: &Visitor, opened: &Opened, with_content: bool) -> Answers {
    let Some(content) = &opened.content else {
        let forgotten = opened.stored.content == Content::Forgotten;
        return if forgotten { Answers::Forgotten } else { Answers::Unreadable };
    };
    if !with_content {
        let rule = permission::of("POST", "/transactions/{reference}");
        let roles = visitor.signed.as_ref().map(|signed| signed.session.account.roles).unwrap_or_default();
        return Answers::Hidden(rule.is_some_and(|rule| rule.who.admits(roles)));
    }
    Answers::Shown(content.answers.iter().map(|line| (line.label.clone(), line.display.clone())).collect())
}

fn transaction_page(
    visitor: &Visitor,
    opened: &Opened,
    known: Known,
    with_content: bool,
    now: Timestamp,
) -> TransactionPage {
    let (lang, t) = (visitor.lang, visitor.lang.texts());
    let (stored, content) = (&opened.stored, opened.content.as_ref());
    let payment_state = stored.payment.as_ref().map(|payment| payment.state);
    let timeline = timeline::of(stored, &known, now, lang);
    let Known { handover, progress, said, .. } = known;
    let settling = SettlingCard::new(stored, handover, visitor, now);
    let is_closed = handover.is_some_and(|handover| handover.standing == Standing::Closed);
    let state = told(stored, is_closed);
    let handover = handover.map(|handover| HandoverCard::new(handover, progress, said, visitor, now));
    let mut details = vec![(t.pillar, stored.pillar.clone())];
    details.extend(stored.case_number.clone().map(|number| (t.case_number, number)));
    if let Some(content) = content {
        details.push((t.visit_language, lang.language_name(&content.language)));
        details.push((t.catalogue_version, content.catalogue_version.clone()));
    }
    details.push((t.id, stored.id.to_string()));
    TransactionPage {
        frame: visitor.frame(Section::Transactions),
        reference: stored.reference,
        title: opened.title(lang),
        state: state_badge(state, lang),
        meaning: lang.meaning(state, payment_state),
        trouble: lang.trouble_with(stored),
        answers: answers(visitor, opened, with_content),
        timeline,
        to_settle: payment_state == Some(PaymentState::Unknown),
        payment: payment_details(opened, lang),
        handover,
        settling,
        details,
    }
}

fn payment_details(opened: &Opened, lang: Lang) -> Option<PaymentDetails> {
    let (cell, t) = (payment_cell(opened, lang)?, lang.texts());
    let Some(payment) = &opened.stored.payment else {
        return Some(PaymentDetails { cell, lines: Vec::new() });
    };
    let terminal = payment.terminal_id.clone().map(|id| (t.terminal, id));
    let receipt = payment.receipt_number.map(|number| (t.receipt_number, format!("{number:04}")));
    let card = payment.card_scheme.clone().map(|card| (t.card, card));
    Some(PaymentDetails { cell, lines: [card, terminal, receipt].into_iter().flatten().collect() })
}

/// Where it is, as staff read it.
fn told(stored: &Stored, is_closed: bool) -> State {
    if is_closed && stored.state == State::Received { State::Closed } else { stored.state }
}

fn state_badge(state: State, lang: Lang) -> Badge {
    let kind = match state {
        State::Saved => "plain",
        State::Received => "arrived",
        State::Registered | State::Closed => "good",
        State::Parked => "waits",
    };
    Badge { kind, text: lang.state(state) }
}

/// What is known of the payment; nothing when there was nothing to pay.
fn payment_cell(opened: &Opened, lang: Lang) -> Option<PaymentCell> {
    let fee = opened.content.as_ref().map_or(Cents::ZERO, |content| content.fee);
    let (kind, text, amount) = match &opened.stored.payment {
        None if fee.is_zero() => return None,
        None => ("unknown", lang.texts().not_reported, fee),
        Some(PaymentRecord { state, amount, .. }) => {
            let kind = match state {
                PaymentState::Paid => "good",
                PaymentState::NotPaid => "bad",
                PaymentState::Unknown => "unknown",
            };
            (kind, lang.payment(*state), *amount)
        }
    };
    Some(PaymentCell { badge: Badge { kind, text }, amount: lang.money(amount) })
}
