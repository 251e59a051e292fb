//! The file that binds a pillar to its hub, written by `zuil-hub pillar add NAME`.
//!
//! It holds the pillar's private keys: mode 0600, carried on a stick by a technician, never mailed.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// All that a pillar needs to reach its hub and to be believed there.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The name of the pillar, such as `jumbo-dronensingel`.
    pub pillar: String,
    /// The base address of the hub's intake, such as `https://hub.example.nl:8443`.
    pub hub_url: String,
    /// The certificate of the hub's own authority, PEM. The pillar trusts no other.
    pub authority: String,
    /// The pillar's certificate, PEM.
    pub certificate: String,
    /// The private key of that certificate, PKCS#8 PEM.
    pub private_key: String,
    /// The pillar's Ed25519 signing key, PKCS#8 DER, base64.
    pub signing_key: String,
    /// The id of the hub's sealing key.
    pub seal_key_id: String,
    /// The hub's public sealing key (X25519, 32 bytes), base64.
    pub seal_public_key: String,
}
