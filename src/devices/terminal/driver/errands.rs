//! Commands that are not about one payment: end of day (06 50) and diagnosis (06 70).
//!
//! Invariant: one is begun only when the terminal is idle and no charge waits; each that was asked for
//! gets exactly one answer, and one that was interrupted is told as [`NotDone::Silent`], never as done.

use std::time::Duration;

use super::connecting::Waiting;
use super::{Driver, REST, State, T4};
use crate::devices::terminal::codec::Packet;
use crate::devices::terminal::{Condition, NotDone, Outcome, TerminalEvent, codes};

/// How often a terminal that says "please wait" is asked again before that is its answer.
const MOST_WAITS: u8 = 3;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    EndOfDay,
    Diagnosis,
}

/// An errand whose command was sent.
pub(super) struct Serving {
    pub errand: Errand,
    pub waiting: Waiting,
    /// What a status information said, when it was no success.
    refused: Option<u8>,
}

impl Driver {
    pub(super) fn errand(&mut self, errand: Errand) {
        let under_way = matches!(&self.state, State::Serving(serving) if serving.errand == errand);
        if self.is_gone() {
            self.answer(errand, Err(NotDone::Silent));
        } else if !under_way && !self.errands.contains(&errand) {
            self.errands.push_back(errand);
        }
    }

    /// A day that waits to be closed is not closed now.
    pub(super) fn put_off_end_of_day(&mut self) {
        let waiting = self.errands.len();
        self.errands.retain(|errand| *errand != Errand::EndOfDay);
        if self.errands.len() < waiting {
            self.answer(Errand::EndOfDay, Err(NotDone::Silent));
        }
    }

    pub(super) fn serve(&mut self, errand: Errand, now: Duration) -> State {
        let packet = match errand {
            Errand::EndOfDay => {
                // It may forget its last payment with its day, also when that goes wrong half way.
                self.memory.day_closed();
                Packet::EndOfDay(self.options.password.0)
            }
            Errand::Diagnosis => Packet::Diagnosis,
        };
        self.command(&packet, now);
        State::Serving(Serving { errand, waiting: Waiting::for_answer(now), refused: None })
    }

    pub(super) fn serving(&mut self, mut serving: Serving, packet: Packet, now: Duration) -> State {
        let accepted = serving.waiting.accepted;
        match packet {
            Packet::Accepted => {
                self.busy = 0;
                serving.waiting = Waiting { until: now + T4, accepted: true };
                State::Serving(serving)
            }
            Packet::IntermediateStatus(status) if accepted => {
                self.command(&Packet::Accepted, now);
                serving.waiting.until = now + super::patience(status, T4);
                State::Serving(serving)
            }
            Packet::StatusInformation(fields) if accepted => {
                self.command(&Packet::Accepted, now);
                serving.refused = fields.result().filter(|code| *code != codes::APPROVED);
                serving.waiting.until = now + T4;
                State::Serving(serving)
            }
            Packet::PrintLine(..) | Packet::PrintTextBlock(_) if accepted => {
                serving.waiting.until = now + T4;
                self.unasked(State::Serving(serving), &packet, now)
            }
            Packet::Completion(fields) if accepted => {
                self.command(&Packet::Accepted, now);
                let failed = fields.result().filter(|code| *code != codes::APPROVED);
                self.served(serving.errand, serving.refused.or(failed))
            }
            Packet::Abort(code) if accepted => {
                self.command(&Packet::Accepted, now);
                self.served(serving.errand, Some(code))
            }
            Packet::Rejected(codes::PLEASE_WAIT) if !accepted => {
                self.errands.push_front(serving.errand);
                self.please_wait(now)
            }
            Packet::Rejected(code) if !accepted => self.served(serving.errand, Some(code)),
            other => self.unasked(State::Serving(serving), &other, now),
        }
    }

    /// The terminal said "please wait". It is asked how it is in a while, and then what waits is tried
    /// again: not at once, since only a whole dialogue shows that its next word is the answer to it.
    pub(super) fn please_wait(&mut self, now: Duration) -> State {
        if self.waited_too_often()
            && let Some(charge) = self.held.take()
        {
            self.tell(TerminalEvent::Done(charge.payment, Outcome::NotAsked));
        }
        State::Waiting(now + REST)
    }

    /// Counts a "please wait". After too many of them that is the answer to every errand.
    pub(super) fn waited_too_often(&mut self) -> bool {
        self.busy = self.busy.saturating_add(1);
        let too_often = self.busy > MOST_WAITS;
        if too_often {
            self.busy = 0;
            self.answer_all(NotDone::Refused(codes::PLEASE_WAIT));
        }
        too_often
    }

    /// Answers all that wait, when nothing can be done for them.
    pub(super) fn answer_all(&mut self, why: NotDone) {
        while let Some(errand) = self.errands.pop_front() {
            self.answer(errand, Err(why));
        }
    }

    fn served(&mut self, errand: Errand, refused: Option<u8>) -> State {
        if let Some(code) = refused {
            tracing::warn!(?errand, code, meaning = codes::meaning(code), "the terminal did not do it");
        }
        // With its day, a terminal's memory and turnover change.
        self.ask |= errand == Errand::EndOfDay;
        self.answer(errand, refused.map_or(Ok(()), |code| Err(NotDone::Refused(code))));
        State::Ready
    }

    fn answer(&mut self, errand: Errand, result: Result<(), NotDone>) {
        self.tell(match errand {
            Errand::EndOfDay => TerminalEvent::DayEnded(result),
            Errand::Diagnosis => TerminalEvent::Diagnosed(result),
        });
    }

    /// Whether there is no terminal that could be waited for.
    const fn is_gone(&self) -> bool {
        match self.state {
            State::Offline => true,
            State::Resting(_) => matches!(self.condition, Condition::Offline),
            _ => false,
        }
    }
}
