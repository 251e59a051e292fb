//! Cuts text into words and brings words that residents mean alike to one form.
//!
//! Invariant: a text in the catalogue and the same text typed without capitals, accents or vowel signs
//! give the same words.

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::filler;
use crate::Language;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// As it was written, in small letters.
    pub(super) lower: String,
    /// Without accents and variants of letters, too.
    pub(super) folded: String,
    /// Whether a hyphen ties it to the word before, as in "ID-kaart".
    pub(super) tied: bool,
}

/// The words of a text. Single letters are none, but for one at the end: the beginning of a word.
pub(super) fn words(text: &str, language: Language) -> Vec<Word> {
    let mut found = Vec::new();
    let mut lower = String::new();
    let mut tied = false;
    let mut finish = |lower: &mut String, tied: bool, last: bool| {
        let folded = fold(lower);
        if folded.chars().nth(1).is_some() || (last && !folded.is_empty()) {
            found.push(Word { lower: std::mem::take(lower), folded, tied });
            return true;
        }
        lower.clear();
        false
    };
    for letter in text.nfc() {
        match letter {
            '\'' | '’' | 'ʼ' | '‘' | '`' if language == Language::Uk => {}
            _ if letter.is_alphanumeric() || is_combining_mark(letter) || letter == 'ـ' => {
                lower.extend(letter.to_lowercase());
            }
            _ => {
                let hyphen = matches!(letter, '-' | '‐' | '‑');
                tied = finish(&mut lower, tied, false) && hyphen;
            }
        }
    }
    finish(&mut lower, tied, true);
    found
}

/// A word without accents, vowel signs, ligatures and the variants that Arabic letters have.
pub(super) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.nfkd().filter(|&letter| !is_combining_mark(letter)).flat_map(char::to_lowercase) {
        match letter {
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'đ' => folded.push('d'),
            'ø' => folded.push('o'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ґ' => folded.push('г'),
            'ى' | 'ی' => folded.push('ي'),
            'ة' => folded.push('ه'),
            'ک' => folded.push('ك'),
            'ـ' | '\u{307}' => {}
            '٠'..='٩' => folded.extend(char::from_digit(letter as u32 - '٠' as u32, 10)),
            _ => folded.push(letter),
        }
    }
    folded
}

/// Finds the stem that the forms of a word share.
pub(super) struct Stems(Language, Stemmer);

impl Stems {
    pub(super) fn new(language: Language) -> Self {
        Self(
            language,
            Stemmer::create(match language {
                Language::Nl => Algorithm::Dutch,
                Language::En => Algorithm::English,
                Language::De => Algorithm::German,
                Language::Fr => Algorithm::French,
                Language::Pl => Algorithm::Polish,
                Language::Tr => Algorithm::Turkish,
                Language::Ar => Algorithm::Arabic,
                Language::Uk => Algorithm::Ukrainian,
            }),
        )
    }

    /// The stems of a word: as it was written, and as it is without accents, where that differs. A filler
    /// is a stem of its own: "waar" is no "waarde".
    pub(super) fn of(&self, lower: &str, folded: &str) -> Vec<String> {
        if filler::is(folded, self.0) {
            return vec![format!("={folded}")];
        }
        let mut stems = vec![fold(&self.1.stem(lower))];
        let bare = fold(&self.1.stem(folded));
        if !stems.contains(&bare) {
            stems.push(bare);
        }
        stems.retain(|stem| !stem.is_empty());
        if stems.is_empty() {
            stems.push(folded.to_owned());
        }
        stems
    }
}
