//! The files in which the image and the program meet.
//!
//! Invariant: little is read, and only the program and the system's services can read what is written; after a power cut
//! at any moment a wish is whole or not there.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// No state of the image is larger.
const LARGEST: u64 = 64 * 1024;

/// What a file says; nothing when it is not there, too long, or makes no sense.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Option<T> {
    serde_json::from_slice(&bytes(file)?).ok()
}

/// What is in a file; nothing when it is not there or too long.
pub(super) fn bytes(file: &Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    File::open(file).ok()?.take(LARGEST + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= LARGEST).then_some(content)
}

/// Writes a wish as JSON. See [`write`].
pub(super) fn write_json(file: &Path, wish: &impl Serialize) -> io::Result<()> {
    let text = Zeroizing::new(serde_json::to_vec(wish)?);
    write(file, &text)
}

/// Writes a wish into a folder that is there: by a draft beside it, which gets its name when all of it is on the disk.
pub(super) fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut draft = file.as_os_str().to_owned();
    draft.push(".draft");
    let written = write_draft(Path::new(&draft), content).and_then(|()| fs::rename(&draft, file));
    if let Err(error) = written {
        // What is left of it may hold a secret; on a full disk it takes room as well.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

fn write_draft(draft: &Path, content: &[u8]) -> io::Result<()> {
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    open.write_all(content)?;
    open.sync_all()
}

/// Makes a folder that only the program can look into, in one that is there.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
