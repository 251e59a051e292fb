//! What staff decide about a request that goes nowhere by itself: the question whether one is sure, and the deed.
//! Invariant: what could be decided is noted with who did, what could not is not, and both are told.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use zuil_wire::{PaymentState, Reference, State};

use super::super::Failure;
use super::super::texts::SettlingTexts;
use super::super::visitor::{Frame, Section, Visitor, render};
use super::handover::{SLOW, may};
use crate::store::{Content, Deed, Entry, Handover, Settled, Standing, Stored, Trouble};

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
        let may_decide =
            |settling: Settling, path: &str| settling.is_open(stored, handover, now) && may(visitor, path);
        let may_send_anyway = may_decide(Settling::SendAnyway, "/transactions/{reference}/send-anyway");
        let may_close = may_decide(Settling::Close, "/transactions/{reference}/close");
        let w = visitor.lang.settling_texts();
        (may_send_anyway || may_close).then_some(Self { w, may_send_anyway, may_close })
    }
}

/// What staff decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settling {
    /// A request goes on that is not paid, or with which something is the matter.
    SendAnyway,
    /// It is dealt with.
    Close,
}

impl Settling {
    const fn word(self) -> &'static str {
        match self {
            Self::SendAnyway => "send-anyway",
            Self::Close => "close",
        }
    }

    const fn deed(self) -> Deed {
        match self {
            Self::SendAnyway => Deed::SentAnyway,
            Self::Close => Deed::ClosedRequest,
        }
    }

    /// What is noted of it besides.
    fn detail(self, stored: &Stored) -> &'static str {
        match self {
            Self::SendAnyway => stored.trouble.map_or("not-paid", Trouble::as_str),
            Self::Close => "",
        }
    }

    /// Whether staff are asked. The store looks again, and has the last word.
    fn is_open(self, stored: &Stored, handover: Option<Handover>, now: Timestamp) -> bool {
        let payment = stored.payment.as_ref().map(|payment| payment.state);
        let is_known = stored.looked_at && payment != Some(PaymentState::Unknown);
        is_known
            && match self {
                Self::SendAnyway => can_be_sent(stored, handover),
                Self::Close => can_be_closed(stored, handover, payment, now),
            }
    }
}

fn can_be_sent(stored: &Stored, handover: Option<Handover>) -> bool {
    let was_not_sent = |handover: Handover| !matches!(handover.standing, Standing::Parked(_));
    stored.state == State::Parked
        && stored.content != Content::Forgotten
        && handover.is_none_or(was_not_sent)
        && stored.trouble.is_none_or(Trouble::may_go_on)
}

/// What goes on by itself is left to, unless it has taken long; for what somebody paid they get it.
fn can_be_closed(
    stored: &Stored,
    handover: Option<Handover>,
    payment: Option<PaymentState>,
    now: Timestamp,
) -> bool {
    let is_open = |handover: Handover| match handover.standing {
        Standing::Waiting => {
            payment != Some(PaymentState::Paid) && now.duration_since(handover.changed_at) >= SLOW
        }
        Standing::Held | Standing::Nothing | Standing::Parked(_) => true,
        Standing::Closed | Standing::Registered => false,
    };
    stored.state != State::Registered && handover.is_none_or(is_open)
}

/// Asks whether someone is sure.
#[derive(Template)]
#[template(path = "settle.html")]
struct SettlePage {
    frame: Frame,
    w: &'static SettlingTexts,
    reference: Reference,
    question: &'static str,
    consequences: Vec<&'static str>,
    deed: &'static str,
    button: &'static str,
}

pub(in super::super) async fn confirm_send_anyway(
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Response {
    let page = ask_first(&visitor, &reference, Settling::SendAnyway, Timestamp::now()).await;
    visitor.answer(page)
}

pub(in super::super) async fn confirm_close(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let page = ask_first(&visitor, &reference, Settling::Close, Timestamp::now()).await;
    visitor.answer(page)
}

/// Lets a request go on that is not paid, or with which something is the matter.
pub(in super::super) async fn send_anyway(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let done = settle(&visitor, &reference, Settling::SendAnyway, Timestamp::now()).await;
    visitor.answer(done)
}

/// A request is dealt with.
pub(in super::super) async fn close_request(visitor: Visitor, Path(reference): Path<String>) -> Response {
    let done = settle(&visitor, &reference, Settling::Close, Timestamp::now()).await;
    visitor.answer(done)
}

async fn ask_first(
    visitor: &Visitor,
    reference: &str,
    settling: Settling,
    now: Timestamp,
) -> Result<Response, Failure> {
    let reference: Reference = reference.parse().map_err(|_| Failure::NotFound)?;
    let is_open = visitor.desk.ask(move |store| {
        let Some(stored) = store.transaction(reference)? else { return Ok(None) };
        Ok(Some(settling.is_open(&stored, store.handover(reference)?, now)))
    });
    if !is_open.await?.ok_or(Failure::NotFound)? {
        return Ok(not_open(visitor));
    }
    let w = visitor.lang.settling_texts();
    let (question, consequences, button) = match settling {
        Settling::SendAnyway => (w.send_question, w.send_consequences.to_vec(), w.send_anyway),
        Settling::Close => (w.close_question, w.close_consequences.to_vec(), w.close_button),
    };
    let (frame, deed) = (visitor.frame(Section::Transactions), settling.word());
    Ok(render(&SettlePage { frame, w, reference, question, consequences, deed, button }))
}

/// Does what was decided, notes who did, and tells when it could not be done.
async fn settle(
    visitor: &Visitor,
    reference: &str,
    settling: Settling,
    now: Timestamp,
) -> Result<Response, Failure> {
    let reference: Reference = reference.parse().map_err(|_| Failure::NotFound)?;
    let entry = Entry::new(now, &visitor.who(), settling.deed(), &reference.to_string());
    let settled = visitor.desk.ask(move |store| {
        let Some(stored) = store.transaction(reference)? else { return Ok(None) };
        if !settling.is_open(&stored, store.handover(reference)?, now) {
            return Ok(Some(Settled::NotOpen));
        }
        let entry = entry.with(settling.detail(&stored));
        let settled = match settling {
            Settling::SendAnyway => store.send_anyway(reference, &entry)?,
            Settling::Close => store.close(reference, &entry)?,
        };
        Ok(Some(settled))
    });
    let w = visitor.lang.settling_texts();
    Ok(match settled.await?.ok_or(Failure::NotFound)? {
        Settled::Yes => Redirect::to(&format!("/transactions/{reference}")).into_response(),
        Settled::UnderWay => visitor.sorry(StatusCode::CONFLICT, w.under_way, w.under_way_help),
        Settled::NotOpen => not_open(visitor),
    })
}

fn not_open(visitor: &Visitor) -> Response {
    let w = visitor.lang.settling_texts();
    visitor.sorry(StatusCode::CONFLICT, w.not_open, w.not_open_help)
}
