//! What a handover reads at the hub: the content of a transaction, and the task of the catalogue that it was done
//! with. Invariant: only catalogues that were published and verified say where something goes.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use zuil_catalogue::Task;
use zuil_wire::Transaction;

use crate::catalogues;
use crate::data_folder::DataFolder;
use crate::opening::{self, NotOpened};
use crate::store::Content;

/// Where a handover reads.
pub trait Source: Send + Sync {
    /// Opens content, in memory.
    ///
    /// # Errors
    /// When it cannot be opened now.
    fn open(&self, content: &Content) -> Result<Transaction, NotOpened>;

    /// The task of a transaction: as the resident saw it; or, when that catalogue is not kept or `newest` is asked
    /// for, as it is published now.
    ///
    /// # Errors
    /// When the catalogues cannot be read now.
    fn task(&self, content: &Transaction, newest: bool) -> io::Result<Option<Arc<Task>>>;
}

/// Keys and catalogues of a data folder.
pub struct FolderSource {
    folder: Arc<DataFolder>,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    /// The newest when the folder was last listed, by its serial and version.
    newest: Option<(u64, String)>,
    versions: HashMap<String, Version>,
}

enum Version {
    Packed(Bytes),
    Tasks(Tasks),
}

type Tasks = Arc<HashMap<String, Arc<Task>>>;

impl FolderSource {
    /// Reads from a data folder.
    #[must_use]
    pub fn new(folder: Arc<DataFolder>) -> Self {
        Self { folder, read: Mutex::default() }
    }

    /// All tasks that are published now; nothing when no catalogue is.
    ///
    /// # Errors
    /// When the catalogues cannot be read now.
    pub fn published(&self) -> io::Result<Option<Tasks>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        self.list(&mut read)?;
        let newest = read.newest.as_ref().map(|(_, version)| version.clone());
        Ok(newest.and_then(|version| self.tasks(&mut read, &version)))
    }

    /// Looks which catalogues there are, when the newest is another than before.
    fn list(&self, read: &mut Read) -> io::Result<()> {
        let served = self.folder.catalogues.standing()?.served;
        let newest = served.map(|served| (served.serial, served.version.clone()));
        if newest != read.newest {
            for published in self.folder.catalogues.list()?.whole {
                let packed = Version::Packed(published.bundle);
                read.versions.entry(published.version).or_insert(packed);
            }
            read.newest = newest;
        }
        Ok(())
    }

    fn tasks(&self, read: &mut Read, version: &str) -> Option<Tasks> {
        let bundle = match read.versions.get(version)? {
            Version::Tasks(tasks) => return Some(Arc::clone(tasks)),
            Version::Packed(bundle) => bundle,
        };
        let tasks = unpack(bundle, self.folder.authority.pem()).unwrap_or_else(|error| {
            tracing::error!(version, error, "a published catalogue cannot be read for the handover");
            Tasks::default()
        });
        read.versions.insert(version.to_owned(), Version::Tasks(Arc::clone(&tasks)));
        Some(tasks)
    }
}

impl Source for FolderSource {
    fn open(&self, content: &Content) -> Result<Transaction, NotOpened> {
        opening::open(content, &self.folder.seal_keys)
    }

    fn task(&self, content: &Transaction, newest: bool) -> io::Result<Option<Arc<Task>>> {
        if !newest {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            self.list(&mut read)?;
            let tasks = self.tasks(&mut read, &content.catalogue_version);
            if let Some(task) = tasks.and_then(|tasks| tasks.get(&content.task).cloned()) {
                return Ok(Some(task));
            }
        }
        Ok(self.published()?.and_then(|tasks| tasks.get(&content.task).cloned()))
    }
}

fn unpack(bundle: &[u8], authority: &str) -> Result<Tasks, String> {
    let catalogue = catalogues::unpack(bundle, authority)?;
    let all = catalogue.tasks.into_iter().chain(catalogue.later);
    Ok(Arc::new(all.map(|task| (task.id.clone(), Arc::new(task))).collect()))
}
