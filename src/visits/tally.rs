//! How many visits and receipts there were at this pillar, for its technicians.
//!
//! Invariant: there are two sums and the day from which on they count, and nothing of a visit or of a time of day. They are
//! handed on while nobody is here, and a thread of their own writes them down without a sync: nobody waits for the disk,
//! and whatever goes wrong there costs counts and nothing else.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The file in the data folder.
const FILE: &str = "counted.json";
/// The one before it, for when a power cut tears the newest.
const BEFORE: &str = "counted-before.json";
/// One that is being written.
const DRAFT: &str = "counted.draft";

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Visits of residents.
    pub visits: u64,
    /// Receipts of theirs that are on paper.
    pub receipts: u64,
    /// The day of the first of them, by the pillar's clock; nothing before it.
    pub since: Option<Date>,
}

/// Counts, over restarts and updates of the program.
#[derive(Default)]
pub struct Tally {
    counts: Counts,
    /// There is something that was not handed on yet.
    is_new: bool,
    /// Takes what is to be written down; nobody does when `None`.
    keeper: Option<Sender<Counts>>,
}

impl Tally {
    /// Goes on where the counts of a data folder are. Files that are damaged count for nothing: it begins anew.
    #[must_use]
    pub fn kept_in(data_dir: &Path) -> Self {
        let (tally, keeps) = Self::with_keeper(data_dir);
        if let Err(error) = thread::Builder::new().name("tally".into()).spawn(keeps) {
            tracing::warn!(%error, "visits are counted until the program ends only");
        }
        tally
    }

    /// As [`Tally::kept_in`], with what writes them down until the tally is dropped.
    pub(crate) fn with_keeper(data_dir: &Path) -> (Self, impl FnOnce() + Send + 'static + use<>) {
        let (keeper, handed) = mpsc::channel();
        let folder = data_dir.to_owned();
        let tally = Self { counts: read(data_dir), is_new: false, keeper: Some(keeper) };
        (tally, move || keep(&folder, &handed))
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Somebody came.
    pub fn visit(&mut self, today: Date) {
        self.counts.visits = self.counts.visits.saturating_add(1);
        self.counted_on(today);
    }

    /// A receipt is on paper.
    pub fn receipt(&mut self, today: Date) {
        self.counts.receipts = self.counts.receipts.saturating_add(1);
        self.counted_on(today);
    }

    /// Nobody is here: what is new is written down. Returns at once.
    pub fn hand_on(&mut self) {
        if !std::mem::take(&mut self.is_new) {
            return;
        }
        if let Some(keeper) = &self.keeper {
            // Where there is no thread, they are counted until the program ends.
            let _ = keeper.send(self.counts);
        }
    }

    fn counted_on(&mut self, today: Date) {
        self.counts.since.get_or_insert(today);
        self.is_new = true;
    }
}

/// Writes down what is handed on, the newest of it, until nobody hands on anything more.
fn keep(folder: &Path, handed: &Receiver<Counts>) {
    while let Ok(counts) = handed.recv() {
        // The disk may have been slow.
        let newest = handed.try_iter().last().unwrap_or(counts);
        if let Err(error) = write(folder, newest) {
            tracing::warn!(%error, "how many visits there were cannot be written down; look at the data folder");
        }
    }
}

/// Whole or not at all, but for a power cut soon after it, which leaves the one before.
fn write(folder: &Path, counts: Counts) -> io::Result<()> {
    let (file, draft) = (folder.join(FILE), folder.join(DRAFT));
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    open.write_all(&serde_json::to_vec(&counts).map_err(io::Error::other)?)?;
    match fs::rename(&file, folder.join(BEFORE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(&draft, &file)
}

fn read(folder: &Path) -> Counts {
    for name in [FILE, BEFORE] {
        let text = match fs::read(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            text => text,
        };
        match text.and_then(|text| serde_json::from_slice(&text).map_err(io::Error::other)) {
            Ok(counts) => return counts,
            Err(error) => {
                tracing::warn!(%error, name, "how many visits there were before cannot be read here");
            }
        }
    }
    Counts::default()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use jiff::civil::date;

    use super::*;

    const MONDAY: Date = date(2026, 3, 2);
    const TUESDAY: Date = date(2026, 3, 3);

    fn counted(visits: u64, receipts: u64) -> Counts {
        Counts { visits, receipts, since: Some(MONDAY) }
    }

    /// A program that counts, from its start to its end. `lives` hears of the counts and does what residents do.
    fn runs(folder: &Path, lives: impl FnOnce(&mut Tally)) {
        let (mut tally, keeps) = Tally::with_keeper(folder);
        let keeper = thread::spawn(keeps);
        lives(&mut tally);
        drop(tally);
        keeper.join().unwrap();
    }

    #[test]
    fn what_was_counted_outlives_restarts_and_says_since_when() {
        let folder = tempfile::tempdir().unwrap();
        runs(folder.path(), |tally| {
            assert_eq!(tally.counts(), Counts::default());
            tally.visit(MONDAY);
            tally.receipt(MONDAY);
            tally.hand_on();
            tally.visit(MONDAY);
            tally.hand_on();
        });
        runs(folder.path(), |tally| {
            assert_eq!(tally.counts(), counted(2, 1));
            tally.visit(TUESDAY);
            tally.hand_on();
        });
        assert_eq!(Tally::kept_in(folder.path()).counts(), counted(3, 1));
    }

    #[test]
    fn nothing_is_written_down_while_somebody_is_here_or_when_nothing_is_new() {
        let folder = tempfile::tempdir().unwrap();
        runs(folder.path(), |tally| {
            tally.visit(MONDAY);
            tally.receipt(MONDAY);
        });
        runs(folder.path(), Tally::hand_on);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_disk_that_hangs_holds_nobody_up_and_has_the_newest_counts_when_it_is_well() {
        let folder = tempfile::tempdir().unwrap();
        // Who opens a pipe to write waits until somebody reads.
        let pipe = folder.path().join(DRAFT);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        runs(folder.path(), |tally| {
            for _ in 0..3 {
                tally.visit(MONDAY);
                tally.hand_on();
            }
            assert_eq!(tally.counts(), counted(3, 0));
            let first: Counts = serde_json::from_slice(&fs::read(&pipe).unwrap()).unwrap();
            assert!(first.visits >= 1);
            tally.receipt(MONDAY);
            tally.hand_on();
        });
        assert_eq!(read(folder.path()), counted(3, 1));
    }

    #[test]
    fn what_a_disk_did_not_take_is_written_down_with_what_comes_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let (mut tally, keeps) = Tally::with_keeper(folder.path());
        let keeper = thread::spawn(keeps);
        fs::create_dir(folder.path().join(DRAFT)).unwrap();
        tally.visit(MONDAY);
        tally.hand_on();
        // It is taken away as soon as the first was tried, or before.
        fs::remove_dir(folder.path().join(DRAFT)).unwrap();
        tally.visit(MONDAY);
        tally.hand_on();
        drop(tally);
        keeper.join().unwrap();
        assert_eq!(read(folder.path()), counted(2, 0));
    }

    #[test]
    fn a_disk_that_takes_nothing_keeps_what_it_had() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), counted(4, 4)).unwrap();
        fs::create_dir(folder.path().join(DRAFT)).unwrap();
        runs(folder.path(), |tally| {
            tally.visit(TUESDAY);
            tally.hand_on();
            assert_eq!(tally.counts(), counted(5, 4), "it goes on counting");
        });
        assert_eq!(read(folder.path()), counted(4, 4));
    }

    #[test]
    fn a_file_that_a_power_cut_tore_costs_what_came_after_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), counted(7, 5)).unwrap();
        write(folder.path(), counted(8, 6)).unwrap();
        for torn in ["", "{\"visits\":8,"] {
            fs::write(folder.path().join(FILE), torn).unwrap();
            assert_eq!(read(folder.path()), counted(7, 5));
        }
        fs::remove_file(folder.path().join(FILE)).unwrap();
        assert_eq!(read(folder.path()), counted(7, 5), "cut between the two names");
        fs::write(folder.path().join(BEFORE), "").unwrap();
        assert_eq!(read(folder.path()), Counts::default());
    }

    #[test]
    fn only_its_owner_reads_it_and_there_is_nothing_else_in_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), counted(8, 6)).unwrap();
        let file = folder.path().join(FILE);
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text, r#"{"visits":8,"receipts":6,"since":"2026-03-02"}"#);
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
