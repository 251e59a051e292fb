//! The system of a pillar's machine, which is updated as a whole: which version runs, which it should have, and of which
//! files an update consists.
//!
//! Invariant: a version and a file's name that are read here hold nothing that means something in a path, and are of
//! bounded length. Whether an update is genuine is said by its signature, which only the pillar's image judges.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use aws_lc_rs::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

/// The list of the other files' digests.
pub const SUMS: &str = "SHA256SUMS";
/// The municipality's signature of that list (OpenPGP).
pub const SIGNATURE: &str = "SHA256SUMS.gpg";
/// The files beside the list and its signature, by what follows on the version in their names.
const PIECES: [&str; 3] = ["efi", "verity.raw", "root.raw"];
/// How they are compressed.
const ENDINGS: [&str; 2] = ["xz", "zst"];

/// The most bytes of a list or of its signature.
pub const LARGEST_LIST: u64 = 4096;
/// The most bytes of an update.
pub const LARGEST_UPDATE: u64 = 1 << 30;
/// The most bytes of a file that a hub hands out at once.
pub const LARGEST_PART: u64 = 1 << 20;

/// The version of a system, such as `0.2.0.812`. One is newer than another when the first number that differs is higher.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemVersion(Vec<u32>);

impl SystemVersion {
    /// The most signs of one.
    pub const LONGEST: usize = 24;

    /// The version of the update whose files a list names.
    #[must_use]
    pub fn named_in(sums: &str) -> Option<Self> {
        let mut names = sums.lines().filter_map(|line| line.split_once("zuil_").map(|(_, name)| name));
        let (version, _) = names.find_map(|name| name.split_once(".efi."))?;
        version.parse().ok()
    }

    /// The files of its update beside the list and its signature, as a list names them: each with its SHA-256 in small
    /// hexadecimal. The kernel image comes first, the root last, which is the largest. `None` when one is missing, is named
    /// twice, or the list is none.
    #[must_use]
    pub fn files_in(&self, sums: &str) -> Option<[(String, String); 3]> {
        let mut lines = Vec::new();
        for line in sums.lines() {
            let (digest, name) = line.split_at_checked(64)?;
            let name = name.strip_prefix("  ").or_else(|| name.strip_prefix(" *"))?;
            digest.bytes().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f')).then_some(())?;
            lines.push((name, digest));
        }
        let of_piece = |piece: &str| {
            let names = ENDINGS.map(|ending| format!("zuil_{self}.{piece}.{ending}"));
            let mut found = lines.iter().filter(|(name, _)| names.iter().any(|known| known == name));
            let (name, digest) = found.next()?;
            found.next().is_none().then(|| ((*name).to_owned(), (*digest).to_owned()))
        };
        let [kernel, verity, root] = PIECES.map(of_piece);
        Some([kernel?, verity?, root?])
    }

    /// Whether a file of such a name can belong to its update.
    #[must_use]
    pub fn has_file(&self, name: &str) -> bool {
        let is_piece =
            |piece: &str| ENDINGS.iter().any(|ending| name == format!("zuil_{self}.{piece}.{ending}"));
        name == SUMS || name == SIGNATURE || PIECES.into_iter().any(is_piece)
    }
}

impl fmt::Display for SystemVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        formatter.write_str(&numbers.join("."))
    }
}

/// It is no version of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the version of a system is numbers with dots between them, such as 0.2.0.812")]
pub struct NotASystemVersion;

impl FromStr for SystemVersion {
    type Err = NotASystemVersion;

    fn from_str(text: &str) -> Result<Self, NotASystemVersion> {
        if text.len() > Self::LONGEST {
            return Err(NotASystemVersion);
        }
        let number = |digits: &str| {
            // One way to write each, so that a version has one name.
            let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
            let is_short = digits == "0" || !digits.starts_with('0');
            if is_plain && is_short {
                digits.parse::<u32>().map_err(|_| NotASystemVersion)
            } else {
                Err(NotASystemVersion)
            }
        };
        text.split('.').map(number).collect::<Result<_, _>>().map(Self)
    }
}

/// Makes the SHA-256 of something that comes in pieces.
pub struct Digesting(Context);

impl Default for Digesting {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Digesting {
    /// Takes the next piece.
    pub fn take(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all that was taken, in small hexadecimal, as lists name it.
    #[must_use]
    pub fn done(self) -> String {
        let mut text = String::new();
        for byte in self.0.finish().as_ref() {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// Which system a pillar's machine runs, and what is known of its update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SystemReport {
    /// The version that runs.
    pub version: String,
    /// The update that the pillar has to do with; nothing when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<UpdateReport>,
}

/// How far an update is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateReport {
    /// To which version.
    pub version: String,
    /// How far it is.
    pub state: UpdateState,
    /// How much of it was fetched, while that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 100)))]
    pub percent: Option<u8>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<UpdateRefusal>,
}

/// How far an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// It is being fetched.
    Fetching,
    /// All of it is there.
    Ready,
    /// It is being written beside the version that runs.
    Writing,
    /// It is written, and begins at night, between visits.
    Written,
    /// The pillar does not take it.
    Refused,
    /// It began and did not work, so that the one before runs again. It is not fetched any more.
    FellBack,
}

impl UpdateState {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Fetching, Self::Ready, Self::Writing, Self::Written, Self::Refused, Self::FellBack];

    /// Whether a person has to look at it before other pillars get that version.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Refused | Self::FellBack)
    }

    /// Its word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fetching => "fetching",
            Self::Ready => "ready",
            Self::Writing => "writing",
            Self::Written => "written",
            Self::Refused => "refused",
            Self::FellBack => "fell_back",
        }
    }

    /// The state with such a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Why a pillar does not take an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpdateRefusal {
    /// Its signature is not that of the municipality.
    Signature,
    /// A file is another than its list says.
    Digest,
    /// It is older than what runs, or the same.
    Older,
    /// A file is missing, or is larger than it may be.
    Incomplete,
    /// There is no room for it.
    NoRoom,
    /// It could not be written.
    Failed,
}

impl UpdateRefusal {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Signature, Self::Digest, Self::Older, Self::Incomplete, Self::NoRoom, Self::Failed];

    /// Its word in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Digest => "digest",
            Self::Older => "older",
            Self::Incomplete => "incomplete",
            Self::NoRoom => "no_room",
            Self::Failed => "failed",
        }
    }

    /// The reason with such a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }
}

/// The system that a pillar should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SystemOffer {
    /// Its version.
    pub version: String,
    /// How many bytes its five files have together.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> SystemVersion {
        text.parse().unwrap()
    }

    #[test]
    fn a_version_is_newer_by_its_first_number_that_is_higher() {
        let in_order = ["0.2", "0.2.0", "0.2.0.9", "0.2.0.812", "0.2.1", "0.10.0", "1"].map(version);
        assert!(in_order.is_sorted_by(|earlier, later| earlier < later));
        for text in ["0.2.0.812", "0", "4294967295"] {
            assert_eq!(version(text).to_string(), text);
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_version() {
        for text in [
            "",
            ".",
            "..",
            "1.",
            "1..2",
            "1/2",
            "../1",
            "01",
            "1.00",
            "+1",
            "1-lab",
            "1 ",
            "4294967296",
            "1\n",
            "١",
        ] {
            assert_eq!(text.parse::<SystemVersion>(), Err(NotASystemVersion), "{text:?}");
        }
        assert!("1.".repeat(12).parse::<SystemVersion>().is_err() && version(&"1".repeat(9)) > version("2"));
        assert!(format!("{}1", "1.".repeat(12)).parse::<SystemVersion>().is_err(), "it is too long");
    }

    fn list(names: &[&str]) -> String {
        names.iter().map(|name| format!("{}  {name}\n", "a1".repeat(32))).collect()
    }

    #[test]
    fn a_list_names_the_three_files_of_its_version_once() {
        let names = ["zuil_1.2.root.raw.zst", "zuil_1.2.efi.zst", "zuil_1.2.verity.raw.zst"];
        let found = version("1.2").files_in(&list(&names)).unwrap();
        let [kernel, verity, root] = found.each_ref().map(|(name, _)| name.as_str());
        assert_eq!((kernel, verity, root), (names[1], names[2], names[0]));
        assert!(found.iter().all(|(_, digest)| *digest == "a1".repeat(32)));
        let binary = list(&names).replace("  ", " *");
        assert_eq!(version("1.2").files_in(&binary), Some(found));
        assert_eq!(SystemVersion::named_in(&binary), Some(version("1.2")));
        assert!(
            version("1.2")
                .files_in(&list(&names.map(|name| name.replace("zst", "xz")).each_ref().map(String::as_str)))
                .is_some()
        );
    }

    #[test]
    fn a_list_that_lacks_a_file_or_says_more_than_one_thing_of_it_is_none() {
        let names = ["zuil_1.2.root.raw.zst", "zuil_1.2.efi.zst", "zuil_1.2.verity.raw.zst"];
        let whole = list(&names);
        for wrong in [
            list(&names[1..]),
            whole.replace("_1.2.", "_1.3."),
            format!("{whole}{}", list(&["zuil_1.2.efi.xz"])),
            whole.replace("a1", "A1"),
            whole.replace("  ", " "),
            format!("{whole}é"),
            String::new(),
        ] {
            assert_eq!(version("1.2").files_in(&wrong), None, "{wrong}");
        }
        assert_eq!(SystemVersion::named_in(&list(&["zuil_../..efi.xz"])), None);
    }

    #[test]
    fn only_the_files_of_an_update_are_its_files() {
        for name in [SUMS, SIGNATURE, "zuil_1.2.efi.xz", "zuil_1.2.root.raw.zst", "zuil_1.2.verity.raw.zst"] {
            assert!(version("1.2").has_file(name), "{name}");
        }
        for name in
            ["", ".", "..", "zuil_1.2.efi", "zuil_1.3.efi.xz", "zuil_1.2.efi.xz/", "../SHA256SUMS", "hub.key"]
        {
            assert!(!version("1.2").has_file(name), "{name}");
        }
    }

    #[test]
    fn a_digest_does_not_tell_in_which_pieces_something_came() {
        let mut digesting = Digesting::default();
        ["a", "", "bc"].iter().for_each(|piece| digesting.take(piece.as_bytes()));
        assert_eq!(digesting.done(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn every_word_is_the_one_in_messages() {
        for state in UpdateState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
            assert_eq!(UpdateState::parse(state.word()), Some(state));
        }
        for why in UpdateRefusal::ALL {
            assert_eq!(serde_json::to_value(why).unwrap(), why.word());
            assert_eq!(UpdateRefusal::parse(why.word()), Some(why));
        }
        assert_eq!((UpdateState::parse("well"), UpdateRefusal::parse("mood")), (None, None));
    }
}
