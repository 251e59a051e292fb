//! Copies the database while the hub runs. Invariant: standard output is left alone, and what else must be copied is said.

use std::path::Path;
use std::process::ExitCode;

use super::{Failure, load};
use crate::config::StoreKind;
use crate::data_folder::DataFolder;
use crate::store;

/// For what cannot be done with this database.
const ELSEWHERE: u8 = 2;

pub(super) fn back_up(path: &Path, file: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let folder = config.data_dir.display();
    if config.store.kind == StoreKind::Postgresql {
        eprintln!(
            "zuil-hub: PostgreSQL makes its own backups: run\n\n    pg_dump --format=custom --file={} \"$(cat {})\"\n\n\
             and copy {folder}, where keys and catalogues are. pg_restore puts it back into an empty database",
            file.display(),
            config.store.url_file.unwrap_or_default().display(),
        );
        return Ok(ExitCode::from(ELSEWHERE));
    }
    let database = DataFolder::sqlite_file(&config.data_dir);
    if !database.exists() {
        return Err(format!("there is no hub in {folder} yet; run `zuil-hub serve` first").into());
    }
    store::back_up(&database, file)?;
    eprintln!(
        "copied; without the keys in {folder} nobody can read it: copy all but hub.sqlite* from there, too. To go back \
         to it, stop the hub, put it in the place of hub.sqlite and delete hub.sqlite-wal and hub.sqlite-shm"
    );
    Ok(ExitCode::SUCCESS)
}
