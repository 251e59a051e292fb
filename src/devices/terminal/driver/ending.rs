//! A payment from the terminal's word on how it went to the end: the outcome is made durable, then
//! acknowledged, or it is rejected and the terminal takes the payment back.
//!
//! Invariant: [`Outcome::Paid`] is told only for a status information that was kept and whose 80 00
//! the terminal had at once, and then did not begin to undo; [`Outcome::TakenBack`] only when the terminal aborted what was rejected, or said that
//! its reversal succeeded.

use std::time::Duration;

use uuid::Uuid;

use super::reversing::Rejected;
use super::{Driver, ENDING_PATIENCE, State};
use crate::devices::terminal::codec::{Fields, Packet};
use crate::devices::terminal::link::Ticket;
use crate::devices::terminal::{NotRecorded, Outcome, Prompt, TerminalEvent, codes};

/// A payment whose outcome is being made durable.
pub(super) struct Recording {
    pub id: Uuid,
    outcome: Outcome,
    /// What is to be undone if it cannot be kept.
    charge: Option<Rejected>,
    /// The terminal went on without waiting for the answer.
    contradicted: bool,
}

/// A payment whose outcome is durable.
pub(super) struct Finishing {
    id: Uuid,
    outcome: Outcome,
    /// The frame with 80 00 00, and whether the terminal has it.
    pub ticket: Ticket,
    pub confirmed: bool,
    /// It said that it undoes what it told before.
    doubted: bool,
    pub until: Duration,
}

/// A payment that the terminal is to undo.
pub(super) struct TakingBack {
    pub id: Uuid,
    rejected: Option<Rejected>,
    pub until: Duration,
}

impl Finishing {
    /// Whether a payment that the terminal tells of is the one that it told of before.
    fn tells_of(&self, fields: &Fields) -> bool {
        matches!(&self.outcome, Outcome::Paid(details) if fields.receipt() == Some(details.receipt_number))
    }
}

impl Recording {
    pub(super) const fn of(id: Uuid, outcome: Outcome, charge: Option<Rejected>) -> Self {
        Self { id, outcome, charge, contradicted: false }
    }
}

impl Driver {
    pub(super) fn recording(recording: Recording, packet: &Packet) -> State {
        let contradicted =
            recording.contradicted || matches!(packet, Packet::Abort(_) | Packet::Completion(_));
        State::Recording(Recording { contradicted, ..recording })
    }

    pub(super) fn kept(&mut self, result: Result<(), NotRecorded>, now: Duration) {
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Recording(recording) if recording.contradicted => {
                self.command(&Packet::Accepted, now);
                self.unknown(recording.id, now)
            }
            State::Recording(Recording { id, outcome: Outcome::Paid(_), charge, .. }) if result.is_err() => {
                tracing::error!("a paid outcome could not be kept; the terminal takes the payment back");
                self.reject(id, charge, now)
            }
            State::Recording(Recording { id, outcome, .. }) => State::Finishing(Finishing {
                id,
                outcome,
                ticket: self.command(&Packet::Accepted, now),
                confirmed: false,
                doubted: false,
                until: now + ENDING_PATIENCE,
            }),
            other => other,
        };
    }

    pub(super) fn finishing(&mut self, mut finishing: Finishing, packet: Packet, now: Duration) -> State {
        let paid = matches!(finishing.outcome, Outcome::Paid(_));
        match packet {
            Packet::Completion(_) => {
                self.command(&Packet::Accepted, now);
                self.done(finishing.id, finishing.outcome)
            }
            // It has undone what it told before.
            Packet::Abort(_) if paid => {
                self.command(&Packet::Accepted, now);
                self.unknown(finishing.id, now)
            }
            Packet::Abort(_) => {
                self.command(&Packet::Accepted, now);
                self.done(finishing.id, finishing.outcome)
            }
            // The same once more, unless it undoes what it told before.
            Packet::StatusInformation(fields) if paid && !fields.is_payment() => {
                self.command(&Packet::Accepted, now);
                self.unknown(finishing.id, now)
            }
            // A second charge, or one after a refusal. It is not kept, so it must not stand.
            Packet::StatusInformation(fields) if fields.is_payment() && !finishing.tells_of(&fields) => {
                tracing::error!("the terminal charged once more within one payment; that is to be undone");
                self.reject(finishing.id, Rejected::of(&fields), now)
            }
            Packet::StatusInformation(_) => {
                finishing.ticket = self.command(&Packet::Accepted, now);
                finishing.confirmed = false;
                State::Finishing(finishing)
            }
            Packet::IntermediateStatus(status) => {
                self.command(&Packet::Accepted, now);
                let prompt = codes::prompt(status);
                self.show(finishing.id, prompt);
                finishing.doubted |= prompt == Prompt::Stopping;
                let until = now + super::patience(status, ENDING_PATIENCE);
                State::Finishing(Finishing { until, ..finishing })
            }
            other => self.unasked(State::Finishing(finishing), &other, now),
        }
    }

    /// No completion came. The outcome holds when the terminal has the answer, or never needed it.
    pub(super) fn cut_short(&mut self, finishing: Finishing, now: Duration) -> State {
        if matches!(finishing.outcome, Outcome::Paid(_)) && (finishing.doubted || !finishing.confirmed) {
            return self.unknown_for_silence(finishing.id, now);
        }
        self.note(&finishing.outcome);
        self.tell(TerminalEvent::Done(finishing.id, finishing.outcome));
        self.silent(now)
    }

    pub(super) fn taking_back(&mut self, mut taking: TakingBack, packet: Packet, now: Duration) -> State {
        match packet {
            Packet::Abort(_) => {
                self.command(&Packet::Accepted, now);
                self.done(taking.id, Outcome::TakenBack)
            }
            // It is done with the payment as if it had not been rejected: nothing shows that it took
            // it back, so it is told to.
            Packet::Completion(_) => {
                self.command(&Packet::Accepted, now);
                match taking.rejected {
                    Some(rejected) => self.reverse(taking.id, rejected, now),
                    None => self.unknown(taking.id, now),
                }
            }
            Packet::StatusInformation(fields) => {
                let receipt = taking.rejected.map(|rejected| rejected.receipt);
                let same = fields.is_payment() && fields.receipt() == receipt;
                let answer = if same { Packet::Rejected(codes::PROCESSING_ERROR) } else { Packet::Accepted };
                self.command(&answer, now);
                State::TakingBack(taking)
            }
            Packet::IntermediateStatus(status) => {
                self.command(&Packet::Accepted, now);
                taking.until = now + super::patience(status, ENDING_PATIENCE);
                State::TakingBack(taking)
            }
            other => self.unasked(State::TakingBack(taking), &other, now),
        }
    }

    pub(super) fn reject(&mut self, id: Uuid, rejected: Option<Rejected>, now: Duration) -> State {
        self.command(&Packet::Rejected(codes::PROCESSING_ERROR), now);
        self.show(id, Prompt::Stopping);
        State::TakingBack(TakingBack { id, rejected, until: now + ENDING_PATIENCE })
    }

    pub(super) fn done(&mut self, id: Uuid, outcome: Outcome) -> State {
        self.note(&outcome);
        self.tell(TerminalEvent::Done(id, outcome));
        State::Ready
    }

    /// Remembers what an outcome means for the terminal's memory.
    fn note(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Paid(_) => self.memory.paid(),
            // A refusal and a taking back may have used up a receipt number.
            _ => self.ask = true,
        }
    }
}
