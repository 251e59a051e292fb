//! The newest part of the pillar's own log in its data folder, so that a technician can have it from afar.
//!
//! Invariant: it is bounded, holds what standard error has and nothing else (no personal data, see
//! `docs/architecture.md`), and whatever goes wrong with it is in nobody's way. It need not survive a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tracing_subscriber::fmt::MakeWriter;

/// The file that is written, and the one before it, in the data folder.
const FILES: [&str; 2] = ["pillar.log", "pillar.log.1"];
/// The largest size of each, in bytes: days of an ordinary pillar.
const LARGEST: u64 = 2 * 1024 * 1024;

/// The file that the log goes to, besides standard error. Clones share it.
#[derive(Clone)]
pub struct LogFile(Arc<Mutex<Rolling>>);

struct Rolling {
    folder: PathBuf,
    largest: u64,
    open: Option<(File, u64)>,
}

impl LogFile {
    /// The log of a data folder, which need not be there yet.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self::with(data_dir, LARGEST)
    }

    fn with(data_dir: &Path, largest: u64) -> Self {
        Self(Arc::new(Mutex::new(Rolling { folder: data_dir.to_owned(), largest, open: None })))
    }
}

impl Rolling {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let size = line.len() as u64;
        let [now, before] = FILES.map(|name| self.folder.join(name));
        if self.open.as_ref().is_some_and(|(_, written)| written + size > self.largest) {
            self.open = None;
            fs::rename(&now, before)?;
        }
        let (file, written) = match &mut self.open {
            Some(open) => open,
            none => {
                let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&now)?;
                let written = file.metadata()?.len();
                none.insert((file, written))
            }
        };
        file.write_all(line)?;
        *written += size;
        Ok(())
    }
}

/// A line on its way into the file.
pub struct Line(LogFile);

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut rolling = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rolling.write(line).is_err() {
            // A disk that is full or away: standard error has the line, and the next one is tried anew.
            rolling.open = None;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogFile {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self.clone())
    }
}

/// The lines of a data folder's log that were written since then, by the pillar's own clock. A line without a time
/// belongs to the one before it.
#[must_use]
pub fn since(data_dir: &Path, hours: u16, now: Timestamp) -> String {
    let from = now.saturating_sub(SignedDuration::from_hours(i64::from(hours))).unwrap_or(Timestamp::MIN);
    let [newer, older] = FILES;
    let mut kept = String::new();
    let mut is_new = false;
    for name in [older, newer] {
        let mut bytes = Vec::new();
        // What is not there says nothing.
        if File::open(data_dir.join(name)).and_then(|mut file| file.read_to_end(&mut bytes)).is_err() {
            continue;
        }
        for line in String::from_utf8_lossy(&bytes).lines() {
            if let Some(at) = line.split(' ').next().and_then(|word| word.parse::<Timestamp>().ok()) {
                is_new = at >= from;
            }
            if is_new {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_log_is_bounded_and_its_newest_lines_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::with(folder.path(), 1000);
        for number in 0..500 {
            writeln!(log.make_writer(), "2026-11-23T12:00:00Z  INFO line {number}").unwrap();
        }
        let sizes = FILES.map(|name| fs::metadata(folder.path().join(name)).unwrap().len());
        assert!(sizes.iter().all(|size| *size <= 1000), "{sizes:?}");
        let lines = since(folder.path(), 1, at("2026-11-23T12:30:00Z"));
        let last: Vec<&str> = lines.lines().rev().take(2).collect();
        assert_eq!(last, ["2026-11-23T12:00:00Z  INFO line 499", "2026-11-23T12:00:00Z  INFO line 498"]);
        assert!(lines.lines().count() > 30, "{}", lines.lines().count());
    }

    #[test]
    fn only_the_last_hours_are_handed_over() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFile::of(folder.path());
        for line in
            ["2026-11-23T09:59:59Z old", "and more of it", "2026-11-23T10:00:00Z new", "and more of that"]
        {
            writeln!(log.make_writer(), "{line}").unwrap();
        }
        let lines = since(folder.path(), 2, at("2026-11-23T12:00:00Z"));
        assert_eq!(lines, "2026-11-23T10:00:00Z new\nand more of that\n");
    }

    #[test]
    fn a_folder_that_is_not_there_yet_costs_nothing_but_the_lines() {
        let folder = tempfile::tempdir().unwrap();
        let later = folder.path().join("later");
        let log = LogFile::of(&later);
        writeln!(log.make_writer(), "2026-11-23T10:00:00Z lost").unwrap();
        fs::create_dir(&later).unwrap();
        writeln!(log.make_writer(), "2026-11-23T10:00:01Z kept").unwrap();
        assert_eq!(since(&later, 1, at("2026-11-23T10:30:00Z")), "2026-11-23T10:00:01Z kept\n");
    }
}
