//! The command line. Invariant: standard output holds what machines read, everything else goes to
//! standard error; a secret is printed once, where its maker asked for it.

mod catalogue;
mod catalogue_preview;
mod payments;
mod seal_keys;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aws_lc_rs::rand::SystemRandom;
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;
use zeroize::Zeroizing;
use zuil_wire::{PaymentRecord, Reference, State};

use crate::config::{Config, LogLevel};
use crate::data_folder::DataFolder;
use crate::seal_keys::SealKeys;
use crate::store::{Revoked, Store, Trouble};
use crate::{Hub, files, fleet, opening, password, recordings};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The municipality's side of Zuil: takes in what pillars send and shows it to staff.
#[derive(Debug, Parser)]
#[command(name = "zuil-hub", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the hub until it is told to end (Ctrl-C or SIGTERM).
    ///
    /// Prints one line each on standard output: `intake https://…` and `desk http://…`, and at the
    /// very first start `password …`, which is never shown again.
    Serve(Common),
    /// Say which pillars may deliver.
    #[command(subcommand)]
    Pillar(PillarCommand),
    /// Manage the staff password.
    #[command(subcommand)]
    Password(PasswordCommand),
    /// Manage the keys to which pillars seal what residents send.
    #[command(subcommand)]
    SealKey(SealKeyCommand),
    /// Look at what pillars offer and say, and publish it.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Read what a pillar recorded of a device's line, to look for a fault.
    #[command(subcommand)]
    Recording(RecordingCommand),
    /// Look a transaction up by its reference. Exit code 1 when there is none.
    Transaction {
        /// The reference on the receipt, such as 7K3M-Q9XA-2FT; dashes and capitals are not needed.
        reference: String,
        /// Print one JSON object for machines.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        common: Common,
    },
    /// List the payments of which nobody knows whether they were made, the oldest first.
    ///
    /// One line each: reference, pillar, amount in euro, time, the terminal's receipt number, and what
    /// was decided: `paid` or `not-paid` (the pillar has yet to take it), `undecided`, or `unreported`
    /// when the pillar does not report it as open now.
    Payments(Common),
    /// Settle a payment of which nobody knows whether it was made.
    #[command(subcommand)]
    Payment(PaymentCommand),
}

#[derive(Debug, Args)]
struct Common {
    /// The configuration; hub.toml.example shows every key.
    #[arg(long, default_value = "hub.toml", value_name = "FILE")]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum PillarCommand {
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

#[derive(Debug, Subcommand)]
enum SealKeyCommand {
    /// Make a new key and print its id. Pillars seal to it from the next visit after their next report on.
    ///
    /// The older keys stay: what was sealed to them is still opened. Make a backup of the data folder
    /// afterwards. The hub may be running.
    Add(Common),
    /// List all keys, the oldest first: id, when it was made, `newest`, `older` or `retired`, how many
    /// transactions at this hub are sealed to it, and the pillars at which something may be.
    List(Common),
    /// Delete the private key of one that nothing needs any more. It cannot be undone.
    Retire {
        /// The id of the key, as `zuil-hub seal-key list` prints it.
        id: String,
        /// A pillar that will never deliver again, because it was stolen or scrapped. What waits there,
        /// sealed to this key, is lost for good. May be given several times.
        #[arg(long, value_name = "PILLAR")]
        gone: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Subcommand)]
enum CatalogueCommand {
    /// Make pictures of all screens of a task, as residents will see them, and print their paths.
    ///
    /// The pillar's program `zuil` makes them, which must stand beside zuil-hub or on the PATH. It needs no hub and
    /// no display.
    Preview(catalogue_preview::Preview),
    /// Check the catalogue in a folder, sign it, and publish it for all pillars.
    ///
    /// Prints its serial, its version and its SHA-256. With mistakes nothing is published, and the exit
    /// code is 1. Pillars fetch it within twelve minutes and turn to it when nobody stands there. The last ten
    /// are kept. The hub may be running.
    Publish {
        /// The folder with municipality.toml; `zuil check` looks at it without publishing.
        dir: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// List the published catalogues that are kept, the newest last: serial, version, SHA-256, and when.
    List(Common),
}

#[derive(Debug, Subcommand)]
enum RecordingCommand {
    /// Print a recording as text: one line for each thing that happened.
    ///
    /// What it prints is plain: receipts of residents, perhaps card data. Do not leave it lying about.
    Open {
        /// The file that the pillar wrote.
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Subcommand)]
enum PasswordCommand {
    /// Make a new staff password, print it once, and sign everyone out. The hub may be running.
    Reset(Common),
}

#[derive(Debug, Subcommand)]
enum PaymentCommand {
    /// Say what you found out with the payment provider. It cannot be undone.
    ///
    /// The pillar hears it with its next report, takes cards again, and uploads the settled
    /// transaction. The hub may be running.
    Decide {
        /// The reference of the payment's transaction, as `zuil-hub payments` lists it.
        reference: String,
        /// What you found out.
        #[arg(value_parser = ["paid", "not-paid"])]
        finding: String,
        #[command(flatten)]
        common: Common,
    },
}

impl Cli {
    /// Does what was asked.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let done = match self.command {
            Command::Serve(common) => serve(&common.config),
            Command::Pillar(PillarCommand::Add { name, out, hub_url, common }) => {
                add_pillar(&common.config, &name, out, hub_url.as_deref())
            }
            Command::Pillar(PillarCommand::List(common)) => list_pillars(&common.config),
            Command::Pillar(PillarCommand::Revoke { name, common }) => revoke_pillar(&common.config, &name),
            Command::Password(PasswordCommand::Reset(common)) => reset_password(&common.config),
            Command::SealKey(SealKeyCommand::Add(common)) => seal_keys::add(&common.config),
            Command::SealKey(SealKeyCommand::List(common)) => seal_keys::list(&common.config),
            Command::SealKey(SealKeyCommand::Retire { id, gone, common }) => {
                seal_keys::retire(&common.config, &id, &gone)
            }
            Command::Catalogue(CatalogueCommand::Publish { dir, common }) => {
                catalogue::publish(&common.config, &dir)
            }
            Command::Catalogue(CatalogueCommand::List(common)) => catalogue::list(&common.config),
            Command::Recording(RecordingCommand::Open { file, common }) => {
                open_recording(&common.config, &file)
            }
            Command::Catalogue(CatalogueCommand::Preview(wanted)) => catalogue_preview::preview(&wanted),
            Command::Transaction { reference, json, common } => find(&common.config, &reference, json),
            Command::Payments(common) => payments::list(&common.config),
            Command::Payment(PaymentCommand::Decide { reference, finding, common }) => {
                payments::decide(&common.config, &reference, &finding)
            }
        };
        done.unwrap_or_else(|error| {
            eprintln!("zuil-hub: {error}");
            ExitCode::FAILURE
        })
    }
}

fn load(path: &Path) -> Result<Config, Failure> {
    let config = Config::load(path)?;
    log_to_stderr(config.log);
    Ok(config)
}

fn log_to_stderr(level: LogLevel) {
    let colours = io::stderr().is_terminal();
    // Fails only when a log was set up before, and then that one stays.
    let _ = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(colours)
        .with_max_level(LevelFilter::from(level))
        .try_init();
}

fn serve(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let running = Hub::start(config).await?;
        announce(&running)?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to end");
        running.shutdown().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn announce(running: &crate::Running) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if let Some(password) = &running.first_password {
        writeln!(out, "password {}", password.as_str())?;
    }
    writeln!(out, "intake {}", running.intake_url)?;
    writeln!(out, "desk {}", running.desk_url)?;
    out.flush()
}

fn add_pillar(
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
    println!("{}", out.display());
    Ok(ExitCode::SUCCESS)
}

fn list_pillars(path: &Path) -> Result<ExitCode, Failure> {
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

fn revoke_pillar(path: &Path, name: &str) -> Result<ExitCode, Failure> {
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

fn open_recording(path: &Path, file: &Path) -> Result<ExitCode, Failure> {
    let text = recordings::open(&load(path)?.data_dir, file)?;
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn reset_password(path: &Path) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let random = SystemRandom::new();
    let password = password::generate(&random)?;
    let hash = password::hash(&password, &random)?;
    // Before `serve` has run there may be no folder yet.
    DataFolder::open(&config.data_dir, Timestamp::now())?.store.replace_password_hash(&hash)?;
    println!("password {}", password.as_str());
    Ok(ExitCode::SUCCESS)
}

/// A transaction as machines read it. It holds no answers.
#[derive(Serialize)]
struct Found<'a> {
    reference: Reference,
    state: State,
    /// Why a person must look at it, besides its payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<&'a str>,
    /// Whether the hub has looked whether its pillar signed it.
    looked_at: bool,
    /// Nothing when the content cannot be opened.
    task: Option<&'a str>,
    pillar: &'a str,
    payment: Option<&'a PaymentRecord>,
}

fn find(path: &Path, reference: &str, json: bool) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let reference: Reference = reference.parse()?;
    let Some(stored) = store(&config)?.transaction(reference)? else {
        eprintln!("zuil-hub: there is no transaction {reference}");
        return Ok(ExitCode::FAILURE);
    };
    let keys = SealKeys::open_or_make(&config.data_dir.join("seal"), Timestamp::now())?;
    let content = opening::open(&stored.content, &keys);
    if let Err(error) = &content {
        eprintln!("zuil-hub: {reference}: {error}");
    }
    let task = content.as_ref().ok().map(|content| content.task.as_str());
    let (pillar, trouble) = (stored.pillar.as_str(), stored.trouble.map(Trouble::as_str));
    if json {
        let payment = stored.payment.as_ref();
        let (state, looked_at) = (stored.state, stored.looked_at);
        let found = Found { reference, state, trouble, looked_at, task, pillar, payment };
        println!("{}", serde_json::to_string(&found)?);
    } else {
        println!("{reference}\t{}\t{}\t{pillar}", stored.state.as_str(), task.unwrap_or("-"));
    }
    Ok(ExitCode::SUCCESS)
}

fn store(config: &Config) -> Result<impl Store, Failure> {
    if !config.data_dir.join("hub.sqlite").exists() {
        let folder = config.data_dir.display();
        return Err(format!("there is no hub in {folder} yet; run `zuil-hub serve` first").into());
    }
    Ok(DataFolder::open_store(&config.data_dir)?)
}
