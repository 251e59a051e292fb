//! The municipality's sealing keys. Invariant: a key that was ever given to a pillar stays until it is
//! retired by hand, so that what was sealed to it can always be opened; bindings and pillars get the newest.
//! Of a retired key its id stays, so that it is told from one that is merely missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::{SignedDuration, Timestamp};
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
    /// There is no key of that id.
    #[error("there is no sealing key {0}; see `zuil-hub seal-key list`")]
    NoSuchKey(String),
    /// The newest key cannot be retired.
    #[error("{0} is the newest sealing key, to which pillars seal; run `zuil-hub seal-key add` first")]
    Newest(String),
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

/// What is left of a retired key, in `seal/<id>.retired`.
#[derive(Serialize, Deserialize)]
struct RetiredFile {
    made_at: Timestamp,
    retired_at: Timestamp,
}

/// All sealing keys.
pub struct SealKeys {
    folder: PathBuf,
    ring: RwLock<Ring>,
}

/// The keys as they were when the folder was last read.
struct Ring {
    keys: BTreeMap<String, Known>,
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
    /// When it was made.
    pub made_at: Timestamp,
}

/// A key of the hub, whether it can still open anything or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
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
        Ok(Self { folder: folder.to_owned(), ring: RwLock::new(Ring::of(folder, files)?) })
    }

    /// Makes another key, which new bindings and, with their next reports, all pillars get from now on, and
    /// tells its id. A running hub finds it. It is later than all others, also when the clock is not.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn add(folder: &Path, now: Timestamp) -> Result<String, SealKeysError> {
        let last = Self::list(folder)?.into_iter().map(|key| key.made_at.as_millisecond()).max();
        let millisecond = last.map_or(now.as_millisecond(), |last| now.as_millisecond().max(last + 1));
        let made_at = Timestamp::from_millisecond(millisecond).unwrap_or(now);
        let (private, public_key) = OpenKey::generate()?;
        let id = format!("seal-{millisecond}");
        let file = KeyFile { made_at, private_key: BASE64.encode(&*private), public_key };
        let text = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(std::io::Error::other)?);
        files::write_private(&folder.join(format!("{id}.json")), &text)?;
        Ok(id)
    }

    /// Makes another key unless the newest was made at `since` or later: for when somebody who had what was before is
    /// not to have the next.
    ///
    /// # Errors
    /// As [`SealKeys::add`], or when the keys cannot be read.
    pub fn add_since(&self, since: Timestamp, now: Timestamp) -> Result<(), SealKeysError> {
        if self.made_at(&self.newest().id)?.is_none_or(|made_at| made_at < since) {
            // Keys count in milliseconds: this one is later than what it follows, whatever is cut off.
            let later = now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now);
            Self::add(&self.folder, later)?;
        }
        Ok(())
    }

    /// All keys in `folder`, also retired ones, the oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read or a file in it is damaged.
    pub fn list(folder: &Path) -> Result<Vec<ListedKey>, SealKeysError> {
        let there = read_all(folder)?;
        let mut listed: Vec<ListedKey> = there
            .iter()
            .map(|(id, file)| ListedKey { id: id.clone(), made_at: file.made_at, retired_at: None })
            .collect();
        for id in ids(folder, "retired")? {
            // A power cut in the middle of retiring leaves both, and then it was not retired.
            if listed.iter().all(|key| key.id != id) {
                let text = std::fs::read(folder.join(format!("{id}.retired")))?;
                let file: RetiredFile =
                    serde_json::from_slice(&text).map_err(|_| SealKeysError::Damaged(id.clone()))?;
                listed.push(ListedKey { id, made_at: file.made_at, retired_at: Some(file.retired_at) });
            }
        }
        listed.sort_by_key(|key| key.made_at);
        Ok(listed)
    }

    /// Deletes the private key of one that nothing needs any more; that is for the caller to know. What
    /// is sealed to it can be opened by nobody afterwards, but from a backup of the folder.
    ///
    /// # Errors
    /// When there is no such key, when it is the newest, or when the files cannot be written.
    pub fn retire(folder: &Path, id: &str, now: Timestamp) -> Result<(), SealKeysError> {
        let keys: Vec<ListedKey> =
            Self::list(folder)?.into_iter().filter(|key| key.retired_at.is_none()).collect();
        let key = keys.iter().find(|key| key.id == id).ok_or_else(|| SealKeysError::NoSuchKey(id.into()))?;
        if keys.last().is_some_and(|newest| newest.id == id) {
            return Err(SealKeysError::Newest(id.into()));
        }
        let left = RetiredFile { made_at: key.made_at, retired_at: now };
        let text = serde_json::to_vec_pretty(&left).map_err(std::io::Error::other)?;
        files::write_private(&folder.join(format!("{id}.retired")), &text)?;
        let private = folder.join(format!("{id}.json"));
        std::fs::remove_file(&private)?;
        Ok(files::sync_folder_of(&private)?)
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
        let known = |ring: &Ring| ring.keys.get(id).cloned();
        if let Some(key) = known(&self.ring.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(Some(key));
        }
        self.read_again()?;
        Ok(known(&self.ring.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Whether a key was retired. One that is neither there nor retired is missing: its file may yet be
    /// restored.
    #[must_use]
    pub fn is_retired(&self, id: &str) -> bool {
        // An id comes from outside and must not lead out of the folder.
        let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_plain && !id.is_empty() && self.folder.join(format!("{id}.retired")).exists()
    }

    /// The key for new bindings, and for pillars that report. One that was added since the hub started is
    /// found, and one that was retired is forgotten.
    #[must_use]
    pub fn newest(&self) -> PublicSealKey {
        let unchanged = || -> Result<bool, SealKeysError> {
            let there = ids(&self.folder, "json")?;
            let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
            Ok(ring.keys.keys().eq(there.iter()))
        };
        if !unchanged().unwrap_or(false)
            && let Err(error) = self.read_again()
        {
            tracing::error!(%error, "the sealing keys cannot be read again; those from before go on");
        }
        self.ring.read().unwrap_or_else(PoisonError::into_inner).newest.clone()
    }

    fn read_again(&self) -> Result<(), SealKeysError> {
        let fresh = Ring::of(&self.folder, read_all(&self.folder)?)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

impl Ring {
    fn of(folder: &Path, files: Vec<(String, KeyFile)>) -> Result<Self, SealKeysError> {
        let newest = files.iter().max_by_key(|(_, file)| file.made_at).map(|(id, file)| PublicSealKey {
            id: id.clone(),
            public_key: file.public_key.clone(),
            made_at: file.made_at,
        });
        let newest = newest.ok_or_else(|| SealKeysError::Damaged(folder.display().to_string()))?;
        Ok(Self { keys: open_all(files)?, newest })
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
    let read = |id: String| {
        let text = Zeroizing::new(std::fs::read(folder.join(format!("{id}.json")))?);
        let file = serde_json::from_slice(&text).map_err(|_| SealKeysError::Damaged(id.clone()))?;
        Ok((id, file))
    };
    ids(folder, "json")?.into_iter().map(read).collect()
}

/// The names of the files with an extension, without it.
fn ids(folder: &Path, extension: &str) -> Result<BTreeSet<String>, SealKeysError> {
    let mut ids = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            ids.extend(path.file_stem().map(|id| id.to_string_lossy().into_owned()));
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_bindings_get_the_newest_key_and_old_ones_still_open() {
        let folder = tempfile::tempdir().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let first = SealKeys::open_or_make(folder.path(), at(1_000)).unwrap().newest();
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
    fn a_key_that_was_added_while_the_hub_runs_is_the_newest_also_with_a_clock_that_was_turned_back() {
        let folder = tempfile::tempdir().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let running = SealKeys::open_or_make(folder.path(), at(9_000)).unwrap();
        let first = running.newest();
        for _ in 0..2 {
            let before = running.newest();
            let added = SealKeys::add(folder.path(), at(2_000)).unwrap();
            assert_eq!(running.newest().id, added);
            assert!(running.newest().made_at > before.made_at);
            assert_eq!(zuil_wire::rotation::made_at(&added), Some(running.newest().made_at));
        }
        assert!(running.get(&first.id).unwrap().is_some());
    }

    #[test]
    fn a_retired_key_opens_nothing_and_is_told_from_one_that_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        let running = SealKeys::open_or_make(folder.path(), at(1_000)).unwrap();
        let first = running.newest().id;
        assert!(matches!(SealKeys::retire(folder.path(), &first, at(1)), Err(SealKeysError::Newest(_))));
        let second = SealKeys::add(folder.path(), at(2_000)).unwrap();
        SealKeys::retire(folder.path(), &first, at(3_000)).unwrap();
        assert_eq!(running.newest().id, second);
        assert!(running.get(&first).unwrap().is_none() && running.is_retired(&first));
        assert!(!running.is_retired(&second) && !running.is_retired("seal-7") && !running.is_retired("../x"));
        let listed = SealKeys::list(folder.path()).unwrap();
        let retired: Vec<_> = listed.iter().map(|key| (key.id.as_str(), key.retired_at)).collect();
        assert_eq!(retired, [(first.as_str(), Some(at(3_000))), (second.as_str(), None)]);
        let again = SealKeys::retire(folder.path(), &first, at(1));
        assert!(matches!(again, Err(SealKeysError::NoSuchKey(_))));
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
