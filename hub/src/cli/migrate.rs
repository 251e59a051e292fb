//! Brings the database up to date, and moves it from SQLite to PostgreSQL. Invariant: what it prints is done.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use super::{Failure, load};
use crate::config::{Config, StoreKind};
use crate::data_folder::DataFolder;
use crate::{files, store};

pub(super) fn migrate(path: &Path, from: Option<&Path>) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    match (config.store.kind, from) {
        (StoreKind::Sqlite, None) => sqlite(&config),
        (StoreKind::Sqlite, Some(_)) => {
            Err("set store.kind = \"postgresql\" and store.url_file in hub.toml first: that is where to"
                .into())
        }
        (StoreKind::Postgresql, from) => postgresql(&config, from),
    }
}

fn sqlite(config: &Config) -> Result<ExitCode, Failure> {
    files::private_folder(&config.data_dir)?;
    let database = DataFolder::sqlite_file(&config.data_dir);
    let before = store::schema_step(&database)?;
    drop(DataFolder::open_store(config)?);
    told(before, store::schema_step(&database)?)
}

fn told(from: i64, to: i64) -> Result<ExitCode, Failure> {
    writeln!(io::stdout(), "schema {from} {to}")?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(not(feature = "postgres"))]
fn postgresql(_: &Config, _: Option<&Path>) -> Result<ExitCode, Failure> {
    Err("this zuil-hub was built without PostgreSQL; build it with --features postgres".into())
}

#[cfg(feature = "postgres")]
fn postgresql(config: &Config, from: Option<&Path>) -> Result<ExitCode, Failure> {
    let source = from.map(DataFolder::sqlite_file);
    if let Some(missing) = source.as_ref().filter(|source| !source.exists()) {
        return Err(format!("there is no {}; name the data folder of the hub", missing.display()).into());
    }
    let target = DataFolder::open_postgres(config)?;
    let brought_up = target.brought_up();
    let code = told(brought_up.from, brought_up.to)?;
    let Some(source) = source else { return Ok(code) };
    for table in target.copy_from_sqlite(&source)? {
        let digest: String = table.digest.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(io::stdout(), "{}\t{}\t{digest}", table.table, table.rows)?;
    }
    eprintln!(
        "all is copied and was compared. Keys and catalogues stay files: data_dir ({}) must be the folder that they \
         are in. Keep {} until the hub has run a while, and never run a hub on it again",
        config.data_dir.display(),
        source.display()
    );
    Ok(code)
}
