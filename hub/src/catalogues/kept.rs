//! What is kept of the published catalogues, as it is on the disk. Invariant: nothing comes out of here that the
//! authority does not vouch for down to its last byte; what is damaged or cannot be read is told, once, and never
//! handed out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use axum::body::Bytes;
use jiff::Timestamp;
use zuil_wire::catalogue::{self, BundleError, Verified};

use super::opened::Opened;

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
    /// SHA-256 of its files as they are packed in it.
    pub(super) payload: String,
    /// The public key that signed it.
    pub(super) key: String,
}

/// A published catalogue that is given to no pillar.
#[derive(Debug)]
pub struct Unfit {
    /// Its serial.
    pub serial: u64,
    /// What is the matter with it.
    pub trouble: Trouble,
    /// What it still tells of itself, when its manifest can be read.
    pub(super) remains: Option<Box<Remains>>,
}

/// What a damaged catalogue still tells of itself. Nobody vouches for it.
#[derive(Debug)]
pub(super) struct Remains {
    pub(super) version: String,
    pub(super) published_at: Timestamp,
    /// SHA-256 of what is packed, as its manifest says it and as it is: where one is damaged, the other may be whole.
    pub(super) payloads: [String; 2],
}

/// What is the matter with a published catalogue.
#[derive(Debug)]
pub enum Trouble {
    /// No pillar would take it. It stays so until the file is another.
    Damaged(BundleError),
    /// The system does not give it now, and may do so later: its permissions are wrong, or the disk has trouble.
    Unread(io::Error),
}

/// What stands newest in the folder.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The newest that is whole, which pillars get; `None` when there is none.
    pub served: Option<Arc<Published>>,
    /// What was published last, when it is unfit.
    pub unfit: Option<Arc<Unfit>>,
    /// The digests of all that are whole, when something is unfit that was published after them.
    pub whole: Vec<String>,
}

/// All that is kept, the oldest first.
#[derive(Debug, Default)]
pub struct Kept {
    /// What is whole.
    pub whole: Vec<Published>,
    /// What is not.
    pub unfit: Vec<Unfit>,
}

/// The published catalogues of a hub. One that is published while it runs is found.
pub struct Catalogues {
    folder: PathBuf,
    /// The authority's certificate, PEM.
    pub(super) authority: String,
    looked_at: RwLock<Option<Seen>>,
    /// What pillars get, as it was opened last.
    pub(super) opened: Mutex<Option<Opened>>,
}

/// What was seen in the folder.
struct Seen {
    files: Vec<File>,
    /// Which of them the system did not give, and why. New permissions make no other [`File`].
    unread: Vec<(u64, String)>,
    standing: Standing,
}

/// A file as the folder tells of it: another content has another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct File {
    serial: u64,
    bytes: u64,
    modified: SystemTime,
}

impl Catalogues {
    /// Those in a data folder, of which `authority` (its certificate, PEM) vouches for the keys. Nothing is read yet.
    #[must_use]
    pub fn of(data_dir: &Path, authority: &str) -> Self {
        Self {
            folder: folder(data_dir),
            authority: authority.to_owned(),
            looked_at: RwLock::default(),
            opened: Mutex::default(),
        }
    }

    /// The newest that is whole; `None` when there is none.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn newest(&self) -> io::Result<Option<Arc<Published>>> {
        Ok(self.standing()?.served)
    }

    /// The newest that is whole, and whether one that was published after it is unfit. Files are read and verified
    /// once, and held until the folder has others, or one can be read that could not.
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
        if let Some(seen) = looked_at.as_ref().filter(|seen| seen.holds(&self.folder, &files)) {
            return Ok(seen.standing.clone());
        }
        let seen = looked_at.insert(self.look(files));
        Ok(seen.standing.clone())
    }

    /// All that are kept.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> io::Result<Kept> {
        let mut kept = Kept::default();
        for serial in serials(&self.folder)? {
            match self.read(serial) {
                Ok(published) => kept.whole.push(published),
                Err(unfit) => kept.unfit.push(unfit),
            }
        }
        Ok(kept)
    }

    fn held(&self, files: &[File]) -> Option<Standing> {
        let looked_at = self.looked_at.read().unwrap_or_else(PoisonError::into_inner);
        looked_at.as_ref().filter(|seen| seen.holds(&self.folder, files)).map(|seen| seen.standing.clone())
    }

    /// What stands newest. What is unfit is logged.
    fn look(&self, files: Vec<File>) -> Seen {
        let mut seen = Seen { files: Vec::new(), unread: Vec::new(), standing: Standing::default() };
        for serial in files.iter().rev().map(|file| file.serial) {
            let unfit = match self.read(serial) {
                Ok(published) if seen.standing.unfit.is_none() => {
                    seen.standing.served = Some(Arc::new(published));
                    break;
                }
                Ok(published) => {
                    seen.standing.whole.push(published.digest.clone());
                    seen.standing.served.get_or_insert(Arc::new(published));
                    continue;
                }
                // What is older than what pillars get matters to nobody.
                Err(_) if seen.standing.served.is_some() => continue,
                Err(unfit) => unfit,
            };
            unfit.log();
            if let Trouble::Unread(error) = &unfit.trouble {
                seen.unread.push((serial, error.to_string()));
            }
            seen.standing.unfit.get_or_insert(Arc::new(unfit));
        }
        Seen { files, ..seen }
    }

    fn read(&self, serial: u64) -> Result<Published, Unfit> {
        let bundle: Bytes = match std::fs::read(path(&self.folder, serial)) {
            Ok(bundle) => bundle.into(),
            Err(error) => return Err(Unfit { serial, trouble: Trouble::Unread(error), remains: None }),
        };
        let damaged = |why| Unfit {
            serial,
            trouble: Trouble::Damaged(why),
            remains: Remains::of(&bundle).ok().map(Box::new),
        };
        match Published::of(bundle.clone(), &self.authority) {
            Err(error) => Err(damaged(error)),
            // A file under another's name would make pillars wait for a serial that never comes.
            Ok(published) if published.serial != serial => {
                Err(damaged(BundleError::Damaged("it has another serial than the name of its file")))
            }
            Ok(published) => Ok(published),
        }
    }
}

impl Remains {
    fn of(bundle: &[u8]) -> Result<Self, BundleError> {
        let manifest = catalogue::manifest_of(bundle)?;
        let payloads = [manifest.payload.sha256, catalogue::digest_of_payload(bundle)?];
        Ok(Self { version: manifest.version, published_at: manifest.published_at, payloads })
    }
}

impl Seen {
    /// Whether the folder is as it was seen: it has these files, and what could not be read cannot be read now.
    fn holds(&self, folder: &Path, files: &[File]) -> bool {
        let is_unread = |(serial, why): &(u64, String)| {
            std::fs::read(path(folder, *serial)).is_err_and(|error| error.to_string() == *why)
        };
        self.files == files && self.unread.iter().all(is_unread)
    }
}

impl Unfit {
    fn log(&self) {
        let serial = self.serial;
        match &self.trouble {
            Trouble::Damaged(why) => tracing::error!(
                serial,
                %why,
                "a published catalogue is damaged on the disk and is given to no pillar; publish it again, and look at \
                 the disk"
            ),
            Trouble::Unread(error) => tracing::error!(
                serial,
                "a published catalogue cannot be read: {error}; look at its permissions and at the disk. It is given to \
                 no pillar"
            ),
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
            payload: manifest.payload.sha256,
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
