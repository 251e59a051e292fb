//! The key with which this hub signs catalogues, in the folder of the published ones. Invariant: it is made
//! once; when its file is gone another is made, later than all that signed what is kept.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};
use zuil_wire::CatalogueKeyNotice;
use zuil_wire::catalogue::{self, BundleError, CatalogueKey};

use super::{PublishError, kept};
use crate::authority::{Authority, AuthorityError};
use crate::files;

const FILE: &str = "signing-key.json";

/// A key as it stands in the file.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Written {
    #[zeroize(skip)]
    made_at: Timestamp,
    /// PKCS#8, base64.
    private_key: String,
}

/// The key, and when it was made.
pub(super) struct SigningKeyFile {
    pub(super) key: CatalogueKey,
    made_at: Timestamp,
}

impl SigningKeyFile {
    /// Opens the key in `folder`, and makes one where there is none. The caller holds the folder's lock.
    pub(super) fn open_or_make(folder: &Path, now: Timestamp) -> Result<Self, PublishError> {
        let file = folder.join(FILE);
        if !file.exists() {
            make(&file, later_than_all(folder, now)?)?;
        }
        let damaged = || PublishError::Key(file.display().to_string());
        let text = Zeroizing::new(std::fs::read(&file)?);
        let written: Written = serde_json::from_slice(&text).map_err(|_| damaged())?;
        let key = CatalogueKey::from_base64(&written.private_key).map_err(|_| damaged())?;
        Ok(Self { key, made_at: written.made_at })
    }

    /// The authority's word on it.
    pub(super) fn notice(&self, authority: &Authority) -> Result<CatalogueKeyNotice, AuthorityError> {
        CatalogueKeyNotice::vouched_for(&self.key, self.made_at, |bytes| authority.sign(bytes))
    }
}

fn make(file: &Path, made_at: Timestamp) -> Result<(), PublishError> {
    let private_key = CatalogueKey::generate().map_err(BundleError::from)?.to_string();
    let written = Written { made_at, private_key };
    let text = Zeroizing::new(serde_json::to_vec_pretty(&written).map_err(std::io::Error::other)?);
    Ok(files::write_private(file, &text)?)
}

/// Now, or a moment after the last key, when the clock was turned back.
fn later_than_all(folder: &Path, now: Timestamp) -> Result<Timestamp, PublishError> {
    let mut latest = now;
    for serial in kept::serials(folder)? {
        let bundle = std::fs::read(kept::path(folder, serial))?;
        if let Ok(manifest) = catalogue::manifest_of(&bundle) {
            let after = manifest.key.made_at.saturating_add(SignedDuration::from_millis(1));
            latest = latest.max(after.unwrap_or(now));
        }
    }
    Ok(latest)
}
