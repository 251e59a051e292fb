//! The lock of the data folder: whose pillar runs here.
//!
//! Invariant: two pillars never serve over one outbox. The operating system frees the lock when the
//! process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The file in the data folder.
const NAME: &str = "pillar.lock";
/// How often and how long a pillar waits for one that is just ending.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Kept by a pillar as long as it runs.
pub struct Lock {
    _file: File,
}

/// Whether a pillar runs over a data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// One does.
    Yes,
    /// None does.
    No,
}

impl Lock {
    /// Takes the lock; waits two seconds for a pillar that is just ending.
    ///
    /// # Errors
    /// When another pillar keeps it, or the file cannot be made.
    pub fn take(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(NAME);
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::other("another pillar runs over this data folder; end that one first"))
    }
}

/// Whether a pillar runs over the data folder. Makes nothing and keeps nothing.
///
/// # Errors
/// When the lock's file is there and cannot be opened or asked.
pub fn is_running(data_dir: &Path) -> io::Result<Running> {
    let file = match File::open(data_dir.join(NAME)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Running::No),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Running::No),
        Err(TryLockError::WouldBlock) => Ok(Running::Yes),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_pillar_does_not_start_and_the_next_one_does() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(is_running(folder.path()).unwrap(), Running::No);
        let first = Lock::take(folder.path()).unwrap();
        assert_eq!(is_running(folder.path()).unwrap(), Running::Yes);
        assert!(Lock::take(folder.path()).err().unwrap().to_string().contains("another pillar"));
        drop(first);
        assert_eq!(is_running(folder.path()).unwrap(), Running::No);
        Lock::take(folder.path()).unwrap();
    }
}
