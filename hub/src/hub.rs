//! A running hub: its doors open on one data folder. Invariant: the addresses that it tells are the
//! real ones, and when it ends, what was under way is answered first.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use axum::Router;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::access::retention::Keep;
use crate::access::staff::{self, StaffError};
use crate::alerts::{self, AlertsError};
use crate::checker::{self, Bell};
use crate::config::{Config, ConfigError};
use crate::data_folder::{DataFolder, DataFolderError};
use crate::desk::{self, Desk};
use crate::handover::{self, HandoverError};
use crate::intake::{self, Door, GroupCommit, Peer, TlsListener, TlsSetupError};
use crate::operations::{self, Operations};
use crate::store::{Grace, Store, StoreError};

/// How long requests that are under way may take when the hub ends.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Why a hub does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder is of no use.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// TLS could not be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// The first account could not be made.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The identity provider or Open Notificaties is configured, and the secret cannot be read.
    #[error(
        "a secret for the desk cannot be read: {0}; look at access.oidc.client_secret_file and at connectors"
    )]
    SignOn(std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What comes in could not be handed over.
    #[error(transparent)]
    Handover(#[from] HandoverError),
    /// Nobody could be told what is the matter with pillars.
    #[error(transparent)]
    Alerts(#[from] AlertsError),
    /// The system gave no thread.
    #[error("the hub cannot work: {0}; look at the limits of the system")]
    Thread(#[from] std::io::Error),
    /// The runtime ended in the middle of it.
    #[error("the hub was stopped while it started")]
    Stopped,
    /// An address is taken or not ours.
    #[error("{key} = \"{address}\" cannot be used: {error}; is another hub running there?")]
    Listen {
        /// Which key of the configuration.
        key: &'static str,
        /// Its value.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
}

/// The hub.
pub struct Hub;

/// A hub that was started. Dropping it ends it at once; [`Running::shutdown`] ends it in order.
pub struct Running {
    /// Where pillars come in, such as `https://127.0.0.1:8443`.
    pub intake_url: String,
    /// Where staff come in, such as `http://127.0.0.1:8080`.
    pub desk_url: String,
    /// Where residents see how a request stands, when they have a door of their own.
    pub public_url: Option<String>,
    /// Where those who run the hub look, when that door is open.
    pub operations_url: Option<String>,
    /// The password of the account [`staff::FIRST`], at the first start only. It can never be told again.
    pub first_password: Option<Zeroizing<String>>,
    /// What the hub keeps.
    pub store: Arc<dyn Store>,
    operations: Arc<Operations>,
    end: watch::Sender<bool>,
    serving: JoinSet<std::io::Result<()>>,
    workers: Workers,
}

/// The threads behind the doors. Dropping it tells them to end.
struct Workers {
    bell: Arc<Bell>,
    group: Arc<GroupCommit>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.group.close();
        self.bell.end();
    }
}

impl Hub {
    /// Opens the data folder and both doors. It needs a tokio runtime with IO and time.
    ///
    /// # Errors
    /// When the data folder, an address or the configuration is of no use; the text says what to do.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let now = Timestamp::now();
        let names = config.server_names()?;
        let to_open = config.clone();
        let opened = tokio::task::spawn_blocking(move || open(&to_open, now)).await;
        let (folder, first_password) = opened.map_err(|_| StartError::Stopped)??;
        let tls = intake::server_config(&folder.authority, &names, now)?;
        let (intake_tcp, intake_at) = bind("intake.listen", config.intake.listen).await?;
        let (desk_tcp, desk_at) = bind("desk.listen", config.desk.listen).await?;
        let intake_error = |error| listen_error("intake.listen", intake_at, error);
        let intake_tls = TlsListener::new(intake_tcp, tls).map_err(intake_error)?;
        let (store, folder) = (Arc::clone(&folder.store), Arc::new(folder));
        let (end, ended) = watch::channel(false);
        let mut workers = start_workers(&folder, config.grace(), Keep::from(&config.access))?;
        let (settings, own_folder, own_end) = (config.clone(), Arc::clone(&folder), ended.clone());
        let handing_over =
            tokio::task::spawn_blocking(move || handover::start(&settings, &own_folder, own_end));
        workers.threads.extend(handing_over.await.map_err(|_| StartError::Stopped)??);
        let (settings, own_folder, own_end) = (config.clone(), Arc::clone(&folder), ended.clone());
        let watching = tokio::task::spawn_blocking(move || alerts::start(&settings, &own_folder, own_end));
        workers.threads.push(watching.await.map_err(|_| StartError::Stopped)??);
        let door = Door::new(Arc::clone(&folder), Arc::clone(&workers.group));
        let intake = intake::routes(Arc::new(door));
        let desk =
            Desk::new(&bound(&config, intake_at), folder, ended.clone()).map_err(StartError::SignOn)?;
        let desk = Arc::new(desk);
        let public = desk::public_routes(Arc::clone(&desk));
        let desk = desk::routes(desk);
        let operations = Arc::new(Operations::new(Arc::clone(&store)));
        let public = operations.watch("residents", public);
        let (intake, desk) = (operations.watch("pillars", intake), operations.watch("staff", desk));
        let mut serving = JoinSet::new();
        serving.spawn(
            axum::serve(intake_tls, intake.into_make_service_with_connect_info::<Peer>())
                .with_graceful_shutdown(told_to_end(ended.clone()))
                .into_future(),
        );
        serving.spawn(
            axum::serve(desk_tcp, desk.into_make_service_with_connect_info::<SocketAddr>())
                .with_graceful_shutdown(told_to_end(ended.clone()))
                .into_future(),
        );
        let public_at = serve_public(&mut serving, config.desk.public_listen, public, ended.clone()).await?;
        let operations_at =
            serve_operations(&mut serving, config.operations.listen, &operations, ended).await?;
        Ok(Running {
            intake_url: format!("https://{intake_at}"),
            desk_url: format!("http://{desk_at}"),
            public_url: public_at.map(|at| format!("http://{at}")),
            operations_url: operations_at.map(|at| format!("http://{at}")),
            operations,
            first_password,
            store,
            end,
            serving,
            workers,
        })
    }
}

impl Running {
    /// Closes both doors, answers what is under way, and ends.
    pub async fn shutdown(mut self) {
        self.operations.ends();
        let _ = self.end.send(true);
        let all_served = async { while self.serving.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_REQUESTS, all_served).await.is_err() {
            tracing::warn!("requests that took too long were cut off");
        }
        // Nobody hands anything in any more: what was handed in is stored, and the store closed.
        self.serving.shutdown().await;
        self.workers.group.close();
        self.workers.bell.end();
        let threads = std::mem::take(&mut self.workers.threads);
        let all_ended = tokio::task::spawn_blocking(|| {
            threads.into_iter().map(JoinHandle::join).all(|ended| ended.is_ok())
        });
        if !all_ended.await.unwrap_or(false) {
            tracing::error!("a thread of the hub ended in disorder");
        }
    }
}

fn start_workers(folder: &Arc<DataFolder>, grace: Grace, keep: Keep) -> Result<Workers, StartError> {
    let bell = Arc::new(Bell::default());
    let (group, storing) = GroupCommit::start(Arc::clone(&folder.store), grace, Arc::clone(&bell))?;
    let (gauge, own_bell, folder) = (group.gauge(), Arc::clone(&bell), Arc::clone(folder));
    let checking = std::thread::Builder::new().name("zuil-checker".into()).spawn(move || {
        checker::run(&*folder.store, &folder.seal_keys, keep, &own_bell, || gauge.is_busy())
    })?;
    Ok(Workers { bell, group: Arc::new(group), threads: vec![storing, checking] })
}

/// Opens the door of residents, when it is configured.
async fn serve_public(
    serving: &mut JoinSet<std::io::Result<()>>,
    listen: Option<SocketAddr>,
    routes: Router,
    ended: watch::Receiver<bool>,
) -> Result<Option<SocketAddr>, StartError> {
    let Some(listen) = listen else { return Ok(None) };
    let (tcp, at) = bind("desk.public_listen", listen).await?;
    serving.spawn(
        axum::serve(tcp, routes.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(told_to_end(ended))
            .into_future(),
    );
    Ok(Some(at))
}

/// Opens the door of those who run the hub, when it is configured.
async fn serve_operations(
    serving: &mut JoinSet<std::io::Result<()>>,
    listen: Option<SocketAddr>,
    operations: &Arc<Operations>,
    ended: watch::Receiver<bool>,
) -> Result<Option<SocketAddr>, StartError> {
    let Some(listen) = listen else { return Ok(None) };
    let (tcp, at) = bind("operations.listen", listen).await?;
    let routes = operations::routes(Arc::clone(operations));
    serving.spawn(axum::serve(tcp, routes).with_graceful_shutdown(told_to_end(ended)).into_future());
    Ok(Some(at))
}

/// The configuration with the port that the system chose, where it was left to it.
fn bound(config: &Config, intake: SocketAddr) -> Config {
    let mut config = config.clone();
    config.intake.listen = intake;
    config
}

async fn bind(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listener = TcpListener::bind(address).await.map_err(|error| listen_error(key, address, error))?;
    let at = listener.local_addr().map_err(|error| listen_error(key, address, error))?;
    Ok((listener, at))
}

fn listen_error(key: &'static str, address: SocketAddr, error: std::io::Error) -> StartError {
    StartError::Listen { key, address, error }
}

fn open(config: &Config, now: Timestamp) -> Result<(DataFolder, Option<Zeroizing<String>>), StartError> {
    let folder = DataFolder::open(config, now)?;
    let first_password = staff::first(&*folder.store, &SystemRandom::new(), now)?;
    look_at_catalogues(&folder);
    Ok((folder, first_password))
}

/// So that a damaged catalogue is in the log before a pillar asks for it. The hub serves all the same.
fn look_at_catalogues(folder: &DataFolder) {
    match folder.catalogues.standing() {
        Ok(standing) => {
            if let Some(served) = standing.served {
                tracing::info!(
                    serial = served.serial,
                    version = served.version,
                    "pillars get this catalogue"
                );
            }
        }
        Err(error) => tracing::error!(%error, "the published catalogues cannot be read"),
    }
}

async fn told_to_end(mut ended: watch::Receiver<bool>) {
    // An error means that the hub was dropped.
    let _ = ended.wait_for(|ended| *ended).await;
}
