//! The files of the next system as they come in.
//!
//! Invariant: what has a file's own name is whole and has the digest that the list names; whatever a power cut leaves of
//! anything else is fetched anew or goes on. No name and no size is taken from the hub unlooked at, and the disk keeps
//! room for the outbox.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zuil_wire::SystemVersion;
use zuil_wire::system::{Digesting, LARGEST_LIST, SIGNATURE, SUMS, UpdateRefusal};

/// So much stays free on the disk: room for thousands of transactions.
pub(super) const RESERVE: u64 = 256 << 20;

/// Why no more comes in.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It is refused, and will be no better the next time.
    #[error("the update is refused: {}", .0.word())]
    Refused(UpdateRefusal),
    /// A file is another than its list says. It is fetched anew, once.
    #[error("a file of the update is another than its list says")]
    Digest,
    /// The disk has no room for more.
    #[error("the disk has no room for the update")]
    NoRoom,
    /// The disk fails.
    #[error("the update cannot be kept: {0}; look at the disk")]
    Disk(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoRoom,
            _ => Self::Disk(error),
        }
    }
}

/// What is to be fetched next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Of which version.
    pub version: SystemVersion,
    /// Of which file.
    pub name: String,
    /// From which byte on.
    pub from: u64,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What is in it; nothing when the file ends where it was asked for.
    pub bytes: Vec<u8>,
    /// How many bytes the whole file has.
    pub of: u64,
}

/// The folder for them.
pub(super) struct Incoming<'a> {
    pub folder: PathBuf,
    pub version: &'a SystemVersion,
    /// How many bytes they may have together.
    pub most: u64,
    /// How much of the disk is free.
    pub free: &'a dyn Fn(&Path) -> Option<u64>,
}

impl Incoming<'_> {
    /// What is to be fetched next; nothing when all is there.
    pub(super) fn missing(&self) -> Result<Option<Step>, Trouble> {
        let step = |name: &str, from| Step { version: self.version.clone(), name: name.to_owned(), from };
        let Some(sums) = self.list()? else {
            // Nothing is kept of which it is not known to which version it belongs.
            forget(&self.folder)?;
            return Ok(Some(step(SUMS, 0)));
        };
        let Some(files) = self.version.files_in(&sums) else {
            forget(&self.folder)?;
            return match SystemVersion::named_in(&sums) {
                // What is left of an update to another version is in nobody's way any more.
                Some(other) if other != *self.version => Ok(Some(step(SUMS, 0))),
                _ => Err(Trouble::Refused(UpdateRefusal::Incomplete)),
            };
        };
        if !self.folder.join(SIGNATURE).exists() {
            return Ok(Some(step(SIGNATURE, 0)));
        }
        let missing = files.iter().find(|(name, _)| !self.folder.join(name).exists());
        Ok(missing.map(|(name, _)| step(name, length(&self.begun(name)).unwrap_or(0))))
    }

    /// Keeps a part that was fetched, durably.
    pub(super) fn keep(&self, step: &Step, part: &Part) -> Result<(), Trouble> {
        let end = step.from.saturating_add(part.bytes.len() as u64);
        // A file that has more and gives none of it would be asked for again and again without a rest.
        let gives_nothing = part.bytes.is_empty() && end < part.of;
        if gives_nothing || (end > part.of && !part.bytes.is_empty()) {
            return Err(Trouble::Refused(UpdateRefusal::Incomplete));
        }
        let is_list = step.name == SUMS || step.name == SIGNATURE;
        let is_whole_list = (1..=LARGEST_LIST).contains(&part.of) && end == part.of && step.from == 0;
        let names = |sums: &[u8]| self.version.files_in(str::from_utf8(sums).ok()?);
        if step.name == SUMS && names(&part.bytes).is_none() {
            return Err(Trouble::Refused(UpdateRefusal::Incomplete));
        }
        let others = self.bytes()?.saturating_sub(length(&self.begun(&step.name)).unwrap_or(0));
        if others.saturating_add(part.of) > self.most || (is_list && !is_whole_list) {
            return Err(Trouble::Refused(UpdateRefusal::Incomplete));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        // What cannot come in whole is not begun.
        let needed = part.of.saturating_sub(step.from).saturating_add(RESERVE);
        if (self.free)(self.folder.as_path()).is_some_and(|free| free < needed) {
            return Err(Trouble::NoRoom);
        }
        let begun = self.begun(&step.name);
        let mut options = OpenOptions::new();
        options.create(true).mode(0o600);
        if is_list {
            options.write(true).truncate(true);
        } else {
            options.append(true);
        }
        let mut file = options.open(&begun)?;
        file.write_all(&part.bytes)?;
        file.sync_all()?;
        if end < part.of {
            return Ok(());
        }
        if !is_list && !self.is_as_listed(&step.name)? {
            fs::remove_file(&begun)?;
            return Err(Trouble::Digest);
        }
        fs::rename(&begun, self.folder.join(&step.name))?;
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }

    /// Hands all over, as a whole, under the name `to`.
    pub(super) fn hand_over(&self, to: &Path) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()?;
        fs::rename(&self.folder, to)?;
        match to.parent() {
            Some(above) => File::open(above)?.sync_all(),
            None => Ok(()),
        }
    }

    /// How much is there.
    pub(super) fn bytes(&self) -> io::Result<u64> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut bytes = 0_u64;
        for entry in entries {
            bytes = bytes.saturating_add(entry?.metadata()?.len());
        }
        Ok(bytes)
    }

    fn list(&self) -> Result<Option<String>, Trouble> {
        let mut text = String::new();
        match File::open(self.folder.join(SUMS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            file => match file?.take(LARGEST_LIST).read_to_string(&mut text) {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(String::new())),
                read => Ok(read.map(|_| Some(text))?),
            },
        }
    }

    /// Whether a file that came in has the digest that the list names.
    fn is_as_listed(&self, name: &str) -> Result<bool, Trouble> {
        let sums = self.list()?.unwrap_or_default();
        let files = self.version.files_in(&sums);
        let Some((_, digest)) = files.iter().flatten().find(|(listed, _)| listed == name) else {
            return Ok(false);
        };
        let mut file = File::open(self.begun(name))?;
        let (mut digesting, mut piece) = (Digesting::default(), vec![0; 256 * 1024]);
        loop {
            let read = file.read(&mut piece)?;
            match piece.get(..read) {
                Some(read) if !read.is_empty() => digesting.take(read),
                _ => return Ok(digesting.done() == *digest),
            }
        }
    }

    /// A file as long as not all of it is there.
    fn begun(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.part"))
    }
}

/// Deletes all that came in.
pub(super) fn forget(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn length(file: &Path) -> Option<u64> {
    fs::metadata(file).ok().map(|file| file.len())
}
