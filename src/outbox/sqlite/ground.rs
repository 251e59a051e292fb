//! The disk below the database file: how much of it is free, and the ballast.
//!
//! The ballast is a file that is there to be deleted. Someone else on the same disk (a log, an update)
//! can fill it between a resident's first touch and their receipt; then the ballast goes, and the visit
//! that was begun finds room. Invariant: what it takes is really taken from the disk, not only promised.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

/// Room for the reserve: 100 visits and one that holds the most that can be, see [`super::room`].
pub(super) const BALLAST: u64 = 16 << 20;

/// What an outbox stands on.
pub(super) trait Ground: Send + Sync {
    /// The bytes that are free for this program, with those of the ballast; `None` when nobody knows.
    fn free(&self) -> Option<u64>;

    /// From now on there shall be ballast.
    fn want_ballast(&self);

    /// Makes the ballast when it is wanted, there is none, and there is ample room. It is no error when
    /// there is not.
    fn lay_ballast(&self);

    /// Deletes the ballast; tells whether there was one.
    fn give_up_ballast(&self) -> bool;
}

/// Nothing is known of it.
pub(super) struct Unknown;

impl Ground for Unknown {
    fn free(&self) -> Option<u64> {
        None
    }

    fn want_ballast(&self) {}

    fn lay_ballast(&self) {}

    fn give_up_ballast(&self) -> bool {
        false
    }
}

/// A disk of the operating system.
pub(super) struct Disk {
    folder: PathBuf,
    ballast: PathBuf,
    wanted: AtomicBool,
}

impl Disk {
    /// The disk on which a database file lies.
    pub(super) fn at(database: &Path) -> Self {
        let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut ballast = database.as_os_str().to_owned();
        ballast.push("-ballast");
        Self {
            folder: folder.unwrap_or(Path::new(".")).to_owned(),
            ballast: ballast.into(),
            wanted: AtomicBool::new(false),
        }
    }

    /// As [`Ground::lay_ballast`], without the question whether there is ample room.
    fn fill_ballast(&self) -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.ballast)?;
        if fallocate(&file, FallocateFlags::empty(), 0, BALLAST).is_err() {
            // A file system that promises nothing has to be given something.
            let chunk = vec![0; 1 << 16];
            for _ in 0..BALLAST >> 16 {
                file.write_all(&chunk)?;
            }
        }
        file.sync_all()
    }

    fn unlink_ballast(&self) -> io::Result<()> {
        fs::remove_file(&self.ballast)?;
        // Some file systems give the room back only when the folder is written.
        File::open(&self.folder)?.sync_all()
    }
}

impl Ground for Disk {
    fn free(&self) -> Option<u64> {
        let disk = statvfs(&self.folder).ok()?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        Some(free.saturating_add(fs::metadata(&self.ballast).map_or(0, |ballast| ballast.len())))
    }

    fn want_ballast(&self) {
        self.wanted.store(true, Ordering::Relaxed);
    }

    fn lay_ballast(&self) {
        if !self.wanted.load(Ordering::Relaxed) {
            return;
        }
        let is_there = fs::metadata(&self.ballast).is_ok_and(|ballast| ballast.len() == BALLAST);
        // It must not itself be what fills the disk.
        if is_there || self.free().is_none_or(|free| free < 2 * BALLAST) {
            return;
        }
        if let Err(error) = self.fill_ballast() {
            tracing::warn!(%error, "no ballast could be laid beside the outbox");
            // Half a ballast would be counted as one.
            let _ = self.unlink_ballast();
        }
    }

    fn give_up_ballast(&self) -> bool {
        self.unlink_ballast().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn ballast_takes_its_room_is_counted_as_free_and_goes_once() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::at(&folder.path().join("outbox.sqlite"));
        disk.lay_ballast();
        assert!(!disk.give_up_ballast(), "nobody wanted one");
        disk.want_ballast();
        disk.lay_ballast();
        let file = fs::metadata(folder.path().join("outbox.sqlite-ballast")).unwrap();
        assert!(file.blocks() * 512 >= BALLAST, "promised only: {} blocks", file.blocks());
        assert_eq!(file.mode() & 0o777, 0o600);
        assert!(disk.free().unwrap() >= BALLAST);
        assert!(disk.give_up_ballast());
        assert!(!disk.give_up_ballast(), "there is none any more");
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_room_and_no_ballast() {
        let disk = Disk::at(Path::new("/nowhere/at/all/outbox.sqlite"));
        disk.want_ballast();
        disk.lay_ballast();
        assert_eq!((disk.free(), disk.give_up_ballast()), (None, false));
    }
}
