//! A technician records the devices of a pillar while residents use it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use zuil::visit::{ReceiptOutcome, Screen};
use zuil_wire::recording::Recording;

use crate::town::Town;

/// A town whose pillar records printer and terminal until the end of a day.
fn recording(until: &str, make_folder: bool) -> Town {
    let town = Town::new();
    let folder = recordings(&town);
    if make_folder {
        fs::create_dir(&folder).unwrap();
    }
    let table = format!(
        "[recorder]\nfolder = \"{}\"\ndevices = [\"printer\", \"terminal\"]\nuntil = \"{until}\"\n",
        folder.display()
    );
    let settings = fs::read_to_string(town.config()).unwrap();
    fs::write(town.config(), settings + &table).unwrap();
    town
}

fn recordings(town: &Town) -> PathBuf {
    town.folder().join("recordings")
}

/// What was recorded, by the names of the files.
fn files(town: &Town) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(recordings(town)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Does a paid errand; tells its reference, as printed.
fn paid_errand(town: &Town) -> String {
    town.terminal.set_auto(Some(Duration::ZERO));
    town.terminal.set_full_card_number(true);
    let done = |screen: &Screen| matches!(screen, Screen::Receipt(receipt) if receipt.paper.is_some());
    let view = town.resident().goes_on("bulky-waste", "the receipt", done);
    let Screen::Receipt(receipt) = view.screen else { unreachable!() };
    assert_eq!(receipt.paper, Some(ReceiptOutcome::Printed));
    receipt.reference.groups()[0].to_string()
}

/// What one side said, as bytes and in hex.
fn said(text: &str, direction: &str) -> (Vec<u8>, String) {
    let lines = text.lines().filter(|line| line.contains(direction));
    let hex: String = lines.flat_map(|line| line.split_whitespace().skip(2)).collect();
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    (bytes.collect(), hex)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_paid_errand_is_recorded_and_nothing_of_it_is_on_the_disk_in_plain() {
    let town = recording("2999-12-31", true);
    let reference = paid_errand(&town);
    let files = files(&town);
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        let on_disk = fs::read(file).unwrap();
        let text = zuil_hub::recordings::open(&town.folder().join("hub"), file).unwrap();
        assert!(!contains(&on_disk, reference.as_bytes()));
        for direction in [" in ", " out "] {
            let (bytes, hex) = said(&text, direction);
            // A few bytes may stand anywhere by chance.
            assert!(
                !bytes.windows(8).any(|part| contains(&on_disk, part)),
                "{} holds plain bytes",
                file.display()
            );
            assert!(!contains(&on_disk, &hex.as_bytes()[..16]));
        }
    }
    let [printer, terminal] = &*files else { unreachable!() };
    let opened = |file| zuil_hub::recordings::open(&town.folder().join("hub"), file).unwrap();
    assert!(contains(&said(&opened(printer), " out ").0, reference.as_bytes()), "the receipt was recorded");
    assert!(contains(&said(&opened(terminal), " out ").0, &[0x06, 0x01, 0x0a]), "the payment was recorded");
}

#[test]
fn another_hub_cannot_open_a_recording_and_a_changed_one_does_not_open() {
    let (town, other) = (recording("2999-12-31", true), Town::new());
    drop(town.resident());
    let file = files(&town).remove(0);
    assert!(zuil_hub::recordings::open(&other.folder().join("hub"), &file).is_err());
    let text = fs::read_to_string(&file).unwrap();
    let device = Recording::header(&text).unwrap().device;
    fs::write(&file, text.replacen(&device, "elsewhere", 1)).unwrap();
    let error = zuil_hub::recordings::open(&town.folder().join("hub"), &file).unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn a_pillar_whose_folder_for_recordings_is_missing_serves_all_the_same() {
    let town = recording("2999-12-31", false);
    paid_errand(&town);
    assert!(!recordings(&town).exists());
}

#[test]
fn after_its_last_day_nothing_is_recorded() {
    let town = recording("2026-01-01", true);
    paid_errand(&town);
    assert!(files(&town).is_empty());
}
