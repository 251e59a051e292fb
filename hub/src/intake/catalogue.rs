//! Hands the newest published catalogue to pillars. Invariant: its entity tag is its SHA-256, so that a pillar
//! that has it is told so in a few bytes; and however many fetch it at once, it is in memory once.

use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Door, Peer, Rejection, blocking};
use crate::catalogues::Published;
use crate::data_folder::DataFolder;
use crate::store::StoreError;

/// The newest published catalogue, unless the pillar has it; 404 when none was published.
pub(super) async fn newest(
    State(door): State<Arc<Door>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> Result<Response, Rejection> {
    door.admitted(peer.fingerprint).await?;
    let folder = Arc::clone(&door.folder);
    let newest = blocking(move || Ok::<_, StoreError>(newest_of(&folder))).await?;
    let Some(newest) = newest else {
        return Ok((StatusCode::NOT_FOUND, "no catalogue was published").into_response());
    };
    let tag = format!("\"{}\"", newest.digest);
    let status = if has(&headers, &tag) { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = match status {
        StatusCode::OK => newest.bundle.clone().into_response(),
        other => other.into_response(),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// The serial of the newest published catalogue, which a pillar hears of in the answer to its report.
pub(super) fn newest_serial(folder: &DataFolder) -> Option<u64> {
    newest_of(folder).map(|newest| newest.serial)
}

/// A folder that cannot be read is told to nobody but the log: pillars go on with what they have.
fn newest_of(folder: &DataFolder) -> Option<Arc<Published>> {
    let newest = folder.catalogues.newest();
    newest.inspect_err(|error| tracing::error!(%error, "the published catalogues cannot be read")).ok()?
}

/// Whether the request names this entity tag (RFC 9110, section 13.1.2).
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|tags| tags.split(',')).any(|named| named.trim() == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pillar_may_name_several_that_it_does_not_need() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            headers
        };
        assert!(has(&with("\"a\""), "\"a\"") && has(&with("\"b\", \"a\""), "\"a\""));
        assert!(
            !has(&with("\"b\""), "\"a\"") && !has(&with("a"), "\"a\"") && !has(&HeaderMap::new(), "\"a\"")
        );
    }
}
