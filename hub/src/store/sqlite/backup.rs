//! Copies of the database while a hub uses it. Invariant: the copy is one moment of the database, whole and checked,
//! or there is none.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;
use super::BUSY;
use crate::files;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file cannot be written.
    #[error("{path} cannot be made: {error}; name a new file in a folder with room for the whole database")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database is too busy, or the copy is not sound.
    #[error("no copy could be made: {0}; try again, and look at the disk when it stays so")]
    NoCopy(String),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Copies the database at `from`, which may be in use, into a new file that only its owner reads.
///
/// # Errors
/// [`BackupError`]; then there is no new file, and one that was there is as it was.
pub fn back_up(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut draft: PathBuf = to.to_owned();
    draft.add_extension("draft");
    let failed = |error| BackupError::File { path: to.display().to_string(), error };
    if to.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    drop(files::new_private(&draft).map_err(failed)?);
    let copied = copy(from, &draft).and_then(|()| {
        let publish = || {
            File::open(&draft)?.sync_all()?;
            // Unlike renaming it leaves a file alone that was made meanwhile.
            std::fs::hard_link(&draft, to)?;
            files::sync_folder_of(to)
        };
        publish().map_err(failed)
    });
    let removed = std::fs::remove_file(&draft).map_err(failed);
    copied.and(removed)
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    // It may not make one that is not there.
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    source.busy_timeout(BUSY)?;
    let mut copy = Connection::open(to)?;
    {
        // All in one step: it is begun anew after each write of the hub, and might never end otherwise. The hub goes
        // on writing meanwhile (WAL).
        let step = Backup::new(&source, &mut copy)?.step(-1)?;
        if step != StepResult::Done {
            return Err(BackupError::NoCopy("the database is busy".into()));
        }
    }
    // One file is easier to carry than one with its log.
    copy.pragma_update(None, "journal_mode", "DELETE")?;
    let sound: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if sound == "ok" { Ok(()) } else { Err(BackupError::NoCopy(sound)) }
}

/// The number of the last step of the schema of the database at `path`; 0 when there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn schema_step(path: &Path) -> Result<i64, StoreError> {
    if !path.exists() {
        return Ok(0);
    }
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(BUSY)?;
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
