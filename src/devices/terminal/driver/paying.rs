//! A payment from 06 01 to the terminal's word on how it went.
//!
//! Invariant: whatever ends otherwise than told by the terminal is [`Outcome::Unknown`].

use std::time::Duration;

use uuid::Uuid;
use zuil_wire::Cents;

use super::ending::{Recording, TakingBack};
use super::reversing::{Rejected, Reversing};
use super::{ANSWER_PATIENCE, Driver, Output, State, T4};
use crate::devices::terminal::codec::{Fields, Packet, fields};
use crate::devices::terminal::link::{Repeat, Ticket};
use crate::devices::terminal::{
    Charge, Condition, Keep, NotDone, Outcome, Prompt, TerminalEvent, Trouble, codes,
};

/// How long a payment may take in all. A terminal that says "please wait" for ever would else hold the
/// resident, and everyone behind them, for ever.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// A payment whose outcome is open.
pub(super) struct Payment {
    pub id: Uuid,
    amount: Cents,
    keep: Keep,
    pub ticket: Ticket,
    /// Silence until then means that nobody knows.
    pub until: Duration,
    /// Then nobody knows, however much the terminal still says.
    ends: Duration,
    cancel: Cancel,
    card: Card,
}

/// How far a wish to stop is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cancel {
    No,
    /// To be sent as soon as the terminal has said yes to the payment.
    Wanted,
    /// 06 B0 was sent; it is sent again at this time unless it is answered.
    Sent(Duration),
    /// The terminal said yes to it.
    Confirmed,
}

/// What is known of the card.
#[derive(Clone, Copy)]
enum Card {
    NotAskedFor,
    /// Asked for since.
    Awaited(Duration),
    Seen,
}

impl Payment {
    /// When something has to be done.
    pub fn deadline(&self) -> Duration {
        match self.cancel {
            Cancel::Sent(again) => self.until.min(again),
            _ => self.until,
        }
    }
}

impl Driver {
    pub(super) fn charge(&mut self, charge: Charge, now: Duration) {
        let taken = self.held.is_some()
            || matches!(
                self.state,
                State::Offline
                    | State::Resting(_)
                    | State::Asked(_)
                    | State::Going(_)
                    | State::Recording(_)
                    | State::Finishing(_)
                    | State::TakingBack(_)
                    | State::Reversing(_)
            );
        if taken || !fields::fits(charge.amount) {
            self.tell(TerminalEvent::Done(charge.payment, Outcome::NotAsked));
            return;
        }
        // What the terminal would forget with its day may be needed to settle this payment.
        self.put_off_end_of_day();
        self.prompt = None;
        self.busy = 0;
        self.show(charge.payment, Prompt::Connecting);
        self.held = Some(charge);
        self.go_on(now);
    }

    pub(super) fn authorise(&mut self, charge: Charge, now: Duration) -> State {
        let packet = Packet::Authorisation { amount: charge.amount, currency: self.options.currency };
        State::Asked(Payment {
            id: charge.payment,
            amount: charge.amount,
            keep: charge.before_acknowledge,
            ticket: self.link.send(&packet, Repeat::OnNakOnly, now, &mut self.wire),
            until: now + ANSWER_PATIENCE,
            ends: now + LONGEST,
            cancel: Cancel::No,
            card: Card::NotAskedFor,
        })
    }

    pub(super) fn cancel(&mut self, now: Duration) {
        if let Some(charge) = self.held.take() {
            self.tell(TerminalEvent::Done(charge.payment, Outcome::Aborted));
            return;
        }
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Asked(payment) if payment.cancel == Cancel::No => {
                self.show(payment.id, Prompt::Stopping);
                State::Asked(Payment { cancel: Cancel::Wanted, ..payment })
            }
            State::Going(payment) if payment.cancel == Cancel::No => {
                self.show(payment.id, Prompt::Stopping);
                State::Going(self.send_cancel(payment, now))
            }
            other => other,
        };
    }

    pub(super) fn lost(&mut self, now: Duration) {
        match std::mem::replace(&mut self.state, State::Offline) {
            State::Asked(Payment { id, .. })
            | State::Going(Payment { id, .. })
            | State::Recording(Recording { id, .. })
            | State::TakingBack(TakingBack { id, .. })
            | State::Reversing(Reversing { id, .. }) => {
                self.tell(TerminalEvent::Done(id, Outcome::Unknown));
            }
            State::Serving(serving) => self.errands.push_front(serving.errand),
            State::Finishing(finishing) => {
                self.cut_short(finishing, now);
            }
            _ => {}
        }
        if let Some(charge) = self.held.take() {
            self.tell(TerminalEvent::Done(charge.payment, Outcome::NotAsked));
        }
        self.answer_all(NotDone::Silent);
        self.state = State::Offline;
        self.link = super::Link::default();
        self.wire.clear();
    }

    pub(super) fn asked(&mut self, payment: Payment, packet: Packet, now: Duration) -> State {
        match packet {
            Packet::Accepted => State::Going(self.accepted(payment, now)),
            Packet::IntermediateStatus(_) | Packet::StatusInformation(_) => {
                let payment = self.accepted(payment, now);
                self.going(payment, packet, now)
            }
            // A refusal of the second 06 01 says nothing about the first.
            Packet::Rejected(_) if self.link.was_repeated(payment.ticket) => State::Asked(payment),
            Packet::Rejected(codes::PLEASE_WAIT) if payment.cancel == Cancel::No => {
                let Payment { id, amount, keep, .. } = payment;
                self.held = Some(Charge { payment: id, amount, before_acknowledge: keep });
                self.please_wait(now)
            }
            Packet::Rejected(codes::PLEASE_WAIT) => {
                self.tell(TerminalEvent::Done(payment.id, Outcome::Aborted));
                self.please_wait(now)
            }
            Packet::Rejected(code) => {
                tracing::warn!(code, meaning = codes::meaning(code), "the terminal refuses the payment");
                self.tell(TerminalEvent::Done(payment.id, Outcome::NotAsked));
                self.rest(Condition::Offline, now)
            }
            // Older than the payment: the terminal answers 06 01 by yes or no first.
            other => self.unasked(State::Asked(payment), &other, now),
        }
    }

    pub(super) fn going(&mut self, mut payment: Payment, packet: Packet, now: Duration) -> State {
        match packet {
            Packet::Accepted => {
                if let Cancel::Sent(_) = payment.cancel {
                    payment.cancel = Cancel::Confirmed;
                }
                State::Going(payment)
            }
            Packet::Rejected(_) => {
                if let Cancel::Sent(_) = payment.cancel {
                    payment.cancel = Cancel::No;
                }
                State::Going(payment)
            }
            Packet::IntermediateStatus(status) => {
                self.command(&Packet::Accepted, now);
                let prompt = codes::prompt(status);
                self.show(payment.id, prompt);
                payment.card = payment.card.after(prompt, now);
                payment.until = payment.ends.min(now + super::patience(status, T4));
                State::Going(payment)
            }
            Packet::StatusInformation(fields) => self.told_outcome(payment, &fields, now),
            Packet::Abort(code) => {
                self.command(&Packet::Accepted, now);
                let outcome = self.refusal(&payment, code, false, now);
                self.done(payment.id, outcome)
            }
            // Done, but how it went was never told.
            Packet::Completion(_) => {
                self.command(&Packet::Accepted, now);
                self.unknown(payment.id, now)
            }
            other => self.unasked(State::Going(payment), &other, now),
        }
    }

    pub(super) fn waited(&mut self, payment: Payment, now: Duration) -> State {
        if now >= payment.until {
            self.unknown_for_silence(payment.id, now)
        } else {
            State::Going(self.send_cancel(payment, now))
        }
    }

    /// Nobody knows: the terminal is asked what it remembers.
    pub(super) fn unknown(&mut self, id: Uuid, now: Duration) -> State {
        tracing::warn!("the outcome of a payment is not known");
        self.tell(TerminalEvent::Done(id, Outcome::Unknown));
        self.register(now)
    }

    /// As [`Driver::unknown`], when the terminal says nothing any more. What was still to be sent,
    /// even a second 06 01 after a late NAK, must not go out now.
    pub(super) fn unknown_for_silence(&mut self, id: Uuid, now: Duration) -> State {
        self.link = super::Link::default();
        self.unknown(id, now)
    }

    fn accepted(&mut self, payment: Payment, now: Duration) -> Payment {
        self.busy = 0;
        let payment = Payment { until: payment.ends.min(now + T4), ..payment };
        if payment.cancel == Cancel::Wanted { self.send_cancel(payment, now) } else { payment }
    }

    fn send_cancel(&mut self, payment: Payment, now: Duration) -> Payment {
        self.command(&Packet::AbortCommand, now);
        Payment { cancel: Cancel::Sent(now + ANSWER_PATIENCE), ..payment }
    }

    fn told_outcome(&mut self, payment: Payment, fields: &Fields, now: Duration) -> State {
        let outcome = match fields.result() {
            Some(codes::APPROVED) if fields.is_reversal() => {
                tracing::error!("the terminal tells of a reversal in the midst of a payment");
                self.command(&Packet::Accepted, now);
                return self.unknown(payment.id, now);
            }
            Some(codes::APPROVED) => match self.details(fields) {
                Some(details) if details.amount == payment.amount => Outcome::Paid(details),
                _ => {
                    tracing::error!(
                        "the terminal charged something else than it was asked; it is to undo it"
                    );
                    return self.reject(payment.id, Rejected::of(fields), now);
                }
            },
            Some(code) => self.refusal(&payment, code, true, now),
            None => {
                tracing::error!("a status information without a result; the terminal is to undo it");
                return self.reject(payment.id, Rejected::of(fields), now);
            }
        };
        self.flush();
        self.outputs.push(Output::Keep(payment.keep, outcome.clone()));
        State::Recording(Recording::of(payment.id, outcome, Rejected::of(fields)))
    }

    /// What a result code other than success means. 6C stands for "stopped by key" and for "nobody
    /// came" alike; after a card was seen, a status information with it is a refusal.
    fn refusal(&self, payment: &Payment, code: u8, in_status_information: bool, now: Duration) -> Outcome {
        tracing::info!(code, meaning = codes::meaning(code), "the terminal did not charge");
        if code != codes::ABORTED {
            return Outcome::Declined(code);
        }
        match payment.card {
            _ if payment.cancel != Cancel::No => Outcome::Aborted,
            Card::Seen if in_status_information => Outcome::Declined(code),
            Card::Awaited(since) if now >= since + self.options.card_patience => Outcome::TimedOut,
            _ => Outcome::Aborted,
        }
    }

    /// Tells a prompt unless it is the one that was told last.
    pub(super) fn show(&mut self, id: Uuid, prompt: Prompt) {
        if self.prompt.replace(prompt) != Some(prompt) {
            self.tell(TerminalEvent::Prompt(id, prompt));
        }
    }
}

impl Card {
    const fn after(self, prompt: Prompt, now: Duration) -> Self {
        match (self, prompt) {
            (Self::NotAskedFor, Prompt::PresentCard) => Self::Awaited(now),
            // A card that could not be read may not have been one; the terminal still waits.
            (Self::Awaited(_), Prompt::Trouble { trouble: Trouble::CardUnreadable, remove_card: false }) => {
                self
            }
            (
                Self::Awaited(_),
                Prompt::EnterPin
                | Prompt::PleaseWait
                | Prompt::Authorising
                | Prompt::RemoveCard
                | Prompt::Trouble { .. },
            ) => Self::Seen,
            (card, _) => card,
        }
    }
}
