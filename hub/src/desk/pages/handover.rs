//! How requests come into the municipality's own systems, and what staff do where that did not go by itself. Invariant:
//! who sent or registered something is noted before, and nothing is sent again in a heap of which somebody must look
//! first whether it arrived.

use askama::Template;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use zuil_wire::Reference;

use super::super::Failure;
use super::super::permission;
use super::super::texts::HandoverTexts;
use super::super::times::Moment;
use super::super::visitor::{Frame, Section, Visitor, render};
use crate::store::{
    Deed, Entry, Handover, OnItsWay, ParkReason, Progress, Standing, Store, StoreError, System, Waiting,
};

/// The most characters of a case number.
const CASE_NUMBER: usize = 40;
/// After this time on its way something is slow.
pub(super) const SLOW: SignedDuration = SignedDuration::from_hours(1);
/// What stands in an address for requests of which it is not known where they go.
const NOWHERE: &str = "none";

/// How far a request is on its way into the municipality's own system.
pub(super) struct HandoverCard {
    pub w: &'static HandoverTexts,
    pub standing: &'static str,
    pub system: Option<&'static str>,
    /// When it is tried next, or since when it stands so.
    pub since: (&'static str, Moment),
    /// How far it is there, in the words of that system, and since when.
    pub progress: Option<(String, Moment)>,
    /// Why it waits for a person.
    pub parked: Option<&'static str>,
    /// What the system said when it refused it.
    pub said: Option<String>,
    /// Whether the visitor may do something about it.
    pub may_act: bool,
}

impl HandoverCard {
    pub(super) fn new(
        handover: Handover,
        progress: Option<Progress>,
        said: Option<String>,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Self {
        let lang = visitor.lang;
        let Handover { standing, system, attempts, due_at, changed_at } = handover;
        let at = if standing == Standing::Waiting { due_at.max(now) } else { changed_at };
        let parked = match standing {
            Standing::Parked(reason) => Some(lang.park_reason(reason)),
            Standing::Waiting
            | Standing::Held
            | Standing::Nothing
            | Standing::Closed
            | Standing::Registered => None,
        };
        Self {
            w: lang.handover_texts(),
            standing: lang.standing(standing, attempts > 0),
            system: system.map(|system| lang.system(system)),
            since: (lang.standing_since(standing), Moment::new(at, now, lang)),
            progress: progress.map(|told| (told.words, Moment::new(told.since, now, lang))),
            parked,
            said,
            may_act: may(visitor, "/transactions/{reference}/send-again"),
        }
    }
}

/// Everything that could not be sent on, by system and reason.
#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverPage {
    frame: Frame,
    w: &'static HandoverTexts,
    heaps: Vec<Heap>,
    /// What goes on by itself and has taken long.
    slow: Vec<Slow>,
}

/// What is on its way into one system for long.
struct Slow {
    system: &'static str,
    count: String,
    since: Moment,
}

/// What waits for one reason.
struct Heap {
    system: &'static str,
    count: String,
    reason: &'static str,
    since: Moment,
    /// Where the button leads that sends them all; nothing where each must be looked at, or the visitor may not.
    send_all: Option<String>,
    needs_a_look: bool,
}

pub(in super::super) async fn handovers(visitor: Visitor) -> Response {
    let now = Timestamp::now();
    let known =
        visitor.desk.ask(move |store| Ok((store.waiting_handovers()?, store.on_their_way(now - SLOW)?)));
    let known = known.await;
    visitor.answer(known.map(|(waiting, slow)| render(&page(&visitor, waiting, slow, now))))
}

fn page(visitor: &Visitor, waiting: Vec<Waiting>, slow: Vec<OnItsWay>, now: Timestamp) -> HandoverPage {
    let lang = visitor.lang;
    let may_send = may(visitor, "/handover/{system}/{reason}");
    let heap = |Waiting { system, reason, count, since }: Waiting| Heap {
        system: system.map_or(lang.handover_texts().no_system, |system| lang.system(system)),
        count: lang.requests_that_wait(count),
        reason: lang.park_reason(reason),
        since: Moment::new(since, now, lang),
        send_all: (may_send && !reason.needs_a_look())
            .then(|| format!("/handover/{}/{}", system.map_or(NOWHERE, System::as_str), reason.as_str())),
        needs_a_look: reason.needs_a_look(),
    };
    let slow = slow.into_iter().map(|OnItsWay { system, count, since }| Slow {
        system: system.map_or(lang.handover_texts().no_system, |system| lang.system(system)),
        count: lang.requests_that_wait(count),
        since: Moment::new(since, now, lang),
    });
    HandoverPage {
        slow: slow.collect(),
        frame: visitor.frame(Section::Transactions),
        w: lang.handover_texts(),
        heaps: waiting.into_iter().map(heap).collect(),
    }
}

/// Sends on again all that waits for one reason.
pub(in super::super) async fn send_all_again(
    visitor: Visitor,
    Path((system, reason)): Path<(String, String)>,
) -> Response {
    let sent = send_all_now(&visitor, &system, &reason, Timestamp::now()).await;
    visitor.answer(sent)
}

async fn send_all_now(
    visitor: &Visitor,
    system: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Response, Failure> {
    let named = System::parse(system);
    let reason = ParkReason::parse(reason).filter(|reason| !reason.needs_a_look());
    let reason = reason.filter(|_| named.is_some() || system == NOWHERE).ok_or(Failure::NotFound)?;
    let detail = format!("{} {}", named.map_or(NOWHERE, System::as_str), reason.as_str());
    let entry = Entry::new(now, &visitor.who(), Deed::SentAgain, "").with(detail);
    let sent = visitor.desk.ask(move |store| {
        store.note(&entry)?;
        store.send_all_again(named, reason, now)
    });
    let sent = sent.await?;
    tracing::info!(sent, ?named, ?reason, "staff send handovers again");
    Ok(Redirect::to("/handover").into_response())
}

/// Sends on again what waits for staff. Whoever comes too late sees how it stands.
pub(in super::super) async fn send_again(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let now = Timestamp::now();
    let deed = (Deed::SentAgain, String::new());
    visitor.answer(
        act(&visitor, &reference, deed, now, move |store, reference| {
            store.send_again(reference, now).map(drop)
        })
        .await,
    )
}

/// What staff found in the other system, or brought there by hand.
#[derive(Deserialize)]
pub(in super::super) struct ByHand {
    #[serde(default)]
    case_number: String,
}

/// Registers what waits for staff under a number that they give.
pub(in super::super) async fn register_by_hand(
    visitor: Visitor,
    Path(reference): Path<String>,
    Form(form): Form<ByHand>,
) -> Response {
    let now = Timestamp::now();
    let typed = form.case_number.trim();
    // What was left empty, or cannot be a number, is asked for again.
    let is_number = |c: char| c.is_ascii_alphanumeric() || "-._/ ".contains(c);
    if typed.is_empty() || typed.chars().count() > CASE_NUMBER || !typed.chars().all(is_number) {
        return match reference.parse::<Reference>() {
            Ok(reference) => Redirect::to(&format!("/transactions/{reference}#handover")).into_response(),
            Err(_) => visitor.answer(Err(Failure::NotFound)),
        };
    }
    let number = typed.to_owned();
    let deed = (Deed::RegisteredByHand, number.clone());
    visitor.answer(
        act(&visitor, &reference, deed, now, move |store, reference| {
            store.register_by_hand(reference, &number, now).map(drop)
        })
        .await,
    )
}

/// Does something to a request that waits for staff, and notes before who did.
async fn act(
    visitor: &Visitor,
    reference: &str,
    (deed, detail): (Deed, String),
    now: Timestamp,
    work: impl FnOnce(&dyn Store, Reference) -> Result<(), StoreError> + Send + 'static,
) -> Result<Response, Failure> {
    let reference: Reference = reference.parse().map_err(|_| Failure::NotFound)?;
    let entry = Entry::new(now, &visitor.who(), deed, &reference.to_string()).with(detail);
    let done = visitor.desk.ask(move |store| {
        let handover = store.handover(reference)?;
        if handover.is_some_and(|handover| matches!(handover.standing, Standing::Parked(_))) {
            store.note(&entry)?;
            work(store, reference)?;
        }
        Ok(())
    });
    done.await?;
    Ok(Redirect::to(&format!("/transactions/{reference}")).into_response())
}

/// Whether the visitor may do something.
pub(super) fn may(visitor: &Visitor, path: &str) -> bool {
    let roles = visitor.signed.as_ref().map(|signed| signed.session.account.roles).unwrap_or_default();
    permission::of("POST", path).is_some_and(|rule| rule.who.admits(roles))
}
