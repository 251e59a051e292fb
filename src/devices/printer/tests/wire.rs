//! The same over a real pseudo-terminal, with threads and a clock.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::desk::{text, texts};
use crate::devices::port::PortName;
use crate::devices::printer::simulator::{Fault, Moment, Physics, Plan, PrinterSimulator};
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

    /// What may hang out after a connection was lost is cut off before anything else.
    fn until_the_half_is_cut_off(&self) {
        let patience = Instant::now() + Duration::from_secs(30);
        while self.simulator.take_receipts().is_empty() {
            assert!(Instant::now() < patience, "nothing was cut off");
            std::thread::yield_now();
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

/// A usual printer, as slow as they are.
fn real() -> Physics {
    Physics { draws: false, boot: Duration::from_millis(300), ..Physics::real(115_200) }
}

#[test]
fn over_a_real_wire_the_cable_is_pulled_and_put_in_again_in_every_state() {
    let desk = wired();
    desk.simulator.set_physics(real());
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    let replug = |unknown: Option<Uuid>| {
        if let Some(job) = unknown {
            desk.expect(&PrinterEvent::Unknown(job));
        }
        desk.expect(&PrinterEvent::Condition(Condition::Offline));
        desk.simulator.plug_cable().unwrap();
    };
    // Idle.
    desk.simulator.pull_cable();
    replug(None);
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    // While the bytes leave, while the paper moves, at the cut.
    let moments = [Moment::Byte(5), Moment::Byte(200), Moment::Millimetre(40), Moment::Cut(1)];
    for (number, at) in (1..).zip(moments) {
        desk.until_the_half_is_cut_off();
        desk.simulator.plan(Plan::new(Fault::HangUp, at));
        replug(Some(desk.print(number, "Els", 40)));
        desk.expect(&PrinterEvent::Condition(Condition::Ready));
        desk.simulator.call_off();
    }
    desk.until_the_half_is_cut_off();
    // Right after a receipt.
    let job = desk.print(10, "Joop", 3);
    desk.expect(&PrinterEvent::Printed(job));
    desk.simulator.pull_cable();
    replug(None);
    // Before the first status of the new connection.
    desk.simulator.pull_cable();
    desk.simulator.plug_cable().unwrap();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    drop(desk.simulator.take_receipts());
    let job = desk.print(11, "Ada", 5);
    desk.expect(&PrinterEvent::Printed(job));
    let pieces = texts(&desk.simulator.take_receipts());
    assert_eq!(pieces.last(), Some(&text("Ada", 5)), "{pieces:?}");
}

#[test]
fn over_a_real_wire_a_cable_pulled_while_the_cover_is_open_comes_back_as_it_is() {
    let desk = wired();
    desk.simulator.set_physics(real());
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    desk.simulator.open_cover();
    desk.expect(&PrinterEvent::Condition(Condition::CoverOpen));
    desk.simulator.pull_cable();
    desk.expect(&PrinterEvent::Condition(Condition::Offline));
    desk.simulator.plug_cable().unwrap();
    desk.expect(&PrinterEvent::Condition(Condition::CoverOpen));
    desk.simulator.close_cover();
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
}

#[test]
fn over_a_real_wire_power_cut_at_a_byte_leaves_the_receipt_unknown() {
    let desk = wired();
    desk.simulator.set_physics(Physics { baud: Some(38_400), ..real() });
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    let away = Duration::from_secs(2);
    desk.simulator.plan(Plan::new(Fault::PowerCut, Moment::Byte(400)).lasting(away));
    let job = desk.print(1, "Els", 90);
    desk.expect(&PrinterEvent::Unknown(job));
    let job = desk.print(2, "Joop", 5);
    desk.expect(&PrinterEvent::Printed(job));
    assert_eq!(texts(&desk.simulator.take_receipts()).last(), Some(&text("Joop", 5)));
}

#[test]
fn over_a_real_wire_a_slow_line_is_not_mistaken_for_a_dead_printer() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("usb-printer");
    let simulator = PrinterSimulator::start(&link).unwrap();
    simulator.set_physics(Physics { baud: Some(9_600), ..real() });
    let (sender, events) = channel();
    let sink = Box::new(move |event| sender.send(event).unwrap_or_default());
    let printer = EscPosPrinter::start(PortName::new(&link, 9_600), Options::default(), sink).unwrap();
    let desk = Wired { simulator, printer, events, _folder: folder };
    desk.expect(&PrinterEvent::Condition(Condition::Ready));
    // Four kilobytes, more than four seconds.
    let name = "A receipt with lines that are rather long, longer than most that people get to see";
    let job = desk.print(1, name, 45);
    desk.expect(&PrinterEvent::Printed(job));
    // The printer breaks lines where its paper ends.
    let pieces = texts(&desk.simulator.take_receipts());
    assert!(pieces.len() == 1 && pieces[0].contains(" 45\n"), "{pieces:?}");
}
