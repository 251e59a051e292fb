//! Reads an ID token (OpenID Connect Core 1.0, section 3.1.3.7). Invariant: what comes out was signed by a key of the
//! provider, for this client, for this attempt, and is of now; and who was asked to sign in anew did so.

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

/// How many seconds two clocks may differ.
const SKEW: i64 = 60;
/// How old a token may be in seconds, whatever it says itself.
const OLDEST: i64 = 15 * 60;
/// Signatures by a public key. Never those by a shared secret: whoever knows the public key could make them.
const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a token must say.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// Since when somebody must have signed in at the provider, when they were asked to do so anew.
    pub since: Option<Timestamp>,
    /// The path to the roles.
    pub role_claim: &'a str,
}

/// Somebody whom the provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// What never changes about them at the provider.
    pub subject: String,
    /// What colleagues call them.
    pub shown_name: String,
    /// What the provider says of their roles, in its own words.
    pub roles: Vec<String>,
    /// When they signed in there, when they were asked to do so anew.
    pub signed_in_anew_at: Option<Timestamp>,
}

/// Why a token is not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It is no token.
    #[error("it cannot be read")]
    Unreadable,
    /// It is signed in a way that is not taken.
    #[error("it is signed in a way that is not allowed")]
    Algorithm,
    /// The provider does not show the key.
    #[error("it is signed with a key that the provider does not show")]
    UnknownKey,
    /// The signature is not of that key.
    #[error("its signature is wrong")]
    Signature,
    /// It was made by another provider, or for another program.
    #[error("it is of another provider, or for another program")]
    NotForUs,
    /// It was made for another attempt.
    #[error("it is of another attempt")]
    Nonce,
    /// It is not valid now.
    #[error("it is not valid at this time; compare the clocks of hub and provider")]
    Time,
    /// Somebody was asked to sign in anew, and nobody can tell whether they did.
    #[error(
        "it does not say when somebody signed in, which it was asked to; let the provider tell auth_time"
    )]
    NotSaidWhen,
    /// Somebody was asked to sign in anew, and the provider did not ask them.
    #[error("somebody was to sign in anew, and the provider let them in without asking")]
    NotAnew,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    /// When somebody signed in; whatever else stands there is nothing said.
    auth_time: Option<Value>,
    aud: Value,
    azp: Option<String>,
    preferred_username: Option<String>,
    name: Option<String>,
    email: Option<String>,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

/// Who a token is about.
pub(super) fn read(
    token: &str,
    keys: &JwkSet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Person, BadToken> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| BadToken::Unreadable)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(BadToken::Algorithm);
    }
    let key = key(keys, header.kid.as_deref()).ok_or(BadToken::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| BadToken::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    // Times are looked at below, by our own `now`.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    validation.set_audience(&[expected.client_id]);
    validation.set_issuer(&[expected.issuer]);
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation);
    let claims = decoded.map_err(|error| why(&error))?.claims;
    look_at(&claims, expected, now)?;
    let signed_in_anew_at = expected.since.map(|since| signed_in(&claims, since, now)).transpose()?;
    Ok(Person {
        signed_in_anew_at,
        roles: roles(&claims.others, expected.role_claim),
        shown_name: shown_name(&claims),
        subject: claims.sub,
    })
}

fn why(error: &jsonwebtoken::errors::Error) -> BadToken {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience => BadToken::NotForUs,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => BadToken::Algorithm,
        ErrorKind::InvalidSignature | ErrorKind::InvalidKeyFormat => BadToken::Signature,
        _ => BadToken::Unreadable,
    }
}

fn key<'a>(keys: &'a JwkSet, id: Option<&str>) -> Option<&'a Jwk> {
    let mut signing =
        keys.keys.iter().filter(|key| key.common.public_key_use != Some(PublicKeyUse::Encryption));
    match id {
        Some(id) => signing.find(|key| key.common.key_id.as_deref() == Some(id)),
        // Without a name it can only be the only one.
        None => signing.next().filter(|_| signing.next().is_none()),
    }
}

fn look_at(claims: &Claims, expected: &Expected<'_>, now: Timestamp) -> Result<(), BadToken> {
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(BadToken::Nonce);
    }
    let is_for_several = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    let party = claims.azp.as_deref();
    if (is_for_several && party.is_none()) || party.is_some_and(|party| party != expected.client_id) {
        return Err(BadToken::NotForUs);
    }
    let now = now.as_second();
    let is_early = claims.iat > now + SKEW || claims.nbf.is_some_and(|from| from > now + SKEW);
    let is_late = claims.exp <= now - SKEW || claims.iat < now - OLDEST - SKEW;
    if is_early || is_late { Err(BadToken::Time) } else { Ok(()) }
}

/// When somebody signed in at the provider, who was asked to do so anew. That the token is new proves nothing: the provider
/// makes one for everybody who has a session there.
fn signed_in(claims: &Claims, since: Timestamp, now: Timestamp) -> Result<Timestamp, BadToken> {
    let second = claims.auth_time.as_ref().and_then(Value::as_i64).ok_or(BadToken::NotSaidWhen)?;
    let at = Timestamp::from_second(second).map_err(|_| BadToken::NotSaidWhen)?;
    if at.as_second() < since.as_second() - SKEW {
        return Err(BadToken::NotAnew);
    }
    if at.as_second() > now.as_second() + SKEW { Err(BadToken::Time) } else { Ok(at) }
}

fn shown_name(claims: &Claims) -> String {
    let named = [&claims.name, &claims.preferred_username, &claims.email];
    let name = named.into_iter().flatten().map(|name| name.trim()).find(|name| !name.is_empty());
    name.unwrap_or(&claims.sub).chars().filter(|c| !c.is_control()).take(80).collect()
}

/// The values of a claim: one text, or a list of them.
fn roles(claims: &serde_json::Map<String, Value>, path: &str) -> Vec<String> {
    // A name with dots in it, as some providers use addresses, comes before a path.
    let found = claims.get(path).or_else(|| {
        let mut steps = path.split('.');
        let first = claims.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    });
    match found {
        Some(Value::String(role)) => vec![role.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// A provider (made up) with a key of its own.
    struct Provider {
        pkcs8: Vec<u8>,
        keys: JwkSet,
    }

    fn provider() -> Provider {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        let key = json!({"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig",
            "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..])});
        let keys = serde_json::from_value(json!({"keys": [key]})).unwrap();
        Provider { pkcs8: pkcs8.as_ref().to_vec(), keys }
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example.nl", "aud": "zuil", "sub": "42", "nonce": "n", "iat": NOW,
            "exp": NOW + 300, "name": "Anna", "realm_access": {"roles": ["kcc", "x"]}})
    }

    impl Provider {
        fn sign(&self, claims: &Value) -> String {
            let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::ES256) };
            encode(&header, claims, &EncodingKey::from_ec_der(&self.pkcs8)).unwrap()
        }

        fn read(&self, token: &str) -> Result<Person, BadToken> {
            self.read_at(token, 0)
        }

        fn read_at(&self, token: &str, seconds: i64) -> Result<Person, BadToken> {
            self.read_since(token, None, seconds)
        }

        /// What is said of somebody who was asked at a second to sign in anew.
        fn read_since(&self, token: &str, asked: Option<i64>, seconds: i64) -> Result<Person, BadToken> {
            let expected = Expected {
                issuer: "https://id.example.nl",
                client_id: "zuil",
                nonce: "n",
                since: asked.map(|second| Timestamp::from_second(NOW + second).unwrap()),
                role_claim: "realm_access.roles",
            };
            read(token, &self.keys, &expected, Timestamp::from_second(NOW + seconds).unwrap())
        }

        fn with(&self, name: &str, value: Value) -> Result<Person, BadToken> {
            let mut claims = claims();
            claims[name] = value;
            self.read(&self.sign(&claims))
        }
    }

    #[test]
    fn a_token_says_who_somebody_is_and_what_they_are_there() {
        let provider = provider();
        let person = provider.read(&provider.sign(&claims())).unwrap();
        assert_eq!((person.subject.as_str(), person.shown_name.as_str()), ("42", "Anna"));
        assert_eq!(person.roles, ["kcc", "x"]);
        assert_eq!(provider.with("realm_access", json!({"roles": "kcc"})).unwrap().roles, ["kcc"]);
        assert!(provider.with("realm_access", json!(7)).unwrap().roles.is_empty());
    }

    #[test]
    fn clocks_may_differ_by_a_minute_and_no_more() {
        let provider = provider();
        let token = provider.sign(&claims());
        for second in [-60, 0, 299, 359] {
            assert!(provider.read_at(&token, second).is_ok(), "{second}");
        }
        for second in [-61, 360, 10_000] {
            assert_eq!(provider.read_at(&token, second), Err(BadToken::Time), "{second}");
        }
        assert_eq!(provider.with("nbf", json!(NOW + 61)), Err(BadToken::Time));
        // Valid for a year, it says; it is old all the same.
        let mut long = claims();
        long["exp"] = json!(NOW + 31_000_000);
        assert_eq!(provider.read_at(&provider.sign(&long), 1_000), Err(BadToken::Time));
    }

    #[test]
    fn who_was_asked_to_sign_in_anew_has_done_so_since() {
        let provider = provider();
        let asked_and_told = |told: Value| {
            let mut claims = claims();
            claims["auth_time"] = told;
            provider.read_since(&provider.sign(&claims), Some(-100), 0).map(|person| person.signed_in_anew_at)
        };
        for second in [-160, -100, -1, 0, 60] {
            let at = Timestamp::from_second(NOW + second).unwrap();
            assert_eq!(asked_and_told(json!(NOW + second)), Ok(Some(at)), "{second}");
        }
        // The provider had a session of theirs still, and asked nobody.
        assert_eq!(asked_and_told(json!(NOW - 161)), Err(BadToken::NotAnew));
        assert_eq!(asked_and_told(json!(NOW + 61)), Err(BadToken::Time));
        for nothing in [Value::Null, json!("today"), json!({}), json!(i64::MAX)] {
            assert_eq!(asked_and_told(nothing.clone()), Err(BadToken::NotSaidWhen), "{nothing}");
        }
        let silent = provider.read_since(&provider.sign(&claims()), Some(-100), 0);
        assert_eq!(silent, Err(BadToken::NotSaidWhen), "a new token alone is no sign-in");
        // Whoever was not asked shows nothing by it.
        let person = provider.with("auth_time", json!(NOW)).unwrap();
        assert_eq!(person.signed_in_anew_at, None);
        assert!(provider.with("auth_time", json!("today")).is_ok());
    }

    #[test]
    fn a_token_for_somebody_else_or_of_another_attempt_is_refused() {
        let provider = provider();
        assert_eq!(provider.with("iss", json!("https://evil.example")), Err(BadToken::NotForUs));
        assert_eq!(provider.with("aud", json!("other")), Err(BadToken::NotForUs));
        assert_eq!(provider.with("aud", json!(["zuil", "other"])), Err(BadToken::NotForUs));
        assert_eq!(provider.with("azp", json!("other")), Err(BadToken::NotForUs));
        assert_eq!(provider.with("nonce", json!("m")), Err(BadToken::Nonce));
        assert_eq!(provider.with("nonce", Value::Null), Err(BadToken::Nonce));
    }

    #[test]
    fn a_token_that_the_provider_did_not_sign_is_refused() {
        let (provider, other) = (provider(), self::provider());
        assert_eq!(provider.read(&other.sign(&claims())), Err(BadToken::Signature));
        let token = provider.sign(&claims());
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let mut changed = claims();
        changed["sub"] = json!("1");
        parts[1] = BASE64.encode(changed.to_string());
        assert_eq!(provider.read(&parts.join(".")), Err(BadToken::Signature));
        parts[0] = BASE64.encode(r#"{"alg":"none","kid":"one"}"#);
        parts[2] = String::new();
        assert!(provider.read(&parts.join(".")).is_err());
        assert_eq!(provider.read("rubbish"), Err(BadToken::Unreadable));
    }

    #[test]
    fn a_token_signed_with_the_public_key_as_a_shared_secret_is_refused() {
        let provider = provider();
        let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
        let public = serde_json::to_vec(&provider.keys.keys[0]).unwrap();
        let token = encode(&header, &claims(), &EncodingKey::from_secret(&public)).unwrap();
        assert_eq!(provider.read(&token), Err(BadToken::Algorithm));
    }

    #[test]
    fn a_key_that_is_not_shown_is_told_so_that_the_keys_are_asked_for_again() {
        let provider = provider();
        let header = Header { kid: Some("two".into()), ..Header::new(Algorithm::ES256) };
        let token = encode(&header, &claims(), &EncodingKey::from_ec_der(&provider.pkcs8)).unwrap();
        assert_eq!(provider.read(&token), Err(BadToken::UnknownKey));
    }
}
