//! Puts the worker of a running hub together from its settings. Invariant: what cannot be put together is told at the
//! start, not when the first resident's request fails.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use fastrand::Rng;
use jiff::Timestamp;
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::courier::{CourierError, HttpCourier};
use super::{Engine, FolderSource, paper, worker};
use crate::background;
use crate::config::Config;
use crate::connectors::email::{Email, Smtp, SmtpError};
use crate::connectors::file_drop::{FileDrop, Folder};
use crate::connectors::open_klant::OpenKlant;
use crate::connectors::open_zaak::OpenZaak;
use crate::connectors::point::Places;
use crate::connectors::signalen::Signalen;
use crate::connectors::{Connector, ConnectorsConfig, settings, system_of};
use crate::data_folder::DataFolder;
use crate::store::System;

/// Why nothing can be handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// A secret cannot be read.
    #[error("the secret in {path} cannot be read: {error}; look at {key} in hub.toml")]
    Secret {
        /// Which key of the settings names it.
        key: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// No connections can be made.
    #[error(transparent)]
    Courier(#[from] CourierError),
    /// No letters can be sent.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// The system gave no thread.
    #[error("nothing can be handed over: {0}; look at the limits of the system")]
    Thread(#[from] std::io::Error),
}

/// Starts the worker on a thread of its own; nothing when the settings name no connectors.
///
/// # Errors
/// [`HandoverError`].
pub fn start(
    config: &Config,
    folder: &Arc<DataFolder>,
    ended: watch::Receiver<bool>,
) -> Result<Option<JoinHandle<()>>, HandoverError> {
    let Some(settings) = &config.connectors else {
        tracing::info!(
            "hub.toml has no [connectors]: nothing is handed over, staff work from the hub's list"
        );
        return Ok(None);
    };
    let connectors = connectors(settings, &config.municipality, folder)?;
    let source = FolderSource::new(Arc::clone(folder));
    let instead = settings.ways();
    tell_what_is_missing(&source, &connectors, &instead);
    let engine = Engine::new(Arc::clone(&folder.store), Box::new(source), connectors, Rng::new());
    let engine = Arc::new(engine.with_instead(instead));
    Ok(Some(background::start("zuil-handover", move || worker::run(engine, Timestamp::now, ended))?))
}

fn connectors(
    settings: &ConnectorsConfig,
    municipality: &str,
    folder: &Arc<DataFolder>,
) -> Result<Vec<Box<dyn Connector>>, HandoverError> {
    let mut connectors: Vec<Box<dyn Connector>> = Vec::new();
    let courier = |ca_file: &Option<PathBuf>| HttpCourier::new(ca_file.as_deref()).map(Arc::new);
    if let Some(config) = &settings.open_zaak {
        let secret = secret("connectors.open_zaak.secret_file", &config.secret_file)?;
        let courier = courier(&config.ca_file)?;
        connectors.push(Box::new(OpenZaak::new(config, secret, municipality, courier, paper::pdf)));
    }
    if let Some(config) = &settings.open_klant {
        let token = secret("connectors.open_klant.token_file", &config.token_file)?;
        connectors.push(Box::new(OpenKlant::new(config, token, courier(&config.ca_file)?)));
    }
    if let Some(config) = &settings.signalen {
        connectors.push(Box::new(Signalen::new(config, places(folder), courier(&config.ca_file)?)));
    }
    if let Some(config) = &settings.email {
        let path = config.password_file.as_ref();
        let password = path.map(|path| secret("connectors.email.password_file", path)).transpose()?;
        let smtp = Box::new(Smtp::new(config, password)?);
        connectors.push(Box::new(Email::new(config, smtp, municipality, paper::pdf)));
    }
    if let Some(config) = &settings.file_drop {
        if !config.folder.is_dir() {
            tracing::warn!(folder = %config.folder.display(), "connectors.file_drop.folder is not there; make it");
        }
        connectors.push(Box::new(FileDrop::new(
            Box::new(Folder::new(&config.folder)),
            municipality,
            paper::pdf,
        )));
    }
    Ok(connectors)
}

/// What the published catalogue says of places. One that cannot be read is told elsewhere.
fn places(folder: &Arc<DataFolder>) -> Places {
    let folder = Arc::clone(folder);
    Box::new(move || {
        let published = folder.catalogues.opened().ok().flatten();
        published.map(|catalogue| catalogue.sites.clone()).unwrap_or_default()
    })
}

fn secret(key: &'static str, path: &Path) -> Result<Zeroizing<String>, HandoverError> {
    settings::secret(path).map_err(|error| HandoverError::Secret { key, path: path.to_owned(), error })
}

/// Systems that published tasks are brought to and that have no settings.
fn missing(
    source: &FolderSource,
    connectors: &[Box<dyn Connector>],
    instead: &BTreeMap<System, System>,
) -> std::io::Result<Vec<(System, String)>> {
    let published = source.published()?.unwrap_or_default();
    let way = |system: System| instead.get(&system).copied().unwrap_or(system);
    let needed =
        published.values().filter_map(|task| Some((way(system_of(task.destination.as_ref()?)), &task.id)));
    let is_there = |system: System| connectors.iter().any(|connector| connector.system() == system);
    let mut missing: Vec<_> = needed
        .filter(|(system, _)| !is_there(*system))
        .map(|(system, task)| (system, task.clone()))
        .collect();
    missing.sort_unstable();
    Ok(missing)
}

fn tell_what_is_missing(
    source: &FolderSource,
    connectors: &[Box<dyn Connector>],
    instead: &BTreeMap<System, System>,
) {
    match missing(source, connectors, instead) {
        Ok(missing) => {
            for (system, task) in missing {
                tracing::warn!(
                    task,
                    system = system.as_str(),
                    "hub.toml has no settings for the system that this task is brought to: it will wait for staff"
                );
            }
        }
        Err(error) => tracing::error!(%error, "the published catalogues cannot be read"),
    }
}
