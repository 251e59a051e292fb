//! The file of the orders. Invariant: it is whole, and what was written is durable.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Kept;

/// What the file says; nothing when there is none.
pub(super) fn read(file: &Path) -> io::Result<Kept> {
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Kept::default()),
        text => serde_json::from_slice(&text?).map_err(io::Error::other),
    }
}

/// Whole or not at all, and durable.
pub(super) fn write(file: &Path, kept: &Kept) -> io::Result<()> {
    let content = serde_json::to_vec(kept).map_err(io::Error::other)?;
    let draft = file.with_extension("draft");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    open.write_all(&content)?;
    open.sync_all()?;
    fs::rename(&draft, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
