//! A document or a pass is held against the pillar, well and badly, over real cables.

use std::path::Path;
use std::time::Duration;

use zuil::devices::reader::simulator::{BSN, Specimen};
use zuil::visit::{Control, HoldStage, Intent, ReviewAnswer, Screen, View};
use zuil_wire::AnswerLine;

use crate::bad_luck::without_table;
use crate::town::{Resident, Town};

const UID: [u8; 7] = [0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];
/// How long someone leaves a document on the reader before trying again.
const TRY: Duration = Duration::from_secs(1);

/// How far holding something is, whether it could not be read, and what the fields hold.
fn held(view: &View) -> Option<(HoldStage, bool, Vec<String>)> {
    let Screen::Question(question) = &view.screen else { return None };
    let Control::Hold { stage, unreadable, fields, .. } = &question.control else { return None };
    Some((*stage, *unreadable, fields.iter().map(|field| field.value.clone()).collect()))
}

fn is_at(view: &View, wanted: HoldStage) -> bool {
    held(view).is_some_and(|(stage, ..)| stage == wanted)
}

fn is_unreadable(view: &View) -> bool {
    held(view).is_some_and(|(_, unreadable, _)| unreadable)
}

fn is_to_hold(screen: &Screen) -> bool {
    matches!(screen, Screen::Question(question) if matches!(question.control, Control::Hold { .. }))
}

/// Does a task up to the question with something to hold.
fn comes_to_the_reader(town: &Town, task: &str) -> Resident {
    let mut resident = town.resident();
    resident.comes_to(task, "something to hold", is_to_hold);
    resident
}

/// Holds something against the pillar until the screen answers, as people do.
fn holds(resident: &mut Resident, what: &str, hold: impl Fn(), fits: impl Fn(&View) -> bool) -> View {
    for _ in 0..20 {
        hold();
        if let Some(view) = resident.sees_within(TRY, &fits) {
            return view;
        }
    }
    panic!("held {what} in vain")
}

/// Goes on to the end, and gives what the hub has of the question.
fn ends(town: &Town, resident: &mut Resident, task: &str, question: &str) -> Option<AnswerLine> {
    resident.does(Intent::Next);
    resident.waits_for("the next screen", |view| held(view).is_none());
    resident.goes_on(
        task,
        "the receipt",
        |screen| matches!(screen, Screen::Receipt(receipt) if receipt.paper.is_some()),
    );
    town.wait_until_empty();
    let stored = town.at_the_hub().pop().unwrap();
    town.opened(&stored).answers.iter().find(|line| line.question == question).cloned()
}

/// Whether some bytes stand in any file below a folder. The town lives on: a file may go while one looks.
fn is_in_a_file(folder: &Path, bytes: &[u8]) -> bool {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().any(|path| match std::fs::symlink_metadata(&path) {
        Ok(kind) if kind.is_dir() => is_in_a_file(&path, bytes),
        Ok(kind) if kind.is_file() => {
            std::fs::read(&path).is_ok_and(|held| held.windows(bytes.len()).any(|part| part == bytes))
        }
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", path.display());
            false
        }
    })
}

#[test]
fn a_passport_held_against_the_pillar_fills_in_number_and_expiry_and_nothing_else() {
    let town = Town::new();
    let mut resident = comes_to_the_reader(&town, "lost-document");
    let hold = || town.document_reader.hold_document(&Specimen::PASSPORT);
    let view = holds(&mut resident, "a passport", hold, |view| is_at(view, HoldStage::Read));
    let (_, _, fields) = held(&view).unwrap();
    assert_eq!(fields, ["SPECI2014", "09-03-2031"]);
    let line = ends(&town, &mut resident, "lost-document", "document").unwrap();
    assert_eq!(line.value, "passport SPECI2014 2031-03-09");
    let paper = town.printer.take_receipts().pop().unwrap().text;
    assert!(paper.contains("SPECI2014"), "{paper}");
    assert!(!paper.contains(BSN) && !paper.contains("VOORBEELD,"), "{paper}");
    assert!(!town.at_the_hub().iter().any(|stored| format!("{:?}", town.opened(stored)).contains(BSN)));
    assert!(!is_in_a_file(town.folder(), BSN.as_bytes()), "the BSN is in a file");
    assert!(is_in_a_file(town.folder(), b"[document_reader]"), "files are looked at");
}

#[test]
fn an_identity_card_held_crookedly_is_not_read_and_straight_it_is() {
    let town = Town::new();
    let mut resident = comes_to_the_reader(&town, "lost-document");
    let crooked = || town.document_reader.hold_crooked(&Specimen::IDENTITY_CARD);
    let view = holds(&mut resident, "a crooked card", crooked, is_unreadable);
    assert_eq!(held(&view).unwrap(), (HoldStage::Waiting, true, vec![String::new(); 2]));
    let half = || town.document_reader.hold_half(&Specimen::IDENTITY_CARD, 50);
    half();
    let straight = || town.document_reader.hold_document(&Specimen::IDENTITY_CARD);
    let view = holds(&mut resident, "a card", straight, |view| is_at(view, HoldStage::Read));
    assert_eq!(held(&view).unwrap(), (HoldStage::Read, false, vec!["SPECI2021".into(), "02-08-2029".into()]));
    let line = ends(&town, &mut resident, "lost-document", "document").unwrap();
    assert_eq!(line.display, "Identiteitskaart SPECI2021, geldig tot 2 augustus 2029");
}

#[test]
fn a_reader_pulled_amid_the_question_leaves_the_keyboard_and_what_was_read() {
    let town = Town::new();
    let mut resident = comes_to_the_reader(&town, "lost-document");
    resident.waits_for("the reader", |view| is_at(view, HoldStage::Waiting));
    town.document_reader.line().pull_cable();
    resident.waits_for("the keyboard", |view| is_at(view, HoldStage::Typing));
    town.document_reader.line().plug_cable().unwrap();
    resident.waits_for("the reader", |view| is_at(view, HoldStage::Waiting));
    let hold = || town.document_reader.hold_document(&Specimen::PASSPORT);
    holds(&mut resident, "a passport", hold, |view| is_at(view, HoldStage::Read));
    town.document_reader.line().pull_cable();
    let view = resident.waits_for("the keyboard", |view| is_at(view, HoldStage::Typing));
    assert_eq!(held(&view).unwrap().2, ["SPECI2014", "09-03-2031"]);
    let line = ends(&town, &mut resident, "lost-document", "document").unwrap();
    assert_eq!(line.value, "passport SPECI2014 2031-03-09");
}

#[test]
fn a_reader_that_loses_power_in_the_middle_of_a_scan_fills_in_nothing() {
    let town = Town::new();
    let mut resident = comes_to_the_reader(&town, "lost-document");
    resident.waits_for("the reader", |view| is_at(view, HoldStage::Waiting));
    town.document_reader.line().break_after(60);
    town.document_reader.hold_document(&Specimen::PASSPORT);
    let view = resident.waits_for("the keyboard", |view| is_at(view, HoldStage::Typing));
    assert_eq!(held(&view).unwrap().2, ["", ""]);
}

#[test]
fn garbage_without_end_leaves_the_keyboard_and_the_pillar_goes_on() {
    let town = Town::new();
    let mut resident = comes_to_the_reader(&town, "lost-document");
    resident.waits_for("the reader", |view| is_at(view, HoldStage::Waiting));
    town.document_reader.line().set_baud(115_200);
    let mut random = fastrand::Rng::with_seed(3);
    let garbage: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(5_000).collect();
    holds(&mut resident, "garbage", || town.document_reader.line().send(&garbage), is_unreadable);
    resident.does(Intent::TypeInstead);
    "SPECI2014".chars().for_each(|c| resident.does(Intent::Type(c)));
    resident.waits_for("what was typed", |view| {
        held(view).is_some_and(|(_, _, fields)| fields[0] == "SPECI2014")
    });
    let line = ends(&town, &mut resident, "lost-document", "document").unwrap();
    assert_eq!(line.value, "SPECI2014");
}

#[test]
fn a_passport_that_nobody_asked_for_leaves_no_trace() {
    let town = Town::new();
    let mut resident = town.resident();
    resident.comes_to("lost-document", "the first question", |screen| matches!(screen, Screen::Question(_)));
    town.document_reader.hold_document(&Specimen::PASSPORT);
    resident.comes_to("lost-document", "something to hold", is_to_hold);
    let view = resident.waits_for("the reader", |view| is_at(view, HoldStage::Waiting));
    assert_eq!(held(&view).unwrap().2, ["", ""]);
    let line = ends(&town, &mut resident, "lost-document", "document");
    assert_eq!(line, None, "it was skipped");
}

#[test]
fn a_waste_pass_held_against_the_pillar_goes_with_the_bulky_waste() {
    let town = Town::new();
    let mut resident = comes_to_the_reader(&town, "bulky-waste");
    // A card with a number that is not its own alone, such as a bank card, is no waste pass.
    let bank_card = || town.pass_reader.hold_pass(&[0x08, 0x11, 0x22, 0x33]);
    holds(&mut resident, "a bank card", bank_card, is_unreadable);
    let pass = || town.pass_reader.hold_pass(&UID);
    holds(&mut resident, "a pass", pass, |view| is_at(view, HoldStage::Read));
    town.terminal.set_auto(Some(Duration::ZERO));
    let line = ends(&town, &mut resident, "bulky-waste", "waste-pass").unwrap();
    assert_eq!(
        (line.value.as_str(), line.display.as_str()),
        ("uid 04A1B2C3D4E5F6", "04A1B2C3D4E5F6 (pas gelezen)")
    );
}

#[test]
fn a_pillar_without_readers_asks_for_the_numbers() {
    let town = Town::with_settings(|settings| {
        without_table(&without_table(&settings, "document_reader"), "pass_reader")
    });
    let mut resident = comes_to_the_reader(&town, "lost-document");
    let view = resident.waits_for("the keyboard", |view| is_at(view, HoldStage::Typing));
    assert!(matches!(&view.screen, Screen::Question(question) if question.optional));
    "SPECI2014".chars().for_each(|c| resident.does(Intent::Type(c)));
    resident.does(Intent::Next);
    resident.waits_for("the next question", |view| held(view).is_none());
    let is_review = |screen: &Screen| matches!(screen, Screen::Review { .. });
    let view = resident.comes_to("lost-document", "the review", is_review);
    let Screen::Review { lines, .. } = view.screen else { unreachable!() };
    let line = lines.iter().find(|line| line.answer == ReviewAnswer::Text("SPECI2014".into()));
    assert!(line.is_some_and(|line| line.masked), "{lines:?}");
}
