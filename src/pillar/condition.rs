//! How the pillar is, in a file beside its data: for programs on the same machine, such as the doctor.
//!
//! Invariant: the file is whole or not there, and is there only as long as a pillar has said how it is
//! since it started. It need not survive a power cut.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zuil_wire::HealthReport;

/// The file in the data folder.
const NAME: &str = "condition.json";

/// Writes the file.
pub struct ConditionFile {
    path: PathBuf,
}

impl ConditionFile {
    /// The file of a data folder. What an earlier pillar said there is forgotten.
    pub fn begin(data_dir: &Path) -> Self {
        let path = data_dir.join(NAME);
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "what an earlier pillar said of itself cannot be removed");
        }
        Self { path }
    }

    /// Keeps what the pillar says now. Failing costs nobody but the doctor anything.
    pub fn keep(&self, report: &HealthReport) {
        if let Err(error) = self.write(report) {
            tracing::debug!(%error, "how the pillar is cannot be written down");
        }
    }

    fn write(&self, report: &HealthReport) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(report)?)?;
        fs::rename(new, &self.path)
    }
}

/// What the pillar that runs over a data folder said last of itself; nothing when it said nothing yet.
#[must_use]
pub fn read(data_dir: &Path) -> Option<HealthReport> {
    serde_json::from_slice(&fs::read(data_dir.join(NAME)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use zuil_wire::PROTOCOL_VERSION;

    use super::*;

    #[test]
    fn what_a_pillar_says_is_read_until_the_next_one_starts() {
        let folder = tempfile::tempdir().unwrap();
        let report = HealthReport {
            version: PROTOCOL_VERSION,
            at: jiff::Timestamp::UNIX_EPOCH,
            program: "0.1.0".into(),
            catalogue: "1".into(),
            devices: Vec::new(),
            paper: None,
            waiting: 3,
            open_payments: Vec::new(),
            clock_off_seconds: None,
            storage: None,
            seal_key: None,
            catalogue_refused: None,
            in_use: None,
            celsius: None,
            system: None,
        };
        let file = ConditionFile::begin(folder.path());
        assert_eq!(read(folder.path()), None);
        file.keep(&report);
        assert_eq!(read(folder.path()), Some(report));
        drop(ConditionFile::begin(folder.path()));
        assert_eq!(read(folder.path()), None);
    }
}
