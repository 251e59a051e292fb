//! Looks up how a request stands, for the resident who typed its reference and waits.
//!
//! Invariant: an answer is about the reference that was asked for last, or about nobody; nothing of it is kept or logged;
//! and what a hub may say that is none is not passed on.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zuil_wire::{FoundRequest, LookupAnswer, Reference, State};

use super::SyncError;

/// The longest case number that is shown.
const LONGEST_NUMBER: usize = 64;

/// What the hub says of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It has this request.
    Found(FoundRequest),
    /// It has none.
    Nothing,
    /// It cannot be asked now, or does not answer to that.
    Unavailable,
}

/// Where requests are looked up.
pub trait LookupDesk: Send + Sync + 'static {
    /// Asks how the request with a reference stands. A hub that knows no such request answers 404.
    fn look_up(&self, reference: Reference) -> impl Future<Output = Result<LookupAnswer, SyncError>> + Send;
}

/// What a resident wants to know. A reference is in a box, so that none stays in the queue that it went through.
#[derive(Clone)]
pub struct Inquiries(UnboundedSender<Box<Reference>>);

/// The other end of [`Inquiries`], and who hears the answers.
pub struct Inquired {
    asked: UnboundedReceiver<Box<Reference>>,
    answered: Box<dyn Fn(Reference, Lookup) + Send>,
}

/// A way to ask, and what is asked and answered there.
#[must_use]
pub fn inquiries(answered: impl Fn(Reference, Lookup) + Send + 'static) -> (Inquiries, Inquired) {
    let (asks, asked) = unbounded_channel();
    (Inquiries(asks), Inquired { asked, answered: Box::new(answered) })
}

impl Inquiries {
    /// Asks, and returns at once. Whoever asked before is not waiting any more.
    pub fn ask(&self, reference: Reference) {
        // A sync that has ended answers nobody; the resident is told so when the time is over.
        let _ = self.0.send(Box::new(reference));
    }
}

/// Answers until nobody can ask any more.
pub(super) async fn answer<D: LookupDesk>(desk: Arc<D>, inquired: Inquired) {
    let Inquired { mut asked, answered } = inquired;
    let mut next = asked.recv().await;
    while let Some(reference) = next {
        next = tokio::select! {
            biased;
            newer = asked.recv() => newer,
            lookup = look_up(&*desk, *reference) => {
                answered(*reference, lookup);
                drop(reference);
                asked.recv().await
            }
        };
    }
}

async fn look_up<D: LookupDesk>(desk: &D, reference: Reference) -> Lookup {
    let answer = match desk.look_up(reference).await {
        // The hub was replaced by another since; it is asked in its own words.
        Err(SyncError::SpokenOtherwise) => desk.look_up(reference).await,
        answer => answer,
    };
    match answer {
        Ok(LookupAnswer { found: Some(found) }) => Lookup::Found(plausible(found)),
        Ok(LookupAnswer { found: None }) => Lookup::Nothing,
        Err(error) => {
            tracing::info!(%error, "a request could not be looked up");
            Lookup::Unavailable
        }
    }
}

/// Without what no hub has to say: a request that is there is not in the pillar any more, and only one that is
/// registered has a number, which fits on the screen. It may have letters of any script, and no sign that is not seen
/// or turns what stands around it.
fn plausible(found: FoundRequest) -> FoundRequest {
    let state = found.state.max(State::Received);
    let is_number = |number: &String| {
        let is_short = (1..=LONGEST_NUMBER).contains(&number.chars().count());
        is_short && number.chars().all(|c| c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ')
    };
    let case_number = found.case_number.filter(|number| state == State::Registered && is_number(number));
    let payment = found.payment.filter(|_| state == State::Parked);
    FoundRequest { state, case_number, payment, ..found }
}

#[cfg(test)]
mod tests;
