//! USB sticks: an update that lies on one, and files that are written to one.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use serde::Deserialize;
use zuil_wire::SystemVersion;

use super::{Machine, WishId, files};

/// What is known of a stick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stick {
    /// Whether one is there.
    pub is_present: bool,
    /// The version of the update that came from it.
    pub update: Option<SystemVersion>,
    outcome: Option<StickOutcome>,
    of: Option<String>,
}

impl Stick {
    /// What came of writing files to it, as soon as that is known.
    #[must_use]
    pub fn outcome_of(&self, wish: &WishId) -> Option<StickOutcome> {
        self.outcome.filter(|_| wish.is(self.of.as_deref()))
    }
}

/// What came of writing files to a stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StickOutcome {
    /// They are on it, and it can be pulled out.
    Done,
    /// It has no room for them.
    NoRoom,
    /// Something else went wrong.
    #[serde(other)]
    Failed,
}

#[derive(Deserialize)]
struct State {
    present: bool,
    #[serde(default)]
    update: Option<String>,
    #[serde(default)]
    outcome: Option<StickOutcome>,
    #[serde(default, rename = "for")]
    of: Option<String>,
}

impl Machine {
    /// What is known of a stick; nothing where the image says nothing of it.
    #[must_use]
    pub fn stick(&self) -> Option<Stick> {
        let State { present, update, outcome, of } = files::read(&self.state("zuil-stick", "state.json"))?;
        let lies_here = self.places.data.join("update/stick").is_dir();
        let update = update.filter(|_| lies_here).and_then(|version| version.parse().ok());
        Some(Stick { is_present: present, update, outcome, of })
    }

    /// Hands over the update that came from a stick, as one that was fetched is: the image looks whether it is genuine.
    ///
    /// # Errors
    /// Those of the file system, also when another update is being written just now; then nothing happens.
    pub fn install_from_stick(&self) -> io::Result<()> {
        let update = self.places.data.join("update");
        fs::rename(update.join("stick"), update.join("ready"))?;
        File::open(update)?.sync_all()
    }

    /// Wishes that files are written to the stick. `fill` gets the folder for them.
    ///
    /// # Errors
    /// Those of `fill` and of the file system, also when files are being written to it just now; then nothing happens.
    pub fn write_to_stick(&self, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<WishId> {
        let (draft, whole) = (self.to_wish("to-stick.new")?, self.wish("to-stick"));
        let id = WishId::new();
        let filled = make(&draft, &id, fill).and_then(|()| fs::rename(&draft, &whole));
        if let Err(error) = filled {
            // What is left of it is in the way of the next one only, which removes it as well.
            let _ = remove(&draft);
            return Err(error);
        }
        File::open(self.places.data.join("machine"))?.sync_all()?;
        Ok(id)
    }
}

fn make(draft: &Path, id: &WishId, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    remove(draft)?;
    files::make_folder(draft)?;
    fill(draft)?;
    fs::write(draft.join("id"), &id.0)?;
    for entry in fs::read_dir(draft)? {
        File::open(entry?.path())?.sync_all()?;
    }
    File::open(draft)?.sync_all()
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
