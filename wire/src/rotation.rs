//! How a pillar hears that the municipality has a newer sealing key.
//!
//! Invariant: a pillar takes a key only when the authority that its binding names has signed it, so that
//! nobody between pillar and hub can put their own in its place; and never one that is older than the one
//! it has, so that a key whose secret leaked does not come back.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};

use crate::seal::{SealError, SealKey};

/// Keeps a signature of a sealing key from meaning anything else. The authority otherwise signs
/// certificates, which are DER and never begin so.
const CONTEXT: &[u8] = b"zuil sealing key v1\0";
/// A P-256 key in a certificate, up to its point (RFC 5480, section 2): algorithm, curve, bit string.
const P256: [u8; 25] = [
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// Both coordinates of a point of P-256, in bytes.
const COORDINATES: usize = 64;

/// The hub's newest sealing key, as its authority vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealKeyNotice {
    /// The key's id.
    pub id: String,
    /// The public key (X25519, 32 bytes), base64.
    pub public_key: String,
    /// When it was made, by the hub's clock. Of two keys the later one counts.
    pub made_at: Timestamp,
    /// The authority's ECDSA signature (P-256, SHA-256, ASN.1) over all of the above, base64.
    pub signature: String,
}

impl SealKeyNotice {
    /// A notice signed by `sign`, which gets the bytes and returns an ASN.1 signature.
    ///
    /// # Errors
    /// Those of `sign`.
    pub fn signed<E>(
        id: &str,
        public_key: &str,
        made_at: Timestamp,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let signature = String::new();
        let mut notice = Self { id: id.to_owned(), public_key: public_key.to_owned(), made_at, signature };
        notice.signature = BASE64.encode(sign(&notice.signed_bytes())?);
        Ok(notice)
    }

    /// The key, when `authority` (its certificate, PEM) has signed it.
    ///
    /// # Errors
    /// [`SealError::Signature`] when it has not, [`SealError::Key`] when key or authority are unusable.
    pub fn verified(&self, authority: &str) -> Result<SealKey, SealError> {
        vouched(authority, &self.signed_bytes(), &self.signature)?;
        SealKey::from_base64(&self.id, &self.public_key)
    }

    /// Each part is preceded by its length, so that nothing can move from one to the next.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = CONTEXT.to_vec();
        let made_at = self.made_at.as_nanosecond().to_be_bytes();
        for part in [self.id.as_bytes(), self.public_key.as_bytes(), &made_at] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

/// When a key of a binding was made, which its id tells: `seal-` and milliseconds since 1970.
#[must_use]
pub fn made_at(id: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(id.strip_prefix("seal-")?.parse().ok()?).ok()
}

/// Whether `authority` (its certificate, PEM) has signed these bytes (ECDSA, ASN.1, base64).
pub(crate) fn vouched(authority: &str, bytes: &[u8], signature: &str) -> Result<(), SealError> {
    let signature = BASE64.decode(signature).map_err(|_| SealError::Signature)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_point(authority)?)
        .verify(bytes, &signature)
        .map_err(|_| SealError::Signature)
}

/// The authority's public key, as an uncompressed point.
fn public_point(authority: &str) -> Result<Vec<u8>, SealError> {
    const NONE: SealError = SealError::Key("the authority's certificate is not usable");
    let certificate = CertificateDer::from_pem_slice(authority.as_bytes()).map_err(|_| NONE)?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(|_| NONE)?;
    let info = &roots.roots.first().ok_or(NONE)?.subject_public_key_info;
    match info.strip_prefix(&P256) {
        Some(coordinates) if coordinates.len() == COORDINATES => Ok([&[0x04], coordinates].concat()),
        _ => Err(SealError::Key("the authority's key is not of the curve P-256")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

    /// A made-up authority: its certificate, and its private key (PKCS#8) in base64.
    const AUTHORITY: &str = include_str!("rotation/authority.pem");
    const AUTHORITY_KEY: &str = include_str!("rotation/authority.key");
    const OTHER_AUTHORITY: &str = include_str!("rotation/other-authority.pem");

    fn sign(bytes: &[u8]) -> Result<Vec<u8>, SealError> {
        let key: String = AUTHORITY_KEY.lines().filter(|line| !line.starts_with('-')).collect();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &BASE64.decode(key).unwrap()).unwrap();
        Ok(pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec())
    }

    fn notice() -> SealKeyNotice {
        let made_at = "2026-03-02T09:00:00Z".parse().unwrap();
        SealKeyNotice::signed("seal-1772442000000", &BASE64.encode([7; 32]), made_at, sign).unwrap()
    }

    #[test]
    fn a_key_that_the_authority_signed_is_believed() {
        assert_eq!(notice().verified(AUTHORITY).unwrap().id(), "seal-1772442000000");
    }

    #[test]
    fn nobody_in_between_changes_a_key_its_name_or_its_age() {
        let changes: [fn(&mut SealKeyNotice); 5] = [
            |notice| notice.id.push('1'),
            |notice| notice.public_key = BASE64.encode([8; 32]),
            |notice| notice.made_at = "2026-03-02T09:00:01Z".parse().unwrap(),
            |notice| notice.signature = BASE64.encode(sign(b"something else").unwrap()),
            |notice| notice.signature.clear(),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut changed = notice();
            change(&mut changed);
            assert_eq!(changed.verified(AUTHORITY).err(), Some(SealError::Signature), "change {number}");
        }
        assert_eq!(notice().verified(OTHER_AUTHORITY).err(), Some(SealError::Signature));
        assert!(matches!(notice().verified("rubbish").err(), Some(SealError::Key(_))));
    }

    #[test]
    fn letters_that_move_from_one_part_to_the_next_are_another_key() {
        let mut moved = notice();
        let first = moved.public_key.remove(0);
        moved.id.push(first);
        assert_eq!(moved.verified(AUTHORITY).err(), Some(SealError::Signature));
    }

    #[test]
    fn the_id_of_a_key_tells_when_it_was_made() {
        assert_eq!(made_at("seal-1772442000000"), Some("2026-03-02T09:00:00Z".parse().unwrap()));
        assert_eq!(made_at("2026-1"), None);
        assert_eq!(made_at("seal-99999999999999999"), None);
    }
}
