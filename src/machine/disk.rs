//! The disk with the pillar's data: with what it was opened, and wishes about its passphrase.

use std::io;

use serde::{Deserialize, Serialize};

use super::{Machine, WishId, files};

/// What is known of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Disk {
    /// With what it was opened; nothing when it could not be.
    #[serde(default)]
    pub opened: Option<DiskOpened>,
    /// Why it could not be.
    #[serde(default, rename = "why")]
    pub trouble: Option<DiskTrouble>,
    /// Whether a passphrase is set with which it can be opened.
    #[serde(default, rename = "passphrase")]
    pub has_passphrase: bool,
}

impl Disk {
    /// Whether whoever takes the disk can read it: its key lies beside the data.
    #[must_use]
    pub const fn is_open_to_thieves(self) -> bool {
        matches!(self.opened, Some(DiskOpened::Key))
    }
}

/// With what the disk was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskOpened {
    /// With a key that only this machine's TPM gives, and only to this image.
    Tpm,
    /// With a key that lies beside the data.
    Key,
    /// With a passphrase that somebody typed.
    Passphrase,
    /// With something that only a later image knows.
    #[serde(other)]
    Other,
}

/// Why the disk could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskTrouble {
    /// The TPM does not give its key.
    Tpm,
    /// It asks for its passphrase.
    Passphrase,
    /// It is damaged, or only a later image knows what it is.
    #[serde(other)]
    Damaged,
}

#[derive(Serialize)]
struct Wish<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    passphrase: Option<&'a str>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(rename = "for")]
    of: String,
    outcome: String,
}

impl Machine {
    /// What is known of the disk; nothing where the image says nothing of it.
    #[must_use]
    pub fn disk(&self) -> Option<Disk> {
        files::read(&self.state("zuil-disk", "state.json"))
    }

    /// Whether what was wished of the disk was done, as soon as that is known.
    #[must_use]
    pub fn disk_outcome_of(&self, wish: &WishId) -> Option<bool> {
        let told: Outcome = files::read(&self.state("zuil-disk", "outcome.json"))?;
        wish.is(Some(&told.of)).then_some(told.outcome == "done")
    }

    /// Wishes that the disk can be opened with a passphrase. A key that lies beside the data is wiped then, and the
    /// passphrase is asked for at each start.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn set_passphrase(&self, passphrase: &str) -> io::Result<WishId> {
        self.wish_of_disk("passphrase.json", Some(passphrase))
    }

    /// Wishes that a disk that could not be opened is opened with its passphrase.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn unlock(&self, passphrase: &str) -> io::Result<WishId> {
        self.wish_of_disk("unlock.json", Some(passphrase))
    }

    /// Wishes that a disk that cannot be opened is made anew. All that is on it is lost.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn wipe(&self) -> io::Result<WishId> {
        self.wish_of_disk("wipe.json", None)
    }

    fn wish_of_disk(&self, name: &str, passphrase: Option<&str>) -> io::Result<WishId> {
        let id = WishId::new();
        files::write_json(&self.fleeting(name), &Wish { id: &id.0, passphrase })?;
        Ok(id)
    }
}
