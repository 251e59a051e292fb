//! Chance: whatever goes wrong at whichever moment, a receipt ends once, and "printed" is true.

use std::time::Duration;

use super::desk::{Desk, text, usual};
use crate::devices::printer::simulator::{Fault, Moment, Physics, Plan};
use crate::devices::printer::{Condition, PrinterEvent};

const FAULTS: [Fault; 9] = [
    Fault::PaperOut,
    Fault::CoverOpen,
    Fault::PowerCut,
    Fault::CutterJam,
    Fault::HangUp,
    Fault::Silence,
    Fault::Garbage,
    Fault::TornAnswer,
    Fault::TornThenSilence,
];

fn some_printer(random: &mut fastrand::Rng) -> Physics {
    let late = Duration::from_millis(random.choice([0, 0, 5, 400]).unwrap());
    Physics {
        baud: random.choice([Some(9_600), Some(19_200), Some(38_400), Some(115_200)]).unwrap(),
        mm_per_second: random.choice([Some(80), Some(150), Some(300)]).unwrap(),
        answers_after: (late, late * 2),
        boot: Duration::from_millis(1_500),
        knows_process_id: random.u8(0..4) > 0,
        knows_automatic_status: random.u8(0..4) > 0,
        seed: random.u64(..),
        ..usual()
    }
}

fn some_moment(random: &mut fastrand::Rng) -> Moment {
    match random.u8(0..4) {
        0 => Moment::After(Duration::from_millis(random.u64(0..4_000))),
        1 => Moment::Byte(random.u64(0..900)),
        2 => Moment::Millimetre(random.u32(0..170)),
        _ => Moment::Cut(1),
    }
}

#[test]
fn whatever_goes_wrong_a_receipt_ends_once_and_printed_means_whole_and_alone() {
    for seed in 0..150 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut desk = Desk::ready_with(some_printer(&mut random));
        for round in 0..4 {
            let name = format!("Visitor {round}");
            let lines = random.usize(5..40);
            let fault = random.choice(FAULTS).unwrap();
            let mut plan = Plan::new(fault, some_moment(&mut random));
            if random.bool() {
                plan = plan.lasting(Duration::from_millis(random.u64(0..8_000)));
            }
            desk.printer.plan(plan);
            let job = desk.print(&name, lines);
            let end = desk.until_the_job_ends();
            let what = format!("seed {seed}, round {round}, {plan:?}: {end:?}");
            let pieces = desk.paper();
            match end {
                PrinterEvent::Printed(id) => {
                    assert!(id == job && pieces.last() == Some(&text(&name, lines)), "{what}: {pieces:?}");
                }
                PrinterEvent::NotPrinted(id, _) | PrinterEvent::Unknown(id) => assert_eq!(id, job, "{what}"),
                PrinterEvent::Condition(_) | PrinterEvent::Used { .. } => unreachable!("no end of a job"),
            }
            // A fault whose moment has not come yet comes now at the latest.
            desk.pass(Duration::from_secs(8));
            desk.printer.call_off();
            desk.printer.strike(fault);
            desk.pass(Duration::from_secs(2));
            desk.printer.mend(fault);
            desk.pass(Duration::from_secs(30));
            let later = desk.take_events();
            assert!(
                later.iter().all(|event| matches!(event, PrinterEvent::Condition(_))),
                "{what}, later {later:?}"
            );
            assert_eq!(desk.conditions.last(), Some(&Condition::Ready), "{what}");
            assert_eq!(desk.printer.paper_now().text, "", "{what}: something still hangs out");
            desk.paper();
        }
    }
}

#[test]
fn a_receipt_printed_anew_after_any_fault_comes_out_once() {
    for seed in 1_000..1_100 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut desk = Desk::ready_with(some_printer(&mut random));
        let fault = random.choice(FAULTS).unwrap();
        let plan = Plan::new(fault, some_moment(&mut random));
        desk.printer.plan(plan);
        desk.print("Els", 40);
        desk.until_the_job_ends();
        desk.pass(Duration::from_secs(5));
        desk.printer.call_off();
        desk.printer.strike(fault);
        desk.printer.mend(fault);
        desk.pass(Duration::from_secs(20));
        desk.printer.take_receipts();
        let job = desk.print("Els", 40);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job), "seed {seed}, {plan:?}");
        desk.pass(Duration::from_secs(20));
        assert_eq!(desk.paper(), [text("Els", 40)], "seed {seed}, {plan:?}");
    }
}
