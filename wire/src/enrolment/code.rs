//! The code that a technician types: eighteen letters of Crockford's base32, of which sixteen are random (80 bits)
//! and two check the others, and what follows from it.
//!
//! Invariant: one wrong letter, two wrong letters, or two that have changed places are found before anything is
//! sent. Who has what follows from a code cannot find the code, and each code opens one binding once.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::{hkdf, hmac};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::reference::{ALPHABET, NoRandomness, NotAReference, times, value_of};

const RANDOM: usize = 16;
const LETTERS: usize = RANDOM + 2;
/// Letters in a group.
const GROUP: usize = 6;
const SALT: &[u8] = b"zuil enrolment code v1";

/// A code, always with right check letters. Written in groups: `7K3MQ9-XA2FT0-1BCDEF`. It is a secret for an hour.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EnrolmentCode([u8; LETTERS]);

impl EnrolmentCode {
    /// The code of the low 80 bits of `random`.
    #[must_use]
    pub fn from_bits(random: u128) -> Self {
        let mut letters = [0; LETTERS];
        for (place, letter) in letters.iter_mut().take(RANDOM).enumerate() {
            *letter = ((random >> (5 * place)) & 31) as u8;
        }
        let check = check_letters(&letters);
        letters[RANDOM..].copy_from_slice(&check);
        Self(letters)
    }

    /// A new, unguessable code.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn random(source: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let mut bytes = [0; 16];
        source.fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self::from_bits(u128::from_le_bytes(bytes)))
    }

    /// What follows from it.
    #[must_use]
    pub fn keys(&self) -> CodeKeys {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(&self.0[..RANDOM]);
        let (mut id, mut key) = ([0; 16], [0; 32]);
        expand(&extracted, b"id", &mut id);
        expand(&extracted, b"proof", &mut key);
        CodeKeys { id: CodeId(id), key }
    }

    /// Three groups of six letters.
    #[must_use]
    pub fn groups(&self) -> [String; 3] {
        let group = |at: usize| {
            let letters = self.0.iter().skip(at * GROUP).take(GROUP);
            letters.map(|&letter| char::from(ALPHABET[usize::from(letter)])).collect()
        };
        [group(0), group(1), group(2)]
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.groups().join("-"))
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(secret)")
    }
}

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotACode {
    /// It has not eighteen letters.
    #[error("a code has 18 letters and digits; this has {0}")]
    Length(usize),
    /// It has a sign that no code has.
    #[error("a code has no {0:?}; look at it again")]
    Letter(char),
    /// A letter is wrong or two have changed places.
    #[error("a letter is wrong, or two have changed places; compare it with the code, group by group")]
    Check,
}

impl FromStr for EnrolmentCode {
    type Err = NotACode;

    /// Reads it as people write it: in small letters, with spaces or dashes, with O for 0 and
    /// I or L for 1.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let mut letters = [0; LETTERS];
        let mut count = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–')) {
            let value = value_of(c).map_err(|error| match error {
                NotAReference::Letter(c) => NotACode::Letter(c),
                _ => NotACode::Check,
            })?;
            if let Some(letter) = letters.get_mut(count) {
                *letter = value;
            }
            count += 1;
        }
        if count != LETTERS {
            return Err(NotACode::Length(count));
        }
        let code = Self(letters);
        if code.0[RANDOM..] == check_letters(&letters) { Ok(code) } else { Err(NotACode::Check) }
    }
}

/// By what hub and pillar know a code and prove that they do.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct CodeKeys {
    /// Names the code; whoever sees it learns nothing of the rest.
    #[zeroize(skip)]
    pub id: CodeId,
    /// The key of both proofs.
    pub key: [u8; 32],
}

impl CodeKeys {
    pub(super) fn mac_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.key)
    }
}

impl fmt::Debug for CodeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeKeys({})", self.id)
    }
}

/// The name of a code, written in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("pattern" = "^[0-9a-f]{32}$")))]
#[serde(try_from = "String", into = "String")]
pub struct CodeId(pub [u8; 16]);

impl fmt::Display for CodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<CodeId> for String {
    fn from(id: CodeId) -> Self {
        id.to_string()
    }
}

/// A text names no code.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the name of a code has 32 hexadecimal digits")]
pub struct NoCodeId;

impl TryFrom<String> for CodeId {
    type Error = NoCodeId;

    fn try_from(text: String) -> Result<Self, NoCodeId> {
        text.parse()
    }
}

impl FromStr for CodeId {
    type Err = NoCodeId;

    fn from_str(text: &str) -> Result<Self, NoCodeId> {
        let is_plain = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_plain).ok_or(NoCodeId)?;
        Ok(Self(number.to_be_bytes()))
    }
}

fn expand(extracted: &hkdf::Prk, what: &[u8], into: &mut [u8]) {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    // It fails only for more than 255 blocks; then what follows from the code would be zeros on both sides, and a test
    // holds it to what it is.
    let _ = extracted.expand(&[what], Length(into.len())).and_then(|okm| okm.fill(into));
}

/// Two weighted sums of the random letters over GF(2⁵), with the weights αⁱ and α²ⁱ: together they are those of a
/// Reed-Solomon code, which finds any two wrong letters.
fn check_letters(letters: &[u8; LETTERS]) -> [u8; 2] {
    let (mut once, mut twice) = (0, 0);
    let mut weight = 1;
    for &letter in &letters[..RANDOM] {
        weight = times(weight, 2);
        once ^= times(weight, letter);
        twice ^= times(times(weight, weight), letter);
    }
    [once, twice]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BITS: u128 = 0x0123_4567_89ab_cdef_fedc;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let code = EnrolmentCode::from_bits(BITS);
        let text = code.to_string();
        assert_eq!(text.len(), 20);
        assert_eq!(text.parse::<EnrolmentCode>(), Ok(code.clone()));
        let sloppy = text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(sloppy.parse::<EnrolmentCode>(), Ok(code));
    }

    #[test]
    fn one_or_two_wrong_letters_and_swaps_are_found() {
        let code = EnrolmentCode::from_bits(BITS);
        let plain: Vec<u8> = code.groups().concat().into_bytes();
        let read = |letters: &[u8]| String::from_utf8(letters.to_vec()).unwrap().parse::<EnrolmentCode>();
        for first in 0..LETTERS {
            for second in first..LETTERS {
                let mut swapped = plain.clone();
                swapped.swap(first, second);
                assert_eq!(read(&swapped).is_ok(), swapped == plain, "{first} {second}");
                for (one, other) in [(1, 1), (1, 7), (19, 30)] {
                    let mut wrong = plain.clone();
                    for (place, by) in [(first, one), (second, other)] {
                        let value = ALPHABET.iter().position(|&known| known == wrong[place]).unwrap();
                        wrong[place] = ALPHABET[(value + by) % 32];
                    }
                    let same = wrong == plain;
                    assert_eq!(read(&wrong), if same { Ok(code.clone()) } else { Err(NotACode::Check) });
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_says_why() {
        assert_eq!("ABC".parse::<EnrolmentCode>(), Err(NotACode::Length(3)));
        assert_eq!("7K3MQ9-XA2FT0-1BCDE!".parse::<EnrolmentCode>(), Err(NotACode::Letter('!')));
        assert_eq!("UUUUUU-UUUUUU-UUUUUU".parse::<EnrolmentCode>(), Err(NotACode::Letter('U')));
    }

    #[test]
    fn what_follows_from_a_code_is_always_the_same_and_of_another_code_another() {
        let keys = EnrolmentCode::from_bits(BITS).keys();
        assert_eq!(keys, EnrolmentCode::from_bits(BITS).keys());
        assert_ne!(keys.id.0, [0; 16]);
        assert_ne!(keys.key, [0; 32]);
        let other = EnrolmentCode::from_bits(BITS + 1).keys();
        assert!(other.id != keys.id && other.key != keys.key);
        assert_eq!(keys.id.to_string().parse(), Ok(keys.id));
        assert_eq!("x".parse::<CodeId>(), Err(NoCodeId));
        assert_eq!("+23456789012345678901234567890ab".parse::<CodeId>(), Err(NoCodeId));
    }

    #[test]
    fn neither_a_code_nor_its_key_is_written_into_a_log() {
        let code = EnrolmentCode::from_bits(BITS);
        assert_eq!(format!("{code:?}"), "EnrolmentCode(secret)");
        assert_eq!(format!("{:?}", code.keys()), format!("CodeKeys({})", code.keys().id));
    }
}
