//! The municipality's sealing keys. Invariant: a key that was ever given to a pillar stays, so that
//! what was sealed to it can always be opened; new bindings get the newest.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};
use zuil_wire::seal::{OpenKey, SealError};

use crate::files;

/// Why the sealing keys are of no use.
#[derive(Debug, thiserror::Error)]
pub enum SealKeysError {
    /// A file cannot be read or written.
    #[error("the sealing keys cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// A key file was damaged.
    #[error("the sealing key {0} is damaged; restore it from the backup of the data folder")]
    Damaged(String),
    /// No key could be made.
    #[error("no sealing key could be made: {0}")]
    Make(#[from] SealError),
}

/// A key as it stands in `seal/<id>.json`.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    #[zeroize(skip)]
    made_at: Timestamp,
    private_key: String,
    public_key: String,
}

/// All sealing keys.
pub struct SealKeys {
    keys: BTreeMap<String, OpenKey>,
    newest: PublicSealKey,
}

/// What a binding says of a sealing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicSealKey {
    /// The key's id.
    pub id: String,
    /// The public key (X25519, 32 bytes), base64.
    pub public_key: String,
}

impl SealKeys {
    /// Opens the keys in `folder`, and makes the first when there is none yet. The caller holds the
    /// lock of the data folder.
    ///
    /// # Errors
    /// When a key is damaged or cannot be read or written.
    pub fn open_or_make(folder: &Path, now: Timestamp) -> Result<Self, SealKeysError> {
        files::private_folder(folder)?;
        let mut files = read_all(folder)?;
        if files.is_empty() {
            Self::add(folder, now)?;
            files = read_all(folder)?;
        }
        let mut keys = BTreeMap::new();
        let mut newest: Option<(Timestamp, PublicSealKey)> = None;
        for (id, file) in files {
            let private = BASE64.decode(&file.private_key).map(Zeroizing::new);
            let private = private.ok().filter(|bytes| bytes.len() == 32);
            let private = private.ok_or_else(|| SealKeysError::Damaged(id.clone()))?;
            if newest.as_ref().is_none_or(|(made_at, _)| *made_at < file.made_at) {
                let public = PublicSealKey { id: id.clone(), public_key: file.public_key.clone() };
                newest = Some((file.made_at, public));
            }
            keys.insert(id, OpenKey::from_bytes(&private));
        }
        let (_, newest) = newest.ok_or_else(|| SealKeysError::Damaged(folder.display().to_string()))?;
        Ok(Self { keys, newest })
    }

    /// Makes another key, which new bindings get from the next start on, and tells its id.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn add(folder: &Path, now: Timestamp) -> Result<String, SealKeysError> {
        let (private, public_key) = OpenKey::generate()?;
        let id = format!("seal-{}", now.as_millisecond());
        let file = KeyFile { made_at: now, private_key: BASE64.encode(&*private), public_key };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(std::io::Error::other)?);
        files::write_private(&folder.join(format!("{id}.json")), &text)?;
        Ok(id)
    }

    /// The key with an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&OpenKey> {
        self.keys.get(id)
    }

    /// The key for new bindings.
    #[must_use]
    pub const fn newest(&self) -> &PublicSealKey {
        &self.newest
    }
}

fn read_all(folder: &Path) -> Result<Vec<(String, KeyFile)>, SealKeysError> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let (Some(id), Some("json")) = (path.file_stem(), path.extension().and_then(|e| e.to_str())) else {
            continue;
        };
        let id = id.to_string_lossy().into_owned();
        let text = Zeroizing::new(std::fs::read(&path)?);
        let file = serde_json::from_slice(&text).map_err(|_| SealKeysError::Damaged(id.clone()))?;
        all.push((id, file));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_bindings_get_the_newest_key_and_old_ones_still_open() {
        let folder = tempfile::tempdir().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let first = SealKeys::open_or_make(folder.path(), at(1_000)).unwrap().newest().clone();
        let second = SealKeys::add(folder.path(), at(2_000)).unwrap();
        let keys = SealKeys::open_or_make(folder.path(), at(3_000)).unwrap();
        assert_eq!(keys.newest().id, second);
        assert!(keys.get(&first.id).is_some() && keys.get(&second).is_some());
        assert!(keys.get("seal-0").is_none());
    }

    #[test]
    fn a_damaged_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("seal-7.json"), "{").unwrap();
        let Err(error) = SealKeys::open_or_make(folder.path(), Timestamp::UNIX_EPOCH) else {
            panic!("a damaged key was taken");
        };
        assert!(error.to_string().contains("seal-7"), "{error}");
    }
}
