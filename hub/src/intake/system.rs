//! Hands updates of the system to pillars, part by part. Invariant: a pillar gets no other version than those that it may
//! have now, and no other file than those of an update; little of it is in memory at once.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use zuil_wire::SystemVersion;

use super::{Door, Known, Rejection, blocking};
use crate::store::StoreError;
use crate::systems::Part;

/// A part of a file, as large as was asked for, or as may be; 404 when this pillar may not have it.
pub(super) async fn part(
    State(door): State<Arc<Door>>,
    Known(fingerprint): Known,
    Path((version, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Rejection> {
    let pillar = door.admitted(fingerprint).await?;
    let (from, last) = range(&headers).ok_or(Rejection::NoRange)?;
    let folder = Arc::clone(&door.folder);
    let found = blocking(move || {
        let Ok(version) = version.parse::<SystemVersion>() else { return Ok(None) };
        let rollouts = folder.store.rollouts()?;
        if !rollouts.iter().any(|rollout| rollout.version == version && rollout.gives(&pillar.name)) {
            return Ok(None);
        }
        let part = folder.systems.part(&version, &file, from, last);
        // A disk that fails is told to nobody but the log: the pillar asks again.
        let part = part.inspect_err(|error| tracing::error!(%error, %version, "an update cannot be read"));
        Ok::<_, StoreError>(Some(part))
    })
    .await?;
    match found {
        Some(Ok(Some(part))) => Ok(answer(part, from)),
        Some(Err(_)) => Err(Rejection::Unavailable),
        Some(Ok(None)) | None => {
            Ok((StatusCode::NOT_FOUND, "this pillar gets no such file of a system").into_response())
        }
    }
}

fn answer(part: Part, from: u64) -> Response {
    let (status, place) = match part.bytes.len() as u64 {
        0 => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{}", part.of)),
        length => (StatusCode::PARTIAL_CONTENT, format!("bytes {from}-{}/{}", from + length - 1, part.of)),
    };
    let mut response = (status, part.bytes).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::CONTENT_RANGE, place);
    }
    response
}

/// The first byte that is wanted, and the last one if it is said: one range, as RFC 9110, section 14.1.2 writes it.
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let (from, last) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let number = |digits: &str| {
        let is_plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        is_plain.then(|| digits.parse::<u64>().ok()).flatten()
    };
    let from = number(from)?;
    let last = if last.is_empty() { None } else { Some(number(last).filter(|last| *last >= from)?) };
    Some((from, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &'static str) -> Option<(u64, Option<u64>)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        super::range(&headers)
    }

    #[test]
    fn one_part_may_be_asked_for_with_or_without_its_end() {
        assert_eq!(asked("bytes=0-99"), Some((0, Some(99))));
        assert_eq!(asked("bytes=7-"), Some((7, None)));
        assert_eq!(range(&HeaderMap::new()), None);
        let wrong =
            ["bytes=-5", "bytes=5-4", "bytes=0-1,3-4", "bytes=+1-2", "lines=0-9", "bytes=", "bytes=a-b"];
        for range in wrong {
            assert_eq!(asked(range), None, "{range}");
        }
        assert_eq!(asked("bytes=99999999999999999999-"), None);
    }

    #[test]
    fn an_answer_says_where_its_part_lies() {
        let part = |bytes: &[u8]| Part { bytes: bytes.into(), of: 8 };
        let whole = answer(part(b"root"), 4);
        assert_eq!(whole.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(whole.headers()[header::CONTENT_RANGE], "bytes 4-7/8");
        let beyond = answer(part(b""), 8);
        assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.headers()[header::CONTENT_RANGE], "bytes */8");
    }
}
