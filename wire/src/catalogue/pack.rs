//! Makes a bundle. Invariant: what [`pack`] packs opens again under the same limits, and the same files make the
//! same payload, as long as they are compressed by the same version of zstd at the same level.

use jiff::Timestamp;

use super::{
    BundleError, CatalogueFile, CatalogueKey, CatalogueKeyNotice, CatalogueManifest, FORMAT_LINE,
    LARGEST_BUNDLE, LARGEST_MANIFEST, PackedFile, Payload, check_files, sha256,
};
use crate::seal::SealError;

/// How hard is compressed: a publication is made once and fetched by every pillar. It is the last level whose window
/// readers allow.
const LEVEL: i32 = 19;

/// What is to be published.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The municipality's name.
    pub municipality: String,
    /// Higher than that of every earlier one.
    pub serial: u64,
    /// The editor's version.
    pub version: String,
    /// Now, by the hub's clock.
    pub published_at: Timestamp,
    /// All files, in any order.
    pub files: Vec<CatalogueFile>,
}

/// Packs and signs a catalogue. `notice` is the authority's word on `key`.
///
/// # Errors
/// [`BundleError::Name`], [`BundleError::TooMuch`] and [`BundleError::TooLarge`] when it cannot be published.
pub fn pack(draft: Draft, key: &CatalogueKey, notice: &CatalogueKeyNotice) -> Result<Vec<u8>, BundleError> {
    pack_at(LEVEL, draft, key, notice)
}

/// As [`pack`], compressed less hard or harder. It is public for tests only, which show that the same files are the
/// same however they are packed.
///
/// `level` is zstd's, 1 to 22; no other is an error. Above 22 it is 22, 0 is zstd's own default, and below 0 it packs
/// faster and less hard. What is packed at 20 or above no pillar opens: it needs a larger window than is allowed.
///
/// # Errors
/// Those of [`pack`].
pub fn pack_at(
    level: i32,
    mut draft: Draft,
    key: &CatalogueKey,
    notice: &CatalogueKeyNotice,
) -> Result<Vec<u8>, BundleError> {
    draft.files.sort_by(|one, other| one.name.cmp(&other.name));
    let packed =
        |file: &CatalogueFile| PackedFile { name: file.name.clone(), bytes: file.content.len() as u64 };
    let files: Vec<PackedFile> = draft.files.iter().map(packed).collect();
    check_files(&files)?;
    let plain: Vec<u8> = draft.files.into_iter().flat_map(|file| file.content).collect();
    let payload = zstd::encode_all(plain.as_slice(), level).map_err(|_| SealError::Seal)?;
    let manifest = CatalogueManifest {
        municipality: draft.municipality,
        serial: draft.serial,
        version: draft.version,
        published_at: draft.published_at,
        key: notice.clone(),
        payload: Payload { bytes: payload.len() as u64, sha256: sha256(&payload) },
        files,
    };
    // JSON without spaces has no line break: those in texts are written as \n.
    let manifest = serde_json::to_vec(&manifest).map_err(|_| SealError::Seal)?;
    let signature = key.sign(&manifest)?;
    let bundle = [FORMAT_LINE, signature.as_bytes(), &manifest, &payload].join(&b'\n');
    if manifest.len() > LARGEST_MANIFEST || bundle.len() > LARGEST_BUNDLE {
        return Err(BundleError::TooLarge);
    }
    Ok(bundle)
}
