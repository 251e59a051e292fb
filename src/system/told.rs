//! What the image tells the program: which version runs, how writing the next one went, and which one fell back.
//!
//! Invariant: little is read, and what makes no sense is as good as nothing.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zuil_wire::SystemVersion;
use zuil_wire::system::{UpdateRefusal, UpdateState};

/// No file of the image is larger.
const LARGEST: u64 = 64 * 1024;

/// How writing went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// Of which version; nothing when that could not be read from what lay there.
    pub version: Option<SystemVersion>,
    /// How far it is.
    pub state: UpdateState,
    /// Why it was refused.
    pub why: Option<UpdateRefusal>,
}

#[derive(Deserialize)]
struct StateFile {
    version: String,
    state: String,
    why: Option<String>,
}

#[derive(Deserialize)]
struct FellBackFile {
    version: String,
}

/// The version of the image, from `os-release`; nothing when this is no image.
pub(super) fn image_version(os_release: &Path) -> Option<SystemVersion> {
    let text = String::from_utf8(read(os_release)?).ok()?;
    let version = text.lines().find_map(|line| line.strip_prefix("IMAGE_VERSION="))?;
    version.trim_matches('"').parse().ok()
}

/// How writing went, as far as anything was written since the machine was started.
pub(super) fn state(file: &Path) -> Option<Told> {
    let StateFile { version, state, why } = json(file)?;
    let state = match state.as_str() {
        "writing" => UpdateState::Writing,
        "written" => UpdateState::Written,
        "refused" => UpdateState::Refused,
        _ => return None,
    };
    // A reason that a later image gives is a reason all the same.
    let reason = |why: String| UpdateRefusal::parse(&why.replace('-', "_")).unwrap_or(UpdateRefusal::Failed);
    let why = (state == UpdateState::Refused).then(|| why.map_or(UpdateRefusal::Failed, reason));
    Some(Told { version: version.parse().ok(), state, why })
}

/// The version that began and did not work.
pub(super) fn fell_back(file: &Path) -> Option<SystemVersion> {
    json::<FellBackFile>(file)?.version.parse().ok()
}

fn json<T: DeserializeOwned>(file: &Path) -> Option<T> {
    serde_json::from_slice(&read(file)?).ok()
}

fn read(file: &Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    File::open(file).ok()?.take(LARGEST).read_to_end(&mut content).ok()?;
    Some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(text: &str, read: impl FnOnce(&Path) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("told");
        std::fs::write(&file, text).unwrap();
        read(&file)
    }

    #[test]
    fn an_image_says_which_version_it_is_and_a_developers_machine_does_not() {
        let image = |text| with(text, image_version).map(|version| version.to_string());
        assert_eq!(
            image("ID=debian\nIMAGE_ID=zuil\nIMAGE_VERSION=0.2.0.812\n").as_deref(),
            Some("0.2.0.812")
        );
        assert_eq!(image("IMAGE_VERSION=\"1.2\"\n").as_deref(), Some("1.2"));
        assert_eq!(image("ID=debian\nVERSION_ID=13\n"), None);
        assert_eq!(image_version(Path::new("/nowhere")), None);
    }

    #[test]
    fn what_the_image_tells_of_writing_is_read_and_nonsense_is_nothing() {
        let told = |text| with(text, state).map(|told| (told.version.is_some(), told.state, told.why));
        let written = r#"{"version": "0.2.0.813", "state": "written"}"#;
        assert_eq!(told(written), Some((true, UpdateState::Written, None)));
        let refused = r#"{"version": "", "state": "refused", "why": "no-room"}"#;
        assert_eq!(told(refused), Some((false, UpdateState::Refused, Some(UpdateRefusal::NoRoom))));
        let later = r#"{"version": "1.2", "state": "refused", "why": "mood", "more": 1}"#;
        assert_eq!(told(later), Some((true, UpdateState::Refused, Some(UpdateRefusal::Failed))));
        for nonsense in ["", "{", "{}", r#"{"version": "1.2", "state": "fine"}"#] {
            assert_eq!(told(nonsense), None, "{nonsense}");
        }
        assert_eq!(with(r#"{"version": "1.2"}"#, fell_back), "1.2".parse().ok());
        assert_eq!(with(r#"{"version": "../1"}"#, fell_back), None);
    }
}
