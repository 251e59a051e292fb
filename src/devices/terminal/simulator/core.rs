//! A simulated card terminal without a wire: bytes, time and a person's acts in, bytes out.
//!
//! Invariant: a charge stands in the ledger exactly when the simulated bank approved it and nobody
//! took it back, whatever happened to power and cable. A pulled cable is not noticed: the terminal
//! goes on with its resident and says things that nobody hears.

use std::time::Duration;

use super::ledger::{Entry, Kind, Ledger, TERMINAL_ID};
use super::{Display, Pace, PowerCut};
use crate::devices::terminal::codec::{Apdu, Field, Fields, Packet};
use crate::devices::terminal::codes;
use crate::devices::terminal::link::{Heard, Link, Repeat, Ticket};

mod card;
mod faults;
mod paying;
mod physics;
mod serving;

pub use card::FULL_CARD_NUMBER;
pub use faults::{Act, Faults};
use paying::{Paying, Stage};
use physics::Way;
pub use physics::{AtByte, Garbage};
use serving::{AtBank, Job};

/// "Function deactivated (PT not registered)".
const NOT_REGISTERED: u8 = 0x6B;
/// How long the terminal waits for an answer from the pillar before it goes on without it.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// What a bad line adds; no acknowledgement and no frame among it.
const NOISE: [u8; 6] = [0x00, 0xFF, 0x41, 0x10, 0x41, 0x7F];

/// The simulated terminal.
pub struct Core {
    pub ledger: Ledger,
    pub pace: Pace,
    pub auto: Option<Duration>,
    pub faults: Faults,
    /// Date (MMDD) and time (HHMMSS) on its clock.
    pub clock: (u16, u32),
    /// What a person does next.
    act: Option<Act>,
    powered: bool,
    registered: bool,
    /// Nobody has taken what it said last: until it hears something it says only what matters.
    alone: bool,
    /// The charge whose status information was not answered yet.
    unanswered: Option<u16>,
    /// How many 06 01 it has said yes to.
    accepted: u32,
    link: Link,
    state: State,
    wire: Vec<u8>,
    way: Way,
    /// Somebody stumbled over the cable.
    cable_out: bool,
}

/// What was cut off.
#[derive(Default)]
struct Cut {
    power: bool,
    cable: bool,
}

enum State {
    Idle,
    /// A status information that is no payment's was said; when the terminal stops waiting for the
    /// answer.
    Telling(Duration),
    /// Something takes the bank's time.
    AtBank(AtBank),
    /// 06 0F or 06 1E was sent.
    Ending(Duration),
    Paying(Paying),
}

impl Core {
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            pace: Pace::INSTANT,
            auto: None,
            faults: Faults::default(),
            clock: (101, 0),
            act: None,
            powered: true,
            registered: false,
            alone: false,
            unanswered: None,
            accepted: 0,
            link: Link::default(),
            state: State::Idle,
            wire: Vec::new(),
            way: Way::default(),
            cable_out: false,
        }
    }

    /// A person does something. What is done while the terminal is idle is done when it asks for a
    /// card; during a payment only what can be done then has an effect.
    pub fn act(&mut self, act: Act) {
        match &mut self.state {
            State::Paying(Paying { stage: Stage::Card { .. }, .. }) => self.act = Some(act),
            State::Paying(Paying { stage: Stage::Pin(_), stop, .. }) => *stop |= act == Act::PressStop,
            State::Paying(_) => {}
            _ => self.act = Some(act),
        }
    }

    /// Takes bytes and lets time pass; gives the bytes to send back.
    pub fn handle(&mut self, bytes: &[u8], now: Duration) -> Vec<u8> {
        if !self.powered || self.is_deaf(now) {
            return Vec::new();
        }
        let mut bytes = physics::spoil(bytes, self.faults.garbage.as_mut());
        let cut = self.cut(&mut bytes, |at| if let AtByte::Received(left) = at { Some(left) } else { None });
        self.listen(bytes, now);
        if let Some(Heard::Undelivered(ticket)) = self.link.tick(now, &mut self.wire) {
            self.undelivered(ticket, now);
        }
        self.go_on(now);
        self.speak(now);
        let mut sent = self.way.arrived(now);
        let cut_too = self.cut(&mut sent, |at| if let AtByte::Sent(left) = at { Some(left) } else { None });
        if cut.power || cut_too.power {
            self.cut_power();
        }
        self.cable_out |= cut.cable || cut_too.cable;
        sent
    }

    /// When it wants [`Core::handle`] at the latest, with or without bytes.
    pub fn deadline(&self) -> Option<Duration> {
        if !self.powered || self.faults.silent {
            return None;
        }
        if self.faults.silent_until.is_some() {
            return self.faults.silent_until;
        }
        let state = match &self.state {
            State::Idle => None,
            State::Telling(until) | State::Ending(until) => Some(*until),
            State::AtBank(_) => self.job_deadline(),
            State::Paying(_) => self.payment_deadline(),
        };
        [state, self.link.deadline(), self.way.deadline()].into_iter().flatten().min()
    }

    /// Whether the cable was pulled at the byte that a fault named; asked once.
    pub const fn takes_cable_out(&mut self) -> bool {
        std::mem::replace(&mut self.cable_out, false)
    }

    pub const fn is_powered(&self) -> bool {
        self.powered
    }

    pub const fn accepted(&self) -> u32 {
        self.accepted
    }

    /// The terminal forgets the pillar and its resident, not its ledger.
    pub fn cut_power(&mut self) {
        self.powered = false;
        self.registered = false;
        self.alone = false;
        self.state = State::Idle;
        self.link = Link::default();
        self.wire.clear();
        self.way.clear();
    }

    pub fn restore_power(&mut self) {
        self.powered = true;
        if let Some(receipt) = self.unanswered.take()
            && self.faults.reverses_when_unanswered
        {
            self.ledger.take_back(receipt, self.clock);
        }
    }

    pub const fn display(&self) -> Display {
        match &self.state {
            _ if !self.powered => Display::Dark,
            State::Paying(paying) => match paying.stage {
                Stage::Card { .. } => Display::PresentCard(paying.amount),
                Stage::Pin(_) => Display::EnterPin,
                Stage::Bank(_) | Stage::Printing { .. } => Display::PleaseWait,
                Stage::RemoveCard { .. } => Display::RemoveCard,
                Stage::Approved { .. } => Display::Approved,
                Stage::Refused(_) => Display::Refused,
                Stage::TakingBack => Display::TakingBack,
            },
            State::AtBank(_) => Display::PleaseWait,
            _ => Display::Idle,
        }
    }

    fn is_deaf(&mut self, now: Duration) -> bool {
        self.faults.silent_until.take_if(|until| now >= *until);
        self.faults.silent || self.faults.silent_until.is_some()
    }

    fn listen(&mut self, mut bytes: Vec<u8>, now: Duration) {
        if self.faults.nak_once && bytes.len() >= 8 {
            self.faults.nak_once = false;
            bytes[2] ^= 0x40;
        }
        for heard in self.link.receive(&bytes, now, &mut self.wire) {
            if !self.powered {
                break;
            }
            self.alone &= matches!(heard, Heard::Undelivered(_));
            match heard {
                Heard::Apdu(apdu) => self.packet(&apdu, now),
                Heard::Delivered(ticket) | Heard::Presumed(ticket) => self.delivered(ticket),
                Heard::Undelivered(ticket) => self.undelivered(ticket, now),
            }
        }
    }

    /// Sends what there is to say on its way, as well as it goes.
    fn speak(&mut self, now: Duration) {
        if self.wire.is_empty() {
            return;
        }
        if self.faults.noise {
            self.wire.splice(0..0, NOISE);
        }
        let mut said = physics::spoil(&std::mem::take(&mut self.wire), self.faults.garbage.as_mut());
        if self.faults.half_frames > 0 && said.len() > 1 {
            self.faults.half_frames -= 1;
            said.truncate(said.len() / 2);
        }
        self.way.send(&said, self.faults.answers_after, self.faults.baud, now);
    }

    /// Cuts bytes off where power or cable go, when that is counted in these bytes.
    fn cut(&mut self, bytes: &mut Vec<u8>, counted: fn(&mut AtByte) -> Option<&mut u64>) -> Cut {
        let mut cut = Cut::default();
        let faults =
            [(&mut self.faults.power_cut_at, &mut cut.power), (&mut self.faults.hang_up_at, &mut cut.cable)];
        for (fault, happened) in faults {
            if let Some(left) = fault.as_mut().and_then(counted)
                && physics::cut_off(bytes, left)
            {
                *fault = None;
                *happened = true;
            }
        }
        cut
    }

    fn packet(&mut self, apdu: &Apdu, now: Duration) {
        let Ok(packet) = Packet::decode(apdu.bytes()) else { return };
        match packet {
            Packet::Accepted => return self.answered(true, now),
            Packet::Rejected(_) => return self.answered(false, now),
            Packet::AbortCommand => return self.stop(now),
            _ => {}
        }
        if let Some(code) = self.faults.reject_once.take() {
            return self.refuse(code, now);
        }
        self.faults.busy_until.take_if(|until| now >= *until);
        if !matches!(self.state, State::Idle) || self.faults.busy_until.is_some() {
            return self.refuse(codes::PLEASE_WAIT, now);
        }
        self.command(&packet, now);
    }

    fn command(&mut self, packet: &Packet, now: Duration) {
        match *packet {
            Packet::Registration(registration) => {
                self.registered = true;
                self.say(&Packet::Accepted, now);
                let fields = vec![
                    Field::TerminalStatus(0),
                    Field::TerminalId(TERMINAL_ID),
                    Field::Currency(registration.currency),
                ];
                self.end(&Packet::Completion(Fields(fields)), now);
            }
            Packet::StatusEnquiry(_) => {
                self.say(&Packet::Accepted, now);
                self.end(&Packet::Completion(Fields(vec![Field::TerminalStatus(0)])), now);
            }
            Packet::RepeatReceipt(_) => self.repeat(self.faults.refuses_repeat, now),
            Packet::TurnoverTotals(_) => self.tell_turnover(self.faults.refuses_turnover, now),
            Packet::Reversal(_, receipt) => {
                self.begin_job(Job::Reverse(receipt), self.faults.refuses_reversal, now);
            }
            Packet::EndOfDay(_) => self.begin_job(Job::CloseDay, self.faults.refuses_end_of_day, now),
            Packet::Diagnosis => self.begin_job(Job::Diagnose, self.faults.refuses_diagnosis, now),
            Packet::Authorisation { .. } if self.faults.busy => self.refuse(codes::PLEASE_WAIT, now),
            Packet::Authorisation { .. } if !self.registered => self.refuse(NOT_REGISTERED, now),
            Packet::Authorisation { amount, .. } => self.begin(amount, now),
            _ => self.refuse(codes::NOT_POSSIBLE, now),
        }
    }

    /// 06 20 repeats the last receipt, and a refusal and a taking back have one too: it is the last
    /// entry of whatever kind. (Chapter 2.15 speaks of the last receipt, not of the last payment; a
    /// taking back is told apart by BMP 37, the trace number of what was taken back.)
    fn repeat(&mut self, refusal: Option<u8>, now: Duration) {
        if let Some(code) = refusal {
            return self.refuse(code, now);
        }
        self.say(&Packet::Accepted, now);
        match self.ledger.last(self.faults.forgets_at_end_of_day).cloned() {
            Some(entry) => {
                self.send_status(&entry, now);
                self.state = State::Telling(now + ANSWER_PATIENCE);
            }
            None => self.end(&Packet::Abort(codes::NOT_POSSIBLE), now),
        }
    }

    /// The pillar answered what was sent last.
    fn answered(&mut self, yes: bool, now: Duration) {
        if !self.link.is_idle() {
            // The answer to something that was said before it.
            return;
        }
        match &self.state {
            State::Idle => {}
            State::Ending(_) => self.state = State::Idle,
            State::Telling(_) => self.end(&Packet::Completion(Fields::default()), now),
            State::AtBank(_) => self.job_answered(),
            State::Paying(_) => self.payment_answered(yes, now),
        }
    }

    fn go_on(&mut self, now: Duration) {
        match &self.state {
            State::Telling(until) | State::Ending(until) if now >= *until => self.state = State::Idle,
            State::Paying(_) => self.payment_goes_on(now),
            State::AtBank(_) => self.job_goes_on(now),
            _ => {}
        }
    }

    fn send_status(&mut self, entry: &Entry, now: Duration) -> Ticket {
        if let (Kind::Refusal(code), true) = (entry.kind, self.faults.bare_refusals) {
            return self.say(&Packet::StatusInformation(Fields(vec![Field::Result(code)])), now);
        }
        let mut body = Fields(entry.fields_before_card()).encode();
        body.extend(card::number(self.faults.full_card_number));
        body.extend(Fields(Entry::fields_after_card()).encode());
        if self.faults.full_card_number {
            body.extend(card::everywhere_else());
        }
        self.say_apdu(&Apdu::new(0x04, 0x0F, &body), now)
    }

    fn say(&mut self, packet: &Packet, now: Duration) -> Ticket {
        self.say_apdu(&packet.encode(), now)
    }

    fn say_apdu(&mut self, apdu: &Apdu, now: Duration) -> Ticket {
        self.link.send_apdu(apdu, Repeat::OnSilence, now, &mut self.wire)
    }

    fn refuse(&mut self, code: u8, now: Duration) {
        self.say(&Packet::Rejected(code), now);
    }

    fn end(&mut self, packet: &Packet, now: Duration) {
        self.say(packet, now);
        self.state = State::Ending(now + ANSWER_PATIENCE);
    }

    /// Whether the power goes now.
    fn is_cut(&mut self, point: PowerCut) -> bool {
        let cut = self.faults.power_cut == Some(point);
        if cut {
            self.faults.power_cut = None;
            self.cut_power();
        }
        cut
    }
}
