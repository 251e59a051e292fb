//! Opens the database file: durable, private, and at the newest schema.
//!
//! Invariant: whoever gets a connection from here has `journal_mode=WAL` and `synchronous=FULL`.

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
];
pub(super) const MIGRATIONS: Migrations<'static> = Migrations::from_slice(STEPS);

/// The settings of every connection that writes; what they are for stands at the top of this file.
const SETTINGS: [(&str, &str); 9] = [
    ("synchronous", "FULL"),
    ("wal_autocheckpoint", "4000"),
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
    for (name, value) in SETTINGS {
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
