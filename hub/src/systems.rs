//! Updates of the pillars' system: kept as they were made, and handed out to the pillars that may have them.
//!
//! Invariant: what is kept has the digests that its list names, and is whole or not there. Whether it is genuine is said
//! by its signature, which each pillar's image judges; the hub has no key for that, and could make none.

mod rollout;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use zuil_wire::SystemVersion;
use zuil_wire::system::{Digesting, LARGEST_LIST, LARGEST_PART, LARGEST_UPDATE, SIGNATURE, SUMS};

use crate::files::{self, FolderLock};

pub use rollout::{RolloutError, attend, begin, go_on, resume, stop};

/// How much is copied at once.
const PIECE: usize = 256 * 1024;
/// So much of the disk stays free: the database may lie on it, and takes in what pillars deliver meanwhile.
const STAYS_FREE: u64 = 64 << 20;

/// Why an update is not kept.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// A file cannot be read or written.
    #[error("{what} cannot be read or kept: {error}; look at permissions and free space")]
    File {
        /// Which.
        what: String,
        /// What the system said.
        error: io::Error,
    },
    /// The folder is none of an update.
    #[error(
        "this is no update: SHA256SUMS must name the kernel image, the root and the root's hashes of one version; give \
         the folder update/ that `script/image build` made"
    )]
    List,
    /// A file is not what the list says.
    #[error("{0} is another than SHA256SUMS says; copy the folder again")]
    Digest(String),
    /// It is larger than pillars take.
    #[error("this update is larger than pillars take: at most {LARGEST_UPDATE} bytes")]
    TooLarge,
    /// The disk has no room for it.
    #[error(
        "there is no room for this update: {} MB are missing on the disk with {folder}; make room there, or remove an \
         update with `zuil-hub system remove`",
        .missing.div_ceil(1_000_000)
    )]
    NoRoom {
        /// Where it was to be kept.
        folder: String,
        /// How many bytes are missing.
        missing: u64,
    },
    /// There is one of that version with other files.
    #[error("there is a version {0} with other files; make the new one under a version of its own")]
    VersionTaken(SystemVersion),
}

/// An update that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSystem {
    /// Its version.
    pub version: SystemVersion,
    /// How many bytes its files have together.
    pub bytes: u64,
}

/// A part of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// What is in it, at most [`LARGEST_PART`] bytes.
    pub bytes: Vec<u8>,
    /// How many bytes the whole file has.
    pub of: u64,
}

/// The folder with the updates.
#[derive(Clone, Debug)]
pub struct Systems {
    folder: PathBuf,
    /// Says how much of the disk with a folder is free; nothing when that cannot be told.
    free: fn(&Path) -> Option<u64>,
}

impl Systems {
    /// Those in the data folder `path`.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self { folder: path.join("system"), free: free_in }
    }

    /// Keeps a copy of the update in `dir`. The hub may be running.
    ///
    /// # Errors
    /// [`SystemError`]; then nothing was kept.
    pub fn add(&self, dir: &Path) -> Result<KeptSystem, SystemError> {
        let sums = read_short(&dir.join(SUMS))?;
        let text = str::from_utf8(&sums).map_err(|_| SystemError::List)?;
        let version = SystemVersion::named_in(text).ok_or(SystemError::List)?;
        let named = version.files_in(text).ok_or(SystemError::List)?;
        let signature = read_short(&dir.join(SIGNATURE))?;
        files::private_folder(&self.folder).map_err(failed(&self.folder))?;
        let _lock = FolderLock::take(&self.folder).map_err(failed(&self.folder))?;
        let place = self.place(&version);
        if place.exists() {
            let is_the_same = read_short(&place.join(SUMS))? == sums;
            let kept = self.find(&version).map_err(failed(&place))?;
            return kept.filter(|_| is_the_same).ok_or(SystemError::VersionTaken(version));
        }
        let draft = self.folder.join("draft");
        remove_folder(&draft).map_err(failed(&draft))?;
        let lists = [(SUMS, sums), (SIGNATURE, signature)];
        self.look_for_room(dir, &named, &lists)?;
        let bytes = fill(&draft, dir, &named, &lists).inspect_err(|_| {
            // The database may need the room that it takes. What is left of it is in the way of no other.
            if let Err(error) = remove_folder(&draft) {
                tracing::warn!(%error, "what was copied of an update stays until the next one is added");
            }
        })?;
        let named_for_good = std::fs::rename(&draft, &place).and_then(|()| files::sync_folder_of(&place));
        named_for_good.map_err(failed(&place))?;
        Ok(KeptSystem { version, bytes })
    }

    /// All that are kept, the oldest version first.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn list(&self) -> io::Result<Vec<KeptSystem>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut kept = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            if let Some(version) = name.to_str().and_then(|name| name.parse().ok()) {
                kept.extend(self.find(&version)?);
            }
        }
        kept.sort_by(|one, other| one.version.cmp(&other.version));
        Ok(kept)
    }

    /// The update of a version, when it is kept.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn find(&self, version: &SystemVersion) -> io::Result<Option<KeptSystem>> {
        let entries = match std::fs::read_dir(self.place(version)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            entries => entries?,
        };
        let mut bytes = 0;
        for entry in entries {
            bytes += entry?.metadata()?.len();
        }
        Ok(Some(KeptSystem { version: version.clone(), bytes }))
    }

    /// Forgets a version; whether it was kept.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remove(&self, version: &SystemVersion) -> io::Result<bool> {
        let place = self.place(version);
        if !place.exists() {
            return Ok(false);
        }
        let _lock = FolderLock::take(&self.folder)?;
        let gone = self.folder.join("draft");
        remove_folder(&gone)?;
        std::fs::rename(&place, &gone)?;
        files::sync_folder_of(&gone)?;
        remove_folder(&gone)?;
        Ok(true)
    }

    /// A file of a version from byte `from` on, up to byte `last` at most. `None` when there is no such file; a part without
    /// bytes when it ends before `from`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn part(
        &self,
        version: &SystemVersion,
        name: &str,
        from: u64,
        last: Option<u64>,
    ) -> io::Result<Option<Part>> {
        if !version.has_file(name) {
            return Ok(None);
        }
        let mut file = match File::open(self.place(version).join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let of = file.metadata()?.len();
        let wanted = last.map_or(LARGEST_PART, |last| last.saturating_sub(from).saturating_add(1));
        let mut bytes = Vec::new();
        if from < of {
            file.seek(SeekFrom::Start(from))?;
            file.take(wanted.min(LARGEST_PART)).read_to_end(&mut bytes)?;
        }
        Ok(Some(Part { bytes, of }))
    }

    /// Whether there is room for what is about to be copied from `dir`.
    fn look_for_room(
        &self,
        dir: &Path,
        named: &[(String, String)],
        lists: &[(&str, Vec<u8>)],
    ) -> Result<(), SystemError> {
        let mut bytes: u64 = lists.iter().map(|(_, content)| content.len() as u64).sum();
        for (name, _) in named {
            let file = dir.join(name);
            bytes = bytes.saturating_add(std::fs::metadata(&file).map_err(failed(&file))?.len());
        }
        if bytes > LARGEST_UPDATE {
            return Err(SystemError::TooLarge);
        }
        let needed = bytes.saturating_add(STAYS_FREE);
        match (self.free)(&self.folder) {
            Some(free) if free < needed => {
                let folder = self.folder.display().to_string();
                Err(SystemError::NoRoom { folder, missing: needed - free })
            }
            _ => Ok(()),
        }
    }

    fn place(&self, version: &SystemVersion) -> PathBuf {
        self.folder.join(version.to_string())
    }
}

fn free_in(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Fills a new folder with the files that the list names, from `dir`, and with the lists; how many bytes that are, which
/// pillars count as well.
fn fill(
    draft: &Path,
    dir: &Path,
    named: &[(String, String)],
    lists: &[(&str, Vec<u8>)],
) -> Result<u64, SystemError> {
    files::private_folder(draft).map_err(failed(draft))?;
    let mut bytes = 0;
    for (name, content) in lists {
        files::write_private(&draft.join(name), content).map_err(failed(draft))?;
        bytes += content.len() as u64;
    }
    for (name, digest) in named {
        bytes += copy(&dir.join(name), &draft.join(name), digest, LARGEST_UPDATE.saturating_sub(bytes))?;
    }
    files::sync_folder_of(&draft.join(SUMS)).map_err(failed(draft))?;
    Ok(bytes)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SystemError + use<> {
    let what = path.display().to_string();
    move |error| SystemError::File { what, error }
}

/// A list or a signature. One that is empty or too long is none.
fn read_short(path: &Path) -> Result<Vec<u8>, SystemError> {
    let mut content = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_LIST + 1).read_to_end(&mut content));
    let length = read.map_err(failed(path))? as u64;
    if (1..=LARGEST_LIST).contains(&length) { Ok(content) } else { Err(SystemError::List) }
}

/// Copies a file of at most so many bytes, durably; how many it has. What is written is what was looked at.
fn copy(from: &Path, to: &Path, digest: &str, most: u64) -> Result<u64, SystemError> {
    let mut source = File::open(from).map_err(failed(from))?;
    let mut target = files::new_private(to).map_err(failed(to))?;
    let (mut digesting, mut bytes, mut piece) = (Digesting::default(), 0, vec![0; PIECE]);
    loop {
        let read = source.read(&mut piece).map_err(failed(from))?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { break };
        bytes += read.len() as u64;
        if bytes > most {
            return Err(SystemError::TooLarge);
        }
        digesting.take(read);
        target.write_all(read).map_err(failed(to))?;
    }
    target.sync_all().map_err(failed(to))?;
    if digesting.done() != digest {
        return Err(SystemError::Digest(from.display().to_string()));
    }
    Ok(bytes)
}

fn remove_folder(path: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
