//! The municipality's newest sealing key: as the hub tells it, and as it is kept over a restart.
//!
//! Invariant: a key is handed on only when the authority of the binding has signed it, when it is later than
//! the one before, and when it is durable here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use zuil_wire::seal::{SealError, SealKey};
use zuil_wire::{Binding, SealKeyNotice, rotation};

/// The file in the data folder. It holds nothing secret, but nobody else needs it either.
const FILE: &str = "seal-key.json";

/// Why a key that the hub told of is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// The authority did not sign it, or it is no key.
    #[error(
        "the hub's newest sealing key is not to be believed: {0}; someone may stand between pillar and hub"
    )]
    NotBelieved(#[from] SealError),
    /// It cannot be kept.
    #[error(
        "the hub's newest sealing key cannot be kept: {0}; look at free space and permissions of data_dir"
    )]
    NotKept(#[from] io::Error),
}

/// Holds the key to seal to.
pub struct Keyring {
    file: PathBuf,
    authority: String,
    current: Mutex<Current>,
}

struct Current {
    key: SealKey,
    /// Nothing when only the binding tells of it, and not when it was made.
    made_at: Option<Timestamp>,
}

impl Keyring {
    /// The key that was kept in `data_dir`, when it is later than the binding's; else the binding's. A file
    /// that is damaged, or from before the pillar was bound to another hub, counts for nothing.
    ///
    /// # Errors
    /// When the binding's own key is unusable.
    pub fn open(data_dir: &Path, binding: &Binding) -> Result<Self, SealError> {
        let key = SealKey::from_base64(&binding.seal_key_id, &binding.seal_public_key)?;
        let bound = Current { key, made_at: rotation::made_at(&binding.seal_key_id) };
        let file = data_dir.join(FILE);
        let kept = match read(&file, &binding.authority) {
            Ok(kept) => kept.filter(|kept| kept.is_later_than(&bound)),
            Err(error) => {
                tracing::warn!(%error, "the newer sealing key that was kept is of no use; that of the binding is used until the hub tells again");
                None
            }
        };
        let current = Mutex::new(kept.unwrap_or(bound));
        Ok(Self { file, authority: binding.authority.clone(), current })
    }

    /// The key to seal to.
    #[must_use]
    pub fn current(&self) -> SealKey {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).key.clone()
    }

    /// Takes what the hub told; the key when it is a newer one, which then is durable.
    ///
    /// # Errors
    /// [`NotTaken`]; then everything is as it was.
    pub fn hear(&self, notice: &SealKeyNotice) -> Result<Option<SealKey>, NotTaken> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let told = Current { key: notice.verified(&self.authority)?, made_at: Some(notice.made_at) };
        if !told.is_later_than(&current) {
            return Ok(None);
        }
        write(&self.file, &serde_json::to_vec(notice).map_err(io::Error::other)?)?;
        *current = told;
        Ok(Some(current.key.clone()))
    }
}

impl Current {
    fn is_later_than(&self, other: &Self) -> bool {
        self.key.id() != other.key.id() && other.made_at.is_none_or(|made_at| self.made_at > Some(made_at))
    }
}

/// Nothing when there is no such file.
fn read(file: &Path, authority: &str) -> Result<Option<Current>, NotTaken> {
    let text = match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let notice: SealKeyNotice = serde_json::from_slice(&text).map_err(io::Error::other)?;
    Ok(Some(Current { key: notice.verified(authority)?, made_at: Some(notice.made_at) }))
}

/// Whole or not at all, and durable.
pub(super) fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let draft = file.with_extension("draft");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    open.write_all(content)?;
    open.sync_all()?;
    fs::rename(&draft, file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
