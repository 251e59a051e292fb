//! Cuts text into words and brings words that residents mean alike to one form.
//!
//! Invariant: a text in the catalogue and the same text typed without capitals, accents or vowel signs
//! give the same words.

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::filler;
use crate::Language;

/// Makes an Arabic word longer on paper, and means nothing.
const TATWEEL: char = 'ـ';

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

/// The words of a text. A single letter is none, but at the end it is the beginning of one.
pub(super) fn words(text: &str, language: Language) -> Vec<Word> {
    let inside = |letter: char| language == Language::Uk && is_apostrophe(letter);
    let text: String = text.nfc().filter(|&letter| !inside(letter)).flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    let mut rest = text.as_str();
    let mut kept = false;
    while let Some(start) = rest.find(in_word) {
        let (gap, from_word) = rest.split_at(start);
        let end = from_word.find(|letter| !in_word(letter)).unwrap_or(from_word.len());
        let (lower, after) = from_word.split_at(end);
        rest = after;
        let folded = fold(lower);
        let tied = kept && matches!(gap, "-" | "‐" | "‑");
        kept = match folded.chars().count() {
            0 => false,
            // The s of "auto's" is the end of a word.
            1 => rest.is_empty() && !gap.ends_with(is_apostrophe),
            _ => true,
        };
        if kept {
            found.push(Word { lower: lower.to_owned(), folded, tied });
        }
    }
    found
}

fn in_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter) || letter == TATWEEL
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | 'ʼ' | '‘' | '`')
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
            TATWEEL => {}
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
        let mut stems = vec![fold(&self.1.stem(lower)), fold(&self.1.stem(folded))];
        // The stemmer takes "kaartje" for a small "kaar".
        let diminutive = folded.strip_suffix("tje").or_else(|| folded.strip_suffix("tjes"));
        if let Some(start) = diminutive.filter(|_| self.0 == Language::Nl) {
            stems.push(fold(&self.1.stem(&format!("{start}t"))));
        }
        stems.dedup();
        stems.retain(|stem| !stem.is_empty());
        if stems.is_empty() {
            stems.push(folded.to_owned());
        }
        stems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, language: Language) -> Vec<String> {
        words(text, language).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn accents_capitals_and_ligatures_make_no_difference() {
        assert_eq!(folded("ÉÉN Œuvre Łódź STRAẞE", Language::Nl), ["een", "oeuvre", "lodz", "strasse"]);
        assert_eq!(folded("İSTANBUL ılık", Language::Tr), ["istanbul", "ilik"]);
        assert_eq!(folded("e\u{301}tat", Language::Fr), ["etat"]);
    }

    #[test]
    fn an_apostrophe_ends_a_word_but_in_ukrainian() {
        assert_eq!(folded("foto's d’identité", Language::Nl), ["foto", "identite"]);
        assert_eq!(folded("foto's", Language::Nl), ["foto"]);
        assert_eq!(folded("сім’я", Language::Uk), ["сімя"].map(fold));
    }

    #[test]
    fn vowel_signs_and_variants_of_arabic_letters_make_no_difference() {
        assert_eq!(folded("كِتَـــابٌ أُسرة مستشفى", Language::Ar), ["كتاب", "اسره", "مستشفي"]);
        assert_eq!(folded("٢٠٢٦", Language::Ar), ["2026"]);
    }

    #[test]
    fn a_letter_alone_is_a_word_only_where_typing_stopped() {
        assert_eq!(folded("a b pas", Language::Nl), ["pas"]);
        assert_eq!(folded("pas p", Language::Nl), ["pas", "p"]);
        assert_eq!(folded("pas p ", Language::Nl), ["pas"]);
    }

    #[test]
    fn a_hyphen_ties_two_words() {
        let tied = |text| words(text, Language::Nl).into_iter().map(|word| word.tied).collect::<Vec<_>>();
        assert_eq!(tied("ID-kaart - kwijt"), [false, true, false]);
        assert_eq!(tied("oude x-ray"), [false, false]);
    }

    #[test]
    fn a_stem_is_shared_by_the_forms_of_a_word() {
        let stems = |word: &str, language| Stems::new(language).of(word, &fold(word));
        for (language, one, other) in [
            (Language::Nl, "vergunningen", "vergunning"),
            (Language::Nl, "paspoortje", "paspoort"),
            (Language::Nl, "huisjes", "huis"),
            (Language::Pl, "paszportu", "paszport"),
            (Language::Uk, "паспорта", "паспорт"),
        ] {
            let other = stems(other, language);
            assert!(stems(one, language).iter().any(|stem| other.contains(stem)), "{one}");
        }
    }

    #[test]
    fn a_filler_shares_its_stem_with_no_other_word() {
        let stems = Stems::new(Language::Nl);
        assert_ne!(stems.of("waar", "waar"), stems.of("waarde", "waarde"));
    }
}
