//! The catalogues that the municipality published, as this pillar keeps them.
//!
//! Invariant: what is put into use was signed by the hub of the binding, is newer than all that was used before,
//! and was found to be without mistakes, each time it is read from the disk; and as long as one such catalogue
//! is whole, no power cut and no disk takes it away. What is refused changes nothing.

mod beginning;
mod disk;
mod kept;
mod newest;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use zuil_catalogue::{Catalogue, Edition, packed};
use zuil_wire::catalogue::digest_of;

use crate::devices::Sink;
use crate::sync::{CatalogueNotTaken, Shelf};

pub(super) use beginning::folder;
pub use beginning::{Beginning, Origin, beginning};
use disk::{Disk, RealDisk};
use kept::{Begin, CHECK, CURRENT, Kept, SCRATCH, Useless, Whole};
pub use kept::{Remedy, Unused};
use newest::Newest;

/// The published catalogues of a pillar.
pub(super) struct Published {
    kept: Kept,
    /// The folder of the catalogue that came with the image.
    image: PathBuf,
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

/// What is read of the image's catalogue here.
#[derive(Deserialize)]
struct Head {
    version: String,
}

impl Published {
    /// Opens the folder; `image` is that of the catalogue that came with the image. Also gives the catalogue that was put into use last, or the one before it when that
    /// is damaged; `None` when there is none that can be used.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub(super) fn open(
        folder: PathBuf,
        image: PathBuf,
        authority: &str,
        show: Sink<Edition>,
    ) -> io::Result<(Self, Option<Catalogue>)> {
        Self::open_on(Box::new(RealDisk), folder, image, authority, show)
    }

    fn open_on(
        disk: Box<dyn Disk>,
        folder: PathBuf,
        image: PathBuf,
        authority: &str,
        show: Sink<Edition>,
    ) -> io::Result<(Self, Option<Catalogue>)> {
        disk.make_folder(&folder)?;
        // What is durable in a folder is lost with the folder's own name.
        folder.parent().map_or(Ok(()), |parent| disk.sync_folder(parent))?;
        let newest = Newest::read(&*disk, &folder, authority);
        let scratch = Some(folder.join(SCRATCH));
        let kept = Kept { disk, folder, authority: authority.to_owned(), scratch, check: CHECK };
        let Begin { with, unused } = kept.begin(newest.as_ref());
        for Unused { file, why, .. } in unused {
            tracing::error!(
                file,
                why,
                "a published catalogue that is kept cannot be used; the pillar goes on with the one before, and \
                 fetches the newest; if this comes back, look at the disk"
            );
        }
        let state = State { running: None, newest, turned: false, show };
        let published = Self { kept, image, state: Mutex::new(state) };
        let Some((file, whole)) = with else { return Ok((published, None)) };
        let Whole { catalogue, manifest, digest, .. } = whole;
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

    fn take(&self, bundle: &[u8]) -> Result<(), Useless> {
        let verified = self.kept.verify(bundle)?;
        let (manifest, digest) = (verified.manifest(), digest_of(bundle));
        let fresh = Newest::of(manifest, &digest, &self.kept.authority);
        {
            let state = self.lock();
            if state.running.as_ref().is_some_and(|running| running.digest == digest) {
                return Ok(());
            }
            if let Some(newest) = &state.newest {
                newest.admits(&fresh).map_err(Useless::Refused)?;
            }
        }
        let whole = self.kept.whole(&verified, digest)?;
        if self.image_differs(&whole) {
            return Err(Useless::Refused(format!(
                "the image has another catalogue with the version {}; raise the version and publish again",
                whole.manifest.version
            )));
        }
        // Takes about a second; nothing is locked, so that nobody waits.
        let edition = Edition::indexed(Arc::new(whole.catalogue));
        let (serial, digest) = (whole.manifest.serial, whole.digest);
        let mut state = self.lock();
        // First what must not be forgotten: the same one may be taken again after a power cut, and no older one.
        fresh.write(&*self.kept.disk, &self.kept.folder)?;
        let current_runs = state.running.as_ref().is_some_and(|running| running.file == CURRENT);
        self.kept.keep(bundle, current_runs)?;
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

    /// Whether the image has other content under the same version: a version names one content, for residents, staff
    /// and the handover. An image that cannot be read has none.
    fn image_differs(&self, whole: &Whole) -> bool {
        let files = packed::files_of(&self.image).unwrap_or_default();
        let has_version = files.iter().any(|file| {
            file.name == "municipality.toml"
                && toml::from_slice::<Head>(&file.content)
                    .is_ok_and(|head| head.version == whole.manifest.version)
        });
        has_version && files != whole.files
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
            Useless::Disk(error) => CatalogueNotTaken::NotKept(error.to_string()),
            refused => CatalogueNotTaken::Refused(refused.to_string()),
        })
    }
}

#[cfg(test)]
mod tests;
