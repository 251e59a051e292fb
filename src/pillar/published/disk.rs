//! What is done to the files of the published catalogues, one step after the other.
//!
//! Invariant: a step says nothing of the one before it; only what was synced survives a power cut.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// A disk. After a power cut a file has what was in it when it was synced last or anything written since, and a
/// name leads where it led when its folder was synced last or anywhere it led since, each for itself.
pub(super) trait Disk: Send + Sync {
    /// Makes a folder for its owner only, if there is none.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;

    /// What is in a file: its first `most` bytes, if it has more.
    fn read(&self, file: &Path, most: u64) -> io::Result<Vec<u8>>;

    /// Writes a file for its owner only, over what was in it.
    fn write(&self, file: &Path, content: &[u8]) -> io::Result<()>;

    /// Makes what is in a file durable. Its name may not be.
    fn sync(&self, file: &Path) -> io::Result<()>;

    /// Gives a file another name, and takes that name from the one that had it.
    fn rename(&self, file: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name, which none has.
    fn link(&self, file: &Path, name: &Path) -> io::Result<()>;

    /// Takes a name away, and with its last name the file.
    fn remove(&self, file: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The pillar's own.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    fn read(&self, file: &Path, most: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        File::open(file)?.take(most).read_to_end(&mut content)?;
        Ok(content)
    }

    fn write(&self, file: &Path, content: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?.write_all(content)
    }

    fn sync(&self, file: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).open(file)?.sync_all()
    }

    fn rename(&self, file: &Path, to: &Path) -> io::Result<()> {
        fs::rename(file, to)
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        fs::hard_link(file, name)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}
