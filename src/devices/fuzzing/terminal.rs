//! Anything as what a card terminal says: as a packet, as a line, and amid a payment.

use std::time::Duration;

use uuid::Uuid;
use zuil_wire::Cents;

use super::script::{Step, steps};
use crate::devices::terminal::codec::{Apdu, Field, Fields, Packet};
use crate::devices::terminal::driver::{Driver, Input, Output};
use crate::devices::terminal::frame;
use crate::devices::terminal::link::{Heard, Link, Repeat};
use crate::devices::terminal::simulator::card_numbers;
use crate::devices::terminal::{Charge, NotRecorded, Options, Outcome, Password, TerminalEvent};

/// A made-up card number, which stands in the seeds in every form.
const CARD_NUMBER: &str = "6772890123451230";
const AMOUNT: Cents = Cents(1735);

/// Any bytes as a packet. What was read is written and read again as the same packet, although all that was
/// stepped over is written as zeros: so nothing of it was kept. What is kept holds no card number.
pub fn packet(bytes: &[u8]) {
    let Ok(packet) = Packet::decode(bytes) else { return };
    let written = packet.encode();
    assert!(written.bytes().len() <= bytes.len() * 2 + 8, "it grows");
    assert_eq!(Packet::decode(written.bytes()).as_ref(), Ok(&packet), "what was read is read again");
    let shown = format!("{packet:?}");
    assert_eq!(card_numbers::find(shown.as_bytes()), [], "{shown}");
    let written = without_totals(packet).encode();
    assert_eq!(card_numbers::find_known(written.bytes(), CARD_NUMBER), [], "{shown}");
}

/// The totals' counts and sums are numbers that a terminal can choose as it likes.
fn without_totals(mut packet: Packet) -> Packet {
    if let Packet::Completion(Fields(fields))
    | Packet::StatusInformation(Fields(fields))
    | Packet::PrintTextBlock(Fields(fields))
    | Packet::ReadCard(_, Fields(fields)) = &mut packet
    {
        fields.retain(|field| !matches!(field, Field::Totals(_)));
    }
    packet
}

/// Any bytes as a line: what comes out as a packet came in as a whole frame, nothing is called delivered
/// without an acknowledgement, and after a silence nothing is kept of what was begun.
pub fn line(bytes: &[u8]) {
    let mut link = Link::default();
    let (mut now, mut came, mut wire) = (Duration::ZERO, Vec::new(), Vec::new());
    let (mut sent, mut delivered, mut ended) = (0, 0, 0);
    for step in steps(bytes) {
        now += step.pause;
        if step.deed < 2 && sent < 8 {
            let repeat = if step.deed == 0 { Repeat::OnSilence } else { Repeat::OnNakOnly };
            link.send(&Packet::Diagnosis, repeat, now, &mut wire);
            sent += 1;
        }
        let part = on_the_line(&step);
        came.extend_from_slice(&part);
        let mut heard = link.receive(&part, now, &mut wire);
        if step.deed > 4 {
            now += Duration::from_millis(250);
            heard.extend(link.tick(now, &mut wire));
            assert_eq!(link.kept_of_a_frame(), 0, "nothing is kept after a silence");
        }
        for heard in heard {
            match heard {
                Heard::Apdu(apdu) => {
                    let frame = frame::encode(&apdu);
                    // What stands between a DLE STX and the frame was the beginning of another one.
                    assert!(
                        came.windows(frame.len()).any(|part| part == &frame[..]),
                        "a frame that never came"
                    );
                }
                Heard::Delivered(_) => (delivered, ended) = (delivered + 1, ended + 1),
                Heard::Presumed(_) | Heard::Undelivered(_) => ended += 1,
            }
        }
        assert!(link.kept_of_a_frame() <= came.len().min(LONGEST_FRAME));
        assert!(link.kept() <= 2 * came.len() + 64 * sent);
    }
    assert!(delivered <= came.iter().filter(|byte| **byte == frame::ACK).count());
    assert!(ended <= sent * 2, "a frame is first presumed and then delivered at most");
    assert!(wire.len() <= 4 * came.len() + 64 * sent);
}

/// Class, instruction, extended length and 65,535 bytes.
const LONGEST_FRAME: usize = 65_540;

/// Any bytes at any time with a payment on its way: it has exactly one outcome, is asked for once unless the
/// terminal wants it again, and is called paid only after that was kept.
pub fn driver(bytes: &[u8]) {
    let Ok(password) = Password::parse("123456") else { return };
    let mut till = Till::new(Driver::new(Options::new(password)));
    till.happens(Input::Opened);
    for step in steps(bytes) {
        till.step(&step);
    }
    till.charge();
    let mut afterwards = 0;
    for _ in 0..2_000 {
        let soon = till.now + Duration::from_secs(1);
        till.now = till.driver.deadline().filter(|at| *at > till.now).unwrap_or(soon);
        till.happens(Input::Tick);
        afterwards += u32::from(till.outcomes > 0);
        if afterwards == 20 {
            break;
        }
    }
    assert_eq!(till.outcomes, 1, "a payment ends exactly once");
}

/// Someone who does what the driver wants done.
struct Till {
    driver: Driver,
    now: Duration,
    disk_works: bool,
    is_charging: bool,
    kept: Option<(Outcome, Result<(), NotRecorded>)>,
    outcomes: u32,
    /// How often the payment went out, and how often the terminal gave a reason to say it again.
    asked: usize,
    reasons: usize,
    came: usize,
}

impl Till {
    const fn new(driver: Driver) -> Self {
        Self {
            driver,
            now: Duration::ZERO,
            disk_works: true,
            is_charging: false,
            kept: None,
            outcomes: 0,
            asked: 0,
            reasons: 0,
            came: 0,
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        self.now += step.pause;
        let part = on_the_line(step);
        self.came += part.len();
        self.reasons += part.iter().filter(|byte| **byte == frame::NAK).count();
        self.reasons += part.windows(2).filter(|two| *two == [0x84, 0x9C]).count();
        self.happens(Input::Bytes(&part));
        match step.deed {
            1 => self.charge(),
            2 => self.happens(Input::Cancel),
            3 => {
                self.happens(Input::Lost);
                self.happens(Input::Opened);
            }
            4 => self.disk_works = false,
            5 => self.happens(Input::EndOfDay),
            6 => self.happens(Input::AskLastPayment),
            _ => self.happens(Input::Tick),
        }
    }

    fn charge(&mut self) {
        if !std::mem::replace(&mut self.is_charging, true) {
            let works = self.disk_works;
            let keep = move |_: &Outcome| if works { Ok(()) } else { Err(NotRecorded) };
            let charge = Charge { payment: Uuid::nil(), amount: AMOUNT, before_acknowledge: Box::new(keep) };
            self.happens(Input::Charge(charge));
        }
    }

    fn happens(&mut self, input: Input<'_>) {
        let mut outputs = self.driver.handle(input, self.now);
        while !outputs.is_empty() {
            let mut more = Vec::new();
            for output in outputs {
                match output {
                    Output::Send(bytes) => {
                        let asks = |part: &[u8]| part == [0x10, 0x02, 0x06, 0x01];
                        self.asked += bytes.windows(4).filter(|part| asks(part)).count();
                        assert!(self.asked <= 1 + self.reasons, "the payment is asked for twice");
                    }
                    Output::Tell(TerminalEvent::Done(_, outcome)) => self.done(&outcome),
                    Output::Tell(event) => self.hear(&event),
                    Output::Keep(keep, outcome) => {
                        let kept = keep(&outcome);
                        self.kept = Some((outcome, kept));
                        more.extend(self.driver.handle(Input::Kept(kept), self.now));
                    }
                }
            }
            outputs = more;
        }
        let kept = self.driver.bytes_kept();
        assert!(kept <= 4 * self.came + 1_024, "it remembers {kept} bytes");
    }

    fn done(&mut self, outcome: &Outcome) {
        self.outcomes += 1;
        match outcome {
            Outcome::Paid(details) => {
                assert_eq!(self.kept, Some((outcome.clone(), Ok(()))), "paid without being kept");
                assert_eq!(details.amount, AMOUNT);
            }
            Outcome::NotAsked => assert!(self.asked <= self.reasons + 1 && self.kept.is_none()),
            _ => {}
        }
    }

    fn hear(&self, event: &TerminalEvent) {
        let shown = format!("{event:?}");
        assert_eq!(card_numbers::find(shown.as_bytes()), [], "{shown}");
    }
}

/// How the bytes of a step come over the line: as they are, or as the packet of a frame that is right, so that
/// more than frames is reached.
fn on_the_line(step: &Step<'_>) -> Vec<u8> {
    let framed = || frame::encode(&Apdu::received(step.bytes.to_vec().into())).to_vec();
    match step.manner {
        0 => step.bytes.to_vec(),
        1 => framed(),
        2 => [vec![frame::ACK], framed()].concat(),
        _ => [vec![frame::ACK], step.bytes.to_vec()].concat(),
    }
}
