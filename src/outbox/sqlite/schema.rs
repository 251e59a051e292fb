//! Opens the database file: durable, private, and at the newest schema.
//!
//! Invariant: whoever gets a connection from here has `journal_mode=WAL` and `synchronous=FULL`.
//!
//! Why the settings are what they are. The figures: commits of a transaction with 2 KiB of answers, in
//! pages of the log each, which no other program on the machine can blur, and commits a second on one
//! machine (1 KiB rows) where these were measured in one run.
//!
//! - `journal_mode=WAL`, `synchronous=FULL`: a commit is one sync of the log: 5,800 a second. `DELETE` syncs
//!   four times for the same: 1,100. `NORMAL` makes 67,000, and none of them survives a power cut.
//! - `page_size` 4096, SQLite's own and a disk's: 4.1 pages, 16.9 kB for each commit. 8192 writes 22.1 kB and
//!   2048 9.2 kB, but in pieces that a disk has to read before it can write. A row in a plain table takes 3.0 pages
//!   (row, tree above it, first page); the fourth is the index by id. Before migration 0004 it took 7.1, and
//!   before 0005 5.0.
//! - `wal_autocheckpoint=1000` (4.1 MB, some 250 commits) is only for a pillar at which nobody ever pauses: what
//!   is in the log is brought home by [`super::retention`], while nobody is here. The log then begins at its
//!   beginning again, which is cheaper than growing: nothing but its content has to be synced. Its index
//!   stays in one piece of shared memory, so that none is missing when the disk is full.
//! - `journal_size_limit` 4 MiB: what a log is longer, because someone read for long, it gives back. A log of
//!   1000 pages fits into it. One that does not shrinks and grows again each time, and then every sync has
//!   to commit the file's length, too: 280 µs instead of 170 for a commit with 4000 pages.
//! - `secure_delete`: what was deleted is overwritten, not left in free pages. It is sealed, but ought to go.
//! - `cell_size_check`, `trusted_schema=OFF`, `mmap_size=0`: a damaged or planted file is an error, never a
//!   wild read, a called function, or a signal that ends the program.
//! - `temp_store=MEMORY`: nothing is sorted in files that nobody looks after.
//! - No `auto_vacuum`: it writes 5.1 pages for each commit, all life long (see [`super::retention`]).

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::ffi::{Error, SQLITE_READONLY};
use rusqlite::{Connection, MAIN_DB, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::{OutboxError, Result};

/// A new change of the schema is a new file at the end; a released file is never edited.
const STEPS: &[M<'static>] = &[
    M::up(include_str!("migrations/0001_transactions.sql")),
    M::up(include_str!("migrations/0002_surveys.sql")),
    M::up(include_str!("migrations/0003_turnover.sql")),
    M::up(include_str!("migrations/0004_compact.sql")),
    M::up(include_str!("migrations/0005_saved_without_index.sql")),
    M::up(include_str!("migrations/0006_questions.sql")),
];
pub(super) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// A log of so many pages is brought home.
pub(super) const LONG_LOG: u32 = 1000;

/// The settings of every connection that writes, but for `journal_mode=WAL`.
pub const PRAGMAS: [(&str, &str); 9] = [
    ("synchronous", "FULL"),
    ("wal_autocheckpoint", "1000"),
    ("journal_size_limit", "4194304"),
    ("foreign_keys", "ON"),
    ("secure_delete", "ON"),
    ("cell_size_check", "ON"),
    ("trusted_schema", "OFF"),
    ("mmap_size", "0"),
    ("temp_store", "MEMORY"),
];
/// More than there are different ones, so that none is ever planned twice.
const STATEMENTS: usize = 64;

/// How long a call waits for another process that holds the file.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn open(path: &Path) -> Result<Connection> {
    make_private(path).map_err(OutboxError::Folder)?;
    let connection = ready(Connection::open(path)?)?;
    // SQLite makes the content durable; that the file has a name at all is up to its folder.
    sync_folder(path).map_err(OutboxError::Folder)?;
    Ok(connection)
}

/// As [`open`], through a file layer of SQLite (VFS) that was registered by that name.
pub(super) fn open_on(path: &Path, vfs: &str) -> Result<Connection> {
    ready(Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?)
}

fn ready(mut connection: Connection) -> Result<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // SQLite opens for reading what it may not write, and would stay so when the disk is well again.
    if connection.is_readonly(MAIN_DB)? {
        return Err(rusqlite::Error::SqliteFailure(Error::new(SQLITE_READONLY), None).into());
    }
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(OutboxError::Unreadable("its disk does not support a write-ahead log"));
    }
    for (name, value) in PRAGMAS {
        connection.pragma_update(None, name, value)?;
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    MIGRATIONS.to_latest(&mut connection)?;
    Ok(connection)
}

/// SQLite gives the log files the mode of the database file, so that one has to be right first.
fn make_private(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
    }
    Ok(())
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
