//! Puts a damaged database aside and a fresh one in its place.
//!
//! Invariant: whenever the power goes, the next start finds the old files, or the fresh one whole, and
//! goes on from there; the log of the old one never meets the fresh one; what is put aside is kept, and
//! only the pillar's user can read it.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What a database consists of.
const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A file beside the database.
pub(super) fn beside(database: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(what);
    name.into()
}

/// Where the fresh one is made.
pub(super) fn in_the_making(database: &Path) -> PathBuf {
    beside(database, "-making")
}

/// The fresh one is whole: from here on it takes the place of the old one, whatever happens.
pub(super) fn decide(database: &Path) -> io::Result<()> {
    File::open(in_the_making(database))?.sync_all()?;
    fs::rename(in_the_making(database), beside(database, "-fresh"))?;
    sync_folder(database)
}

/// Finishes what was decided; does nothing when nothing was. `stamp` is part of the names of what is put
/// aside.
pub(super) fn finish(database: &Path, stamp: &str) -> io::Result<()> {
    let fresh = beside(database, "-fresh");
    if !fresh.exists() {
        return Ok(());
    }
    for part in PARTS {
        let (from, to) = (beside(database, part), beside(database, &format!(".damaged-{stamp}{part}")));
        let Ok(known) = from.metadata() else { continue };
        if known.len() == 0 || part == "-shm" {
            // Nothing is in it, or nothing that is not in the log.
            fs::remove_file(&from)?;
        } else {
            fs::rename(&from, &to)?;
            fs::set_permissions(&to, Permissions::from_mode(0o600))?;
        }
    }
    sync_folder(database)?;
    fs::rename(&fresh, database)?;
    sync_folder(database)
}

/// Takes away what a salvage that was cut off had begun to make.
pub(super) fn clear(database: &Path) -> io::Result<()> {
    for part in PARTS {
        match fs::remove_file(beside(&in_the_making(database), part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Everything that was put aside, by name.
pub(super) fn put_aside(database: &Path) -> Vec<PathBuf> {
    let folder = database.parent().unwrap_or(Path::new("."));
    let start = beside(database, ".damaged-");
    let mut found: Vec<PathBuf> = (fs::read_dir(folder).into_iter().flatten())
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.as_os_str().as_encoded_bytes().starts_with(start.as_os_str().as_encoded_bytes()))
        .collect();
    found.sort();
    found
}

pub(super) fn sync_folder(database: &Path) -> io::Result<()> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
