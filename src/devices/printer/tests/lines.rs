//! Bad lines and slow printers: late answers, torn answers, garbage; and what is told of the paper.

use std::time::Duration;

use super::desk::{Desk, text, usual};
use crate::devices::printer::core::Input;
use crate::devices::printer::simulator::{Fault, Moment, Physics, Plan};
use crate::devices::printer::{Condition, PrinterEvent};

const SECOND: Duration = Duration::from_secs(1);

fn slow() -> Physics {
    Physics {
        answers_after: (Duration::from_millis(400), Duration::from_millis(900)),
        baud: Some(38_400),
        ..usual()
    }
}

#[test]
fn a_printer_whose_every_answer_is_late_prints_all_the_same() {
    for seed in 0..20 {
        for knows_process_id in [true, false] {
            let mut desk = Desk::ready_with(Physics { seed, knows_process_id, ..slow() });
            for round in 0..3 {
                let job = desk.print("Els", 40);
                assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job), "{seed} {round}");
                assert_eq!(desk.paper(), [text("Els", 40)], "{seed} {round}");
            }
        }
    }
}

#[test]
fn a_receipt_asked_for_before_a_slow_printer_has_said_anything_waits_for_it() {
    for seed in 0..20 {
        let mut desk = Desk::with(Physics { seed, ..slow() });
        desk.plug();
        let job = desk.print("Els", 10);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job), "{seed}");
    }
}

#[test]
fn a_slow_printer_whose_cover_is_opened_tells_that_in_time() {
    for seed in 0..20 {
        let mut desk = Desk::ready_with(Physics { seed, ..slow() });
        desk.printer.plan(Plan::new(Fault::CoverOpen, Moment::Millimetre(40)));
        let job = desk.print("Els", 40);
        let end = desk.until_the_job_ends();
        assert_eq!(end, PrinterEvent::NotPrinted(job, Condition::CoverOpen), "{seed}");
        desk.printer.mend(Fault::CoverOpen);
        desk.pass(SECOND * 20);
        desk.paper();
        let next = desk.print("Els", 40);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next), "{seed}");
        assert_eq!(desk.paper(), [text("Els", 40)], "{seed}");
    }
}

#[test]
fn an_answer_that_comes_too_late_is_not_taken_for_the_next_one() {
    let late = Duration::from_millis(1_350);
    let mut desk = Desk::ready();
    desk.printer.strike(Fault::PaperOut);
    desk.pass(SECOND * 3);
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::PaperOut)]);
    desk.printer.set_physics(Physics { answers_after: (late, late), ..usual() });
    desk.pass(SECOND * 30);
    // Nobody there, for this driver; but never another trouble than there is.
    let told = desk.take_events();
    let allowed = [Condition::PaperOut, Condition::Offline];
    assert!(
        told.iter().all(|event| matches!(event, PrinterEvent::Condition(told) if allowed.contains(told))),
        "{told:?}"
    );
}

#[test]
fn garbage_between_the_answers_never_makes_a_receipt_printed_that_is_not() {
    let (mut printed, mut others) = (0, 0);
    for seed in 0..60 {
        let knows_process_id = seed % 3 != 0;
        let mut desk = Desk::ready_with(Physics { seed, knows_process_id, ..usual() });
        desk.printer.strike(Fault::Garbage);
        desk.pass(SECOND);
        desk.take_events();
        let job = desk.print("Els", 60);
        match desk.until_the_job_ends() {
            PrinterEvent::Printed(id) => {
                assert_eq!((id, desk.paper()), (job, vec![text("Els", 60)]), "{seed}");
                printed += 1;
            }
            PrinterEvent::NotPrinted(id, _) | PrinterEvent::Unknown(id) => {
                assert_eq!(id, job);
                others += 1;
            }
            other => panic!("{seed}: {other:?}"),
        }
        desk.printer.mend(Fault::Garbage);
        desk.pass(SECOND * 20);
        let later = desk.take_events();
        assert!(later.iter().all(|event| matches!(event, PrinterEvent::Condition(_))), "{seed}: {later:?}");
        desk.paper();
        let next = desk.print("Els", 60);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next), "{seed}");
        assert_eq!(desk.paper(), [text("Els", 60)], "{seed}");
    }
    assert!(printed > 0 && others > 0, "both happen: {printed}, {others}");
}

#[test]
fn a_dead_printer_on_a_noisy_line_never_prints() {
    for seed in 0..40 {
        for knows_process_id in [true, false] {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut desk = Desk::ready_with(Physics { knows_process_id, ..usual() });
            let job = desk.print("Els", 10);
            desk.printer.cut_power();
            let begun = desk.now;
            let end = loop {
                let noise: Vec<u8> = (0..random.usize(1..40)).map(|_| random.u8(..)).collect();
                desk.tell(Input::Received(&noise));
                desk.step();
                let place = desk.events.iter().position(|event| !matches!(event, PrinterEvent::Condition(_)));
                if let Some(place) = place {
                    break desk.events.remove(place);
                }
                assert!(desk.now - begun < SECOND * 30, "{seed}");
            };
            assert!(
                matches!(end, PrinterEvent::Unknown(id) | PrinterEvent::NotPrinted(id, _) if id == job),
                "{seed}: {end:?}"
            );
        }
    }
}

#[test]
fn a_printer_of_which_only_garbage_comes_is_offline() {
    for seed in 0..20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut desk = Desk::ready();
        desk.printer.strike(Fault::PowerCut);
        for _ in 0..1_500 {
            let noise: Vec<u8> = (0..random.usize(1..40)).map(|_| random.u8(..)).collect();
            desk.tell(Input::Received(&noise));
            desk.step();
        }
        desk.pass(SECOND * 8);
        assert_eq!(desk.conditions.last(), Some(&Condition::Offline), "{seed}");
        desk.printer.mend(Fault::PowerCut);
        desk.pass(SECOND * 8);
        assert_eq!(desk.conditions.last(), Some(&Condition::Ready), "{seed}");
    }
}

#[test]
fn half_a_confirmation_confirms_nothing() {
    for then_silence in [Fault::TornAnswer, Fault::TornThenSilence] {
        let mut desk = Desk::ready();
        let job = desk.print("Els", 40);
        desk.pass(Duration::from_millis(300));
        desk.printer.strike(then_silence);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job), "{then_silence:?}");
        desk.printer.mend(then_silence);
        desk.pass(SECOND * 20);
        assert_eq!(desk.paper(), [text("Els", 40)], "it came out whole; only nobody could know");
        let next = desk.print("Els", 40);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(next));
        assert_eq!(desk.paper(), [text("Els", 40)]);
    }
}

#[test]
fn a_printer_that_answers_but_never_confirms_is_given_up_after_a_quarter_of_a_minute() {
    let mut desk = Desk::ready();
    desk.printer.set_physics(Physics { knows_process_id: false, ..usual() });
    let begun = desk.now;
    let job = desk.print("Els", 40);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job));
    let took = desk.now - begun;
    assert!((SECOND * 15..SECOND * 17).contains(&took), "{took:?}");
}

#[test]
fn a_printer_that_was_off_for_a_moment_is_given_up_soon() {
    let mut desk = Desk::ready_with(Physics { boot: SECOND * 3 / 2, ..usual() });
    desk.printer.plan(Plan::new(Fault::PowerCut, Moment::Millimetre(40)).lasting(SECOND / 10));
    let begun = desk.now;
    let job = desk.print("Els", 40);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Unknown(job));
    assert!(desk.now - begun < SECOND * 8, "{:?}", desk.now - begun);
}

#[test]
fn half_a_status_and_then_silence_is_offline() {
    let mut desk = Desk::ready();
    desk.printer.strike(Fault::TornThenSilence);
    desk.printer.set_cover_open(true);
    desk.pass(SECOND * 10);
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::Offline)]);
    desk.printer.mend(Fault::TornThenSilence);
    desk.pass(SECOND * 5);
    assert_eq!(desk.take_events(), [PrinterEvent::Condition(Condition::CoverOpen)]);
}

#[test]
fn a_long_receipt_never_overruns_the_buffer_though_no_wire_holds_the_driver_back() {
    use crate::devices::printer::simulator::Flow;
    for knows_process_id in [true, false] {
        let physics = Physics { flow: Flow::None, knows_process_id, ..usual() };
        let mut desk = Desk::ready_with(physics);
        let job = desk.print("A long list of things that were sent", 300);
        assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
        assert_eq!(desk.printer.lost_bytes(), 0);
        assert_eq!(desk.paper(), [text("A long list of things that were sent", 300)]);
    }
}

#[test]
fn printing_is_told_from_the_first_byte_to_the_end() {
    let mut desk = Desk::ready();
    desk.print("Els", 40);
    assert_eq!(desk.conditions, [Condition::Printing]);
    desk.until_the_job_ends();
    assert_eq!(desk.conditions, [Condition::Printing, Condition::Ready]);
    assert!(Condition::Printing.can_print());

    desk.printer.plan(Plan::new(Fault::CoverOpen, Moment::Millimetre(20)));
    desk.print("Els", 40);
    desk.until_the_job_ends();
    assert_eq!(desk.conditions[2..], [Condition::Printing, Condition::CoverOpen]);
}

#[test]
fn a_roll_that_gets_nearly_empty_amid_a_receipt_is_told_at_its_end() {
    let mut desk = Desk::ready();
    desk.printer.set_paper_mm(2_050);
    let job = desk.print("Els", 40);
    assert_eq!(desk.until_the_job_ends(), PrinterEvent::Printed(job));
    desk.pass(SECOND);
    assert_eq!(desk.conditions, [Condition::Printing, Condition::NearEnd]);
}

#[test]
fn the_paper_that_a_receipt_took_is_told_at_its_end() {
    let mut desk = Desk::ready();
    let moved = desk.printer.moved_mm();
    desk.print("Els", 40);
    desk.until_the_job_ends();
    assert_eq!(desk.used_mm, [150 + 17]);
    assert_eq!(desk.printer.moved_mm() - moved, 167);
}

#[test]
fn of_an_interrupted_receipt_the_paper_that_it_probably_took_is_told_and_the_cut_after_it() {
    let mut desk = Desk::ready_with(Physics { baud: Some(9_600), ..usual() });
    let name = "A receipt with lines that are rather long";
    desk.printer.plan(Plan::new(Fault::CoverOpen, Moment::Millimetre(40)));
    desk.print(name, 100);
    desk.until_the_job_ends();
    desk.printer.mend(Fault::CoverOpen);
    desk.pass(SECOND * 5);
    assert_eq!(desk.used_mm.len(), 2, "{:?}", desk.used_mm);
    assert!((40..375).contains(&desk.used_mm[0]), "{:?}", desk.used_mm);
    assert_eq!(desk.used_mm[1], 17);
}

#[test]
fn a_receipt_that_never_began_used_no_paper() {
    let mut desk = Desk::ready();
    desk.printer.strike(Fault::PaperOut);
    desk.pass(SECOND * 2);
    desk.print("Els", 40);
    desk.until_the_job_ends();
    assert!(desk.used_mm.is_empty(), "{:?}", desk.used_mm);
}

#[test]
fn receipts_that_wait_for_another_end_within_half_a_minute_too() {
    let mut desk = Desk::ready();
    desk.printer.set_physics(Physics { knows_process_id: false, knows_paper_sensor: false, ..usual() });
    let jobs = [desk.print("Els", 5), desk.print("Joop", 5), desk.print("Ada", 5)];
    let asked = desk.now;
    for _ in jobs {
        desk.until_the_job_ends();
    }
    assert!(desk.now - asked <= SECOND * 30, "{:?}", desk.now - asked);
}
