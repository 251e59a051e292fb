//! The reference ("kenmerk") on a receipt: ten letters of Crockford's base32 with 50 random bits,
//! and a check letter.
//!
//! The check letter is the weighted sum of the ten over GF(2⁵) with the weights α¹…α¹⁰, all
//! different. A change of one letter changes the sum; so does a swap of any two unequal letters,
//! next to each other or not. Every such typo is therefore caught, not merely most of them.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::rand::SecureRandom;
pub use aws_lc_rs::rand::SystemRandom;
use serde::{Deserialize, Serialize};

pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 10;

/// A reference, always with a right check letter. Written in groups: `7K3M-Q9XA-2FT`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("pattern" = "^[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{3}$")))]
#[serde(try_from = "String", into = "String")]
pub struct Reference([u8; LETTERS + 1]);

impl Reference {
    /// A new reference from the low 50 bits of `random`.
    #[must_use]
    pub fn from_bits(random: u64) -> Self {
        let mut letters = [0; LETTERS + 1];
        for (place, letter) in letters.iter_mut().take(LETTERS).enumerate() {
            *letter = ((random >> (5 * place)) & 31) as u8;
        }
        letters[LETTERS] = check_letter(&letters);
        Self(letters)
    }

    /// A new, unguessable reference.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn random(source: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let mut bytes = [0; 8];
        source.fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self::from_bits(u64::from_le_bytes(bytes)))
    }

    /// The eleven letters without the grouping: `7K3MQ9XA2FT`.
    #[must_use]
    pub fn compact(&self) -> String {
        self.0.iter().map(|&letter| char::from(ALPHABET[usize::from(letter)])).collect()
    }

    /// The groups in which it is read aloud: four, four and three letters.
    #[must_use]
    pub fn groups(&self) -> [String; 3] {
        let all = self.compact();
        [all[..4].to_owned(), all[4..8].to_owned(), all[8..].to_owned()]
    }
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the operating system gave no randomness; try again")]
pub struct NoRandomness;

/// Why a text is not a reference.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAReference {
    /// It has not eleven letters.
    #[error("a reference has 11 letters and digits; this has {0}")]
    Length(usize),
    /// It has a sign that no reference has.
    #[error("a reference has no {0:?}")]
    Letter(char),
    /// A letter is wrong or two have changed places.
    #[error("one letter is wrong, or two have changed places; please read it again")]
    Check,
}

impl FromStr for Reference {
    type Err = NotAReference;

    /// Reads it as people write it: in small letters, with spaces or dashes, with O for 0 and
    /// I or L for 1.
    fn from_str(text: &str) -> Result<Self, NotAReference> {
        let values = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–'))
            .map(value_of)
            .collect::<Result<Vec<u8>, _>>()?;
        let letters: [u8; LETTERS + 1] =
            values.try_into().map_err(|values: Vec<u8>| NotAReference::Length(values.len()))?;
        if letters[LETTERS] == check_letter(&letters) { Ok(Self(letters)) } else { Err(NotAReference::Check) }
    }
}

impl TryFrom<String> for Reference {
    type Error = NotAReference;

    fn try_from(text: String) -> Result<Self, NotAReference> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.groups().join("-"))
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({self})")
    }
}

pub(crate) fn value_of(c: char) -> Result<u8, NotAReference> {
    let letter = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|&known| char::from(known) == letter)
        .and_then(|place| u8::try_from(place).ok())
        .ok_or(NotAReference::Letter(c))
}

fn check_letter(letters: &[u8; LETTERS + 1]) -> u8 {
    let mut sum = 0;
    let mut weight = 1;
    for &letter in &letters[..LETTERS] {
        weight = times(weight, 2);
        sum ^= times(weight, letter);
    }
    sum
}

/// Multiplication in GF(2⁵) with x⁵ + x² + 1, in which 2 generates all 31 non-zero elements.
pub(crate) fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a <<= 1;
        if a & 0b10_0000 != 0 {
            a ^= 0b10_0101;
        }
        b >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> impl Iterator<Item = Reference> {
        let mut random = fastrand::Rng::with_seed(0x2bad_cafe);
        (0..500).map(move |_| Reference::from_bits(random.u64(..)))
    }

    #[test]
    fn a_typo_of_one_letter_is_always_caught() {
        for reference in samples() {
            for place in 0..=LETTERS {
                for other in 0..32 {
                    let mut typo = reference.0;
                    typo[place] = other;
                    let text: String = typo.iter().map(|&v| char::from(ALPHABET[usize::from(v)])).collect();
                    assert_eq!(text.parse::<Reference>().is_ok(), typo == reference.0, "{text}");
                }
            }
        }
    }

    #[test]
    fn a_swap_of_any_two_letters_is_always_caught() {
        for reference in samples() {
            for first in 0..=LETTERS {
                for second in first + 1..=LETTERS {
                    let mut swapped = reference.0;
                    swapped.swap(first, second);
                    let text: String =
                        swapped.iter().map(|&v| char::from(ALPHABET[usize::from(v)])).collect();
                    assert_eq!(text.parse::<Reference>().is_ok(), swapped == reference.0, "{text}");
                }
            }
        }
    }

    #[test]
    fn it_is_read_as_people_write_it() {
        let reference = Reference::from_bits(0x0003_1415_9265_3589);
        let spoken =
            reference.to_string().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(spoken.parse(), Ok(reference));
    }

    #[test]
    fn what_is_not_a_reference_is_told_why() {
        assert_eq!("7K3M".parse::<Reference>(), Err(NotAReference::Length(4)));
        assert_eq!("7K3M-Q9X!-2FT".parse::<Reference>(), Err(NotAReference::Letter('!')));
    }

    #[test]
    fn all_fifty_bits_matter() {
        let zero = Reference::from_bits(0);
        for bit in 0..50 {
            assert_ne!(Reference::from_bits(1 << bit), zero);
        }
    }
}
