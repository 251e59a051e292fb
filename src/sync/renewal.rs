//! Renews the pillar's certificate before it expires, over the connection that the old one opens.
//!
//! Invariant: there is a binding that works at every moment. The hub takes the old certificate until the new one was
//! used, which is not before the new binding is durable here; an answer that was lost costs a certificate that nobody
//! ever uses.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use zuil_wire::enrolment::RenewalRequest;
use zuil_wire::{Binding, PROTOCOL_VERSION};

use super::enrolment::signing_request;
use super::expiry::{Validity, validity};
use super::{Hub, SyncError, binding};

/// How long it waits before it asks again.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Why a certificate was not renewed. It is tried again.
#[derive(Debug, thiserror::Error)]
enum NotRenewed {
    /// No key could be made.
    #[error("no key can be made: {0}")]
    Key(#[from] rcgen::Error),
    /// The hub did not answer as it should.
    #[error(transparent)]
    Hub(#[from] SyncError),
    /// It cannot be kept.
    #[error("the binding cannot be written: {0}; look at free space and permissions")]
    NotKept(#[from] io::Error),
}

/// Sees to the certificate of a binding.
pub(super) struct Renewal {
    file: PathBuf,
    state: Mutex<State>,
}

struct State {
    binding: Binding,
    tried: Option<Timestamp>,
}

impl Renewal {
    pub(super) fn of(binding: &Binding, file: PathBuf) -> Self {
        Self { file, state: Mutex::new(State { binding: binding.clone(), tried: None }) }
    }

    /// Renews the certificate when that is due. The hub was just there.
    pub(super) async fn attend<H: Hub>(&self, hub: &H) {
        let now = hub.now();
        if !self.begins(now) {
            return;
        }
        match self.renew(hub).await {
            Ok(()) => tracing::info!("the pillar has a new certificate"),
            Err(error) => {
                tracing::warn!(%error, "the certificate could not be renewed; it is tried again in an hour");
            }
        }
    }

    /// Whether it is to be tried now; then it is not, for a while.
    fn begins(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        let rests = state.tried.is_some_and(|tried| now.duration_since(tried).abs() < PAUSE);
        let begins = !rests && of_pem(&state.binding.certificate).is_some_and(|valid| is_due(valid, now));
        if begins {
            state.tried = Some(now);
        }
        begins
    }

    async fn renew<H: Hub>(&self, hub: &H) -> Result<(), NotRenewed> {
        let (key, request) = signing_request()?;
        let answer = hub.renew(&RenewalRequest::new(PROTOCOL_VERSION, &request)).await?;
        let mut next = self.state().binding.clone();
        next.certificate = answer.certificate;
        next.private_key.clone_from(&key);
        // What does not work is not kept.
        hub.could_take(&next)?;
        let (file, kept) = (self.file.clone(), next.clone());
        let keeping = tokio::task::spawn_blocking(move || binding::keep(&file, &kept, &mut |_| Ok(())));
        keeping.await.map_err(io::Error::other)??;
        hub.take(&next)?;
        self.state().binding = next;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_pem(pem: &str) -> Option<Validity> {
    validity(&CertificateDer::pem_slice_iter(pem.as_bytes()).next()?.ok()?)
}

/// Whether less than a third of the time is left for which it is valid.
fn is_due(valid: Validity, now: Timestamp) -> bool {
    let (life, left) = (valid.until.duration_since(valid.from), valid.until.duration_since(now));
    left.as_secs().saturating_mul(3) < life.as_secs()
}

#[cfg(test)]
mod tests;
