//! Chance: whatever goes wrong at whichever moment, a receipt ends once, and "printed" is true.

use std::time::Duration;

use super::desk::{Desk, text};
use crate::devices::printer::PrinterEvent;

#[test]
fn whatever_goes_wrong_a_receipt_ends_once_and_printed_means_whole_and_alone() {
    for seed in 0..40 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut desk = Desk::ready();
        for round in 0..4 {
            let name = format!("Visitor {round}");
            let lines = random.usize(5..40);
            let job = desk.print(&name, lines);
            desk.pass(Duration::from_millis(random.u64(0..3_000)));
            let fault = random.u8(0..7);
            match fault {
                0 => desk.printer.set_paper_mm(random.u32(0..50)),
                1 => desk.printer.set_cover_open(true),
                2 => desk.printer.jam_cutter(),
                3 => desk.pull(),
                4 => desk.printer.cut_power(),
                _ => {}
            }
            desk.pass(Duration::from_millis(random.u64(0..6_000)));
            match fault {
                0 => desk.printer.new_roll(),
                1 => desk.printer.set_cover_open(false),
                2 => desk.printer.free_cutter(),
                3 => desk.plug(),
                4 => desk.printer.restore_power(),
                _ => {}
            }
            let end = desk.until_the_job_ends();
            let pieces = desk.paper();
            let whole = pieces.iter().any(|piece| *piece == text(&name, lines));
            match end {
                PrinterEvent::Printed(id) => assert!(id == job && whole, "seed {seed}: {pieces:?}"),
                PrinterEvent::NotPrinted(id, _) | PrinterEvent::Unknown(id) => assert_eq!(id, job),
                PrinterEvent::Condition(_) | PrinterEvent::Used { .. } => {
                    unreachable!("that is no end of a job")
                }
            }
            desk.pass(Duration::from_secs(20));
            let later = desk.take_events();
            assert!(
                later.iter().all(|event| matches!(event, PrinterEvent::Condition(_))),
                "seed {seed}: {later:?}"
            );
            desk.paper();
        }
    }
}
