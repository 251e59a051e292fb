//! What would be half a translation.

use super::*;

const TRANSLATED: [Language; 7] =
    [Language::Nl, Language::De, Language::Fr, Language::Pl, Language::Tr, Language::Ar, Language::Uk];

/// Words that are the same in English and in another language.
const SHARED: &[&str] = &[
    "Terminal",
    "Outbox",
    "Letters",
    "Passphrase",
    "Postcode",
    "Contrast",
    "Later",
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
    "{n} minute",
    "{n} metre",
    "{weekday} {date}",
    "{weekday} {date} {year}",
    "{euros} euro",
    "{euros} euro {cents}",
    "{date}, {hour}:{minute}",
];

/// The keys that a receipt and the words that depend on data use: the strings after `say(language,`
/// in their sources; and what a pillar without a binding asks and tells, which is chosen before it is said.
fn keys() -> Vec<String> {
    let sources = [
        include_str!("../receipt/mod.rs"),
        include_str!("../receipt/payment.rs"),
        include_str!("../words.rs"),
        include_str!("../words/standing.rs"),
        include_str!("../pillar/newcomer/network/shown.rs"),
        include_str!("../pillar/newcomer/passphrase.rs"),
        include_str!("../pillar/newcomer/looking.rs"),
        include_str!("../pillar/rescue/pages.rs"),
    ];
    let calls = sources.iter().flat_map(|source| source.split("say(").skip(1));
    let keys = calls.filter_map(|call| {
        let arguments = call.split_once(',')?.1.trim_start();
        Some(arguments.strip_prefix('"')?.split('"').next()?.to_owned())
    });
    keys.chain(asked_by_a_newcomer()).collect()
}

/// The sentences of a pillar without a binding.
fn asked_by_a_newcomer() -> impl Iterator<Item = String> {
    let source = include_str!("../pillar/newcomer/hub.rs").split("#[cfg(test)]").next().unwrap_or_default();
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let strings = lines.filter_map(|line| line.split('"').nth(1).map(str::to_owned));
    strings.filter(|text| text.contains(' ') && text.ends_with(['.', '?']))
}

/// The words that residents read or hear, with every form of those that have a plural.
fn words_of(language: Language, domains: &[&str]) -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/lang").join(language.code());
    let mut words = Vec::new();
    for domain in domains {
        let path = folder.join("LC_MESSAGES").join(domain).with_extension("po");
        for message in polib::po_file::parse(&path).unwrap().messages() {
            let forms = match message.msgstr_plural() {
                Ok(forms) => forms.clone(),
                Err(_) => vec![message.msgstr().unwrap().to_owned()],
            };
            words.extend(forms.into_iter().map(|form| (message.msgid().to_owned(), form)));
        }
    }
    words
}

/// Everything that residents read or hear, and technicians at a pillar; the last names programs, files and settings.
const ALL: [&str; 6] = ["receipt", "service", "speech", "words", "zuil", "doctor"];

#[test]
fn one_of_something_is_said_as_one_in_every_language() {
    let minutes = |language, n| count(language, "{n} minute", "{n} minutes", n);
    let said = |language, numbers: [u64; 3]| numbers.map(|n| minutes(language, n));
    assert_eq!(said(Language::En, [0, 1, 2]), ["0 minutes", "1 minute", "2 minutes"]);
    assert_eq!(said(Language::Nl, [0, 1, 2]), ["0 minuten", "1 minuut", "2 minuten"]);
    assert_eq!(said(Language::De, [0, 1, 21]), ["0 Minuten", "1 Minute", "21 Minuten"]);
    assert_eq!(said(Language::Fr, [0, 1, 2]), ["0 minute", "1 minute", "2 minutes"]);
    assert_eq!(said(Language::Tr, [0, 1, 2]), ["0 dakika", "1 dakika", "2 dakika"]);
    assert_eq!(said(Language::Pl, [1, 22, 12]), ["1 minuta", "22 minuty", "12 minut"]);
    assert_eq!(said(Language::Uk, [21, 3, 11]), ["21 хвилина", "3 хвилини", "11 хвилин"]);
    assert_eq!(said(Language::Ar, [1, 3, 11]), ["1 دقيقة", "3 دقائق", "11 دقيقة"]);
}

#[test]
fn the_form_of_a_number_is_the_one_that_the_files_name() {
    let few = "n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20)";
    for (language, forms, rule) in [
        (Language::Nl, 2, "(n != 1)".to_owned()),
        (Language::De, 2, "(n != 1)".to_owned()),
        (Language::Fr, 2, "(n > 1)".to_owned()),
        (Language::Tr, 2, "(n > 1)".to_owned()),
        (Language::Pl, 3, format!("(n==1 ? 0 : {few} ? 1 : 2)")),
        (Language::Uk, 3, format!("(n%10==1 && n%100!=11 ? 0 : {few} ? 1 : 2)")),
        (
            Language::Ar,
            6,
            "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)".to_owned(),
        ),
    ] {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("ui/lang")
            .join(language.code())
            .join("LC_MESSAGES/service.po");
        let text = std::fs::read_to_string(&file).unwrap();
        let header = format!("\"Plural-Forms: nplurals={forms}; plural={rule};\\n\"");
        assert!(text.contains(&header), "{header} is not in {language:?}");
        for message in polib::po_file::parse(&file).unwrap().messages() {
            let given = message.msgstr_plural().map_or(forms, Vec::len);
            assert_eq!(given, forms, "{} in {language:?}", message.msgid());
        }
    }
    let forms = |language, numbers: [u64; 6]| numbers.map(|n| form_of(language, n));
    assert_eq!(forms(Language::Pl, [0, 1, 2, 5, 21, 22]), [2, 0, 1, 2, 2, 1]);
    assert_eq!(forms(Language::Pl, [11, 12, 14, 102, 112, 124]), [2, 2, 2, 1, 2, 1]);
    assert_eq!(forms(Language::Uk, [0, 1, 2, 5, 21, 22]), [2, 0, 1, 2, 0, 1]);
    assert_eq!(forms(Language::Uk, [11, 12, 101, 102, 111, 112]), [2, 2, 0, 1, 2, 2]);
    assert_eq!(forms(Language::Ar, [0, 1, 2, 3, 10, 11]), [0, 1, 2, 3, 3, 4]);
    assert_eq!(forms(Language::Ar, [99, 100, 101, 102, 103, 111]), [4, 5, 5, 5, 3, 4]);
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
        let words: HashMap<_, _> = words_of(language, &["receipt", "words"]).into_iter().collect();
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
fn every_language_has_the_words_of_dutch_and_no_others() {
    for domain in ALL {
        let keys = |language| -> std::collections::BTreeSet<String> {
            words_of(language, &[domain]).into_iter().map(|(key, _)| key).collect()
        };
        let dutch = keys(Language::Nl);
        assert!(dutch.len() > 10, "{domain}");
        for language in TRANSLATED {
            assert_eq!(keys(language), dutch, "{domain} in {language:?}");
        }
    }
}

#[test]
fn no_translation_is_empty_or_marked_as_doubtful() {
    for language in TRANSLATED {
        for (key, words) in words_of(language, &ALL) {
            assert!(!words.trim().is_empty(), "{key:?} in {language:?}");
        }
        for domain in ALL {
            let folder =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/lang").join(language.code());
            let catalog =
                polib::po_file::parse(&folder.join("LC_MESSAGES").join(domain).with_extension("po")).unwrap();
            assert!(!catalog.messages().any(|message| message.is_fuzzy()), "{domain} in {language:?}");
        }
    }
}

#[test]
fn a_translation_keeps_its_placeholders() {
    for language in TRANSLATED {
        for (key, words) in words_of(language, &ALL) {
            assert_eq!(placeholders(&key), placeholders(&words), "{words:?} in {language:?}");
        }
    }
}

#[test]
fn nothing_is_left_in_english() {
    for language in TRANSLATED {
        for (key, words) in words_of(language, &ALL) {
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
        for (key, words) in words_of(language, &ALL[5..]) {
            let words: String =
                words.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
            let names = words.split(|c: char| !c.is_alphabetic() || own(language, c));
            for name in names {
                assert!(key.contains(name), "{name:?} in {language:?} is not in {key:?}");
            }
        }
        for (key, words) in words_of(language, &ALL[..5]) {
            let foreign = words.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
            let foreign: String =
                foreign.flat_map(str::chars).filter(|c| c.is_alphabetic() && !own(language, *c)).collect();
            // Examples of a postcode, a document and an e-mail address are as one types them; DigiD, a QR code and the
            // ID card of Ukraine are called so everywhere.
            assert!(
                ["", "AB", "QR", "ID", "naamvoorbeeldnl", "DigiD", "SPECIO", "IBANNLABNA", "GBB"]
                    .contains(&&*foreign),
                "{foreign:?} in {key:?} in {language:?}"
            );
        }
    }
}
