//! The receipt printer: is it there, what does it say of itself, does it print.
//!
//! Invariant: without being asked to, it prints nothing.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;
use zuil_wire::health::Device;

use super::port::try_open;
use super::told::Holder;
use super::{Check, Finding, TEST_RECEIPT};
use crate::config::Printer;
use crate::devices::port::PortName;
use crate::devices::printer::{Condition, EscPosPrinter, Job, Options, PrinterEvent, ReceiptPrinter};
use crate::texts::{fill, say};
use zuil_catalogue::Language;

/// How long a printer may take to say how it is.
const ANSWER_TIME: Duration = Duration::from_secs(8);
/// How long a test receipt may take.
const PRINT_TIME: Duration = Duration::from_secs(35);

/// The printer, and the test receipt when one is wanted.
pub fn checks(
    language: Language,
    settings: Option<&Printer>,
    holder: &Holder,
    print: bool,
    now: Timestamp,
) -> Vec<Check> {
    let (printer, receipt) = look(language, settings, holder, print, now);
    let mut checks = vec![printer.of("printer", say(language, "Receipt printer"))];
    checks.extend(receipt.map(|receipt| receipt.of(TEST_RECEIPT, say(language, "Test receipt"))));
    checks
}

fn look(
    language: Language,
    settings: Option<&Printer>,
    holder: &Holder,
    print: bool,
    now: Timestamp,
) -> (Finding, Option<Finding>) {
    let Some(settings) = settings else {
        return (Finding::not_there(say(language, "the settings name none")), None);
    };
    let port = PortName::new(&settings.port, settings.baud);
    if let Err(finding) = try_open(language, &port, Device::Printer, holder) {
        return (finding, None);
    }
    let (tell, told) = channel();
    let sink = Box::new(move |event| drop(tell.send(event)));
    let printer = match EscPosPrinter::start(port, Options::default(), sink) {
        Ok(printer) => printer,
        Err(error) => return (Finding::failed(error.to_string(), ""), None),
    };
    let condition = condition(&told);
    let receipt =
        (print && condition.can_print()).then(|| test_receipt(language, &printer, &told, &text(now)));
    (judge(language, condition), receipt)
}

/// What the printer says of itself; offline when it says nothing.
fn condition(told: &Receiver<PrinterEvent>) -> Condition {
    let until = Instant::now() + ANSWER_TIME;
    while let Ok(event) = told.recv_timeout(until.saturating_duration_since(Instant::now())) {
        match event {
            PrinterEvent::Condition(Condition::Offline | Condition::Unknown) => {}
            PrinterEvent::Condition(condition) => return condition,
            _ => {}
        }
    }
    Condition::Offline
}

/// What is to be said of a printer that tells this of itself.
pub(super) fn judge(language: Language, condition: Condition) -> Finding {
    match condition {
        Condition::NearEnd => Finding::attention(
            say(language, "it is ready; its roll is nearly empty"),
            say(language, "put a new roll in"),
        ),
        ready if ready.can_print() => Finding::ok(say(language, "it answers and is ready")),
        Condition::PaperOut => {
            Finding::failed(say(language, "its roll is empty"), say(language, "put a new roll in"))
        }
        Condition::CoverOpen => Finding::failed(
            say(language, "its cover is open"),
            say(language, "close the cover until it clicks"),
        ),
        Condition::CutterError => Finding::failed(
            say(language, "its cutter is stuck"),
            say(language, "switch it off, take out what is stuck, switch it on"),
        ),
        _ => Finding::failed(
            say(language, "its port opens, but it does not answer"),
            say(
                language,
                "look whether it is switched on, and whether `baud` in the settings is the printer's",
            ),
        ),
    }
}

fn text(now: Timestamp) -> String {
    format!("Zuil {}\nTest\n{}\n", env!("CARGO_PKG_VERSION"), now.strftime("%Y-%m-%d %H:%M:%S UTC"))
}

fn test_receipt(
    language: Language,
    printer: &EscPosPrinter,
    told: &Receiver<PrinterEvent>,
    text: &str,
) -> Finding {
    let id = Uuid::new_v4();
    printer.print(Job { id, bytes: Zeroizing::new(text.as_bytes().to_vec()), millimetres: 12 });
    let until = Instant::now() + PRINT_TIME;
    while let Ok(event) = told.recv_timeout(until.saturating_duration_since(Instant::now())) {
        match event {
            PrinterEvent::Printed(job) if job == id => {
                return Finding::ok(say(language, "printed, and confirmed by the printer"));
            }
            PrinterEvent::NotPrinted(job, condition) if job == id => {
                let Finding { seen, next, .. } = judge(language, condition);
                let seen = fill(say(language, "not printed: {why}"), &[("why", &seen)]);
                return Finding::failed(seen, next);
            }
            PrinterEvent::Unknown(job) if job == id => break,
            _ => {}
        }
    }
    Finding::failed(
        say(language, "the printer did not confirm it"),
        say(language, "look at the paper; when the receipt is there, look at the cable's return line"),
    )
}
