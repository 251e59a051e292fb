//! Asks the printer how it is, in rounds of four real-time questions.
//!
//! Invariant: one question at a time is without an answer, so that each answer belongs to its
//! question; what changed amid a round makes that round begin anew.

use std::time::Duration;

use super::{Core, Output, Progress, send};
use crate::devices::printer::commands::{CLEAR, ask_status};
use crate::devices::printer::patience::{
    ANSWER_PATIENCE, BUSY_POLL, FREE_CUTTER_EVERY, KNOWN_FOR, MISSES_UNTIL_OFFLINE, NOISY_FOR, QUIET,
};
use crate::devices::printer::status::from_real_time;
use crate::devices::printer::{Condition, PrinterEvent};

/// A round of the four real-time questions.
#[derive(Default)]
pub(super) struct Poll {
    pub next_at: Duration,
    /// The question (0 to 3) without an answer yet, and when it was asked.
    pub asked: Option<(usize, Duration)>,
    pub got: [u8; 4],
    pub misses: u32,
    /// Something changed since the round began, or nothing is known yet.
    pub stale: bool,
    /// When the last round ended that counts.
    pub known_at: Duration,
    /// When something came that means nothing.
    pub noise_at: Option<Duration>,
}

impl Poll {
    /// Whether a status that comes now may be noise too.
    pub fn is_noisy(&self, now: Duration) -> bool {
        self.noise_at.is_some_and(|at| now < at + NOISY_FOR)
    }
}

/// What a printer without a complaint answers to each question.
const FINE: [u8; 4] = [0x12; 4];

impl Core {
    pub(super) fn real_time(&mut self, status: u8, now: Duration, out: &mut Vec<Output>) {
        let Some((question, _)) = self.poll.asked.take() else { return };
        if question == 0 {
            self.poll.got = FINE;
        }
        self.poll.got[question] = status;
        if self.poll.stale || self.is_leaving() {
            // The round begins anew: at once, or when the line is free again.
            self.poll.next_at = now;
        } else if question == 3 {
            self.end_round(now, out);
        } else if !self.a_job_can_begin() {
            self.ask(question + 1, now, out);
        }
    }

    /// A job that waits need not wait for the rest of a round of which nothing bad is heard.
    fn a_job_can_begin(&self) -> bool {
        matches!(self.job, Progress::Waiting { .. })
            && self.condition.can_print()
            && from_real_time(self.poll.got).can_print()
    }

    fn end_round(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.poll.known_at = now;
        self.poll.next_at = now + if matches!(self.job, Progress::Idle) { self.idle_poll } else { BUSY_POLL };
        // Answers to questions that were asked after the order to clear show that it has arrived.
        let cleared = match self.job {
            Progress::Clearing { job, condition, .. } => Some(PrinterEvent::NotPrinted(job, condition)),
            _ => None,
        };
        self.become_condition(from_real_time(self.poll.got), now, out);
        if let Some(end) = cleared {
            self.job = Progress::Idle;
            out.push(Output::Tell(end));
            self.cut_leftover(now, out);
        }
    }

    pub(super) fn check_poll(&mut self, now: Duration, out: &mut Vec<Output>) {
        if !self.open {
            return;
        }
        if self.is_leaving() {
            self.poll.known_at = now;
            return;
        }
        if !self.silent && now >= self.poll.known_at + KNOWN_FOR {
            self.nobody_there(now, out);
        }
        match self.poll.asked {
            Some((_, since)) if now >= since + ANSWER_PATIENCE => self.missed(now, out),
            None if now >= self.poll.next_at => self.ask(0, now, out),
            _ => {}
        }
    }

    fn missed(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.poll.asked = None;
        self.poll.stale = true;
        self.poll.next_at = now + QUIET;
        self.poll.misses += 1;
        if let Progress::Printing(printing) = &mut self.job {
            printing.missed();
        }
        if self.poll.misses >= MISSES_UNTIL_OFFLINE {
            self.nobody_there(now, out);
        }
    }

    /// No answers, or none that make sense.
    fn nobody_there(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.silent = true;
        self.poll.known_at = now;
        self.give_up(now, out);
        self.become_condition(Condition::Offline, now, out);
    }

    fn ask(&mut self, question: usize, now: Duration, out: &mut Vec<Output>) {
        if question == 0 {
            self.poll.stale = false;
            if self.condition == Condition::CutterError && now >= self.free_cutter_at {
                self.free_cutter_at = now + FREE_CUTTER_EVERY;
                out.push(send(CLEAR.to_vec()));
            }
        }
        self.poll.asked = Some((question, now));
        out.push(send(ask_status(question)));
    }

    /// Whether bytes of a receipt are still leaving: until [`super::Input::Written`].
    pub fn is_leaving(&self) -> bool {
        matches!(&self.job, Progress::Printing(printing) if printing.is_leaving())
    }
}
