//! The published catalogues as they lie in a pillar's folder, and with which of them it begins.
//!
//! Invariant: what is given was signed by the hub of the binding and has no mistakes, each time it is read; and
//! reading changes nothing beside the folder in which a catalogue is unpacked.

use std::fs;
use std::io;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use zuil_catalogue::{Catalogue, Checked, Mistake, packed};
use zuil_wire::CatalogueManifest;
use zuil_wire::catalogue::{CatalogueFile, LARGEST_BUNDLE, Verified, digest_of};

use super::disk::Disk;
use super::newest::Newest;

/// The one that was put into use last.
pub(super) const CURRENT: &str = "current.bundle";
/// The one before it.
pub(super) const PREVIOUS: &str = "previous.bundle";
/// Where one is unpacked to be checked.
pub(super) const SCRATCH: &str = "unpacked";
/// A file system in memory, for when the disk has no room for that or is not to be touched.
const IN_MEMORY: &str = "/dev/shm";
/// The most mistakes that are told.
const TOLD: usize = 3;

/// The folder of the published catalogues, and who vouches for them.
pub(super) struct Kept {
    pub(super) disk: Box<dyn Disk>,
    pub(super) folder: PathBuf,
    /// The certificate of the hub's authority, PEM.
    pub(super) authority: String,
    /// Where a catalogue is unpacked, rather than in memory.
    pub(super) scratch: Option<PathBuf>,
    pub(super) check: Check,
}

/// Reads and checks the files of a catalogue, by way of a folder.
pub(super) type Check = fn(&[CatalogueFile], &Path) -> io::Result<Checked>;

/// The check of every catalogue.
pub(super) const CHECK: Check = packed::check_files;

/// A bundle of which everything was looked at.
pub(super) struct Whole {
    pub(super) catalogue: Catalogue,
    pub(super) manifest: CatalogueManifest,
    pub(super) digest: String,
    pub(super) files: Vec<CatalogueFile>,
}

/// Why a bundle is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Useless {
    /// It is damaged, not signed by this hub, or not to be used now.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Mistaken(String),
    #[error("{CHECK_FAILED}")]
    CheckFailed,
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// With what a pillar begins.
pub(super) struct Begin {
    /// The newest that can be used, and its file; nothing when the image's own catalogue is to be used.
    pub(super) with: Option<(&'static str, Whole)>,
    /// What comes before it and cannot be used.
    pub(super) unused: Vec<Unused>,
}

/// A published catalogue that is kept, or was, and cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The name of its file in the folder of the published catalogues.
    pub file: &'static str,
    /// Why not, in English.
    pub why: String,
    /// What helps.
    pub remedy: Remedy,
}

/// What helps when a published catalogue cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The pillar fetches it once more, by itself.
    Fetch,
    /// It is not for this program: that or the catalogue must change.
    Update,
    /// The program has a fault.
    Report,
}

impl Unused {
    fn because(file: &'static str, error: &Useless) -> Self {
        let remedy = match error {
            Useless::Refused(_) | Useless::Disk(_) => Remedy::Fetch,
            Useless::Mistaken(_) => Remedy::Update,
            Useless::CheckFailed => Remedy::Report,
        };
        Self { file, why: error.to_string(), remedy }
    }
}

impl Kept {
    /// Looks with which one to begin: the current one, or the one before when that is of no use. `newest` is
    /// what is remembered of the newest that ran.
    pub(super) fn begin(&self, newest: Option<&Newest>) -> Begin {
        let mut unused = Vec::new();
        let mut is_gone = false;
        match self.read(CURRENT) {
            Ok(Some(whole)) => return Begin { with: Some((CURRENT, whole)), unused },
            Ok(None) => is_gone = true,
            Err(error) => unused.push(Unused::because(CURRENT, &error)),
        }
        let previous = self.read(PREVIOUS);
        // Otherwise nothing was ever published.
        if is_gone && (newest.is_some() || !matches!(previous, Ok(None))) {
            let why = "it is not there: it was not kept to its end, or it is lost".to_owned();
            unused.push(Unused { file: CURRENT, why, remedy: Remedy::Fetch });
        }
        match previous {
            Ok(whole) => Begin { with: whole.map(|whole| (PREVIOUS, whole)), unused },
            Err(error) => {
                unused.push(Unused::because(PREVIOUS, &error));
                Begin { with: None, unused }
            }
        }
    }

    /// What is kept in a file, if there is one.
    fn read(&self, file: &str) -> Result<Option<Whole>, Useless> {
        // One more than a bundle may have shows that it is none.
        let bundle = match self.disk.read(&self.folder.join(file), LARGEST_BUNDLE as u64 + 1) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let verified = self.verify(&bundle)?;
        self.whole(&verified, digest_of(&bundle)).map(Some)
    }

    /// Makes a bundle the current one, durably, and the one that ran until now the previous one, if that is the
    /// current one. At every point there is a whole one under the name of the current one, if there was.
    pub(super) fn keep(&self, bundle: &[u8], current_runs: bool) -> io::Result<()> {
        let (current, previous) = (self.folder.join(CURRENT), self.folder.join(PREVIOUS));
        let draft = write_draft(&*self.disk, &current, bundle)?;
        // A current one that does not run is broken, and is not to take the place of one that does.
        if current_runs {
            match self.disk.remove(&previous) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => self.disk.link(&current, &previous)?,
            }
        }
        self.disk.rename(&draft, &current)?;
        self.disk.sync_folder(&self.folder)
    }

    pub(super) fn verify<'a>(&self, bundle: &'a [u8]) -> Result<Verified<'a>, Useless> {
        Verified::open(bundle, &self.authority).map_err(|error| Useless::Refused(error.to_string()))
    }

    /// Unpacks and checks what was verified.
    pub(super) fn whole(&self, verified: &Verified<'_>, digest: String) -> Result<Whole, Useless> {
        let files = verified.files().map_err(|error| Useless::Refused(error.to_string()))?;
        let checked = self.unpacked(&files)?;
        let manifest = verified.manifest().clone();
        match checked.catalogue {
            Some(catalogue) => Ok(Whole { catalogue, manifest, digest, files }),
            None => Err(Useless::Mistaken(told(&checked.mistakes))),
        }
    }

    /// Checks files where there is room to unpack them.
    fn unpacked(&self, files: &[CatalogueFile]) -> Result<Checked, Useless> {
        let name = own_name();
        let elsewhere = [PathBuf::from(IN_MEMORY), std::env::temp_dir()].map(|place| place.join(&name));
        let mut why = io::Error::from(io::ErrorKind::NotFound);
        for place in self.scratch.iter().chain(&elsewhere) {
            match self.check(files, place) {
                Err(Useless::Disk(error)) => {
                    tracing::warn!(%error, "a catalogue cannot be unpacked; it is tried at another place");
                    why = error;
                }
                checked => return checked,
            }
        }
        Err(why.into())
    }

    /// A fault of the check costs the pillar this catalogue and no other, also at its start.
    fn check(&self, files: &[CatalogueFile], scratch: &Path) -> Result<Checked, Useless> {
        let check = self.check;
        let checked = match catch_unwind(|| check(files, scratch)) {
            Ok(checked) => checked.map_err(Useless::from),
            Err(_) => Err(Useless::CheckFailed),
        };
        if checked.is_err() {
            // What it left there is in nobody's way, but for its room.
            let _ = fs::remove_dir_all(scratch);
        }
        checked
    }
}

/// Why one is refused whose check panicked.
const CHECK_FAILED: &str = "its check failed by itself, which is a fault of this program; tell its makers, and publish it \
    without what was changed last";

/// The name of a folder of which nobody else in this program knows.
fn own_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("zuil-{}-{number}", std::process::id())
}

/// The first mistakes, and how many there are.
fn told(mistakes: &[Mistake]) -> String {
    let first: Vec<String> = mistakes.iter().take(TOLD).map(ToString::to_string).collect();
    format!("it has {} mistakes for this program, such as:\n{}", mistakes.len(), first.join("\n"))
}

/// Writes a file under another name than its own, durably, and gives that name.
pub(super) fn write_draft(disk: &dyn Disk, file: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let draft = file.with_extension("draft");
    disk.write(&draft, content)?;
    disk.sync(&draft)?;
    Ok(draft)
}
