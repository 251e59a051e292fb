//! No card number, ever: not in a log, not in a database, not in a file, not on paper, at the pillar or
//! at the hub, whatever the terminal sends.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;
use zuil::devices::terminal::simulator::{FULL_CARD_NUMBER, PowerCut, card_numbers};
use zuil::visit::{PayStage, Screen};

use crate::town::Town;

/// Everything that anything in this process logs, at every level.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        Self
    }
}

/// Listens to all logs from now on, once.
fn listen_to_all_logs() {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let all = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(Log)
            .finish();
        tracing::subscriber::set_global_default(all).unwrap();
    });
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path {
            // A pseudo-terminal's link is no file.
            path if path.is_symlink() => vec![],
            path if path.is_dir() => files(&path),
            path => vec![path],
        })
        .collect()
}

#[track_caller]
fn holds_none(what: &str, bytes: &[u8]) {
    assert_eq!(card_numbers::find(bytes), [], "{what} holds a card number");
    assert_eq!(card_numbers::find_known(bytes, FULL_CARD_NUMBER), [], "{what} holds the card number");
}

#[test]
fn full_card_numbers_from_the_terminal_are_in_no_log_no_database_no_file_and_on_no_paper() {
    listen_to_all_logs();
    let town = Town::new();
    let recordings = town.folder().join("recordings");
    fs::create_dir(&recordings).unwrap();
    let settings = fs::read_to_string(town.config()).unwrap();
    let recorder = format!(
        "[recorder]\nfolder = \"{}\"\ndevices = [\"printer\", \"terminal\"]\nuntil = \"2999-12-31\"\n",
        recordings.display()
    );
    fs::write(town.config(), settings + &recorder).unwrap();
    town.terminal.set_full_card_number(true);

    let mut resident = town.resident();
    town.terminal.refuse_card_with(5);
    resident.goes_on("bulky-waste", "a refusal", |screen| {
        matches!(screen, Screen::Pay { stage: PayStage::NotPaid(_), .. })
    });
    resident.does(zuil::visit::Intent::Stop);
    resident.does(zuil::visit::Intent::ConfirmStop);
    town.terminal.set_auto(Some(Duration::ZERO));
    resident.goes_on(
        "bulky-waste",
        "a paid receipt",
        |screen| matches!(screen, Screen::Receipt(receipt) if receipt.paper.is_some()),
    );
    resident.does(zuil::visit::Intent::Stop);
    resident.waits_for("the goodbye", |view| matches!(view.screen, Screen::Goodbye));
    resident.does(zuil::visit::Intent::Next);
    town.terminal.cut_power_at(PowerCut::AfterStatusInformation);
    resident
        .goes_on("bulky-waste", "an unknown payment", |screen| matches!(screen, Screen::PaymentUnknown(_)));
    town.terminal.restore_power();
    resident.waits_for("a settled payment", |view| matches!(view.screen, Screen::Receipt(_)));
    town.wait_until_empty();
    drop(resident);

    // The terminal really sent them: they are in what was recorded for the municipality alone.
    let opened: String = fs::read_dir(&recordings)
        .unwrap()
        .map(|file| zuil_hub::recordings::open(&town.folder().join("hub"), &file.unwrap().path()).unwrap())
        .map(|text| text.to_string())
        .collect();
    let hex: String = opened
        .lines()
        .filter(|line| line.contains(" in "))
        .flat_map(|line| line.split(' ').skip(2))
        .collect();
    assert!(hex.contains(FULL_CARD_NUMBER), "the terminal sent no card number");

    let log = LOG.lock().unwrap().clone();
    assert!(log.windows(5).any(|word| word == b"TRACE"), "the log was not listened to at every level");
    holds_none("the log", &log);
    for piece in town.printer.take_receipts() {
        holds_none("a receipt", piece.text.as_bytes());
    }
    let files = files(town.folder());
    for name in ["outbox.sqlite", "hub.sqlite"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{name} is not among {files:?}");
    }
    for file in files {
        match fs::read(&file) {
            Ok(held) => holds_none(&file.display().to_string(), &held),
            // The town lives on: a file may go while one looks.
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{}", file.display()),
        }
    }
}
