//! What is to do: residents to call back, and links to payments and requests that wait for somebody. Invariant: what a
//! resident filled in is not on this page, and each deed is noted before it is done.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zuil_wire::Reference;

use super::super::Failure;
use super::super::texts::{Lang, WorklistTexts};
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::store::{CallBack, CallBacksToDo, CallTold, Deed, Entry, Store, StoreError, Tally, Waiting};

/// Rows on the page.
const ROWS: u32 = 100;
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
    sentence: String,
    rows: Vec<Row>,
    /// That there are more.
    oldest_only: Option<String>,
    choices: Vec<(&'static str, &'static str)>,
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
}

/// Who calls.
enum Caller {
    Nobody,
    /// Whoever looks at the page.
    Me,
    /// A colleague, and how long ago they began.
    Other(String, String),
}

pub(in super::super) async fn worklist(visitor: Visitor) -> Response {
    let now = Timestamp::now();
    let known = visitor.desk.ask(|store| {
        let list = store.call_backs(ROWS)?;
        Ok((list, Counts::of(store)?))
    });
    let known = known.await;
    visitor.answer(known.map(|(list, counts)| render(&page(&visitor, list, &counts, now))))
}

/// How much waits for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Counts {
    call_backs: CallBacksToDo,
    payments: u64,
    not_sent_on: u64,
}

impl Counts {
    /// Counts it.
    pub(in super::super) fn of(store: &dyn Store) -> Result<Self, StoreError> {
        let Tally { unsettled, .. } = store.tally(Timestamp::MAX)?;
        let waiting = store.waiting_handovers()?;
        Ok(Self {
            call_backs: store.call_backs_to_do()?,
            payments: unsettled,
            not_sent_on: waiting.iter().map(|Waiting { count, .. }| count).sum(),
        })
    }

    /// All of it, each once: who is to be called back and whose request was not sent on waits once.
    pub(in super::super) const fn total(self) -> u64 {
        let CallBacksToDo { all, not_sent_on } = self.call_backs;
        all + self.payments + self.not_sent_on.saturating_sub(not_sent_on)
    }
}

fn page(visitor: &Visitor, list: Vec<CallBack>, counts: &Counts, now: Timestamp) -> WorklistPage {
    let lang = visitor.lang;
    let Counts { call_backs: CallBacksToDo { all: call_backs, .. }, payments, not_sent_on } = *counts;
    let who = visitor.who();
    WorklistPage {
        frame: visitor.frame(Section::Worklist),
        w: lang.worklist_texts(),
        to_settle: (payments > 0).then(|| lang.to_settle(payments)),
        not_sent_on: (not_sent_on > 0).then(|| lang.not_sent_on(not_sent_on)),
        sentence: lang.to_call_back(call_backs),
        oldest_only: (call_backs > list.len() as u64).then(|| lang.oldest_only(list.len())),
        rows: list.into_iter().map(|call| row(call, &who, lang, now)).collect(),
        choices: CallTold::ALL.map(|told| (told.as_str(), lang.call_told(told))).into(),
    }
}

fn row(call: CallBack, who: &str, lang: Lang, now: Timestamp) -> Row {
    let CallBack { reference, pillar, received_at, holder, tries, told } = call;
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
        call.holder.as_ref().is_none_or(|(holder, _)| *holder == from && *holder != me)
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
    let entry = Entry::new(Timestamp::now(), &visitor.who(), deed, &reference.to_string());
    let done = visitor.desk.ask(move |store| {
        let to_do = store.call_backs(u32::MAX)?;
        let found = to_do.iter().find(|call| call.reference == reference);
        if let Some(call) = found.filter(|call| may(call)) {
            store.note(&entry.with(detail(call)))?;
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
        let call_backs = CallBacksToDo { all: 3, not_sent_on: 2 };
        assert_eq!(Counts { call_backs, payments: 1, not_sent_on: 5 }.total(), 7);
        // Something was sent on between the two counts.
        assert_eq!(Counts { call_backs, payments: 0, not_sent_on: 1 }.total(), 3);
    }
}
