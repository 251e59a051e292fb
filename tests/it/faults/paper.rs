//! Paper, cover, cutter, cable and power of the printer, before, while and after a receipt prints.

use std::time::Duration;

use zuil::devices::printer::simulator::{Fault, Moment, Physics, Plan};
use zuil::visit::{ReceiptOutcome, Screen, WhyNotPrinted};

use super::{Errand, Left, PAPER_SPEED, times_named};

const PRINTED: ReceiptOutcome = ReceiptOutcome::Printed;
const PAPER_OUT: ReceiptOutcome = ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut);
const COVER_OPEN: ReceiptOutcome = ReceiptOutcome::NotPrinted(WhyNotPrinted::CoverOpen);
const CUTTER: ReceiptOutcome = ReceiptOutcome::NotPrinted(WhyNotPrinted::Cutter);
const OFFLINE: ReceiptOutcome = ReceiptOutcome::NotPrinted(WhyNotPrinted::Offline);

impl Errand {
    /// Waits until the first screen says that there are no receipts.
    fn is_told_of_no_receipts(&mut self) {
        self.resident
            .waits_for("no receipts", |view| matches!(view.screen, Screen::Attract { no_printer: true, .. }));
    }

    /// A fault before the errand: the first screen says so, the screen has the receipt, nothing is lost.
    fn has_its_receipt_on_the_screen(mut self, outcome: ReceiptOutcome) {
        self.is_told_of_no_receipts();
        let receipt = self.is_told_paid();
        assert_eq!(self.sees_outcome(outcome).reference, receipt.reference);
        assert_eq!(times_named(&self.paper(), &receipt), 0);
        assert_eq!(self.is_left(), Left::paid());
    }

    /// A fault amid the receipt that is mended while the resident stands there: printed anew, once.
    fn gets_it_anew_when(mut self, outcome: ReceiptOutcome, mended: impl FnOnce(&Self)) {
        let receipt =
            self.sees_paper("the fault", |receipt| receipt.paper == Some(outcome) && receipt.comes_later);
        mended(&self);
        self.sees_outcome(PRINTED);
        // What hung out came off before it.
        let pieces = self.pieces();
        let (anew, before) = pieces.split_last().unwrap();
        assert_eq!(times_named(anew, &receipt), 1, "{anew}");
        assert!(anew.contains("Bedankt"), "to its end:\n{anew}");
        assert!(before.len() <= 1, "printed anew once:\n{before:#?}");
        assert_eq!(self.is_left(), Left::paid());
    }

    /// A fault amid the receipt that is mended when the resident is gone: it never comes out.
    fn gives_nothing_to_the_next_when(mut self, outcome: ReceiptOutcome, mended: impl FnOnce(&Self)) {
        let receipt = self.sees_outcome(outcome);
        self.leaves();
        mended(&self);
        self.resident.waits_for("the printer", |view| {
            matches!(view.screen, Screen::Attract { no_printer: false, .. })
        });
        let next = self.gets_another_receipt();
        let pieces = self.pieces();
        let (of_the_next, before) = pieces.split_last().unwrap();
        assert_eq!((times_named(of_the_next, &receipt), times_named(of_the_next, &next)), (0, 1));
        // At most what hung out, torn, before anybody came; and where the printer's word was not heard,
        // the next one's own, of which the screen then said that it came anew.
        let ends = before.iter().filter(|piece| piece.contains("Bedankt")).collect::<Vec<_>>();
        assert!(before.len() - ends.len() <= 1, "{before:#?}");
        assert!(ends.iter().all(|piece| next.anew && times_named(piece, &next) == 1), "{before:#?}");
        assert_eq!(self.is_left().charged, 1);
    }
}

#[test]
fn paper_out_before_the_errand_is_said_and_the_screen_has_the_receipt() {
    let errand = Errand::begins();
    errand.town.printer.set_paper_mm(0);
    errand.has_its_receipt_on_the_screen(PAPER_OUT);
}

#[test]
fn paper_out_amid_the_receipt_is_printed_anew_when_the_roll_is_changed() {
    let mut errand = Errand::begins();
    errand.town.printer.set_paper_mm(60);
    errand.until_the_receipt_is_printing();
    errand.gets_it_anew_when(PAPER_OUT, |errand| errand.town.printer.new_roll());
}

#[test]
fn paper_out_amid_the_receipt_never_comes_out_for_the_next_one() {
    let mut errand = Errand::begins();
    errand.town.printer.set_paper_mm(60);
    errand.until_the_receipt_is_printing();
    errand.gives_nothing_to_the_next_when(PAPER_OUT, |errand| errand.town.printer.new_roll());
}

#[test]
fn a_roll_that_is_nearly_empty_still_prints() {
    let mut errand = Errand::begins();
    errand.town.printer.set_paper_mm(1_500);
    let receipt = errand.is_told_paid();
    errand.sees_outcome(PRINTED);
    assert_eq!(times_named(&errand.paper(), &receipt), 1);
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn an_open_cover_before_the_errand_is_said_and_the_screen_has_the_receipt() {
    let errand = Errand::begins();
    errand.town.printer.open_cover();
    errand.has_its_receipt_on_the_screen(COVER_OPEN);
}

#[test]
fn a_cover_opened_amid_the_receipt_is_printed_anew_when_it_is_closed() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::CoverOpen);
    errand.gets_it_anew_when(COVER_OPEN, |errand| errand.town.printer.close_cover());
}

#[test]
fn a_cover_opened_amid_the_receipt_never_comes_out_for_the_next_one() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::CoverOpen);
    errand.gives_nothing_to_the_next_when(COVER_OPEN, |errand| errand.town.printer.close_cover());
}

#[test]
fn a_stuck_cutter_amid_the_receipt_is_printed_anew_when_it_is_freed() {
    let mut errand = Errand::begins();
    errand.town.printer.jam_cutter();
    errand.until_the_receipt_is_printing();
    errand.gets_it_anew_when(CUTTER, |errand| errand.town.printer.free_cutter());
}

#[test]
fn a_stuck_cutter_never_gives_the_receipt_to_the_next_one() {
    let mut errand = Errand::begins();
    errand.town.printer.jam_cutter();
    errand.until_the_receipt_is_printing();
    let receipt = errand.sees_outcome(CUTTER);
    errand.leaves();
    errand.town.printer.free_cutter();
    errand
        .resident
        .waits_for("the printer", |view| matches!(view.screen, Screen::Attract { no_printer: false, .. }));
    // What hung out, printed but not cut, comes off before the next one's.
    let next = errand.gets_another_receipt();
    let pieces = errand.town.printer.take_receipts();
    let last = pieces.iter().rfind(|piece| times_named(&piece.text, &next) > 0).unwrap();
    assert_eq!(times_named(&last.text, &receipt), 0, "two receipts on one piece:\n{}", last.text);
}

#[test]
fn a_printer_cable_pulled_before_the_errand_is_said_and_the_screen_has_the_receipt() {
    let errand = Errand::begins();
    errand.town.printer.pull_cable();
    errand.has_its_receipt_on_the_screen(OFFLINE);
}

#[test]
fn a_printer_cable_pulled_amid_the_receipt_is_not_called_printed_and_printed_anew_when_it_is_back() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::HangUp);
    let receipt = errand.sees_outcome(ReceiptOutcome::Unknown);
    errand.town.printer.plug_cable().unwrap();
    errand.sees_outcome(PRINTED);
    let paper = errand.paper();
    // The printer had most of it when the cable went; the same resident may hold it twice.
    assert!((1..=2).contains(&times_named(&paper, &receipt)), "{paper}");
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_printer_cable_pulled_and_plugged_while_nobody_prints_is_forgotten() {
    let mut errand = Errand::begins();
    errand.town.printer.pull_cable();
    errand.is_told_of_no_receipts();
    errand.town.printer.plug_cable().unwrap();
    errand
        .resident
        .waits_for("the printer", |view| matches!(view.screen, Screen::Attract { no_printer: false, .. }));
    let receipt = errand.is_told_paid();
    errand.sees_outcome(PRINTED);
    assert_eq!(times_named(&errand.paper(), &receipt), 1);
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_printer_without_power_before_the_errand_is_said_and_the_screen_has_the_receipt() {
    let errand = Errand::begins();
    errand.town.printer.cut_power();
    errand.has_its_receipt_on_the_screen(OFFLINE);
}

#[test]
fn a_printer_whose_power_goes_amid_the_receipt_prints_it_anew_when_it_is_back() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::PowerCut);
    errand.gets_it_anew_when(ReceiptOutcome::Unknown, |errand| errand.town.printer.restore_power());
}

#[test]
fn a_printer_whose_power_goes_amid_the_receipt_gives_nothing_to_the_next_one() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::PowerCut);
    errand.gives_nothing_to_the_next_when(ReceiptOutcome::Unknown, |errand| {
        errand.town.printer.restore_power()
    });
}

#[test]
fn a_printer_that_loses_its_power_for_a_blink_amid_the_receipt_is_not_believed_to_have_printed() {
    let mut errand = Errand::begins();
    errand
        .town
        .printer
        .plan(Plan::new(Fault::PowerCut, Moment::Millimetre(60)).lasting(Duration::from_millis(1_200)));
    let receipt = errand.is_told_paid();
    let seen = errand.sees_paper("an end", |receipt| receipt.paper.is_some());
    let paper = errand.paper();
    if seen.paper == Some(PRINTED) {
        assert_eq!(times_named(&paper, &receipt), 1, "called printed:\n{paper}");
        assert!(paper.contains("Bedankt"), "called printed:\n{paper}");
    }
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_printer_that_says_nothing_any_more_is_never_believed_to_have_printed() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::Silence);
    errand.sees_outcome(ReceiptOutcome::Unknown);
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn garbage_from_the_printer_amid_the_receipt_is_no_confirmation() {
    let mut errand = Errand::begins();
    errand.town.printer.strike(Fault::Garbage);
    let receipt = errand.is_told_paid();
    let seen = errand.sees_paper("an end", |receipt| receipt.paper.is_some());
    let paper = errand.paper();
    if seen.paper == Some(PRINTED) {
        assert_eq!(times_named(&paper, &receipt), 1, "{paper}");
    }
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn half_an_answer_and_then_silence_is_no_confirmation() {
    let mut errand = Errand::begins();
    errand.prints_until(Fault::TornThenSilence);
    errand.sees_outcome(ReceiptOutcome::Unknown);
    assert_eq!(errand.is_left(), Left::paid());
}

#[test]
fn a_printer_that_answers_slowly_is_waited_for() {
    let mut errand = Errand::begins();
    errand.town.printer.set_physics(Physics {
        answers_after: (Duration::from_millis(300), Duration::from_millis(700)),
        mm_per_second: Some(PAPER_SPEED),
        ..Physics::default()
    });
    let receipt = errand.is_told_paid();
    errand.sees_outcome(PRINTED);
    assert_eq!(times_named(&errand.paper(), &receipt), 1);
    assert_eq!(errand.is_left(), Left::paid());
}
