//! The command line. Invariant: standard output holds what machines read, everything else goes to
//! standard error; a secret is printed once, where its maker asked for it.

mod audit;
mod backup;
mod catalogue;
mod catalogue_preview;
mod export;
mod migrate;
mod notifications;
mod payments;
mod pillars;
mod seal_keys;
mod serve;
mod service;
mod staff;
mod systems;
mod transaction;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use tracing::level_filters::LevelFilter;

use self::notifications::NotificationsCommand;
use self::pillars::PillarCommand;
use self::systems::SystemCommand;
use crate::config::{Config, LogFormat, LogLevel, StoreKind};
use crate::data_folder::DataFolder;
use crate::recordings;
use crate::store::Store;

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
    /// very first start `account …` and `password …`, which is never shown again.
    Serve(Common),
    /// Say which pillars may deliver.
    #[command(subcommand)]
    Pillar(PillarCommand),
    /// Manage the accounts of staff.
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Look at the log of who saw and did what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Manage the password of the first account.
    #[command(subcommand)]
    Password(PasswordCommand),
    /// Manage the keys to which pillars seal what residents send.
    #[command(subcommand)]
    SealKey(SealKeyCommand),
    /// Look at what pillars offer and say, and publish it.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Keep updates of the pillars' system, and roll them out.
    #[command(subcommand)]
    System(SystemCommand),
    /// Hear at once how far cases are: the subscription at Open Notificaties.
    #[command(subcommand)]
    Notifications(NotificationsCommand),
    /// Read what a pillar recorded of a device's line, to look for a fault.
    #[command(subcommand)]
    Recording(RecordingCommand),
    /// Make a code with which a technician opens the hidden pages of a pillar, also when that has no line.
    ///
    /// Prints `code` with twelve digits and `until` when it opens the pillar: the end of the hour in which the chosen
    /// hours are over. The hub may be running.
    ServiceCode {
        /// The name of the pillar.
        pillar: String,
        /// For how many hours.
        #[arg(long, value_parser = ["1", "4", "8", "24"], required_unless_present = "void", conflicts_with = "void")]
        hours: Option<String>,
        /// Make all codes of this pillar void instead.
        #[arg(long)]
        void: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Bring the database up to date and say what was done, one line: `schema FROM TO`.
    ///
    /// `zuil-hub serve` does it too; this is for doing it first, and for moving from SQLite to PostgreSQL.
    Migrate {
        /// A data folder with a SQLite database: copies all that is in it into the empty PostgreSQL database of
        /// hub.toml, reads it back and compares it. No hub may run on it. Prints each table with its rows and the
        /// SHA-256 of what is in them.
        #[arg(long, value_name = "FOLDER")]
        from: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// Copy the SQLite database into a new file. The hub may be running.
    ///
    /// Keys and catalogues are files in the data folder; copy those, too. With PostgreSQL this says what to do
    /// instead, and the exit code is 2.
    Backup {
        /// The new file.
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// Write all that the hub knows as CSV, without anything that a resident filled in and without secrets.
    ///
    /// Makes transactions.csv, payments.csv and a file for every other list, and a folder with the pictures and logs
    /// that pillars sent. Prints their paths. The hub may be running.
    Export {
        /// The folder for them; files that are there are left alone.
        dir: PathBuf,
        #[command(flatten)]
        common: Common,
    },
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
    /// Make a new password for the account `beheer`, print it once, and sign it out. The hub may be running.
    Reset(Common),
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Make an account and print its password once.
    Add {
        /// The name of the account: small letters, digits, dots and dashes, such as a.jansen.
        name: String,
        /// What its owner may do. May be given several times.
        #[arg(long = "role", required = true, value_parser = staff::ROLES)]
        roles: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List all accounts: name, roles, `active` or `disabled`, `app` or `no-app`, last signed in.
    List(Common),
    /// Make a new password for an account, print it once, and sign it out.
    Password {
        /// The name of the account.
        name: String,
        /// Take the authenticator app away, too, because its owner has lost it.
        #[arg(long)]
        without_app: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Give an account other roles, and sign it out.
    Roles {
        /// The name of the account.
        name: String,
        /// What its owner may do from now on. May be given several times.
        #[arg(long = "role", required = true, value_parser = staff::ROLES)]
        roles: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Let nobody sign in with an account any more. It is never deleted, so that the log stays readable.
    Disable {
        /// The name of the account.
        name: String,
        #[command(flatten)]
        common: Common,
    },
    /// Let its owner sign in with an account again.
    Enable {
        /// The name of the account.
        name: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Follow the log from its beginning. Exit code 1 when an entry is missing or was changed.
    ///
    /// Prints the number of its last entry and the hash over all of them: keep both in another place, and see
    /// with --contains whether they are still in it.
    Verify {
        /// What an earlier run printed: NUMBER:HASH.
        #[arg(long, value_name = "NUMBER:HASH")]
        contains: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Print the log, the oldest first: number, time, who, what, about what, and how, with tabs between them.
    List(Common),
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
            Command::Serve(common) => serve::serve(&common.config),
            Command::Pillar(command) => pillars::run(command),
            Command::Password(PasswordCommand::Reset(common)) => staff::reset_first(&common.config),
            Command::Staff(command) => staff::run(command),
            Command::Audit(AuditCommand::Verify { contains, common }) => {
                audit::verify(&common.config, contains.as_deref())
            }
            Command::Audit(AuditCommand::List(common)) => audit::list(&common.config),
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
            Command::Transaction { reference, json, common } => {
                transaction::find(&common.config, &reference, json)
            }
            Command::ServiceCode { pillar, hours: Some(hours), common, .. } => {
                service::make(&common.config, &pillar, &hours)
            }
            Command::ServiceCode { pillar, hours: None, common, .. } => {
                service::void(&common.config, &pillar)
            }
            Command::System(command) => systems::run(command),
            Command::Notifications(command) => notifications::run(&command),
            Command::Migrate { from, common } => migrate::migrate(&common.config, from.as_deref()),
            Command::Backup { file, common } => backup::back_up(&common.config, &file),
            Command::Export { dir, common } => export::export(&common.config, &dir),
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
    log_to_stderr(config.log, config.log_format);
    Ok(config)
}

fn log_to_stderr(level: LogLevel, format: LogFormat) {
    let colours = io::stderr().is_terminal() && format == LogFormat::Text;
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(colours)
        .with_max_level(LevelFilter::from(level));
    // Fails only when a log was set up before, and then that one stays.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
}

fn open_recording(path: &Path, file: &Path) -> Result<ExitCode, Failure> {
    let text = recordings::open(&load(path)?.data_dir, file)?;
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn store(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    let is_sqlite = config.store.kind == StoreKind::Sqlite;
    if is_sqlite && !DataFolder::sqlite_file(&config.data_dir).exists() {
        let folder = config.data_dir.display();
        return Err(format!("there is no hub in {folder} yet; run `zuil-hub serve` first").into());
    }
    Ok(DataFolder::open_store(config)?)
}
