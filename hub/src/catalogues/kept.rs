//! What is kept of the published catalogues, as it is on the disk. Invariant: nothing comes out of here that the
//! authority does not vouch for down to its last byte; what was damaged is told, and never handed out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use axum::body::Bytes;
use jiff::Timestamp;
use zuil_wire::catalogue::{self, BundleError, Verified};

/// What the name of a published catalogue ends in; it begins with its serial.
const ENDING: &str = "bundle";

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
    /// SHA-256 of its files, however they are packed: zstd may pack the same files otherwise after an update.
    pub(super) content: String,
    /// The public key that signed it.
    pub(super) key: String,
}

/// A published catalogue that no pillar would take, or that cannot be read.
#[derive(Clone, Debug)]
pub struct Damaged {
    /// Its serial.
    pub serial: u64,
    /// What is the matter with it.
    pub why: String,
}

/// What stands newest in the folder.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The newest that is whole, which pillars get; `None` when there is none.
    pub served: Option<Arc<Published>>,
    /// What was published last, when it is damaged.
    pub damaged: Option<Damaged>,
}

/// All that is kept, the oldest first.
#[derive(Debug, Default)]
pub struct Kept {
    /// What is whole.
    pub whole: Vec<Published>,
    /// What is damaged.
    pub damaged: Vec<Damaged>,
}

/// The published catalogues of a hub. One that is published while it runs is found.
pub struct Catalogues {
    folder: PathBuf,
    /// The authority's certificate, PEM.
    authority: String,
    looked_at: RwLock<Option<(Vec<File>, Standing)>>,
}

/// A file as the folder tells of it: another content has another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    serial: u64,
    bytes: u64,
    modified: SystemTime,
}

/// What reading a file came to.
enum Look {
    Whole(Box<Published>),
    /// It stays so until the file is another.
    Damaged(BundleError),
    /// The system does not give it now, and may do so later.
    Unread(io::Error),
}

impl Catalogues {
    /// Those in a data folder, of which `authority` (its certificate, PEM) vouches for the keys. Nothing is read yet.
    #[must_use]
    pub fn of(data_dir: &Path, authority: &str) -> Self {
        Self { folder: folder(data_dir), authority: authority.to_owned(), looked_at: RwLock::default() }
    }

    /// The newest that is whole; `None` when there is none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn newest(&self) -> io::Result<Option<Arc<Published>>> {
        Ok(self.standing()?.served)
    }

    /// The newest that is whole, and whether one that was published after it is damaged. Files are read and verified
    /// once, and held until the folder has others.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn standing(&self) -> io::Result<Standing> {
        let files = files(&self.folder)?;
        if let Some(standing) = self.held(&files) {
            return Ok(standing);
        }
        let mut looked_at = self.looked_at.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have looked while this one waited.
        if let Some((of, standing)) = &*looked_at
            && *of == files
        {
            return Ok(standing.clone());
        }
        let (standing, is_lasting) = self.look(&files);
        *looked_at = is_lasting.then(|| (files, standing.clone()));
        Ok(standing)
    }

    /// All that are kept.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> io::Result<Kept> {
        let mut kept = Kept::default();
        for serial in serials(&self.folder)? {
            match self.read(serial) {
                Look::Whole(published) => kept.whole.push(*published),
                Look::Damaged(error) => kept.damaged.push(Damaged { serial, why: error.to_string() }),
                Look::Unread(error) => kept.damaged.push(Damaged { serial, why: error.to_string() }),
            }
        }
        Ok(kept)
    }

    fn held(&self, files: &[File]) -> Option<Standing> {
        let looked_at = self.looked_at.read().unwrap_or_else(PoisonError::into_inner);
        looked_at.as_ref().filter(|(of, _)| of == files).map(|(_, standing)| standing.clone())
    }

    /// What stands newest, and whether it stays so as long as the files are the same.
    fn look(&self, files: &[File]) -> (Standing, bool) {
        let mut standing = Standing::default();
        let mut is_lasting = true;
        for serial in files.iter().rev().map(|file| file.serial) {
            let why = match self.read(serial) {
                Look::Whole(published) => {
                    standing.served = Some(Arc::from(published));
                    break;
                }
                Look::Damaged(error) => error.to_string(),
                Look::Unread(error) => {
                    is_lasting = false;
                    error.to_string()
                }
            };
            tracing::error!(
                serial,
                why,
                "a published catalogue is damaged on the disk and is given to no pillar; publish it again, and look at \
                 the disk"
            );
            standing.damaged.get_or_insert(Damaged { serial, why });
        }
        (standing, is_lasting)
    }

    fn read(&self, serial: u64) -> Look {
        match std::fs::read(path(&self.folder, serial)) {
            Err(error) => Look::Unread(error),
            Ok(bundle) => match Published::of(bundle.into(), &self.authority) {
                Err(error) => Look::Damaged(error),
                // A file under another's name would make pillars wait for a serial that never comes.
                Ok(published) if published.serial != serial => {
                    Look::Damaged(BundleError::Damaged("it has another serial than the name of its file"))
                }
                Ok(published) => Look::Whole(Box::new(published)),
            },
        }
    }
}

impl Published {
    /// A bundle, when it is signed and whole.
    pub(super) fn of(bundle: Bytes, authority: &str) -> Result<Self, BundleError> {
        let verified = Verified::open(&bundle, authority)?;
        let content = catalogue::digest_of_files(&verified.files()?);
        let manifest = verified.manifest().clone();
        Ok(Self {
            serial: manifest.serial,
            version: manifest.version,
            published_at: manifest.published_at,
            digest: catalogue::digest_of(&bundle),
            content,
            key: manifest.key.public_key,
            bundle,
        })
    }
}

pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("catalogues")
}

pub(super) fn path(folder: &Path, serial: u64) -> PathBuf {
    folder.join(format!("{serial}.{ENDING}"))
}

/// The serials that are kept, rising; none when the folder is not there.
pub(super) fn serials(folder: &Path) -> io::Result<Vec<u64>> {
    Ok(files(folder)?.into_iter().map(|file| file.serial).collect())
}

/// The files that are kept, by rising serials; none when the folder is not there.
fn files(folder: &Path) -> io::Result<Vec<File>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Some(serial) = serial_in(&entry.path()) else { continue };
        match entry.metadata() {
            Ok(told) => files.push(File { serial, bytes: told.len(), modified: told.modified()? }),
            // Another was published, and this one was too many.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn serial_in(path: &Path) -> Option<u64> {
    path.extension().filter(|ending| *ending == ENDING)?;
    path.file_stem()?.to_str()?.parse().ok()
}
