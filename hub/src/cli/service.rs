//! Service codes without a browser. Invariant: a code is printed once, for who asked for it.

use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;

use super::{Failure, load};
use crate::data_folder::DataFolder;
use crate::service_codes;
use crate::store::Entry;

/// Makes a code, and prints it in groups with until when it opens the pillar.
pub(super) fn make(path: &Path, pillar: &str, hours: &str) -> Result<ExitCode, Failure> {
    let now = Timestamp::now();
    let DataFolder { store, vault, .. } = DataFolder::open(&load(path)?, now)?;
    let made = service_codes::make(&*store, &vault, pillar, hours.parse()?, Entry::COMMAND_LINE, now)?;
    println!("code {}", made.code.groups());
    println!("until {}", made.until);
    Ok(ExitCode::SUCCESS)
}

/// Makes all codes of a pillar void.
pub(super) fn void(path: &Path, pillar: &str) -> Result<ExitCode, Failure> {
    let now = Timestamp::now();
    let DataFolder { store, vault, .. } = DataFolder::open(&load(path)?, now)?;
    service_codes::void(&*store, &vault, pillar, Entry::COMMAND_LINE, now)?;
    eprintln!("no service code of before opens {pillar} any more, as soon as it has heard from this hub");
    Ok(ExitCode::SUCCESS)
}
