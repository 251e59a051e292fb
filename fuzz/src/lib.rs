//! What the fuzz targets do with bytes: no byte from a serial line may make a driver panic, hang, or
//! remember more than a bounded amount.
//!
//! Each function is one target. The first byte of an input chooses how the line behaves, the others are
//! what comes over it.

#![allow(dead_code)] // Of the room only what reads bytes is used here.

#[path = "../../src/devices/mod.rs"]
pub mod devices;

use std::time::Duration;

use devices::printer::core::{Core, Input as PrinterInput};
use devices::printer::{Job, PrinterEvent};
use devices::terminal::codec::Packet;
use devices::terminal::driver::{Driver, Input, Output};
use devices::terminal::link::Link;
use devices::terminal::{Charge, Options, Password, TerminalEvent};
use uuid::Uuid;
use zuil_wire::Cents;

/// A printer that answers anything at any time, with a job on its way: the job ends once, and is called
/// printed only when something looked like a confirmation.
pub fn printer(bytes: &[u8]) {
    let mut core = Core::new(Duration::from_secs(1), 7);
    let mut now = Duration::ZERO;
    let mut ends = 0;
    let mut feed = |core: &mut Core, input: PrinterInput<'_>, now: Duration| {
        for output in core.handle(input, now) {
            if let devices::printer::core::Output::Tell(
                PrinterEvent::Printed(_) | PrinterEvent::NotPrinted(..) | PrinterEvent::Unknown(_),
            ) = output
            {
                ends += 1;
            }
        }
    };
    feed(&mut core, PrinterInput::Opened, now);
    let job = Job { id: Uuid::nil(), bytes: zeroize::Zeroizing::new(vec![b'a'; 64]), millimetres: 10 };
    let (lead, rest) = bytes.split_at(bytes.len().min(4));
    feed(&mut core, PrinterInput::Received(lead), now);
    feed(&mut core, PrinterInput::Print(job), now);
    for chunk in rest.chunks(5) {
        now += Duration::from_millis(u64::from(chunk[0]) * 4);
        feed(&mut core, PrinterInput::Received(chunk), now);
        match chunk[0] % 16 {
            0 => feed(&mut core, PrinterInput::Written, now),
            1 => {
                feed(&mut core, PrinterInput::Lost, now);
                feed(&mut core, PrinterInput::Opened, now);
            }
            _ => feed(&mut core, PrinterInput::Time, now),
        }
    }
    for _ in 0..40 {
        now += Duration::from_secs(1);
        feed(&mut core, PrinterInput::Written, now);
        feed(&mut core, PrinterInput::Time, now);
    }
    assert_eq!(ends, 1, "a job ends exactly once");
}

/// Any bytes as a ZVT packet: what can be read can be written and read again, and holds nothing long
/// that came from outside.
pub fn zvt_packet(bytes: &[u8]) {
    if let Ok(packet) = Packet::decode(bytes) {
        let again = Packet::decode(packet.encode().bytes());
        assert_eq!(again.as_ref(), Ok(&packet), "what was read is written and read again");
    }
}

/// Any bytes as a ZVT line: nothing is remembered beyond one frame.
pub fn zvt_line(bytes: &[u8]) {
    let mut link = Link::default();
    let mut now = Duration::ZERO;
    for chunk in bytes.chunks(16) {
        now += Duration::from_millis(u64::from(chunk[0]));
        let mut wire = Vec::new();
        let heard = link.receive(chunk, now, &mut wire);
        assert!(heard.len() <= 16 && wire.len() <= 4096);
        let _ = link.tick(now, &mut wire);
    }
}

/// A terminal that says anything at any time, with a payment on its way: the payment has one outcome,
/// and is never called paid without being kept.
pub fn zvt_driver(bytes: &[u8]) {
    let Ok(password) = Password::parse("123456") else { return };
    let mut driver = Driver::new(Options::new(password));
    let mut till = Till::default();
    let mut now = Duration::ZERO;
    till.feed(&mut driver, Input::Opened, now);
    let (lead, rest) = bytes.split_at(bytes.len() / 3);
    for (place, half) in [lead, rest].into_iter().enumerate() {
        for chunk in half.chunks(24) {
            now += Duration::from_millis(u64::from(chunk[0]) * 40);
            till.feed(&mut driver, Input::Bytes(chunk), now);
            match chunk[0] % 32 {
                0 => till.feed(&mut driver, Input::Cancel, now),
                1 => {
                    till.feed(&mut driver, Input::Lost, now);
                    till.feed(&mut driver, Input::Opened, now);
                }
                _ => till.feed(&mut driver, Input::Tick, now),
            }
        }
        if place == 0 {
            let charge = Charge {
                payment: Uuid::nil(),
                amount: Cents(1735),
                before_acknowledge: Box::new(|_| Ok(())),
            };
            till.feed(&mut driver, Input::Charge(charge), now);
        }
    }
    for _ in 0..400 {
        now += Duration::from_secs(1);
        till.feed(&mut driver, Input::Tick, now);
    }
    assert_eq!(till.outcomes, 1, "a payment ends exactly once");
}

/// Someone who does what the driver wants done.
#[derive(Default)]
struct Till {
    outcomes: u32,
}

impl Till {
    fn feed(&mut self, driver: &mut Driver, input: Input<'_>, now: Duration) {
        let mut outputs = driver.handle(input, now);
        while !outputs.is_empty() {
            let mut more = Vec::new();
            for output in outputs {
                match output {
                    Output::Send(_) => {}
                    Output::Tell(TerminalEvent::Done(..)) => self.outcomes += 1,
                    Output::Tell(_) => {}
                    Output::Keep(keep, outcome) => {
                        let kept = keep(&outcome);
                        more.extend(driver.handle(Input::Kept(kept), now));
                    }
                }
            }
            outputs = more;
        }
    }
}
