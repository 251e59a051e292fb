//! The pillar's side of ZVT: bytes, time and commands in, bytes and events out. No port, no clock.
//!
//! Invariant: one charge leads to at most one 06 01 that the terminal can have understood; its
//! outcome is handed to [`Output::Keep`] before 80 00 00 is sent for it; every charge gets exactly
//! one [`TerminalEvent::Done`].

use std::fmt;
use std::time::Duration;

use super::codec::{Packet, PasswordDigits};
use super::link::{Heard, Link, Repeat, Ticket};
use super::{Charge, Condition, Keep, NotDone, NotRecorded, Outcome, Prompt, TerminalEvent};

mod connecting;
mod ending;
mod paying;
mod remembering;

use connecting::Waiting;
use ending::{Finishing, Recording, TakingBack};
use paying::Payment;
use remembering::{Memory, Repeating};

/// How long the terminal may take to say yes or no to a command. (All times here are ours; the
/// serial specification PA00P016 was not at hand.)
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// How long a command other than a payment may take from yes to completion.
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);
/// The longest silence in a payment: a person looks for a card and a PIN, a bank answers.
const PAYMENT_PATIENCE: Duration = Duration::from_secs(150);
/// The longest silence between the status information and the completion: the card is taken out, or
/// the payment is taken back.
const ENDING_PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait before the terminal is asked again after it was busy or did not answer.
const REST: Duration = Duration::from_secs(2);
/// How long to wait before a terminal that did not tell its last payment is asked for it again.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// How long the terminal may take to answer 06 B0 before it is sent again.
const CANCEL_PATIENCE: Duration = Duration::from_secs(4);

/// How the terminal is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its password.
    pub password: Password,
    /// The currency, ISO 4217 numeric; 978 is the euro.
    pub currency: u16,
    /// How long the terminal waits for a card at most. ZVT has one result code (6C) for "stopped by
    /// key" and for "nobody came": after this time without a card it is taken for the second.
    pub card_patience: Duration,
}

impl Options {
    /// Euro, and a terminal that waits 25 seconds for a card.
    #[must_use]
    pub const fn new(password: Password) -> Self {
        Self { password, currency: 978, card_patience: Duration::from_secs(25) }
    }
}

/// A terminal's password: six digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Password(PasswordDigits);

/// A password that is not six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the terminal's password must be six digits, as in its manual or from its supplier")]
pub struct BadPassword;

impl Password {
    /// Reads six digits.
    ///
    /// # Errors
    /// [`BadPassword`] when it is anything else.
    pub fn parse(text: &str) -> Result<Self, BadPassword> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadPassword);
        }
        let number = text.parse().map_err(|_| BadPassword)?;
        Ok(Self(PasswordDigits(super::codec::fields::bcd(number))))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(******)")
    }
}

/// What can happen to the driver.
pub enum Input<'a> {
    /// The port was opened.
    Opened,
    /// The port was lost, or could not be opened.
    Lost,
    /// Bytes came.
    Bytes(&'a [u8]),
    /// Take a payment.
    Charge(Charge),
    /// Stop the payment.
    Cancel,
    /// Ask for the last payment.
    AskLastPayment,
    /// Close the terminal's day.
    EndOfDay,
    /// Try the connection to the bank.
    Diagnose,
    /// The answer to [`Output::Keep`].
    Kept(Result<(), NotRecorded>),
    /// Time passed.
    Tick,
}

/// What the driver wants done, in this order.
pub enum Output {
    /// Write these bytes to the port.
    Send(Vec<u8>),
    /// Tell the pillar.
    Tell(TerminalEvent),
    /// Call this with this outcome and come back with [`Input::Kept`].
    Keep(Keep, Outcome),
}

/// The driver. Times are since an arbitrary start and never go back.
pub struct Driver {
    options: Options,
    link: Link,
    state: State,
    /// What was told last; `None` before the first.
    told: Option<Condition>,
    condition: Condition,
    /// A charge that waits until the terminal is ready.
    held: Option<Charge>,
    /// The last payment is to be asked for when the terminal is idle.
    ask: bool,
    /// What is known of the terminal's memory of its last payment.
    memory: Memory,
    /// The terminal's id as told in its registration.
    terminal_id: Option<String>,
    prompt: Option<Prompt>,
    wire: Vec<u8>,
    outputs: Vec<Output>,
}

enum State {
    /// No port.
    Offline,
    /// The terminal does not answer or is busy; it is asked again at this time.
    Resting(Duration),
    /// 06 00 was sent.
    Registering(Waiting),
    /// 05 01 was sent.
    Enquiring(Waiting),
    /// 06 20 was sent.
    Repeating(Repeating),
    /// Registered and idle.
    Ready,
    /// 06 01 was sent and not answered.
    Asked(Payment),
    /// The terminal said yes and deals with the resident.
    Going(Payment),
    /// The outcome is being made durable.
    Recording(Recording),
    /// The outcome is durable and was acknowledged.
    Finishing(Finishing),
    /// The status information was rejected; the terminal takes the payment back.
    TakingBack(TakingBack),
}

impl Driver {
    /// A driver without a port.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            link: Link::default(),
            state: State::Offline,
            told: None,
            condition: Condition::Unknown,
            held: None,
            ask: false,
            memory: Memory::default(),
            terminal_id: None,
            prompt: None,
            wire: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Takes what happened; tells what to do.
    pub fn handle(&mut self, input: Input<'_>, now: Duration) -> Vec<Output> {
        match input {
            Input::Opened => self.opened(now),
            Input::Lost => self.lost(now),
            Input::Bytes(bytes) => {
                for heard in self.link.receive(bytes, now, &mut self.wire) {
                    self.hear(heard, now);
                }
            }
            Input::Charge(charge) => self.charge(charge, now),
            Input::Cancel => self.cancel(now),
            Input::AskLastPayment => self.ask = true,
            Input::EndOfDay => self.tell(TerminalEvent::DayEnded(Err(NotDone::Silent))),
            Input::Diagnose => self.tell(TerminalEvent::Diagnosed(Err(NotDone::Silent))),
            Input::Kept(result) => self.kept(result, now),
            Input::Tick => {}
        }
        if let Some(heard) = self.link.tick(now, &mut self.wire) {
            self.hear(heard, now);
        }
        self.watch_the_clock(now);
        self.go_on(now);
        self.tell_condition();
        self.flush();
        std::mem::take(&mut self.outputs)
    }

    /// When it wants [`Input::Tick`] at the latest.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let state = match &self.state {
            State::Offline | State::Recording(_) => None,
            State::Ready => self.memory.ask_again_at(),
            State::Resting(until) => Some(*until),
            State::Registering(waiting) | State::Enquiring(waiting) => Some(waiting.until),
            State::Repeating(repeating) => Some(repeating.waiting.until),
            State::Asked(payment) | State::Going(payment) => Some(payment.deadline()),
            State::Finishing(Finishing { until, .. }) | State::TakingBack(TakingBack { until, .. }) => {
                Some(*until)
            }
        };
        [state, self.link.deadline()].into_iter().flatten().min()
    }

    fn hear(&mut self, heard: Heard, now: Duration) {
        match heard {
            Heard::Delivered(ticket) => {
                if let State::Finishing(finishing) = &mut self.state {
                    finishing.confirmed |= finishing.ticket == ticket;
                }
            }
            Heard::Undelivered(ticket) => self.undelivered(ticket, now),
            Heard::Apdu(apdu) => match Packet::decode(apdu.bytes()) {
                Ok(packet) => self.packet(packet, now),
                Err(error) => tracing::warn!(%error, "terminal"),
            },
        }
    }

    fn packet(&mut self, packet: Packet, now: Duration) {
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Offline => State::Offline,
            State::Resting(until) => self.unasked(State::Resting(until), &packet, now),
            State::Registering(waiting) => self.registering(waiting, packet, now),
            State::Enquiring(waiting) => self.enquiring(waiting, packet, now),
            State::Repeating(repeating) => self.repeating(repeating, packet, now),
            State::Ready => self.unasked(State::Ready, &packet, now),
            State::Asked(payment) => self.asked(payment, packet, now),
            State::Going(payment) => self.going(payment, packet, now),
            State::Recording(recording) => Self::recording(recording, &packet),
            State::Finishing(finishing) => self.finishing(finishing, packet, now),
            State::TakingBack(taking) => self.taking_back(taking, packet, now),
        };
    }

    fn undelivered(&mut self, ticket: Ticket, now: Duration) {
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Registering(_) | State::Enquiring(_) | State::Repeating(_) => self.silent(now),
            State::Asked(payment) if payment.ticket == ticket => self.unknown_for_silence(payment.id, now),
            other => other,
        };
    }

    fn watch_the_clock(&mut self, now: Duration) {
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Resting(until) if now >= until => self.register(now),
            State::Registering(waiting) | State::Enquiring(waiting) if now >= waiting.until => {
                self.silent(now)
            }
            State::Repeating(repeating) if now >= repeating.waiting.until => self.silent(now),
            State::Asked(payment) if now >= payment.until => self.unknown_for_silence(payment.id, now),
            State::Going(payment) if now >= payment.deadline() => self.waited(payment, now),
            State::Finishing(finishing) if now >= finishing.until => self.cut_short(finishing, now),
            State::TakingBack(taking) if now >= taking.until => self.unknown_for_silence(taking.id, now),
            other => other,
        };
    }

    /// Starts what waits for an idle terminal. Only then can no answer to something older be taken
    /// for an answer to it.
    fn go_on(&mut self, now: Duration) {
        if !matches!(self.state, State::Ready) || !self.link.is_idle() {
            return;
        }
        if let Some(charge) = self.held.take() {
            self.state = self.authorise(charge, now);
        } else if self.ask || self.memory.ask_again_at().is_some_and(|at| now >= at) {
            self.state = self.enquire(now);
        }
    }

    fn command(&mut self, packet: &Packet, now: Duration) -> Ticket {
        self.link.send(packet, Repeat::OnSilence, now, &mut self.wire)
    }

    fn tell(&mut self, event: TerminalEvent) {
        self.flush();
        self.outputs.push(Output::Tell(event));
    }

    fn tell_condition(&mut self) {
        self.condition = match &self.state {
            State::Offline => Condition::Offline,
            State::Ready => Condition::Ready,
            State::Asked(_) | State::Going(_) | State::Recording(_) => Condition::Busy,
            State::Finishing(_) | State::TakingBack(_) => Condition::Busy,
            // While it is being asked, what was known before still holds.
            _ => self.condition,
        };
        if self.condition != Condition::Unknown && self.told != Some(self.condition) {
            self.told = Some(self.condition);
            tracing::info!(condition = ?self.condition, "terminal");
            self.tell(TerminalEvent::Condition(self.condition));
        }
    }

    fn flush(&mut self) {
        if !self.wire.is_empty() {
            self.outputs.push(Output::Send(std::mem::take(&mut self.wire)));
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
