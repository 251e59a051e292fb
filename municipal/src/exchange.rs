//! A request taken apart, and answers put together, in the ways that all four systems share.
//!
//! Invariant: an answer is JSON with its content type, or has no body.

use std::hash::{DefaultHasher, Hash, Hasher};

use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use uuid::Uuid;

/// How many there are on a page unless asked otherwise.
pub(crate) const PAGE_SIZE: usize = 100;

/// A request, taken apart.
#[derive(Debug)]
pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Call {
    pub fn new(request: Request<Vec<u8>>) -> Self {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: parts.headers,
            body,
        }
    }

    /// The value of a query parameter, if it is given and not empty (an empty one filters nothing).
    pub fn asked(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the caller takes JSON.
    pub fn takes_json(&self) -> bool {
        let Some(accept) = self.header("accept") else { return true };
        accept.split(',').any(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            matches!(kind, "application/json" | "application/*" | "*/*")
        })
    }

    /// Whether the caller says that its body is JSON.
    pub fn sends_json(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The path below `prefix` with identifiers replaced by `{uuid}`, and the identifiers.
    pub fn route(&self, prefix: &str) -> Option<(String, Vec<String>)> {
        let below = self.path.strip_prefix(prefix)?;
        let mut identifiers = Vec::new();
        let pattern: Vec<&str> = below
            .trim_end_matches('/')
            .split('/')
            .map(|part| match Uuid::parse_str(part) {
                Ok(_) => {
                    identifiers.push(part.to_owned());
                    "{uuid}"
                }
                Err(_) => part,
            })
            .collect();
        Some((pattern.join("/"), identifiers))
    }
}

/// An answer with a JSON body.
pub(crate) fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    put(&mut response, header::CONTENT_TYPE.as_str(), "application/json");
    response
}

/// The page that a Django application shows when it fails.
pub(crate) fn failed_page() -> Response<Vec<u8>> {
    let page = "\n<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Server Error (500)</title>\n</head>\n<body>\n  \
                <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n";
    let mut response = answer(500, &Value::Null);
    *response.body_mut() = page.as_bytes().to_vec();
    put(&mut response, header::CONTENT_TYPE.as_str(), "text/html; charset=utf-8");
    response
}

/// An answer without a body.
pub(crate) fn empty(status: u16) -> Response<Vec<u8>> {
    let mut response = answer(status, &Value::Null);
    response.body_mut().clear();
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

/// Adds a header; one that no header can carry is left out.
pub(crate) fn put(response: &mut Response<Vec<u8>>, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
        response.headers_mut().insert(name, value);
    }
}

/// One page of a list as these systems give it. `None`: there is no such page.
pub(crate) fn page(call: &Call, address: &str, all: &[Value]) -> Option<Value> {
    let number: usize = call.asked("page").unwrap_or("1").parse().ok().filter(|number| *number > 0)?;
    let size = call.asked("pageSize").and_then(|size| size.parse().ok()).unwrap_or(PAGE_SIZE).clamp(1, 500);
    let (start, end) = ((number - 1) * size, (number * size).min(all.len()));
    if start >= all.len() && number > 1 {
        return None;
    }
    let link = |to: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(call.query.iter().filter(|(key, _)| key != "page"));
        query.append_pair("page", &to.to_string());
        json!(format!("{address}?{}", query.finish()))
    };
    Some(json!({
        "count": all.len(),
        "next": if end < all.len() { link(number + 1) } else { Value::Null },
        "previous": if number > 1 { link(number - 1) } else { Value::Null },
        "results": all[start..end],
    }))
}

/// A random identifier (UUIDv4) from the dice.
pub(crate) fn identifier(dice: &mut fastrand::Rng) -> String {
    uuid::Builder::from_random_bytes(dice.u128(..).to_be_bytes()).into_uuid().to_string()
}

/// An identifier that always belongs to this name.
pub(crate) fn identifier_of(name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    identifier(&mut fastrand::Rng::with_seed(hasher.finish()))
}

/// A version mark of a body, as in `ETag`.
pub(crate) fn version_mark(body: &Value) -> String {
    format!("\"{}\"", identifier_of(&body.to_string()).replace('-', ""))
}

/// A moment as these systems write it, in UTC: microseconds, none if there are none.
pub(crate) fn moment(at: Timestamp) -> String {
    written(at, &TimeZone::UTC, "Z")
}

/// A moment in Dutch time, with its offset.
pub(crate) fn dutch_moment(at: Timestamp) -> String {
    written(at, &dutch_time(), "%:z")
}

/// The day that it is in a Dutch municipality.
pub(crate) fn dutch_day(at: Timestamp) -> Date {
    at.to_zoned(dutch_time()).date()
}

fn dutch_time() -> TimeZone {
    TimeZone::get("Europe/Amsterdam").unwrap_or(TimeZone::UTC)
}

fn written(at: Timestamp, zone: &TimeZone, offset: &str) -> String {
    let micros = at.subsec_nanosecond() / 1000 != 0;
    let format = format!("%Y-%m-%dT%H:%M:%S{}{offset}", if micros { "%.6f" } else { "" });
    at.to_zoned(zone.clone()).strftime(&format).to_string()
}

/// A moment that somebody sent: with an offset, or without one as Dutch time.
pub(crate) fn read_moment(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let local = text.parse::<jiff::civil::DateTime>().ok()?;
        let zone = TimeZone::get("Europe/Amsterdam").ok()?;
        Some(local.to_zoned(zone).ok()?.timestamp())
    })
}

/// Nine digits whose weighted sum is divisible by eleven: a BSN or an RSIN.
pub(crate) fn passes_eleven_test(digits: &str) -> bool {
    let digits: Vec<i32> = digits.chars().filter_map(|sign| sign.to_digit(10)).map(|d| d as i32).collect();
    if digits.len() != 9 {
        return false;
    }
    let sum: i32 =
        digits.iter().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]).map(|(digit, weight)| digit * weight).sum();
    sum % 11 == 0 && sum != 0
}

/// Whether it looks like an address that mail can be sent to.
pub(crate) fn is_mail_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |sign: char| !sign.is_whitespace() && sign != '@';
    !name.is_empty()
        && text.chars().filter(|sign| *sign != '@').all(plain)
        && host.contains('.')
        && !host.contains('@')
}

/// A text in a body, empty where there is none.
pub(crate) fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_default()
}
