//! Updates of the pillars' system on the command line: keep one, and roll it out. Invariant: whatever is done is noted in the
//! log, as on the pages.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use zuil_wire::SystemVersion;

use super::{Common, Failure, load, store};
use crate::store::{Deed, Entry, Rollout, RolloutStage};
use crate::systems::{self, Systems};

const WHO: &str = Entry::COMMAND_LINE;

#[derive(Debug, Subcommand)]
pub(super) enum SystemCommand {
    /// Keep an update that `script/image build` made, and print its version. No pillar gets it by that alone.
    ///
    /// The digests of its files are checked against its list; its signature is checked by pillars. The hub may be
    /// running.
    Add {
        /// The folder with SHA256SUMS, its signature and the three files that it names.
        dir: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// List the updates that are kept, the oldest version first: version, bytes, to whom it is given (`-`, `pillar`,
    /// `tenth`, `all`), its first pillar, and `goes-on` or `stopped`.
    ///
    /// What went wrong at pillars follows, one line each, on standard error.
    List(Common),
    /// End the roll-out of an update and delete its files. Pillars that have it keep it.
    Remove {
        /// Its version, as `zuil-hub system list` prints it.
        version: SystemVersion,
        #[command(flatten)]
        common: Common,
    },
    /// Give an update to one pillar.
    Begin {
        /// Its version, as `zuil-hub system list` prints it.
        version: SystemVersion,
        /// The pillar that gets it first.
        #[arg(long)]
        pillar: String,
        #[command(flatten)]
        common: Common,
    },
    /// Give an update to more pillars: to ten per cent after the first one, to all after those.
    Widen {
        /// Its version, as `zuil-hub system list` prints it.
        version: SystemVersion,
        /// To whom it goes now, so that nothing goes two stages at once.
        #[arg(long, value_parser = ["tenth", "all"])]
        to: String,
        #[command(flatten)]
        common: Common,
    },
    /// Give an update to nobody any more. It stops by itself when a pillar refuses it or falls back.
    Stop {
        /// Its version, as `zuil-hub system list` prints it.
        version: SystemVersion,
        #[command(flatten)]
        common: Common,
    },
    /// Go on with a roll-out that is stopped.
    Resume {
        /// Its version, as `zuil-hub system list` prints it.
        version: SystemVersion,
        #[command(flatten)]
        common: Common,
    },
}

pub(super) fn run(command: SystemCommand) -> Result<ExitCode, Failure> {
    let now = Timestamp::now();
    match command {
        SystemCommand::Add { dir, common } => add(&common.config, &dir),
        SystemCommand::List(common) => list(&common.config),
        SystemCommand::Remove { version, common } => remove(&common.config, &version),
        SystemCommand::Begin { version, pillar, common } => {
            let config = load(&common.config)?;
            let (store, systems) = (store(&config)?, Systems::of(&config.data_dir));
            told(&systems::begin(&*store, &systems, &version, &pillar, WHO, now)?)
        }
        SystemCommand::Widen { version, to, common } => {
            let seen = if to == "tenth" { RolloutStage::Pillar } else { RolloutStage::Tenth };
            told(&systems::go_on(&*store(&load(&common.config)?)?, &version, seen, WHO, now)?)
        }
        SystemCommand::Stop { version, common } => {
            told(&systems::stop(&*store(&load(&common.config)?)?, &version, WHO, now)?)
        }
        SystemCommand::Resume { version, common } => {
            told(&systems::resume(&*store(&load(&common.config)?)?, &version, WHO, now)?)
        }
    }
}

fn add(path: &Path, dir: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let store = store(&config)?;
    let kept = Systems::of(&config.data_dir).add(dir)?;
    store.note(&Entry::new(Timestamp::now(), WHO, Deed::AddedSystem, &kept.version.to_string()))?;
    println!("{}\t{}", kept.version, kept.bytes);
    eprintln!(
        "no pillar gets it yet; begin at one with `zuil-hub system begin {} --pillar NAME`",
        kept.version
    );
    Ok(ExitCode::SUCCESS)
}

fn list(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let store = store(&config)?;
    let rollouts = store.rollouts()?;
    let mut out = io::stdout().lock();
    for kept in Systems::of(&config.data_dir).list()? {
        let rollout = rollouts.iter().find(|rollout| rollout.version == kept.version);
        let how = rollout.map_or_else(|| "-\t-\t-".to_owned(), how);
        writeln!(out, "{}\t{}\t{how}", kept.version, kept.bytes)?;
    }
    for failure in store.update_failures()? {
        let why = failure.why.map(|why| format!(" ({})", why.word())).unwrap_or_default();
        let state = failure.state.word();
        eprintln!("{}\t{}\t{state}{why}\t{}", failure.version, failure.pillar, failure.at);
    }
    Ok(ExitCode::SUCCESS)
}

fn remove(path: &Path, version: &SystemVersion) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let store = store(&config)?;
    let systems = Systems::of(&config.data_dir);
    let is_given = store.rollouts()?.iter().any(|rollout| rollout.version == *version);
    if !is_given && systems.find(version)?.is_none() {
        return Err(format!("there is no version {version} here; see `zuil-hub system list`").into());
    }
    // Whatever is gone afterwards, the log says who took it away.
    store.note(&Entry::new(Timestamp::now(), WHO, Deed::RemovedSystem, &version.to_string()))?;
    store.end_rollout(version)?;
    systems.remove(version)?;
    Ok(ExitCode::SUCCESS)
}

fn told(rollout: &Rollout) -> Result<ExitCode, Failure> {
    println!("{}\t{}", rollout.version, how(rollout));
    Ok(ExitCode::SUCCESS)
}

fn how(rollout: &Rollout) -> String {
    let state = if rollout.stopped_at.is_some() { "stopped" } else { "goes-on" };
    format!("{}\t{}\t{state}", rollout.stage.as_str(), rollout.pillar)
}
