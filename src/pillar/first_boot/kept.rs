//! What is kept of a first boot, so that it goes on where it was after a restart.
//!
//! Invariant: no code and no password is in it; a file that is damaged costs only that it begins anew.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zuil_catalogue::Language;

/// The file in the data folder.
const NAME: &str = "first-boot.json";
/// It is never larger.
const LARGEST: u64 = 4096;

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    /// The language of the screen.
    pub(super) language: Language,
    /// The address that was typed.
    pub(super) hub: String,
    /// It is being enrolled at its screen, or was: a binding that is there came from that.
    pub(super) enrolls: bool,
}

#[derive(Serialize, Deserialize)]
struct InFile {
    language: String,
    hub: String,
    enrolls: bool,
}

impl Kept {
    pub(super) fn read(data_dir: &Path) -> Option<Self> {
        let mut text = Vec::new();
        File::open(data_dir.join(NAME)).ok()?.take(LARGEST).read_to_end(&mut text).ok()?;
        let InFile { language, hub, enrolls } = serde_json::from_slice(&text).ok()?;
        Some(Self { language: Language::from_code(&language).unwrap_or_default(), hub, enrolls })
    }

    /// Keeps it. When that fails a restart begins anew, which the log says.
    pub(super) fn keep(&self, data_dir: &Path) {
        if let Err(error) = self.write(data_dir) {
            tracing::warn!(%error, "how far the first boot is cannot be written down; look at the data folder");
        }
    }

    fn write(&self, data_dir: &Path) -> io::Result<()> {
        fs::create_dir_all(data_dir)?;
        let language = self.language.code().to_owned();
        let text = serde_json::to_vec(&InFile { language, hub: self.hub.clone(), enrolls: self.enrolls })?;
        let file = data_dir.join(NAME);
        let draft = file.with_extension("draft");
        let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        open.write_all(&text)?;
        open.sync_all()?;
        fs::rename(&draft, &file)?;
        File::open(data_dir)?.sync_all()
    }
}

/// Nothing of a first boot is open any more.
pub(in crate::pillar) fn forget(data_dir: &Path) {
    let forgotten = fs::remove_file(data_dir.join(NAME)).and_then(|()| File::open(data_dir)?.sync_all());
    if let Err(error) = forgotten
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "that the first boot is over cannot be written down; it comes again after a restart");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_again_after_a_restart_and_gone_when_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(Kept::read(&data), None);
        forget(&data);
        let kept = Kept { language: Language::Uk, hub: "hub.example.nl".into(), enrolls: true };
        kept.keep(&data);
        assert_eq!(Kept::read(&data), Some(kept));
        forget(&data);
        assert_eq!(Kept::read(&data), None);
    }

    #[test]
    fn half_a_file_and_a_language_that_nobody_knows_stop_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        fs::write(&file, r#"{"language": "nl", "hub": "#).unwrap();
        assert_eq!(Kept::read(folder.path()), None);
        fs::write(&file, r#"{"language": "xx", "hub": "hub", "enrolls": true}"#).unwrap();
        let read = Kept::read(folder.path()).unwrap();
        assert_eq!((read.language, read.enrolls), (Language::default(), true));
        Kept { enrolls: false, ..read }.keep(Path::new("/dev/null/nowhere"));
    }
}
