//! Files that hold secrets. Invariant: such a file is never readable by others, not even for a
//! moment, and is either whole or absent, also after a power cut.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Makes a folder, and those above it, that only its owner may enter. An existing one stays as it is.
///
/// # Errors
/// Those of the file system.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a new file with mode 0600, open for writing.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when there is a file of that name; it is left alone.
pub fn new_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a file with mode 0600 at once: under another name first, then renamed.
///
/// # Errors
/// Those of the file system; then the file is as it was before.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut draft: PathBuf = path.to_owned();
    draft.add_extension("draft");
    // A draft that a power cut left behind is worth nothing.
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = new_private(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    sync_folder_of(path)
}

/// Makes the names in the folder of `path` durable.
///
/// # Errors
/// Those of the file system.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Keeps other processes from making keys in the same folder until it is dropped.
pub struct FolderLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl FolderLock {
    /// Waits for the lock of `folder`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn take(folder: &Path) -> io::Result<Self> {
        let path = folder.join("lock");
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
        file.lock()?;
        Ok(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_replaced_whole_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.key");
        std::fs::write(folder.path().join("ca.key.draft"), "half a k").unwrap();
        write_private(&path, b"first").unwrap();
        write_private(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!folder.path().join("ca.key.draft").exists());
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("binding");
        new_private(&path).unwrap();
        assert_eq!(new_private(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }
}
