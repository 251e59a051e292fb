//! Published catalogues: made from an editor's folder, signed, and kept for pillars to fetch.
//!
//! Invariant: what is in the folder was checked, and is whole or not there. Each has a higher serial than all
//! before it, and of two with different files none has the other's version. The last [`KEPT`] are kept.

mod key;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use jiff::Timestamp;
use zuil_catalogue::{Catalogue, Mistake, packed};
use zuil_wire::catalogue::{self, BundleError, Draft, Verified};

use crate::authority::{Authority, AuthorityError};
use crate::data_folder::{DataFolder, DataFolderError};
use crate::files::{self, FolderLock};

use key::SigningKeyFile;

/// How many are kept, the newest among them.
pub const KEPT: usize = 10;
/// What the name of a published catalogue ends in; it begins with its serial.
const ENDING: &str = "bundle";

/// Why no catalogue was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file cannot be read or written.
    #[error("the catalogue cannot be read or kept: {0}; look at permissions and free space")]
    File(#[from] io::Error),
    /// The data folder is of no use.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The authority is of no use.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// It cannot be packed.
    #[error("the catalogue cannot be published: {0}")]
    Bundle(#[from] BundleError),
    /// The signing key was damaged.
    #[error(
        "{0} is damaged; restore it from the backup of the data folder, or delete it: then a new key is made, which \
         pillars take"
    )]
    Key(String),
    /// What was taken from the folder is not what was checked in it.
    #[error(
        "what is in the files alone is not the catalogue that was checked: some were saved meanwhile, are links, or \
         have a name with other signs than letters, digits, - and _; mend that and publish again"
    )]
    Changed,
    /// The version is that of another catalogue.
    #[error(
        "version \"{version}\" was published before, on {at}, with other content; write another version into \
         municipality.toml, so that everyone knows which one a pillar runs"
    )]
    VersionTaken {
        /// Which.
        version: String,
        /// When it was published.
        at: Timestamp,
    },
}

/// What came of publishing a folder.
#[derive(Debug)]
pub struct Publication {
    /// What came of it.
    pub outcome: Outcome,
    /// What could be better.
    pub warnings: Vec<Mistake>,
}

/// Whether something was published.
#[derive(Debug)]
pub enum Outcome {
    /// Pillars get this one from now on.
    Published(Arc<Published>),
    /// It is the newest already.
    Unchanged(Arc<Published>),
    /// It has mistakes; nothing was published.
    Mistaken(Vec<Mistake>),
}

/// A published catalogue.
#[derive(Debug)]
pub struct Published {
    /// Higher than that of all before it.
    pub serial: u64,
    /// The editor's version.
    pub version: String,
    /// When, by the hub's clock.
    pub published_at: Timestamp,
    /// SHA-256 of the whole file, hexadecimal.
    pub digest: String,
    /// The file as pillars get it.
    pub bundle: Bytes,
    /// SHA-256 of its files as they are packed.
    payload: String,
    /// The public key that signed it.
    key: String,
}

/// The published catalogues of a hub. One that is published while it runs is found.
pub struct Catalogues {
    folder: PathBuf,
    newest: RwLock<Option<Arc<Published>>>,
}

impl Catalogues {
    /// Those in a data folder. Nothing is read yet.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self { folder: folder(data_dir), newest: RwLock::default() }
    }

    /// The newest that can be read; `None` when none was ever published.
    ///
    /// It is handed out as it is on the disk: pillars verify it, and look at nobody's word but the authority's.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn newest(&self) -> io::Result<Option<Arc<Published>>> {
        for serial in serials(&self.folder)?.into_iter().rev() {
            let known = self.newest.read().unwrap_or_else(PoisonError::into_inner).clone();
            if known.as_ref().is_some_and(|known| known.serial == serial) {
                return Ok(known);
            }
            match read(&self.folder, serial) {
                Ok(published) => {
                    let published = Arc::new(published);
                    *self.newest.write().unwrap_or_else(PoisonError::into_inner) =
                        Some(Arc::clone(&published));
                    return Ok(Some(published));
                }
                Err(error) => {
                    tracing::error!(serial, %error, "a published catalogue cannot be read; publish it again");
                }
            }
        }
        Ok(None)
    }

    /// All that are kept and can be read, the oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> io::Result<Vec<Published>> {
        let read = serials(&self.folder)?.into_iter().filter_map(|serial| read(&self.folder, serial).ok());
        Ok(read.collect())
    }
}

/// Checks, signs and keeps the catalogue in `dir`. The hub may be running.
///
/// # Errors
/// [`PublishError`]; then nothing was published.
pub fn publish(data_dir: &Path, dir: &Path, now: Timestamp) -> Result<Publication, PublishError> {
    let checked = Catalogue::check(dir);
    let warnings = checked.warnings;
    let Some(catalogue) = checked.catalogue else {
        return Ok(Publication { outcome: Outcome::Mistaken(checked.mistakes), warnings });
    };
    // Makes the folder, and the authority, where there is none yet.
    let authority = DataFolder::open(data_dir, now)?.authority;
    let folder = folder(data_dir);
    files::private_folder(&folder)?;
    let _lock = FolderLock::take(&folder)?;
    let taken = packed::files_of(dir)?;
    // What pillars will check, and not what stood in the folder a moment ago.
    let again = packed::check_files(&taken, &folder.join("checked"))?.catalogue;
    if again.is_none_or(|again| again != catalogue) {
        return Err(PublishError::Changed);
    }
    let before = Catalogues::of(data_dir).list()?;
    let last = serials(&folder)?.pop();
    let key = SigningKeyFile::open_or_make(&folder, now)?;
    let draft = Draft {
        municipality: catalogue.municipality.name,
        serial: next_serial(last, now),
        version: catalogue.version,
        published_at: now,
        files: taken,
    };
    let bundle = catalogue::pack(draft, &key.key, &key.notice(&authority)?)?;
    let outcome = keep(&folder, bundle, before, &authority)?;
    // What was published stays so.
    if let Err(error) = forget_the_oldest(&folder) {
        tracing::warn!(%error, "an old catalogue could not be deleted; delete it by hand when room is short");
    }
    Ok(Publication { outcome, warnings })
}

/// Rises at least by one; as high as the clock is, where that is higher, so that a hub that was put back
/// from a backup goes on above what it gave after the backup was made.
fn next_serial(last: Option<u64>, now: Timestamp) -> u64 {
    let clock = u64::try_from(now.as_second()).unwrap_or_default();
    last.map_or(clock, |last| clock.max(last.saturating_add(1)))
}

fn keep(
    folder: &Path,
    bundle: Vec<u8>,
    mut before: Vec<Published>,
    authority: &Authority,
) -> Result<Outcome, PublishError> {
    Verified::open(&bundle, authority.pem())?;
    let fresh = Published::of(bundle.into())?;
    let same_version = before.iter().find(|old| old.version == fresh.version && old.payload != fresh.payload);
    if let Some(old) = same_version {
        return Err(PublishError::VersionTaken { version: old.version.clone(), at: old.published_at });
    }
    let same = |newest: &Published| newest.payload == fresh.payload && newest.key == fresh.key;
    if before.last().is_some_and(same)
        && let Some(newest) = before.pop()
        && Verified::open(&newest.bundle, authority.pem()).is_ok()
    {
        return Ok(Outcome::Unchanged(Arc::new(newest)));
    }
    files::write_private(&path(folder, fresh.serial), &fresh.bundle)?;
    Ok(Outcome::Published(Arc::new(fresh)))
}

fn forget_the_oldest(folder: &Path) -> io::Result<()> {
    let serials = serials(folder)?;
    let too_many = serials.len().saturating_sub(KEPT);
    serials.into_iter().take(too_many).try_for_each(|serial| std::fs::remove_file(path(folder, serial)))
}

impl Published {
    fn of(bundle: Bytes) -> Result<Self, BundleError> {
        let manifest = catalogue::manifest_of(&bundle)?;
        Ok(Self {
            serial: manifest.serial,
            version: manifest.version,
            published_at: manifest.published_at,
            digest: catalogue::digest_of(&bundle),
            payload: manifest.payload.sha256,
            key: manifest.key.public_key,
            bundle,
        })
    }
}

fn read(folder: &Path, serial: u64) -> Result<Published, PublishError> {
    Ok(Published::of(std::fs::read(path(folder, serial))?.into())?)
}

fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("catalogues")
}

fn path(folder: &Path, serial: u64) -> PathBuf {
    folder.join(format!("{serial}.{ENDING}"))
}

/// The serials that are kept, rising; none when the folder is not there.
fn serials(folder: &Path) -> io::Result<Vec<u64>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut serials = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            serials.extend(path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok()));
        }
    }
    serials.sort_unstable();
    Ok(serials)
}

#[cfg(test)]
mod tests;
