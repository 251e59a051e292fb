//! Takes personal data out of what a resident typed, so that an editor may see what is asked and not found.
//!
//! Invariant: what is left has no digit, no e-mail or web address and no name of the list beside this file;
//! of a name that is a word, too ("bakker"), it has none beside another name or a form of address.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::filler;
use super::words::fold;
use crate::Language;

/// The most words that are kept: who types more tells of themselves.
const MOST_WORDS: usize = 12;

/// A name and whether it is a word, too.
static NAMES: LazyLock<HashMap<String, bool>> = LazyLock::new(|| {
    let (names, words) = include_str!("names.txt").split_once("\n\n").unwrap_or_default();
    let list = |part: &'static str, word: bool| {
        part.lines().filter(|line| !line.starts_with('#')).map(move |name| (fold(name), word))
    };
    list(words, true).chain(list(names, false)).collect()
});

/// What comes before a name, in the languages of the pillar.
static ADDRESSING: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let words = "meneer heer mevrouw dhr mevr mw mevrouws familie fam heet mr mrs ms miss sir madam herr frau \
        monsieur madame mme pan pani pana panią państwo bay bayan sayın السيد السيدة пан пані";
    words.split_whitespace().map(fold).collect()
});

/// What stands between first name and surname, or before a surname.
const PARTICLES: [&str; 19] = [
    "van", "der", "den", "de", "het", "ten", "ter", "te", "von", "el", "al", "la", "le", "du", "bin", "ibn",
    "ait", "vd", "vander",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Kept,
    Particle,
    /// A name that is a word, too.
    Either,
    Addressing,
    Taken,
}

/// What was typed, in small letters and without personal data; `None` when nothing useful is left.
///
/// Taken out are e-mail and web addresses, whatever has a digit in it and the letters of a postcode, and
/// names from a list of first names and surnames that are common in the Netherlands. A name that is a word,
/// too, is taken out beside another name, after "mevrouw" and the like, and after "van den".
#[must_use]
pub fn without_personal_data(typed: &str) -> Option<String> {
    let mut words: Vec<(String, Part)> = Vec::new();
    let mut postcode = false;
    for token in typed.split_whitespace() {
        let has_digit = token.chars().any(char::is_numeric);
        if has_digit || token.contains('@') || token.contains("://") || token.contains("www.") {
            postcode = token.chars().filter(|letter| letter.is_numeric()).count() == 4;
            words.push((String::new(), Part::Taken));
            continue;
        }
        for word in token.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '\'' | '’')) {
            let word = word.trim_matches(['\'', '’']);
            let letters = word.chars().count();
            if letters > 0 && !(postcode && letters == 2 && word.is_ascii()) {
                words.push((word.to_lowercase(), part(word)));
            }
            postcode = false;
        }
    }
    take_names(&mut words);
    let kept: Vec<String> = words
        .into_iter()
        .filter(|(_, part)| *part != Part::Taken)
        .map(|(word, _)| word)
        .take(MOST_WORDS)
        .collect();
    kept.iter().any(|word| tells(word)).then(|| kept.join(" "))
}

fn part(word: &str) -> Part {
    let folded = fold(word);
    let owner = folded.strip_suffix("'s").or_else(|| folded.strip_suffix("’s")).unwrap_or(&folded);
    match NAMES.get(owner) {
        _ if ADDRESSING.contains(&folded) => Part::Addressing,
        Some(false) => Part::Taken,
        _ if PARTICLES.contains(&folded.as_str()) => Part::Particle,
        Some(true) => Part::Either,
        None => Part::Kept,
    }
}

/// Takes out what stands beside a name and is a name then, too.
fn take_names(words: &mut [(String, Part)]) {
    for at in 0..words.len() {
        if words[at].1 == Part::Either && (beside_name(words, at) || follows_van_den(words, at)) {
            words[at].1 = Part::Taken;
        }
        if words[at].1 == Part::Kept && follows_addressing(words, at) && !filler_anywhere(&words[at].0) {
            words[at].1 = Part::Taken;
        }
    }
    // Backwards, too: "Bakker, Fatima". And the particles between.
    for at in (0..words.len()).rev() {
        let named = words.get(at + 1).is_some_and(|(next, part)| *part == Part::Taken && !next.is_empty());
        let a_name = match words[at].1 {
            // Without its name it would take the next word with it when this is screened once more.
            Part::Particle | Part::Addressing => true,
            Part::Either => !filler_anywhere(&words[at].0),
            _ => false,
        };
        if named && a_name {
            words[at].1 = Part::Taken;
        }
    }
}

/// Whether a name or a form of address stands before this word, with particles between at most.
fn beside_name(words: &[(String, Part)], at: usize) -> bool {
    let before = words[..at].iter().rev().find(|word| word.1 != Part::Particle);
    before.is_some_and(|(word, part)| *part == Part::Addressing || (*part == Part::Taken && !word.is_empty()))
        && !filler_anywhere(&words[at].0)
}

fn follows_addressing(words: &[(String, Part)], at: usize) -> bool {
    words[..at]
        .iter()
        .rev()
        .find(|word| word.1 != Part::Particle)
        .is_some_and(|word| word.1 == Part::Addressing)
}

/// Whether "van den", "van der" or "van de" stands before this word.
fn follows_van_den(words: &[(String, Part)], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |at| words[at].0.as_str());
    (before(2) == "van" && ["den", "der", "de"].contains(&before(1))) || before(1) == "vd"
}

fn filler_anywhere(word: &str) -> bool {
    Language::ALL.into_iter().any(|language| filler::is(&fold(word), language))
}

/// Whether a word says what a question may be about.
fn tells(word: &str) -> bool {
    word.chars().count() >= 2 && !filler_anywhere(word) && part(word) != Part::Addressing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_left(typed: &str, left: &str) {
        assert_eq!(without_personal_data(typed).as_deref(), Some(left), "{typed}");
    }

    #[test]
    fn a_question_without_personal_data_stays_as_it_is() {
        for typed in [
            "vliegen met een drone",
            "mag de bakker op zondag open",
            "grote boom in mei snoeien",
            "hoe lang is de wachttijd",
            "dood hert in het bos",
            "kosten van een markt",
        ] {
            assert_left(typed, typed);
        }
    }

    #[test]
    fn digits_go_with_all_that_they_are_in() {
        assert_left("vergunning voor AB-12-CD", "vergunning voor");
        assert_left("drone Kerkstraat 12a", "drone kerkstraat");
        assert_left("bsn 123456782 kwijt", "bsn kwijt");
        assert_left("zendmast 2411 AB gevaarlijk", "zendmast gevaarlijk");
        assert_left("zendmast 2411AB gevaarlijk", "zendmast gevaarlijk");
        assert_left("bel mij 06-12 34 56 78 over drone", "bel mij over drone");
        assert_left("رقم ١٢٣٤٥ رخصة", "رقم رخصة");
    }

    #[test]
    fn addresses_of_mail_and_web_go() {
        assert_left("stuur drone info naar jan.jansen@voorbeeld.nl", "stuur drone info naar");
        assert_left("zie www.voorbeeld.nl drone", "zie drone");
    }

    #[test]
    fn names_go_in_every_spelling() {
        assert_left("Fatima el Amrani drone", "drone");
        assert_left("ik ben YILMAZ en wil een drone", "ik ben en wil een drone");
        assert_left("Łukasz Wiśniewski dron", "dron");
        assert_left("lukasz wisniewski dron", "dron");
        assert_left("дрон Олександр Шевченко", "дрон");
        assert_left("drone achter Jansen’s schuur", "drone achter schuur");
        assert_left("drone van Hendriks-Willemsen", "drone");
    }

    #[test]
    fn a_name_that_is_a_word_goes_only_beside_a_name() {
        assert_left("Pieter de Groot drone", "drone");
        assert_left("mevrouw de Boer drone", "drone");
        assert_left("dhr. Bakker drone", "drone");
        assert_left("buurman van den Berg drone", "buurman drone");
        assert_left("Visser, Johanna drone", "drone");
        assert_left("drone in het bos", "drone in het bos");
        assert_left("de groene boer", "de groene boer");
    }

    #[test]
    fn who_is_addressed_goes_even_when_the_list_lacks_the_name() {
        assert_left("mevrouw Qwertinga heeft een drone", "heeft een drone");
        assert_left("goedemiddag mevrouw ik zoek een drone", "goedemiddag mevrouw ik zoek een drone");
    }

    #[test]
    fn where_nothing_useful_is_left_there_is_nothing() {
        for typed in
            ["", "   ", "?!", "06 12345678", "Fatima Yilmaz", "ik ben het", "mevrouw Jansen", "x", "a@b.nl"]
        {
            assert_eq!(without_personal_data(typed), None, "{typed}");
        }
    }

    #[test]
    fn screening_what_was_screened_takes_nothing_more() {
        for typed in
            ["mevrouw Jansen drone", "dhr. de Vries heeft een drone", "vraag aan mevrouw Qwertinga drone"]
        {
            let once = without_personal_data(typed).unwrap();
            assert_left(&once, &once);
        }
    }

    #[test]
    fn of_a_long_story_only_the_beginning_is_kept() {
        let left = without_personal_data(&"drone ".repeat(50)).unwrap();
        assert_eq!(left.split(' ').count(), MOST_WORDS);
    }

    #[test]
    fn the_list_has_names_of_all_larger_groups() {
        for name in
            ["jansen", "fatima", "mohamed", "yilmaz", "wisniewski", "oleksandr", "шевченко", "محمد", "singh"]
        {
            assert_eq!(NAMES.get(name), Some(&false), "{name}");
        }
        for name in ["bakker", "groot", "mei", "berg", "wil"] {
            assert_eq!(NAMES.get(name), Some(&true), "{name}");
        }
        assert!(NAMES.len() > 3000);
    }
}
