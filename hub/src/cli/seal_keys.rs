//! Sealing keys on the command line: a new one, which there are, and one that goes.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Failure, load, store};
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::rotation::may_hold;
use crate::seal_keys::{ListedKey, SealKeys, SealKeysError};
use crate::store::{Pillar, Reported, Store};

pub(super) fn add(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    // Makes the folder, and the first key, where there is none yet.
    drop(DataFolder::open(&config, Timestamp::now())?);
    println!("{}", SealKeys::add(&DataFolder::seal_folder(&config.data_dir), Timestamp::now())?);
    eprintln!("pillars hear of it with their next reports, and new bindings hold it");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list(path: &Path) -> Result<ExitCode, Failure> {
    let there = There::read(&load(path)?)?;
    let mut out = io::stdout().lock();
    let newest = there.keys.iter().rfind(|key| key.retired_at.is_none());
    for key in &there.keys {
        let state = match key.retired_at {
            Some(at) => format!("retired {at}"),
            None if Some(key) == newest => "newest".to_owned(),
            None => "older".to_owned(),
        };
        let pillars = there.may_hold(&key.id).join(",");
        let pillars = if key.retired_at.is_some() || pillars.is_empty() { "-" } else { &pillars };
        writeln!(out, "{}\t{}\t{state}\t{}\t{pillars}", key.id, key.made_at, there.kept(&key.id)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn retire(path: &Path, id: &str, gone: &[String]) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let there = There::read(&config)?;
    let unknown = |name: &&String| there.pillars.iter().all(|pillar| pillar.name != **name);
    if let Some(name) = gone.iter().find(unknown) {
        return Err(format!("there is no pillar named {name}; see `zuil-hub pillar list`").into());
    }
    let alive: Vec<&ListedKey> = there.keys.iter().filter(|key| key.retired_at.is_none()).collect();
    if alive.iter().all(|key| key.id != id) {
        return Err(SealKeysError::NoSuchKey(id.into()).into());
    }
    if alive.last().is_some_and(|newest| newest.id == id) {
        return Err(SealKeysError::Newest(id.into()).into());
    }
    let kept = there.kept(id)?;
    if kept > 0 {
        return Err(format!(
            "{kept} transactions at this hub are sealed to {id}; without it nobody can read them"
        )
        .into());
    }
    let mut holding = there.may_hold(id);
    holding.retain(|name| gone.iter().all(|gone| gone != name));
    if !holding.is_empty() {
        return Err(format!(
            "something may be sealed to {id} at {}; wait until they have reported with a newer key and nothing \
             waits there, or name those that will never deliver again with --gone",
            holding.join(", ")
        )
        .into());
    }
    SealKeys::retire(&DataFolder::seal_folder(&config.data_dir), id, Timestamp::now())?;
    eprintln!(
        "{id} opens nothing any more, recordings that were sealed to it included; delete it from backups, too"
    );
    Ok(ExitCode::SUCCESS)
}

/// All that says whether a key is needed.
struct There {
    keys: Vec<ListedKey>,
    pillars: Vec<Pillar>,
    reports: Vec<Reported>,
    store: Arc<dyn Store>,
}

impl There {
    fn read(config: &Config) -> Result<Self, Failure> {
        let store = store(config)?;
        let keys = SealKeys::list(&DataFolder::seal_folder(&config.data_dir))?;
        Ok(Self { keys, pillars: store.pillars()?, reports: store.reports()?, store })
    }

    fn may_hold(&self, id: &str) -> Vec<&str> {
        may_hold(id, &self.keys, &self.pillars, &self.reports)
    }

    fn kept(&self, id: &str) -> Result<u64, Failure> {
        Ok(self.store.sealed_to(id)?)
    }
}
