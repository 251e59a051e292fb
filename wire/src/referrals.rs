//! Referrals, hub → pillar, and what became of them, pillar → hub.
//!
//! `GET /v1/referrals` over mutual TLS gives the [`ReferralList`] of a pillar: six digits from an agent that open one
//! task there. `POST /v1/referrals` carries [`UsedReferrals`]; the hub answers with the ids of those that it knows of,
//! or will never want to. Its invariant: a referral names a task, and nobody.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::rand::SecureRandom;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reference::NoRandomness;

/// How many digits are drawn; one more follows from them.
const DRAWN: u32 = 5;

/// The quasigroup of Damm: with it, a check digit shows every digit that is wrong and every two neighbours that
/// changed places.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Six digits, of which the last follows from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(with = "String", extend("pattern" = "^[0-9]{6}$")))]
#[serde(try_from = "String", into = "String")]
pub struct ReferralCode(u32);

/// Why six digits are no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACode {
    /// They are not six digits.
    #[error("a code has 6 digits")]
    Length,
    /// A digit is wrong, or two changed places.
    #[error("one digit is wrong, or two have changed places; please read it again")]
    Check,
}

impl ReferralCode {
    /// How many digits it has.
    pub const DIGITS: usize = 6;

    /// The code of the first five digits of `number`.
    #[must_use]
    pub const fn of(number: u32) -> Self {
        let drawn = number % 10u32.pow(DRAWN);
        Self(drawn * 10 + check_digit(drawn))
    }

    /// A code that nobody can guess from another.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn random(source: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        // Of a billion and more the remainder prefers no number that anybody could notice.
        let mut bytes = [0; 8];
        source.fill(&mut bytes).map_err(|_| NoRandomness)?;
        let drawn = u64::from_le_bytes(bytes) % u64::from(10u32.pow(DRAWN));
        Ok(Self::of(u32::try_from(drawn).unwrap_or_default()))
    }

    /// As it is read aloud: `482 913`.
    #[must_use]
    pub fn groups(self) -> String {
        let digits = self.to_string();
        digits.split_at_checked(3).map_or_else(String::new, |(first, last)| format!("{first} {last}"))
    }
}

const fn check_digit(drawn: u32) -> u32 {
    let (mut state, mut place) = (0, 10u32.pow(DRAWN - 1));
    while place > 0 {
        state = DAMM[state as usize][(drawn / place % 10) as usize];
        place /= 10;
    }
    state as u32
}

impl fmt::Display for ReferralCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for ReferralCode {
    type Err = NotACode;

    /// Reads it with or without a space between.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let digits: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        if digits.len() != Self::DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotACode::Length);
        }
        let number: u32 = digits.parse().map_err(|_| NotACode::Length)?;
        let code = Self::of(number / 10);
        if code.0 == number { Ok(code) } else { Err(NotACode::Check) }
    }
}

impl TryFrom<String> for ReferralCode {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}

impl From<ReferralCode> for String {
    fn from(code: ReferralCode) -> Self {
        code.to_string()
    }
}

/// The referrals that a pillar may open now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReferralList {
    /// The hub's clock.
    pub now: Timestamp,
    /// All of them. One that is not among them any more was used elsewhere, revoked or has expired.
    pub referrals: Vec<Referral>,
}

/// What opens one task at some pillars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Referral {
    /// A random id (UUIDv4); no transaction has it.
    pub id: Uuid,
    /// What the resident types. No two that live have the same.
    pub code: ReferralCode,
    /// The task's id.
    pub task: String,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

/// Referrals with which requests were made at a pillar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UsedReferrals {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`UsedReferrals::MOST`].
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub used: Vec<UsedReferral>,
}

impl UsedReferrals {
    /// The most in one request.
    pub const MOST: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 32 * 1024;
}

/// A referral with which a request was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UsedReferral {
    /// The referral.
    pub id: Uuid,
    /// When, by the pillar's clock.
    pub at: Timestamp,
    /// The transaction's id.
    pub transaction: Uuid,
}

/// What became of what was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReferralsAnswer {
    /// The ids of the referrals that need not be told again.
    pub referrals: Vec<Uuid>,
}

/// What stands for a list in a [`crate::HealthAnswer`]: another list has another mark. Nothing for an empty one.
#[must_use]
pub fn mark_of<'a>(referrals: impl Iterator<Item = &'a Uuid>) -> Option<String> {
    let mut ids: Vec<&Uuid> = referrals.collect();
    ids.sort_unstable();
    let all: Vec<u8> = ids.iter().flat_map(|id| id.as_bytes()).copied().collect();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &all);
    let short = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    (!ids.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_digit_that_is_wrong_and_two_that_changed_places_are_always_noticed() {
        for number in (0..100_000).step_by(37) {
            let code = ReferralCode::of(number).to_string();
            assert_eq!(code.parse(), Ok(ReferralCode::of(number)));
            let digits: Vec<char> = code.chars().collect();
            for place in 0..6 {
                for wrong in '0'..='9' {
                    let mut typed = digits.clone();
                    typed[place] = wrong;
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(typed.parse::<ReferralCode>().is_ok(), typed == code, "{typed} for {code}");
                }
                let mut typed = digits.clone();
                typed.swap(place, (place + 1).min(5));
                let typed: String = typed.into_iter().collect();
                assert_eq!(typed.parse::<ReferralCode>().is_ok(), typed == code, "{typed} for {code}");
            }
        }
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = ReferralCode::of(572);
        assert_eq!(code.to_string(), "005724", "the example of Damm");
        assert_eq!(code.groups(), "005 724");
        assert_eq!("005 724".parse(), Ok(code));
        for not in ["", "00572", "0057244", "00572a", "٠٠٥٧٢٤"] {
            assert_eq!(not.parse::<ReferralCode>(), Err(NotACode::Length), "{not}");
        }
    }

    #[test]
    fn codes_do_not_follow_each_other() {
        let source = aws_lc_rs::rand::SystemRandom::new();
        let codes: BTreeSet<ReferralCode> =
            (0..200).map(|_| ReferralCode::random(&source).unwrap()).collect();
        assert!(codes.len() > 190, "{}", codes.len());
        let gaps: BTreeSet<u32> = codes.iter().zip(codes.iter().skip(1)).map(|(a, b)| b.0 - a.0).collect();
        assert!(gaps.len() > 100, "{}", gaps.len());
    }

    #[test]
    fn a_mark_is_that_of_the_list_whatever_its_order() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(mark_of([].iter()), None);
        assert_eq!(mark_of([one, two].iter()), mark_of([two, one].iter()));
        assert_ne!(mark_of([one, two].iter()), mark_of([one].iter()));
        assert_eq!(mark_of([one].iter()).unwrap().len(), 16);
    }
}
