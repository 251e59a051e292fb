//! One list. Invariant: it never takes the place of a file that was there, and each of its values is harmless.

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::super::Failure;
use crate::files;
use crate::spreadsheet::harmless;

/// A list that is being written.
pub(super) struct Sheet {
    path: PathBuf,
    file: csv::Writer<File>,
}

impl Sheet {
    pub(super) fn new(dir: &Path, name: &str, columns: &[&str]) -> Result<Self, Failure> {
        let path = dir.join(name);
        let file = files::new_private(&path)
            .map_err(|error| format!("{} cannot be made: {error}; name another folder", path.display()))?;
        let mut file = csv::Writer::from_writer(file);
        file.write_record(columns)?;
        Ok(Self { path, file })
    }

    pub(super) fn row<const N: usize>(&mut self, values: [String; N]) -> Result<(), Failure> {
        Ok(self.file.write_record(values.iter().map(|value| harmless(value).into_owned()))?)
    }

    /// It is on the disk; its path.
    pub(super) fn end(mut self) -> Result<PathBuf, Failure> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        Ok(self.path)
    }
}

/// A time; empty when there is none.
pub(super) fn when(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

pub(super) fn yes_or_no(is: bool) -> String {
    if is { "yes" } else { "no" }.into()
}
