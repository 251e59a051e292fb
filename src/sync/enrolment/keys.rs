//! The keys that a pillar makes for its binding, as they are kept until it has one.
//!
//! Invariant: they are durable before the hub hears of them. So whoever loses the hub's answer asks for the same again
//! and gets the same certificate, instead of using up another code.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};
use zuil_wire::seal::{SealError, SigningKey};

use super::super::files;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum NoKeys {
    /// They cannot be made.
    #[error("no keys can be made: {0}")]
    Make(#[from] rcgen::Error),
    /// Nor can the one that signs.
    #[error(transparent)]
    Sign(#[from] SealError),
    /// There is no randomness.
    #[error("the operating system gave no randomness; try again")]
    Random,
    /// They cannot be kept.
    #[error("{path} cannot be written: {error}; look at free space and permissions")]
    NotKept {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

/// What a pillar made for itself.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// The key of the certificate, PKCS#8 PEM.
    pub(super) private_key: String,
    /// The Ed25519 key, PKCS#8 DER, base64.
    pub(super) signing_key: String,
    /// The public key that belongs to it, base64.
    pub(super) public_key: String,
    /// PKCS#10, DER.
    pub(super) signing_request: Vec<u8>,
}

impl Keys {
    /// The keys that are kept for a binding, or new ones, which then are. What was damaged was never used: it had not
    /// been durable.
    pub(super) fn kept_beside(binding: &Path) -> Result<Self, NoKeys> {
        let path = beside(binding);
        let kept = std::fs::read(&path).map(Zeroizing::new).ok();
        if let Some(keys) = kept.and_then(|text| serde_json::from_slice(&text).ok()) {
            return Ok(keys);
        }
        let keys = Self::make()?;
        let not_kept = |error| NoKeys::NotKept { path: path.display().to_string(), error };
        let text = serde_json::to_vec(&keys).map(Zeroizing::new).map_err(|error| not_kept(error.into()))?;
        files::write_private(&path, &text, &mut |_| Ok(())).map_err(not_kept)?;
        Ok(keys)
    }

    /// The binding is there, or is not to be: nothing is kept for it any more.
    pub(super) fn forget_beside(binding: &Path) {
        if let Err(error) = files::remove(&beside(binding)) {
            tracing::warn!(%error, "the keys of an enrolment that is over could not be removed");
        }
    }

    fn make() -> Result<Self, NoKeys> {
        let (signing_key, public_key) = SigningKey::generate()?;
        let (private_key, signing_request) = signing_request()?;
        Ok(Self {
            private_key: private_key.to_string(),
            signing_key: signing_key.to_string(),
            public_key,
            signing_request,
        })
    }
}

/// A new key (PKCS#8 PEM) and the request to certify it (PKCS#10, DER). The hub gives it its name.
pub(in super::super) fn signing_request() -> Result<(Zeroizing<String>, Vec<u8>), rcgen::Error> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    let request = params.serialize_request(&pair)?;
    Ok((Zeroizing::new(pair.serialize_pem()), request.der().to_vec()))
}

fn beside(binding: &Path) -> PathBuf {
    binding.with_extension("enrolling")
}
