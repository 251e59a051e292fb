//! Published catalogues: made from an editor's folder, signed, and kept for pillars to fetch.
//!
//! Invariant: what is in the folder was checked, and is whole or not there. Each has a higher serial than all
//! before it, and of two with different files none has the other's version, as long as what the disk has of the earlier
//! one still tells its version. The last [`KEPT`] are kept.

mod kept;
mod key;
mod opened;

use std::io;
use std::panic::{UnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use zuil_catalogue::{Catalogue, Checked, Mistake, packed};
use zuil_wire::catalogue::{self, BundleError, Draft};

use crate::authority::AuthorityError;
use crate::data_folder::{DataFolder, DataFolderError};
use crate::files::{self, FolderLock};

pub use kept::{Catalogues, Kept, Published, Standing, Trouble, Unfit};

pub(crate) use opened::unpack;

use kept::{folder, path, serials};
use key::SigningKeyFile;

/// How many are kept, the newest among them.
pub const KEPT: usize = 10;

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
    /// The check panicked.
    #[error(
        "the check itself failed at this catalogue, which is a fault of this program: nothing was published, and \
         pillars go on with what they have. Publish it without what was changed last, and send the folder and these \
         lines to the people who make Zuil"
    )]
    CheckFailed,
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

/// Checks, signs and keeps the catalogue in `dir`. The hub may be running.
///
/// # Errors
/// [`PublishError`]; then nothing was published.
pub fn publish(data_dir: &Path, dir: &Path, now: Timestamp) -> Result<Publication, PublishError> {
    publish_checked_by(Catalogue::check, data_dir, dir, now)
}

/// As [`publish`], with the check of the editor's folder.
fn publish_checked_by(
    check: fn(&Path) -> Checked,
    data_dir: &Path,
    dir: &Path,
    now: Timestamp,
) -> Result<Publication, PublishError> {
    let checked = caught(|| check(dir))?;
    let warnings = checked.warnings;
    let Some(catalogue) = checked.catalogue else {
        return Ok(Publication { outcome: Outcome::Mistaken(checked.mistakes), warnings });
    };
    // Makes the folder, and the authority, where there is none yet.
    let authority = DataFolder::authority(data_dir, now)?;
    let folder = folder(data_dir);
    files::private_folder(&folder)?;
    let _lock = FolderLock::take(&folder)?;
    let taken = packed::files_of(dir)?;
    // What pillars will check, and not what stood in the folder a moment ago.
    let again = caught(|| packed::check_files(&taken, &folder.join("checked")))??.catalogue;
    if again.is_none_or(|again| again != catalogue) {
        return Err(PublishError::Changed);
    }
    let before = Catalogues::of(data_dir, authority.pem()).list()?;
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
    let fresh = Published::of(bundle.into(), authority.pem())?;
    let outcome = keep(&folder, fresh, before, last)?;
    // What was published stays so.
    if let Err(error) = forget_the_oldest(&folder) {
        tracing::warn!(%error, "an old catalogue could not be deleted; delete it by hand when room is short");
    }
    Ok(Publication { outcome, warnings })
}

/// What a check comes to, when it does not panic. An editor can do nothing about a fault of the check, and must not be
/// left with a backtrace, nor with the doubt whether pillars got half of it.
fn caught<T>(check: impl FnOnce() -> T + UnwindSafe) -> Result<T, PublishError> {
    catch_unwind(check).map_err(|_| PublishError::CheckFailed)
}

/// Rises at least by one; as high as the clock is, where that is higher, so that a hub that was put back
/// from a backup goes on above what it gave after the backup was made.
fn next_serial(last: Option<u64>, now: Timestamp) -> u64 {
    let clock = u64::try_from(now.as_second()).unwrap_or_default();
    last.map_or(clock, |last| clock.max(last.saturating_add(1)))
}

/// Keeps a catalogue; `before` is what is kept, and `last` is the serial of the last, whole or not.
fn keep(
    folder: &Path,
    fresh: Published,
    mut before: Kept,
    last: Option<u64>,
) -> Result<Outcome, PublishError> {
    if let Some(at) = otherwise_at(&fresh, &before) {
        return Err(PublishError::VersionTaken { version: fresh.version, at });
    }
    // Where the last is damaged, the one before it is not what pillars should get.
    let same = |newest: &Published| {
        Some(newest.serial) == last && newest.content == fresh.content && newest.key == fresh.key
    };
    if before.whole.last().is_some_and(same)
        && let Some(newest) = before.whole.pop()
    {
        return Ok(Outcome::Unchanged(Arc::new(newest)));
    }
    files::write_private(&path(folder, fresh.serial), &fresh.bundle)?;
    Ok(Outcome::Published(Arc::new(fresh)))
}

/// When its version was published with other files. A damaged one has only the digest of its files as they were packed,
/// so that those that a later zstd packs otherwise count as others; one that is whole knows better.
fn otherwise_at(fresh: &Published, before: &Kept) -> Option<Timestamp> {
    let mut whole = before.whole.iter().filter(|old| old.version == fresh.version).peekable();
    if whole.peek().is_some() {
        return whole.find(|old| old.content != fresh.content).map(|old| old.published_at);
    }
    let mut remains = before.unfit.iter().filter_map(|unfit| unfit.remains.as_deref());
    let other = |old: &&kept::Remains| old.version == fresh.version && !old.payloads.contains(&fresh.payload);
    remains.find(other).map(|old| old.published_at)
}

fn forget_the_oldest(folder: &Path) -> io::Result<()> {
    let serials = serials(folder)?;
    let too_many = serials.len().saturating_sub(KEPT);
    serials.into_iter().take(too_many).try_for_each(|serial| std::fs::remove_file(path(folder, serial)))
}

#[cfg(test)]
mod tests;
