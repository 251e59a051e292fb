//! The municipality's sealing keys. Invariant: a key that was ever given to a pillar stays, so that
//! what was sealed to it can always be opened; new bindings get the newest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

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
    folder: PathBuf,
    keys: RwLock<BTreeMap<String, Known>>,
    newest: PublicSealKey,
}

/// A key, and when it was made.
#[derive(Clone)]
struct Known {
    made_at: Timestamp,
    key: Arc<OpenKey>,
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
        let newest = files
            .iter()
            .max_by_key(|(_, file)| file.made_at)
            .map(|(id, file)| PublicSealKey { id: id.clone(), public_key: file.public_key.clone() });
        let newest = newest.ok_or_else(|| SealKeysError::Damaged(folder.display().to_string()))?;
        Ok(Self { folder: folder.to_owned(), keys: RwLock::new(open_all(files)?), newest })
    }

    /// Makes another key, which new bindings get from now on, and tells its id. A running hub finds it.
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

    /// The key with an id. One that was added since the hub started is looked for in the folder.
    ///
    /// # Errors
    /// When the folder cannot be read or a key in it is damaged.
    pub fn get(&self, id: &str) -> Result<Option<Arc<OpenKey>>, SealKeysError> {
        Ok(self.known(id)?.map(|known| known.key))
    }

    /// When the key with an id was made.
    ///
    /// # Errors
    /// As [`SealKeys::get`].
    pub fn made_at(&self, id: &str) -> Result<Option<Timestamp>, SealKeysError> {
        Ok(self.known(id)?.map(|known| known.made_at))
    }

    fn known(&self, id: &str) -> Result<Option<Known>, SealKeysError> {
        let known = |keys: &BTreeMap<String, Known>| keys.get(id).cloned();
        if let Some(key) = known(&self.keys.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(Some(key));
        }
        let fresh = open_all(read_all(&self.folder)?)?;
        let found = known(&fresh);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(found)
    }

    /// The key for new bindings.
    #[must_use]
    pub const fn newest(&self) -> &PublicSealKey {
        &self.newest
    }
}

fn open_all(files: Vec<(String, KeyFile)>) -> Result<BTreeMap<String, Known>, SealKeysError> {
    let open = |(id, file): (String, KeyFile)| {
        let private = BASE64.decode(&file.private_key).map(Zeroizing::new);
        match private {
            Ok(private) if private.len() == 32 => {
                let key = Arc::new(OpenKey::from_bytes(&private));
                Ok((id, Known { made_at: file.made_at, key }))
            }
            _ => Err(SealKeysError::Damaged(id)),
        }
    };
    files.into_iter().map(open).collect()
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
        assert!(keys.get(&first.id).unwrap().is_some() && keys.get(&second).unwrap().is_some());
        assert!(keys.get("seal-0").unwrap().is_none());
    }

    #[test]
    fn a_key_that_was_added_while_the_hub_runs_opens_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let running = SealKeys::open_or_make(folder.path(), at(1_000)).unwrap();
        let added = SealKeys::add(folder.path(), at(2_000)).unwrap();
        assert!(running.get(&added).unwrap().is_some());
        assert!(running.get(&running.newest().id.clone()).unwrap().is_some());
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
