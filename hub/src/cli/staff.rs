//! Accounts of staff on the command line, with the same rules as on the desk. Invariant: a password is printed once,
//! on standard output.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use aws_lc_rs::rand::SystemRandom;
use jiff::Timestamp;

use super::{Failure, StaffCommand, load, store};
use crate::access::staff::{self, Added, Renewed};
use crate::access::vault::Vault;
use crate::data_folder::DataFolder;
use crate::store::{Changed, Entry, Roles};

/// The words for roles.
pub(super) const ROLES: [&str; 4] = ["agent", "technician", "editor", "administrator"];

pub(super) fn run(command: StaffCommand) -> Result<ExitCode, Failure> {
    let now = Timestamp::now();
    match command {
        StaffCommand::Add { name, roles, common } => add(&common.config, &name, &roles, now),
        StaffCommand::List(common) => list(&common.config),
        StaffCommand::Password { name, without_app, common } => {
            new_password(&common.config, &name, without_app, now)
        }
        StaffCommand::Roles { name, roles, common } => {
            let store = store(&load(&common.config)?)?;
            told(&name, staff::set_roles(&*store, &name, read(&roles)?, Entry::COMMAND_LINE, now)?)
        }
        StaffCommand::Disable { name, common } => set_disabled(&common.config, &name, true, now),
        StaffCommand::Enable { name, common } => set_disabled(&common.config, &name, false, now),
    }
}

/// Before `serve` has run there may be no folder yet, and no account.
pub(super) fn reset_first(path: &Path) -> Result<ExitCode, Failure> {
    let (now, random) = (Timestamp::now(), SystemRandom::new());
    let DataFolder { store, vault, .. } = DataFolder::open(&load(path)?, now)?;
    let password = match staff::first(&*store, &random, now)? {
        Some(password) => password,
        None => {
            let (veil, by) = (Some(vault.veil()), Entry::COMMAND_LINE);
            match staff::renew_password(&*store, veil, staff::FIRST, by, &random, now)? {
                Renewed::Yes(password) => password,
                Renewed::NoPassword => return Err(nobody(staff::FIRST)),
            }
        }
    };
    println!("password {}", password.as_str());
    Ok(ExitCode::SUCCESS)
}

fn add(path: &Path, name: &str, roles: &[String], now: Timestamp) -> Result<ExitCode, Failure> {
    let (store, random) = (store(&load(path)?)?, SystemRandom::new());
    match staff::add(&*store, name, read(roles)?, Entry::COMMAND_LINE, &random, now)? {
        Added::Yes(password) => {
            println!("password {}", password.as_str());
            Ok(ExitCode::SUCCESS)
        }
        Added::NameTaken => Err(format!("there is or was an account {name}; choose another name").into()),
        Added::NotAName => {
            Err("a name has small letters, digits, dots and dashes, and begins with a letter".into())
        }
        Added::NoRole => Err("say with --role what its owner may do".into()),
    }
}

fn list(path: &Path) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    for account in store(&load(path)?)?.accounts()? {
        let state = if account.disabled_at.is_some() { "disabled" } else { "active" };
        let app = match (&account.password_hash, &account.totp) {
            (None, _) => "provider",
            (Some(_), Some(_)) => "app",
            (Some(_), None) => "no-app",
        };
        let seen = account.signed_in_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
        writeln!(out, "{}\t{}\t{state}\t{app}\t{seen}", account.name, account.roles)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn new_password(path: &Path, name: &str, without_app: bool, now: Timestamp) -> Result<ExitCode, Failure> {
    let config = load(path)?;
    let store = store(&config)?;
    if without_app {
        staff::remove_app(&*store, name, Entry::COMMAND_LINE, now)?;
    }
    // Without the key the hub itself does not find again what it counted.
    let vault = Vault::of(&config.data_dir).ok().flatten();
    let (veil, by) = (vault.as_ref().map(Vault::veil), Entry::COMMAND_LINE);
    match staff::renew_password(&*store, veil, name, by, &SystemRandom::new(), now)? {
        Renewed::Yes(password) => {
            println!("password {}", password.as_str());
            Ok(ExitCode::SUCCESS)
        }
        Renewed::NoPassword => Err(nobody(name)),
    }
}

fn set_disabled(path: &Path, name: &str, disabled: bool, now: Timestamp) -> Result<ExitCode, Failure> {
    let store = store(&load(path)?)?;
    told(name, staff::set_disabled(&*store, name, disabled, Entry::COMMAND_LINE, now)?)
}

fn told(name: &str, changed: Changed) -> Result<ExitCode, Failure> {
    match changed {
        Changed::Yes => Ok(ExitCode::SUCCESS),
        Changed::NoSuchAccount => Err(nobody(name)),
        Changed::NobodyLeft => {
            Err("nobody would be left who can manage accounts; make another administrator first".into())
        }
    }
}

fn nobody(name: &str) -> Failure {
    format!("there is no account {name} with a password; see `zuil-hub staff list`").into()
}

fn read(words: &[String]) -> Result<Roles, Failure> {
    Roles::parse(&words.join(" ")).ok_or_else(|| format!("the roles are {}", ROLES.join(", ")).into())
}
