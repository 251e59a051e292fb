//! What is kept of service visits, in files of the data folder: the key that checks codes, how often a wrong one was
//! typed, what was done until the hub has it, and whether this pillar found itself ready.
//!
//! Invariant: nothing of it is told to another hub than the one under which it was done. Each file is whole, only its
//! owner reads it, and what was said to be kept is on the disk. What could not be written counts as long as the program
//! runs, and is said not to last.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;
use zuil_wire::catalogue::digest_of;
use zuil_wire::{ReadinessReport, ServiceDeed, ServiceEntry, ServiceKey};

/// The files in the data folder.
const KEY: &str = "service-key.json";
const ENTRIES: &str = "service-visits.json";
const TRIES: &str = "service-tries.json";
const READINESS: &str = "readiness.json";
const HUB: &str = "service-hub.json";
/// How many entries are kept while the hub is away.
const MOST: usize = 500;
/// After so many wrong codes there is a pause.
const WRONG_AT_MOST: u8 = 5;
/// How long that is.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// How often a wrong code was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// Wrong codes since the last right one, or since the last pause.
    pub wrong: u8,
    /// Until then no code is taken.
    pub until: Option<Timestamp>,
}

/// What is kept of service visits.
pub struct ServiceFiles {
    folder: PathBuf,
    kept: Mutex<Kept>,
    /// Held while something is written, one file after the other. Whoever only reads does not wait for the disk.
    disk: Mutex<()>,
    news: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

#[derive(Default)]
struct Kept {
    key: Option<ServiceKey>,
    /// The oldest first.
    entries: Vec<ServiceEntry>,
    tries: Tries,
    readiness: Option<ReadinessReport>,
}

impl ServiceFiles {
    /// Those of a data folder. A file that is damaged counts for nothing, which the log says.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        let kept = Kept {
            key: read(&data_dir.join(KEY)),
            entries: read(&data_dir.join(ENTRIES)).unwrap_or_default(),
            tries: read(&data_dir.join(TRIES)).unwrap_or_default(),
            readiness: read(&data_dir.join(READINESS)),
        };
        Self {
            folder: data_dir.to_owned(),
            kept: Mutex::new(kept),
            disk: Mutex::default(),
            news: OnceLock::new(),
        }
    }

    /// Whose it all is: that of the hub with this authority (PEM), from now on. What was done under another one, its key,
    /// and whether the pillar was ready there are dropped: they tell what its staff did, and are not sealed as what
    /// residents asked for is.
    ///
    /// # Errors
    /// When that will not last over a restart, after which it must be said again. Nothing of it is told until then.
    pub fn belongs_to(&self, authority: &str) -> io::Result<()> {
        let authority = digest_of(authority.as_bytes());
        let _turn = self.turn();
        let before: Option<String> = read(&self.folder.join(HUB));
        if before.as_ref() == Some(&authority) {
            return Ok(());
        }
        // A program that did not note it yet had one hub all along.
        if before.is_some() {
            let mut kept = self.lock();
            let entries = std::mem::take(&mut kept.entries).len();
            (kept.key, kept.readiness) = (None, None);
            drop(kept);
            tracing::info!(entries, "what was done in service visits under another hub is dropped");
            for name in [ENTRIES, READINESS, KEY] {
                self.remove(name)?;
            }
        }
        self.write(HUB, &authority)
    }

    /// Whom to tell that there is something for the hub. Only the first one is told.
    pub fn on_news(&self, tell: impl Fn() + Send + Sync + 'static) {
        // Nobody else may take the place of whoever tells the hub.
        let _ = self.news.set(Box::new(tell));
    }

    /// The key that checks codes; nothing until the hub gave one.
    #[must_use]
    pub fn key(&self) -> Option<ServiceKey> {
        self.lock().key.clone()
    }

    /// Keeps another key. Codes of the one before open nothing from now on.
    ///
    /// # Errors
    /// When it will not last over a restart.
    pub fn keep_key(&self, key: &ServiceKey) -> io::Result<()> {
        let _turn = self.turn();
        self.lock().key = Some(key.clone());
        self.write(KEY, key)
    }

    /// Forgets the key: it is that of another hub, or of another name. Codes open nothing until there is another one.
    ///
    /// # Errors
    /// When it will be there again after a restart.
    pub fn forget_key(&self) -> io::Result<()> {
        let _turn = self.turn();
        self.lock().key = None;
        self.remove(KEY)
    }

    /// What was done and is not at the hub yet, the oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<ServiceEntry> {
        self.lock().entries.clone()
    }

    /// Keeps what was done. There are at most 500 entries: the oldest beginnings and ends of visits make room first.
    ///
    /// # Errors
    /// When it will not last over a restart. It is told to the hub all the same.
    pub fn add(&self, entry: ServiceEntry) -> io::Result<()> {
        let turn = self.turn();
        let mut kept = self.lock();
        kept.entries.push(entry);
        make_room(&mut kept.entries);
        let entries = kept.entries.clone();
        drop(kept);
        let written = self.write(ENTRIES, &entries);
        drop(turn);
        self.tell();
        written
    }

    /// The hub has these, or will never want them.
    ///
    /// # Errors
    /// When they will be told once more after a restart, which changes nothing.
    pub fn taken(&self, ids: &[Uuid]) -> io::Result<()> {
        let _turn = self.turn();
        let mut kept = self.lock();
        let before = kept.entries.len();
        kept.entries.retain(|entry| !ids.contains(&entry.id));
        if kept.entries.len() == before {
            return Ok(());
        }
        let entries = kept.entries.clone();
        drop(kept);
        self.write(ENTRIES, &entries)
    }

    /// How often a wrong code was typed.
    #[must_use]
    pub fn tries(&self) -> Tries {
        self.lock().tries
    }

    /// Until when no code is taken, if that is so. A clock that was set back makes no pause longer than it should be.
    #[must_use]
    pub fn paused(&self, now: Timestamp) -> Option<Timestamp> {
        let _turn = self.turn();
        let tries = self.tries();
        let until = tries.until.filter(|until| now < *until)?;
        let latest = now.saturating_add(PAUSE).unwrap_or(until);
        if until <= latest {
            return Some(until);
        }
        if let Err(error) = self.keep_tries(Tries { until: Some(latest), ..tries }) {
            tracing::warn!(%error, "until when no service code is taken cannot be written down");
        }
        Some(latest)
    }

    /// A wrong code was typed. Until when no code is taken, if that was one too many.
    ///
    /// # Errors
    /// When that will not last over a restart; it counts until then.
    pub fn wrong(&self, now: Timestamp) -> io::Result<Option<Timestamp>> {
        let _turn = self.turn();
        let wrong = self.tries().wrong.saturating_add(1);
        let tries = match wrong {
            0..WRONG_AT_MOST => Tries { wrong, until: None },
            _ => Tries { wrong: 0, until: Some(now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX)) },
        };
        self.keep_tries(tries).map(|()| tries.until)
    }

    /// A right code was typed: wrong ones are counted from nought again.
    ///
    /// # Errors
    /// When those of before will count again after a restart.
    pub fn right(&self) -> io::Result<()> {
        let _turn = self.turn();
        if self.tries() == Tries::default() {
            return Ok(());
        }
        self.keep_tries(Tries::default())
    }

    /// Whether this pillar found itself ready, when the hub does not have that yet.
    #[must_use]
    pub fn readiness(&self) -> Option<ReadinessReport> {
        self.lock().readiness.clone()
    }

    /// Keeps whether this pillar found itself ready, in place of what is not at the hub yet.
    ///
    /// # Errors
    /// When it will not last over a restart. It is told to the hub all the same.
    pub fn keep_readiness(&self, report: ReadinessReport) -> io::Result<()> {
        let turn = self.turn();
        let written_down = report.clone();
        self.lock().readiness = Some(report);
        let written = self.write(READINESS, &written_down);
        drop(turn);
        self.tell();
        written
    }

    /// The hub has this report. A newer one stays.
    ///
    /// # Errors
    /// When it will be told once more after a restart, which changes nothing.
    pub fn readiness_taken(&self, id: Uuid) -> io::Result<()> {
        let _turn = self.turn();
        if self.lock().readiness.take_if(|report| report.id == id).is_none() {
            return Ok(());
        }
        self.remove(READINESS)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => sync(&self.folder),
        }
    }

    fn keep_tries(&self, tries: Tries) -> io::Result<()> {
        self.lock().tries = tries;
        self.write(TRIES, &tries)
    }

    /// Whose turn it is to write.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, name: &str, content: &impl Serialize) -> io::Result<()> {
        let content = serde_json::to_vec(content).map(Zeroizing::new).map_err(io::Error::other)?;
        let file = self.folder.join(name);
        let draft = file.with_extension("draft");
        let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        open.write_all(&content)?;
        open.sync_all()?;
        fs::rename(&draft, &file)?;
        sync(&self.folder)
    }

    fn tell(&self) {
        if let Some(tell) = self.news.get() {
            tell();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing when there is none, or it cannot be read.
fn read<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let content = match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        content => content.map(Zeroizing::new),
    };
    let read = content.and_then(|content| serde_json::from_slice(&content).map_err(io::Error::other));
    if let Err(error) = &read {
        // What stands in it may be a secret: only the place of the mistake is told.
        tracing::error!(%error, file = %file.display(), "what was kept of service visits cannot be read");
    }
    read.ok()
}

fn sync(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Leaves at most [`MOST`] entries. The newest always stays.
fn make_room(entries: &mut Vec<ServiceEntry>) {
    while entries.len() > MOST {
        let older = entries.len() - 1;
        let is_frame = |entry: &ServiceEntry| matches!(entry.deed, ServiceDeed::Opened | ServiceDeed::Closed);
        let oldest = entries.iter().take(older).position(is_frame).unwrap_or_default();
        let gone = entries.remove(oldest);
        if gone.deed != ServiceDeed::Opened {
            continue;
        }
        let ends = |entry: &ServiceEntry| {
            entry.deed == ServiceDeed::Closed
                && (entry.serial, entry.key_number) == (gone.serial, gone.key_number)
        };
        if let Some(end) = entries.iter().skip(oldest).position(ends)
            && oldest + end + 1 < entries.len()
        {
            entries.remove(oldest + end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use zuil_wire::ServiceOutcome;
    use zuil_wire::service::{Readiness, ReadinessFinding};

    use super::*;

    fn key(number: u32) -> ServiceKey {
        ServiceKey::of(number, &[7; ServiceKey::BYTES]).unwrap()
    }

    fn entry(number: u128, deed: ServiceDeed) -> ServiceEntry {
        let at = Timestamp::from_second(1_772_442_000).unwrap();
        let outcome = ServiceOutcome::Done;
        ServiceEntry { id: Uuid::from_u128(number), serial: Some(7), key_number: 1, at, deed, outcome }
    }

    fn readiness(number: u128) -> ReadinessReport {
        let finding =
            ReadinessFinding { check: "printer".into(), state: Readiness::Good, said: "It prints.".into() };
        let at = Timestamp::UNIX_EPOCH;
        ReadinessReport { version: 5, id: Uuid::from_u128(number), at, findings: vec![finding] }
    }

    fn numbers(files: &ServiceFiles) -> Vec<u128> {
        files.entries().iter().map(|entry| entry.id.as_u128()).collect()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_key_outlives_a_restart_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        assert_eq!(files.key(), None);
        files.keep_key(&key(1)).unwrap();
        files.keep_key(&key(2)).unwrap();
        assert_eq!(ServiceFiles::of(folder.path()).key(), Some(key(2)));
        files.forget_key().unwrap();
        assert_eq!((files.key(), ServiceFiles::of(folder.path()).key()), (None, None));
        files.forget_key().unwrap();
        files.keep_key(&key(3)).unwrap();
        let mode = fs::metadata(folder.path().join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_was_done_stays_until_the_hub_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        for (number, deed) in
            [(1, ServiceDeed::Opened), (2, ServiceDeed::ChangedRoll), (3, ServiceDeed::Closed)]
        {
            files.add(entry(number, deed)).unwrap();
        }
        let files = ServiceFiles::of(folder.path());
        assert_eq!(numbers(&files), [1, 2, 3]);
        files.taken(&[1, 2, 9].map(Uuid::from_u128)).unwrap();
        assert_eq!(numbers(&ServiceFiles::of(folder.path())), [3]);
    }

    #[test]
    fn what_was_done_under_one_hub_is_not_told_to_another_and_stays_for_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        let keeps = |files: &ServiceFiles, number: u32| {
            files.keep_key(&key(number)).unwrap();
            files.add(entry(u128::from(number), ServiceDeed::Opened)).unwrap();
            files.keep_readiness(readiness(u128::from(number))).unwrap();
        };
        keeps(&files, 1);
        files.belongs_to("the authority of the first hub").unwrap();
        assert_eq!(numbers(&files), [1], "an older program noted no hub");
        // Enrolled anew at the same one, and then at another.
        let files = ServiceFiles::of(folder.path());
        files.belongs_to("the authority of the first hub").unwrap();
        assert_eq!((numbers(&files), files.key()), (vec![1], Some(key(1))));
        files.belongs_to("the authority of another hub").unwrap();
        let again = ServiceFiles::of(folder.path());
        for files in [&files, &again] {
            assert_eq!((numbers(files), files.key(), files.readiness()), (vec![], None, None));
        }
        keeps(&again, 2);
        again.belongs_to("the authority of another hub").unwrap();
        assert_eq!(numbers(&ServiceFiles::of(folder.path())), [2]);
    }

    #[test]
    fn what_cannot_be_deleted_is_not_told_to_another_hub_either_and_goes_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(ENTRIES);
        let files = ServiceFiles::of(folder.path());
        files.belongs_to("the authority of the first hub").unwrap();
        files.add(entry(1, ServiceDeed::Opened)).unwrap();
        let written = fs::read(&file).unwrap();
        // A disk that does not let it go.
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(files.belongs_to("the authority of another hub").is_err());
        assert!(numbers(&files).is_empty());
        fs::remove_dir(&file).unwrap();
        fs::write(&file, written).unwrap();
        let files = ServiceFiles::of(folder.path());
        assert_eq!(numbers(&files), [1]);
        files.belongs_to("the authority of another hub").unwrap();
        assert_eq!((numbers(&files), file.exists()), (vec![], false));
    }

    #[test]
    fn whoever_tells_the_hub_hears_of_everything_there_is_to_tell() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        let times = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&times);
        files.on_news(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        files.add(entry(1, ServiceDeed::Opened)).unwrap();
        files.keep_readiness(readiness(1)).unwrap();
        files.keep_key(&key(1)).unwrap();
        files.taken(&[Uuid::from_u128(1)]).unwrap();
        assert_eq!(times.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn when_there_is_too_much_the_oldest_visits_lose_their_beginning_and_end_first() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        let mut all = vec![entry(0, ServiceDeed::TestedPrinter), entry(1, ServiceDeed::Opened)];
        all.extend((2..MOST as u128 - 1).map(|number| entry(number, ServiceDeed::TestedReader)));
        all.push(entry(MOST as u128 - 1, ServiceDeed::Closed));
        files.lock().entries = all;
        files.add(entry(9_001, ServiceDeed::WrongCode)).unwrap();
        let left = numbers(&files);
        assert_eq!((left.len(), left[0], left[1]), (MOST - 1, 0, 2), "the beginning and its end are gone");
        assert!(!left.contains(&(MOST as u128 - 1)));
        files.add(entry(9_002, ServiceDeed::WrongCode)).unwrap();
        files.add(entry(9_003, ServiceDeed::Opened)).unwrap();
        let left = numbers(&files);
        assert_eq!((left.len(), left[0]), (MOST, 2), "then the oldest goes, and never the newest");
        assert_eq!(left.last(), Some(&9_003));
        assert_eq!(numbers(&ServiceFiles::of(folder.path())), left);
    }

    #[test]
    fn after_five_wrong_codes_there_is_a_pause_that_outlives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-03-02T09:00:00Z");
        let files = ServiceFiles::of(folder.path());
        for _ in 0..4 {
            assert_eq!(files.wrong(now).unwrap(), None);
        }
        let files = ServiceFiles::of(folder.path());
        assert_eq!((files.tries().wrong, files.paused(now)), (4, None));
        let until = at("2026-03-02T09:15:00Z");
        assert_eq!(files.wrong(now).unwrap(), Some(until));
        let files = ServiceFiles::of(folder.path());
        assert_eq!(files.paused(at("2026-03-02T09:14:59Z")), Some(until));
        assert_eq!(files.paused(until), None);
        assert_eq!(files.wrong(until).unwrap(), None, "and five more may be tried");
    }

    #[test]
    fn a_right_code_has_wrong_ones_counted_from_nought() {
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-03-02T09:00:00Z");
        let files = ServiceFiles::of(folder.path());
        for _ in 0..4 {
            files.wrong(now).unwrap();
        }
        files.right().unwrap();
        let files = ServiceFiles::of(folder.path());
        assert_eq!(files.tries(), Tries::default());
        assert_eq!(files.wrong(now).unwrap(), None);
    }

    #[test]
    fn a_clock_that_fell_back_keeps_nobody_out_for_years() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        for _ in 0..5 {
            files.wrong(at("2036-03-02T09:00:00Z")).unwrap();
        }
        let until = at("2026-03-02T09:15:00Z");
        assert_eq!(files.paused(at("2026-03-02T09:00:00Z")), Some(until));
        let files = ServiceFiles::of(folder.path());
        assert_eq!(files.paused(at("2026-03-02T09:10:00Z")), Some(until), "it does not begin anew each time");
        assert_eq!(files.paused(until), None);
    }

    #[test]
    fn whether_the_pillar_is_ready_stays_until_the_hub_has_the_newest_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        files.keep_readiness(readiness(1)).unwrap();
        files.keep_readiness(readiness(2)).unwrap();
        files.readiness_taken(Uuid::from_u128(1)).unwrap();
        let files = ServiceFiles::of(folder.path());
        assert_eq!(files.readiness(), Some(readiness(2)));
        files.readiness_taken(Uuid::from_u128(2)).unwrap();
        assert_eq!((files.readiness(), ServiceFiles::of(folder.path()).readiness()), (None, None));
        files.readiness_taken(Uuid::from_u128(2)).unwrap();
    }

    #[test]
    fn whoever_reads_does_not_wait_for_a_disk_that_hangs() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        files.keep_key(&key(1)).unwrap();
        files.add(entry(1, ServiceDeed::Opened)).unwrap();
        let _hangs = files.turn();
        assert_eq!((files.key(), numbers(&files), files.readiness()), (Some(key(1)), vec![1], None));
    }

    #[test]
    fn a_damaged_file_costs_what_stood_in_it_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(folder.path());
        files.keep_key(&key(1)).unwrap();
        files.add(entry(1, ServiceDeed::Opened)).unwrap();
        fs::write(folder.path().join(ENTRIES), "[{").unwrap();
        fs::write(folder.path().join("service-key.draft"), "half of ano").unwrap();
        let files = ServiceFiles::of(folder.path());
        assert_eq!((files.key(), numbers(&files)), (Some(key(1)), Vec::new()));
        files.add(entry(2, ServiceDeed::Opened)).unwrap();
        assert_eq!(numbers(&ServiceFiles::of(folder.path())), [2]);
    }

    #[test]
    fn where_nothing_can_be_written_it_is_said_and_counts_until_the_program_ends() {
        let folder = tempfile::tempdir().unwrap();
        let files = ServiceFiles::of(&folder.path().join("not-there"));
        assert!(files.keep_key(&key(1)).is_err() && files.add(entry(1, ServiceDeed::Opened)).is_err());
        assert_eq!((files.key(), numbers(&files)), (Some(key(1)), vec![1]));
        let now = at("2026-03-02T09:00:00Z");
        for _ in 0..5 {
            assert!(files.wrong(now).is_err());
        }
        assert!(files.paused(now).is_some());
    }
}
