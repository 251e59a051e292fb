//! Who may work with the hub, apart from pages: accounts, the second factor, the municipality's identity provider,
//! and for how long personal data is kept. Invariant: no password, code or secret is logged, or kept as it was typed.

pub mod browsers;
pub mod config;
pub mod retention;
pub mod sign_on;
pub mod staff;
pub mod stamps;
pub mod totp;
pub mod vault;

pub use config::{AccessConfig, OidcConfig};
