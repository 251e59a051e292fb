//! Hands the newest published catalogue to pillars. Invariant: its entity tag is its SHA-256, so that a pillar
//! that has it is told so in a few bytes; however many fetch it at once, it is in memory once; and who may have what is
//! damaged here is not offered what was before it, which it would refuse.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Door, Known, Rejection, blocking};
use crate::catalogues::Standing;
use crate::data_folder::DataFolder;
use crate::store::StoreError;

/// The newest published catalogue, unless the pillar has it or a newer one; 404 when none was published.
pub(super) async fn newest(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    headers: HeaderMap,
) -> Result<Response, Rejection> {
    door.admitted(fingerprint).await?;
    let folder = Arc::clone(&door.folder);
    let standing = blocking(move || Ok::<_, StoreError>(standing_of(&folder))).await?;
    let Some(newest) = &standing.served else {
        return Ok((StatusCode::NOT_FOUND, "no catalogue was published").into_response());
    };
    if may_have_a_newer_one(&headers, &standing) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
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
    standing_of(folder).served.map(|newest| newest.serial)
}

/// A folder that cannot be read is told to nobody but the log: pillars go on with what they have.
fn standing_of(folder: &DataFolder) -> Standing {
    let standing = folder.catalogues.standing();
    standing
        .inspect_err(|error| tracing::error!(%error, "the published catalogues cannot be read"))
        .unwrap_or_default()
}

/// Whether the request names something that is not whole here, while something is damaged or cannot be read that is newer
/// than what pillars get: nobody knows its digest any more.
fn may_have_a_newer_one(headers: &HeaderMap, standing: &Standing) -> bool {
    let is_whole = |tag: &str| standing.whole.iter().any(|digest| tag.trim_matches('"') == digest);
    standing.unfit.is_some() && named(headers).next().is_some() && !named(headers).any(is_whole)
}

/// Whether the request names this entity tag (RFC 9110, section 13.1.2).
fn has(headers: &HeaderMap, tag: &str) -> bool {
    named(headers).any(|named| named == tag)
}

/// The entity tags that a request names.
fn named(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|tags| tags.split(',')).map(str::trim).filter(|tag| !tag.is_empty())
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
