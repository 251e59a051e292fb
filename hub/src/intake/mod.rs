//! The door for pillars: mutual TLS, one route to deliver, one to say how they are, one to tell what residents did not
//! find, one to tell which answers they found, one to tell what became of orders, one for referrals, one to look up how a
//! request stands, one to fetch the catalogue, one to fetch an update of the system, three for service visits, one to ask whether the
//! hub is well, and those by which a pillar gets its certificate and a new one.
//!
//! Invariant: an upload or a report is answered only when all that the answer says is durable. A pillar is known
//! by the fingerprint of its certificate; a revoked one delivers what it had sealed, as far as the store
//! admits it, and gets no further than the door with anything else. Who has no certificate gets to enrolment only.

pub mod asked;
mod body;
mod catalogue;
mod encoding;
mod enrolment;
mod form;
mod group;
mod judge;
mod list;
mod lobby;
pub mod lookup;
pub mod orders;
pub mod questions;
pub mod referrals;
mod rejection;
pub mod report;
pub mod service;
pub mod standing;
mod system;
mod tls;
pub mod visits;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post, put};
use jiff::Timestamp;
use uuid::Uuid;
use zuil_wire::orders::Attachment;
use zuil_wire::{
    AskedCounts, HealthReport, OrderResults, Questions, StandingAnswer, StandingRequest, UploadRequest,
    UploadResponse, UsedReferrals, VisitEntries,
};

pub use enrolment::EnrolmentError;
pub use form::{Upload, UploadError};
pub use group::{Gauge, GroupCommit, NotStored};
pub use judge::TakeInError;
pub use list::{ListError, Sorted};
pub use lobby::Connection;
pub use report::ReportError;
pub use tls::{Peer, TlsListener, TlsSetupError, server_config};

use self::body::Room;
use self::judge::Deliverer;
use self::rejection::Rejection;
use crate::authority::Fingerprint;
use crate::data_folder::DataFolder;
use crate::store::{Attached, Pillar, StoreError};
use crate::{service_codes, systems};

/// An upload with more envelopes is judged on a thread for work that takes long, one with fewer at once: an
/// envelope takes about 5 µs.
const FEW_ENVELOPES: usize = 16;

/// What the door needs.
pub struct Door {
    folder: Arc<DataFolder>,
    group: Arc<GroupCommit>,
    room: Room,
    /// Who has which certificate. It is never forgotten, because it never changes: certificates are never
    /// used again. Whether a pillar was revoked is not in it; that the store says anew each time.
    known: RwLock<HashMap<Fingerprint, Arc<Deliverer>>>,
}

impl Door {
    /// The door of a hub whose deliveries are stored by `group`.
    #[must_use]
    pub fn new(folder: Arc<DataFolder>, group: Arc<GroupCommit>) -> Self {
        Self { folder, group, room: Room::new(), known: RwLock::default() }
    }

    /// Who has a certificate, revoked or not.
    async fn deliverer(&self, fingerprint: Fingerprint) -> Result<Arc<Deliverer>, Rejection> {
        if let Some(known) = self.known(&fingerprint) {
            return Ok(known);
        }
        let store = Arc::clone(&self.folder.store);
        let Some(pillar) = blocking(move || store.pillar(&fingerprint)).await? else {
            tracing::warn!("a pillar that is not in the store was turned away");
            return Err(Rejection::NotWelcome);
        };
        self.meet(&pillar).await
    }

    fn known(&self, fingerprint: &Fingerprint) -> Option<Arc<Deliverer>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(fingerprint).cloned()
    }

    /// Gets to know a certificate. It is the first time that it is used here, so those that the pillar had before end.
    async fn meet(&self, pillar: &Pillar) -> Result<Arc<Deliverer>, Rejection> {
        let (store, fingerprint) = (Arc::clone(&self.folder.store), pillar.fingerprint);
        if pillar.revoked_at.is_none() {
            let now = Timestamp::now();
            let ended = blocking(move || store.used_certificate(&fingerprint, now)).await?;
            if ended > 0 {
                tracing::info!(
                    pillar = pillar.name,
                    ended,
                    "its new certificate was used; earlier ones have ended"
                );
            }
        }
        let deliverer = Arc::new(Deliverer::from(pillar));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(fingerprint, Arc::clone(&deliverer));
        Ok(deliverer)
    }

    /// The pillar with a certificate, as it is now, unless it was revoked.
    async fn admitted(&self, fingerprint: Fingerprint) -> Result<Pillar, Rejection> {
        let store = Arc::clone(&self.folder.store);
        match blocking(move || store.pillar(&fingerprint)).await? {
            Some(pillar) if pillar.revoked_at.is_none() => {
                if self.known(&fingerprint).is_none() {
                    self.meet(&pillar).await?;
                }
                Ok(pillar)
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
}

/// All routes for pillars.
pub fn routes(door: Arc<Door>) -> Router {
    Router::new()
        .route("/v1/transactions", post(upload))
        .route("/v1/report", post(take_report))
        .route("/v1/questions", post(take_questions))
        .route("/v1/asked", post(take_asked))
        .route("/v1/visits", post(take_visits))
        .route("/v1/standing", post(tell_standing))
        .route("/v1/lookup", post(lookup::tell))
        .route("/v1/orders", post(take_orders))
        .route("/v1/referrals", get(list_referrals))
        .route("/v1/referrals", post(take_used_referrals))
        .route("/v1/orders/{id}/attachment", put(take_attachment))
        .route("/v1/catalogue", get(catalogue::newest))
        .route("/v1/system/{version}/{file}", get(system::part))
        .route("/v1/service-key", get(service::key))
        .route("/v1/service-visits", post(service::take_entries))
        .route("/v1/readiness", post(service::take_readiness))
        .route("/v1/health", get(health))
        .route("/v1/enrolment/greeting", post(enrolment::greet))
        .route("/v1/enrolment", post(enrolment::enrol))
        .route("/v1/renewal", post(enrolment::renew))
        .layer(middleware::from_fn_with_state(Arc::clone(&door), encoding::understand))
        .with_state(door)
}

/// Somebody with a certificate of the authority. Who has none is turned away before anything of the request is read.
struct Known(Fingerprint);

impl FromRequestParts<Arc<Door>> for Known {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, door: &Arc<Door>) -> Result<Self, Rejection> {
        let peer = ConnectInfo::<Peer>::from_request_parts(parts, door).await;
        let fingerprint = peer.ok().and_then(|ConnectInfo(peer)| peer.fingerprint);
        fingerprint.map(Self).ok_or(Rejection::NotWelcome)
    }
}

async fn upload(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let deliverer = door.deliverer(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, UploadRequest::MAX_BYTES).await?;
    let upload = Upload::parse(&bytes).map_err(Rejection::Upload)?;
    Ok(Json(take_in(&door, upload, deliverer).await?).into_response())
}

/// Judges and stores an upload, together with those of others.
async fn take_in(
    door: &Door,
    upload: Upload,
    deliverer: Arc<Deliverer>,
) -> Result<UploadResponse, TakeInError> {
    let now = Timestamp::now();
    let judged = if upload.envelopes() <= FEW_ENVELOPES {
        upload.judge(&deliverer, &door.folder.seal_keys)?
    } else {
        let (folder, deliverer) = (Arc::clone(&door.folder), Arc::clone(&deliverer));
        let judging = tokio::task::spawn_blocking(move || upload.judge(&deliverer, &folder.seal_keys));
        judging.await.map_err(|_| NotStored::Ended)??
    };
    let taken = door.group.deliver(judged.batch, now).await?;
    judged.places.answer(&deliverer, taken, now)
}

async fn take_report(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, HealthReport::MAX_BYTES).await?;
    // Taken here and not in the store: reports count in the order in which they came in.
    let now = Timestamp::now();
    let report = report::parse(&bytes).map_err(Rejection::Report)?;
    let folder = Arc::clone(&door.folder);
    let answer = blocking(move || {
        let mut answer = report::take_in(&report, &pillar, &*folder.store, now)?;
        // A pillar that hears of no key goes on with the one it has.
        answer.seal_key = folder
            .seal_key_notice()
            .inspect_err(|error| tracing::error!(%error, "pillars are not told of the newest sealing key"))
            .ok();
        answer.catalogue = catalogue::newest_serial(&folder);
        answer.orders = folder.store.orders_to_do(&pillar.name, now)?;
        answer.referrals = referrals::mark(&pillar, &*folder.store, now)?;
        answer.standing = Some(folder.store.changes(&pillar.name)?);
        answer.system = match &report.system {
            Some(system) => systems::attend(&*folder.store, &folder.systems, &pillar.name, system, now)?,
            None => None,
        };
        // A pillar that hears of none goes on with the key it has.
        answer.service_key = service_codes::number(&*folder.store, &folder.vault, &pillar.name, now)
            .inspect_err(|error| tracing::error!(%error, "a pillar is not told of its service codes"))
            .ok();
        Ok::<_, StoreError>(answer)
    })
    .await?;
    Ok(Json(answer).into_response())
}

async fn take_questions(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, Questions::MAX_BYTES).await?;
    let store = Arc::clone(&door.folder.store);
    let answer = blocking(move || match questions::parse(&bytes) {
        Ok(asked) => Ok(Ok(questions::take_in(asked, &pillar, &*store, Timestamp::now())?)),
        Err(error) => Ok::<_, StoreError>(Err(error)),
    })
    .await?;
    Ok(Json(answer?).into_response())
}

async fn take_asked(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, AskedCounts::MAX_BYTES).await?;
    let store = Arc::clone(&door.folder.store);
    let answer = blocking(move || match asked::parse(&bytes) {
        Ok(counted) => Ok(Ok(asked::take_in(counted, &pillar, &*store, Timestamp::now())?)),
        Err(error) => Ok::<_, StoreError>(Err(error)),
    })
    .await?;
    Ok(Json(answer?).into_response())
}

async fn take_orders(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, OrderResults::MAX_BYTES).await?;
    let store = Arc::clone(&door.folder.store);
    let answer = blocking(move || match orders::parse(&bytes) {
        Ok(told) => Ok(Ok(orders::take_in(told, &pillar, &*store, Timestamp::now())?)),
        Err(error) => Ok::<_, StoreError>(Err(error)),
    })
    .await?;
    Ok(Json(answer?).into_response())
}

async fn tell_standing(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, StandingRequest::MAX_BYTES).await?;
    let StandingRequest { ids, .. } = standing::parse(&bytes)?;
    let store = Arc::clone(&door.folder.store);
    let standings = blocking(move || store.standings(&pillar.name, &ids)).await?;
    Ok(Json(StandingAnswer { standings }).into_response())
}

async fn take_visits(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, VisitEntries::MAX_BYTES).await?;
    let store = Arc::clone(&door.folder.store);
    let answer = blocking(move || match visits::parse(&bytes) {
        Ok(noted) => Ok(Ok(visits::take_in(noted, &pillar, &*store, Timestamp::now())?)),
        Err(error) => Ok::<_, StoreError>(Err(error)),
    })
    .await?;
    Ok(Json(answer?).into_response())
}

async fn take_attachment(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let id: Uuid = id.parse().map_err(|_| Rejection::NoSuchOrder)?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = media_type.and_then(Attachment::parse).ok_or(Rejection::Attachment)?;
    let (bytes, _room) = door.room.read(body, Attachment::MAX_BYTES).await?;
    if !kind.begins(&bytes) {
        return Err(Rejection::Attachment);
    }
    let attached = Attached { id, kind, content: bytes.into(), kept_at: Timestamp::now() };
    let store = Arc::clone(&door.folder.store);
    let is_its = blocking(move || store.attach_to_order(&pillar.name, &attached)).await?;
    if is_its { Ok(StatusCode::OK.into_response()) } else { Err(Rejection::NoSuchOrder) }
}

async fn list_referrals(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let store = Arc::clone(&door.folder.store);
    let list = blocking(move || referrals::list(&pillar, &*store, Timestamp::now())).await?;
    Ok(Json(list).into_response())
}

async fn take_used_referrals(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    body: Body,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (bytes, _room) = door.room.read(body, UsedReferrals::MAX_BYTES).await?;
    let told = referrals::parse(&bytes)?;
    let store = Arc::clone(&door.folder.store);
    let answer = blocking(move || referrals::take_in(&told, &pillar, &*store, Timestamp::now())).await?;
    Ok(Json(answer).into_response())
}

async fn health(State(door): State<Arc<Door>>, Known(fingerprint): Known) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let now = Timestamp::now();
    let store = Arc::clone(&door.folder.store);
    blocking(move || {
        store.pulse(now)?;
        store.saw_pillar(&pillar.name, now)
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
