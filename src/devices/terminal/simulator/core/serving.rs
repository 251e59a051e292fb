//! What the simulated terminal does with its bank besides payments: reversal, end of day, diagnosis; and
//! what it tells of its ledger.
//!
//! Invariant: the ledger changes when the simulated bank has done it, not when it was asked for.

use std::time::Duration;

use zuil_wire::Cents;

use super::{ANSWER_PATIENCE, Core, State};
use crate::devices::terminal::codec::totals::{GROUPS, Totals};
use crate::devices::terminal::codec::{Field, Fields, Intermediate, Packet};
use crate::devices::terminal::codes::{self, intermediate};
use crate::devices::terminal::simulator::ledger::TERMINAL_ID;

/// The group of card schemes that the simulated card is in: girocard and Maestro.
const GROUP: usize = 0;

/// Something that takes the bank's time.
#[derive(Clone, Copy)]
pub(super) enum Job {
    Reverse(u16),
    CloseDay,
    Diagnose,
}

/// A job that is going on.
pub(super) struct AtBank {
    job: Job,
    /// When the bank has done it.
    done: Duration,
    /// The intermediate status was answered, or is not waited for any more.
    answered: bool,
    patience: Duration,
}

impl Core {
    pub(super) fn begin_job(&mut self, job: Job, refusal: Option<u8>, now: Duration) {
        if let Some(code) = refusal {
            return self.refuse(code, now);
        }
        let status = match job {
            Job::Reverse(_) => intermediate::PLEASE_WAIT,
            Job::CloseDay => intermediate::END_OF_DAY,
            Job::Diagnose => intermediate::WAITING_FOR_BANK,
        };
        self.say(&Packet::Accepted, now);
        self.say(&Packet::IntermediateStatus(Intermediate::new(status)), now);
        let patience = now + ANSWER_PATIENCE;
        self.state = State::AtBank(AtBank { job, done: now + self.pace.bank, answered: false, patience });
    }

    pub(super) const fn job_answered(&mut self) {
        if let State::AtBank(at_bank) = &mut self.state {
            at_bank.answered = true;
        }
    }

    pub(super) fn job_goes_on(&mut self, now: Duration) {
        let State::AtBank(AtBank { job, done, answered, patience }) = self.state else { return };
        if now < done || !(answered || now >= patience) {
            return;
        }
        match job {
            Job::Reverse(receipt) => match self.ledger.take_back(receipt, self.clock) {
                Some(entry) => {
                    self.send_status(&entry, now);
                    self.state = State::Telling(now + ANSWER_PATIENCE);
                }
                None if self.ledger.was_taken_back(receipt) => {
                    self.end(&Packet::Abort(codes::ALREADY_REVERSED), now);
                }
                None => self.end(&Packet::Abort(codes::REVERSAL_NOT_POSSIBLE), now),
            },
            Job::CloseDay => {
                self.tell_totals(now);
                self.ledger.close_day(self.clock);
            }
            Job::Diagnose => self.end(&Packet::Completion(Fields::default()), now),
        }
    }

    /// When the job has something to do.
    pub(super) fn job_deadline(&self) -> Option<Duration> {
        let State::AtBank(AtBank { done, answered, patience, .. }) = self.state else { return None };
        Some(if answered { done } else { patience.max(done) })
    }

    pub(super) fn tell_turnover(&mut self, refusal: Option<u8>, now: Duration) {
        match refusal {
            Some(code) => self.refuse(code, now),
            None => {
                self.say(&Packet::Accepted, now);
                self.tell_totals(now);
            }
        }
    }

    /// The totals of the day, in the order of the packet that the crate `zvt` captured.
    fn tell_totals(&mut self, now: Duration) {
        let standing = self.ledger.charged_today();
        let total = Cents(standing.iter().map(|entry| entry.amount.0).sum());
        let mut groups = [(0, Cents::ZERO); GROUPS];
        groups[GROUP] = (standing.len().min(255) as u8, total);
        let totals = Totals {
            first: standing.first().map_or(0, |entry| entry.receipt),
            last: standing.last().map_or(0, |entry| entry.receipt),
            groups,
        };
        let (date, time) = self.clock;
        let fields = vec![
            Field::Result(codes::APPROVED),
            Field::Amount(total),
            Field::Date(date),
            Field::Time(time),
            Field::Totals(totals),
            Field::TerminalId(TERMINAL_ID),
        ];
        self.say(&Packet::StatusInformation(Fields(fields)), now);
        self.state = State::Telling(now + ANSWER_PATIENCE);
    }
}
