//! What the hub owns: authority, sealing keys, the key to the secrets of apps, published catalogues and updates of the
//! pillars' system in the data folder, and the store, there or in PostgreSQL. Invariant: the folder is private to its
//! owner, and two programs that open it for the first time at once make its keys once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
#[cfg(feature = "postgres")]
use zeroize::Zeroizing;
use zuil_wire::SealKeyNotice;

use crate::access::vault::{self, Vault, VaultError};
use crate::authority::{Authority, AuthorityError};
use crate::catalogues::Catalogues;
use crate::config::{Config, StoreKind};
use crate::files::{self, FolderLock};
use crate::seal_keys::{PublicSealKey, SealKeys, SealKeysError};
#[cfg(feature = "postgres")]
use crate::store::PostgresStore;
use crate::store::{SqliteStore, Store, StoreError};
use crate::systems::Systems;

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
    /// The key to the secrets of authenticator apps is of no use.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The sealing keys are of no use.
    #[error(transparent)]
    SealKeys(#[from] SealKeysError),
    /// The database is of no use.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not known where the database is.
    #[error(
        "{path} cannot be read: {error}; it must hold the URL of the database, see store.url_file in hub.toml"
    )]
    UrlFile {
        /// Which file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
}

/// All that the hub owns.
pub struct DataFolder {
    /// Vouches for hub and pillars.
    pub authority: Authority,
    /// Opens what pillars seal.
    pub seal_keys: SealKeys,
    /// Seals and opens the secrets of authenticator apps, and hides who tries to get in.
    pub vault: Vault,
    /// What was published for pillars to show.
    pub catalogues: Catalogues,
    /// Updates of the pillars' system.
    pub systems: Systems,
    /// Keeps what pillars delivered, sealed.
    pub store: Arc<dyn Store>,
}

impl DataFolder {
    /// Opens the data folder and the store; at the first time makes what belongs in them.
    ///
    /// # Errors
    /// When something in it is damaged or cannot be read or written; the text says what to do.
    pub fn open(config: &Config, now: Timestamp) -> Result<Self, DataFolderError> {
        let path = &config.data_dir;
        let lock = lock(path)?;
        let authority = Authority::open_or_make(path, now)?;
        let seal_keys = SealKeys::open_or_make(&Self::seal_folder(path), now)?;
        // A database far away may take its time; SQLite wants to be made by one.
        let lock = (config.store.kind == StoreKind::Sqlite).then_some(lock);
        let store = Self::open_store(config)?;
        drop(lock);
        let vault = vault_for(path, &*store)?;
        let catalogues = Catalogues::of(path, authority.pem());
        Ok(Self { authority, seal_keys, vault, catalogues, systems: Systems::of(path), store })
    }

    /// The authority in the data folder `path`; at the first time makes both.
    ///
    /// # Errors
    /// As [`DataFolder::open`].
    pub fn authority(path: &Path, now: Timestamp) -> Result<Authority, DataFolderError> {
        let _lock = lock(path)?;
        Ok(Authority::open_or_make(path, now)?)
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

    /// Opens only the store, and brings it up to date.
    ///
    /// # Errors
    /// When it cannot be opened or brought up to date.
    pub fn open_store(config: &Config) -> Result<Arc<dyn Store>, DataFolderError> {
        #[cfg(feature = "postgres")]
        if config.store.kind == StoreKind::Postgresql {
            return Ok(Arc::new(Self::open_postgres(config)?));
        }
        Ok(Arc::new(SqliteStore::open(&Self::sqlite_file(&config.data_dir))?))
    }

    /// Opens the store in PostgreSQL, and brings it up to date.
    ///
    /// # Errors
    /// When its URL cannot be read, or it cannot be opened or brought up to date.
    #[cfg(feature = "postgres")]
    pub fn open_postgres(config: &Config) -> Result<PostgresStore, DataFolderError> {
        let path = config.store.url_file.as_deref().unwrap_or_else(|| Path::new(""));
        let unreadable = |error| DataFolderError::UrlFile { path: path.display().to_string(), error };
        let url = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
        Ok(PostgresStore::open(url.trim())?)
    }

    /// The database of the SQLite store in the data folder `path`.
    #[must_use]
    pub fn sqlite_file(path: &Path) -> PathBuf {
        path.join("hub.sqlite")
    }
}

/// The key to the secrets of authenticator apps, and no secret that is still plain. Where secrets are sealed already no
/// other key takes its place.
fn vault_for(path: &Path, store: &dyn Store) -> Result<Vault, DataFolderError> {
    // Before anybody looks: what another hub seals meanwhile is sealed to a key that is there by now.
    let is_needed = vault::is_needed(store)?;
    let _lock = lock(path)?;
    let vault = match Vault::of(path)? {
        Some(vault) => vault,
        None if is_needed => return Err(VaultError::Missing.into()),
        None => Vault::open_or_make(path)?,
    };
    vault::seal_all(store, &vault)?;
    Ok(vault)
}

fn lock(path: &Path) -> Result<FolderLock, DataFolderError> {
    let failed = |error| DataFolderError::Folder { folder: path.display().to_string(), error };
    files::private_folder(path).map_err(failed)?;
    FolderLock::take(path).map_err(failed)
}
