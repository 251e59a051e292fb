//! The same over a real pseudo-terminal, with threads and a clock.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use uuid::Uuid;
use zeroize::Zeroizing;

use super::desk::{text, texts};
use crate::devices::port::PortName;
use crate::devices::printer::simulator::PrinterSimulator;
use crate::devices::printer::{Condition, EscPosPrinter, Job, Options, PrinterEvent, ReceiptPrinter};

/// A driver on a real pseudo-terminal.
struct Wired {
    simulator: PrinterSimulator,
    printer: EscPosPrinter,
    events: Receiver<PrinterEvent>,
    _folder: tempfile::TempDir,
}

fn wired() -> Wired {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("usb-printer");
    let simulator = PrinterSimulator::start(&link).unwrap();
    let (sender, events) = channel();
    let options = Options {
        poll_every: Duration::from_millis(100),
        first_retry: Duration::from_millis(20),
        longest_retry: Duration::from_millis(100),
    };
    let sink = Box::new(move |event| sender.send(event).unwrap_or_default());
    let printer = EscPosPrinter::start(PortName::new(&link, 115_200), options, sink).unwrap();
    Wired { simulator, printer, events, _folder: folder }
}

impl Wired {
    fn expect(&self, wanted: &PrinterEvent) {
        let patience = Duration::from_secs(30);
        loop {
            let event =
                self.events.recv_timeout(patience).unwrap_or_else(|_| panic!("waited for {wanted:?}"));
            if event == *wanted {
                return;
            }
            assert!(
                matches!(event, PrinterEvent::Condition(_) | PrinterEvent::Used { .. }),
                "{event:?} instead of {wanted:?}"
            );
        }
    }

    fn print(&self, number: u128, name: &str, lines: usize) -> Uuid {
        let id = Uuid::from_u128(number);
        self.printer.print(Job { id, bytes: Zeroizing::new(text(name, lines).into_bytes()), millimetres: 0 });
        id
    }
}

#[test]
fn over_a_real_wire_receipts_come_out_before_and_after_the_cable_is_pulled() {
    let desk = wired();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    let job = desk.print(1, "Els", 30);
    desk.expect(&PrinterEvent::Printed(job));
    assert_eq!(texts(&desk.simulator.take_receipts()), [text("Els", 30)]);

    desk.simulator.slow_down(Some(20));
    let job = desk.print(2, "Joop", 30);
    while desk.simulator.paper_now().text.is_empty() {
        std::thread::yield_now();
    }
    desk.simulator.pull_cable();
    desk.expect(&PrinterEvent::Unknown(job));
    desk.simulator.slow_down(None);
    desk.simulator.plug_cable().unwrap();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));

    let job = desk.print(3, "Ada", 5);
    desk.expect(&PrinterEvent::Printed(job));
    assert_eq!(texts(&desk.simulator.take_receipts()).last(), Some(&text("Ada", 5)));
}

#[test]
fn over_a_real_wire_a_long_receipt_stops_when_the_paper_does() {
    let desk = wired();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    desk.simulator.set_paper_mm(100);
    let job = desk.print(1, "Els", 900);
    desk.expect(&PrinterEvent::NotPrinted(job, Condition::PaperOut));
    desk.simulator.new_roll();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    let job = desk.print(2, "Joop", 3);
    desk.expect(&PrinterEvent::Printed(job));
    let pieces = texts(&desk.simulator.take_receipts());
    assert_eq!(pieces.len(), 2, "{pieces:?}");
    assert!(!pieces[0].contains("Els 100\n"));
    assert_eq!(pieces[1], text("Joop", 3));
}

#[test]
fn over_a_real_wire_a_printer_may_come_later() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("usb-printer");
    let (sender, events) = channel();
    let sink = Box::new(move |event| sender.send(event).unwrap_or_default());
    let name = PortName::new(&link, 115_200);
    let _driver = EscPosPrinter::start(name, Options::default(), sink).unwrap();
    let patience = Duration::from_secs(30);
    assert_eq!(events.recv_timeout(patience), Ok(PrinterEvent::Condition(Condition::Offline)));
    let _simulator = PrinterSimulator::start(&link).unwrap();
    assert_eq!(events.recv_timeout(patience), Ok(PrinterEvent::Condition(Condition::Ready)));
}
