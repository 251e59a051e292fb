//! A payment at the simulated terminal, from the card to the last word about it.
//!
//! Invariant: the terminal waits for the pillar's answers, but a resident never does: what nobody
//! answers in time is taken as heard. Only the status information of a charge is more than that: it
//! is answered by yes or no, or the charge is kept or taken back as the terminal was set up.

use std::time::Duration;

use zuil_wire::Cents;

use super::{ANSWER_PATIENCE, Act, Core, State, card};
use crate::devices::terminal::codec::{Fields, Intermediate, Packet};
use crate::devices::terminal::codes::{self, intermediate};
use crate::devices::terminal::link::Ticket;
use crate::devices::terminal::simulator::PowerCut;

/// A payment that is going on.
pub(super) struct Paying {
    pub amount: Cents,
    pub stage: Stage,
    /// When the stage is over; in [`Stage::Card`] nobody came until then.
    until: Duration,
    /// What was sent last.
    ticket: Ticket,
    /// When the terminal stops waiting for the pillar's answer to it.
    patience: Duration,
    /// It was answered, or is not waited for any more.
    answered: bool,
    pub stop: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Stage {
    Card {
        since: Duration,
    },
    Pin(Act),
    Bank(Act),
    /// It has the pillar print something, so many times.
    Printing {
        receipt: u16,
        left: u8,
    },
    RemoveCard {
        receipt: u16,
    },
    Approved {
        receipt: u16,
    },
    Refused(u8),
    TakingBack,
}

impl Core {
    pub(super) fn begin(&mut self, amount: Cents, now: Duration) {
        self.accepted += 1;
        if self.is_cut(PowerCut::AfterAuthorisation) {
            return;
        }
        self.say(&Packet::Accepted, now);
        let paying = Paying {
            amount,
            stage: Stage::Card { since: now },
            until: now + self.pace.card_time_out,
            ticket: self.say(&Packet::IntermediateStatus(Intermediate::new(intermediate::INSERT_CARD)), now),
            patience: now + ANSWER_PATIENCE,
            answered: false,
            stop: false,
        };
        self.state = State::Paying(paying);
    }

    pub(super) fn stop(&mut self, now: Duration) {
        match &mut self.state {
            State::Paying(Paying { stage: Stage::Card { .. } | Stage::Pin(_), stop, .. }) => {
                *stop = true;
                self.say(&Packet::Accepted, now);
            }
            _ => self.refuse(codes::NOT_POSSIBLE, now),
        }
    }

    /// The pillar answered what was sent last.
    pub(super) fn payment_answered(&mut self, yes: bool, now: Duration) {
        let State::Paying(paying) = &mut self.state else { return };
        match paying.stage {
            Stage::Approved { .. } if yes => {
                self.unanswered = None;
                self.end(&Packet::Completion(Fields::default()), now);
            }
            Stage::Approved { .. } if self.faults.completes_rejected => {
                self.unanswered = None;
                self.end(&Packet::Completion(Fields::default()), now);
            }
            Stage::Approved { receipt } => self.take_back(receipt, now),
            Stage::Refused(code) => self.end(&Packet::Abort(code), now),
            _ => paying.answered = true,
        }
    }

    pub(super) fn delivered(&mut self, delivered: Ticket) {
        if let State::Paying(Paying { stage: Stage::Approved { .. }, ticket, .. }) = self.state
            && ticket == delivered
        {
            self.is_cut(PowerCut::AfterStatusInformation);
        }
    }

    pub(super) fn undelivered(&mut self, lost: Ticket, now: Duration) {
        if let State::Paying(Paying { ticket, answered: false, .. }) = self.state
            && ticket == lost
        {
            self.nobody_answers(now);
        }
    }

    /// Moves a payment on when its time has come.
    pub(super) fn payment_goes_on(&mut self, now: Duration) {
        let State::Paying(paying) = &self.state else { return };
        let amount = paying.amount;
        if !paying.answered {
            if now >= paying.patience {
                self.nobody_answers(now);
            }
            return;
        }
        match paying.stage {
            Stage::Card { .. } | Stage::Pin(_) if paying.stop => {
                self.end(&Packet::Abort(codes::ABORTED), now)
            }
            Stage::Card { since } => self.wait_for_card(since, paying.until, now),
            _ if now < paying.until => {}
            Stage::Pin(Act::MistypePin) => {
                let wrong = Intermediate { digit: Some(2), ..Intermediate::new(intermediate::INCORRECT_PIN) };
                self.enter(Stage::Pin(Act::InsertCard), wrong, self.pace.pin, now);
            }
            Stage::Pin(card) => {
                let waiting = Intermediate::new(intermediate::WAITING_FOR_BANK);
                self.enter(Stage::Bank(card), waiting, self.pace.bank, now);
            }
            Stage::Bank(Act::InsertBadCard(code)) => {
                self.ledger.refuse(amount, code, self.clock);
                self.tell_result(Stage::Refused(code), now);
            }
            Stage::Bank(_) => {
                let receipt = self.ledger.charge(amount, self.clock);
                self.unanswered = Some(receipt);
                if !self.is_cut(PowerCut::AfterCharging) {
                    let left = if self.faults.full_card_number { 2 } else { 0 };
                    self.print(receipt, left, now);
                }
            }
            Stage::Printing { receipt, left } => self.print(receipt, left, now),
            Stage::RemoveCard { receipt } => self.tell_result(Stage::Approved { receipt }, now),
            Stage::TakingBack => self.end(&Packet::Abort(codes::PROCESSING_ERROR), now),
            Stage::Approved { .. } | Stage::Refused(_) => {}
        }
    }

    /// When the payment has something to do.
    pub(super) fn payment_deadline(&self) -> Option<Duration> {
        let State::Paying(paying) = &self.state else { return None };
        if !paying.answered {
            return Some(paying.patience);
        }
        match paying.stage {
            Stage::Approved { .. } | Stage::Refused(_) => None,
            Stage::Card { .. } | Stage::Pin(_) if paying.stop => Some(Duration::ZERO),
            Stage::Card { .. } if self.act.is_some() => Some(Duration::ZERO),
            Stage::Card { since } => {
                Some(self.auto.map_or(paying.until, |after| paying.until.min(since + after)))
            }
            _ => Some(paying.until),
        }
    }

    /// What was sent last got no answer: there may be no cable and no pillar any more.
    fn nobody_answers(&mut self, now: Duration) {
        let State::Paying(paying) = &mut self.state else { return };
        match paying.stage {
            Stage::Approved { receipt } if self.faults.reverses_when_unanswered => {
                self.take_back(receipt, now);
            }
            Stage::Approved { .. } | Stage::Refused(_) => {
                self.unanswered = None;
                self.state = State::Idle;
            }
            _ => {
                paying.answered = true;
                self.alone = true;
            }
        }
    }

    fn take_back(&mut self, receipt: u16, now: Duration) {
        self.unanswered = None;
        self.ledger.take_back(receipt, self.clock);
        let reversal = Intermediate::new(intermediate::AUTO_REVERSAL);
        self.enter(Stage::TakingBack, reversal, Duration::ZERO, now);
    }

    /// Has the pillar print what is left, and then the card removed.
    fn print(&mut self, receipt: u16, left: u8, now: Duration) {
        if left == 0 {
            let remove = Intermediate::new(intermediate::REMOVE_CARD);
            return self.enter(Stage::RemoveCard { receipt }, remove, self.pace.remove_card, now);
        }
        let text = if left == 1 { card::block_to_print() } else { card::line_to_print() };
        let ticket = self.say_apdu(&text, now);
        self.set_stage(Stage::Printing { receipt, left: left - 1 }, ticket, now, now);
    }

    fn wait_for_card(&mut self, since: Duration, until: Duration, now: Duration) {
        let auto = self.auto.filter(|after| now >= since + *after).map(|_| Act::InsertCard);
        match self.act.take().or(auto) {
            Some(card @ (Act::InsertCard | Act::InsertBadCard(_) | Act::MistypePin)) => {
                let enter_pin = Intermediate::new(intermediate::WATCH_PIN_PAD);
                self.enter(Stage::Pin(card), enter_pin, self.pace.pin, now);
            }
            Some(Act::InsertBadly) => {
                self.act = Some(Act::InsertCard);
                let unreadable = Intermediate::new(intermediate::CARD_NOT_READABLE);
                self.enter(Stage::Card { since: now }, unreadable, self.pace.card_time_out, now);
            }
            Some(Act::PressStop | Act::WalkAway) => self.end(&Packet::Abort(codes::ABORTED), now),
            None if now >= until => self.end(&Packet::Abort(codes::ABORTED), now),
            None => {}
        }
    }

    /// Sends the status information of what was written down last.
    fn tell_result(&mut self, stage: Stage, now: Duration) {
        if let Some(entry) = self.ledger.last(false).cloned() {
            let ticket = self.send_status(&entry, now);
            self.set_stage(stage, ticket, now, now);
        }
    }

    fn enter(&mut self, stage: Stage, status: Intermediate, lasts: Duration, now: Duration) {
        if self.alone {
            if let State::Paying(paying) = &mut self.state {
                *paying = Paying { stage, until: now + lasts, answered: true, ..*paying };
            }
            return;
        }
        let ticket = if self.faults.full_card_number {
            self.say_apdu(&card::status_with_text(status.status), now)
        } else {
            self.say(&Packet::IntermediateStatus(status), now)
        };
        self.set_stage(stage, ticket, now + lasts, now);
    }

    fn set_stage(&mut self, stage: Stage, ticket: Ticket, until: Duration, now: Duration) {
        if let State::Paying(paying) = &mut self.state {
            paying.stage = stage;
            paying.until = until;
            paying.ticket = ticket;
            paying.patience = now + ANSWER_PATIENCE;
            paying.answered = false;
        }
    }
}
