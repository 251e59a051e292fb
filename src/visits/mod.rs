//! What happened at this pillar, until the hub has it.
//!
//! Invariant: what is kept cannot be traced to a person (`zuil_wire::visits`), is written down when its visit is over,
//! and is handed on only when its day is over, in the order of random ids, so that nothing tells what belonged together.
//! Whatever goes wrong here is in nobody's way: nobody waits until it is on the disk.

mod found;
mod tally;
mod watched;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zuil_wire::{VisitEntries, VisitEntry};

pub use found::{FoundLog, add_count};
pub use tally::{Counts, Tally};
pub use watched::{At, Stage, Watched};

/// The file in the data folder.
const FILE: &str = "visits.json";
/// How many entries are kept: weeks of a pillar without a network.
const MOST: usize = 5_000;

/// The entries that the hub does not have yet.
pub struct VisitLog {
    file: PathBuf,
    /// Where the pillar stands.
    zone: TimeZone,
    /// In the order of their ids.
    entries: Mutex<Vec<VisitEntry>>,
    found: Arc<FoundLog>,
}

impl VisitLog {
    /// The entries of a data folder. A file that is damaged counts for nothing.
    #[must_use]
    pub fn open(data_dir: &Path, zone: TimeZone) -> Self {
        let file = data_dir.join(FILE);
        let entries = read(&file).unwrap_or_else(|error| {
            tracing::warn!(%error, "what happened here before cannot be read, and is not told");
            Vec::new()
        });
        Self { file, zone, entries: Mutex::new(entries), found: Arc::new(FoundLog::open(data_dir)) }
    }

    /// Which answers were found, which go to the hub by themselves.
    #[must_use]
    pub const fn found(&self) -> &Arc<FoundLog> {
        &self.found
    }

    /// Keeps entries. The oldest days make room for the newest.
    pub fn keep(&self, new: Vec<VisitEntry>) {
        self.change(|entries| {
            entries.extend(new);
            while entries.len() > MOST {
                let Some(oldest) = entries.iter().map(|entry| entry.on).min() else { return };
                entries.retain(|entry| entry.on != oldest);
            }
            entries.sort_by_key(|entry| entry.id);
        });
    }

    /// What may go to the hub: entries of days that are not today.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<VisitEntry> {
        let today = now.to_zoned(self.zone.clone()).date();
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let due = entries.iter().filter(|entry| entry.on != today);
        due.take(VisitEntries::MAX_ENTRIES).cloned().collect()
    }

    /// The hub has these.
    pub fn forget(&self, ids: &[Uuid]) {
        self.change(|entries| entries.retain(|entry| !ids.contains(&entry.id)));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<VisitEntry>)) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut entries);
        if let Err(error) = write(&self.file, &entries) {
            tracing::warn!(%error, "what happened here cannot be written down");
        }
    }
}

fn read<T: DeserializeOwned>(file: &Path) -> io::Result<Vec<T>> {
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        text => serde_json::from_slice(&text?).map_err(io::Error::other),
    }
}

/// Whole or not at all. A power cut may cost the last visits.
fn write(file: &Path, entries: &[impl Serialize]) -> io::Result<()> {
    let draft = file.with_extension("draft");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    open.write_all(&serde_json::to_vec(entries).map_err(io::Error::other)?)?;
    fs::rename(&draft, file)
}

#[cfg(test)]
mod tests {
    use zuil_wire::visits::{Aid, Seen};

    use super::*;

    fn entry(number: u128, on: &str) -> VisitEntry {
        VisitEntry {
            id: Uuid::from_u128(number),
            on: on.parse().unwrap(),
            what: Seen::Aid { aid: Aid::Speech },
        }
    }

    fn open(folder: &Path) -> VisitLog {
        VisitLog::open(folder, TimeZone::get("Europe/Amsterdam").unwrap())
    }

    fn numbers(entries: &[VisitEntry]) -> Vec<u128> {
        entries.iter().map(|entry| entry.id.as_u128()).collect()
    }

    #[test]
    fn a_day_is_handed_on_when_it_is_over_where_the_pillar_stands_and_in_no_order_that_tells_anything() {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path());
        log.keep(vec![entry(3, "2026-11-23"), entry(1, "2026-11-23"), entry(2, "2026-11-22")]);
        let due = |at: &str| numbers(&log.due(at.parse().unwrap()));
        assert_eq!(due("2026-11-23T22:59:59Z"), [2]);
        assert_eq!(due("2026-11-23T23:00:00Z"), [1, 2, 3], "it is midnight there");
        // Also one that a clock that was wrong put into another year.
        log.keep(vec![entry(9, "2036-01-01")]);
        assert_eq!(due("2026-11-23T12:00:00Z"), [2, 9]);
    }

    #[test]
    fn what_the_hub_has_is_forgotten_and_everything_else_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path());
        log.keep((0..70).map(|number| entry(number, "2026-11-22")).collect());
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let due = log.due(now);
        assert_eq!(due.len(), VisitEntries::MAX_ENTRIES);
        log.forget(&due.iter().map(|entry| entry.id).collect::<Vec<_>>());
        assert_eq!(numbers(&open(folder.path()).due(now)), (64..70).collect::<Vec<_>>());
    }

    #[test]
    fn the_newest_days_stay_when_there_are_too_many_entries() {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path());
        log.keep((0..MOST as u128).map(|number| entry(number, "2026-11-01")).collect());
        log.keep(vec![entry(99_999, "2026-11-02")]);
        assert_eq!(numbers(&log.due("2026-11-23T12:00:00Z".parse().unwrap())), [99_999]);
    }

    #[test]
    fn a_damaged_file_costs_what_stood_in_it_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "[{").unwrap();
        let log = open(folder.path());
        log.keep(vec![entry(1, "2026-11-22")]);
        assert_eq!(numbers(&open(folder.path()).due("2026-11-23T12:00:00Z".parse().unwrap())), [1]);
    }
}
