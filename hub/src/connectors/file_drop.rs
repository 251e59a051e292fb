//! A folder from which the municipality's own programs take requests: each is a folder in it, named after the
//! reference, with PDF and JSON. Invariant: it appears whole or not at all, and never a second time, also when it was
//! taken away at once.
//!
//! A request is written beside, into [`STAGING`], and then moved. Moving is one step for the file system, so whether
//! it was done is seen by what is left beside. That says something only in the folder into which it was written: each
//! has a token, which is noted.

use std::fs::{self, File as Handle};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use super::request::{self, File, Paper};
use super::{Connector, Errand, Obstacle};
use crate::store::{ParkReason, System};

/// That it is written beside, with the token of the folder.
const WRITTEN: &str = "geschreven";
/// That it was moved to where it is taken from.
const DELIVERED: &str = "neergelegd";
/// Where requests are written before they are moved, in the same folder and so on the same disk.
pub const STAGING: &str = ".zuil";
/// Which folder it is, in [`STAGING`]: a folder with [`TOKEN`] in it, since such a one is moved into its place whole, and
/// never over another.
const IDENTITY: &str = "id";
const TOKEN: &str = "token";

/// What a folder can do. Each is whole or not done when it is cut off.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Writes files beside, in place of what was written there under this name before, and tells the token of the
    /// shelf, which no other one has.
    ///
    /// # Errors
    /// When they are not all there for good.
    async fn write(&self, name: &str, files: Vec<File>) -> io::Result<String>;

    /// Moves what was written beside, on the shelf with this token, to where it is taken from; nothing happens when
    /// nothing is beside.
    ///
    /// # Errors
    /// When it is still beside, this is another shelf, or nobody knows.
    async fn deliver(&self, name: &str, token: &str) -> io::Result<()>;
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
            DELIVERED => {
                let token = errand.journal.get(WRITTEN).ok_or(Obstacle::Unknown)?;
                self.shelf.deliver(&name, token).await.map(|()| name)
            }
            _ => return Err(Obstacle::Unknown),
        };
        done.map_err(|error| {
            tracing::error!(%error, step, "the folder of connectors.file_drop cannot be used; it is tried again");
            Obstacle::Unknown
        })
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

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let path = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&path)).await.map_err(io::Error::other)?
    }
}

#[async_trait]
impl Shelf for Folder {
    async fn write(&self, name: &str, files: Vec<File>) -> io::Result<String> {
        let name = name.to_owned();
        self.apart(move |folder| write(folder, &name, &files)).await
    }

    async fn deliver(&self, name: &str, token: &str) -> io::Result<()> {
        let (name, token) = (name.to_owned(), token.to_owned());
        self.apart(move |folder| deliver(folder, &name, &token)).await
    }
}

fn beside(folder: &Path, name: &str) -> PathBuf {
    folder.join(STAGING).join(name)
}

fn write(folder: &Path, name: &str, files: &[File]) -> io::Result<String> {
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
        put(&own.join(&file.name), &file.bytes)?;
    }
    sync(&own)?;
    sync(&staging)?;
    token_or_new(&staging)
}

fn deliver(folder: &Path, name: &str, token: &str) -> io::Result<()> {
    let (staging, own) = (folder.join(STAGING), beside(folder, name));
    let is_beside = own.try_exists()?;
    // Before folders had tokens the name was noted: then only what is still beside shows that it was this one.
    let is_older = is_beside && token == name;
    // A folder that cannot be read, or that is another one, must not look like one from which it was moved.
    let is_this_one = is_older || token_of(&staging).is_ok_and(|this| this == token);
    if !is_this_one {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the folder is not there, or it is not the one into which this hub or another one wrote; all hubs must \
             share it, and .zuil in it must stay",
        ));
    }
    if is_beside {
        fs::rename(own, folder.join(name))?;
    }
    sync(folder)?;
    sync(&staging)
}

fn token_of(staging: &Path) -> io::Result<String> {
    fs::read_to_string(staging.join(IDENTITY).join(TOKEN))
}

fn token_or_new(staging: &Path) -> io::Result<String> {
    match token_of(staging) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        told => return told,
    }
    let token = Uuid::now_v7().to_string();
    let fresh = staging.join(format!("{IDENTITY}-{token}"));
    fs::create_dir(&fresh)?;
    put(&fresh.join(TOKEN), token.as_bytes())?;
    sync(&fresh)?;
    if fs::rename(&fresh, staging.join(IDENTITY)).is_err() {
        // Another hub was first, and its token counts.
        fs::remove_dir_all(&fresh)?;
    }
    sync(staging)?;
    token_of(staging)
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut handle = Handle::create_new(path)?;
    handle.write_all(bytes)?;
    handle.sync_all()
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
        let token = folder.write("7K3MQ9XA2FT", files(b"whole")).await.unwrap();
        let there = place.path().join("7K3MQ9XA2FT");
        assert!(!there.exists());
        folder.deliver("7K3MQ9XA2FT", &token).await.unwrap();
        assert_eq!(fs::read(there.join("aanvraag.json")).unwrap(), b"whole");
        fs::remove_dir_all(&there).unwrap();
        folder.deliver("7K3MQ9XA2FT", &token).await.unwrap();
        assert!(!there.exists());
    }

    #[tokio::test]
    async fn in_a_folder_of_its_own_another_hub_does_not_take_a_request_for_delivered() {
        let (place, other_place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (folder, other) = (Folder::new(place.path()), Folder::new(other_place.path()));
        let other_token = other.write("2WB5NT8RC4H", files(b"its own")).await.unwrap();
        let token = folder.write("7K3MQ9XA2FT", files(b"x")).await.unwrap();
        assert_ne!(token, other_token);
        assert!(other.deliver("7K3MQ9XA2FT", &token).await.is_err());
        // Not even when it had written the same one, and did not get to note it.
        other.write("7K3MQ9XA2FT", files(b"half")).await.unwrap();
        assert!(other.deliver("7K3MQ9XA2FT", &token).await.is_err());
        assert!(!other_place.path().join("7K3MQ9XA2FT").exists());
        folder.deliver("7K3MQ9XA2FT", &token).await.unwrap();
        assert!(place.path().join("7K3MQ9XA2FT").exists());
    }

    #[tokio::test]
    async fn hubs_that_share_a_folder_know_it_by_one_token_also_when_it_is_moved_to_another_disk() {
        let place = tempfile::tempdir().unwrap();
        let before = place.path().join("before");
        fs::create_dir(&before).unwrap();
        let (one, other) = (Folder::new(&before), Folder::new(&before));
        let token = one.write("7K3MQ9XA2FT", files(b"x")).await.unwrap();
        assert_eq!(other.write("2WB5NT8RC4H", files(b"y")).await.unwrap(), token);
        let after = place.path().join("after");
        fs::rename(&before, &after).unwrap();
        Folder::new(&after).deliver("7K3MQ9XA2FT", &token).await.unwrap();
        assert!(after.join("7K3MQ9XA2FT").exists());
        fs::remove_dir_all(after.join(STAGING)).unwrap();
        assert!(Folder::new(&after).deliver("2WB5NT8RC4H", &token).await.is_err(), "nobody knows");
    }

    #[tokio::test]
    async fn what_an_older_hub_wrote_is_delivered_as_long_as_it_is_beside() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(beside(place.path(), "7K3MQ9XA2FT")).unwrap();
        let folder = Folder::new(place.path());
        folder.deliver("7K3MQ9XA2FT", "7K3MQ9XA2FT").await.unwrap();
        assert!(place.path().join("7K3MQ9XA2FT").exists());
        assert!(folder.deliver("2WB5NT8RC4H", "2WB5NT8RC4H").await.is_err());
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_takes_nothing_and_does_not_look_as_if_it_had() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(&place.path().join("not-mounted"));
        assert!(folder.write("7K3MQ9XA2FT", files(b"x")).await.is_err());
        assert!(folder.deliver("7K3MQ9XA2FT", "7K3MQ9XA2FT").await.is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
