//! What a resident and a technician see of a printer, told in order.

use std::time::Duration;

use super::desk::{Desk, text, usual};
use crate::devices::printer::core::Input;
use crate::devices::printer::simulator::{HEAD_DOTS, Mechanism, Physics};
use crate::devices::printer::{Condition, PrinterEvent};

#[test]
fn printed_is_said_when_the_receipt_lies_in_the_tray_and_not_before() {
    let mut desk = Desk::ready();
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(500));
    assert_eq!(desk.take_events(), [], "the paper is still moving");
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    let receipts = desk.printer.take_receipts();
    assert_eq!(receipts.len(), 1);
    assert!(receipts[0].cut);
    assert_eq!(receipts[0].text.trim(), text("Els", 40).trim());
    assert!(desk.printer.unknown_commands().is_empty());
}

#[test]
fn two_receipts_in_a_row_come_out_one_by_one() {
    let mut desk = Desk::ready();
    let (first, second) = (desk.print("Els", 300), desk.print("Joop", 10));
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(first));
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(second));
    assert_eq!(desk.paper(), [text("Els", 300), text("Joop", 10)]);
}

#[test]
fn a_receipt_on_the_last_metres_is_printed() {
    let mut desk = Desk::ready();
    desk.printer.set_paper_mm(1_000);
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::NearEnd)]);
}

#[test]
fn paper_that_runs_out_amid_a_receipt_leaves_nothing_for_the_next_resident() {
    let mut desk = Desk::ready();
    desk.printer.set_paper_mm(60);
    let job = desk.print("Els", 40);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::PaperOut));
    desk.printer.new_roll();
    desk.pass(Duration::from_secs(5));
    let torn_off = desk.paper();
    assert_eq!(torn_off.len(), 1, "only what staff tore off");
    assert!(!torn_off[0].contains("Els 40"));
    assert!(desk.printer.paper_now().text.is_empty());
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn a_printer_that_nobody_clears_gives_the_rest_to_the_next_resident() {
    // This is the trap from which the story above protects; without it that story proves nothing.
    let mut printer = Mechanism::new(HEAD_DOTS);
    printer.set_paper_mm(60);
    printer.receive(text("Els", 40).as_bytes());
    printer.new_roll();
    assert!(printer.paper_now().text.contains("Els 40"));
}

#[test]
fn a_cover_opened_amid_a_receipt_ends_it_and_the_half_is_cut_off_by_itself() {
    let mut desk = Desk::ready();
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(500));
    desk.printer.set_cover_open(true);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::CoverOpen));
    desk.printer.set_cover_open(false);
    desk.pass(Duration::from_secs(3));
    let half = desk.paper();
    assert_eq!(half.len(), 1);
    assert!(half[0].starts_with("Els 1\n") && !half[0].contains("Els 40"));
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn a_stuck_cutter_is_told_and_works_again_once_it_is_freed() {
    let mut desk = Desk::ready();
    desk.printer.jam_cutter();
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::CutterError));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::CutterError)]);
    desk.pass(Duration::from_secs(12));
    desk.printer.free_cutter();
    desk.pass(Duration::from_secs(12));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
    desk.paper();
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn a_printer_that_cannot_print_says_so_at_once_and_gets_nothing() {
    for (fault, condition) in faults() {
        let mut desk = Desk::ready();
        fault(&mut desk.printer);
        desk.pass(Duration::from_secs(2));
        assert_eq!(desk.take_events(), [PrinterEvent::Condition(condition)]);
        let job = desk.print("Els", 10);
        assert_eq!(desk.take_events(), [PrinterEvent::NotPrinted(job, condition)]);
    }
}

#[test]
fn a_cable_pulled_amid_a_receipt_leaves_it_unknown_and_a_replugged_printer_works() {
    let mut desk = Desk::ready();
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(500));
    desk.pull();
    assert_eq!(desk.take_events(), [PrinterEvent::Unknown(job), PrinterEvent::Condition(Condition::Offline)]);
    desk.plug();
    desk.pass(Duration::from_secs(5));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
    desk.paper();
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn what_a_killed_pillar_left_in_the_printer_does_not_hang_from_the_next_residents_receipt() {
    for killed_after in [300, 600, 900] {
        let mut desk = Desk::ready();
        desk.print("Els", 60);
        desk.pass(Duration::from_millis(killed_after));
        assert!(desk.printer.paper_now().text.contains("Els 1\n"), "{killed_after} ms");
        desk.restart_pillar();
        // Asked for at once, before the printer has said how it is.
        let next = desk.print("Joop", 5);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next), "{killed_after} ms");
        let pieces = desk.paper();
        assert_eq!(pieces.len(), 2, "{killed_after} ms: {pieces:?}");
        assert!(!pieces[0].contains("Els 60"), "what was not printed yet never is");
        assert_eq!(pieces[1], text("Joop", 5), "{killed_after} ms");
    }
}

#[test]
fn the_cut_at_the_start_waits_until_the_printer_can_cut() {
    let mut desk = Desk::new();
    desk.printer.set_cover_open(true);
    desk.plug();
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.printer.take_receipts(), []);
    desk.printer.set_cover_open(false);
    desk.pass(Duration::from_secs(4));
    assert_eq!(desk.printer.take_receipts().len(), 1);
    desk.pull();
    desk.plug();
    desk.pass(Duration::from_secs(3));
    assert_eq!(desk.printer.take_receipts(), [], "once is enough: nothing was printed since");
}

#[test]
fn a_power_cut_amid_a_receipt_leaves_it_unknown_however_short_it_is() {
    for outage in [1_500, 2_500, 60_000] {
        let mut desk = Desk::ready();
        let job = desk.print("Els", 60);
        desk.pass(Duration::from_millis(600));
        desk.printer.cut_power();
        desk.pass(Duration::from_millis(outage));
        desk.printer.restore_power();
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job), "{outage} ms");
        desk.pass(Duration::from_secs(10));
        desk.paper();
        let next = desk.print("Joop", 5);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next), "{outage} ms");
        assert_eq!(desk.paper(), [text("Joop", 5)], "{outage} ms");
    }
}

#[test]
fn a_printer_that_is_silent_is_offline() {
    let mut desk = Desk::new();
    desk.printer.cut_power();
    desk.plug();
    let job = desk.print("Els", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::NotPrinted(job, Condition::Offline));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Offline)]);
    desk.printer.restore_power();
    desk.pass(Duration::from_secs(5));
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Ready)]);
    assert!(desk.paper().is_empty());
}

#[test]
fn no_port_at_the_start_is_offline() {
    let mut desk = Desk::new();
    desk.tell(Input::Lost);
    let job = desk.print("Els", 5);
    assert_eq!(
        desk.take_events(),
        [PrinterEvent::Condition(Condition::Offline), PrinterEvent::NotPrinted(job, Condition::Offline)]
    );
}

#[test]
fn a_receipt_asked_for_before_the_first_status_waits_for_it() {
    let mut desk = Desk::new();
    desk.plug();
    let job = desk.print("Els", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
}

#[test]
fn noise_on_the_line_confirms_nothing_and_harms_nothing() {
    let mut desk = Desk::ready();
    let mut random = fastrand::Rng::with_seed(0x0153);
    let job = desk.print("Els", 40);
    desk.pass(Duration::from_millis(400));
    for _ in 0..20 {
        // Everything but bytes that are a whole status of their own.
        let noise: Vec<u8> = (0..9).map(|_| 0x80 | random.u8(..)).collect();
        desk.tell(Input::Received(&noise));
    }
    assert_eq!(desk.take_events(), []);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    assert_eq!(desk.paper(), [text("Els", 40)]);
}

#[test]
fn the_confirmation_of_another_receipt_confirms_nothing() {
    let mut desk = Desk::ready();
    desk.print("Els", 40);
    desk.pass(Duration::from_millis(400));
    desk.tell(Input::Received(&[0x37, 0x22, b'X', b'X', b'X', b'X', 0, 0x00, 0x03]));
    assert_eq!(desk.take_events(), []);
}

#[test]
fn a_forgotten_receipt_stops_and_is_never_spoken_of_again() {
    let mut desk = Desk::ready();
    desk.print("Els", 60);
    desk.print("Els again", 60);
    desk.pass(Duration::from_millis(600));
    desk.forget();
    desk.pass(Duration::from_secs(40));
    assert_eq!(desk.take_events(), []);
    let piece = desk.paper();
    assert_eq!(piece.len(), 1, "the half is cut off by itself");
    assert!(!piece[0].contains("Els 60") && !piece[0].contains("again"));
    let next = desk.print("Joop", 5);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
    assert_eq!(desk.paper(), [text("Joop", 5)]);
}

#[test]
fn an_older_printer_confirms_with_its_paper_sensor() {
    let mut desk = Desk::with(older());
    desk.plug();
    desk.pass(Duration::from_secs(2));
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    assert_eq!(desk.paper(), [text("Els", 10)]);
}

#[test]
fn an_older_printer_that_was_off_for_a_moment_confirms_nothing() {
    let mut desk = Desk::with(older());
    desk.plug();
    desk.pass(Duration::from_secs(2));
    let job = desk.print("Els", 60);
    desk.pass(Duration::from_millis(600));
    desk.printer.cut_power();
    desk.pass(Duration::from_millis(1_500));
    desk.printer.restore_power();
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job));
}

#[test]
fn a_printer_that_never_confirms_leaves_the_receipt_unknown() {
    let mut desk = Desk::with(Physics { knows_process_id: false, knows_paper_sensor: false, ..usual() });
    desk.plug();
    desk.pass(Duration::from_secs(2));
    let job = desk.print("Els", 10);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job));
}

/// A printer from before `GS ( H`.
fn older() -> Physics {
    Physics { knows_process_id: false, ..usual() }
}

type Fault = fn(&mut Mechanism);

fn faults() -> [(Fault, Condition); 2] {
    [
        (|printer| printer.set_paper_mm(0), Condition::PaperOut),
        (|printer| printer.set_cover_open(true), Condition::CoverOpen),
    ]
}
