//! The door for pillars: mutual TLS, one route to deliver, one to say how they are, and one to ask whether
//! the hub is well.
//!
//! Invariant: an upload or a report is answered only when all that the answer says is durable. A pillar is known
//! by the fingerprint of its certificate; a revoked one gets no further than the door.

mod encoding;
mod judge;
pub mod report;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use zuil_wire::{HealthReport, UploadRequest};

pub use judge::{TakeInError, Upload, UploadError};
pub use report::ReportError;
pub use tls::{Peer, TlsListener, TlsSetupError, server_config};

use crate::data_folder::DataFolder;
use crate::store::Pillar;

/// How long a pillar may take to send one request. A batch of the largest size takes 34 s at 1 Mbit/s.
const UPLOAD_TIME: Duration = Duration::from_secs(120);

/// All routes for pillars.
pub fn routes(folder: Arc<DataFolder>) -> Router {
    Router::new()
        .route("/v1/transactions", post(upload))
        .route("/v1/report", post(take_report))
        .route("/v1/health", get(health))
        .layer(middleware::from_fn(encoding::understand))
        .layer(middleware::from_fn_with_state(Arc::clone(&folder), only_known_pillars))
        .with_state(folder)
}

/// What a pillar is told when its request as a whole cannot be taken. It tries again later.
enum Rejection {
    /// The certificate is unknown or revoked.
    NotWelcome,
    /// The request cannot be understood.
    Upload(UploadError),
    /// The report is none, or cannot be true.
    Report(ReportError),
    /// It took too long to arrive.
    TooSlow,
    /// The body is larger than such a request may be.
    TooLarge,
    /// The hub cannot store anything just now.
    Unavailable,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotWelcome => {
                (StatusCode::FORBIDDEN, "this pillar was revoked or never added; bind it again".to_owned())
            }
            Self::Upload(error @ UploadError::TooMany) => (StatusCode::PAYLOAD_TOO_LARGE, error.to_string()),
            Self::Upload(error @ UploadError::Version) => (StatusCode::UPGRADE_REQUIRED, error.to_string()),
            Self::Upload(error @ UploadError::Form) => (StatusCode::BAD_REQUEST, error.to_string()),
            Self::Report(error) => (error.status(), error.to_string()),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the request took too long; try again".to_owned()),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "the request is too large; send less at once".to_owned())
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the hub cannot store anything now; try again later".to_owned(),
            ),
        };
        (status, text).into_response()
    }
}

impl ReportError {
    const fn status(self) -> StatusCode {
        match self {
            Self::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Version => StatusCode::UPGRADE_REQUIRED,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Nonsense(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl From<TakeInError> for Rejection {
    fn from(error: TakeInError) -> Self {
        tracing::error!(%error, "nothing can be taken in");
        Self::Unavailable
    }
}

async fn only_known_pillars(
    State(folder): State<Arc<DataFolder>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Result<Response, Rejection> {
    let found = blocking(move || folder.store.pillar(&peer.fingerprint)).await?;
    match found {
        Some(pillar) if pillar.revoked_at.is_none() => {
            request.extensions_mut().insert(pillar);
            Ok(next.run(request).await)
        }
        Some(pillar) => {
            tracing::warn!(pillar = pillar.name, "a revoked pillar was turned away");
            Err(Rejection::NotWelcome)
        }
        None => {
            tracing::warn!("a pillar that is not in the store was turned away");
            Err(Rejection::NotWelcome)
        }
    }
}

async fn upload(
    State(folder): State<Arc<DataFolder>>,
    Extension(pillar): Extension<Pillar>,
    body: Body,
) -> Result<Response, Rejection> {
    let bytes = read(body, UploadRequest::MAX_BYTES).await?;
    let upload = Upload::parse(&bytes).map_err(Rejection::Upload)?;
    let now = Timestamp::now();
    let response = blocking(move || upload.take_in(&pillar, &folder.seal_keys, &*folder.store, now)).await?;
    Ok(Json(response).into_response())
}

async fn take_report(
    State(folder): State<Arc<DataFolder>>,
    Extension(pillar): Extension<Pillar>,
    body: Body,
) -> Result<Response, Rejection> {
    let bytes = read(body, HealthReport::MAX_BYTES).await?;
    // Taken here and not in the store: reports count in the order in which they came in.
    let now = Timestamp::now();
    let report = report::parse(&bytes).map_err(Rejection::Report)?;
    let answer = blocking(move || report::take_in(&report, &pillar, &*folder.store, now)).await?;
    Ok(Json(answer).into_response())
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Rejection> {
    match tokio::time::timeout(UPLOAD_TIME, axum::body::to_bytes(body, limit)).await {
        Err(_) => Err(Rejection::TooSlow),
        Ok(Err(_)) => Err(Rejection::TooLarge),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

async fn health(
    State(folder): State<Arc<DataFolder>>,
    Extension(pillar): Extension<Pillar>,
) -> Result<Response, Rejection> {
    let now = Timestamp::now();
    blocking(move || {
        folder.store.pulse(now)?;
        folder.store.saw_pillar(&pillar.name, now)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#).into_response())
}

async fn blocking<T: Send + 'static, E: Into<TakeInError> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Rejection> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| Rejection::from(error.into())),
        Err(_) => Err(Rejection::Unavailable),
    }
}
