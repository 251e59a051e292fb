//! The newest catalogue that was ever put into use, kept beside the bundles, so that no older one comes back
//! when they are damaged.
//!
//! Invariant: it counts for the hub whose authority it names only; a pillar that is bound to another hub
//! begins anew.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zuil_wire::CatalogueManifest;
use zuil_wire::catalogue::digest_of;

use super::disk::Disk;
use super::kept::write_draft;

const FILE: &str = "newest.json";
/// More than it ever has, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What is remembered of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Newest {
    /// SHA-256 of the authority's certificate.
    authority: String,
    pub(super) serial: u64,
    digest: String,
    key_made_at: Timestamp,
}

impl Newest {
    pub(super) fn of(manifest: &CatalogueManifest, digest: &str, authority: &str) -> Self {
        Self {
            authority: digest_of(authority.as_bytes()),
            serial: manifest.serial,
            digest: digest.to_owned(),
            key_made_at: manifest.key.made_at,
        }
    }

    /// What was kept, when it is of this authority. A file that is damaged counts for nothing.
    pub(super) fn read(disk: &dyn Disk, folder: &Path, authority: &str) -> Option<Self> {
        let kept: Self = match disk.read(&folder.join(FILE), LARGEST) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            text => text.and_then(|text| serde_json::from_slice(&text).map_err(io::Error::from)),
        }
        .inspect_err(|error| {
            tracing::warn!(%error, "which catalogue was the newest cannot be read; the kept ones tell it");
        })
        .ok()?;
        (kept.authority == digest_of(authority.as_bytes())).then_some(kept)
    }

    /// Keeps it durably.
    pub(super) fn write(&self, disk: &dyn Disk, folder: &Path) -> io::Result<()> {
        let file = folder.join(FILE);
        let draft = write_draft(disk, &file, &serde_json::to_vec(self)?)?;
        disk.rename(&draft, &file)?;
        disk.sync_folder(folder)
    }

    /// Whether another may follow: one that is newer, or the same again.
    ///
    /// # Errors
    /// Why not, in words for the log.
    pub(super) fn admits(&self, other: &Self) -> Result<(), String> {
        let Self { serial, key_made_at, .. } = other;
        if *key_made_at < self.key_made_at {
            return Err(format!(
                "it is signed with a key made at {key_made_at}, and one made at {} is known; delete signing-key.json in \
                 the hub's data folder and publish again",
                self.key_made_at
            ));
        }
        if *serial < self.serial {
            return Err(format!(
                "its serial {serial} is lower than {}, which ran here; publish it again, and look at the hub's clock",
                self.serial
            ));
        }
        if *serial == self.serial && other.digest != self.digest {
            return Err(format!("another one of the same serial {serial} ran here; publish it again"));
        }
        Ok(())
    }
}
