//! A copy of a catalogue, to be spoiled.

use std::fs;
use std::path::{Path, PathBuf};

/// A copy of the small catalogue that has everything there is to write.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// The small catalogue, which is right.
    pub fn small() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        copy(&here("tests/small"), folder.path());
        folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What a file says.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// Lets a file say something else.
    pub fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path().join(file), bytes).unwrap();
    }
}

/// A path in this crate.
pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
