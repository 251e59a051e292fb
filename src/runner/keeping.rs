//! From what a resident filled in to a sealed transaction in the outbox, free or to be paid.
//!
//! Invariant: what is plain here is sealed before anything else is done with it, and a resident hears
//! "saved" only of what is durable.

use uuid::Uuid;
use zuil_wire::seal::Sealed;

use super::{Runner, payment};
use crate::clock::Moment;
use crate::visit::{Draft, Event, WhyNotPaid};
use crate::waypoint::Waypoint;

impl Runner {
    pub(super) fn commit(&mut self, draft: &Draft, now: Moment) -> Event {
        let kept = self.seal(draft, now).and_then(|sealed| Ok((self.outbox.commit(&sealed)?, sealed.header)));
        match kept {
            Ok(((), header)) => {
                (self.wake_sync)();
                Event::Saved { id: header.id, reference: header.reference }
            }
            Err(error) => {
                tracing::error!(%error, "a transaction was not kept");
                Event::NotSaved
            }
        }
    }

    pub(super) fn charge(&mut self, draft: &Draft, now: Moment) -> Option<Event> {
        self.waypoints.pass(Waypoint::BeforeIntent);
        let begun = self
            .seal(draft, now)
            .and_then(|sealed| self.till.begin(draft.fee, sealed, now.timestamp, now.uptime));
        begun.err().map(|error| error.as_event())
    }

    /// Gives the draft an id and a reference and seals it. From here on nobody here can read it.
    fn seal(&self, draft: &Draft, now: Moment) -> Result<Sealed, NotKept> {
        let (id, reference) =
            (Uuid::now_v7(), zuil_wire::Reference::random(&zuil_wire::reference::SystemRandom::new())?);
        let header = zuil_wire::Header {
            version: zuil_wire::PROTOCOL_VERSION,
            id,
            pillar: self.identity.pillar.clone(),
            sequence: self.outbox.next_sequence()?,
            reference,
            committed_at: now.timestamp,
            key_id: self.identity.seal_key.id().to_owned(),
        };
        let transaction = zuil_wire::Transaction {
            id,
            reference,
            task: draft.task.clone(),
            task_title: draft.task_title.clone(),
            catalogue_version: self.visit.edition().catalogue.version.clone(),
            language: draft.language.code().to_owned(),
            answers: draft.answers.clone(),
            fee: draft.fee,
        };
        let sealed = self.identity.seal_key.seal(header, &transaction)?;
        self.ahead.prepare(&self.identity.seal_key);
        Ok(sealed)
    }
}

/// Why a transaction could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotKept {
    #[error(transparent)]
    Outbox(#[from] crate::outbox::OutboxError),
    #[error(transparent)]
    Seal(#[from] zuil_wire::seal::SealError),
    #[error(transparent)]
    Random(#[from] zuil_wire::reference::NoRandomness),
    #[error("no card can be taken now; the terminal is not ready, or an earlier payment is open")]
    NoCard,
}

impl NotKept {
    /// What the visit hears of it.
    pub(super) fn as_event(&self) -> Event {
        tracing::error!(error = %self, "a payment was not begun");
        match self {
            Self::NoCard => payment::not_paid(WhyNotPaid::TerminalGone),
            _ => Event::NotSaved,
        }
    }
}
