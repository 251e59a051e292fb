//! `zuil enrol`: binds this pillar to a hub with a code, or takes its binding away.
//!
//! Invariant: a pillar that runs is left alone, and nothing that waits to be sent is deleted.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{Running, first_boot, hardware, is_running};
use crate::config::Config;
use crate::machine::{Machine, Places};
use crate::outbox::{Outbox, SqliteOutbox};
use crate::sync::{self, EnrolError, Enrolment, Step};

/// What can be asked of it.
#[derive(Args, Debug)]
#[group(id = "what", required = true, multiple = true)]
pub struct Options {
    /// The address of the hub, as it stands beside the code.
    #[arg(long, value_name = "URL", requires = "code")]
    hub: Option<String>,
    /// The code that was made at the hub. It is good for an hour, and once.
    #[arg(long, requires = "hub")]
    code: Option<String>,
    /// Take the binding away first. What waits to be sent stays, and is sent when the pillar is enrolled under the same
    /// name again.
    #[arg(long)]
    wipe: bool,
}

/// Does it.
///
/// # Errors
/// When the settings are of no use, the pillar runs, or it cannot be enrolled; the text says what to do.
pub fn run(config: &Path, options: &Options) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let config = Config::load(config)?;
    std::fs::create_dir_all(&config.data_dir)?;
    if options.wipe {
        if is_running(&config.data_dir)? == Running::Yes {
            return Err("the pillar runs; end it first".into());
        }
        tell_of_the_wipe(&config)?;
    }
    let (Some(hub), Some(code)) = (&options.hub, &options.code) else { return Ok(ExitCode::SUCCESS) };
    // Whoever enrols it here does not look at its screen.
    first_boot::forget(&config.data_dir);
    let pillar = enrol(&config, hub, code, |step| eprintln!("{}", words(step)))?;
    println!("{pillar}");
    Ok(ExitCode::SUCCESS)
}

/// Enrols the pillar of these settings, on this thread; its name. `step` hears how far it is.
///
/// # Errors
/// [`EnrolError`]; then there is no binding.
pub fn enrol(config: &Config, hub: &str, code: &str, step: impl FnMut(Step)) -> Result<String, EnrolError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|_| EnrolError::NoBinding("the system gave no network"))?;
    let time = hardware::time(config, Machine::of(Places::default()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let enrolment = Enrolment { hub, code, binding: &config.binding };
    runtime.block_on(enrolment.run(time, &provider, step))
}

fn tell_of_the_wipe(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    let was_bound = sync::wipe(&config.binding)?;
    eprintln!("{}", if was_bound { "the binding is gone" } else { "there was no binding" });
    let outbox = config.data_dir.join("outbox.sqlite");
    if outbox.exists() {
        let waiting = SqliteOutbox::open(&outbox)?.counts()?.saved;
        if waiting > 0 {
            eprintln!(
                "requests that wait to be sent: {waiting}; enrol this pillar again under the same name, or they never are"
            );
        }
    }
    Ok(())
}

const fn words(step: Step) -> &'static str {
    match step {
        Step::Greeting => "looking for the hub",
        Step::Asking => "the hub knows the code; asking for a certificate",
        Step::Keeping => "keeping the binding",
    }
}
