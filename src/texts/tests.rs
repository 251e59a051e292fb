//! What would be half a translation.

use super::*;

const TRANSLATED: [Language; 7] =
    [Language::Nl, Language::De, Language::Fr, Language::Pl, Language::Tr, Language::Ar, Language::Uk];

/// Words that are the same in English and in another language.
const SHARED: &[&str] = &[
    "Terminal",
    "Mo",
    "Fr",
    "Sa",
    "April",
    "August",
    "September",
    "November",
    "{day} April",
    "{day} August",
    "{day} September",
    "{day} November",
];

/// The keys that a receipt and the words that depend on data use: the strings after `say(language,`
/// in their sources.
fn keys() -> Vec<String> {
    let sources = [
        include_str!("../receipt/mod.rs"),
        include_str!("../receipt/payment.rs"),
        include_str!("../words.rs"),
    ];
    let calls = sources.iter().flat_map(|source| source.split("say(").skip(1));
    let keys = calls.filter_map(|call| {
        let arguments = call.split_once(',')?.1.trim_start();
        Some(arguments.strip_prefix('"')?.split('"').next()?.to_owned())
    });
    keys.collect()
}

fn words_of(language: Language) -> HashMap<String, String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/lang").join(language.code());
    let file = |name: &str| std::fs::read_to_string(folder.join("LC_MESSAGES").join(name)).unwrap();
    read(&[&file("receipt.po"), &file("words.po")])
}

fn placeholders(words: &str) -> Vec<&str> {
    let mut names: Vec<&str> = words.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    names.sort_unstable();
    names
}

#[test]
fn everything_that_a_receipt_says_is_said_in_every_language() {
    let keys = keys();
    assert!(keys.len() > 80, "{} keys", keys.len());
    for language in TRANSLATED {
        let words = words_of(language);
        for key in &keys {
            assert!(words.contains_key(key), "{key:?} is not in {language:?}");
            assert_eq!(say(language, key.clone().leak()), words[key]);
        }
        let unused: Vec<_> = words.keys().filter(|key| !keys.contains(key)).collect();
        assert!(
            unused.is_empty() || unused == ["Yes", "No"] || unused == ["No", "Yes"],
            "{unused:?} in {language:?}"
        );
    }
}

#[test]
fn a_translation_keeps_its_placeholders() {
    for language in TRANSLATED {
        for (key, words) in words_of(language) {
            assert_eq!(placeholders(&key), placeholders(&words), "{words:?} in {language:?}");
        }
    }
}

#[test]
fn nothing_is_left_in_english() {
    for language in TRANSLATED {
        for (key, words) in words_of(language) {
            let without_names =
                key.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
            let has_words = without_names.into_iter().any(|part| part.chars().any(char::is_alphabetic));
            assert!(
                !has_words || key != words || SHARED.contains(&key.as_str()),
                "{words:?} in {language:?}"
            );
        }
    }
}

#[test]
fn every_language_is_written_in_its_own_letters() {
    let own = |language: Language, c: char| match language {
        Language::Ar => ('\u{600}'..='\u{6ff}').contains(&c),
        Language::Uk => ('\u{400}'..='\u{4ff}').contains(&c),
        _ => c < '\u{250}',
    };
    for language in TRANSLATED {
        for (key, words) in words_of(language) {
            let foreign = words.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
            let foreign: String =
                foreign.flat_map(str::chars).filter(|c| c.is_alphabetic() && !own(language, *c)).collect();
            // Examples of a postcode, a document and an e-mail address are as one types them.
            assert!(
                ["", "AB", "naamvoorbeeldnl", "SPECIO"].contains(&&*foreign),
                "{foreign:?} in {key:?} in {language:?}"
            );
        }
    }
}
