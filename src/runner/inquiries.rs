//! Looks up how a request stands: first in the outbox, then at the hub.
//!
//! Invariant: nobody waits here for the hub, and nothing of what was looked up is kept or logged.

use jiff::civil::Date;
use zuil_wire::{FoundRequest, PaymentState, Reference, State};

use super::Runner;
use crate::clock::Moment;
use crate::outbox::MadeHere;
use crate::sync::Lookup;
use crate::visit::{Event, LookedUp, Standing};

impl Runner {
    /// Asks the hub, and tells what is known here: what was made at this pillar, or that the hub cannot be asked.
    pub(super) fn look_up_request(&self, reference: Reference, now: Moment) -> Vec<Event> {
        let made = self.outbox.made_here(reference).unwrap_or_else(|error| {
            tracing::warn!(%error, "a request could not be looked up in the outbox");
            None
        });
        // What is saved here the hub has not, as far as anybody knows.
        let is_saved = made.as_ref().is_some_and(|made| made.state == State::Saved);
        let here = made.map(|made| LookedUp::Here(self.standing_here(reference, made, now)));
        let mut known: Vec<LookedUp> = here.into_iter().collect();
        match (is_saved, self.online) {
            (true, _) => {}
            (false, true) => (self.ask_hub)(reference),
            (false, false) => known.push(LookedUp::Unavailable),
        }
        known.into_iter().map(|known| Event::LookedUp { reference, known }).collect()
    }

    /// As the outbox knows it.
    fn standing_here(&self, reference: Reference, made: MadeHere, now: Moment) -> Standing {
        let on = Moment { timestamp: made.committed_at, ..now }.in_zone(&self.time_zone).wall.date();
        standing_of(reference, made, on)
    }
}

fn standing_of(reference: Reference, made: MadeHere, on: Date) -> Standing {
    // As the hub tells it: a case that is opened under the reference has no other number to name.
    let is_own = |number: &String| number.parse::<Reference>().ok() != Some(reference);
    let case_number = made.case_number.filter(|_| made.state == State::Registered).filter(is_own);
    let payment = made.payment.filter(|payment| *payment != PaymentState::Paid);
    Standing { state: made.state, task: None, on, case_number, payment }
}

/// What the hub says, as the visit hears it.
pub(super) fn said(reference: Reference, lookup: Lookup) -> Event {
    let known = match lookup {
        Lookup::Found(FoundRequest { state, task, on, case_number, payment }) => {
            LookedUp::AtHub(Standing { state, task, on, case_number, payment })
        }
        Lookup::Nothing => LookedUp::Nothing,
        Lookup::Unavailable => LookedUp::Unavailable,
    };
    Event::LookedUp { reference, known }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn of_a_payment_all_is_told_but_that_it_was_made() {
        let (unknown, not_paid) = (Some(PaymentState::Unknown), Some(PaymentState::NotPaid));
        let cases =
            [(None, None), (Some(PaymentState::Paid), None), (unknown, unknown), (not_paid, not_paid)];
        for state in [State::Saved, State::Received, State::Parked] {
            for (payment, told) in cases {
                let committed_at = Timestamp::UNIX_EPOCH;
                let made = MadeHere { state, committed_at, case_number: None, payment };
                let standing = standing_of(Reference::from_bits(1), made, date(2026, 11, 23));
                assert_eq!((standing.state, standing.payment), (state, told));
            }
        }
    }

    #[test]
    fn a_case_under_the_reference_has_no_other_number_to_name() {
        let reference = Reference::from_bits(1);
        let numbers = [("ZAAK-1".to_owned(), Some("ZAAK-1")), (reference.to_string(), None)];
        for (number, told) in numbers {
            let made = MadeHere {
                state: State::Registered,
                committed_at: Timestamp::UNIX_EPOCH,
                case_number: Some(number),
                payment: None,
            };
            let standing = standing_of(reference, made, date(2026, 11, 23));
            assert_eq!(standing.case_number.as_deref(), told);
        }
    }
}
