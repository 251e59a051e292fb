//! What those who run the hub ask of it: is it alive, may requests come, and figures for Prometheus.
//!
//! Invariant: nothing here names a resident, a request or a member of staff; it has a door of its own, which is closed
//! unless the configuration opens it; and a store that fails makes figures fewer, never wrong.

mod figures;
mod requests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use prometheus_client::encoding::text;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use self::figures::Figures;
use self::requests::Requests;
use crate::store::Store;

/// The text format that Prometheus reads (OpenMetrics 1.0).
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// What all names begin with.
const PREFIX: &str = "zuil_hub";

/// What is measured, and whether requests may come.
pub struct Operations {
    store: Arc<dyn Store>,
    registry: Registry,
    requests: Requests,
    ends: AtomicBool,
}

impl Operations {
    /// The figures of a hub with this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "Which program runs", build);
        let requests = Requests::registered_in(&mut registry);
        registry.register_collector(Box::new(Figures::of(Arc::clone(&store))));
        Self { store, registry, requests, ends: AtomicBool::new(false) }
    }

    /// The routes of a door, with each request counted and timed.
    pub fn watch(&self, door: &'static str, routes: Router) -> Router {
        routes.layer(middleware::from_fn_with_state(self.requests.at(door), requests::watch))
    }

    /// From now on no requests should be sent here.
    pub fn ends(&self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

/// All routes for those who run the hub.
pub fn routes(operations: Arc<Operations>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/live", get(|| async { "the hub runs\n" }))
        .route("/ready", get(ready))
        .with_state(operations)
}

/// Whether requests should be sent here: the store takes what is written, and the hub is not about to end.
async fn ready(State(operations): State<Arc<Operations>>) -> Response {
    if operations.ends.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "the hub ends\n").into_response();
    }
    let store = Arc::clone(&operations.store);
    let pulse = tokio::task::spawn_blocking(move || store.pulse(Timestamp::now()));
    match pulse.await {
        Ok(Ok(())) => return "the hub takes requests\n".into_response(),
        Ok(Err(error)) => tracing::error!(%error, "the hub is not ready: its store cannot be written"),
        Err(error) => tracing::error!(%error, "the hub is not ready: asking its store failed"),
    }
    (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be written; look at the log\n").into_response()
}

/// All figures. Reading those of the store takes a thread for work that takes long.
async fn metrics(State(operations): State<Arc<Operations>>) -> Response {
    let encoded = tokio::task::spawn_blocking(move || {
        let mut page = String::new();
        text::encode(&mut page, &operations.registry).map(|()| page)
    });
    match encoded.await {
        Ok(Ok(page)) => ([(header::CONTENT_TYPE, OPEN_METRICS)], page).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
