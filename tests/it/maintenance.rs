//! A technician at the pillar itself, with real devices on simulated lines, and with no line to the hub.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use zuil::maintenance::ServiceFiles;
use zuil::visit::{Intent, PanelMark, PanelView, Screen, View};
use zuil_wire::{ServiceCode, ServiceDeed, ServiceKey, ServiceOutcome};

use crate::town::{PATIENCE, Resident, Town};

/// How often is looked again.
const AGAIN: Duration = Duration::from_millis(50);

/// A pillar that has had its key and has no line any more, and a code that is good for two hours.
struct Errand {
    town: Town,
    code: String,
}

impl Errand {
    fn begins() -> Self {
        let town = Town::new();
        town.network.cut();
        let data = data(&town);
        std::fs::create_dir_all(&data).unwrap();
        let key = ServiceKey::of(3, &[7; ServiceKey::BYTES]).unwrap();
        ServiceFiles::of(&data).keep_key(&key).unwrap();
        let expires = Timestamp::now() + SignedDuration::from_hours(2);
        let code = ServiceCode::make(&key, expires, 41).to_string();
        Self { town, code }
    }

    /// A code that was never made.
    fn wrong_code(&self) -> String {
        let last = if self.code.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &self.code[..11])
    }

    /// What was noted so far, in its order.
    fn noted(&self) -> Vec<(ServiceDeed, ServiceOutcome, Option<u16>)> {
        let entries = ServiceFiles::of(&data(&self.town)).entries();
        entries.into_iter().map(|entry| (entry.deed, entry.outcome, entry.serial)).collect()
    }

    fn until_noted(&self, deeds: &[(ServiceDeed, ServiceOutcome, Option<u16>)]) {
        let until = Instant::now() + PATIENCE;
        while self.noted() != deeds {
            assert!(Instant::now() < until, "{:?} is noted", self.noted());
            std::thread::sleep(AGAIN);
        }
    }
}

fn data(town: &Town) -> PathBuf {
    town.folder().join("data")
}

fn page(view: &View) -> Option<&PanelView> {
    match &view.screen {
        Screen::Panel(panel) => Some(panel),
        _ => None,
    }
}

fn arrives(pillar: &mut Resident) {
    pillar.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    let until = Instant::now() + PATIENCE;
    // A receipt of the visit before may still be printing.
    while pillar.sees_within(AGAIN, |view| page(view).is_some()).is_none() {
        assert!(Instant::now() < until, "nobody lets a technician in");
        pillar.does(Intent::Technician);
    }
}

fn types(pillar: &mut Resident, code: &str) {
    for c in code.chars() {
        pillar.does(Intent::Type(c));
    }
    pillar.does(Intent::Next);
}

fn gets_in(pillar: &mut Resident, code: &str) {
    arrives(pillar);
    types(pillar, code);
    pillar.waits_for("the menu", |view| page(view).is_some_and(|page| !page.choices.is_empty()));
}

fn touches(pillar: &mut Resident, label: &str) {
    let place = |view: &View| page(view)?.choices.iter().position(|choice| choice.label == label);
    let view = pillar.waits_for(label, |view| place(view).is_some());
    pillar.does(Intent::Pick(place(&view).unwrap()));
}

fn trouble(view: &View) -> &str {
    page(view).and_then(|page| page.entry.as_ref()).map_or("", |entry| entry.trouble.as_str())
}

#[test]
fn a_technician_without_a_line_gets_in_and_changes_the_roll() {
    let errand = Errand::begins();
    let mut pillar = errand.town.resident();
    gets_in(&mut pillar, &errand.code);
    touches(&mut pillar, "Nieuwe papierrol");
    touches(&mut pillar, "Er zit een nieuwe rol in");
    pillar.waits_for("the counters", |view| page(view).is_some_and(|page| page.rows.len() > 3));
    pillar.does(Intent::Stop);
    pillar.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
    errand.until_noted(&[
        (ServiceDeed::Opened, ServiceOutcome::Done, Some(41)),
        (ServiceDeed::ChangedRoll, ServiceOutcome::Done, Some(41)),
        (ServiceDeed::Closed, ServiceOutcome::Done, Some(41)),
    ]);
    pillar.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
}

#[test]
fn nobody_gets_in_by_guessing() {
    let errand = Errand::begins();
    let wrong = errand.wrong_code();
    let mut pillar = errand.town.resident();
    arrives(&mut pillar);
    let mut said = Vec::new();
    for _ in 0..5 {
        types(&mut pillar, &wrong);
        let view = pillar.waits_for("what is wrong", |view| !trouble(view).is_empty());
        said.push(trouble(&view).to_owned());
        pillar.does(Intent::Type('0'));
        pillar.waits_for("the next try", |view| trouble(view).is_empty());
        pillar.does(Intent::Erase);
    }
    assert!(said[..4].iter().all(|text| *text == said[0]) && said[4].contains("15"), "{said:?}");
    types(&mut pillar, &errand.code);
    let view = pillar.waits_for("the pause", |view| !trouble(view).is_empty());
    assert!(trouble(&view).contains("15"), "the right one does not open it now: {:?}", trouble(&view));
    drop(pillar);
    let mut pillar = errand.town.resident();
    arrives(&mut pillar);
    types(&mut pillar, &errand.code);
    let view = pillar.waits_for("the pause", |view| !trouble(view).is_empty());
    assert!(page(&view).unwrap().choices.is_empty(), "nor after a restart");
}

#[test]
fn a_resident_is_never_interrupted() {
    let errand = Errand::begins();
    let mut pillar = errand.town.resident();
    pillar.comes_to("call-back", "the review", |screen| matches!(screen, Screen::Review { .. }));
    pillar.does(Intent::Technician);
    types(&mut pillar, &errand.code);
    let view = pillar.waits_for("going on", |view| !matches!(view.screen, Screen::Review { .. }));
    assert!(page(&view).is_none(), "{:?}", view.screen);
    assert_eq!(errand.noted(), []);
}

#[test]
fn printer_terminal_and_reader_are_tried_on_their_real_lines_and_nothing_is_charged() {
    let errand = Errand::begins();
    let mut pillar = errand.town.resident();
    pillar.waits_for("printer and terminal", |view| {
        matches!(view.screen, Screen::Attract { no_card: false, no_printer: false, .. })
    });
    gets_in(&mut pillar, &errand.code);
    touches(&mut pillar, "De apparaten proberen");
    for device in ["Bonprinter", "Pinautomaat"] {
        touches(&mut pillar, device);
        pillar.waits_for(device, |view| {
            page(view).is_some_and(|page| page.rows.first().is_some_and(|row| row.mark != PanelMark::Busy))
        });
        let marks: Vec<PanelMark> = page(pillar.sees()).unwrap().rows.iter().map(|row| row.mark).collect();
        assert_eq!(marks, [PanelMark::Good], "{device}");
        pillar.does(Intent::Back);
    }
    let receipts = errand.town.printer.take_receipts();
    assert!(receipts.iter().any(|piece| piece.text.contains("Testafdruk")));
}

#[test]
fn a_pillar_that_is_enrolled_anew_keeps_what_waits_and_forgets_its_binding() {
    let errand = Errand::begins();
    let mut pillar = errand.town.resident();
    pillar.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    pillar.does(Intent::Stop);
    pillar.waits_for("the goodbye", |view| matches!(view.screen, Screen::Goodbye));
    pillar.does(Intent::Next);
    gets_in(&mut pillar, &errand.code);
    touches(&mut pillar, "Deze zuil opnieuw aanmelden");
    let view = pillar.waits_for("what waits", |view| page(view).is_some_and(|page| !page.rows.is_empty()));
    assert_eq!(page(&view).unwrap().rows[0].value, "1");
    touches(&mut pillar, "De koppeling wegnemen");
    pillar.is_told_to_start_anew();
    drop(pillar);
    assert!(!errand.town.folder().join("binding.json").exists());
    let outbox = zuil::outbox::SqliteOutbox::open(&data(&errand.town).join("outbox.sqlite")).unwrap();
    assert_eq!(zuil::outbox::Outbox::counts(&outbox).unwrap().saved, 1);
    let noted = errand.noted();
    assert!(noted.contains(&(ServiceDeed::ReEnrolled, ServiceOutcome::Begun, Some(41))), "{noted:?}");
}
