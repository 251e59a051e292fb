//! The catalogues that the municipality published, as this pillar keeps them.
//!
//! Invariant: what is put into use was signed by the hub of the binding, is newer than all that was used before,
//! and was found to be without mistakes, each time it is read from the disk; and as long as one such catalogue
//! is whole, no power cut and no disk takes it away. What is refused changes nothing.

mod newest;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zuil_catalogue::{Catalogue, Edition, Mistake, packed};
use zuil_wire::CatalogueManifest;
use zuil_wire::catalogue::{LARGEST_BUNDLE, Verified, digest_of};

use crate::devices::Sink;
use crate::sync::{CatalogueNotTaken, Shelf};

use newest::Newest;

/// The one that was put into use last.
const CURRENT: &str = "current.bundle";
/// The one before it.
const PREVIOUS: &str = "previous.bundle";
/// Where one is unpacked to be checked.
const SCRATCH: &str = "unpacked";
/// A file system in memory, for when the disk has no room for that.
const IN_MEMORY: &str = "/dev/shm";
/// The most mistakes that are told in the log.
const TOLD: usize = 3;

/// The published catalogues of a pillar.
pub(super) struct Published {
    folder: PathBuf,
    /// The certificate of the hub's authority, PEM.
    authority: String,
    state: Mutex<State>,
}

struct State {
    running: Option<Running>,
    /// The newest that was ever put into use here.
    newest: Option<Newest>,
    /// Something was put into use since the start.
    turned: bool,
    /// Who puts an edition into use.
    show: Sink<Edition>,
}

/// What runs, when it was published.
struct Running {
    file: &'static str,
    serial: u64,
    digest: String,
}

/// A bundle of which everything was looked at.
struct Whole {
    catalogue: Catalogue,
    manifest: CatalogueManifest,
    digest: String,
}

/// Why a bundle is of no use.
#[derive(Debug, thiserror::Error)]
enum Useless {
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Disk(#[from] io::Error),
}

impl Published {
    /// Opens the folder. Also gives the catalogue that was put into use last, or the one before it when that
    /// is damaged; `None` when there is none that can be used.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(super) fn open(
        folder: PathBuf,
        authority: &str,
        show: Sink<Edition>,
    ) -> io::Result<(Self, Option<Catalogue>)> {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let newest = Newest::read(&folder, authority);
        let state = State { running: None, newest, turned: false, show };
        let published = Self { folder, authority: authority.to_owned(), state: Mutex::new(state) };
        let found = [CURRENT, PREVIOUS].into_iter().find_map(|file| Some((file, published.read(file)?)));
        let Some((file, whole)) = found else { return Ok((published, None)) };
        let Whole { catalogue, manifest, digest } = whole;
        tracing::info!(
            serial = manifest.serial,
            version = manifest.version,
            file,
            "a published catalogue runs"
        );
        let mut state = published.lock();
        let of_this = Newest::of(&manifest, &digest, authority);
        if state.newest.as_ref().is_none_or(|newest| newest.serial < of_this.serial) {
            state.newest = Some(of_this);
        }
        state.running = Some(Running { file, serial: manifest.serial, digest });
        drop(state);
        Ok((published, Some(catalogue)))
    }

    /// Puts the index of what runs since the start into use, unless something newer came meanwhile.
    pub(super) fn show_first(&self, edition: Edition) {
        let state = self.lock();
        if !state.turned {
            (state.show)(edition);
        }
    }

    /// What is kept in a file, if anything of use is.
    fn read(&self, file: &str) -> Option<Whole> {
        let bundle = match read(&self.folder.join(file)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            read => read,
        };
        let whole = bundle.map_err(Useless::from).and_then(|bundle| {
            let verified = self.verify(&bundle)?;
            self.whole(&verified, digest_of(&bundle))
        });
        whole
            .inspect_err(|error| {
                tracing::error!(
                    file,
                    %error,
                    "a published catalogue that is kept cannot be used; the pillar goes on with the one before, and \
                     fetches the newest; if this comes back, look at the disk"
                );
            })
            .ok()
    }

    fn verify<'a>(&self, bundle: &'a [u8]) -> Result<Verified<'a>, Useless> {
        Verified::open(bundle, &self.authority).map_err(|error| Useless::Refused(error.to_string()))
    }

    /// Unpacks and checks what was verified.
    fn whole(&self, verified: &Verified<'_>, digest: String) -> Result<Whole, Useless> {
        let files = verified.files().map_err(|error| Useless::Refused(error.to_string()))?;
        let checked = packed::check_files(&files, &self.folder.join(SCRATCH)).or_else(|error| {
            tracing::warn!(%error, "a catalogue cannot be unpacked on the disk; it is unpacked in memory");
            packed::check_files(&files, &Path::new(IN_MEMORY).join(format!("zuil-{}", std::process::id())))
        })?;
        let manifest = verified.manifest().clone();
        match checked.catalogue {
            Some(catalogue) => Ok(Whole { catalogue, manifest, digest }),
            None => Err(Useless::Refused(told(&checked.mistakes))),
        }
    }

    /// Makes a bundle the current one, durably, and what ran until now the previous one. At every point there
    /// is a whole one under the name of the current one, if there was.
    fn keep(&self, bundle: &[u8], running: Option<&Running>) -> io::Result<()> {
        let (current, previous) = (self.folder.join(CURRENT), self.folder.join(PREVIOUS));
        let draft = write_draft(&current, bundle)?;
        // A current one that does not run is broken, and is not to take the place of one that does.
        if running.is_some_and(|running| running.file == CURRENT) {
            match fs::remove_file(&previous) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => fs::hard_link(&current, &previous)?,
            }
        }
        fs::rename(draft, &current)?;
        File::open(&self.folder)?.sync_all()
    }

    fn take(&self, bundle: &[u8]) -> Result<(), Useless> {
        let verified = self.verify(bundle)?;
        let (manifest, digest) = (verified.manifest(), digest_of(bundle));
        let fresh = Newest::of(manifest, &digest, &self.authority);
        {
            let state = self.lock();
            if state.running.as_ref().is_some_and(|running| running.digest == digest) {
                return Ok(());
            }
            if let Some(newest) = &state.newest {
                newest.admits(&fresh).map_err(Useless::Refused)?;
            }
        }
        let whole = self.whole(&verified, digest)?;
        // Takes about a second; nothing is locked, so that nobody waits.
        let edition = Edition::indexed(Arc::new(whole.catalogue));
        let (serial, digest) = (whole.manifest.serial, whole.digest);
        let mut state = self.lock();
        // First what must not be forgotten: the same one may be taken again after a power cut, and no older one.
        fresh.write(&self.folder)?;
        self.keep(bundle, state.running.as_ref())?;
        state.running = Some(Running { file: CURRENT, serial, digest });
        state.newest = Some(fresh);
        state.turned = true;
        tracing::info!(
            serial,
            version = whole.manifest.version,
            "a newer catalogue runs from the next visit on"
        );
        (state.show)(edition);
        Ok(())
    }

    /// A panic elsewhere leaves it as it was: what runs is set last.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf for Published {
    fn running(&self) -> Option<(u64, String)> {
        self.lock().running.as_ref().map(|running| (running.serial, running.digest.clone()))
    }

    fn take(&self, bundle: &[u8]) -> Result<(), CatalogueNotTaken> {
        Self::take(self, bundle).map_err(|error| match error {
            Useless::Refused(why) => CatalogueNotTaken::Refused(why),
            Useless::Disk(error) => CatalogueNotTaken::NotKept(error.to_string()),
        })
    }
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

/// Writes a file under another name than its own, durably, and gives that name.
fn write_draft(file: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let draft = file.with_extension("draft");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    open.write_all(content)?;
    open.sync_all()?;
    Ok(draft)
}

#[cfg(test)]
mod tests;
