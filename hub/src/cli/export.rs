//! All that a municipality has in its hub, as lists for a spreadsheet. Invariant: nothing that a resident filled in is
//! written but the words of searches that found nothing, nor what few answered to a survey, no secret nor what follows from
//! one, and nothing that a program that opens the file would take for a formula. Each table of the store is in one of the
//! lists, or `tests.rs` says why not.

mod lists;
mod requests;
mod service;
mod sheet;
mod systems;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use self::sheet::Sheet;
use super::{Failure, load, store};
use crate::files;
use crate::store::Store;

pub(super) fn export(path: &Path, dir: &Path) -> Result<ExitCode, Failure> {
    let store = store(&load(path)?)?;
    for path in write(&*store, dir)? {
        println!("{}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes all lists into a folder; the paths of what was made.
fn write(store: &dyn Store, dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    files::private_folder(dir)?;
    let mut made = requests::write(store, dir)?;
    for (name, columns, fill) in lists::LISTS {
        let mut sheet = Sheet::new(dir, name, columns)?;
        fill(store, &mut sheet)?;
        made.push(sheet.end()?);
    }
    made.extend(lists::write_attachments(store, dir)?);
    Ok(made)
}
