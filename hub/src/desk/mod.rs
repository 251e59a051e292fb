//! The pages for staff, over plain HTTP for this machine or a reverse proxy.
//!
//! Invariant: nothing about a transaction is shown without a session, and every page says that it
//! must not be kept, framed or run scripts.

mod access;
mod attempts;
mod condition;
mod pages;
mod texts;
mod times;
mod visitor;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use self::attempts::Attempts;
use crate::catalogues::Standing;
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::seal_keys::SealKeys;
use crate::store::{Store, StoreError};

/// The largest form: a password.
const FORM_BYTES: usize = 16 * 1024;
/// How many passwords are hashed at once; each takes 19 MiB.
const HASHES: usize = 2;

/// What the pages need.
pub struct Desk {
    municipality: String,
    behind_proxy: bool,
    not_paid_after_hours: u16,
    folder: Arc<DataFolder>,
    attempts: Mutex<Attempts>,
    hashing: Semaphore,
}

impl Desk {
    /// The desk of a hub.
    #[must_use]
    pub fn new(config: &Config, folder: Arc<DataFolder>) -> Self {
        Self {
            municipality: config.municipality.clone(),
            behind_proxy: config.desk.behind_proxy,
            not_paid_after_hours: config.desk.not_paid_after_hours,
            folder,
            attempts: Mutex::default(),
            hashing: Semaphore::new(HASHES),
        }
    }
}

/// All routes for staff.
pub fn routes(desk: Arc<Desk>) -> Router {
    let for_staff = Router::new()
        .route("/", get(pages::list))
        .route("/transactions/{reference}", get(pages::transaction))
        .route("/transactions/{reference}/send-again", post(pages::send_again))
        .route("/pillars", get(pages::pillars))
        .route("/pillars/{name}", get(pages::pillar))
        .route("/payments", get(pages::payments))
        .route("/questions", get(pages::questions))
        .route("/questions.csv", get(pages::questions_as_csv))
        .route("/payments/{pillar}/{payment}/{finding}", get(pages::confirm).post(pages::decide))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&desk), access::only_with_session));
    Router::new()
        .merge(for_staff)
        .route("/login", get(access::login_page).post(access::login))
        .route("/logout", post(access::logout))
        .route("/health", get(health))
        .route("/style.css", get(stylesheet))
        .route("/icon.svg", get(icon))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), access::only_own_forms))
        .layer(middleware::from_fn(visitor::keep_language))
        .layer(middleware::from_fn(guard_headers))
        .with_state(desk)
}

/// Why a page cannot be shown.
#[derive(Debug)]
enum Failure {
    /// The store failed.
    Unavailable,
    /// There is no such page.
    NotFound,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::Unavailable
    }
}

impl Desk {
    /// Asks the store on a thread where it may block.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask_and_open(|store, _| question(store)).await
    }

    /// As [`Desk::ask`], with what opens sealed content.
    async fn ask_and_open<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store, &SealKeys) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let folder = Arc::clone(&self.folder);
        match tokio::task::spawn_blocking(move || question(&*folder.store, &folder.seal_keys)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Failure::Unavailable),
        }
    }
}

impl Desk {
    /// The newest published catalogue, and whether what was published last is damaged; nothing when that cannot be
    /// read.
    async fn catalogues(&self) -> Standing {
        let folder = Arc::clone(&self.folder);
        let standing = tokio::task::spawn_blocking(move || folder.catalogues.standing()).await;
        match standing {
            Ok(Ok(standing)) => standing,
            Ok(Err(error)) => {
                tracing::error!(%error, "the published catalogues cannot be read");
                Standing::default()
            }
            Err(_) => Standing::default(),
        }
    }
}

async fn health(State(desk): State<Arc<Desk>>) -> Response {
    let (status, body) = match desk.ask(|store| store.pulse(Timestamp::now())).await {
        Ok(()) => (StatusCode::OK, r#"{"status":"ok"}"#),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#),
    };
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", include_str!("../../assets/style.css"))
}

async fn icon() -> Response {
    asset("image/svg+xml", include_str!("../../assets/icon.svg"))
}

fn asset(kind: &'static str, content: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, content).into_response()
}

const GUARDS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

async fn guard_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(GUARDS);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    /// The relative luminance of WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_pair_of_colours_can_be_read_by_day_and_by_night() {
        let style = include_str!("../../assets/style.css");
        let (day, night) = style.split_once("prefers-color-scheme: dark").unwrap();
        for theme in [day, night] {
            let role = |name: &str| {
                let start = theme.find(&format!("--{name}: #")).unwrap() + name.len() + 4;
                &theme[start..start + 7]
            };
            for ground in ["surface", "surface-raised"] {
                for ink in ["ink", "ink-soft", "brand", "positive", "caution", "negative"] {
                    let ratio = contrast(role(ink), role(ground));
                    assert!(ratio >= 7.0, "{ink} on {ground}: {ratio:.1}");
                }
            }
            assert!(contrast(role("on-brand"), role("brand")) >= 7.0);
        }
    }
}
