//! The pillar's side of ZVT: bytes, time and commands in, bytes and events out. No port, no clock.
//!
//! Invariant: one charge leads to at most one 06 01 that the terminal can have taken on (one that it
//! answered by "please wait" was not); its outcome is handed to [`Output::Keep`] before 80 00 00 is sent
//! for it; every charge gets exactly one [`TerminalEvent::Done`].

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::codec::{Intermediate, Packet, PasswordDigits};
use super::link::{Heard, Link, Repeat, T2, Ticket};
use super::{Charge, Condition, Keep, NotRecorded, Outcome, Prompt, TerminalEvent};

mod connecting;
mod ending;
mod errands;
mod paying;
mod remembering;
mod reversing;

use connecting::Waiting;
use ending::{Finishing, Recording, TakingBack};
use errands::{Errand, Serving};
use paying::Payment;
use remembering::{Memory, Repeating, Totalling};
use reversing::Reversing;

/// T3: how long the terminal may take to say yes or no to a command that it has. T3 and T4 are named in
/// PA00P016, chapter 3.2; their values are those of the open-source driver `ecrterm`.
const T3: Duration = Duration::from_secs(5);
/// T4: the longest silence from the yes to the end of a command: a person looks for a card and a PIN, a
/// bank answers. The terminal may ask for more (the time-out of 04 FF).
const T4: Duration = Duration::from_secs(180);
/// How long the terminal may take to acknowledge a command and to answer it.
const ANSWER_PATIENCE: Duration = Duration::from_secs(T2.as_secs() + T3.as_secs());
/// How long a command may take from yes to completion when neither a person nor a bank has a part in
/// it (ours).
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);
/// The longest silence between the status information and the completion (ours): the card is taken out,
/// or the payment is taken back.
const ENDING_PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait before the terminal is asked again after it was busy or did not answer (ours).
const REST: Duration = Duration::from_secs(2);
/// How long to wait before a terminal that did not tell its last payment is asked for it again (ours).
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// The longest silence that a terminal can ask for (ours).
const LONGEST_PATIENCE: Duration = Duration::from_secs(15 * 60);

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
    /// End of day and diagnosis that wait until the terminal is idle.
    errands: VecDeque<Errand>,
    /// How often in a row the terminal said "please wait" to what waits for it.
    busy: u8,
    /// The terminal's id as told in its registration.
    terminal_id: Option<String>,
    prompt: Option<Prompt>,
    wire: Vec<u8>,
    outputs: Vec<Output>,
}

enum State {
    /// No port.
    Offline,
    /// The terminal does not answer or will not be registered; that is tried again at this time.
    Resting(Duration),
    /// The terminal said "please wait"; it is asked how it is at this time.
    Waiting(Duration),
    /// 06 00 was sent.
    Registering(Waiting),
    /// 05 01 was sent.
    Enquiring(Waiting),
    /// 06 20 was sent.
    Repeating(Repeating),
    /// 06 10 was sent.
    Totalling(Totalling),
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
    /// It did not; a reversal takes the payment back.
    Reversing(Reversing),
    /// The day is closed, or the connection to the bank is tried.
    Serving(Serving),
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
            errands: VecDeque::new(),
            busy: 0,
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
            Input::EndOfDay => self.errand(Errand::EndOfDay),
            Input::Diagnose => self.errand(Errand::Diagnosis),
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
            State::Ready if self.link.is_idle() => self.memory.ask_again_at(),
            State::Ready => None,
            State::Resting(until) | State::Waiting(until) => Some(*until),
            State::Registering(waiting) | State::Enquiring(waiting) => Some(waiting.until),
            State::Repeating(repeating) => Some(repeating.waiting.until),
            State::Totalling(totalling) => Some(totalling.waiting.until),
            State::Serving(serving) => Some(serving.waiting.until),
            State::Reversing(reversing) => Some(reversing.deadline()),
            State::Asked(payment) | State::Going(payment) => Some(payment.deadline()),
            State::Finishing(Finishing { until, .. }) | State::TakingBack(TakingBack { until, .. }) => {
                Some(*until)
            }
        };
        [state, self.link.deadline()].into_iter().flatten().min()
    }

    /// How many bytes it keeps of what came and of what is to be sent.
    #[cfg(any(fuzzing, all(test, feature = "simulators")))]
    pub fn bytes_kept(&self) -> usize {
        self.link.kept() + self.wire.len() + self.errands.len()
    }

    fn hear(&mut self, heard: Heard, now: Duration) {
        match heard {
            Heard::Delivered(ticket) => {
                // Said again, it may have come after the terminal's patience was over.
                let at_once = !self.link.was_repeated(ticket);
                if let State::Finishing(finishing) = &mut self.state {
                    finishing.confirmed |= finishing.ticket == ticket && at_once;
                }
            }
            Heard::Presumed(_) => {}
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
            State::Waiting(until) => self.unasked(State::Waiting(until), &packet, now),
            State::Registering(waiting) => self.registering(waiting, packet, now),
            State::Enquiring(waiting) => self.enquiring(waiting, packet, now),
            State::Repeating(repeating) => self.repeating(repeating, packet, now),
            State::Totalling(totalling) => self.totalling(totalling, packet, now),
            State::Ready => self.unasked(State::Ready, &packet, now),
            State::Asked(payment) => self.asked(payment, packet, now),
            State::Going(payment) => self.going(payment, packet, now),
            State::Recording(recording) => Self::recording(recording, &packet),
            State::Finishing(finishing) => self.finishing(finishing, packet, now),
            State::TakingBack(taking) => self.taking_back(taking, packet, now),
            State::Reversing(reversing) => self.reversing(reversing, packet, now),
            State::Serving(serving) => self.serving(serving, packet, now),
        };
    }

    fn undelivered(&mut self, ticket: Ticket, now: Duration) {
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Registering(_) | State::Enquiring(_) | State::Repeating(_) => self.silent(now),
            State::Totalling(_) => self.silent_about_turnover(now),
            State::Serving(serving) => self.silent_amid(serving, now),
            State::Reversing(reversing) => self.unknown_for_silence(reversing.id, now),
            State::Asked(payment) if payment.ticket == ticket => self.unknown_for_silence(payment.id, now),
            other => other,
        };
    }

    fn watch_the_clock(&mut self, now: Duration) {
        self.state = match std::mem::replace(&mut self.state, State::Offline) {
            State::Resting(until) if now >= until => self.register(now),
            State::Waiting(until) if now >= until => self.enquire(now),
            State::Registering(waiting) | State::Enquiring(waiting) if now >= waiting.until => {
                self.silent(now)
            }
            State::Repeating(repeating) if now >= repeating.waiting.until => self.silent(now),
            State::Totalling(totalling) if now >= totalling.waiting.until => self.silent_about_turnover(now),
            State::Serving(serving) if now >= serving.waiting.until => self.silent_amid(serving, now),
            State::Reversing(reversing) if now >= reversing.deadline() => {
                self.reversal_waited(reversing, now)
            }
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
        } else if let Some(errand) = self.errands.pop_front() {
            self.state = self.serve(errand, now);
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
            State::Finishing(_) | State::TakingBack(_) | State::Reversing(_) => Condition::Busy,
            State::Serving(_) | State::Waiting(_) => Condition::Busy,
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

/// How long the terminal may be quiet after an intermediate status.
fn patience(status: Intermediate, at_least: Duration) -> Duration {
    let asked = Duration::from_secs(u64::from(status.minutes.unwrap_or(0)) * 60);
    asked.min(LONGEST_PATIENCE).max(at_least)
}

#[cfg(test)]
#[cfg(feature = "simulators")]
mod tests;
