//! The hub: takes each transaction once, by its id, and never lets a payment go backward.
//!
//! Invariant: what it answered to is in its books; what is in its books may not have been answered.

use std::collections::BTreeMap;

use uuid::Uuid;
use zuil_wire::{ItemOutcome, PaymentState, State};

use super::pillar::{Dead, Pillar};
use crate::outbox::{Outbox, Pending, Sent};
use crate::runner::Input;
use crate::sync::SyncEvent;

/// The hub's books.
#[derive(Default)]
pub(super) struct Hub {
    /// What each transaction's payment was told to be, in order; empty for a free one.
    pub(super) books: BTreeMap<Uuid, Vec<PaymentState>>,
    /// The network is cut.
    pub(super) away: bool,
}

/// How an upload goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives,
    /// The request is lost.
    Lost,
    /// The hub has it, and its answer is lost.
    AnswerLost,
}

impl Hub {
    /// One upload of all that waits.
    pub(super) fn upload(
        &mut self,
        pillar: &mut Pillar,
        fate: Fate,
        now: std::time::Duration,
    ) -> Result<(), Dead> {
        let pending = pillar.outbox.pending(64).expect("an outbox that can be read");
        if self.away || pending.is_empty() || fate == Fate::Lost {
            return Ok(());
        }
        let outcomes: Vec<ItemOutcome> = pending.iter().map(|item| self.take(item)).collect();
        if fate == Fate::AnswerLost {
            return Ok(());
        }
        let sent: Vec<Sent> = pending.iter().map(Pending::sent).collect();
        // A disk that may not be written loses the answer, and it is sent again.
        let Ok(acknowledged) = pillar.outbox.acknowledge(&outcomes, &sent) else { return Ok(()) };
        for item in acknowledged {
            let event = SyncEvent::Acknowledged { id: item.id, state: item.state };
            pillar.take(Input::Sync(event), now)?;
        }
        Ok(())
    }

    fn take(&mut self, item: &Pending) -> ItemOutcome {
        let id = item.sealed.header.id;
        let states = self.books.entry(id).or_default();
        let told = item.payment.as_ref().map(|payment| payment.state);
        match (states.last(), told) {
            (None, Some(told)) => states.push(told),
            (Some(PaymentState::Unknown), Some(told)) if told != PaymentState::Unknown => states.push(told),
            (Some(known), Some(told)) => assert_eq!(*known, told, "a payment went backward"),
            (_, None) => assert!(states.is_empty(), "a payment was forgotten"),
        }
        let unknown = states.last() == Some(&PaymentState::Unknown);
        let state = if unknown { State::Parked } else { State::Received };
        ItemOutcome::Accepted { id, state, case_number: None }
    }
}
