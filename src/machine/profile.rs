//! Of which kind the image is: one for the street, or one of a laboratory, which is open to whoever stands before it.

use std::path::Path;

use super::files;

/// Of which kind an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// It may stand before residents.
    Field,
    /// It must not: its keys are known to everybody, or it lets people in.
    Lab,
}

impl Profile {
    /// That of the image that runs, from `os-release`; nothing when no image runs. One that does not say of which kind it
    /// is, or says what is not known here, is not taken for one of the street.
    pub(super) fn of(os_release: &Path) -> Option<Self> {
        let text = String::from_utf8(files::bytes(os_release)?).ok()?;
        let said = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
            Some(value.trim_matches('"'))
        };
        said("IMAGE_VERSION").filter(|version| !version.is_empty())?;
        Some(if said("VARIANT_ID") == Some("field") { Self::Field } else { Self::Lab })
    }
}
