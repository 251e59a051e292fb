//! The key with which a hub signs catalogues, and how its authority vouches for it.
//!
//! Invariant: neither signature can be taken for one of anything else that key or authority sign.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::BundleError;
use crate::rotation::vouched;
use crate::seal::{SealError, SigningKey};

/// Keeps the authority's word on this key from meaning anything else.
const KEY_CONTEXT: &[u8] = b"zuil catalogue key v1\0";
/// Keeps a signature of a manifest from meaning anything else.
const MANIFEST_CONTEXT: &[u8] = b"zuil catalogue v1\0";

/// The key with which a hub signs catalogues.
pub struct CatalogueKey(Ed25519KeyPair);

impl CatalogueKey {
    /// A new key: its PKCS#8 form, base64.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<Zeroizing<String>, SealError> {
        Ok(SigningKey::generate()?.0)
    }

    /// The key for what [`CatalogueKey::generate`] gave.
    ///
    /// # Errors
    /// When it is not PKCS#8 in base64.
    pub fn from_base64(pkcs8: &str) -> Result<Self, SealError> {
        let bytes = BASE64.decode(pkcs8).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| SealError::Key("the key for catalogues is not base64"))?;
        Ed25519KeyPair::from_pkcs8(&bytes)
            .map(Self)
            .map_err(|_| SealError::Key("the key for catalogues is not Ed25519"))
    }

    /// The public key (32 bytes), base64.
    #[must_use]
    pub fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key().as_ref())
    }

    /// The signature over a manifest, base64.
    pub(super) fn sign(&self, manifest: &[u8]) -> Result<String, SealError> {
        let signature = self.0.try_sign(&signed(manifest)).map_err(|_| SealError::Seal)?;
        Ok(BASE64.encode(signature.as_ref()))
    }
}

/// The key that signed a catalogue, as the hub's authority vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CatalogueKeyNotice {
    /// The public key (Ed25519, 32 bytes), base64.
    pub public_key: String,
    /// When it was made, by the hub's clock. A pillar that knows a later one does not take it any more.
    pub made_at: Timestamp,
    /// The authority's ECDSA signature (P-256, SHA-256, ASN.1) over both, base64.
    pub signature: String,
}

impl CatalogueKeyNotice {
    /// A notice signed by `sign`, which gets the bytes and returns an ASN.1 signature.
    ///
    /// # Errors
    /// Those of `sign`.
    pub fn vouched_for<E>(
        key: &CatalogueKey,
        made_at: Timestamp,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut notice = Self { public_key: key.public_key(), made_at, signature: String::new() };
        notice.signature = BASE64.encode(sign(&notice.signed_bytes())?);
        Ok(notice)
    }

    /// Whether this key signed a manifest, and `authority` (its certificate, PEM) vouches for it.
    pub(super) fn verify(
        &self,
        authority: &str,
        manifest: &[u8],
        signature: &[u8],
    ) -> Result<(), BundleError> {
        vouched(authority, &self.signed_bytes(), &self.signature).map_err(|error| match error {
            SealError::Signature => BundleError::NotVouchedFor,
            other => BundleError::Key(other),
        })?;
        let key = BASE64.decode(&self.public_key).map_err(|_| BundleError::Signature)?;
        let signature = BASE64.decode(signature).map_err(|_| BundleError::Signature)?;
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&signed(manifest), &signature)
            .map_err(|_| BundleError::Signature)
    }

    /// Each part is preceded by its length, so that nothing can move from one to the next.
    fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = KEY_CONTEXT.to_vec();
        let made_at = self.made_at.as_nanosecond().to_be_bytes();
        for part in [self.public_key.as_bytes(), &made_at] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes
    }
}

fn signed(manifest: &[u8]) -> Vec<u8> {
    [MANIFEST_CONTEXT, manifest].concat()
}
