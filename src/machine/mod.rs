//! The machine below the program: what the image says of its network, stick, screen and disk, and what the program wishes
//! of it. All of it goes by files: the program has no right to do any of this itself.
//!
//! Invariant: a wish is whole or not there, and one with a secret lies in memory only; what makes no sense or is not
//! there is as good as nothing known, and of what is not known nothing is offered.

mod clock;
mod disk;
mod files;
mod network;
mod profile;
mod screen;
mod stick;

use std::fmt;
use std::io;
use std::path::PathBuf;

pub use clock::{Telling, uptime_ms};
pub use disk::{Disk, DiskOpened, DiskTrouble};
pub use network::{Ethernet, Link, LinkKind, LinkState, Network, NetworkOutcome, Wifi};
pub use profile::Profile;
pub use screen::{Backlight, ScreenSetting, Turn};
pub use stick::{Stick, StickOutcome};

/// Where the image and the program meet.
#[derive(Clone, Debug)]
pub struct Places {
    /// Says whether this is an image, and which one.
    pub os_release: PathBuf,
    /// The program's data.
    pub data: PathBuf,
    /// The program's folder in memory, for wishes with a secret or that are of this moment only.
    pub fleeting: PathBuf,
    /// The folder below which the image's services have theirs.
    pub run: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            os_release: "/usr/lib/os-release".into(),
            data: "/var/lib/zuil".into(),
            fleeting: "/run/zuil".into(),
            run: "/run".into(),
        }
    }
}

/// Names a wish, so that its outcome can be told from that of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WishId(String);

impl WishId {
    fn new() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// Whether an outcome that the image tells is of this wish.
    fn is(&self, told: Option<&str>) -> bool {
        told == Some(self.0.as_str())
    }
}

impl fmt::Display for WishId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The machine, where it runs the image.
#[derive(Clone, Debug)]
pub struct Machine {
    places: Places,
    profile: Profile,
}

impl Machine {
    /// This machine; `None` when it does not run the image, as a developer's does not.
    #[must_use]
    pub fn of(places: Places) -> Option<Self> {
        let profile = Profile::of(&places.os_release)?;
        Some(Self { places, profile })
    }

    /// Of which kind its image is.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Wishes that the machine is started anew, cleanly.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn restart(&self) -> io::Result<()> {
        files::write(&self.to_wish("restart")?, b"")
    }

    /// Wishes that everything the pillar keeps is wiped, and the machine begins as it came.
    ///
    /// # Errors
    /// Those of the file system; then nothing happens.
    pub fn reset(&self) -> io::Result<()> {
        files::write(&self.places.data.join("factory-reset"), b"")
    }

    /// A wish that stays over a power cut.
    fn wish(&self, name: &str) -> PathBuf {
        self.places.data.join("machine").join(name)
    }

    /// As [`Machine::wish`], to be written: its folder is there.
    fn to_wish(&self, name: &str) -> io::Result<PathBuf> {
        files::make_folder(&self.places.data.join("machine"))?;
        Ok(self.wish(name))
    }

    /// A wish that is in memory only.
    fn fleeting(&self, name: &str) -> PathBuf {
        self.places.fleeting.join(name)
    }

    /// What the image says.
    fn state(&self, service: &str, name: &str) -> PathBuf {
        self.places.run.join(service).join(name)
    }
}

#[cfg(test)]
mod tests;
