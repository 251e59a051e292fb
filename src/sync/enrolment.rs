//! How a pillar that has no binding gets one: with a code from the hub, over the network.
//!
//! Invariant: the pillar makes its keys itself and they never leave it; nothing is believed and nothing but a nonce is
//! sent before the hub has proved that it knows the code; and a power cut at any moment leaves either no binding or a
//! whole one, and keys with which the same code still leads to the same certificate.

mod keys;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use zuil_wire::enrolment::{CodeRefusal, EnrolmentRequest, GreetingRequest};
use zuil_wire::{Binding, EnrolmentCode, NotACode, PROTOCOL_VERSION};

use super::binding::{self, BindingError};
use super::client::Stranger;
use super::{SyncError, files};
use crate::clock::{HubTime, TooEarly};
use keys::Keys;
pub use keys::NoKeys;
pub(super) use keys::signing_request;

/// How far an enrolment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Asks the hub to prove that it knows the code.
    Greeting,
    /// Asks for a certificate.
    Asking,
    /// Keeps the binding.
    Keeping,
}

/// Why a pillar was not enrolled. Unless it says otherwise the same may be tried again, also with the same code.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The address is none.
    #[error(
        "this is no address of a hub; type it as it stands beside the code, such as https://hub.example.nl:8443"
    )]
    Address,
    /// What was typed is no code.
    #[error("this is not the code: {0}")]
    Code(#[from] NotACode),
    /// It has a binding already.
    #[error("this pillar is bound already; run `zuil enrol --wipe` first if it is to be bound anew")]
    Bound,
    /// The hub, or whoever answers there, does not know the code.
    #[error("who answers there does not know this code; compare address and code with those at the hub")]
    NotProved,
    /// The hub does not grant it.
    #[error("{}", refusal(.0))]
    Refused(CodeRefusal),
    /// Too many wrong codes came from here.
    #[error("too many wrong codes were tried; wait {} min", .0.as_secs().div_ceil(60))]
    Wait(Duration),
    /// The hub cannot be reached, or is no hub.
    #[error(transparent)]
    Line(#[from] SyncError),
    /// The hub's clock is wrong: it says that it is earlier than it can be. Ours does not matter.
    #[error(transparent)]
    HubsClock(#[from] TooEarly),
    /// The keys cannot be made or kept.
    #[error(transparent)]
    Keys(#[from] NoKeys),
    /// What the hub sent makes no binding.
    #[error("what the hub sent makes no binding ({0}); look at the hub's log")]
    NoBinding(&'static str),
    /// The binding cannot be kept.
    #[error("{path} cannot be written: {error}; look at free space and permissions")]
    NotKept {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

const fn refusal(why: &CodeRefusal) -> &'static str {
    match why {
        CodeRefusal::Unknown | CodeRefusal::WrongProof => {
            "the hub knows no such code; compare it with the one at the hub, or make another there"
        }
        CodeRefusal::Expired => "the code has expired; make another at the hub",
        CodeRefusal::Used => "the code was used already; make another at the hub",
        CodeRefusal::Cancelled => "the code was taken back; use the newest one, or make another at the hub",
        CodeRefusal::TooManyTries => "the code was tried too often; make another at the hub",
        CodeRefusal::OpenPayments => {
            "this pillar has payments to settle; decide about them at the hub first, then use the code again"
        }
        CodeRefusal::NameTaken => {
            "another pillar has that name since; make a code with another name at the hub"
        }
        CodeRefusal::Other => {
            "the hub refuses this code for a reason that only a newer program knows; update it"
        }
    }
}

/// With what a pillar is enrolled.
#[derive(Clone, Copy)]
pub struct Enrolment<'a> {
    /// The address of the hub, as it was typed.
    pub hub: &'a str,
    /// The code, as it was typed.
    pub code: &'a str,
    /// Where the binding is to stand.
    pub binding: &'a Path,
}

impl Enrolment<'_> {
    /// Enrols the pillar, and tells its name. `step` hears how far it is.
    ///
    /// # Errors
    /// [`EnrolError`]; then there is no binding.
    pub async fn run(
        self,
        time: HubTime,
        provider: &Arc<CryptoProvider>,
        mut step: impl FnMut(Step),
    ) -> Result<String, EnrolError> {
        let code: EnrolmentCode = self.code.parse()?;
        let stranger = Stranger::at(self.hub, time, provider).ok_or(EnrolError::Address)?;
        if self.binding.exists() {
            return Err(EnrolError::Bound);
        }
        step(Step::Greeting);
        let proof = code.keys();
        let mut nonce = [0; 32];
        provider.secure_random.fill(&mut nonce).map_err(|_| NoKeys::Random)?;
        let asked = GreetingRequest::new(PROTOCOL_VERSION, &proof, &nonce);
        let greeting = stranger.greet(&asked).await?;
        if !greeting.is_proved(&proof, &asked.nonce) {
            return Err(EnrolError::NotProved);
        }
        step(Step::Asking);
        let keys = Keys::kept_beside(self.binding)?;
        let (request, public_key) = (&keys.signing_request, &keys.public_key);
        let request = EnrolmentRequest::proved(PROTOCOL_VERSION, &proof, request, public_key);
        let answer = stranger.enrol(&greeting, &request).await?;
        let binding = Binding {
            pillar: answer.pillar,
            hub_url: stranger.hub_url().to_owned(),
            authority: greeting.authority,
            certificate: answer.certificate,
            private_key: keys.private_key.clone(),
            signing_key: keys.signing_key.clone(),
            seal_key_id: answer.seal_key_id,
            seal_public_key: answer.seal_public_key,
        };
        step(Step::Keeping);
        binding::check(&binding).map_err(EnrolError::NoBinding)?;
        stranger.would_take(&binding)?;
        binding::keep(self.binding, &binding, &mut |_| Ok(()))
            .map_err(|error| not_kept(self.binding, error))?;
        Keys::forget_beside(self.binding);
        Ok(binding.pillar.clone())
    }
}

/// Takes the binding from a pillar, and the keys of an enrolment that was not finished; whether there was one. Its
/// certificate stays known at the hub until the pillar is enrolled again or revoked there.
///
/// # Errors
/// When a file cannot be removed.
pub fn wipe(binding: &Path) -> Result<bool, EnrolError> {
    let failed = |error| not_kept(binding, error);
    Keys::forget_beside(binding);
    files::remove(binding).map_err(failed)
}

/// Whether a pillar has no binding: then it can be enrolled.
///
/// # Errors
/// When it has one that is of no use.
pub fn is_unbound(binding: &Path) -> Result<bool, BindingError> {
    match super::read_binding(binding) {
        Ok(_) => Ok(false),
        Err(BindingError::Missing(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

fn not_kept(path: &Path, error: std::io::Error) -> EnrolError {
    EnrolError::NotKept { path: path.display().to_string(), error }
}

#[cfg(test)]
mod tests;
