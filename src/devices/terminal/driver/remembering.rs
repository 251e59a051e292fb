//! What the terminal remembers of its last payment (repeat receipt 06 20), asked after every
//! registration, after every payment that was not made, and when somebody wants to know.
//!
//! Invariant: "remembers none" is told only of a terminal that is otherwise well, and never of one that
//! made a payment since it last told one. What cannot be read is told as nothing at all, and asked for
//! again.

use std::time::Duration;

use zuil_wire::Cents;

use super::connecting::Waiting;
use super::{ASK_AGAIN, Driver, State};
use crate::devices::terminal::codec::{Fields, Packet};
use crate::devices::terminal::{self as told, Condition, Details, Last, LastPayment, TerminalEvent, codes};

/// 06 20 was sent.
pub(super) struct Repeating {
    pub waiting: Waiting,
    /// The status enquiry before it succeeded.
    enquired: bool,
    /// What was told, when it could be read.
    found: Option<LastPayment>,
}

/// What is known of the terminal's memory.
#[derive(Default)]
pub(super) struct Memory {
    /// A payment was made since the terminal last told one, so it must remember something.
    holds_a_payment: bool,
    /// It did not tell: when to ask again.
    ask_again_at: Option<Duration>,
    /// That it does not tell was logged.
    complained: bool,
}

impl Memory {
    /// When to ask a terminal again that did not tell.
    pub const fn ask_again_at(&self) -> Option<Duration> {
        self.ask_again_at
    }

    /// A payment was made.
    pub const fn paid(&mut self) {
        self.holds_a_payment = true;
    }
}

impl Driver {
    pub(super) fn ask_to_repeat(&mut self, enquired: bool, now: Duration) -> State {
        self.command(&Packet::RepeatReceipt(self.options.password.0), now);
        State::Repeating(Repeating { waiting: Waiting::for_answer(now), enquired, found: None })
    }

    pub(super) fn repeating(&mut self, repeating: Repeating, packet: Packet, now: Duration) -> State {
        let accepted = repeating.waiting.accepted;
        match packet {
            Packet::Accepted => State::Repeating(Repeating { waiting: Waiting::for_end(now), ..repeating }),
            Packet::StatusInformation(fields) if accepted => {
                self.command(&Packet::Accepted, now);
                let found = self.last_payment(&fields);
                State::Repeating(Repeating { waiting: Waiting::for_end(now), found, ..repeating })
            }
            Packet::Completion(_) if accepted => {
                self.command(&Packet::Accepted, now);
                match repeating.found {
                    Some(last) => self.learnt(Some(last)),
                    None => self.not_learnt(None, now),
                }
            }
            Packet::Rejected(codes::PLEASE_WAIT) => self.rest(Condition::Busy, now),
            Packet::Rejected(code) => {
                let none = code == codes::NOT_POSSIBLE;
                self.no_receipt(none && repeating.enquired, code, now)
            }
            Packet::Abort(code) if accepted => {
                self.command(&Packet::Accepted, now);
                let none = matches!(code, codes::NOT_POSSIBLE | codes::ABORTED);
                self.no_receipt(none && repeating.enquired, code, now)
            }
            other => self.unasked(State::Repeating(repeating), &other, now),
        }
    }

    /// There is no receipt to repeat. `none`: because there was no payment, as far as can be told.
    fn no_receipt(&mut self, none: bool, code: u8, now: Duration) -> State {
        if none && !self.memory.holds_a_payment {
            self.learnt(None)
        } else {
            self.not_learnt(Some(code), now)
        }
    }

    fn learnt(&mut self, last: Option<LastPayment>) -> State {
        self.ask = false;
        self.memory = Memory::default();
        let last = last.map_or(Last::None, Last::Payment);
        self.tell(TerminalEvent::Remembers(told::Memory { last, turnover: None }));
        State::Ready
    }

    fn not_learnt(&mut self, code: Option<u8>, now: Duration) -> State {
        self.ask = false;
        self.memory.ask_again_at = Some(now + ASK_AGAIN);
        if !std::mem::replace(&mut self.memory.complained, true) {
            tracing::warn!(
                code,
                meaning = code.map(codes::meaning),
                "the terminal does not tell its last payment, so a payment that a power cut leaves open \
                 cannot be settled, and after a start no card is taken: make one payment at the terminal \
                 by hand; if that does not help, ask its supplier to let repeat receipt (06 20) tell \
                 result, amount and receipt number, also of refused cards. It is asked every minute"
            );
        }
        State::Ready
    }

    /// The details of a status information, when they are complete.
    pub(super) fn details(&self, fields: &Fields) -> Option<Details> {
        self.details_with(fields.amount()?, fields)
    }

    fn details_with(&self, amount: Cents, fields: &Fields) -> Option<Details> {
        Some(Details {
            amount,
            terminal_id: fields.terminal_id().or_else(|| self.terminal_id.clone()).unwrap_or_default(),
            receipt_number: fields.receipt()?,
            card_scheme: fields.card_name().unwrap_or_default().to_owned(),
        })
    }

    /// A payment that was not made may come without an amount; without a receipt number it is of no
    /// use.
    fn last_payment(&self, fields: &Fields) -> Option<LastPayment> {
        fields.result()?;
        if fields.is_payment() {
            return Some(LastPayment { approved: true, details: self.details(fields)? });
        }
        let amount = fields.amount().unwrap_or(Cents::ZERO);
        Some(LastPayment { approved: false, details: self.details_with(amount, fields)? })
    }
}
