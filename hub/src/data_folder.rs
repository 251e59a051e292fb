//! The data folder as a whole: authority, sealing keys, published catalogues, database. Invariant: it is private to its
//! owner, and two programs that open it for the first time at once make its keys once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use zuil_wire::SealKeyNotice;

use crate::authority::{Authority, AuthorityError};
use crate::catalogues::Catalogues;
use crate::files::{self, FolderLock};
use crate::seal_keys::{PublicSealKey, SealKeys, SealKeysError};
use crate::store::{SqliteStore, Store, StoreError};

/// Why the data folder is of no use.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// The folder cannot be made or entered.
    #[error("the data folder {folder} cannot be used: {error}; look at data_dir in hub.toml")]
    Folder {
        /// Which.
        folder: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The authority is of no use.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The sealing keys are of no use.
    #[error(transparent)]
    SealKeys(#[from] SealKeysError),
    /// The database is of no use.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All that the hub owns.
pub struct DataFolder {
    /// Vouches for hub and pillars.
    pub authority: Authority,
    /// Opens what pillars seal.
    pub seal_keys: SealKeys,
    /// What was published for pillars to show.
    pub catalogues: Catalogues,
    /// Keeps what pillars delivered, sealed.
    pub store: Arc<dyn Store>,
}

impl DataFolder {
    /// Opens the data folder; at the first time makes what belongs in it.
    ///
    /// # Errors
    /// When something in it is damaged or cannot be read or written; the text says what to do.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, DataFolderError> {
        let folder_error = |error| DataFolderError::Folder { folder: path.display().to_string(), error };
        files::private_folder(path).map_err(folder_error)?;
        let _lock = FolderLock::take(path).map_err(folder_error)?;
        let authority = Authority::open_or_make(path, now)?;
        Ok(Self {
            seal_keys: SealKeys::open_or_make(&Self::seal_folder(path), now)?,
            catalogues: Catalogues::of(path, authority.pem()),
            authority,
            store: Arc::new(Self::open_store(path)?),
        })
    }

    /// What pillars are told of the newest sealing key.
    ///
    /// # Errors
    /// When the authority cannot sign.
    pub fn seal_key_notice(&self) -> Result<SealKeyNotice, AuthorityError> {
        let PublicSealKey { id, public_key, made_at } = self.seal_keys.newest();
        SealKeyNotice::signed(&id, &public_key, made_at, |bytes| self.authority.sign(bytes))
    }

    /// The folder of the sealing keys.
    #[must_use]
    pub fn seal_folder(path: &Path) -> PathBuf {
        path.join("seal")
    }

    /// Opens only the database in the data folder.
    ///
    /// # Errors
    /// When it cannot be opened or brought up to date.
    pub fn open_store(path: &Path) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(&path.join("hub.sqlite"))
    }
}
