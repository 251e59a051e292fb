//! The files in which the image says how its disk is, and those in which it is told what is wished.
//!
//! Invariant: little is read, and what makes no sense is as good as nothing; a wish is there whole or not at all, and only the
//! program and the image can read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::pages::{Answer, Disk, Why};

/// No file of the image is larger.
const LARGEST: u64 = 64 * 1024;

/// Where the image and the program meet. Both are in memory.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder in which the image says how its disk is.
    pub told: PathBuf,
    /// The folder of the wishes.
    pub wishes: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self { told: "/run/zuil-disk".into(), wishes: "/run/zuil".into() }
    }
}

/// A wish.
#[derive(Serialize)]
pub(super) struct WishFile<'a> {
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<&'a str>,
}

#[derive(Deserialize)]
struct StateFile {
    opened: Option<String>,
    why: Option<String>,
    #[serde(default)]
    passphrase: bool,
}

#[derive(Deserialize)]
struct OutcomeFile {
    #[serde(rename = "for")]
    id: String,
    outcome: String,
}

impl Places {
    /// How the disk is. Without a word of the image it is as if it were damaged, for there are no data.
    pub(super) fn disk(&self) -> Disk {
        let told: Option<StateFile> = json(&self.told.join("state.json"));
        let Some(StateFile { opened, why, passphrase }) = told else {
            return Disk { is_open: false, why: Why::Damaged, has_passphrase: false };
        };
        let why = match why.as_deref() {
            Some("tpm") => Why::Tpm,
            Some("passphrase") => Why::Passphrase,
            _ => Why::Damaged,
        };
        Disk { is_open: opened.is_some(), why, has_passphrase: passphrase }
    }

    /// What came of the wish with an id; nothing as long as it is being done.
    pub(super) fn answer(&self, id: Uuid) -> Option<Answer> {
        let told: OutcomeFile = json(&self.told.join("outcome.json"))?;
        if told.id != id.to_string() {
            return None;
        }
        Some(if told.outcome == "done" { Answer::Done } else { Answer::Failed })
    }

    /// Writes a wish down.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub(super) fn wish(&self, name: &str, wish: &WishFile<'_>) -> io::Result<()> {
        let content = Zeroizing::new(serde_json::to_vec(wish)?);
        let file = self.wishes.join(name);
        let draft = file.with_extension("new");
        let written = write(&draft, &content).and_then(|()| fs::rename(&draft, &file));
        if written.is_err() {
            // What is left of it may hold a passphrase; it may not have come to be, too.
            let _ = fs::remove_file(&draft);
        }
        written
    }
}

fn write(draft: &Path, content: &[u8]) -> io::Result<()> {
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    open.write_all(content)
}

fn json<T: DeserializeOwned>(file: &Path) -> Option<T> {
    let mut content = Vec::new();
    File::open(file).ok()?.take(LARGEST).read_to_end(&mut content).ok()?;
    serde_json::from_slice(&content).ok()
}
