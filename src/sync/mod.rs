//! Sync: brings what is in the outbox to the hub, as soon as it can and exactly once, and tells the
//! hub how the pillar is.
//!
//! Invariant: an answer of the hub is durable in the outbox before anyone hears of it. Whatever is
//! interrupted is simply sent again; the hub takes each id once.

mod binding;
mod budget;
mod catalogue;
mod client;
mod enrolment;
mod error;
mod expiry;
mod files;
mod keyring;
mod lookup;
pub mod network;
mod orders;
pub mod plan;
mod probe;
mod questions;
mod referrals;
mod renewal;
pub mod report;
mod service;
mod standing;
mod system;
mod visits;
mod worker;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use referrals::Courier;
use rustls::crypto::CryptoProvider;
use tokio::sync::watch;
use zuil_wire::enrolment::{RenewalAnswer, RenewalRequest};
use zuil_wire::seal::{SealKey, SigningKey};
use zuil_wire::{
    AskedAnswer, AskedCounts, Binding, HealthAnswer, HealthReport, Order, PROTOCOL_VERSION, Questions,
    QuestionsAnswer, StandingAnswer, StandingRequest, SystemReport, UploadRequest, UploadResponse,
};

use crate::clock::HubTime;
use crate::maintenance::ServiceFiles;
use crate::outbox::Outbox;
use crate::system::System;
use crate::visits::VisitLog;
use crate::waypoint::{Waypoint, Waypoints};
use orders::Messenger;

pub use binding::{BindingError, read_binding};
pub use catalogue::{Fetched, Fetcher, NotTaken as CatalogueNotTaken, Publisher, Shelf, WhyRefused};
pub use client::HttpsHub;
pub use enrolment::{EnrolError, Enrolment, NoKeys, Step, is_unbound, wipe};
pub use error::SyncError;
pub use expiry::certificate_expires;
pub use keyring::{Keyring, NotTaken};
pub use lookup::{Inquired, Inquiries, Lookup, LookupDesk, inquiries};
pub use orders::{OrderDesk, Ordered};
pub use probe::{Ended, Probe, probe};
pub use referrals::{Book as ReferralBook, Found as ReferralFound, ReferralDesk};
use renewal::Renewal;
use service::ServiceCourier;
pub use service::ServiceDesk;
use system::{Quiet, SystemFetcher};
pub use visits::VisitDesk;
pub use worker::{Disk, Handle, SyncEvent, Worker};

/// The other side of an upload.
///
/// Contract: an `Ok` of `upload` says what is durable at the hub. An error says nothing about what
/// arrived: the request may have been taken in and only its answer lost. Dropping the future
/// abandons the request.
pub trait Hub: Send + Sync + 'static {
    /// Sends a batch and waits for its answer.
    fn upload(
        &self,
        request: &UploadRequest,
    ) -> impl Future<Output = Result<UploadResponse, SyncError>> + Send;

    /// Says how the pillar is, and hears what staff found out about its open payments.
    fn report(&self, report: &HealthReport) -> impl Future<Output = Result<HealthAnswer, SyncError>> + Send;

    /// Tells what residents asked and did not find. A hub that knows no such request answers 404.
    fn ask(&self, _: &Questions) -> impl Future<Output = Result<QuestionsAnswer, SyncError>> + Send {
        std::future::ready(Err(SyncError::NoHub(404)))
    }

    /// Tells how often answers were opened from a search. A hub that knows no such request answers 404.
    fn count(&self, counts: &AskedCounts) -> impl Future<Output = Result<AskedAnswer, SyncError>> + Send;

    /// Asks for a certificate for another key. A hub that knows no such request answers 404.
    fn renew(&self, _: &RenewalRequest) -> impl Future<Output = Result<RenewalAnswer, SyncError>> + Send {
        std::future::ready(Err(SyncError::NoHub(404)))
    }

    /// Whether it could be talked to with a binding.
    ///
    /// # Errors
    /// [`SyncError::Setup`] when the binding holds an unusable key or certificate.
    fn could_take(&self, _: &Binding) -> Result<(), SyncError> {
        Ok(())
    }

    /// Talks with a binding from now on.
    ///
    /// # Errors
    /// As [`Hub::could_take`]; then it goes on with the one it had.
    fn take(&self, _: &Binding) -> Result<(), SyncError> {
        Ok(())
    }

    /// Asks how transactions stand that the hub has. A hub that knows no such request answers 404.
    fn standing(
        &self,
        _: &StandingRequest,
    ) -> impl Future<Output = Result<StandingAnswer, SyncError>> + Send {
        std::future::ready(Err(SyncError::NoHub(404)))
    }

    /// Asks whether the hub is there and admits this pillar, when there is nothing to send.
    fn hello(&self) -> impl Future<Output = Result<(), SyncError>> + Send;

    /// The version of the protocol in which requests are to be, as far as it was agreed upon.
    fn version(&self) -> u16 {
        PROTOCOL_VERSION
    }

    /// What time it is, as far as is known.
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// How many bytes an upload should have at most.
    fn room(&self) -> usize {
        UploadRequest::MAX_BYTES
    }
}

/// What becomes of the sealing keys that the hub tells of.
pub struct Rotation {
    /// Keeps the newest.
    pub keyring: Arc<Keyring>,
    /// Hears of each newer one.
    pub newer: Box<dyn Fn(SealKey) + Send + Sync>,
}

/// What the hub tells and sends besides its answers to uploads.
pub struct FromHub {
    /// Sealing keys.
    pub rotation: Rotation,
    /// The system of this machine, whose updates are fetched. None are where it is not updated as a whole.
    pub system: Option<Arc<System>>,
    /// Catalogues. Without a shelf none is fetched.
    pub shelf: Option<Arc<dyn Shelf>>,
    /// Where the binding is kept, for its certificate to be renewed. Without it that stays.
    pub binding_file: Option<PathBuf>,
    /// Orders of technicians; none are heard when `None`.
    pub orders: Option<Ordered>,
    /// Referrals.
    pub referrals: Arc<ReferralBook>,
    /// What happened here, for the hub; nothing is told when `None`.
    pub visit_log: Option<Arc<VisitLog>>,
    /// What is kept of service visits, for the hub and from it; nothing is told or fetched when `None`.
    pub service: Option<Arc<ServiceFiles>>,
    /// What residents want to know of their requests; nobody is answered when `None`.
    pub inquired: Option<Inquired>,
}

/// A hub, with someone who is told when an upload begins and when it was answered, and someone who hears
/// of newer sealing keys and catalogues.
struct Watched<H> {
    hub: Arc<H>,
    waypoints: Arc<dyn Waypoints>,
    rotation: Rotation,
    /// The hub told of a sealing key; one that does not would not understand a report that names one.
    tells_keys: AtomicBool,
    /// The serial of the newest catalogue, for who fetches it.
    newest_catalogue: watch::Sender<Option<u64>>,
    /// The mark of the referrals of this pillar, for who fetches them.
    referrals: watch::Sender<Option<String>>,
    /// The number of the key of this pillar's service codes, for who fetches it.
    service_key: watch::Sender<Option<u32>>,
    catalogue_refusal: WhyRefused,
    /// The system of this machine, and who is told that the hub has spoken of its update.
    system: Option<(Arc<System>, watch::Sender<()>)>,
    /// Large things wait for an upload.
    quiet: Quiet,
    renewal: Option<Renewal>,
    /// Who hears which orders of technicians are still to be done.
    orders: Option<Box<dyn Fn(Vec<Order>) + Send + Sync>>,
}

impl<H> Watched<H> {
    /// The disk may take its time; the runtime's threads do not wait for it.
    async fn hear(&self, answer: &Result<HealthAnswer, SyncError>) {
        if let Ok(HealthAnswer { catalogue: Some(serial), .. }) = answer {
            self.newest_catalogue.send_replace(Some(*serial));
        }
        if let Ok(HealthAnswer { referrals, .. }) = answer {
            self.referrals.send_replace(referrals.clone());
        }
        if let Ok(HealthAnswer { service_key, .. }) = answer {
            // The same again is no news: whoever rests after a failure goes on resting.
            self.service_key.send_if_modified(|known| std::mem::replace(known, *service_key) != *service_key);
        }
        if let (Ok(HealthAnswer { orders, .. }), Some(heard)) = (answer, &self.orders) {
            heard(orders.clone());
        }
        if let (Ok(HealthAnswer { system: offer, .. }), Some((system, told))) = (answer, &self.system) {
            system.hear(offer.as_ref());
            told.send_replace(());
        }
        let Ok(HealthAnswer { seal_key: Some(notice), .. }) = answer else { return };
        let notice = notice.clone();
        let keyring = Arc::clone(&self.rotation.keyring);
        match tokio::task::spawn_blocking(move || keyring.hear(&notice)).await {
            Ok(Ok(Some(key))) => (self.rotation.newer)(key),
            Ok(Err(error)) => tracing::error!(%error, "the sealing key stays"),
            // It is known already; or the pillar is stopping, and will hear of it again.
            Ok(Ok(None)) | Err(_) => {}
        }
    }
}

impl<H: Hub> Hub for Watched<H> {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        let _uploading = self.quiet.uploading().await;
        if request.envelopes.is_empty() {
            return self.hub.upload(request).await;
        }
        self.waypoints.pass(Waypoint::BeforeUpload);
        let response = self.hub.upload(request).await?;
        self.waypoints.pass(Waypoint::AfterUpload);
        Ok(response)
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        let told = *self.newest_catalogue.borrow();
        // A hub that tells of no catalogue would not understand why it is refused.
        let catalogue_refused = told.and_then(|_| self.catalogue_refusal.why());
        let names_refusal = catalogue_refused.is_some();
        let system = self.system_report().await;
        let report = HealthReport { catalogue_refused, system, ..report.clone() };
        let answer = self.report_keys(&report).await;
        if names_refusal && matches!(answer, Err(SyncError::Rejected(_))) {
            // An older one may have taken its place.
            self.newest_catalogue.send_replace(None);
        }
        if let (Ok(_), Some(renewal)) = (&answer, &self.renewal) {
            renewal.attend(&*self.hub).await;
        }
        answer
    }

    async fn ask(&self, questions: &Questions) -> Result<QuestionsAnswer, SyncError> {
        self.hub.ask(questions).await
    }

    async fn count(&self, counts: &AskedCounts) -> Result<AskedAnswer, SyncError> {
        self.hub.count(counts).await
    }

    async fn standing(&self, request: &StandingRequest) -> Result<StandingAnswer, SyncError> {
        self.hub.standing(request).await
    }

    async fn hello(&self) -> Result<(), SyncError> {
        self.hub.hello().await
    }

    fn version(&self) -> u16 {
        self.hub.version()
    }

    fn now(&self) -> Timestamp {
        self.hub.now()
    }

    fn room(&self) -> usize {
        self.hub.room()
    }
}

impl<H: Hub> Watched<H> {
    /// What is told of the system. The disk may take its time; the runtime's threads do not wait for it.
    async fn system_report(&self) -> Option<SystemReport> {
        let (system, _) = self.system.as_ref()?;
        let system = Arc::clone(system);
        tokio::task::spawn_blocking(move || system.report()).await.ok()
    }

    /// Reports, and names the sealing key to a hub that understands that.
    async fn report_keys(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        if self.tells_keys.load(Ordering::Relaxed) {
            let answer = self.hub.report(report).await;
            // The hub may have been replaced by an older one.
            let told = answer.as_ref().is_ok_and(|answer| answer.seal_key.is_some());
            let rejected = matches!(answer, Err(SyncError::Rejected(_)));
            self.tells_keys.store(told || (answer.is_err() && !rejected), Ordering::Relaxed);
            self.hear(&answer).await;
            return answer;
        }
        let answer = self.hub.report(&HealthReport { seal_key: None, ..report.clone() }).await;
        self.hear(&answer).await;
        if answer.as_ref().is_ok_and(|answer| answer.seal_key.is_some()) {
            self.tells_keys.store(true, Ordering::Relaxed);
            if report.seal_key.is_some() {
                // It understands the whole of the report.
                return self.hub.report(report).await;
            }
        }
        answer
    }
}

/// What is known of the line to the hub before anything is sent.
#[derive(Clone, Debug)]
pub struct Line {
    /// The time, which the hub teaches.
    pub time: HubTime,
    /// The most kilobits a second that uploads may take; 0 for all there is.
    pub max_kilobits: u32,
}

/// Starts to bring `outbox` to the hub of `binding`, and to fetch what is published there, on `runtime`. It
/// ends when the last clone of the handle is dropped.
///
/// # Errors
/// [`SyncError::Setup`] when the binding holds an unusable key, certificate or address.
pub fn start(
    binding: &Binding,
    outbox: Arc<dyn Outbox>,
    line: Line,
    events: impl Fn(SyncEvent) + Send + 'static,
    waypoints: Arc<dyn Waypoints>,
    from_hub: FromHub,
    runtime: &tokio::runtime::Handle,
) -> Result<Handle, SyncError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let hub = Arc::new(HttpsHub::new(binding, line, &provider)?);
    let (newest_catalogue, told) = watch::channel(None);
    let dice = Arc::clone(&provider);
    let shelf = from_hub.shelf;
    let fetcher = shelf.map(|shelf| Fetcher::new(Arc::clone(&hub), shelf, move || random(&dice)));
    let catalogue_refusal = fetcher.as_ref().map(Fetcher::refusal).unwrap_or_default();
    let dice = Arc::clone(&provider);
    let found = from_hub.visit_log.as_ref().map(|log| Arc::clone(log.found()));
    let visits = from_hub.visit_log.map(|log| visits::tell(Arc::clone(&hub), log, move || random(&dice)));
    let dice = Arc::clone(&provider);
    let (ledger, heard) = from_hub.orders.map(|Ordered { ledger, heard }| (ledger, heard)).unzip();
    let messenger = ledger.map(|ledger| Messenger::new(Arc::clone(&hub), ledger, move || random(&dice)));
    let lookups = from_hub.inquired.map(|inquired| lookup::answer(Arc::clone(&hub), inquired));
    let dice = Arc::clone(&provider);
    let quiet = Quiet::default();
    let system = from_hub.system.map(|system| {
        let (told, tells) = watch::channel(());
        let fetcher = SystemFetcher::new(Arc::clone(&hub), Arc::clone(&system), quiet.clone());
        let dice = Arc::clone(&provider);
        runtime.spawn(fetcher.run(tells, move || random(&dice)));
        (system, told)
    });
    let (service_key, numbers) = watch::channel(None);
    let own_dice = Arc::clone(&provider);
    let service = from_hub
        .service
        .map(|files| ServiceCourier::new(Arc::clone(&hub), files, move || random(&own_dice)).run(numbers));
    let (referrals, marks) = watch::channel(None);
    let courier = Courier::new(Arc::clone(&hub), from_hub.referrals, move || random(&dice));
    let worker = Worker {
        outbox,
        hub: Watched {
            hub,
            waypoints,
            rotation: from_hub.rotation,
            tells_keys: AtomicBool::new(false),
            newest_catalogue,
            referrals,
            service_key,
            catalogue_refusal,
            system,
            quiet,
            renewal: from_hub.binding_file.map(|file| Renewal::of(binding, file)),
            orders: heard,
        },
        signing_key: SigningKey::from_base64(&binding.signing_key)?,
        events: Box::new(events),
        random: Box::new(move || random(&provider)),
        disk: Disk::Threads,
        found,
    };
    let handle = worker.spawn(runtime);
    if let Some(visits) = visits {
        let mut ended = told.clone();
        runtime.spawn(async move {
            tokio::select! {
                () = visits => {}
                () = async { while ended.changed().await.is_ok() {} } => {}
            }
        });
    }
    if let Some(service) = service {
        let mut ended = told.clone();
        runtime.spawn(async move {
            tokio::select! {
                () = service => {}
                () = async { while ended.changed().await.is_ok() {} } => {}
            }
        });
    }
    if let Some(lookups) = lookups {
        // It ends with the runner, which asks.
        runtime.spawn(lookups);
    }
    if let Some(messenger) = messenger {
        let mut ended = told.clone();
        runtime.spawn(async move {
            tokio::select! {
                () = messenger.run() => {}
                () = async { while ended.changed().await.is_ok() {} } => {}
            }
        });
    }
    if let Some(fetcher) = fetcher {
        // It ends with the worker, which holds the other end of the channel.
        runtime.spawn(fetcher.run(told));
    }
    runtime.spawn(courier.run(marks));
    let _in_runtime = runtime.enter();
    match network::Kernel::listen() {
        Ok(kernel) => handle.watch_network(kernel, runtime),
        Err(error) => tracing::warn!(%error, "the network is not watched; its return is noticed later"),
    }
    Ok(handle)
}

/// Spreads the pillars' tries. Without randomness they merely come at the same time.
fn random(provider: &CryptoProvider) -> u64 {
    let mut bytes = [0; 8];
    let filled = provider.secure_random.fill(&mut bytes);
    filled.map_or(u64::MAX, |()| u64::from_le_bytes(bytes))
}
