//! What staff decide about a request that goes nowhere by itself. Invariant: who decided is noted before, and only what
//! could be decided is noted.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use zuil_wire::{PaymentState, Reference, State};

use super::super::Failure;
use super::super::texts::SettlingTexts;
use super::super::visitor::Visitor;
use super::handover::{SLOW, may};
use crate::store::{Content, Deed, Entry, Handover, Standing, Store, StoreError, Stored, Trouble};

/// What may be decided about a request.
pub(super) struct SettlingCard {
    pub w: &'static SettlingTexts,
    pub may_send_anyway: bool,
    pub may_close: bool,
}

impl SettlingCard {
    /// Nothing when nothing may be.
    pub(super) fn new(
        stored: &Stored,
        handover: Option<Handover>,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Option<Self> {
        let may_send_anyway = can_be_sent(stored, handover)
            && stored.content != Content::Forgotten
            && may(visitor, "/transactions/{reference}/send-anyway");
        let may_close =
            can_be_closed(stored, handover, now) && may(visitor, "/transactions/{reference}/close");
        let w = visitor.lang.settling_texts();
        (may_send_anyway || may_close).then_some(Self { w, may_send_anyway, may_close })
    }
}

fn can_be_sent(stored: &Stored, handover: Option<Handover>) -> bool {
    let was_not_sent = |handover: Handover| !matches!(handover.standing, Standing::Parked(_));
    stored.state == State::Parked
        && can_be_settled(stored)
        && handover.is_none_or(was_not_sent)
        && stored.trouble.is_none_or(Trouble::may_go_on)
}

/// What goes on by itself is left to, unless it has taken long.
fn can_be_closed(stored: &Stored, handover: Option<Handover>, now: Timestamp) -> bool {
    let is_open = |handover: Handover| match handover.standing {
        Standing::Waiting => now.duration_since(handover.changed_at) >= SLOW,
        Standing::Held | Standing::Nothing | Standing::Parked(_) => true,
        Standing::Closed | Standing::Registered => false,
    };
    stored.state != State::Registered && can_be_settled(stored) && handover.is_none_or(is_open)
}

fn can_be_settled(stored: &Stored) -> bool {
    let payment = stored.payment.as_ref().map(|payment| payment.state);
    stored.looked_at && payment != Some(PaymentState::Unknown)
}

/// Lets a request go on that is not paid, or with which something is the matter.
pub(in super::super) async fn send_anyway(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let now = Timestamp::now();
    let detail = |stored: &Stored| stored.trouble.map_or("not-paid", Trouble::as_str).to_owned();
    let done = decide(
        &visitor,
        &reference,
        (Deed::SentAnyway, detail),
        can_be_sent,
        now,
        move |store, reference| store.send_anyway(reference, now).map(drop),
    );
    visitor.answer(done.await)
}

/// A request is dealt with.
pub(in super::super) async fn close_request(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let now = Timestamp::now();
    let may = move |stored: &Stored, handover| can_be_closed(stored, handover, now);
    let deed = (Deed::ClosedRequest, |_: &Stored| String::new());
    let done = decide(&visitor, &reference, deed, may, now, move |store, reference| {
        store.close(reference, now).map(drop)
    });
    visitor.answer(done.await)
}

/// Does something to a request if it may be done, and notes before who did.
async fn decide(
    visitor: &Visitor,
    reference: &str,
    (deed, detail): (Deed, impl FnOnce(&Stored) -> String + Send + 'static),
    may: impl FnOnce(&Stored, Option<Handover>) -> bool + Send + 'static,
    now: Timestamp,
    work: impl FnOnce(&dyn Store, Reference) -> Result<(), StoreError> + Send + 'static,
) -> Result<Response, Failure> {
    let reference: Reference = reference.parse().map_err(|_| Failure::NotFound)?;
    let entry = Entry::new(now, &visitor.who(), deed, &reference.to_string());
    let found = visitor.desk.ask(move |store| {
        let Some(stored) = store.transaction(reference)? else { return Ok(false) };
        if may(&stored, store.handover(reference)?) {
            store.note(&entry.with(detail(&stored)))?;
            work(store, reference)?;
        }
        Ok(true)
    });
    if !found.await? {
        return Err(Failure::NotFound);
    }
    Ok(Redirect::to(&format!("/transactions/{reference}")).into_response())
}
