//! How a pillar gets its binding over the air, and a new certificate before the old one expires.
//!
//! Invariant: nothing that a pillar is told is believed before the hub has proved that it knows the code
//! ([`code`]), and the hub certifies no key before the pillar has; the code itself never travels. Both proofs
//! are bound to what they are about: the hub's to its authority, its time and the pillar's nonce, the pillar's
//! to the keys that it made.

mod code;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use code::{CodeId, CodeKeys, EnrolmentCode, NotACode};

/// The largest body of a request about enrolment or renewal, in bytes.
pub const MAX_BYTES: usize = 16 * 1024;

/// Keeps a proof of the hub from being taken for one of a pillar, and the other way round.
const HUB: &[u8] = b"zuil enrolment hub v1\0";
const PILLAR: &[u8] = b"zuil enrolment pillar v1\0";

/// Asks the hub to prove that it knows the code. Whoever reads it learns nothing of the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GreetingRequest {
    /// The version of the protocol.
    pub version: u16,
    /// Which code it is about, hexadecimal; it follows from the code.
    pub code_id: CodeId,
    /// 32 random bytes, base64: an old answer proves nothing.
    pub nonce: String,
}

impl GreetingRequest {
    /// A request with these random bytes.
    #[must_use]
    pub fn new(version: u16, keys: &CodeKeys, nonce: &[u8; 32]) -> Self {
        Self { version, code_id: keys.id, nonce: BASE64.encode(nonce) }
    }
}

/// The hub's proof, and what it proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Greeting {
    /// The certificate of the hub's own authority, PEM.
    pub authority: String,
    /// What time it is at the hub; a new pillar's clock may be wrong by years.
    pub now: Timestamp,
    /// HMAC-SHA-256 with the code's key over all of the above and the nonce, base64.
    pub proof: String,
}

impl Greeting {
    /// The answer of a hub that knows the code with these keys.
    #[must_use]
    pub fn proved(keys: &CodeKeys, nonce: &str, authority: &str, now: Timestamp) -> Self {
        let proof = BASE64.encode(hmac::sign(&keys.mac_key(), &Self::proved_bytes(nonce, authority, now)));
        Self { authority: authority.to_owned(), now, proof }
    }

    /// Whether it is the answer of a hub that knows the code to whoever sent `nonce`.
    #[must_use]
    pub fn is_proved(&self, keys: &CodeKeys, nonce: &str) -> bool {
        let bytes = Self::proved_bytes(nonce, &self.authority, self.now);
        is_mac(keys, &bytes, &self.proof)
    }

    fn proved_bytes(nonce: &str, authority: &str, now: Timestamp) -> Vec<u8> {
        let now = now.as_nanosecond().to_be_bytes();
        parts(HUB, &[nonce.as_bytes(), authority.as_bytes(), &now])
    }
}

/// Asks for a binding. It goes over TLS to the authority that the hub has proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// The version of the protocol.
    pub version: u16,
    /// Which code it is about, hexadecimal.
    pub code_id: CodeId,
    /// The signing request (PKCS#10, DER) for a key of the curve P-256 that the pillar made, base64.
    pub signing_request: String,
    /// The public key (Ed25519) by which the hub knows what the pillar signs, base64.
    pub public_key: String,
    /// HMAC-SHA-256 with the code's key over both keys, base64.
    pub proof: String,
}

impl EnrolmentRequest {
    /// The request of a pillar that knows the code with these keys.
    #[must_use]
    pub fn proved(version: u16, keys: &CodeKeys, signing_request: &[u8], public_key: &str) -> Self {
        let signing_request = BASE64.encode(signing_request);
        let bytes = parts(PILLAR, &[signing_request.as_bytes(), public_key.as_bytes()]);
        let proof = BASE64.encode(hmac::sign(&keys.mac_key(), &bytes));
        let public_key = public_key.to_owned();
        Self { version, code_id: keys.id, signing_request, public_key, proof }
    }

    /// Whether it comes from whoever knows the code.
    #[must_use]
    pub fn is_proved(&self, keys: &CodeKeys) -> bool {
        let bytes = parts(PILLAR, &[self.signing_request.as_bytes(), self.public_key.as_bytes()]);
        is_mac(keys, &bytes, &self.proof)
    }
}

/// What makes a binding, together with the keys that the pillar made and the authority that it knows already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolmentAnswer {
    /// The name of the pillar.
    pub pillar: String,
    /// The pillar's certificate, PEM.
    pub certificate: String,
    /// The id of the hub's sealing key.
    pub seal_key_id: String,
    /// The hub's public sealing key (X25519, 32 bytes), base64.
    pub seal_public_key: String,
}

/// Why a pillar gets no binding: status 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolmentRefusal {
    /// The reason.
    pub reason: CodeRefusal,
}

/// Why a code opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeRefusal {
    /// The hub has made no such code.
    Unknown,
    /// Its hour is over.
    Expired,
    /// A pillar used it, another than the one that asks.
    Used,
    /// Staff took it back.
    Cancelled,
    /// There were too many tries with a wrong proof.
    TooManyTries,
    /// The proof is wrong.
    WrongProof,
    /// The pillar that is to be enrolled again has payments of which nobody knows the outcome.
    OpenPayments,
    /// Another pillar was given that name since.
    NameTaken,
    /// A reason that only a later hub knows.
    #[serde(other)]
    Other,
}

/// Asks for a certificate that takes the place of the one with which it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewalRequest {
    /// The version of the protocol.
    pub version: u16,
    /// The signing request (PKCS#10, DER) for another key of the curve P-256, base64.
    pub signing_request: String,
}

impl RenewalRequest {
    /// A request to certify the key of a signing request (PKCS#10, DER).
    #[must_use]
    pub fn new(version: u16, signing_request: &[u8]) -> Self {
        Self { version, signing_request: BASE64.encode(signing_request) }
    }
}

/// The new certificate. The old one counts until the new one was used, or until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenewalAnswer {
    /// The pillar's new certificate, PEM.
    pub certificate: String,
}

/// Each part is preceded by its length, so that nothing can move from one to the next.
fn parts(context: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = context.to_vec();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Compares in constant time.
fn is_mac(keys: &CodeKeys, bytes: &[u8], proof: &str) -> bool {
    BASE64.decode(proof).is_ok_and(|proof| hmac::verify(&keys.mac_key(), bytes, &proof).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> CodeKeys {
        EnrolmentCode::from_bits(text.bytes().fold(0, |bits, byte| bits << 8 | u128::from(byte))).keys()
    }

    fn now() -> Timestamp {
        "2026-11-23T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_hub_that_does_not_know_the_code_proves_nothing() {
        let (ours, others) = (keys("ours"), keys("others"));
        let greeting = Greeting::proved(&ours, "nonce", "authority", now());
        assert!(greeting.is_proved(&ours, "nonce"));
        assert!(!Greeting::proved(&others, "nonce", "authority", now()).is_proved(&ours, "nonce"));
        assert!(!greeting.is_proved(&ours, "another nonce"), "an old answer");
        let another = Greeting { authority: "another authority".into(), ..greeting.clone() };
        assert!(!another.is_proved(&ours, "nonce"));
        let later = now() + jiff::SignedDuration::from_secs(1);
        assert!(!Greeting { now: later, ..greeting.clone() }.is_proved(&ours, "nonce"));
        assert!(!Greeting { proof: String::new(), ..greeting }.is_proved(&ours, "nonce"));
    }

    #[test]
    fn nothing_moves_from_one_part_to_the_next() {
        let keys = keys("ours");
        let greeting = Greeting::proved(&keys, "nonce", "authority", now());
        let moved = Greeting { authority: "eauthority".into(), ..greeting };
        assert!(!moved.is_proved(&keys, "nonc"));
    }

    #[test]
    fn a_pillar_that_does_not_know_the_code_or_has_other_keys_is_not_believed() {
        let (ours, others) = (keys("ours"), keys("others"));
        let request = EnrolmentRequest::proved(1, &ours, b"request", "key");
        assert!(request.is_proved(&ours) && !request.is_proved(&others));
        let other_request = EnrolmentRequest { signing_request: BASE64.encode("another"), ..request.clone() };
        let other_key = EnrolmentRequest { public_key: "another".into(), ..request };
        assert!(!other_request.is_proved(&ours) && !other_key.is_proved(&ours));
    }

    #[test]
    fn the_proof_of_one_side_is_none_of_the_other() {
        let keys = keys("ours");
        let greeting = Greeting::proved(&keys, "nonce", "authority", now());
        let mut request = EnrolmentRequest::proved(1, &keys, b"request", "key");
        request.proof = greeting.proof;
        assert!(!request.is_proved(&keys));
    }
}
