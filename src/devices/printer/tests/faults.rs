//! Each fault at each moment of a receipt: before it, while its bytes leave, while its paper moves, at
//! the cut, and after it.
//!
//! Whatever happens: one end within half a minute; "printed" only when the whole receipt lies cut in
//! the tray; nothing more of a receipt that was not printed; and the same receipt, printed anew once
//! the printer is well again, comes out whole, once, and alone.

use std::time::Duration;

use super::desk::{Desk, text, usual};
use crate::devices::printer::simulator::{Fault, Moment, Physics, Plan};
use crate::devices::printer::{Condition, PrinterEvent};

const NAME: &str = "A receipt with lines that are rather long";
const LINES: usize = 40;
const MILLIMETRES: u32 = 150;
const BYTES: u64 = (LINES * 44) as u64;
const SECOND: Duration = Duration::from_secs(1);

/// Moments from the first byte to the last; all but the last are before the cut.
const BYTES_LEAVE: [Moment; 5] = [
    Moment::Byte(1),
    Moment::Byte(6),
    Moment::Byte(BYTES / 2),
    Moment::Byte(BYTES - 10),
    Moment::Byte(BYTES + 20),
];
const PAPER_MOVES: [Moment; 4] = [
    Moment::Millimetre(1),
    Moment::Millimetre(MILLIMETRES / 2),
    Moment::Millimetre(MILLIMETRES),
    Moment::Millimetre(MILLIMETRES + 16),
];
const AT_THE_CUT: [Moment; 1] = [Moment::Cut(1)];

/// On a slow line, so that bytes leave for two seconds; on a fast one, so that they are all there
/// before the paper moves; and an older printer.
fn printers() -> [Physics; 3] {
    let slow = Physics { boot: Duration::from_millis(1_500), ..usual() };
    [
        Physics { baud: Some(9_600), ..slow.clone() },
        Physics { baud: Some(115_200), ..slow.clone() },
        Physics { baud: Some(38_400), knows_process_id: false, ..slow },
    ]
}

/// How a receipt ended that a fault met.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Printed,
    NotPrinted(Condition),
    Unknown,
}

struct Story {
    desk: Desk,
    what: String,
}

impl Story {
    fn begin(physics: Physics, fault: Fault, at: Moment) -> Self {
        let what =
            format!("{fault:?} at {at:?}, {:?} baud, by id: {}", physics.baud, physics.knows_process_id);
        Self { desk: Desk::ready_with(physics), what }
    }

    /// Prints the receipt and waits for its end, which comes once, and true.
    fn print(&mut self) -> End {
        let Self { desk, what } = self;
        let begun = desk.now;
        let job = desk.print(NAME, LINES);
        let end = desk.until_the_job_ends();
        assert!(desk.now - begun <= SECOND * 30, "{what}");
        match end {
            PrinterEvent::Printed(id) if id == job => {
                let pieces = desk.paper();
                assert_eq!(pieces, [text(NAME, LINES)], "{what}");
                End::Printed
            }
            PrinterEvent::NotPrinted(id, condition) if id == job => {
                let before = desk.printer.paper_now().text;
                desk.pass(SECOND);
                let after = desk.printer.paper_now().text;
                assert!(after == before || after.is_empty(), "{what}: more came out:\n{before}\n{after}");
                End::NotPrinted(condition)
            }
            PrinterEvent::Unknown(id) if id == job => End::Unknown,
            other => panic!("{what}: {other:?} instead of an end of {job}"),
        }
    }

    /// Mends the fault; after a while the printer is ready, has said nothing more of the receipt, and
    /// prints it anew.
    fn recover(&mut self, fault: Fault) {
        self.desk.printer.mend(fault);
        self.desk.pass(SECOND * 20);
        let Self { desk, what } = self;
        let later = desk.take_events();
        assert!(later.iter().all(|event| matches!(event, PrinterEvent::Condition(_))), "{what}: {later:?}");
        assert_eq!(desk.conditions.last().copied().unwrap_or(Condition::Ready), Condition::Ready, "{what}");
        assert_eq!(desk.printer.paper_now().text, "", "{what}: something still hangs out");
        desk.paper();
        let moved = desk.printer.moved_mm();
        assert_eq!(self.print(), End::Printed, "{}", self.what);
        let receipt = self.desk.printer.moved_mm() - moved;
        assert!(receipt <= u64::from(MILLIMETRES) + 18, "{}: {receipt} mm", self.what);
    }
}

/// Lets a fault strike at each moment; the end must be one of those allowed.
fn strikes(fault: Fault, moments: &[Moment], allowed: &[End]) {
    for physics in printers() {
        for &at in moments {
            let mut story = Story::begin(physics.clone(), fault, at);
            story.desk.printer.plan(Plan::new(fault, at));
            let end = story.print();
            assert!(allowed.contains(&end), "{}: {end:?}", story.what);
            story.recover(fault);
        }
    }
}

/// The same, but it is mended by itself after a time.
fn strikes_for(fault: Fault, time: Duration, moments: &[Moment], allowed: &[End]) {
    for physics in printers() {
        for &at in moments {
            let mut story = Story::begin(physics.clone(), fault, at);
            story.desk.printer.plan(Plan::new(fault, at).lasting(time));
            let end = story.print();
            assert!(allowed.contains(&end), "{} for {time:?}: {end:?}", story.what);
            story.recover(fault);
        }
    }
}

/// The fault was there before.
fn was_there(fault: Fault, condition: Condition) {
    for physics in printers() {
        let mut story = Story::begin(physics, fault, Moment::Now);
        story.desk.printer.strike(fault);
        story.desk.pass(SECOND * 8);
        let moved = story.desk.printer.moved_mm();
        assert_eq!(story.print(), End::NotPrinted(condition), "{}", story.what);
        assert_eq!(story.desk.printer.moved_mm(), moved, "{}: nothing was sent to it", story.what);
        story.recover(fault);
    }
}

/// The fault comes when the receipt lies in the tray.
fn comes_after(fault: Fault) {
    for physics in printers() {
        let mut story = Story::begin(physics, fault, Moment::Now);
        assert_eq!(story.print(), End::Printed);
        story.desk.printer.strike(fault);
        story.desk.pass(SECOND * 8);
        story.recover(fault);
    }
}

const OUT: End = End::NotPrinted(Condition::PaperOut);
const OPEN: End = End::NotPrinted(Condition::CoverOpen);

#[test]
fn paper_that_was_out_before_takes_no_receipt() {
    was_there(Fault::PaperOut, Condition::PaperOut);
}

#[test]
fn paper_that_ends_while_the_bytes_leave_ends_the_receipt() {
    strikes(Fault::PaperOut, &BYTES_LEAVE, &[OUT]);
}

#[test]
fn paper_that_ends_while_it_moves_ends_the_receipt() {
    strikes(Fault::PaperOut, &PAPER_MOVES, &[OUT]);
}

#[test]
fn paper_that_ends_at_the_cut_ends_the_receipt() {
    strikes(Fault::PaperOut, &AT_THE_CUT, &[OUT]);
}

#[test]
fn paper_that_ends_after_the_receipt_takes_nothing_back() {
    comes_after(Fault::PaperOut);
}

#[test]
fn a_cover_that_was_open_before_takes_no_receipt() {
    was_there(Fault::CoverOpen, Condition::CoverOpen);
}

#[test]
fn a_cover_opened_while_the_bytes_leave_ends_the_receipt() {
    strikes(Fault::CoverOpen, &BYTES_LEAVE, &[OPEN]);
}

#[test]
fn a_cover_opened_while_the_paper_moves_ends_the_receipt() {
    strikes(Fault::CoverOpen, &PAPER_MOVES, &[OPEN]);
}

#[test]
fn a_cover_opened_at_the_cut_ends_the_receipt() {
    strikes(Fault::CoverOpen, &AT_THE_CUT, &[OPEN]);
}

#[test]
fn a_cover_opened_after_the_receipt_takes_nothing_back() {
    comes_after(Fault::CoverOpen);
}

#[test]
fn a_cover_opened_and_closed_between_two_questions_ends_the_receipt_that_was_cleared() {
    let moments = [&BYTES_LEAVE[..4], &PAPER_MOVES[..3]].concat();
    strikes_for(Fault::CoverOpen, Duration::from_millis(60), &moments, &[OPEN]);
}

#[test]
fn a_cover_whose_opening_nobody_told_of_leaves_the_receipt_whole() {
    for physics in printers() {
        let mut story =
            Story::begin(Physics { knows_automatic_status: false, ..physics }, Fault::CoverOpen, Moment::Now);
        // Right after a question was answered; closed before the next one.
        let plan = Plan::new(Fault::CoverOpen, Moment::Millimetre(30)).lasting(Duration::from_millis(60));
        story.desk.printer.plan(plan);
        let end = story.print();
        // Should a question have met it after all, it was cleared.
        assert!([End::Printed, OPEN].contains(&end), "{}: {end:?}", story.what);
        story.recover(Fault::CoverOpen);
    }
}

#[test]
fn a_printer_that_forgets_when_it_is_opened_never_confirms_what_it_forgot() {
    for physics in printers().into_iter().filter(|physics| physics.baud != Some(9_600)) {
        for at in PAPER_MOVES[1..3].iter().copied() {
            let forgetful =
                Physics { knows_automatic_status: false, forgets_when_opened: true, ..physics.clone() };
            let mut story = Story::begin(forgetful, Fault::CoverOpen, at);
            story.desk.printer.plan(Plan::new(Fault::CoverOpen, at).lasting(Duration::from_millis(60)));
            let end = story.print();
            assert!([End::Unknown, OPEN].contains(&end), "{}: {end:?}", story.what);
            story.recover(Fault::CoverOpen);
        }
    }
}

#[test]
fn a_printer_without_power_takes_no_receipt() {
    was_there(Fault::PowerCut, Condition::Offline);
}

#[test]
fn power_cut_while_the_bytes_leave_leaves_the_receipt_unknown() {
    strikes(Fault::PowerCut, &BYTES_LEAVE, &[End::Unknown]);
}

#[test]
fn power_cut_while_the_paper_moves_leaves_the_receipt_unknown() {
    strikes(Fault::PowerCut, &PAPER_MOVES, &[End::Unknown]);
}

#[test]
fn power_cut_at_the_cut_leaves_the_receipt_unknown() {
    strikes(Fault::PowerCut, &AT_THE_CUT, &[End::Unknown]);
}

#[test]
fn power_cut_after_the_receipt_takes_nothing_back() {
    comes_after(Fault::PowerCut);
}

#[test]
fn power_that_was_away_for_a_moment_never_makes_half_a_receipt_a_whole_one() {
    for away in [1, 20, 300, 1_000, 4_000] {
        let moments = [&BYTES_LEAVE[..], &PAPER_MOVES, &AT_THE_CUT].concat();
        strikes_for(Fault::PowerCut, Duration::from_millis(away), &moments, &[End::Unknown]);
    }
}

#[test]
fn a_cable_that_was_out_before_takes_no_receipt() {
    was_there(Fault::HangUp, Condition::Offline);
}

#[test]
fn a_cable_pulled_while_the_bytes_leave_leaves_the_receipt_unknown() {
    strikes(Fault::HangUp, &BYTES_LEAVE, &[End::Unknown]);
}

#[test]
fn a_cable_pulled_while_the_paper_moves_leaves_the_receipt_unknown() {
    strikes(Fault::HangUp, &PAPER_MOVES, &[End::Unknown]);
}

#[test]
fn a_cable_pulled_at_the_cut_leaves_the_receipt_unknown() {
    strikes(Fault::HangUp, &AT_THE_CUT, &[End::Unknown]);
}

#[test]
fn a_cable_pulled_after_the_receipt_takes_nothing_back() {
    comes_after(Fault::HangUp);
}

#[test]
fn a_cable_put_in_again_at_once_leaves_the_receipt_unknown_too() {
    let moments = [&BYTES_LEAVE[..], &PAPER_MOVES, &AT_THE_CUT].concat();
    strikes_for(Fault::HangUp, Duration::from_millis(300), &moments, &[End::Unknown]);
}

#[test]
fn a_cable_pulled_while_a_receipt_is_being_cleared_leaves_it_unknown() {
    for physics in printers() {
        let mut story = Story::begin(
            Physics { answers_after: (SECOND / 2, SECOND / 2), ..physics },
            Fault::CoverOpen,
            PAPER_MOVES[1],
        );
        story.desk.printer.plan(Plan::new(Fault::CoverOpen, PAPER_MOVES[1]));
        story.desk.print(NAME, LINES);
        while story.desk.conditions.last() != Some(&Condition::CoverOpen) {
            story.desk.step();
        }
        story.desk.pull();
        assert!(matches!(story.desk.until_the_job_ends(), PrinterEvent::Unknown(_)), "{}", story.what);
        story.desk.plug();
        story.recover(Fault::CoverOpen);
    }
}

#[test]
fn a_cutter_that_was_stuck_before_ends_the_receipt_at_its_cut() {
    strikes(Fault::CutterJam, &[Moment::Now], &[End::NotPrinted(Condition::CutterError)]);
}

#[test]
fn a_cutter_that_gets_stuck_at_the_cut_ends_the_receipt() {
    strikes(Fault::CutterJam, &AT_THE_CUT, &[End::NotPrinted(Condition::CutterError)]);
}

#[test]
fn a_cutter_that_gets_stuck_after_the_receipt_meets_the_next_one() {
    for physics in printers() {
        let mut story = Story::begin(physics, Fault::CutterJam, Moment::Now);
        assert_eq!(story.print(), End::Printed);
        story.desk.printer.strike(Fault::CutterJam);
        assert_eq!(story.print(), End::NotPrinted(Condition::CutterError));
        story.recover(Fault::CutterJam);
    }
}

#[test]
fn a_printer_that_was_silent_before_takes_no_receipt() {
    was_there(Fault::Silence, Condition::Offline);
}

#[test]
fn silence_while_the_bytes_leave_is_never_taken_for_a_yes() {
    strikes(Fault::Silence, &BYTES_LEAVE, &[End::Unknown]);
}

#[test]
fn silence_while_the_paper_moves_is_never_taken_for_a_yes() {
    strikes(Fault::Silence, &PAPER_MOVES, &[End::Unknown]);
}

#[test]
fn silence_at_the_cut_is_never_taken_for_a_yes() {
    strikes(Fault::Silence, &AT_THE_CUT, &[End::Unknown]);
}

#[test]
fn silence_after_the_receipt_takes_nothing_back() {
    comes_after(Fault::Silence);
}
