//! A folder from which the municipality's own programs take requests: each is a folder in it, named after the
//! reference, with PDF and JSON. Invariant: it appears whole or not at all, and never a second time, also when it was
//! taken away at once.
//!
//! A request is written beside, into [`STAGING`], and then moved. Moving is one step for the file system, so whether
//! it was done is seen by what is left beside.

use std::fs::{self, File as Handle};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::request::{self, File, Paper};
use super::{Connector, Errand, Obstacle};
use crate::store::{ParkReason, System};

/// That it is written beside.
const WRITTEN: &str = "geschreven";
/// That it was moved to where it is taken from.
const DELIVERED: &str = "neergelegd";
/// Where requests are written before they are moved, in the same folder and so on the same disk.
pub const STAGING: &str = ".zuil";

/// What a folder can do. Each is whole or not done when it is cut off.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Writes files beside, in place of what was written there under this name before.
    ///
    /// # Errors
    /// When they are not all there for good.
    async fn write(&self, name: &str, files: Vec<File>) -> io::Result<()>;

    /// Moves what was written beside to where it is taken from; nothing happens when nothing is beside.
    ///
    /// # Errors
    /// When it is still beside, or nobody knows.
    async fn deliver(&self, name: &str) -> io::Result<()>;
}

/// Puts requests into a folder.
pub struct FileDrop {
    shelf: Box<dyn Shelf>,
    municipality: String,
    paper: Paper,
}

impl FileDrop {
    /// Puts requests on a shelf.
    #[must_use]
    pub fn new(shelf: Box<dyn Shelf>, municipality: &str, paper: Paper) -> Self {
        Self { shelf, municipality: municipality.to_owned(), paper }
    }
}

#[async_trait]
impl Connector for FileDrop {
    fn system(&self) -> System {
        System::FileDrop
    }

    fn steps(&self, _errand: &Errand<'_>) -> Vec<&'static str> {
        vec![WRITTEN, DELIVERED]
    }

    async fn take(&self, step: &str, errand: &Errand<'_>) -> Result<String, Obstacle> {
        let name = errand.stored.reference.compact();
        let done = match step {
            WRITTEN => {
                let files = request::files(errand, &self.municipality, self.paper);
                let files = files.ok_or(Obstacle::Refused(ParkReason::NoPaper))?;
                self.shelf.write(&name, files).await
            }
            DELIVERED => self.shelf.deliver(&name).await,
            _ => return Err(Obstacle::Unknown),
        };
        done.map_err(|error| {
            tracing::error!(%error, step, "the folder of connectors.file_drop cannot be used; it is tried again");
            Obstacle::Unknown
        })?;
        Ok(name)
    }

    fn case_number(&self, errand: &Errand<'_>) -> String {
        errand.stored.reference.to_string()
    }
}

/// A folder on a disk of this machine, or one that is mounted.
#[derive(Clone, Debug)]
pub struct Folder(Arc<Path>);

impl Folder {
    /// A folder.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.into())
    }

    async fn apart(&self, work: impl FnOnce(&Path) -> io::Result<()> + Send + 'static) -> io::Result<()> {
        let path = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&path)).await.map_err(io::Error::other)?
    }
}

#[async_trait]
impl Shelf for Folder {
    async fn write(&self, name: &str, files: Vec<File>) -> io::Result<()> {
        let name = name.to_owned();
        self.apart(move |folder| write(folder, &name, &files)).await
    }

    async fn deliver(&self, name: &str) -> io::Result<()> {
        let name = name.to_owned();
        self.apart(move |folder| deliver(folder, &name)).await
    }
}

fn beside(folder: &Path, name: &str) -> PathBuf {
    folder.join(STAGING).join(name)
}

fn write(folder: &Path, name: &str, files: &[File]) -> io::Result<()> {
    // The folder itself is not made: where it is a mount, it would be filled beneath.
    let (staging, own) = (folder.join(STAGING), beside(folder, name));
    if !staging.is_dir() {
        fs::create_dir(&staging)?;
        sync(folder)?;
    }
    if own.is_dir() {
        fs::remove_dir_all(&own)?;
    }
    fs::create_dir(&own)?;
    for file in files {
        let mut handle = Handle::create_new(own.join(&file.name))?;
        handle.write_all(&file.bytes)?;
        handle.sync_all()?;
    }
    sync(&own)?;
    sync(&staging)
}

fn deliver(folder: &Path, name: &str) -> io::Result<()> {
    let own = beside(folder, name);
    // A folder that cannot be read must not look like one from which it was moved.
    if !folder.join(STAGING).is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the folder, or .zuil in it, is not there"));
    }
    if own.try_exists()? {
        fs::rename(own, folder.join(name))?;
    }
    sync(folder)?;
    sync(&folder.join(STAGING))
}

fn sync(folder: &Path) -> io::Result<()> {
    Handle::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(bytes: &[u8]) -> Vec<File> {
        vec![File { name: "aanvraag.json".into(), kind: "application/json", bytes: bytes.to_vec() }]
    }

    #[tokio::test]
    async fn a_request_appears_whole_and_is_not_put_back_when_it_was_taken() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path());
        folder.write("7K3MQ9XA2FT", files(b"half")).await.unwrap();
        folder.write("7K3MQ9XA2FT", files(b"whole")).await.unwrap();
        let there = place.path().join("7K3MQ9XA2FT");
        assert!(!there.exists());
        folder.deliver("7K3MQ9XA2FT").await.unwrap();
        assert_eq!(fs::read(there.join("aanvraag.json")).unwrap(), b"whole");
        fs::remove_dir_all(&there).unwrap();
        folder.deliver("7K3MQ9XA2FT").await.unwrap();
        assert!(!there.exists());
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_takes_nothing_and_does_not_look_as_if_it_had() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(&place.path().join("not-mounted"));
        assert!(folder.write("7K3MQ9XA2FT", files(b"x")).await.is_err());
        assert!(folder.deliver("7K3MQ9XA2FT").await.is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
