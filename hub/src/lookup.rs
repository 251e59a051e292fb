//! How a request stands, for whoever has its reference: at the desk's door and at every pillar.
//!
//! Invariant: both are told the same, and nothing of who made it, where, or what was filled in.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use zuil_wire::{FoundRequest, PaymentState, Reference, State};

use crate::opening;
use crate::seal_keys::SealKeys;
use crate::store::{Store, StoreError};

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Its reference.
    pub reference: Reference,
    /// Where it is.
    pub state: State,
    /// What it was; nothing when its content was deleted, or cannot be opened now.
    pub errand: Option<Errand>,
    /// When it came in.
    pub received_at: Timestamp,
    /// The case number, once registered where requests get one. Staff find others by their reference.
    pub case_number: Option<String>,
    /// What is known of its payment, while somebody is looking at it and it was not paid for certain.
    pub payment: Option<PaymentState>,
}

/// What a request was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// The task's id.
    pub task: String,
    /// The task's name in Dutch.
    pub title: String,
}

/// Looks up the request with a reference.
///
/// # Errors
/// [`StoreError`].
pub fn look_up(
    store: &dyn Store,
    keys: &SealKeys,
    reference: Reference,
) -> Result<Option<Looked>, StoreError> {
    let Some(stored) = store.transaction(reference)? else { return Ok(None) };
    let handover = store.handover(reference)?;
    let is_closed = handover.is_some_and(|handover| handover.closed_at(stored.state).is_some());
    let errand = opening::open(&stored.content, keys).ok();
    let errand = errand.map(|of| Errand { task: of.task.clone(), title: of.task_title.clone() });
    let payment = stored.payment.map(|payment| payment.state).filter(|payment| {
        let is_open = *payment != PaymentState::Paid;
        is_open && stored.state == State::Parked
    });
    let is_own = |number: &String| number.parse::<Reference>().ok() != Some(reference);
    Ok(Some(Looked {
        reference,
        state: if is_closed { State::Closed } else { stored.state },
        errand,
        received_at: stored.received_at,
        case_number: stored.case_number.filter(|_| stored.state == State::Registered).filter(is_own),
        payment,
    }))
}

impl Looked {
    /// As a pillar hears it.
    #[must_use]
    pub fn for_pillars(self) -> FoundRequest {
        FoundRequest {
            // What is here was received, however it got here.
            state: self.state.max(State::Received),
            task: self.errand.map(|errand| errand.task),
            on: day(self.received_at),
            case_number: self.case_number,
            payment: self.payment,
        }
    }
}

/// The day where the municipality is.
fn day(at: Timestamp) -> Date {
    // The zone is bundled with the program; UTC would only be used if that bundle were empty.
    at.to_zoned(TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC)).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_one_where_the_municipality_is() {
        assert_eq!(day("2026-11-22T23:30:00Z".parse().unwrap()).to_string(), "2026-11-23");
    }

    #[test]
    fn a_pillar_hears_of_no_state_from_before_the_hub_had_it() {
        let looked = Looked {
            reference: Reference::from_bits(1),
            state: State::Saved,
            errand: None,
            received_at: Timestamp::UNIX_EPOCH,
            case_number: None,
            payment: None,
        };
        assert_eq!(looked.clone().for_pillars().state, State::Received);
        for state in [State::Parked, State::Closed] {
            assert_eq!(Looked { state, ..looked.clone() }.for_pillars().state, state);
        }
    }
}
