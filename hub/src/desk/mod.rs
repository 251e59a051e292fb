//! The pages for staff, over plain HTTP for this machine or a reverse proxy.
//!
//! Invariant: nothing is shown or done that the table of permissions does not allow (`permission.rs`), and every page
//! says that it must not be kept, framed or run scripts but our own. Every page is whole without one.

mod attempts;
mod callback;
mod condition;
mod doable;
mod live;
mod look;
mod map;
mod pages;
mod permission;
mod proof;
mod reach;
mod session;
mod sign_on;
mod signing_in;
mod texts;
mod times;
mod visitor;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, watch};
use zeroize::Zeroizing;
use zuil_catalogue::{Catalogue, Language, Task};

pub(crate) use self::texts::Lang;
pub(crate) use self::times::{Moment, local};

use self::live::Live;
use crate::access::sign_on::SignOn;
use crate::catalogues::Standing;
use crate::config::Config;
use crate::connectors::settings;
use crate::data_folder::DataFolder;
use crate::handover::FolderSource;
use crate::password;
use crate::seal_keys::SealKeys;
use crate::store::{Limits, Store, StoreError};

/// Where the identity provider sends staff back to.
pub const SIGN_ON_DONE: &str = "/login/sso/done";

/// The largest form: a password.
const FORM_BYTES: usize = 16 * 1024;
/// The largest form with a draft: also of one that is too large, what was typed is shown again.
const DRAFT_BYTES: usize = 16 * crate::drafting::LARGEST;
/// Of a form that is larger still so much is read, so that its sender reads the answer.
const READ_BYTES: usize = 8 * 1024 * 1024;
/// How many passwords are hashed at once; each takes 19 MiB.
const HASHES: usize = 2;

/// What the pages need.
pub struct Desk {
    municipality: String,
    behind_proxy: bool,
    not_paid_after_hours: u16,
    /// A pillar of which nothing was heard for longer cannot be reached.
    silent: SignedDuration,
    live: Live,
    /// Where pillars reach the hub; nothing when that is not known.
    intake_url: Option<String>,
    folder: Arc<DataFolder>,
    /// What tasks are called.
    tasks: Arc<FolderSource>,
    /// How long sessions last.
    limits: Limits,
    /// Whether an authenticator app is needed.
    totp: bool,
    sign_on: Option<SignOn>,
    hashing: Semaphore,
    /// What Open Notificaties shows; nothing when no messages are taken.
    notifications: Option<Zeroizing<String>>,
    /// The hash of a password that nobody knows: compared with when there is no account.
    nobodys_hash: String,
}

impl Desk {
    /// The desk of a hub, which says through `ended` when it ends.
    ///
    /// # Errors
    /// When an identity provider or Open Notificaties is configured and the file with its secret cannot be read, or
    /// the system gives no randomness.
    pub fn new(config: &Config, folder: Arc<DataFolder>, ended: watch::Receiver<bool>) -> io::Result<Self> {
        let random = SystemRandom::new();
        let nobodys = password::generate(&random).and_then(|unknown| password::hash(&unknown, &random));
        Ok(Self {
            municipality: config.municipality.clone(),
            behind_proxy: config.desk.behind_proxy,
            not_paid_after_hours: config.desk.not_paid_after_hours,
            silent: config.alerts.limits().silent,
            live: Live::until(ended),
            intake_url: config.hub_url(None).ok().map(|url| url.as_str().to_owned()),
            tasks: Arc::new(FolderSource::new(Arc::clone(&folder))),
            folder,
            limits: config.access.limits(),
            totp: config.access.totp,
            sign_on: config.access.oidc.as_ref().map(SignOn::new).transpose()?,
            hashing: Semaphore::new(HASHES),
            notifications: notifications(config)?,
            nobodys_hash: nobodys.map_err(io::Error::other)?,
        })
    }
}

/// Reads the header by which Open Notificaties is known.
fn notifications(config: &Config) -> io::Result<Option<Zeroizing<String>>> {
    let open_zaak = config.connectors.as_ref().and_then(|connectors| connectors.open_zaak.as_ref());
    let path = open_zaak.and_then(|open_zaak| open_zaak.notifications_secret_file.as_ref());
    let read = |path: &PathBuf| {
        settings::secret(path).map_err(|error| {
            let key = "connectors.open_zaak.notifications_secret_file";
            io::Error::new(error.kind(), format!("{key} {}: {error}", path.display()))
        })
    };
    path.map(read).transpose()
}

/// All routes for staff. What does not stand in the table of permissions is closed.
pub fn routes(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(pages::list))
        .route("/transactions/{reference}", get(pages::transaction).post(pages::show_content))
        .route("/transactions/{reference}/send-again", post(pages::send_again))
        .route("/transactions/{reference}/by-hand", post(pages::register_by_hand))
        .route(
            "/transactions/{reference}/send-anyway",
            get(pages::confirm_send_anyway).post(pages::send_anyway),
        )
        .route("/transactions/{reference}/close", get(pages::confirm_close).post(pages::close_request))
        .route("/handover", get(pages::handovers))
        .route("/handover/{system}/{reason}", post(pages::send_all_again))
        .route("/finder", get(pages::finder))
        .route("/referrals", get(pages::referrals).post(pages::make_referral))
        .route("/referrals/{id}/revoke", post(pages::revoke_referral))
        .route("/worklist", get(pages::worklist))
        .route("/worklist/{reference}/take", post(pages::take_call))
        .route("/worklist/{reference}/told", post(pages::tell_call))
        .route("/pillars", get(pages::pillars))
        .route("/pillars/map", get(pages::map))
        .route("/pillars/{name}", get(pages::pillar))
        .route("/live/pillars", get(live::pillars))
        .route("/live/pillars/list", get(pages::pillars))
        .route("/enrolment", get(pages::enrolments).post(pages::make_code))
        .route("/enrolment/{code}", get(pages::enrolment))
        .route("/enrolment/{code}/cancel", post(pages::cancel_code))
        .route("/pillars/{name}/orders/{kind}", get(pages::confirm_order).post(pages::order))
        .route("/pillars/{name}/visits", get(pages::visits))
        .route("/pillars/{name}/revoke", get(pages::confirm_revocation).post(pages::revoke))
        .route("/pillars/{name}/service", get(pages::service))
        .route("/pillars/{name}/service/code", post(pages::make_service_code))
        .route("/pillars/{name}/service/void", post(pages::void_service_codes))
        .route("/pillars/{name}/attachments/{id}", get(pages::attachment))
        .route("/systems", get(pages::systems))
        .route("/systems/{version}", post(pages::decide_system))
        .route("/payments", get(pages::payments))
        .route("/payments/{pillar}/{payment}/{finding}", get(pages::confirm).post(pages::decide))
        .route("/questions", get(pages::questions))
        .route("/questions.csv", get(pages::questions_as_csv))
        .route("/questions/found.csv", get(pages::found_as_csv))
        .route("/questions/draft", post(pages::begin_draft))
        .route("/drafts", get(pages::drafts))
        .route(
            "/drafts/{id}",
            get(pages::draft).post(pages::rewrite_draft).layer(DefaultBodyLimit::max(DRAFT_BYTES)),
        )
        .route("/drafts/{id}/file", get(pages::draft_file))
        .route("/drafts/{id}/done", post(pages::finish_draft))
        .route("/drafts/{id}/delete", post(pages::delete_draft))
        .route("/surveys", get(pages::surveys))
        .route("/surveys.csv", get(pages::surveys_as_csv))
        .route("/account", get(pages::account))
        .route("/account/password", post(pages::new_own_password))
        .route("/account/app", post(pages::new_own_app))
        .route("/staff", get(pages::staff).post(pages::add_staff))
        .route("/staff/{name}", get(pages::member))
        .route("/staff/{name}/roles", post(pages::set_roles))
        .route("/staff/{name}/password", post(pages::new_password))
        .route("/staff/{name}/app", post(pages::remove_app))
        .route("/staff/{name}/access", post(pages::set_access))
        .route("/audit", get(pages::audit))
        .route("/login", get(signing_in::login_page).post(signing_in::login))
        .route("/login/code", get(signing_in::code_page).post(signing_in::code))
        .route("/login/app", get(signing_in::app_page).post(signing_in::app))
        .route("/login/sso", get(sign_on::begin))
        .route(SIGN_ON_DONE, get(sign_on::done))
        .route("/logout", post(signing_in::logout))
        .route("/callbacks/zgw", post(callback::take))
        .route("/status", get(pages::status_form).post(pages::status))
        .route("/health", get(health))
        .route("/style.css", get(look::stylesheet))
        .route("/branding.css", get(look::branding))
        .route("/icon.svg", get(icon))
        .route("/live.js", get(live_script))
        .fallback(pages::not_found)
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), session::guard))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), session::only_own_forms))
        .layer(middleware::from_fn(visitor::keep_language))
        .layer(middleware::from_fn(guard_headers))
        .with_state(desk)
}

/// The routes for residents, for a door of their own: how a request stands, what that page is made of, and from everywhere
/// else back to it. Nobody signs in here, whatever a browser sends.
pub fn public_routes(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/status", get(pages::status_form).post(pages::status))
        .route("/style.css", get(look::stylesheet))
        .route("/branding.css", get(look::branding))
        .route("/icon.svg", get(icon))
        .fallback(|| async { Redirect::to("/status") })
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), session::only_own_forms))
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
    /// A form holds more bytes than it may.
    TooLarge(usize),
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
    /// The newest published catalogue, and whether what was published last is unfit; nothing when the folder cannot be
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

impl Desk {
    /// What pillars get, read; nothing when nothing is published or it cannot be read.
    async fn catalogue(&self) -> Option<Arc<Catalogue>> {
        let folder = Arc::clone(&self.folder);
        let opened = tokio::task::spawn_blocking(move || folder.catalogues.opened()).await;
        match opened {
            Ok(Ok(catalogue)) => catalogue,
            Ok(Err(error)) => {
                tracing::error!(%error, "the published catalogues cannot be read");
                None
            }
            Err(_) => None,
        }
    }

    /// What each task is called in Dutch, as staff know it, by its id; nothing when no catalogue can be read.
    async fn task_titles(&self) -> HashMap<String, String> {
        let tasks = Arc::clone(&self.tasks);
        let published = tokio::task::spawn_blocking(move || tasks.published()).await;
        let Ok(Ok(Some(published))) = published else { return HashMap::new() };
        let title = |(id, task): (&String, &Arc<Task>)| (id.clone(), task.title.get(Language::Nl).to_owned());
        published.iter().map(title).collect()
    }
}

async fn health(State(desk): State<Arc<Desk>>) -> Response {
    let (status, body) = match desk.ask(|store| store.pulse(Timestamp::now())).await {
        Ok(()) => (StatusCode::OK, r#"{"status":"ok"}"#),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"unavailable"}"#),
    };
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn live_script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../../assets/live.js"))
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
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
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
