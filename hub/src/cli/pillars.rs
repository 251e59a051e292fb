//! Which pillars may deliver: adds, lists and revokes them. Invariant: no pillar is added whose keys could not be
//! written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Failure, load, store};
use crate::config::Config;
use crate::store::{Deed, Entry, Revoked};
use crate::{files, fleet};

pub(super) fn add(
    path: &Path,
    name: &str,
    out: Option<PathBuf>,
    hub_url: Option<&str>,
) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{name}.binding.json")));
    // The file comes first: a pillar whose keys cannot be written must not be added.
    let mut file = files::new_private(&out)
        .map_err(|error| format!("{} cannot be made: {error}; choose another with --out", out.display()))?;
    let written = fleet::add_pillar(&config, name, hub_url, Timestamp::now())
        .map_err(Failure::from)
        .and_then(|binding| {
            let text = Zeroizing::new(serde_json::to_vec_pretty(&binding)?);
            file.write_all(&text)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            Ok(())
        });
    if let Err(error) = written {
        std::fs::remove_file(&out)?;
        return Err(error);
    }
    note(&config, Deed::AddedPillar, name)?;
    println!("{}", out.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let mut out = io::stdout().lock();
    for pillar in store(&config)?.pillars()? {
        let state = if pillar.revoked_at.is_some() { "revoked" } else { "active" };
        let seen = pillar.last_seen_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        let sequence = pillar.last_sequence.map_or_else(|| "-".to_owned(), |number| number.to_string());
        writeln!(out, "{}\t{state}\t{seen}\t{sequence}", pillar.name)?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn revoke(path: &Path, name: &str) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    // Only where there is a hub.
    drop(store(&config)?);
    match fleet::revoke_pillar(&config, name, Timestamp::now())? {
        Revoked::Yes => {
            note(&config, Deed::RevokedPillar, name)?;
            let days = config.intake.revoked_days;
            eprintln!(
                "{name} is revoked. For {days} days it may still deliver what residents had finished; staff look \
                 at each of these first. All other pillars get a new sealing key"
            );
        }
        Revoked::Before(at) => eprintln!("{name} was revoked at {at}"),
        Revoked::NoSuchPillar => {
            return Err(format!("there is no pillar named {name}; see `zuil-hub pillar list`").into());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn note(config: &Config, deed: Deed, pillar: &str) -> Result<(), Failure> {
    Ok(store(config)?.note(&Entry::new(Timestamp::now(), Entry::COMMAND_LINE, deed, pillar))?)
}
