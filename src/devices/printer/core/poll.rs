//! Asks the printer how it is, in rounds of four real-time questions.
//!
//! Invariant: one question at a time is without an answer, so that each answer belongs to its
//! question; what changed amid a round makes that round count for nothing.

use std::time::Duration;

use super::{Core, Output, Progress, send};
use crate::devices::printer::Condition;
use crate::devices::printer::commands::{CLEAR, ask_status};
use crate::devices::printer::patience::{
    ANSWER_PATIENCE, BUSY_POLL, FREE_CUTTER_EVERY, MISSES_UNTIL_OFFLINE,
};
use crate::devices::printer::status::from_real_time;

/// A round of the four real-time questions.
#[derive(Default)]
pub(super) struct Poll {
    pub next_at: Duration,
    /// The question (0 to 3) without an answer yet, and when it was asked.
    pub asked: Option<(usize, Duration)>,
    pub got: [u8; 4],
    pub misses: u32,
    /// Something changed since the round began.
    pub stale: bool,
}

impl Core {
    pub(super) fn real_time(&mut self, status: u8, now: Duration, out: &mut Vec<Output>) {
        let Some((question, _)) = self.poll.asked else { return };
        self.poll.got[question] = status;
        if question < 3 {
            self.ask(question + 1, now, out);
            return;
        }
        self.poll.asked = None;
        if std::mem::take(&mut self.poll.stale) {
            self.poll.next_at = now;
            return;
        }
        self.poll.next_at = now + if matches!(self.job, Progress::Idle) { self.idle_poll } else { BUSY_POLL };
        // Answers to questions that were asked after the order to clear show that it has arrived.
        let cleared = matches!(self.job, Progress::Clearing { .. });
        self.become_condition(from_real_time(self.poll.got), now, out);
        if cleared {
            self.give_up(out);
            self.cut_leftover(out);
        }
    }

    pub(super) fn check_poll(&mut self, now: Duration, out: &mut Vec<Output>) {
        if !self.open || matches!(self.job, Progress::Sending { .. }) {
            return;
        }
        match self.poll.asked {
            Some((_, since)) if now >= since + ANSWER_PATIENCE => {
                self.poll.misses += 1;
                if let Progress::Confirming(job) = &mut self.job {
                    job.doubt = true;
                }
                if self.poll.misses >= MISSES_UNTIL_OFFLINE {
                    self.silent = true;
                    self.give_up(out);
                    self.become_condition(Condition::Offline, now, out);
                }
                self.ask(0, now, out);
            }
            None if now >= self.poll.next_at => self.ask(0, now, out),
            _ => {}
        }
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
}
