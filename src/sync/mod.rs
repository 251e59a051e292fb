//! Sync: brings what is in the outbox to the hub, as soon as it can and exactly once, and tells the
//! hub how the pillar is.
//!
//! Invariant: an answer of the hub is durable in the outbox before anyone hears of it. Whatever is
//! interrupted is simply sent again; the hub takes each id once.

mod binding;
mod client;
mod error;
mod expiry;
pub mod plan;
mod probe;
pub mod report;
mod worker;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use zuil_wire::seal::SigningKey;
use zuil_wire::{Binding, HealthAnswer, HealthReport, UploadRequest, UploadResponse};

use crate::outbox::Outbox;
use crate::waypoint::{Waypoint, Waypoints};

pub use binding::{BindingError, read_binding};
pub use client::HttpsHub;
pub use error::SyncError;
pub use expiry::certificate_expires;
pub use probe::{Ended, Probe, probe};
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

    /// Asks whether the hub is there and admits this pillar, when there is nothing to send.
    fn hello(&self) -> impl Future<Output = Result<(), SyncError>> + Send;
}

/// A hub, with someone who is told when an upload begins and when it was answered.
struct Watched<H> {
    hub: H,
    waypoints: Arc<dyn Waypoints>,
}

impl<H: Hub> Hub for Watched<H> {
    async fn upload(&self, request: &UploadRequest) -> Result<UploadResponse, SyncError> {
        if request.envelopes.is_empty() {
            return self.hub.upload(request).await;
        }
        self.waypoints.pass(Waypoint::BeforeUpload);
        let response = self.hub.upload(request).await?;
        self.waypoints.pass(Waypoint::AfterUpload);
        Ok(response)
    }

    async fn report(&self, report: &HealthReport) -> Result<HealthAnswer, SyncError> {
        self.hub.report(report).await
    }

    async fn hello(&self) -> Result<(), SyncError> {
        self.hub.hello().await
    }
}

/// Starts to bring `outbox` to the hub of `binding`, on `runtime`. It ends when the last clone of
/// the handle is dropped.
///
/// # Errors
/// [`SyncError::Setup`] when the binding holds an unusable key, certificate or address.
pub fn start(
    binding: &Binding,
    outbox: Arc<dyn Outbox>,
    events: impl Fn(SyncEvent) + Send + 'static,
    waypoints: Arc<dyn Waypoints>,
    runtime: &tokio::runtime::Handle,
) -> Result<Handle, SyncError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let worker = Worker {
        outbox,
        hub: Watched { hub: HttpsHub::new(binding, Arc::clone(&provider))?, waypoints },
        signing_key: SigningKey::from_base64(&binding.signing_key)?,
        events: Box::new(events),
        random: Box::new(move || random(&provider)),
        disk: Disk::Threads,
    };
    Ok(worker.spawn(runtime))
}

/// Spreads the pillars' tries. Without randomness they merely come at the same time.
fn random(provider: &CryptoProvider) -> u64 {
    let mut bytes = [0; 8];
    let filled = provider.secure_random.fill(&mut bytes);
    filled.map_or(u64::MAX, |()| u64::from_le_bytes(bytes))
}
