//! Looks up how a request stands: first in the outbox, then at the hub.
//!
//! Invariant: nobody waits here for the hub, and nothing of what was looked up is kept or logged.

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
        let here = made.map(|made| LookedUp::Here(self.standing_here(made, now)));
        let mut known: Vec<LookedUp> = here.into_iter().collect();
        match (is_saved, self.online) {
            (true, _) => {}
            (false, true) => (self.ask_hub)(reference),
            (false, false) => known.push(LookedUp::Unavailable),
        }
        known.into_iter().map(|known| Event::LookedUp { reference, known }).collect()
    }

    /// As the outbox knows it.
    fn standing_here(&self, made: MadeHere, now: Moment) -> Standing {
        let on = Moment { timestamp: made.committed_at, ..now }.in_zone(&self.time_zone).wall.date();
        let case_number = made.case_number.filter(|_| made.state == State::Registered);
        let payment = made.payment.filter(|payment| *payment != PaymentState::Paid);
        Standing { state: made.state, task: None, on, case_number, payment }
    }
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
