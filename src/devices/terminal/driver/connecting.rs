//! From an open port to a terminal that is registered and answers: registration, status enquiry.
//!
//! Invariant: a completion or an abort counts only for a command that the terminal has said yes to.

use std::time::Duration;

use super::errands::Serving;
use super::{ANSWER_PATIENCE, COMMAND_PATIENCE, Driver, REST, State};
use crate::devices::terminal::codec::{Packet, Registration};
use crate::devices::terminal::link::Link;
use crate::devices::terminal::{Condition, NotDone, Outcome, TerminalEvent, codes};

/// Config byte of the registration: the pillar starts payments and administration, the terminal
/// sends intermediate statuses and leaves all printing to itself (B8; chapter 2.1).
const CONFIG: u8 = 0xB8;

/// Waiting for the end of a command. Before the terminal has said yes to it, a completion or an
/// abort belongs to something older.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    /// Time of giving up.
    pub until: Duration,
    pub accepted: bool,
}

impl Waiting {
    pub fn for_answer(now: Duration) -> Self {
        Self { until: now + ANSWER_PATIENCE, accepted: false }
    }

    pub fn for_end(now: Duration) -> Self {
        Self { until: now + COMMAND_PATIENCE, accepted: true }
    }
}

impl Driver {
    pub(super) fn opened(&mut self, now: Duration) {
        self.link = Link::default();
        self.memory.connected();
        self.state = self.register(now);
    }

    pub(super) fn register(&mut self, now: Duration) -> State {
        let packet = Packet::Registration(Registration {
            password: self.options.password.0,
            config: CONFIG,
            currency: self.options.currency,
        });
        self.command(&packet, now);
        State::Registering(Waiting::for_answer(now))
    }

    pub(super) fn registering(&mut self, waiting: Waiting, packet: Packet, now: Duration) -> State {
        match packet {
            Packet::Accepted => State::Registering(Waiting::for_end(now)),
            Packet::Completion(fields) if waiting.accepted => {
                self.terminal_id = fields.terminal_id();
                self.command(&Packet::Accepted, now);
                self.enquire(now)
            }
            Packet::Rejected(code) => self.refused(code, now),
            Packet::Abort(code) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
                self.refused(code, now)
            }
            other => self.unasked(State::Registering(waiting), &other, now),
        }
    }

    pub(super) fn enquire(&mut self, now: Duration) -> State {
        self.command(&Packet::StatusEnquiry(self.options.password.0), now);
        State::Enquiring(Waiting::for_answer(now))
    }

    pub(super) fn enquiring(&mut self, waiting: Waiting, packet: Packet, now: Duration) -> State {
        match packet {
            Packet::Accepted => State::Enquiring(Waiting::for_end(now)),
            Packet::Rejected(codes::PLEASE_WAIT) => self.please_wait(now),
            // A terminal that lacks the enquiry has answered all the same: it is there.
            Packet::Rejected(_) => self.ask_to_repeat(false, now),
            Packet::Completion(_) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
                self.ask_to_repeat(true, now)
            }
            Packet::Abort(_) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
                self.ask_to_repeat(false, now)
            }
            other => self.unasked(State::Enquiring(waiting), &other, now),
        }
    }

    /// Answers a packet that nothing here waits for. The terminal may be ending a payment that this
    /// driver lost sight of; refusing would undo it and leave the terminal's memory as the only
    /// witness of something that is no longer true.
    pub(super) fn unasked(&mut self, state: State, packet: &Packet, now: Duration) -> State {
        match packet {
            Packet::StatusInformation(_) => {
                self.ask = true;
                self.command(&Packet::Accepted, now);
            }
            Packet::IntermediateStatus(_) | Packet::Completion(_) | Packet::Abort(_) => {
                self.command(&Packet::Accepted, now);
            }
            // Print a line or a text block: the pillar prints its own receipt, and refusing would
            // undo the payment.
            Packet::PrintLine(..) | Packet::PrintTextBlock(_) => {
                self.command(&Packet::Accepted, now);
            }
            Packet::Accepted | Packet::Rejected(_) => {}
            _ => {
                self.command(&Packet::Rejected(codes::NOT_POSSIBLE), now);
            }
        }
        state
    }

    /// The terminal cannot be used for a while. A charge that waits for it is not made.
    pub(super) fn rest(&mut self, condition: Condition, now: Duration) -> State {
        self.condition = condition;
        if let Some(charge) = self.held.take() {
            self.tell(TerminalEvent::Done(charge.payment, Outcome::NotAsked));
        }
        if condition == Condition::Busy {
            self.waited_too_often();
        } else {
            self.answer_all(NotDone::Silent);
        }
        State::Resting(now + REST)
    }

    /// The terminal does not answer: what is still to be sent is forgotten, and later it is
    /// registered anew.
    pub(super) fn silent(&mut self, now: Duration) -> State {
        self.link = Link::default();
        self.rest(Condition::Offline, now)
    }

    /// As [`Driver::silent`], amid an errand.
    pub(super) fn silent_amid(&mut self, serving: Serving, now: Duration) -> State {
        self.errands.push_front(serving.errand);
        self.silent(now)
    }

    fn refused(&mut self, code: u8, now: Duration) -> State {
        tracing::warn!(code, meaning = codes::meaning(code), "the terminal refuses the registration");
        if code != codes::PLEASE_WAIT {
            return self.rest(Condition::Offline, now);
        }
        // It may still be in a payment that this driver lost sight of, or that an earlier run of the
        // pillar began. Nobody waits for that one any more.
        self.command(&Packet::AbortCommand, now);
        self.rest(Condition::Busy, now)
    }
}
