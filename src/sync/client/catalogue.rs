//! Fetching the newest catalogue over HTTPS.
//!
//! Invariant: it has a connection of its own, on which little is under way at once, so that neither its size
//! nor its slowness is in the way of an upload; and no answer is kept that is larger than a bundle may be.

use std::sync::Mutex;
use std::time::Duration;

use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Client, Response, StatusCode};
use rustls::ClientConfig;
use zuil_wire::catalogue::LARGEST_BUNDLE;

use super::{HttpsHub, Lines, accepted, settings, setup, unreachable};
use crate::sync::SyncError;
use crate::sync::budget::Budget;
use crate::sync::catalogue::{Fetched, Publisher};

/// How long nothing may come before the fetch is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a fetch may take in all: the largest bundle at 20 kbit/s.
const FETCH_TIME: Duration = Duration::from_secs(3600);
/// How much the hub may send ahead of what was read: as much as a slow line holds.
const AHEAD: u32 = 64 * 1024;
const TOO_LARGE: SyncError = SyncError::BadAnswer("it is larger than any catalogue");

/// The connection for what is large and not urgent.
pub(super) struct Bulk {
    client: Client,
    /// Uploads may take no more of the line than this, and neither may this.
    max_kilobits: u32,
    /// How much of the line parts of a system may take.
    pub(super) parts: Mutex<Budget>,
}

impl Bulk {
    pub(super) fn new(config: ClientConfig, max_kilobits: u32) -> Result<Self, SyncError> {
        let client = settings(config)
            .timeout(FETCH_TIME)
            .read_timeout(SILENCE)
            .http2_initial_stream_window_size(AHEAD)
            .http2_initial_connection_window_size(AHEAD)
            .build()
            .map_err(|_| setup("the HTTPS client cannot be made"))?;
        Ok(Self { client, max_kilobits, parts: Mutex::new(Budget::of(max_kilobits)) })
    }

    /// Its connection.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }
}

/// The digest that the hub names, from its entity tag.
fn tag(response: &Response) -> Option<String> {
    let tag = response.headers().get(ETAG)?.to_str().ok()?;
    Some(tag.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

impl Publisher for HttpsHub {
    async fn newest(&self, known: &[String]) -> Result<Fetched, SyncError> {
        let tags = known.iter().map(|digest| format!("\"{digest}\"")).collect::<Vec<_>>().join(", ");
        let request = |lines: &Lines| {
            let request = lines.bulk.client.get(self.catalogue.clone());
            if tags.is_empty() { request } else { request.header(IF_NONE_MATCH, &tags) }
        };
        let response = self.send(request).await?;
        let mut response = match response.status() {
            StatusCode::NOT_MODIFIED => return Ok(Fetched::Known(tag(&response))),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(Fetched::Nothing),
            _ => accepted(response)?,
        };
        if response.content_length().is_some_and(|bytes| bytes > LARGEST_BUNDLE as u64) {
            return Err(TOO_LARGE);
        }
        let budget = Mutex::new(Budget::of(self.lines().bulk.max_kilobits));
        let mut bundle = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if bundle.len() + chunk.len() > LARGEST_BUNDLE {
                return Err(TOO_LARGE);
            }
            bundle.extend_from_slice(&chunk);
            super::wait_for(&budget, chunk.len()).await;
        }
        Ok(Fetched::Other(bundle))
    }
}
