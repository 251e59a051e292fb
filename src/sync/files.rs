//! Files that hold private keys. Invariant: only their owner can read them, and after a power cut at any moment there
//! is either what was there before or all of what is new.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What was done last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A draft beside the file has a beginning of the content.
    Half,
    /// It has all of it, and that is on the disk.
    Draft,
    /// The file is the draft.
    Named,
}

/// Writes a file. `done` hears of each step, and can end it there.
pub(super) fn write_private(
    file: &Path,
    content: &[u8],
    done: &mut dyn FnMut(Written) -> io::Result<()>,
) -> io::Result<()> {
    let draft = file.with_extension("draft");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    let (first, rest) = content.split_at(content.len() / 2);
    open.write_all(first)?;
    done(Written::Half)?;
    open.write_all(rest)?;
    open.sync_all()?;
    done(Written::Draft)?;
    fs::rename(&draft, file)?;
    done(Written::Named)?;
    sync_folder_of(file)
}

/// Removes a file for good; whether it was there.
pub(super) fn remove(file: &Path) -> io::Result<bool> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.and_then(|()| sync_folder_of(file)).map(|()| true),
    }
}

fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
