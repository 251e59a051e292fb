//! A simulated card terminal without a wire: bytes, time and a person's acts in, bytes out.
//!
//! Invariant: a charge stands in the ledger exactly when the simulated bank approved it and nobody
//! took it back, whatever happened to power and cable. A pulled cable is not noticed: the terminal
//! goes on with its resident and says things that nobody hears.

use std::time::Duration;

use super::ledger::{Entry, Kind, Ledger, TERMINAL_ID};
use super::{Display, Pace, PowerCut};
use crate::devices::terminal::codec::{Apdu, Field, Fields, Packet, fields};
use crate::devices::terminal::codes;
use crate::devices::terminal::link::{Heard, Link, Repeat, Ticket};

mod paying;

use paying::{Paying, Stage};

/// "Function deactivated (PT not registered)".
const NOT_REGISTERED: u8 = 0x6B;
/// How long the terminal waits for an answer from the pillar before it goes on without it.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// A made-up card number, masked as real terminals do it, and in full for the privacy test.
const MASKED_CARD_NUMBER: [u8; 8] = [0x67, 0x72, 0x89, 0xEE, 0xEE, 0xEE, 0x12, 0x30];
const FULL_CARD_NUMBER: [u8; 8] = [0x67, 0x72, 0x89, 0x01, 0x23, 0x45, 0x12, 0x30];
/// What a bad line adds; no acknowledgement and no frame among it.
const NOISE: [u8; 6] = [0x00, 0xFF, 0x41, 0x10, 0x41, 0x7F];

/// What a person does at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Presents a card that the bank accepts.
    InsertCard,
    /// Presents a card that is refused with this code.
    InsertBadCard(u8),
    /// Presses the red key.
    PressStop,
    /// Walks away.
    WalkAway,
}

/// What does not work.
#[derive(Default)]
pub struct Faults {
    pub silent: bool,
    pub busy: bool,
    pub noise: bool,
    pub nak_once: bool,
    pub full_card_number: bool,
    /// A status information of a refusal holds nothing but the result code.
    pub bare_refusals: bool,
    /// Takes a payment back whose status information nobody answered; otherwise it keeps it.
    pub reverses_when_unanswered: bool,
    pub power_cut: Option<PowerCut>,
}

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
}

enum State {
    Idle,
    /// The last status information was said again; when the terminal stops waiting for the answer.
    Repeating(Duration),
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
        if !self.powered || self.faults.silent {
            return Vec::new();
        }
        let heard = if self.faults.nak_once && bytes.len() >= 8 {
            self.faults.nak_once = false;
            let mut garbled = bytes.to_vec();
            garbled[2] ^= 0x40;
            self.link.receive(&garbled, now, &mut self.wire)
        } else {
            self.link.receive(bytes, now, &mut self.wire)
        };
        for heard in heard {
            if !self.powered {
                break;
            }
            self.alone &= matches!(heard, Heard::Undelivered(_));
            match heard {
                Heard::Apdu(apdu) => self.packet(&apdu, now),
                Heard::Delivered(ticket) => self.delivered(ticket),
                Heard::Undelivered(ticket) => self.undelivered(ticket, now),
            }
        }
        if let Some(Heard::Undelivered(ticket)) = self.link.tick(now, &mut self.wire) {
            self.undelivered(ticket, now);
        }
        self.go_on(now);
        if self.faults.noise && !self.wire.is_empty() {
            self.wire.splice(0..0, NOISE);
        }
        std::mem::take(&mut self.wire)
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
                Stage::Bank(_) => Display::PleaseWait,
                Stage::RemoveCard { .. } => Display::RemoveCard,
                Stage::Approved { .. } => Display::Approved,
                Stage::Refused(_) => Display::Refused,
                Stage::TakingBack => Display::TakingBack,
            },
            _ => Display::Idle,
        }
    }

    fn packet(&mut self, apdu: &Apdu, now: Duration) {
        let Ok(packet) = Packet::decode(apdu.bytes()) else { return };
        match packet {
            Packet::Accepted => self.answered(true, now),
            Packet::Rejected(_) => self.answered(false, now),
            Packet::AbortCommand => self.stop(now),
            _ if !matches!(self.state, State::Idle) => self.refuse(codes::PLEASE_WAIT, now),
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
            Packet::RepeatReceipt(_) => self.repeat(now),
            Packet::Authorisation { .. } if self.faults.busy => self.refuse(codes::PLEASE_WAIT, now),
            Packet::Authorisation { .. } if !self.registered => self.refuse(NOT_REGISTERED, now),
            Packet::Authorisation { amount, .. } => self.begin(amount, now),
            _ => self.refuse(codes::NOT_POSSIBLE, now),
        }
    }

    /// 06 20 repeats the last receipt, and a refusal and a taking back have one too: it is the last
    /// entry of whatever kind. (Chapter 2.15 speaks of the last receipt, not of the last payment; a
    /// taking back is told apart by BMP 37, the trace number of what was taken back.)
    fn repeat(&mut self, now: Duration) {
        self.say(&Packet::Accepted, now);
        match self.ledger.last().cloned() {
            Some(entry) => {
                self.send_status(&entry, now);
                self.state = State::Repeating(now + ANSWER_PATIENCE);
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
            State::Repeating(_) => self.end(&Packet::Completion(Fields::default()), now),
            State::Paying(_) => self.payment_answered(yes, now),
        }
    }

    fn go_on(&mut self, now: Duration) {
        match &self.state {
            State::Repeating(until) | State::Ending(until) if now >= *until => self.state = State::Idle,
            State::Paying(_) => self.payment_goes_on(now),
            _ => {}
        }
    }

    fn send_status(&mut self, entry: &Entry, now: Duration) -> Ticket {
        if let (Kind::Refusal(code), true) = (entry.kind, self.faults.bare_refusals) {
            return self.say(&Packet::StatusInformation(Fields(vec![Field::Result(code)])), now);
        }
        let number = if self.faults.full_card_number { FULL_CARD_NUMBER } else { MASKED_CARD_NUMBER };
        let mut body = Fields(entry.fields_before_card()).encode();
        body.push(0x22);
        body.extend(fields::ll_var(&number));
        body.extend(Fields(Entry::fields_after_card()).encode());
        self.link.send_apdu(&Apdu::new(0x04, 0x0F, &body), Repeat::OnSilence, now, &mut self.wire)
    }

    fn say(&mut self, packet: &Packet, now: Duration) -> Ticket {
        self.link.send(packet, Repeat::OnSilence, now, &mut self.wire)
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
