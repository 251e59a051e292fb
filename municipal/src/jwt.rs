//! The tokens by which a hub shows Open Zaak and Open Notificaties who it is: JWT (RFC 7519) signed with
//! HS256 and a secret that both know.
//!
//! Invariant: a token is looked at in the order in which the real system does, so that of several mistakes
//! the same one is told.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::fout::Fout;

/// How old `iat` may be, in seconds, whatever `exp` says.
pub const LONGEST_AGE: i64 = 3600;

/// Who may call, and with which secret.
#[derive(Debug, Clone)]
pub struct Client {
    /// The claims `iss` and `client_id`.
    pub id: String,
    /// The secret. Made up: this is for tests.
    pub secret: String,
}

impl Client {
    /// A client with a made-up secret.
    pub fn new(id: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), secret: secret.to_owned() }
    }

    /// A token as a hub would make it at this moment, for tests that have no hub.
    pub fn token(&self, now: Timestamp) -> String {
        let now = now.as_second();
        self.signed(&json!({
            "iss": self.id, "iat": now, "exp": now + 600, "client_id": self.id,
            "user_id": "zuil", "user_representation": "Zuil",
        }))
    }

    /// A token with these claims, whatever they are.
    pub fn signed(&self, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(claims));
        let signature =
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes()), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Looks at the `Authorization` header. `Err` is the 403 that the real system gives.
pub(crate) fn check(header: Option<&str>, clients: &[&Client], now: Timestamp) -> Result<(), Fout> {
    let Some(header) = header else { return Err(Fout::not_allowed()) };
    // Not recorded: what is no token at all.
    let unreadable = || Fout::refused("jwt-decode-error", "JWT could not be decoded.");
    let token = header.strip_prefix("Bearer ").ok_or_else(unreadable)?;
    let (signed, signature) = token.rsplit_once('.').ok_or_else(unreadable)?;
    let claims = signed.split_once('.').and_then(|(_, claims)| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: Value =
        claims.and_then(|claims| serde_json::from_slice(&claims).ok()).ok_or_else(unreadable)?;

    let Some(id) = claims["client_id"].as_str() else {
        return Err(Fout::refused("missing-client-identifier", "Client identifier is niet aanwezig in JWT"));
    };
    let Some(client) = clients.iter().find(|client| client.id == id) else {
        return Err(Fout::refused("invalid-client-identifier", "Client identifier bestaat niet"));
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, client.secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    if hmac::verify(&key, signed.as_bytes(), &signature).is_err() {
        return Err(Fout::refused("invalid-jwt-signature", "Client credentials zijn niet geldig"));
    }
    check_times(&claims, now.as_second())
}

fn check_times(claims: &Value, now: i64) -> Result<(), Fout> {
    let issued = claims["iat"].as_i64();
    // Not recorded: a hub whose clock is ahead. The library that the real system uses refuses it so.
    if issued.is_some_and(|issued| issued > now) {
        return Err(Fout::refused("jwt-immaturesignatureerror", "JWT is niet valide"));
    }
    if claims["exp"].as_i64().is_some_and(|expires| expires <= now) {
        return Err(Fout::refused("jwt-expiredsignatureerror", "JWT is niet valide"));
    }
    let Some(issued) = issued else {
        return Err(Fout::refused("jwt-missing-iat-claim", "Missing required iat claim"));
    };
    if now - issued >= LONGEST_AGE {
        return Err(Fout::refused("jwt-expired", "De JWT die gebruikt is voor dit verzoek is verlopen"));
    }
    Ok(())
}
