//! From an open port to a terminal that is ready: registration, status enquiry, repeat receipt.

use std::time::Duration;

use super::{ANSWER_PATIENCE, COMMAND_PATIENCE, Driver, REST, State};
use crate::devices::terminal::codec::{Fields, Packet, Registration};
use crate::devices::terminal::link::Link;
use crate::devices::terminal::{Condition, Details, LastPayment, Outcome, TerminalEvent, codes};

/// Config byte of the registration: the pillar starts payments and administration, the terminal
/// sends intermediate statuses and leaves all printing to itself (B8; chapter 2.1).
const CONFIG: u8 = 0xB8;

/// Waiting for the end of a command. Before the terminal has said yes to it, a completion or an
/// abort belongs to something older.
#[derive(Clone, Copy)]
pub(super) struct Waiting {
    /// Time of giving up.
    pub until: Duration,
    accepted: bool,
}

impl Waiting {
    fn for_answer(now: Duration) -> Self {
        Self { until: now + ANSWER_PATIENCE, accepted: false }
    }

    fn for_end(now: Duration) -> Self {
        Self { until: now + COMMAND_PATIENCE, accepted: true }
    }
}

impl Driver {
    pub(super) fn opened(&mut self, now: Duration) {
        self.link = Link::default();
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
            Packet::Accepted => return State::Enquiring(Waiting::for_end(now)),
            Packet::Rejected(codes::PLEASE_WAIT) => return self.rest(Condition::Busy, now),
            // A terminal that lacks the enquiry has answered all the same: it is there.
            Packet::Rejected(_) => {}
            Packet::Completion(_) | Packet::Abort(_) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
            }
            other => return self.unasked(State::Enquiring(waiting), &other, now),
        }
        self.command(&Packet::RepeatReceipt(self.options.password.0), now);
        State::Repeating(Waiting::for_answer(now), None)
    }

    pub(super) fn repeating(
        &mut self,
        waiting: Waiting,
        found: Option<LastPayment>,
        packet: Packet,
        now: Duration,
    ) -> State {
        match packet {
            Packet::Accepted => return State::Repeating(Waiting::for_end(now), found),
            Packet::StatusInformation(fields) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
                return State::Repeating(Waiting::for_end(now), self.last_payment(&fields));
            }
            Packet::Rejected(codes::PLEASE_WAIT) => return self.rest(Condition::Busy, now),
            Packet::Rejected(code) => {
                tracing::warn!(code, meaning = codes::meaning(code), "the terminal does not repeat receipts")
            }
            Packet::Completion(_) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
                match found {
                    Some(last) => self.tell(TerminalEvent::LastPayment(Some(last))),
                    None => tracing::warn!("the terminal's last payment cannot be read"),
                }
            }
            Packet::Abort(code) if waiting.accepted => {
                self.command(&Packet::Accepted, now);
                if code == codes::NOT_POSSIBLE {
                    self.tell(TerminalEvent::LastPayment(None));
                } else {
                    tracing::warn!(
                        code,
                        meaning = codes::meaning(code),
                        "the terminal could not repeat its last receipt"
                    );
                }
            }
            other => return self.unasked(State::Repeating(waiting, found), &other, now),
        }
        self.ask = false;
        State::Ready
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
            Packet::Other(0x06, 0xD1 | 0xD3) => {
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
        State::Resting(now + REST)
    }

    /// The terminal does not answer: what is still to be sent is forgotten, and later it is
    /// registered anew.
    pub(super) fn silent(&mut self, now: Duration) -> State {
        self.link = Link::default();
        self.rest(Condition::Offline, now)
    }

    /// The details of a status information, when they are complete.
    pub(super) fn details(&self, fields: &Fields) -> Option<Details> {
        Some(Details {
            amount: fields.amount()?,
            terminal_id: fields.terminal_id().or_else(|| self.terminal_id.clone()).unwrap_or_default(),
            receipt_number: fields.receipt()?,
            card_scheme: fields.card_name().unwrap_or_default().to_owned(),
        })
    }

    fn last_payment(&self, fields: &Fields) -> Option<LastPayment> {
        Some(LastPayment { approved: fields.result()? == codes::APPROVED, details: self.details(fields)? })
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
