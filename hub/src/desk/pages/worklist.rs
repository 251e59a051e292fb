//! What is to do: residents to call back, and links to payments and requests that wait for somebody. Invariant: what a
//! resident filled in is not on this page, and each deed is noted before it is done.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zuil_wire::Reference;

use super::super::Failure;
use super::super::texts::{Lang, SettlingTexts, WorklistTexts};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::handover::SLOW;
use crate::store::{
    CallBack, CallBacksToDo, CallTold, Deed, Elsewhere, Entry, Store, StoreError, Tally, ToDecide, ToForget,
    Undecided, Waiting,
};

/// Rows on the page.
const ROWS: u32 = 100;
/// References on the page whose content will be deleted.
const FORGOTTEN: u32 = 20;
/// After this time it is said that somebody waits long.
const LONG: SignedDuration = SignedDuration::from_hours(24);

/// The page.
#[derive(Template)]
#[template(path = "worklist.html")]
struct WorklistPage {
    frame: Frame,
    w: &'static WorklistTexts,
    to_settle: Option<String>,
    not_sent_on: Option<String>,
    /// That something has been on its way for long.
    slow: Option<String>,
    s: &'static SettlingTexts,
    to_decide: Vec<DecisionRow>,
    /// How many there are, when these are not all.
    more_to_decide: Option<String>,
    /// What content will be deleted that nobody settled.
    to_forget: Option<ToForgetPart>,
    sentence: String,
    rows: Vec<Row>,
    /// That there are more.
    oldest_only: Option<String>,
    choices: Vec<(&'static str, &'static str)>,
}

/// A part of what will be deleted.
struct ToForgetPart {
    sentence: String,
    rows: Vec<(Reference, Moment)>,
    /// Which of all these are.
    window: String,
    /// Where those stand that are deleted before, and after.
    before: Option<String>,
    after: Option<String>,
}

/// A request that goes nowhere before staff decide.
struct DecisionRow {
    reference: Reference,
    pillar: String,
    since: Moment,
    why: &'static str,
}

/// Somebody who waits for a call.
struct Row {
    reference: Reference,
    pillar: String,
    since: Moment,
    ago: String,
    is_long: bool,
    caller: Caller,
    /// What came of the last call.
    told: Option<String>,
    /// That another system has it, too, or gets it.
    elsewhere: Option<&'static str>,
    is_under_way: bool,
}

/// Who calls.
enum Caller {
    Nobody,
    /// Whoever looks at the page.
    Me,
    /// A colleague, and how long ago they began.
    Other(String, String),
}

/// Which part of what will be deleted is looked at.
#[derive(Default, Deserialize)]
pub(in super::super) struct Part {
    #[serde(default)]
    deleted: Option<u32>,
}

pub(in super::super) async fn worklist(
    visitor: Visitor,
    part: Result<Query<Part>, QueryRejection>,
) -> Response {
    let now = Timestamp::now();
    let part = part.ok().and_then(|Query(Part { deleted })| deleted).unwrap_or(1).max(1);
    let known = visitor.desk.ask(move |store| {
        Ok(Known {
            list: store.call_backs(ROWS, now)?,
            counts: Counts::of(store, now)?,
            to_decide: store.to_decide(ROWS)?,
            slow: store.on_their_way(now - SLOW)?.iter().map(|one| one.count).sum(),
            to_forget: store.to_forget(u64::from(part - 1) * u64::from(FORGOTTEN), FORGOTTEN)?,
        })
    });
    let known = known.await;
    visitor.answer(known.map(|known| render(&page(&visitor, known, part, now))))
}

/// What the page is made of.
struct Known {
    list: Vec<CallBack>,
    counts: Counts,
    to_decide: ToDecide,
    slow: u64,
    to_forget: ToForget,
}

/// How much waits for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Counts {
    call_backs: CallBacksToDo,
    payments: u64,
    not_sent_on: u64,
    to_decide: u64,
    /// What will be deleted, and waits for nothing else.
    to_forget: u64,
}

impl Counts {
    /// Counts what waits at `now`.
    pub(in super::super) fn of(store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let Tally { unsettled, .. } = store.tally(Timestamp::MAX)?;
        let waiting = store.waiting_handovers()?;
        Ok(Self {
            call_backs: store.call_backs_to_do(now)?,
            to_decide: store.to_decide(0)?.count,
            to_forget: store.to_forget(0, 0)?.only_here,
            payments: unsettled,
            not_sent_on: waiting.iter().map(|Waiting { count, .. }| count).sum(),
        })
    }

    /// All of it, each once: who is to be called back and whose request was not sent on, or is to be decided about,
    /// waits once.
    pub(in super::super) const fn total(self) -> u64 {
        let CallBacksToDo { all, not_sent_on, undecided } = self.call_backs;
        let others = self.not_sent_on.saturating_sub(not_sent_on) + self.to_decide.saturating_sub(undecided);
        all + self.payments + others + self.to_forget
    }
}

fn page(visitor: &Visitor, known: Known, part: u32, now: Timestamp) -> WorklistPage {
    let lang = visitor.lang;
    let Known { list, counts, to_decide, slow, to_forget } = known;
    let Counts { call_backs: CallBacksToDo { all: call_backs, .. }, payments, not_sent_on, .. } = counts;
    let who = visitor.who();
    WorklistPage {
        frame: visitor.frame(Section::Worklist),
        w: lang.worklist_texts(),
        to_settle: (payments > 0).then(|| lang.to_settle(payments)),
        not_sent_on: (not_sent_on > 0).then(|| lang.not_sent_on(not_sent_on)),
        slow: (slow > 0).then(|| lang.slow(slow)),
        s: lang.settling_texts(),
        more_to_decide: (to_decide.count > to_decide.oldest.len() as u64)
            .then(|| lang.oldest_only(to_decide.oldest.len())),
        to_decide: to_decide.oldest.into_iter().map(|one| decision_row(one, lang, now)).collect(),
        to_forget: (to_forget.count > 0).then(|| to_forget_part(to_forget, part, lang, now)),
        sentence: lang.to_call_back(call_backs),
        oldest_only: (call_backs > list.len() as u64).then(|| lang.oldest_only(list.len())),
        rows: list.into_iter().map(|call| row(call, &who, lang, now)).collect(),
        choices: CallTold::ALL.map(|told| (told.as_str(), lang.call_told(told))).into(),
    }
}

fn to_forget_part(to_forget: ToForget, part: u32, lang: Lang, now: Timestamp) -> ToForgetPart {
    let ToForget { count, first, .. } = to_forget;
    let offset = u64::from(part - 1) * u64::from(FORGOTTEN);
    let last = offset + first.len() as u64;
    let link = |part: u32| format!("/worklist?deleted={part}#to-forget");
    ToForgetPart {
        sentence: lang.to_be_deleted(count),
        window: if first.is_empty() { String::new() } else { lang.window(offset + 1, last, count) },
        before: (part > 1).then(|| link(part - 1)),
        after: (!first.is_empty() && last < count).then(|| link(part.saturating_add(1))),
        rows: first.into_iter().map(|(reference, at)| (reference, Moment::new(at, now, lang))).collect(),
    }
}

fn decision_row(undecided: Undecided, lang: Lang, now: Timestamp) -> DecisionRow {
    let Undecided { reference, pillar, received_at, trouble } = undecided;
    DecisionRow {
        reference,
        pillar,
        since: Moment::new(received_at, now, lang),
        why: lang.undecided(trouble),
    }
}

fn row(call: CallBack, who: &str, lang: Lang, now: Timestamp) -> Row {
    let CallBack { reference, pillar, received_at, holder, tries, told, elsewhere } = call;
    Row {
        reference,
        pillar,
        since: Moment::new(received_at, now, lang),
        ago: lang.waits_for(received_at, now),
        is_long: now.duration_since(received_at) >= LONG,
        caller: match holder {
            None => Caller::Nobody,
            Some((holder, _)) if holder == who => Caller::Me,
            Some((holder, since)) => Caller::Other(holder, lang.ago(since, now)),
        },
        told: told.map(|(told, by, at)| lang.last_call(told, &by, &lang.ago(at, now), tries)),
        elsewhere: match elsewhere {
            Elsewhere::No => None,
            Elsewhere::MayCome => Some(lang.worklist_texts().may_come),
            Elsewhere::UnderWay => Some(lang.worklist_texts().under_way),
        },
        is_under_way: elsewhere == Elsewhere::UnderWay,
    }
}

/// From whom somebody takes it over, if from anybody.
#[derive(Deserialize)]
pub(in super::super) struct Take {
    #[serde(default)]
    over_from: String,
}

/// Somebody calls. Whoever comes too late sees who does.
pub(in super::super) async fn take_call(
    visitor: Visitor,
    Path(reference): Path<String>,
    form: Result<Form<Take>, FormRejection>,
) -> Response {
    let Ok(Form(Take { over_from })) = form else { return visitor.answer(Err(Failure::NotFound)) };
    let (now, who) = (Timestamp::now(), visitor.who());
    let (me, from) = (who.clone(), over_from.clone());
    let may = move |call: &CallBack| {
        let is_free = call.holder.as_ref().is_none_or(|(holder, _)| *holder == from && *holder != me);
        is_free && call.elsewhere != Elsewhere::UnderWay
    };
    // Only whom it was taken from, and not whoever the form names.
    let detail =
        |call: &CallBack| call.holder.as_ref().map_or_else(String::new, |(holder, _)| holder.clone());
    let taken = act(&visitor, &reference, (Deed::TookCallBack, detail), may, move |store, reference| {
        let over_from = Some(over_from.as_str()).filter(|from| !from.is_empty());
        store.take_call_back(reference, &who, over_from, now).map(drop)
    });
    visitor.answer(taken.await)
}

/// What came of a call.
#[derive(Deserialize)]
pub(in super::super) struct Told {
    #[serde(default)]
    told: String,
}

/// Keeps what came of a call.
pub(in super::super) async fn tell_call(
    visitor: Visitor,
    Path(reference): Path<String>,
    form: Result<Form<Told>, FormRejection>,
) -> Response {
    let told = form.ok().and_then(|Form(Told { told })| CallTold::parse(&told));
    let Some(told) = told else { return visitor.answer(Err(Failure::NotFound)) };
    let (now, who) = (Timestamp::now(), visitor.who());
    let detail = move |_: &CallBack| told.as_str().to_owned();
    let me = who.clone();
    let may = move |call: &CallBack| call.holder.as_ref().is_some_and(|(holder, _)| *holder == me);
    let kept = act(&visitor, &reference, (Deed::ToldCallBack, detail), may, move |store, reference| {
        store.tell_call_back(reference, &who, told, now).map(drop)
    });
    visitor.answer(kept.await)
}

/// Does something about a request that is to do, if they may, and notes before who did.
async fn act(
    visitor: &Visitor,
    reference: &str,
    (deed, detail): (Deed, impl FnOnce(&CallBack) -> String + Send + 'static),
    may: impl FnOnce(&CallBack) -> bool + Send + 'static,
    work: impl FnOnce(&dyn Store, Reference) -> Result<(), StoreError> + Send + 'static,
) -> Result<Response, Failure> {
    let reference: Reference = reference.parse().map_err(|_| Failure::NotFound)?;
    let now = Timestamp::now();
    let entry = Entry::new(now, &visitor.who(), deed, &reference.to_string());
    let done = visitor.desk.ask(move |store| {
        if let Some(call) = store.call_back_to_do(reference, now)?.filter(may) {
            store.note(&entry.with(detail(&call)))?;
            work(store, reference)?;
        }
        Ok(())
    });
    done.await?;
    Ok(Redirect::to("/worklist").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_for_two_reasons_is_counted_once() {
        let call_backs = CallBacksToDo { all: 3, not_sent_on: 2, undecided: 1 };
        let counts = Counts { call_backs, payments: 1, not_sent_on: 5, to_decide: 4, to_forget: 2 };
        assert_eq!(counts.total(), 12);
        // Something was sent on between the two counts.
        let counts = Counts { call_backs, not_sent_on: 1, to_decide: 1, ..Counts::default() };
        assert_eq!(counts.total(), 3);
    }
}
