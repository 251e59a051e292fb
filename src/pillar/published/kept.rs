//! The published catalogues as they lie in a pillar's folder, and with which of them it begins.
//!
//! Invariant: what is given was signed by the hub of the binding and has no mistakes, each time it is read; and
//! reading changes nothing beside the folder in which a catalogue is unpacked.

use std::fs::{self, File};
use std::io::{self, Read};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use zuil_catalogue::{Catalogue, Checked, Mistake, packed};
use zuil_wire::CatalogueManifest;
use zuil_wire::catalogue::{CatalogueFile, LARGEST_BUNDLE, Verified, digest_of};

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
    pub(super) folder: PathBuf,
    /// The certificate of the hub's authority, PEM.
    pub(super) authority: String,
    /// Where a catalogue is unpacked: there, or in memory when that fails. Without it, in memory.
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
    #[error("{0}")]
    Refused(String),
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
}

impl Kept {
    /// Looks with which one to begin: the current one, or the one before when that is of no use. `newest` is
    /// what is remembered of the newest that ran.
    pub(super) fn begin(&self, newest: Option<&Newest>) -> Begin {
        let ran = newest.is_some() || self.folder.join(PREVIOUS).exists();
        let mut unused = Vec::new();
        for file in [CURRENT, PREVIOUS] {
            match self.read(file) {
                Ok(Some(whole)) => return Begin { with: Some((file, whole)), unused },
                Ok(None) if file == CURRENT && ran => {
                    unused.push(Unused { file, why: "it is not there, though one was kept".to_owned() });
                }
                // Nothing was published, or only once.
                Ok(None) => {}
                Err(error) => unused.push(Unused { file, why: error.to_string() }),
            }
        }
        Begin { with: None, unused }
    }

    /// What is kept in a file, if there is one.
    fn read(&self, file: &str) -> Result<Option<Whole>, Useless> {
        let bundle = match read(&self.folder.join(file)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let verified = self.verify(&bundle)?;
        self.whole(&verified, digest_of(&bundle)).map(Some)
    }

    pub(super) fn verify<'a>(&self, bundle: &'a [u8]) -> Result<Verified<'a>, Useless> {
        Verified::open(bundle, &self.authority).map_err(|error| Useless::Refused(error.to_string()))
    }

    /// Unpacks and checks what was verified.
    pub(super) fn whole(&self, verified: &Verified<'_>, digest: String) -> Result<Whole, Useless> {
        let files = verified.files().map_err(|error| Useless::Refused(error.to_string()))?;
        let checked = match &self.scratch {
            None => self.check(&files, &in_memory())?,
            Some(scratch) => match self.check(&files, scratch) {
                Err(Useless::Disk(error)) => {
                    tracing::warn!(%error, "a catalogue cannot be unpacked on the disk; it is unpacked in memory");
                    self.check(&files, &in_memory())?
                }
                checked => checked?,
            },
        };
        let manifest = verified.manifest().clone();
        match checked.catalogue {
            Some(catalogue) => Ok(Whole { catalogue, manifest, digest, files }),
            None => Err(Useless::Refused(told(&checked.mistakes))),
        }
    }

    /// A fault of the check costs the pillar this catalogue and no other, also at its start.
    fn check(&self, files: &[CatalogueFile], scratch: &Path) -> Result<Checked, Useless> {
        match catch_unwind(|| (self.check)(files, scratch)) {
            Ok(checked) => Ok(checked?),
            Err(_) => {
                // What it left there is in nobody's way, but for its room.
                let _ = fs::remove_dir_all(scratch);
                Err(Useless::Refused(CHECK_FAILED.to_owned()))
            }
        }
    }
}

/// Why one is refused whose check panicked.
const CHECK_FAILED: &str = "its check failed by itself, which is a fault of this program; tell its makers, and publish it \
    without what was changed last";

/// A folder in memory of which nobody else in this program knows.
fn in_memory() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Path::new(IN_MEMORY).join(format!("zuil-{}-{number}", std::process::id()))
}

/// The first mistakes, and how many there are.
fn told(mistakes: &[Mistake]) -> String {
    let first: Vec<String> = mistakes.iter().take(TOLD).map(ToString::to_string).collect();
    format!("it has {} mistakes for this program, such as:\n{}", mistakes.len(), first.join("\n"))
}

/// No more than a bundle may have.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bundle = Vec::new();
    File::open(file)?.take(LARGEST_BUNDLE as u64 + 1).read_to_end(&mut bundle)?;
    Ok(bundle)
}
