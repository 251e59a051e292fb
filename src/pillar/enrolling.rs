//! `zuil enrol`: binds this pillar to a hub with a code, or takes its binding away.
//!
//! Invariant: a pillar that runs is left alone, and no request that waits to be sent is deleted.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::{Running, first_boot, hardware, is_running};
use crate::config::Config;
use crate::machine::{Machine, Places};
use crate::maintenance::ServiceFiles;
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
    forget_the_former_key(config);
    let time = hardware::time(config, Machine::of(Places::default()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let enrolment = Enrolment { hub, code, binding: &config.binding };
    let pillar = runtime.block_on(enrolment.run(time, &provider, step))?;
    leave_the_former_hub(config);
    Ok(pillar)
}

/// What was done in service visits under another hub is told to nobody any more. Each start of the pillar looks to that, too.
fn leave_the_former_hub(config: &Config) {
    let Ok(binding) = sync::read_binding(&config.binding) else { return };
    if let Err(error) = ServiceFiles::of(&config.data_dir).belongs_to(&binding.authority) {
        tracing::warn!(%error, "which hub service visits are told to cannot be kept; look at data_dir");
    }
}

/// What an earlier hub, or this one under another name, made codes with opens a pillar no more that is bound anew. One that
/// is bound keeps its key: nothing comes of enrolling it.
fn forget_the_former_key(config: &Config) {
    if !matches!(sync::is_unbound(&config.binding), Ok(true)) {
        return;
    }
    if let Err(error) = ServiceFiles::of(&config.data_dir).forget_key() {
        tracing::warn!(%error, "service codes of before may open this pillar until its hub gives it a key; look at data_dir");
    }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use uuid::Uuid;
    use zuil_wire::seal::{OpenKey, SigningKey};
    use zuil_wire::{ServiceDeed, ServiceEntry, ServiceKey, ServiceOutcome};

    use super::*;

    /// Settings of a pillar in a folder, whose data folder is not there yet.
    fn settings(folder: &Path) -> Config {
        let (file, data) = (folder.join("zuil.toml"), folder.join("data"));
        let binding = folder.join("binding.json");
        let text = format!(
            "data_dir = '{}'\ncatalogue_dir = 'c'\nbinding = '{}'\n",
            data.display(),
            binding.display()
        );
        fs::write(&file, text).unwrap();
        Config::load(&file).unwrap()
    }

    fn is_bound_to(config: &Config, authority: &str) {
        let (signing_key, _) = SigningKey::generate().unwrap();
        let (_, seal_public_key) = OpenKey::generate().unwrap();
        let binding = serde_json::json!({
            "pillar": "bieb", "hub_url": "https://hub.example.nl:8443", "authority": authority,
            "certificate": "", "private_key": "", "signing_key": *signing_key,
            "seal_key_id": "k1", "seal_public_key": seal_public_key,
        });
        fs::write(&config.binding, binding.to_string()).unwrap();
    }

    #[test]
    fn what_a_technician_did_under_one_hub_goes_to_it_again_and_to_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let config = settings(folder.path());
        fs::create_dir(&config.data_dir).unwrap();
        is_bound_to(&config, "one");
        leave_the_former_hub(&config);
        let entry = ServiceEntry {
            id: Uuid::from_u128(1),
            serial: Some(7),
            key_number: 1,
            at: jiff::Timestamp::UNIX_EPOCH,
            deed: ServiceDeed::ReEnrolled,
            outcome: ServiceOutcome::Begun,
        };
        ServiceFiles::of(&config.data_dir).add(entry.clone()).unwrap();
        is_bound_to(&config, "one");
        leave_the_former_hub(&config);
        assert_eq!(ServiceFiles::of(&config.data_dir).entries(), [entry]);
        is_bound_to(&config, "another");
        leave_the_former_hub(&config);
        assert_eq!(ServiceFiles::of(&config.data_dir).entries(), []);
    }

    #[test]
    fn codes_of_before_open_nothing_at_a_pillar_that_is_bound_anew() {
        let folder = tempfile::tempdir().unwrap();
        let config = settings(folder.path());
        let (data, binding) = (config.data_dir.clone(), config.binding.clone());
        forget_the_former_key(&config);
        fs::create_dir(&data).unwrap();
        let key = ServiceKey::of(3, &[7; ServiceKey::BYTES]).unwrap();
        ServiceFiles::of(&data).keep_key(&key).unwrap();
        fs::write(&binding, "{}").unwrap();
        forget_the_former_key(&config);
        assert_eq!(ServiceFiles::of(&data).key(), Some(key), "it may be bound, and is not enrolled then");
        fs::remove_file(&binding).unwrap();
        forget_the_former_key(&config);
        assert_eq!(ServiceFiles::of(&data).key(), None);
    }
}
