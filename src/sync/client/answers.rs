//! What an answer of the hub means, and what it means when there is none.
//!
//! Invariant: no more of an answer is kept than the largest one has.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use crate::sync::SyncError;

/// The largest answer, in bytes. One to a full batch has about 16 KiB.
pub(super) const MAX_ANSWER: usize = 256 * 1024;

/// What the hub's clock says (RFC 9110, section 6.6.1).
pub(super) fn hubs_clock(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

/// What a status means; see `docs/protocol.md`.
pub(super) fn accepted(response: Response) -> Result<Response, SyncError> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(response),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(SyncError::NotAdmitted),
        StatusCode::UPGRADE_REQUIRED => Err(SyncError::UnsupportedVersion),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(busy(response.headers())),
        StatusCode::BAD_REQUEST
        | StatusCode::CONFLICT
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => Err(SyncError::Rejected(status.as_u16())),
        _ if status.is_server_error() => Err(busy(response.headers())),
        _ => Err(SyncError::NoHub(status.as_u16())),
    }
}

fn busy(headers: &HeaderMap) -> SyncError {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    SyncError::Busy { retry_after: text(RETRY_AFTER).and_then(|asked| patience(asked, text(DATE))) }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which counts from the hub's own
/// clock, because the pillar's may be wrong.
fn patience(asked: &str, hubs_clock: Option<&str>) -> Option<Duration> {
    let asked = asked.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(asked)?;
    let wait = until.duration_since(http_date(hubs_clock?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

pub(super) async fn body_of(mut response: Response) -> Result<Vec<u8>, SyncError> {
    const TOO_LARGE: SyncError = SyncError::BadAnswer("it is too large");
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(TOO_LARGE);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why a request got no answer. What TLS says is told apart: it needs a person.
pub(super) fn unreachable(error: reqwest::Error) -> SyncError {
    if let Some(tls) = tls_error(&error) {
        return match tls {
            rustls::Error::InvalidCertificate(why) => SyncError::NotTheHub(format!("{why:?}")),
            rustls::Error::AlertReceived(_) => SyncError::NotAdmitted,
            other => SyncError::NotTheHub(other.to_string()),
        };
    }
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    SyncError::Unreachable(what.to_owned())
}

pub(super) fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        // An io::Error does not name what it wraps as its source, but the source of that.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(wrapped) = wrapped {
            cause = Some(wrapped);
            continue;
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_to_wait_for_counts_from_the_hubs_clock() {
        let clock = Some("Mon, 02 Mar 2026 09:00:00 GMT");
        assert_eq!(patience(" 120 ", None), Some(Duration::from_secs(120)));
        assert_eq!(patience("Mon, 02 Mar 2026 09:01:30 GMT", clock), Some(Duration::from_secs(90)));
        assert_eq!(patience("Mon, 02 Mar 2026 08:00:00 GMT", clock), Some(Duration::ZERO));
        assert_eq!(patience("Mon, 02 Mar 2026 09:01:30 GMT", None), None);
        assert_eq!(patience("soon", clock), None);
        assert_eq!(patience("-5", clock), None);
    }
}
