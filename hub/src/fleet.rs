//! Which pillars may deliver: by a binding that is carried to them, or enrolled over the air with a code. Invariant: a
//! pillar's private keys stand in its binding only; the hub keeps the fingerprint of its certificate and its public key.

mod enrolment;

use jiff::Timestamp;
use zuil_wire::Binding;
use zuil_wire::seal::{SealError, SigningKey};

use crate::authority::{self, AuthorityError};
use crate::config::{Config, ConfigError};
use crate::data_folder::{DataFolder, DataFolderError};
use crate::seal_keys::SealKeysError;
use crate::store::{Added, Deed, Entry, Pillar, Revoked, StoreError};

pub use enrolment::{
    CodeError, EnrolError, Granted, HOURS, New, Renewal, cancel_code, enrol, make_code, renew,
};

/// The longest name of a pillar, in letters.
const LONGEST_NAME: usize = 40;

/// Why a pillar could not be added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The name cannot be a pillar's.
    #[error(
        "a pillar's name has 1 to 40 small letters, digits and dashes, such as jumbo-dronensingel, and is not \"map\""
    )]
    Name,
    /// There is, or was, a pillar of that name.
    #[error(
        "there is or was a pillar named {0}; enrol it again with a code, or choose another name, such as {0}-2"
    )]
    NameTaken(String),
    /// It is not clear where pillars reach the hub.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder is of no use.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// Its certificate could not be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Its signing key could not be made.
    #[error(transparent)]
    Key(#[from] SealError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a pillar and makes the binding with which it reaches this hub, at `hub_url` or where the
/// configuration says. The hub may be running.
///
/// # Errors
/// When the name is taken or impossible, when it is not known where pillars reach the hub, or when
/// the data folder fails; then no pillar was added.
pub fn add_pillar(
    config: &Config,
    name: &str,
    hub_url: Option<&str>,
    now: Timestamp,
) -> Result<Binding, AddError> {
    if !is_name(name) {
        return Err(AddError::Name);
    }
    let hub_url = config.hub_url(hub_url)?;
    let folder = DataFolder::open(config, now)?;
    let issued = folder.authority.issue_pillar(name, now)?;
    let (signing_key, public_key) = SigningKey::generate()?;
    let pillar = Pillar {
        name: name.to_owned(),
        fingerprint: authority::fingerprint(&issued.certificate),
        public_key,
        added_at: now,
        revoked_at: None,
        last_seen_at: None,
        last_sequence: None,
    };
    let seal_key = folder.seal_keys.newest();
    match folder.store.add_pillar(&pillar)? {
        Added::NameTaken => Err(AddError::NameTaken(name.to_owned())),
        Added::Yes => Ok(Binding {
            pillar: name.to_owned(),
            hub_url: hub_url.as_str().to_owned(),
            authority: folder.authority.pem().to_owned(),
            certificate: issued.certificate_pem,
            private_key: issued.key_pem.to_string(),
            signing_key: signing_key.to_string(),
            seal_key_id: seal_key.id,
            seal_public_key: seal_key.public_key,
        }),
    }
}

/// The desk has a page by that name where the pages of pillars are.
const PAGE: &str = "map";

/// Whether a pillar can have that name.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(fits)
        && !name.starts_with('-')
        && name != PAGE
}

/// Why a pillar could not be revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The data folder is of no use.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// It could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was revoked, but no new sealing key could be made.
    #[error("the pillar is revoked, but the others still seal to a key that it has, too: {0}")]
    Key(#[from] SealKeysError),
}

/// As [`revoke`], on the command line. The hub may be running.
///
/// # Errors
/// When the data folder fails. A pillar that is revoked stays so.
pub fn revoke_pillar(config: &Config, name: &str, now: Timestamp) -> Result<Revoked, RevokeError> {
    revoke(&DataFolder::open(config, now)?, name, Entry::COMMAND_LINE, now)
}

/// Revokes a pillar and makes a new sealing key for all others. What the revoked one sealed to an older key it
/// may still deliver, as far as the store admits it; to the new one it cannot seal. Who does it, `by`, is noted before.
///
/// # Errors
/// When the store or the keys fail. A pillar that is revoked stays so.
pub fn revoke(folder: &DataFolder, name: &str, by: &str, now: Timestamp) -> Result<Revoked, RevokeError> {
    let pillars = folder.store.pillars()?;
    if pillars.iter().any(|pillar| pillar.name == name && pillar.revoked_at.is_none()) {
        folder.store.note(&Entry::new(now, by, Deed::RevokedPillar, name))?;
    }
    let revoked = folder.store.revoke_pillar(name, now)?;
    let revoked_at = match revoked {
        Revoked::Yes => now,
        Revoked::Before(at) => at,
        Revoked::NoSuchPillar => return Ok(revoked),
    };
    // Also when it was revoked before, but the power went before there was a new key.
    folder.seal_keys.add_since(revoked_at, now)?;
    Ok(revoked)
}
