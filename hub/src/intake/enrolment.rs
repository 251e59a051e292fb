//! How a pillar gets its certificate with a code, and a new one before it expires.
//!
//! Invariant: nobody without a certificate learns more here than whoever knows a code, and no certificate is issued
//! but to who proved to know an open one, or has one that is admitted. Who guesses is made to wait.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zuil_wire::enrolment::{
    CodeRefusal, EnrolmentRefusal, EnrolmentRequest, Greeting, GreetingRequest, MAX_BYTES, RenewalAnswer,
    RenewalRequest,
};
use zuil_wire::versions;

use super::{Door, Known, Peer, Rejection, blocking};
use crate::fleet::{self, EnrolError, Granted, Renewal};
use crate::store::Tried;

/// Why a request about enrolment or renewal is not granted.
#[derive(Debug, thiserror::Error)]
pub enum EnrolmentError {
    /// It is in a version that the hub does not speak.
    #[error("this hub speaks the versions {}; update the older one of hub and pillar", versions::spoken())]
    Version,
    /// It is no such request.
    #[error("this is no request that the hub understands; update the older one of hub and pillar")]
    Form,
    /// The code opens nothing.
    #[error("the code opens nothing: {0:?}")]
    Refused(CodeRefusal),
    /// Too many wrong codes came from there.
    #[error("too many wrong codes; wait {} seconds", .0.as_secs())]
    TooMany(SignedDuration),
    /// The pillar got too many certificates of late.
    #[error("this pillar got new certificates just now; wait {} seconds", .0.as_secs())]
    TooSoon(SignedDuration),
}

impl EnrolmentError {
    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Version => (StatusCode::UPGRADE_REQUIRED, self.to_string()).into_response(),
            Self::Form => (StatusCode::BAD_REQUEST, self.to_string()).into_response(),
            Self::Refused(reason) => {
                (StatusCode::FORBIDDEN, Json(EnrolmentRefusal { reason })).into_response()
            }
            Self::TooMany(wait) | Self::TooSoon(wait) => {
                let mut response = (StatusCode::TOO_MANY_REQUESTS, self.to_string()).into_response();
                let seconds = HeaderValue::from(wait.as_secs().max(1));
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
                response
            }
        }
    }
}

impl From<EnrolmentError> for Rejection {
    fn from(error: EnrolmentError) -> Self {
        Self::Enrolment(error)
    }
}

impl From<EnrolError> for Rejection {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Form => EnrolmentError::Form.into(),
            error => {
                tracing::error!(%error, "no pillar can be enrolled");
                Self::Unavailable
            }
        }
    }
}

/// What says in which version a request is.
#[derive(Deserialize)]
struct OfSomeVersion {
    version: u64,
}

/// Proves to who knows a code that the hub knows it, too.
pub(super) async fn greet(
    State(door): State<Arc<Door>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    body: Body,
) -> Result<Response, Rejection> {
    let asked: GreetingRequest = read(&door, body).await?;
    let now = Timestamp::now();
    let folder = Arc::clone(&door.folder);
    let found = blocking(move || folder.store.enrolment(&asked.code_id)).await?;
    let Some(enrolment) = found else {
        count_guess(&door, peer.address, now).await?;
        return Err(EnrolmentError::Refused(CodeRefusal::Unknown).into());
    };
    if let Some(refusal) = enrolment.refusal(now) {
        return Err(EnrolmentError::Refused(refusal).into());
    }
    let greeting = Greeting::proved(&enrolment.keys, &asked.nonce, door.folder.authority.pem(), now);
    Ok(Json(greeting).into_response())
}

/// Gives a pillar its certificate.
pub(super) async fn enrol(
    State(door): State<Arc<Door>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    body: Body,
) -> Result<Response, Rejection> {
    let asked: EnrolmentRequest = read(&door, body).await?;
    let now = Timestamp::now();
    let folder = Arc::clone(&door.folder);
    let granted = tokio::task::spawn_blocking(move || fleet::enrol(&folder, &asked, now));
    match granted.await.map_err(|_| Rejection::Unavailable)?? {
        Granted::Yes(answer) => {
            tracing::info!(pillar = answer.pillar, "a pillar was enrolled");
            Ok(Json(answer).into_response())
        }
        Granted::No(refusal) => {
            if refusal == CodeRefusal::Unknown {
                count_guess(&door, peer.address, now).await?;
            }
            Err(EnrolmentError::Refused(refusal).into())
        }
    }
}

/// Gives a pillar another certificate for another key.
pub(super) async fn renew(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    // What arrives slowly is asked for by who may ask when it is there, and not by who might when it began.
    let asked: RenewalRequest = read(&door, body).await?;
    let pillar = door.admitted(fingerprint).await?;
    let request = BASE64.decode(&asked.signing_request).map_err(|_| EnrolmentError::Form)?;
    let folder = Arc::clone(&door.folder);
    let renewed =
        tokio::task::spawn_blocking(move || fleet::renew(&folder, &pillar, &request, Timestamp::now()));
    match renewed.await.map_err(|_| Rejection::Unavailable)?? {
        Renewal::Yes(certificate) => Ok(Json(RenewalAnswer { certificate }).into_response()),
        Renewal::TooSoon(wait) => Err(EnrolmentError::TooSoon(wait).into()),
        // It was revoked, or enrolled again, meanwhile.
        Renewal::NotAdmitted => Err(Rejection::NotWelcome),
    }
}

/// Counts a code that the hub does not know, before that is answered.
async fn count_guess(door: &Door, from: IpAddr, now: Timestamp) -> Result<(), Rejection> {
    let folder = Arc::clone(&door.folder);
    let key = folder.vault.veil().from(Tried::CodeFrom, from);
    match blocking(move || folder.store.begin_attempt(&[key], now)).await? {
        None => Ok(()),
        Some(wait) => Err(EnrolmentError::TooMany(wait).into()),
    }
}

async fn read<T: DeserializeOwned>(door: &Door, body: Body) -> Result<T, Rejection> {
    let (bytes, _room) = door.room.read(body, MAX_BYTES).await?;
    // Another version may have other fields, so this is asked before the rest is read.
    let OfSomeVersion { version } = serde_json::from_slice(&bytes).map_err(|_| EnrolmentError::Form)?;
    if !versions::speaks(version) {
        return Err(EnrolmentError::Version.into());
    }
    Ok(serde_json::from_slice(&bytes).map_err(|_| EnrolmentError::Form)?)
}
