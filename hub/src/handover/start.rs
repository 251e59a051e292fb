//! Puts the worker of a running hub together from its settings. Invariant: what cannot be put together is told at the
//! start, not when the first resident's request fails.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use fastrand::Rng;
use jiff::Timestamp;
use tokio::sync::watch;

use super::courier::{CourierError, HttpCourier};
use super::{Engine, FolderSource, paper, worker};
use crate::config::Config;
use crate::connectors::open_zaak::OpenZaak;
use crate::connectors::{Connector, ConnectorsConfig, system_of};
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
    let connectors = connectors(settings, &config.municipality)?;
    let source = FolderSource::new(Arc::clone(folder));
    tell_what_is_missing(&source, &connectors);
    let engine = Arc::new(Engine::new(Arc::clone(&folder.store), Box::new(source), connectors, Rng::new()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let work = move || runtime.block_on(worker::run(engine, Timestamp::now, ended));
    Ok(Some(std::thread::Builder::new().name("zuil-handover".into()).spawn(work)?))
}

fn connectors(
    settings: &ConnectorsConfig,
    municipality: &str,
) -> Result<Vec<Box<dyn Connector>>, HandoverError> {
    let mut connectors: Vec<Box<dyn Connector>> = Vec::new();
    if let Some(open_zaak) = &settings.open_zaak {
        let secret = open_zaak.secret().map_err(|error| HandoverError::Secret {
            key: "connectors.open_zaak.secret_file",
            path: open_zaak.secret_file.clone(),
            error,
        })?;
        let courier = Arc::new(HttpCourier::new(open_zaak.ca_file.as_deref())?);
        connectors.push(Box::new(OpenZaak::new(open_zaak, secret, municipality, courier, paper::pdf)));
    }
    Ok(connectors)
}

/// Systems that published tasks are brought to and that have no settings.
fn missing(
    source: &FolderSource,
    connectors: &[Box<dyn Connector>],
) -> std::io::Result<Vec<(System, String)>> {
    let published = source.published()?.unwrap_or_default();
    let needed =
        published.values().filter_map(|task| Some((system_of(task.destination.as_ref()?), &task.id)));
    let is_there = |system: System| connectors.iter().any(|connector| connector.system() == system);
    let mut missing: Vec<_> = needed
        .filter(|(system, _)| !is_there(*system))
        .map(|(system, task)| (system, task.clone()))
        .collect();
    missing.sort_unstable();
    Ok(missing)
}

fn tell_what_is_missing(source: &FolderSource, connectors: &[Box<dyn Connector>]) {
    match missing(source, connectors) {
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
