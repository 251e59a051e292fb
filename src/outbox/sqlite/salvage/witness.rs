//! A small file beside the database that knows how far its write-ahead log was.
//!
//! SQLite takes a log that is gone, cut off or another database's for what it is: no log, a shorter one,
//! its own. Each of those loses what was told to be saved, and says nothing. So after each write the
//! log's name and length are noted here. Invariant: it is written after what it tells of is durable and
//! is not synced itself, so that it may know too little after a power cut, and never too much.
//!
//! SQLite tells the log's length to a hook after each commit, which costs nothing; asking for it afterwards
//! would. SQLite's own hook is what brings the log home when it has grown long, so we have to do that, too: after
//! the witness was written. A log that was brought home may be deleted at any time, and by the database's being
//! newer than its witness it is known that it was.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rusqlite::Connection;

use super::super::schema::LONG_LOG;
use super::image::{log_at, number};
use super::swap::beside;

const MAGIC: u32 = 0x7a75_696c;
const LENGTH: usize = 24;

thread_local! {
    /// How many frames the log had after the last commit of this thread since [`Witness::expect`]. A hook is
    /// called by the thread that commits, and is given nothing of ours.
    static FRAMES: Cell<Option<u32>> = const { Cell::new(None) };
}

/// The witness of an open outbox.
pub(in super::super) struct Witness {
    file: File,
    log: PathBuf,
    open_log: OnceLock<File>,
}

/// What it knows.
struct Known {
    /// The log's name, as in [`super::image::Log`].
    name: (u32, u32),
    /// How many of its frames are to be there.
    frames: u32,
    /// A start was begun: whatever log there is may be right.
    is_opening: bool,
}

/// What is wrong with a database, as far as its witness knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Well,
    /// The database is gone.
    NoDatabase,
    /// The log is gone or has lost its end.
    LostLog,
    /// The log is another database's.
    OtherLog,
}

impl Witness {
    /// Before SQLite opens the database.
    pub(in super::super) fn before_opening(database: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(beside(database, "-witness"))?;
        let witness = Self { file, log: beside(database, "-wal"), open_log: OnceLock::new() };
        witness.write(&Known { name: (0, 0), frames: 0, is_opening: true })?;
        witness.file.sync_all()?;
        Ok(witness)
    }

    /// After SQLite has opened the database: notes how far its log is, and hears of every commit from then on.
    pub(in super::super) fn attend(&self, connection: &Connection) {
        connection.wal_hook(Some(|_, frames| {
            FRAMES.set(u32::try_from(frames).ok());
            Ok(())
        }));
        let frames = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get::<_, i64>(1));
        FRAMES.set(frames.ok().and_then(|frames| u32::try_from(frames).ok()));
        self.note(connection);
    }

    /// Before a write on this thread.
    pub(in super::super) fn expect(&self) {
        FRAMES.set(None);
    }

    /// After a write on this thread that is durable; does nothing when that changed nothing. Brings a long log
    /// home. What goes wrong here only makes it know less.
    pub(in super::super) fn note(&self, connection: &Connection) {
        let Some(frames) = FRAMES.take() else { return };
        if let Some(known) = self.look(frames)
            && let Err(error) = self.write(&known)
        {
            tracing::debug!(%error, "the witness of the outbox cannot be written");
        }
        if frames >= LONG_LOG {
            // When it is not possible now, the next commit tries again.
            let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
    }

    fn look(&self, frames: u32) -> Option<Known> {
        let log = match self.open_log.get() {
            Some(log) => log,
            None => {
                let opened = File::open(&self.log).ok()?;
                self.open_log.get_or_init(|| opened)
            }
        };
        let mut header = [0; 24];
        log.read_exact_at(&mut header, 0).ok()?;
        let name = (number(&header, 16), number(&header, 20));
        Some(Known { name, frames, is_opening: false })
    }

    fn write(&self, known: &Known) -> io::Result<()> {
        let (one, two) = known.name;
        let words = [MAGIC, one, two, known.frames, u32::from(known.is_opening)];
        let mut bytes = Vec::with_capacity(LENGTH);
        for word in words.into_iter().chain([sum(&words)]) {
            bytes.extend(word.to_be_bytes());
        }
        self.file.write_all_at(&bytes, 0)
    }
}

/// What the witness of a database says before that is opened.
pub(super) fn judge(database: &Path) -> io::Result<Verdict> {
    let path = beside(database, "-witness");
    let Ok(file) = File::open(&path) else { return Ok(Verdict::Well) };
    let mut bytes = [0; LENGTH];
    let words = file.read_exact_at(&mut bytes, 0).map(|()| [0, 4, 8, 12, 16].map(|at| number(&bytes, at)));
    let known = words.ok().filter(|words| words[0] == MAGIC && sum(words) == number(&bytes, 20));
    let known = known.map(|[_, one, two, frames, opening]| Known {
        name: (one, two),
        frames,
        is_opening: opening != 0,
    });
    let Some(known) = known.filter(|known| !known.is_opening) else { return Ok(Verdict::Well) };
    let length = database.metadata().map_or(0, |it| it.len());
    let log = log_at(&beside(database, "-wal"))?;
    if length == 0 && known.frames == 0 {
        return Ok(Verdict::NoDatabase);
    }
    Ok(match log {
        None if length == 0 => Verdict::NoDatabase,
        None if known.frames == 0 || is_newer(database, &file)? => Verdict::Well,
        None => Verdict::LostLog,
        Some(log) if log.name == known.name && log.frames >= known.frames => Verdict::Well,
        Some(log) if log.name == known.name => Verdict::LostLog,
        Some(log) if follows(log.name, known.name) => Verdict::Well,
        Some(_) => Verdict::OtherLog,
    })
}

/// A log that is gone was brought home when the database was written after the witness.
fn is_newer(database: &Path, witness: &File) -> io::Result<bool> {
    Ok(database.metadata()?.modified()? >= witness.metadata()?.modified()?)
}

/// Whether a log of that name is the same one, begun anew after everything was brought home: its first
/// number is one higher each time. Another's is as near as that once in 65,536 times.
const fn follows(name: (u32, u32), before: (u32, u32)) -> bool {
    matches!(name.0.wrapping_sub(before.0), 1..=0xffff)
}

fn sum(words: &[u32; 5]) -> u32 {
    words.iter().fold(0x811c_9dc5, |sum, word| (sum ^ word).wrapping_mul(0x0100_0193).rotate_left(7))
}
