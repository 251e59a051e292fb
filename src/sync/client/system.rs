//! Fetching the next system over HTTPS, part by part.
//!
//! Invariant: a part is no larger than was asked for and begins where it was asked for, whatever the hub says; it goes over
//! the connection for what is large, with its share of the line.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, HeaderMap, RANGE};

use super::{HttpsHub, Lines, TOTAL_TIME, accepted, setup, unreachable, wait_for};
use crate::sync::SyncError;
use crate::sync::system::SystemSource;
use crate::system::{Part, Step};

/// How much is asked for at once, in bytes: an upload that comes in between waits for no more.
const AT_ONCE: u64 = 256 * 1024;
const NO_PART: SyncError = SyncError::BadAnswer("it is no part of a system");

impl SystemSource for HttpsHub {
    async fn part(&self, step: &Step) -> Result<Part, SyncError> {
        let from = self.system.join(&format!("{}/{}", step.version, step.name));
        let from = from.map_err(|_| setup("hub_url is not an address"))?;
        let range = format!("bytes={}-{}", step.from, step.from.saturating_add(AT_ONCE - 1));
        let request =
            |lines: &Lines| lines.bulk.client().get(from.clone()).header(RANGE, &range).timeout(TOTAL_TIME);
        let mut response = self.send(request).await?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {}
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let (_, of) = place(response.headers()).ok_or(NO_PART)?;
                return Ok(Part { bytes: Vec::new(), of });
            }
            // A whole file is not what was asked for.
            _ => return Err(accepted(response).err().unwrap_or(NO_PART)),
        }
        let (begin, of) = place(response.headers()).ok_or(NO_PART)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > AT_ONCE {
                return Err(NO_PART);
            }
            wait_for(&self.lines().bulk.parts, chunk.len()).await;
        }
        if begin != Some(step.from) || bytes.is_empty() {
            return Err(NO_PART);
        }
        Ok(Part { bytes, of })
    }
}

/// Where a part begins, if there is one, and how large the file is (RFC 9110, section 14.4).
fn place(headers: &HeaderMap) -> Option<(Option<u64>, u64)> {
    let place = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    let (part, of) = place.split_once('/')?;
    let begin = part.split_once('-').and_then(|(begin, _)| begin.parse().ok());
    Some((begin, of.parse().ok()?))
}
