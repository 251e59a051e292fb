//! Opens the recordings of devices' lines that technicians carry in from pillars.
//!
//! Invariant: a recording becomes plain on standard output only, never in a file of the hub's own.

use std::path::Path;

use jiff::Timestamp;
use zeroize::Zeroizing;
use zuil_wire::recording::{Recording, RecordingError, to_text};

use crate::seal_keys::{SealKeys, SealKeysError};

/// Why a recording cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, std::io::Error),
    /// There is no hub here.
    #[error("there is no hub in {0} yet, and so no key; run this where the pillar's hub is")]
    NoHub(String),
    /// It was sealed to a key that this hub does not have.
    #[error("the recording was sealed to the key {0}, which this hub does not have; is it another hub's?")]
    NoKey(String),
    /// It is none, or was changed.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The keys are of no use.
    #[error(transparent)]
    Keys(#[from] SealKeysError),
}

/// The text of a recording, with the keys in `data_dir`.
///
/// # Errors
/// When it cannot be read, was changed, or was sealed to another key.
pub fn open(data_dir: &Path, file: &Path) -> Result<Zeroizing<String>, OpenError> {
    let sealed =
        std::fs::read_to_string(file).map_err(|error| OpenError::File(file.display().to_string(), error))?;
    let folder = data_dir.join("seal");
    if !folder.exists() {
        return Err(OpenError::NoHub(data_dir.display().to_string()));
    }
    let header = Recording::header(&sealed)?;
    let keys = SealKeys::open_or_make(&folder, Timestamp::now())?;
    let key = keys.get(&header.key_id)?.ok_or(OpenError::NoKey(header.key_id))?;
    Ok(Zeroizing::new(to_text(&Recording::open(&sealed, &key)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use uuid::Uuid;
    use zuil_wire::recording::{Batch, Entry, Event, Writer};
    use zuil_wire::seal::SealKey;

    /// A hub's folder, and a recording that was sealed to its key under the given id.
    fn hub_and_recording(key_id: Option<&str>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let keys = SealKeys::open_or_make(&folder.path().join("seal"), Timestamp::UNIX_EPOCH).unwrap();
        let newest = keys.newest();
        let key = SealKey::from_base64(key_id.unwrap_or(&newest.id), &newest.public_key).unwrap();
        let mut writer =
            Writer::begin(&key, Uuid::from_u128(1), "voorbeeld", "printer", Timestamp::UNIX_EPOCH).unwrap();
        let mut batch = Batch::new(1024);
        batch.add(&Entry { at_us: 5, event: Event::Out(vec![0x1b, 0x40]) });
        let text = writer.header_line().to_owned() + "\n" + &writer.line(&batch).unwrap();
        let file = folder.path().join("printer.zuilrec");
        std::fs::write(&file, text).unwrap();
        (folder, file)
    }

    #[test]
    fn the_hub_reads_what_a_pillar_recorded() {
        let (folder, file) = hub_and_recording(None);
        let text = open(folder.path(), &file).unwrap();
        assert!(
            text.contains("# pillar voorbeeld\n") && text.contains("\n0.000005 out 1B 40\n"),
            "{}",
            *text
        );
    }

    #[test]
    fn what_another_hub_should_open_is_named() {
        let (folder, file) = hub_and_recording(Some("seal-elsewhere"));
        let error = open(folder.path(), &file).unwrap_err().to_string();
        assert!(error.contains("seal-elsewhere"), "{error}");
        let nowhere = open(&folder.path().join("nowhere"), &file).unwrap_err().to_string();
        assert!(nowhere.contains("no hub"), "{nowhere}");
        assert!(!folder.path().join("nowhere").exists());
    }
}
