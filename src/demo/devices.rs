//! A printer and a card terminal by themselves, for a pillar that runs elsewhere: in an emulator that has their
//! lines as USB. Somebody presents a good card whenever the terminal asks for one.
//!
//! Invariant: what they tell is what they did; the terminal's memory outlives this program.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::Failure;
use crate::devices::printer::simulator::PrinterSimulator;
use crate::devices::terminal::simulator::{Pace, PaymentSimulator};

/// How long somebody looks for their card.
const CARD_AFTER: Duration = Duration::from_millis(600);
/// People and banks take their time, also when the pillar is slow.
const PACE: Pace = Pace {
    card_time_out: Duration::from_secs(60),
    pin: Duration::from_millis(600),
    bank: Duration::from_millis(600),
    remove_card: Duration::from_millis(600),
};
/// How often it looks at what they did.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Runs both until standard input is closed. Their lines are `printer` and `terminal` in the folder, the terminal's
/// memory `terminal.ledger`. A line of JSON on standard output tells each payment that stands and each piece of
/// paper, whose picture is `receipt-NUMBER.png`.
///
/// # Errors
/// When the folder cannot be used, or there is no pseudo-terminal.
pub fn run(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let memory = folder.join("terminal.ledger");
    let is_new = !memory.exists();
    let printer = PrinterSimulator::start(&folder.join("printer"))?;
    let terminal = PaymentSimulator::start_with_memory(&folder.join("terminal"), &memory)?;
    if is_new {
        terminal.was_tried_out();
    }
    terminal.set_pace(PACE);
    terminal.set_auto(Some(CARD_AFTER));
    let (ends, ended) = channel();
    thread::spawn(move || {
        // Whoever started this says nothing; the end of it is all that is waited for.
        let _ = io::stdin().read_to_end(&mut Vec::new());
        let _ = ends.send(());
    });
    say(&json!({ "ready": true }))?;
    // One that was taken back stands no more, and so they cannot be counted.
    let mut charged: BTreeSet<u16> = terminal.charged().iter().map(|charge| charge.receipt_number).collect();
    let mut printed = 0;
    while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
        for charge in terminal.charged() {
            if charged.insert(charge.receipt_number) {
                say(&json!({ "charged": charge.amount.0, "receipt": charge.receipt_number }))?;
            }
        }
        for paper in printer.take_receipts() {
            printed += 1;
            let picture = format!("receipt-{printed}.png");
            fs::write(folder.join(&picture), &paper.png)?;
            say(&json!({ "printed": paper.text, "picture": picture, "cut": paper.cut }))?;
        }
    }
    Ok(())
}

fn say(line: &serde_json::Value) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
