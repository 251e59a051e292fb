//! Messages of Open Notificaties: something changed at a case. Invariant: whoever does not show the agreed header is
//! refused and told nothing; a message carries no value, so it only leads to asking Open Zaak, however often it comes.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;

use super::Desk;
use crate::store::System;

/// The longest address of a case that is looked for.
const ADDRESS: usize = 1000;

/// A message (Notificaties API 1.0), as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    kanaal: String,
    hoofd_object: String,
    resource: String,
}

/// Takes a message. Open Notificaties tries a new subscription with two: one without the header, which must be
/// refused, and one with it.
pub(super) async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(agreed) = &desk.notifications else { return StatusCode::NOT_FOUND };
    let shown = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    if aws_lc_rs::constant_time::verify_slices_are_equal(shown, agreed.as_bytes()).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(Message { kanaal, hoofd_object, resource }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    if kanaal != "zaken" || resource != "status" || hoofd_object.len() > ADDRESS {
        return StatusCode::NO_CONTENT;
    }
    let known =
        desk.ask(move |store| store.look_soon(System::OpenZaak, &hoofd_object, Timestamp::now())).await;
    match known {
        Ok(known) => {
            tracing::debug!(known, "a case has another status");
            StatusCode::NO_CONTENT
        }
        // It comes again.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
