//! The doubles behind a real HTTP door, so that a real courier and the demonstration can talk to them.
//!
//! Invariant: only on loopback; here alone stands the clock.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse as _, Response};
use axum::{Router, routing};
use http::StatusCode;
use jiff::Timestamp;
use tokio::net::TcpListener;

use crate::{Double as _, Town};

/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 32 * 1024 * 1024;

/// A town that somebody else may look into while it is served.
pub type Shared = Arc<Mutex<Town>>;

/// What a handler needs.
#[derive(Clone)]
struct Door {
    town: Shared,
    dice: Arc<Mutex<fastrand::Rng>>,
}

/// Serves a town until the future is dropped; `/` lists what is registered.
///
/// # Errors
/// Where the listener is not on loopback, or fails.
pub async fn serve(listener: TcpListener, town: Shared, seed: u64) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        let message = "the doubles are for tests: let them listen on 127.0.0.1 or ::1";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let dice = Arc::new(Mutex::new(fastrand::Rng::with_seed(seed)));
    let door = Door { town, dice };
    let routes = Router::new().route("/", routing::get(page)).fallback(answer).with_state(door);
    axum::serve(listener, routes).await
}

async fn page(State(door): State<Door>) -> Html<String> {
    Html(door.town.lock().unwrap_or_else(PoisonError::into_inner).page())
}

async fn answer(State(door): State<Door>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = Request::from_parts(parts, body.to_vec());
    // A subscription calls back before it is answered, which may take a while.
    let answered = tokio::task::spawn_blocking(move || {
        let mut town = door.town.lock().unwrap_or_else(PoisonError::into_inner);
        let mut dice = door.dice.lock().unwrap_or_else(PoisonError::into_inner);
        town.answer(request, Timestamp::now(), &mut dice)
    });
    match answered.await {
        Ok(response) => response.map(Body::from),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
