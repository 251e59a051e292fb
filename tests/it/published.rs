//! The municipality publishes a catalogue: a pillar fetches it over a real line from a real hub and turns to it
//! between two visits; and whatever else comes over that line, it goes on with what it has.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use zuil::demo::stage::PILLAR;
use zuil::visit::{Intent, Screen};
use zuil_hub::authority::Authority;
use zuil_hub::catalogues::{Outcome, publish};
use zuil_wire::catalogue::{CatalogueKey, Draft, Verified, manifest_of, pack};
use zuil_wire::{CatalogueKeyNotice, HealthReport};

use crate::town::{PATIENCE, Resident, Town, catalogue};

/// A free task.
const TASK: &str = "call-back";
/// Less paper than the near-end sensor stands for, and more than a receipt.
const NEARLY_EMPTY_MM: u32 = 1_500;

#[test]
fn a_pillar_turns_to_what_was_published_between_two_visits_and_keeps_it_over_a_restart() {
    let town = Town::new();
    let mut resident = town.resident();
    let before = runs(&town, "any version", |_| true);
    resident.comes_to(TASK, "a question", |screen| matches!(screen, Screen::Question(_)));
    publishes(&town, "made-up-2");
    // Something happens of which the pillar tells at once; the answer says that there is a newer catalogue.
    town.printer.set_paper_mm(NEARLY_EMPTY_MM);
    until("it is kept at the pillar", || current(&town).exists());
    does_an_errand(&mut resident);
    runs(&town, "the newer catalogue", |version| version == "made-up-2");
    does_an_errand(&mut resident);
    drop(resident);

    town.network.cut();
    let mut resident = town.resident();
    does_an_errand(&mut resident);
    town.network.mend();
    town.wait_until_empty();
    let versions: Vec<String> =
        town.at_the_hub().iter().map(|it| town.opened(it).catalogue_version.clone()).collect();
    assert_eq!(versions, [before.as_str(), "made-up-2", "made-up-2"], "the visit that went on kept its own");
}

#[test]
fn what_has_mistakes_or_an_older_key_or_is_older_is_refused_and_the_pillar_goes_on() {
    let town = Town::new();
    publishes(&town, "made-up-1");
    let good = publishes(&town, "made-up-2");
    let resident = town.resident();
    runs(&town, "the published catalogue", |version| version == "made-up-2");
    drop(resident);

    // A hub whose check knew less, one with a key from a backup, and one that is wholly put back from it.
    let ahead = u64::try_from(Timestamp::now().as_second()).unwrap() + 1_000_000;
    let kept = town.folder().join("hub/catalogues");
    let hands_out = |serial, made_at, lacks: &str| {
        fs::write(kept.join(format!("{serial}.bundle")), signed(&town, &good, serial, made_at, lacks))
            .unwrap();
    };
    let put_back = || {
        for serial in [serial_of(&good), ahead, ahead + 1] {
            fs::remove_file(kept.join(format!("{serial}.bundle"))).unwrap();
        }
    };
    let bad: [(&dyn Fn(), &str); 3] = [
        (
            &|| hands_out(ahead, Timestamp::now(), "tasks/call-back.toml"),
            "there is no file tasks/call-back.toml",
        ),
        (&|| hands_out(ahead + 1, Timestamp::UNIX_EPOCH, ""), "is signed with a key made at 1970"),
        (&put_back, "is lower than"),
    ];
    let mut paper = [NEARLY_EMPTY_MM, 10 * NEARLY_EMPTY_MM].into_iter().cycle();
    for (happens, why) in bad {
        happens();
        let mut resident = town.resident();
        does_an_errand(&mut resident);
        town.wait_until_empty();
        let last = town.at_the_hub().pop().unwrap();
        assert_eq!(town.opened(&last).catalogue_version, "made-up-2");
        until("staff can read why it was refused", || {
            // The pillar tells when something happens, or with its next heartbeat.
            town.printer.set_paper_mm(paper.next().unwrap());
            std::thread::sleep(Duration::from_millis(500));
            let told = report(&town).and_then(|report| report.catalogue_refused);
            told.is_some_and(|told| told.contains(why))
        });
        assert_eq!(fs::read(current(&town)).unwrap(), good);
        town.printer.new_roll();
    }
    assert_eq!(town.at_the_hub().len(), 3, "uploads went on");
    publishes(&town, "made-up-3");
    let _resident = town.resident();
    runs(&town, "the next good one", |version| version == "made-up-3");
}

#[test]
fn a_pillar_whose_current_catalogue_broke_on_its_disk_begins_with_the_one_before_and_fetches_it_again() {
    let town = Town::new();
    for version in ["made-up-1", "made-up-2"] {
        publishes(&town, version);
        let _resident = town.resident();
        runs(&town, "what was published", |runs| runs == version);
    }
    let whole = fs::read(current(&town)).unwrap();
    fs::write(current(&town), &whole[..whole.len() / 2]).unwrap();
    town.network.cut();
    let mut resident = town.resident();
    does_an_errand(&mut resident);
    town.network.mend();
    town.wait_until_empty();
    assert_eq!(town.opened(&town.at_the_hub()[0]).catalogue_version, "made-up-1");
    until("the broken one was replaced", || fs::read(current(&town)).is_ok_and(|kept| kept == whole));
}

#[test]
fn a_fetch_that_is_cut_off_in_the_middle_is_begun_again_and_an_upload_does_not_wait_for_it() {
    let town = Town::with_settings(|settings| settings + "[sync]\nmax_kilobits = 256\n");
    let bundle = publishes(&town, "made-up-2").len() as u64;
    let before = town.network.brought();
    let mut resident = town.resident();
    until("a third of it came", || town.network.brought() - before > bundle / 3);
    assert!(town.network.brought() - before < bundle, "it comes no faster than the line is to be used");
    town.network.cut();
    does_an_errand(&mut resident);
    assert!(!current(&town).exists());
    town.network.mend();
    town.wait_until_empty();
    runs(&town, "what was published", |version| version == "made-up-2");
    assert_eq!(town.at_the_hub().len(), 1);
}

/// The editor publishes the example under this version; the file as pillars get it.
fn publishes(town: &Town, version: &str) -> Vec<u8> {
    published_by(&town.folder().join("hub"), version)
}

fn published_by(hub: &Path, version: &str) -> Vec<u8> {
    let editor = tempfile::tempdir().unwrap();
    copy(&catalogue(), editor.path());
    let file = editor.path().join("municipality.toml");
    let text = fs::read_to_string(&file).unwrap();
    let lines = text.lines().map(|line| match line.starts_with("version = ") {
        true => format!("version = \"{version}\"\n"),
        false => format!("{line}\n"),
    });
    fs::write(&file, lines.collect::<String>()).unwrap();
    match publish(hub, editor.path(), Timestamp::now()).unwrap().outcome {
        Outcome::Published(published) => published.bundle.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// What `good` has without a file, signed by the hub of the town under another serial, with a key that was made then.
fn signed(town: &Town, good: &[u8], serial: u64, made_at: Timestamp, lacks: &str) -> Vec<u8> {
    let authority = Authority::open_or_make(&town.folder().join("hub"), Timestamp::now()).unwrap();
    let verified = Verified::open(good, authority.pem()).unwrap();
    let mut files = verified.files().unwrap();
    files.retain(|file| file.name != lacks);
    let key = CatalogueKey::from_base64(&CatalogueKey::generate().unwrap()).unwrap();
    let notice = CatalogueKeyNotice::vouched_for(&key, made_at, |bytes| authority.sign(bytes)).unwrap();
    let draft = Draft {
        municipality: "Voorbeeldhuizen".to_owned(),
        serial,
        version: "made-up-9".to_owned(),
        published_at: Timestamp::now(),
        files,
    };
    pack(draft, &key, &notice).unwrap()
}

fn serial_of(bundle: &[u8]) -> u64 {
    manifest_of(bundle).unwrap().serial
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Waits until the pillar reports a version that fits; that version.
fn runs(town: &Town, what: &str, fits: impl Fn(&str) -> bool) -> String {
    let reported = || report(town).map(|report| report.catalogue);
    until(what, || reported().is_some_and(|version| fits(&version)));
    reported().unwrap()
}

/// What the hub heard last of the pillar.
fn report(town: &Town) -> Option<HealthReport> {
    let reports = town.store().reports().unwrap();
    reports.into_iter().find(|reported| reported.pillar == PILLAR).map(|reported| reported.report)
}

fn current(town: &Town) -> PathBuf {
    town.folder().join("data/catalogue/current.bundle")
}

/// From wherever they are to the first screen again.
fn does_an_errand(resident: &mut Resident) {
    resident.goes_on(TASK, "the end of the errand", |screen| matches!(screen, Screen::Goodbye));
    resident.does(Intent::Next);
    resident.waits_for("the first screen", |view| matches!(view.screen, Screen::Attract { .. }));
}

fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < patience, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
