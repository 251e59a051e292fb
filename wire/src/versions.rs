//! How a pillar and a hub of different ages find a version that both speak.
//!
//! Invariant: each side says in every message which versions it speaks, and both go on with the highest
//! that they have in common. A side that says nothing is from before this, and speaks version 1 only.
//!
//! Version 2 adds the fields `clock_off_seconds` and `storage` to a report, version 3 `in_use` and `celsius` to a
//! report and `treated` and `missing` to a survey, version 4 `system` to a report, version 5 the requests of
//! [`crate::service`]. The version in the header of an envelope is another matter: it is fixed when a resident's
//! request is sealed, long before anyone knows which hub will open it.

use crate::PROTOCOL_VERSION;

/// The versions of requests and answers that this build speaks.
pub const SPOKEN: [u16; 5] = [PROTOCOL_VERSION, 2, 3, 4, 5];

/// The version from which on a report may say how wrong the pillar's clock is, and how its outbox is.
pub const WITH_CLOCK_AND_STORAGE: u16 = 2;

/// The version from which on a report may say whether the pillar is in use and how warm it is, and a survey how
/// somebody was treated and what was missing.
pub const WITH_USE_AND_TREATMENT: u16 = 3;

/// The version from which on a report may say which system runs on the pillar's machine.
pub const WITH_SYSTEM: u16 = 4;

/// The version from which on a pillar may tell what technicians did there, and whether it is ready to serve.
pub const WITH_SERVICE: u16 = 5;

/// The header in which each side says what it speaks, such as `1, 2`.
pub const VERSIONS_HEADER: &str = "zuil-versions";

/// What the header says of this build.
#[must_use]
pub fn spoken() -> String {
    SPOKEN.map(|version| version.to_string()).join(", ")
}

/// Whether this build speaks a version.
#[must_use]
pub fn speaks(version: u64) -> bool {
    SPOKEN.iter().any(|spoken| u64::from(*spoken) == version)
}

/// The highest version that this build has in common with who sent such a header; `None` when there is
/// none. What is no number is passed over: a later build may say more than that.
#[must_use]
pub fn highest_common(header: Option<&str>) -> Option<u16> {
    let Some(theirs) = header else { return Some(PROTOCOL_VERSION) };
    let theirs = theirs.split(',').filter_map(|version| version.trim().parse::<u16>().ok());
    theirs.filter(|version| SPOKEN.contains(version)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_different_ages_go_on_with_the_highest_version_that_both_speak() {
        assert_eq!(highest_common(Some(&spoken())), Some(5));
        assert_eq!(highest_common(Some("1")), Some(1));
        assert_eq!(highest_common(Some("4, 5,6")), Some(5));
        assert_eq!(highest_common(Some("6, 7")), None);
        assert_eq!(highest_common(None), Some(1), "it is from before anyone said so");
    }

    #[test]
    fn what_cannot_be_read_in_the_header_hinders_nobody() {
        assert_eq!(highest_common(Some("1, 2;draft, , 99999999, x")), Some(1));
        assert_eq!(highest_common(Some("")), None);
    }

    #[test]
    fn a_version_is_spoken_or_not() {
        assert!((1..=5).all(speaks));
        assert!(!speaks(0) && !speaks(6) && !speaks(65_537));
    }
}
