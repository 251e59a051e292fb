//! Trying the devices.

use crate::visit::{PanelMark, PanelRow, ReaderKind, WhyNotPrinted};

use super::*;

fn trying(device: &str) -> Technician {
    let mut technician = Technician::gets_in();
    technician.touches("Try the devices").touches(device);
    technician
}

fn mark(technician: &Technician) -> PanelMark {
    technician.sees().rows[0].mark
}

#[test]
fn a_test_receipt_is_printed_once_and_what_became_of_it_is_told_and_noted() {
    for (found, works) in [
        (Some(Ok(())), true),
        (Some(Err(WhyNotPrinted::PaperOut)), false),
        (Some(Err(WhyNotPrinted::Cutter)), false),
        (None, false),
    ] {
        let mut technician = trying("Receipt printer");
        assert_eq!(technician.wants(), [Deed::PrintTest]);
        assert_eq!(mark(&technician), PanelMark::Busy);
        technician.hears(Event::Found(Found::Held(ReaderKind::Pass, true)));
        assert_eq!(technician.wants(), [], "that was not asked for");
        technician.hears(Event::Found(Found::Printed(found)));
        let outcome = if works { ServiceOutcome::Done } else { ServiceOutcome::Failed };
        assert_eq!(technician.wants(), [Deed::Note(ServiceDeed::TestedPrinter, outcome)]);
        assert_eq!(mark(&technician), if works { PanelMark::Good } else { PanelMark::Bad });
        technician.hears(Event::Found(Found::Printed(found)));
        assert_eq!(technician.wants(), [], "it is noted once");
    }
}

#[test]
fn the_terminal_looks_at_itself_and_its_code_is_told() {
    let mut technician = trying("Card terminal");
    assert_eq!(technician.wants(), [Deed::Diagnose]);
    technician.hears(Event::Found(Found::Diagnosed(Diagnosis::Failed(0x6C))));
    assert_eq!(technician.notes(), [(ServiceDeed::TestedTerminal, ServiceOutcome::Failed)]);
    assert!(technician.sees().texts[0].contains("6C"), "{:?}", technician.sees().texts);
}

#[test]
fn a_reader_listens_until_something_was_held_against_it_and_no_longer() {
    let mut technician = trying("Reader of waste passes");
    assert_eq!(technician.wants(), [Deed::Listen(ReaderKind::Pass)]);
    technician.hears(Event::Found(Found::Held(ReaderKind::Document, true)));
    assert_eq!(mark(&technician), PanelMark::Busy, "that was the other one");
    technician.hears(Event::Found(Found::Held(ReaderKind::Pass, true)));
    let noted = Deed::Note(ServiceDeed::TestedReader, ServiceOutcome::Done);
    assert_eq!(technician.wants(), [noted, Deed::Ignore]);

    let mut technician = trying("Reader of identity documents");
    technician.wants();
    technician.does(Intent::Back).is_on("Try the devices");
    let left = Deed::Note(ServiceDeed::TestedReader, ServiceOutcome::Begun);
    assert_eq!(technician.wants(), [Deed::Ignore, left]);
}

#[test]
fn a_device_that_says_nothing_is_told_to_be_silent() {
    let mut technician = trying("Reader of waste passes");
    for _ in 0..89 {
        technician.waits(Duration::from_secs(1));
    }
    assert_eq!(mark(&technician), PanelMark::Busy);
    technician.wants();
    technician.waits(Duration::from_secs(1));
    assert_eq!(mark(&technician), PanelMark::Bad);
    let wanted = technician.wants();
    assert!(wanted.contains(&Deed::Ignore), "{wanted:?}");
    assert!(wanted.contains(&Deed::Note(ServiceDeed::TestedReader, ServiceOutcome::Failed)), "{wanted:?}");
}

#[test]
fn a_sentence_is_spoken_until_the_technician_says_whether_it_was_heard() {
    for (answer, outcome) in [("Yes", ServiceOutcome::Done), ("No", ServiceOutcome::Failed)] {
        let mut technician = Technician::gets_in();
        assert!(!technician.view().frame.speech);
        technician.touches("Try the devices").touches("Sound");
        assert!(technician.view().frame.speech, "whatever is shown is spoken");
        technician.waits(Duration::from_secs(100));
        technician.wants();
        technician.touches(answer);
        assert!(!technician.view().frame.speech);
        assert_eq!(technician.notes(), [(ServiceDeed::TestedSound, outcome)]);
    }
}

#[test]
fn all_nine_places_are_touched_in_any_order_before_touch_is_called_well() {
    let mut technician = trying("Touch screen");
    for place in [8, 0, 4, 2, 2, 6, 1, 3, 5] {
        technician.does(Intent::Pick(place));
    }
    assert_eq!(technician.notes(), [], "one place was not touched yet");
    let choices = technician.sees().choices;
    let left: Vec<bool> = choices.iter().map(|choice| choice.enabled).collect();
    assert_eq!(left, [false, false, false, false, false, false, false, true, false]);
    technician.does(Intent::Pick(9)).does(Intent::Pick(7));
    assert_eq!(technician.notes(), [(ServiceDeed::TestedTouch, ServiceOutcome::Done)]);
    assert_eq!(mark(&technician), PanelMark::Good);
}

#[test]
fn everything_is_looked_at_in_the_language_of_the_screen_and_told_as_it_was_found() {
    let mut technician = trying("Look at everything");
    assert_eq!(technician.wants(), [Deed::Examine(Language::En)]);
    let found = vec![PanelRow { label: "Outbox".into(), value: "it is whole".into(), mark: PanelMark::Good }];
    technician.hears(Event::Examined(found.clone()));
    assert_eq!(technician.sees().rows, found);
    assert_eq!(technician.notes(), [(ServiceDeed::CheckedDevices, ServiceOutcome::Done)]);
}
