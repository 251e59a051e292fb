//! What the terminal remembers of its last payment (repeat receipt 06 20) and of its turnover (06 10),
//! asked after every registration, after every payment that was not made, and when somebody wants to
//! know.
//!
//! Invariant: "remembers none" is told only of a terminal that is otherwise well, and never of one that
//! made a payment since it last told one. What cannot be read is told as nothing at all, and asked for
//! again.

use std::time::Duration;

use zuil_wire::Cents;

use super::connecting::Waiting;
use super::{ASK_AGAIN, Driver, State};
use crate::devices::terminal::codec::{Fields, Packet};
use crate::devices::terminal::{self as told, Details, Last, LastPayment, TerminalEvent, Turnover, codes};

/// How often in a row a terminal may fall silent over 06 10 before it is taken not to know it.
const MOST_SILENCES: u8 = 2;

/// 06 20 was sent.
pub(super) struct Repeating {
    pub waiting: Waiting,
    /// The status enquiry before it succeeded.
    enquired: bool,
    /// What was told, when it could be read.
    found: Option<LastPayment>,
}

/// 06 10 was sent.
pub(super) struct Totalling {
    pub waiting: Waiting,
    /// What it told of its last payment.
    last: Last,
    found: Option<Turnover>,
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
    /// How it takes being asked for its turnover.
    turnover: TellsTurnover,
}

/// Whether a terminal tells its turnover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum TellsTurnover {
    /// As far as is known.
    #[default]
    Perhaps,
    /// It fell silent over it so often in a row.
    FellSilent(u8),
    /// Not on this connection.
    No,
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

    /// The day is being closed: it may forget what it remembers.
    pub const fn day_closed(&mut self) {
        self.holds_a_payment = false;
    }

    /// A new connection: perhaps another terminal.
    pub const fn connected(&mut self) {
        self.turnover = TellsTurnover::Perhaps;
    }

    /// It told its last payment.
    const fn told(&mut self) {
        *self =
            Self { holds_a_payment: false, ask_again_at: None, complained: false, turnover: self.turnover };
    }

    const fn silent_about_turnover(&mut self) {
        self.turnover = match self.turnover {
            TellsTurnover::Perhaps => TellsTurnover::FellSilent(1),
            TellsTurnover::FellSilent(times) if times + 1 < MOST_SILENCES => {
                TellsTurnover::FellSilent(times + 1)
            }
            TellsTurnover::FellSilent(_) | TellsTurnover::No => TellsTurnover::No,
        };
    }
}

impl Driver {
    pub(super) fn ask_to_repeat(&mut self, enquired: bool, now: Duration) -> State {
        // What is heard from now on is newer than the answer.
        self.ask = false;
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
                    Some(last) => self.learnt(Some(last), now),
                    None => self.not_learnt(None, now),
                }
            }
            Packet::Rejected(codes::PLEASE_WAIT) => self.please_wait(now),
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
            self.learnt(None, now)
        } else {
            self.not_learnt(Some(code), now)
        }
    }

    fn learnt(&mut self, last: Option<LastPayment>, now: Duration) -> State {
        self.memory.told();
        self.ask_turnover(last.map_or(Last::None, Last::Payment), now)
    }

    fn not_learnt(&mut self, code: Option<u8>, now: Duration) -> State {
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
        self.ask_turnover(Last::NotTold, now)
    }

    fn ask_turnover(&mut self, last: Last, now: Duration) -> State {
        if self.memory.turnover == TellsTurnover::No {
            return self.remembered(last, None);
        }
        self.command(&Packet::TurnoverTotals(self.options.password.0), now);
        State::Totalling(Totalling { waiting: Waiting::for_answer(now), last, found: None })
    }

    pub(super) fn totalling(&mut self, mut totalling: Totalling, packet: Packet, now: Duration) -> State {
        let accepted = totalling.waiting.accepted;
        match packet {
            Packet::Accepted => State::Totalling(Totalling { waiting: Waiting::for_end(now), ..totalling }),
            Packet::IntermediateStatus(status) if accepted => {
                self.command(&Packet::Accepted, now);
                totalling.waiting.until = now + super::patience(status, super::COMMAND_PATIENCE);
                State::Totalling(totalling)
            }
            Packet::StatusInformation(fields) if accepted => {
                self.command(&Packet::Accepted, now);
                let found = self.turnover(&fields);
                State::Totalling(Totalling { waiting: Waiting::for_end(now), found, ..totalling })
            }
            Packet::Completion(_) if accepted => {
                self.command(&Packet::Accepted, now);
                self.memory.turnover = TellsTurnover::Perhaps;
                self.remembered(totalling.last, totalling.found)
            }
            Packet::Rejected(codes::PLEASE_WAIT) => self.please_wait(now),
            Packet::Rejected(code) => self.tells_no_turnover(totalling.last, code),
            Packet::Abort(code) if accepted => {
                self.command(&Packet::Accepted, now);
                self.tells_no_turnover(totalling.last, code)
            }
            other => self.unasked(State::Totalling(totalling), &other, now),
        }
    }

    /// A terminal that does not know 06 10 may answer it by silence, and must be of use all the same.
    pub(super) fn silent_about_turnover(&mut self, now: Duration) -> State {
        self.memory.silent_about_turnover();
        self.silent(now)
    }

    fn tells_no_turnover(&mut self, last: Last, code: u8) -> State {
        tracing::info!(code, meaning = codes::meaning(code), "the terminal does not tell its turnover");
        self.memory.turnover = TellsTurnover::No;
        self.remembered(last, None)
    }

    /// Tells what there is to tell.
    fn remembered(&mut self, last: Last, turnover: Option<Turnover>) -> State {
        if last != Last::NotTold || turnover.is_some() {
            self.tell(TerminalEvent::Remembers(told::Memory { last, turnover }));
        }
        State::Ready
    }

    /// The turnover in a status information. Without totals that agree with its amount it is not told.
    fn turnover(&self, fields: &Fields) -> Option<Turnover> {
        if fields.result().is_some_and(|code| code != codes::APPROVED) {
            return None;
        }
        let totals = fields.totals()?;
        let terminal_id = fields.terminal_id().or_else(|| self.terminal_id.clone())?;
        Some(Turnover { terminal_id, count: totals.count(), total: totals.total() })
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
            trace: fields.trace(),
        })
    }

    /// A payment that was not made may come without an amount; without a receipt number it is of no
    /// use.
    fn last_payment(&self, fields: &Fields) -> Option<LastPayment> {
        fields.result()?;
        if fields.is_payment() {
            return Some(LastPayment { approved: true, details: self.details(fields)?, reverses: None });
        }
        let details = self.details_with(fields.amount().unwrap_or(Cents::ZERO), fields)?;
        // A taking back that failed has taken nothing back.
        let reverses = fields.original_trace().filter(|_| fields.result() == Some(codes::APPROVED));
        Some(LastPayment { approved: false, details, reverses })
    }
}
