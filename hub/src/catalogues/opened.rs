//! What is in a published catalogue, for the hub's own use. Invariant: it is what pillars get, verified and checked
//! anew, or nothing.

use std::io;
use std::sync::{Arc, PoisonError};

use zuil_catalogue::{Catalogue, packed};
use zuil_wire::catalogue::Verified;

use super::kept::Catalogues;

/// A catalogue that was opened.
pub(super) struct Opened {
    /// Of its file.
    digest: String,
    /// Nothing when this version of the hub finds mistakes in it.
    catalogue: Option<Arc<Catalogue>>,
}

impl Catalogues {
    /// What pillars get, read; nothing when nothing is published, or this version of the hub finds mistakes in it. It
    /// is read once for each that is published, which takes a moment.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn opened(&self) -> io::Result<Option<Arc<Catalogue>>> {
        let Some(served) = self.newest()? else { return Ok(None) };
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = opened.as_ref().filter(|known| known.digest == served.digest) {
            return Ok(known.catalogue.clone());
        }
        let catalogue = unpack(&served.bundle, &self.authority).inspect_err(|error| {
            tracing::error!(
                version = served.version,
                error,
                "a published catalogue cannot be read for the desk"
            );
        });
        let catalogue = catalogue.ok().map(Arc::new);
        *opened = Some(Opened { digest: served.digest.clone(), catalogue: catalogue.clone() });
        Ok(catalogue)
    }
}

/// Verifies a bundle and reads what is in it.
pub(crate) fn unpack(bundle: &[u8], authority: &str) -> Result<Catalogue, String> {
    let files = Verified::open(bundle, authority).and_then(|verified| verified.files());
    let files = files.map_err(|error| error.to_string())?;
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let checked = packed::check_files(&files, &scratch.path().join("catalogue"));
    let catalogue = checked.map_err(|error| error.to_string())?.catalogue;
    catalogue.ok_or_else(|| "this version of the hub finds mistakes in it".to_owned())
}
