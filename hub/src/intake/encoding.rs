//! How requests may be written and which versions of them are understood: said in every answer
//! (RFC 7694), and a request that is compressed is made plain before anyone looks at it.
//!
//! Invariant: a compressed request never becomes larger here than a plain one may be, however much it
//! claims to hold.

use std::io::Read;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use zuil_wire::{UploadRequest, versions};

use super::{Rejection, read};

/// The one way of compression that is understood (RFC 8878).
const ZSTD: &str = "zstd";
/// The largest window that a decoder keeps in memory, as a power of two: 8 MiB, as RFC 8878 advises.
const LARGEST_WINDOW: u32 = 23;

/// Why a compressed body is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotPlain {
    TooLarge,
    Damaged,
}

/// Makes a compressed request plain, and says in the answer what may be sent.
pub(super) async fn understand(request: Request, next: Next) -> Response {
    let mut response = match plain(request).await {
        Ok(request) => next.run(request).await,
        Err(rejected) => rejected,
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(ZSTD));
    if let Ok(spoken) = HeaderValue::from_str(&versions::spoken()) {
        headers.insert(versions::VERSIONS_HEADER, spoken);
    }
    response
}

async fn plain(request: Request) -> Result<Request, Response> {
    match encoding(request.headers()) {
        Some(encoding) if encoding.eq_ignore_ascii_case(ZSTD) => {}
        None => return Ok(request),
        Some(_) => {
            let text = "requests are understood plain or compressed with zstd";
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into_response());
        }
    }
    let (mut head, body) = request.into_parts();
    let compressed = read(body, UploadRequest::MAX_BYTES).await.map_err(IntoResponse::into_response)?;
    // A few milliseconds for the largest request there may be.
    let plain = decompress(&compressed, UploadRequest::MAX_BYTES).map_err(|why| match why {
        NotPlain::TooLarge => Rejection::TooLarge.into_response(),
        NotPlain::Damaged => (StatusCode::BAD_REQUEST, "this is not compressed with zstd").into_response(),
    })?;
    head.headers.remove(header::CONTENT_ENCODING);
    head.headers.insert(header::CONTENT_LENGTH, plain.len().into());
    Ok(Request::from_parts(head, Body::from(plain)))
}

/// How the body is written; `None` when it is plain.
fn encoding(headers: &HeaderMap) -> Option<&str> {
    let encoding = headers.get(header::CONTENT_ENCODING)?.to_str().unwrap_or("unreadable").trim();
    (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
}

fn decompress(compressed: &Bytes, limit: usize) -> Result<Vec<u8>, NotPlain> {
    let mut decoder = zstd::Decoder::new(&compressed[..]).map_err(|_| NotPlain::Damaged)?;
    decoder.window_log_max(LARGEST_WINDOW).map_err(|_| NotPlain::Damaged)?;
    let mut plain = Vec::new();
    // One more than allowed shows that there is more.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut plain).map_err(|_| NotPlain::Damaged)?;
    if plain.len() > limit { Err(NotPlain::TooLarge) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compressed(plain: &[u8]) -> Bytes {
        zstd::encode_all(plain, 3).unwrap().into()
    }

    #[test]
    fn what_was_compressed_is_plain_again() {
        let text = b"made up ".repeat(1000);
        assert_eq!(decompress(&compressed(&text), 8000).unwrap(), text);
        assert_eq!(decompress(&compressed(b""), 8000).unwrap(), b"");
    }

    #[test]
    fn a_bomb_is_given_up_as_soon_as_it_is_larger_than_a_request() {
        let bomb = compressed(&vec![0; 200 * 1024 * 1024]);
        assert!(bomb.len() < 32 * 1024, "{}", bomb.len());
        assert_eq!(decompress(&bomb, UploadRequest::MAX_BYTES), Err(NotPlain::TooLarge));
        assert_eq!(decompress(&compressed(b"12345"), 4), Err(NotPlain::TooLarge));
        assert_eq!(decompress(&compressed(b"1234"), 4).unwrap(), b"1234");
    }

    #[test]
    fn a_window_that_would_fill_the_memory_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(27).unwrap();
        std::io::Write::write_all(&mut encoder, b"small, but with a window of 128 MiB").unwrap();
        let greedy = encoder.finish().unwrap().into();
        assert_eq!(decompress(&greedy, 8000), Err(NotPlain::Damaged));
    }

    #[test]
    fn what_is_torn_or_not_compressed_at_all_is_damaged() {
        let whole = compressed(&b"made up ".repeat(1000));
        assert_eq!(decompress(&whole.slice(..whole.len() - 3), 8000), Err(NotPlain::Damaged));
        assert_eq!(decompress(&Bytes::from_static(b"{\"version\":1}"), 8000), Err(NotPlain::Damaged));
    }

    #[test]
    fn only_what_says_so_is_compressed() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            headers
        };
        assert_eq!(encoding(&HeaderMap::new()), None);
        assert_eq!(encoding(&with("identity")), None);
        assert_eq!(encoding(&with("zstd")), Some("zstd"));
        assert_eq!(encoding(&with("gzip")), Some("gzip"));
    }
}
