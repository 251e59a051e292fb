//! A charge that could not be kept, and that the terminal completed although it was rejected, is taken
//! back by a reversal (06 30).
//!
//! Invariant: [`Outcome::TakenBack`] is told only when the terminal said of this very charge that its
//! reversal succeeded, and completed it. A refusal, even "already reversed", is no such word.

use std::time::Duration;

use uuid::Uuid;
use zuil_wire::Cents;

use super::connecting::Waiting;
use super::{Driver, REST, State, T4};
use crate::devices::terminal::Outcome;
use crate::devices::terminal::codec::{Fields, Packet};
use crate::devices::terminal::codes;

/// How often a terminal that says "please wait" is asked again.
const MOST_WAITS: u8 = 3;

/// A charge that the pillar rejected.
#[derive(Clone, Copy)]
pub(super) struct Rejected {
    pub receipt: u16,
    amount: Option<Cents>,
    trace: Option<u32>,
}

/// 06 30 was sent, or will be when the terminal has had time.
pub(super) struct Reversing {
    pub id: Uuid,
    rejected: Rejected,
    waiting: Waiting,
    /// The terminal said "please wait": when it is asked again.
    again_at: Option<Duration>,
    waits: u8,
    succeeded: bool,
}

impl Rejected {
    /// What a status information tells of the charge; `None` when it has no receipt number.
    pub fn of(fields: &Fields) -> Option<Self> {
        Some(Self { receipt: fields.receipt()?, amount: fields.amount(), trace: fields.trace() })
    }

    /// Whether a status information says that this charge was taken back.
    fn is_taken_back_by(&self, fields: &Fields) -> bool {
        let agrees =
            |told: Option<u64>, known: Option<u64>| told.is_none() || known.is_none() || told == known;
        // Its own status information once more would look like a success.
        let is_another = fields.is_reversal() || fields.receipt() != Some(self.receipt);
        fields.result() == Some(codes::APPROVED)
            && is_another
            && agrees(fields.amount().map(|amount| amount.0), self.amount.map(|amount| amount.0))
            && agrees(fields.original_trace().map(u64::from), self.trace.map(u64::from))
    }
}

impl Reversing {
    /// When something has to be done.
    pub fn deadline(&self) -> Duration {
        self.again_at.unwrap_or(self.waiting.until)
    }
}

impl Driver {
    pub(super) fn reverse(&mut self, id: Uuid, rejected: Rejected, now: Duration) -> State {
        tracing::warn!("the terminal completed a charge that was rejected; it is to be reversed");
        self.say_reversal(
            Reversing {
                id,
                rejected,
                waiting: Waiting::for_answer(now),
                again_at: None,
                waits: 0,
                succeeded: false,
            },
            now,
        )
    }

    pub(super) fn reversing(&mut self, mut reversing: Reversing, packet: Packet, now: Duration) -> State {
        let accepted = reversing.waiting.accepted;
        match packet {
            Packet::Accepted => {
                reversing.waiting = Waiting { until: now + T4, accepted: true };
                State::Reversing(reversing)
            }
            Packet::IntermediateStatus(status) if accepted => {
                self.command(&Packet::Accepted, now);
                reversing.waiting.until = now + super::patience(status, T4);
                State::Reversing(reversing)
            }
            Packet::StatusInformation(fields) if accepted => {
                self.command(&Packet::Accepted, now);
                reversing.succeeded = reversing.rejected.is_taken_back_by(&fields);
                reversing.waiting.until = now + T4;
                State::Reversing(reversing)
            }
            Packet::Completion(_) if accepted => {
                self.command(&Packet::Accepted, now);
                if reversing.succeeded {
                    self.done(reversing.id, Outcome::TakenBack)
                } else {
                    self.unknown(reversing.id, now)
                }
            }
            Packet::Abort(code) if accepted => {
                self.command(&Packet::Accepted, now);
                self.not_reversed(&reversing, code, now)
            }
            Packet::Rejected(codes::PLEASE_WAIT) if !accepted && reversing.waits < MOST_WAITS => {
                let waits = reversing.waits + 1;
                State::Reversing(Reversing { again_at: Some(now + REST), waits, ..reversing })
            }
            Packet::Rejected(code) if !accepted => self.not_reversed(&reversing, code, now),
            other => self.unasked(State::Reversing(reversing), &other, now),
        }
    }

    /// Its time has come: the terminal is asked again, or it has been quiet for too long.
    pub(super) fn reversal_waited(&mut self, reversing: Reversing, now: Duration) -> State {
        if reversing.again_at.is_some() {
            let waiting = Waiting::for_answer(now);
            self.say_reversal(Reversing { again_at: None, waiting, ..reversing }, now)
        } else {
            self.unknown_for_silence(reversing.id, now)
        }
    }

    fn say_reversal(&mut self, reversing: Reversing, now: Duration) -> State {
        self.command(&Packet::Reversal(self.options.password.0, reversing.rejected.receipt), now);
        State::Reversing(reversing)
    }

    fn not_reversed(&mut self, reversing: &Reversing, code: u8, now: Duration) -> State {
        tracing::error!(code, meaning = codes::meaning(code), "the terminal did not reverse a charge");
        self.unknown(reversing.id, now)
    }
}
