//! The fixed words that Rust says (receipt, messages on screens, speech), in every language.
//!
//! They come from gettext `.po` files in `ui/lang/<language>/LC_MESSAGES/`, next to those of the
//! screens; the English text is the key and needs no file. Invariant: every key that a resident can
//! read or hear, or a technician at the screen, is translated into every language, which tests check, so that
//! nobody reads half one language and half another.

use std::collections::HashMap;
use std::sync::LazyLock;

use zuil_catalogue::Language;

#[cfg(test)]
mod tests;

/// The words in a language for an English key; the key itself where there is no translation.
#[must_use]
pub fn say(language: Language, key: &'static str) -> &'static str {
    words_of(language).and_then(|words| words.said.get(key)).map_or(key, String::as_str)
}

/// The words in a language for so many of something, with `{n}` replaced by how many; `one` is the English key, and `many`
/// its plural.
#[must_use]
pub fn count(language: Language, one: &'static str, many: &'static str, n: u64) -> String {
    let forms = words_of(language).and_then(|words| words.counted.get(one));
    let words = match forms.and_then(|forms| forms.get(form_of(language, n))) {
        Some(form) => form.as_str(),
        None if n == 1 => one,
        None => many,
    };
    fill(words, &[("n", &n.to_string())])
}

/// Which form belongs to a number, as the files of the language say in `Plural-Forms`.
fn form_of(language: Language, n: u64) -> usize {
    let is_few = (2..=4).contains(&(n % 10)) && !(12..=14).contains(&(n % 100));
    match language {
        Language::En | Language::Nl | Language::De => usize::from(n != 1),
        Language::Fr | Language::Tr => usize::from(n > 1),
        Language::Pl if n == 1 => 0,
        Language::Uk if n % 10 == 1 && n % 100 != 11 => 0,
        Language::Pl | Language::Uk => usize::from(!is_few) + 1,
        Language::Ar => match (n, n % 100) {
            (0, _) => 0,
            (1, _) => 1,
            (2, _) => 2,
            (_, 3..=10) => 3,
            (_, 11..) => 4,
            _ => 5,
        },
    }
}

/// Replaces each `{name}` in words by its value.
#[must_use]
pub fn fill(words: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(words.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Words by their English key.
#[derive(Default)]
struct Words {
    said: HashMap<String, String>,
    /// All forms of what is said of numbers.
    counted: HashMap<String, Vec<String>>,
}

/// Those of a language other than English. Each is read when it is first spoken.
fn words_of(language: Language) -> Option<&'static Words> {
    let words: &'static LazyLock<Words> = match language {
        Language::En => return None,
        Language::Nl => &DUTCH,
        Language::De => &GERMAN,
        Language::Fr => &FRENCH,
        Language::Pl => &POLISH,
        Language::Tr => &TURKISH,
        Language::Ar => &ARABIC,
        Language::Uk => &UKRAINIAN,
    };
    Some(LazyLock::force(words))
}

/// The file of a language with a name, as text.
macro_rules! po {
    ($language:literal, $name:literal) => {
        include_str!(concat!("../../ui/lang/", $language, "/LC_MESSAGES/", $name, ".po"))
    };
}

/// The files of a language; only technicians read `doctor` and `service`.
macro_rules! words {
    ($language:literal) => {
        [
            po!($language, "receipt"),
            po!($language, "service"),
            po!($language, "speech"),
            po!($language, "words"),
            po!($language, "zuil"),
            po!($language, "doctor"),
        ]
    };
}

static DUTCH: LazyLock<Words> = LazyLock::new(|| read(&words!("nl")));
static GERMAN: LazyLock<Words> = LazyLock::new(|| read(&words!("de")));
static FRENCH: LazyLock<Words> = LazyLock::new(|| read(&words!("fr")));
static POLISH: LazyLock<Words> = LazyLock::new(|| read(&words!("pl")));
static TURKISH: LazyLock<Words> = LazyLock::new(|| read(&words!("tr")));
static ARABIC: LazyLock<Words> = LazyLock::new(|| read(&words!("ar")));
static UKRAINIAN: LazyLock<Words> = LazyLock::new(|| read(&words!("uk")));

/// Reads the translated entries of `.po` files. The files are part of the program and checked by a
/// test; one that cannot be read gives no words, and so the English keys.
fn read<'a>(files: impl IntoIterator<Item = &'a &'a str>) -> Words {
    let mut words = Words::default();
    for file in files {
        let Ok(catalog) = polib::po_file::parse_from_reader(file.as_bytes()) else { continue };
        for message in catalog.messages().filter(|message| message.is_translated()) {
            let key = message.msgid().to_owned();
            if let Ok(forms) = message.msgstr_plural() {
                words.counted.insert(key, forms.clone());
            } else if let Ok(text) = message.msgstr() {
                words.said.insert(key, text.to_owned());
            }
        }
    }
    words
}
