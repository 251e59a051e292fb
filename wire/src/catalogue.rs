//! A published catalogue: one file that a municipality's hub signs and its pillars verify.
//!
//! It is three lines of text and what is packed: the format, the signature (Ed25519, base64), the manifest
//! (JSON), and all files one after the other, compressed with zstd. The manifest names the files, their
//! sizes and the digest of what is packed, so that the signature covers all of it; and it brings the key
//! that signed it, for which the hub's authority vouches.
//!
//! Invariant: nothing is decompressed and no file is named before both signatures are verified; and what was
//! verified has no more bytes than the limits here say, and only names that a catalogue's folder knows.

mod key;
mod pack;

use std::io::Read;

use aws_lc_rs::digest::{Context, SHA256, digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::seal::SealError;

pub use key::{CatalogueKey, CatalogueKeyNotice};
pub use pack::{Draft, pack, pack_at};

/// The first line. Another format has another number.
const FORMAT_LINE: &[u8] = b"zuil catalogue 1";
/// How the first line of every format begins.
const ANY_FORMAT: &[u8] = b"zuil catalogue ";
/// The longest signature's line, in bytes.
const LONGEST_SIGNATURE: usize = 128;
/// The largest manifest, in bytes: [`MOST_FILES`] with the longest names.
const LARGEST_MANIFEST: usize = 512 * 1024;
/// The most files in a catalogue.
pub const MOST_FILES: usize = 2_000;
/// The largest file, in bytes.
pub const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// The most that all files may have together, in bytes.
pub const LARGEST_CATALOGUE: usize = 32 * 1024 * 1024;
/// The largest bundle, in bytes. The example catalogue has 220 KiB.
pub const LARGEST_BUNDLE: usize = 8 * 1024 * 1024;
/// The largest window that a decoder keeps in memory, as a power of two: 8 MiB, as RFC 8878 advises.
const LARGEST_WINDOW: u32 = 23;
/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 120;
/// The folders of a catalogue.
const FOLDERS: [&str; 2] = ["tasks", "answers"];
/// What the files of a catalogue end in.
const ENDINGS: [&str; 4] = ["toml", "csv", "json", "svg"];

/// What a published catalogue is. The hub's authority vouches for the key, and the key signs these bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueManifest {
    /// The municipality's name, as the catalogue says it.
    pub municipality: String,
    /// Rises with every publication, at least by one. It is the time in seconds since 1970, where the clock
    /// of the hub allows that, so that a hub put back from a backup goes on above what it gave before.
    pub serial: u64,
    /// The version, as the editor wrote it.
    pub version: String,
    /// When it was published, by the hub's clock.
    pub published_at: Timestamp,
    /// The key that signed it.
    pub key: CatalogueKeyNotice,
    /// What is packed.
    pub payload: Payload,
    /// The files in the order in which they are packed: that of their names, each once.
    pub files: Vec<PackedFile>,
}

/// The packed files, as they are in the bundle: compressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

/// A packed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedFile {
    /// Its name, with its folder, such as `tasks/call-back.toml`.
    pub name: String,
    /// How many bytes it has when it is unpacked.
    pub bytes: u64,
}

/// A file of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueFile {
    /// Its name, with its folder, such as `tasks/call-back.toml`; see [`is_name`].
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Why a bundle is not believed, or cannot be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BundleError {
    /// It is larger than any bundle.
    #[error("it is larger than {} MiB, which no published catalogue is", LARGEST_BUNDLE / 1024 / 1024)]
    TooLarge,
    /// It is none.
    #[error("it is no published catalogue")]
    NoBundle,
    /// It is one of a later program.
    #[error("it is written in a form that this program does not know; update the program of the pillar")]
    OtherFormat,
    /// A part of it is missing, or was changed.
    #[error("it is cut off or damaged: {0}")]
    Damaged(&'static str),
    /// The authority does not vouch for its key.
    #[error("it is signed with a key for which the authority of this hub does not vouch")]
    NotVouchedFor,
    /// It is not signed with its key.
    #[error("its signature is wrong: it was changed after it was published")]
    Signature,
    /// It has a file that no catalogue has.
    #[error("\"{0}\" cannot be a file of a catalogue")]
    Name(String),
    /// It has more files or bytes than a catalogue may have.
    #[error(
        "it has more than {MOST_FILES} files, one of more than {} MiB or more than {} MiB in all",
        LARGEST_FILE / 1024 / 1024,
        LARGEST_CATALOGUE / 1024 / 1024
    )]
    TooMuch,
    /// The cryptographic library failed.
    #[error(transparent)]
    Key(#[from] SealError),
}

/// A bundle in its parts, of which nothing is verified.
struct Parts<'a> {
    signature: &'a [u8],
    manifest: &'a [u8],
    payload: &'a [u8],
}

/// A bundle that was verified.
#[derive(Debug)]
pub struct Verified<'a> {
    manifest: CatalogueManifest,
    payload: &'a [u8],
}

impl<'a> Verified<'a> {
    /// A bundle, when a key signed it for which `authority` (its certificate, PEM) vouches.
    ///
    /// # Errors
    /// [`BundleError`]; then nothing in it is to be believed.
    pub fn open(bundle: &'a [u8], authority: &str) -> Result<Self, BundleError> {
        let parts = split(bundle)?;
        let manifest = read_manifest(parts.manifest)?;
        manifest.key.verify(authority, parts.manifest, parts.signature)?;
        check_files(&manifest.files)?;
        if manifest.payload.bytes != parts.payload.len() as u64 {
            return Err(BundleError::Damaged("it has not as many bytes as it says"));
        }
        if manifest.payload.sha256 != sha256(parts.payload) {
            return Err(BundleError::Damaged("its files are not those that were signed"));
        }
        Ok(Self { manifest, payload: parts.payload })
    }

    /// What it says of itself.
    #[must_use]
    pub const fn manifest(&self) -> &CatalogueManifest {
        &self.manifest
    }

    /// Its files. At most [`LARGEST_CATALOGUE`] bytes are unpacked.
    ///
    /// # Errors
    /// [`BundleError::Damaged`] when the hub packed something else than it said.
    pub fn files(&self) -> Result<Vec<CatalogueFile>, BundleError> {
        const OTHERWISE: BundleError = BundleError::Damaged("what is packed is not what it says is packed");
        let expected: u64 = self.manifest.files.iter().map(|file| file.bytes).sum();
        let mut decoder = zstd::Decoder::new(self.payload).map_err(|_| OTHERWISE)?;
        decoder.window_log_max(LARGEST_WINDOW).map_err(|_| OTHERWISE)?;
        let mut plain = Vec::new();
        // One more than expected shows that there is more.
        decoder.take(expected + 1).read_to_end(&mut plain).map_err(|_| OTHERWISE)?;
        if plain.len() as u64 != expected {
            return Err(OTHERWISE);
        }
        let mut rest = plain.as_slice();
        let cut = |file: &PackedFile| {
            let bytes = usize::try_from(file.bytes).map_err(|_| OTHERWISE)?;
            let (content, after) = rest.split_at_checked(bytes).ok_or(OTHERWISE)?;
            rest = after;
            Ok(CatalogueFile { name: file.name.clone(), content: content.to_vec() })
        };
        self.manifest.files.iter().map(cut).collect()
    }
}

/// What a bundle says of itself, unverified: for those who have made it themselves.
///
/// # Errors
/// [`BundleError`] when it is none.
pub fn manifest_of(bundle: &[u8]) -> Result<CatalogueManifest, BundleError> {
    read_manifest(split(bundle)?.manifest)
}

/// The SHA-256 of what is packed in a bundle, hexadecimal: as it is there now, whatever its manifest says of it.
///
/// # Errors
/// [`BundleError`] when nothing is packed in it.
pub fn digest_of_payload(bundle: &[u8]) -> Result<String, BundleError> {
    Ok(sha256(split(bundle)?.payload))
}

/// By what a bundle is told from every other: its SHA-256, hexadecimal.
#[must_use]
pub fn digest_of(bundle: &[u8]) -> String {
    sha256(bundle)
}

/// By what files are told from others, however they were packed: the SHA-256 over their names and contents,
/// hexadecimal. They are in the order of their names, as [`Verified::files`] gives them.
#[must_use]
pub fn digest_of_files(files: &[CatalogueFile]) -> String {
    let mut context = Context::new(&SHA256);
    for part in files.iter().flat_map(|file| [file.name.as_bytes(), &file.content]) {
        // Each part after its length, so that nothing can move from one to the next.
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    hexadecimal(context.finish().as_ref())
}

/// Whether a catalogue's folder knows files of such a name: one that lies in it or in one of its folders,
/// of letters, digits, dashes, underscores and dots, which does not begin with a dot.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let file = match name.split_once('/') {
        Some((folder, file)) if FOLDERS.contains(&folder) => file,
        Some(_) => return false,
        None => name,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let ending = file.rsplit_once('.').map(|(_, ending)| ending);
    name.len() <= LONGEST_NAME
        && !file.starts_with('.')
        && file.bytes().all(plain)
        && ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

fn split(bundle: &[u8]) -> Result<Parts<'_>, BundleError> {
    if bundle.len() > LARGEST_BUNDLE {
        return Err(BundleError::TooLarge);
    }
    let (format, rest) = line(bundle, FORMAT_LINE.len()).ok_or(BundleError::NoBundle)?;
    match format {
        FORMAT_LINE => {}
        other if other.starts_with(ANY_FORMAT) => return Err(BundleError::OtherFormat),
        _ => return Err(BundleError::NoBundle),
    }
    let cut_off = BundleError::Damaged("its first lines are not whole");
    let (signature, rest) = line(rest, LONGEST_SIGNATURE).ok_or(cut_off)?;
    let cut_off = BundleError::Damaged("its manifest is not whole");
    let (manifest, payload) = line(rest, LARGEST_MANIFEST).ok_or(cut_off)?;
    Ok(Parts { signature, manifest, payload })
}

/// The first line without its end, and what follows it; nothing when it is longer than `most` bytes.
fn line(bytes: &[u8], most: usize) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(most + 1).position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

fn read_manifest(line: &[u8]) -> Result<CatalogueManifest, BundleError> {
    serde_json::from_slice(line).map_err(|_| BundleError::Damaged("its manifest cannot be read"))
}

/// Names in their order, so that none is there twice, and sizes within the limits.
fn check_files(files: &[PackedFile]) -> Result<(), BundleError> {
    if files.len() > MOST_FILES || files.iter().any(|file| file.bytes > LARGEST_FILE as u64) {
        return Err(BundleError::TooMuch);
    }
    if files.iter().map(|file| file.bytes).sum::<u64>() > LARGEST_CATALOGUE as u64 {
        return Err(BundleError::TooMuch);
    }
    if let Some(file) = files.iter().find(|file| !is_name(&file.name)) {
        return Err(BundleError::Name(file.name.clone()));
    }
    if !files.is_sorted_by(|one, next| one.name < next.name) {
        return Err(BundleError::Damaged("its files are not in the order of their names"));
    }
    Ok(())
}

fn sha256(bytes: &[u8]) -> String {
    hexadecimal(digest(&SHA256, bytes).as_ref())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
