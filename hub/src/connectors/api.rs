//! Requests over HTTP and what their answers mean, as the municipal systems agree on. Invariant: a key goes only to the
//! configured address, and of an error only the names of fields and codes are ever written down, never what a value
//! was.

use std::sync::Arc;

use http::{Method, Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::Obstacle;
use crate::handover::courier::{Courier, Lost};
use crate::store::ParkReason;

/// How far the clocks of hub and other system may differ: tokens are dated back by so much.
const CLOCKS: SignedDuration = SignedDuration::from_secs(60);
/// How long a token is valid.
const VALID: SignedDuration = SignedDuration::from_mins(15);
/// How many codes and names of fields are told of one error.
const TOLD: usize = 8;
/// How many pages of a list are read at most.
const PAGES: usize = 20;

/// Speaks to one system.
pub(super) struct Api {
    pub(super) courier: Arc<dyn Courier>,
    /// What it is called in the log.
    pub(super) name: &'static str,
    /// The configured address, without a slash at its end.
    pub(super) base: String,
    pub(super) key: Key,
}

/// By what the hub is known to a system.
pub(super) enum Key {
    /// A token for each request, signed with a secret (ZGW).
    Signed { client_id: String, secret: Zeroizing<String> },
    /// The same token each time.
    Token(Zeroizing<String>),
    /// By nothing: anybody may ask.
    None,
}

/// What a token says (VNG, "Authenticatie en autorisatie").
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    client_id: &'a str,
    user_id: &'a str,
    user_representation: &'a str,
}

impl Api {
    pub(super) async fn get(&self, path: &str, now: Timestamp) -> Result<Value, Obstacle> {
        self.ask(Method::GET, path, None, now).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value, now: Timestamp) -> Result<Value, Obstacle> {
        self.ask(Method::POST, path, Some(body), now).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value, now: Timestamp) -> Result<Value, Obstacle> {
        self.ask(Method::PATCH, path, Some(body), now).await
    }

    /// Takes something away; what is not there is gone already.
    pub(super) async fn delete(&self, path: &str, now: Timestamp) -> Result<(), Obstacle> {
        match self.ask(Method::DELETE, path, None, now).await {
            // It was sent twice, or its first answer was lost.
            Err(Obstacle::Refused(ParkReason::WrongAddress)) => Ok(()),
            deleted => deleted.map(drop),
        }
    }

    /// All entries of a list, whether it comes in pages or not.
    pub(super) async fn list(&self, path: &str, now: Timestamp) -> Result<Vec<Value>, Obstacle> {
        let (mut all, mut next) = (Vec::new(), path.to_owned());
        for _ in 0..PAGES {
            let mut page = self.get(&next, now).await?;
            let next_page = page["next"]
                .as_str()
                .and_then(|next| next.split_once('?'))
                .map(|(_, query)| query.to_owned());
            let entries = if page.is_array() { Some(&mut page) } else { page.get_mut("results") };
            let Some(Value::Array(mut entries)) = entries.map(Value::take) else {
                return Err(Obstacle::Unknown);
            };
            all.append(&mut entries);
            // Only its query is used: where it leads to is not for the answer to say.
            let Some(query) = next_page else { return Ok(all) };
            let own = path.split('?').next().unwrap_or(path);
            next = format!("{own}?{query}");
        }
        Err(Obstacle::Unknown)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        now: Timestamp,
    ) -> Result<Value, Obstacle> {
        let answer = self.send(method.clone(), path, body, now).await?;
        self.judge(&method, path, &answer)
    }

    /// Sends something and brings the answer, whatever it says.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        now: Timestamp,
    ) -> Result<http::Response<Vec<u8>>, Obstacle> {
        let request = self.request(method.clone(), path, body, now);
        let request = request.ok_or(Obstacle::Refused(ParkReason::WrongAddress))?;
        self.courier.send(request).await.map_err(|lost| {
            tracing::debug!(%lost, %method, system = self.name, "no answer");
            if lost == Lost::Unreached { Obstacle::Unreached } else { Obstacle::Unknown }
        })
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        now: Timestamp,
    ) -> Option<Request<Vec<u8>>> {
        let bytes = body.map(serde_json::to_vec).transpose().ok()?.unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json");
        request = match &self.key {
            Key::Signed { client_id, secret } => request
                .header(header::AUTHORIZATION, format!("Bearer {}", token(client_id, secret, now)?))
                .header("Accept-Crs", "EPSG:4326")
                .header("Content-Crs", "EPSG:4326"),
            Key::Token(token) => request.header(header::AUTHORIZATION, format!("Token {}", token.as_str())),
            Key::None => request,
        };
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request.body(bytes).ok()
    }

    /// What an answer means.
    pub(super) fn judge(
        &self,
        method: &Method,
        path: &str,
        answer: &http::Response<Vec<u8>>,
    ) -> Result<Value, Obstacle> {
        judge(method, answer).inspect_err(|obstacle| {
            if let Obstacle::Refused(_) | Obstacle::Wrong(_) = obstacle {
                let what = path.split('?').next().unwrap_or_default();
                let kind = what.rsplit('/').find(|part| !part.is_empty() && part.len() != 36).unwrap_or_default();
                let said = codes_of(&serde_json::from_slice(answer.body()).unwrap_or_default()).join(", ");
                tracing::warn!(system = self.name, %method, kind, status = %answer.status(), ?obstacle, said, "refused");
            }
        })
    }
}

fn token(client_id: &str, secret: &str, now: Timestamp) -> Option<String> {
    let claims = Claims {
        iss: client_id,
        iat: (now - CLOCKS).as_second(),
        exp: (now + VALID).as_second(),
        client_id,
        user_id: "zuil-hub",
        user_representation: "Zuil",
    };
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).ok()
}

fn judge(method: &Method, answer: &http::Response<Vec<u8>>) -> Result<Value, Obstacle> {
    let status = answer.status();
    let body = || serde_json::from_slice::<Value>(answer.body());
    if status == StatusCode::NO_CONTENT && method == Method::DELETE {
        return Ok(Value::Null);
    }
    if status.is_success() {
        return body().map_err(|_| Obstacle::Unknown);
    }
    Err(obstacle(status, &codes_of(&body().unwrap_or_default()), retry_after(answer)))
}

fn obstacle(status: StatusCode, codes: &[String], retry_after: Option<SignedDuration>) -> Obstacle {
    let says = |word: &str| codes.iter().any(|code| code.rsplit(' ').next() == Some(word));
    match status {
        StatusCode::TOO_MANY_REQUESTS => Obstacle::NotNow { retry_after },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::LOCKED => Obstacle::Unknown,
        _ if status.is_server_error() => Obstacle::Unknown,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Obstacle::Refused(ParkReason::KeyRefused),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Obstacle::Refused(ParkReason::WrongAddress),
        _ if status.is_redirection() => Obstacle::Refused(ParkReason::WrongAddress),
        StatusCode::BAD_REQUEST
            if ["identificatie-niet-uniek", "max-occurences", "unique"].iter().any(|word| says(word)) =>
        {
            Obstacle::AlreadyThere
        }
        // Its clock is behind the hub's.
        StatusCode::BAD_REQUEST if says("date-in-future") => Obstacle::NotNow { retry_after: None },
        _ => Obstacle::Wrong(codes.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// The code of an error, and each `field code` of what was wrong with it, as far as they are plain words. Where it has
/// no codes, as that of Signalen, the names of the fields.
fn codes_of(error: &Value) -> Vec<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let plain = |text: &str| (text.len() <= 80 && text.chars().all(is_plain)).then(|| text.to_owned());
    let word = |value: &Value| value.as_str().and_then(plain);
    if error["code"].is_null() && error["invalidParams"].is_null() {
        let fields = error.as_object().into_iter().flatten().take(20);
        return fields.filter(|(_, said)| !said.is_string()).filter_map(|(name, _)| plain(name)).collect();
    }
    let wrong = error["invalidParams"].as_array().into_iter().flatten().take(20);
    let fields =
        wrong.filter_map(|field| Some(format!("{} {}", word(&field["name"])?, word(&field["code"])?)));
    word(&error["code"]).into_iter().chain(fields).collect()
}

fn retry_after(answer: &http::Response<Vec<u8>>) -> Option<SignedDuration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(SignedDuration::from_secs(i64::from(seconds.min(24 * 60 * 60))))
}

/// A value as it stands in a query.
pub(super) fn query(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// A text of an answer; an answer without it is half a one.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, Obstacle> {
    value[key].as_str().filter(|text| !text.is_empty()).ok_or(Obstacle::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judged(status: u16, body: &str) -> Obstacle {
        let answer = http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
        judge(&Method::POST, &answer).unwrap_err()
    }

    fn refused_with(code: &str) -> String {
        json!({ "code": "invalid", "invalidParams": [{ "name": "x", "code": code, "reason": "x" }] })
            .to_string()
    }

    #[test]
    fn what_may_have_been_done_is_unknown_and_what_was_refused_is_not() {
        for status in [500, 502, 503, 504, 408] {
            assert_eq!(judged(status, "<html>"), Obstacle::Unknown, "{status}");
        }
        assert_eq!(judged(201, "{\"url\": \"http"), Obstacle::Unknown);
        assert_eq!(judged(200, "<html>please sign in"), Obstacle::Unknown);
        for word in ["identificatie-niet-uniek", "max-occurences", "unique"] {
            assert_eq!(judged(400, &refused_with(word)), Obstacle::AlreadyThere, "{word}");
        }
        assert_eq!(judged(400, &refused_with("date-in-future")), Obstacle::NotNow { retry_after: None });
        assert_eq!(judged(400, &refused_with("required")), Obstacle::Wrong("invalid, x required".into()));
        assert_eq!(judged(412, "{}"), Obstacle::Wrong(String::new()));
        for status in [401, 403] {
            assert_eq!(judged(status, "{}"), Obstacle::Refused(ParkReason::KeyRefused));
        }
        for status in [301, 302, 404] {
            assert_eq!(judged(status, "{}"), Obstacle::Refused(ParkReason::WrongAddress));
        }
    }

    #[test]
    fn a_system_that_asks_for_patience_gets_it_but_not_for_ever() {
        let answer = |seconds: &str| {
            let answer = http::Response::builder().status(429).header("Retry-After", seconds);
            judge(&Method::POST, &answer.body(vec![]).unwrap()).unwrap_err()
        };
        let after = |seconds| Obstacle::NotNow { retry_after: Some(SignedDuration::from_secs(seconds)) };
        assert_eq!(answer("90"), after(90));
        assert_eq!(answer("4000000000"), after(86_400));
        assert_eq!(answer("soon"), Obstacle::NotNow { retry_after: None });
    }

    #[test]
    fn of_an_error_only_fields_and_codes_are_told() {
        let error = json!({
            "code": "invalid", "detail": "Jansen",
            "invalidParams": [
                { "name": "betrokkeneIdentificatie.geslachtsnaam", "code": "max_length", "reason": "Jansen" },
                { "name": "mevrouw Jansen", "code": "invalid", "reason": "Jansen" },
            ],
        });
        assert_eq!(codes_of(&error), ["invalid", "betrokkeneIdentificatie.geslachtsnaam max_length"]);
        let other =
            json!({ "location": ["Jansen"], "reporter": { "email": ["Jansen"] }, "detail": "Jansen" });
        assert_eq!(codes_of(&other), ["location", "reporter"]);
    }
}
