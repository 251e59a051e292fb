//! Which pillars may deliver: adds, lists and revokes them. Invariant: no pillar is added whose keys could not be
//! written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Common, Failure, load, store};
use crate::config::Config;
use crate::store::{Deed, Entry, Revoked};
use crate::{files, fleet};

#[derive(Debug, Subcommand)]
pub(super) enum PillarCommand {
    /// Add a pillar and write the binding file for it.
    ///
    /// The file holds the pillar's private keys: carry it to the pillar on a stick, never mail it,
    /// and delete it afterwards. The hub may be running.
    Add {
        /// The name of the pillar: small letters, digits and dashes, such as jumbo-dronensingel.
        name: String,
        /// Where to write the binding [default: NAME.binding.json]. An existing file is left alone.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The address under which this pillar reaches the hub, instead of intake.public_url.
        #[arg(long, value_name = "URL")]
        hub_url: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Make a code with which a pillar is enrolled over the air within an hour, and print it.
    ///
    /// It is typed at the pillar's own screen, or given to `zuil enrol --hub URL --code CODE` there. It opens one binding,
    /// once. The pillar makes its keys itself: no key leaves it. The hub may be running.
    Code {
        /// The name of the pillar: small letters, digits and dashes, such as jumbo-dronensingel.
        name: String,
        /// Where it stands or will stand, for those who look for it.
        #[arg(long)]
        place: String,
        /// There is a pillar of that name: another device takes its place, or the same one after it was wiped. What it
        /// had counts as revoked as soon as the code is used.
        #[arg(long)]
        again: bool,
        /// The address under which this pillar reaches the hub, instead of intake.public_url.
        #[arg(long, value_name = "URL")]
        hub_url: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List all pillars: name, state, last seen, last sequence number.
    List(Common),
    /// Take away a pillar's access, at once. What it delivered stays.
    ///
    /// For a while it may still deliver what residents had finished at it, and nothing else; staff look at
    /// each of these first. Open payments of a revoked pillar are settled at the hub for good.
    Revoke {
        /// The name of the pillar.
        name: String,
        #[command(flatten)]
        common: Common,
    },
}

pub(super) fn run(command: PillarCommand) -> Result<ExitCode, Failure> {
    match command {
        PillarCommand::Add { name, out, hub_url, common } => {
            add(&common.config, &name, out, hub_url.as_deref())
        }
        PillarCommand::Code { name, place, again, hub_url, common } => {
            let new = fleet::New { pillar: &name, place: &place, again };
            code(&common.config, new, hub_url.as_deref())
        }
        PillarCommand::List(common) => list(&common.config),
        PillarCommand::Revoke { name, common } => revoke(&common.config, &name),
    }
}

fn code(path: &Path, new: fleet::New<'_>, hub_url: Option<&str>) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let address = config.hub_url(hub_url)?;
    let (code, enrolment) = fleet::make_code(&*store(&config)?, new, Entry::COMMAND_LINE, Timestamp::now())?;
    println!("hub {}", address.as_str());
    println!("code {code}");
    println!("until {}", enrolment.expires_at);
    Ok(ExitCode::SUCCESS)
}

fn add(path: &Path, name: &str, out: Option<PathBuf>, hub_url: Option<&str>) -> Result<ExitCode, Failure> {
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

fn list(path: &Path) -> Result<ExitCode, Failure> {
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

fn revoke(path: &Path, name: &str) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    // Only where there is a hub.
    drop(store(&config)?);
    match fleet::revoke_pillar(&config, name, Timestamp::now())? {
        Revoked::Yes => {
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
