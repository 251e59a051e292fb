//! The fixed words that Rust says (receipt, messages on screens, speech), in every language.
//!
//! They come from gettext `.po` files in `ui/lang/<language>/LC_MESSAGES/`, next to those of the
//! screens; the English text is the key and needs no file. Invariant: every key that a resident can
//! read or hear is translated into every language, which tests check, so that nobody reads half one
//! language and half another. Only technicians read `doctor`, in Dutch or English.

use std::collections::HashMap;
use std::sync::LazyLock;

use zuil_catalogue::Language;

#[cfg(test)]
mod tests;

/// The words in a language for an English key; the key itself where there is no translation.
#[must_use]
pub fn say(language: Language, key: &'static str) -> &'static str {
    let words = match language {
        Language::En => return key,
        Language::Nl => &DUTCH,
        Language::De => &GERMAN,
        Language::Fr => &FRENCH,
        Language::Pl => &POLISH,
        Language::Tr => &TURKISH,
        Language::Ar => &ARABIC,
        Language::Uk => &UKRAINIAN,
    };
    words.get(key).map_or(key, String::as_str)
}

/// Replaces each `{name}` in words by its value.
#[must_use]
pub fn fill(words: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(words.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Words by their English key. Each language is read when it is first spoken.
type Words = LazyLock<HashMap<String, String>>;

/// The file of a language with a name, as text.
macro_rules! po {
    ($language:literal, $name:literal) => {
        include_str!(concat!("../../ui/lang/", $language, "/LC_MESSAGES/", $name, ".po"))
    };
}

/// The files of a language that residents read or hear.
macro_rules! words {
    ($language:literal) => {
        [
            po!($language, "receipt"),
            po!($language, "service"),
            po!($language, "speech"),
            po!($language, "words"),
            po!($language, "zuil"),
        ]
    };
}

static DUTCH: Words = LazyLock::new(|| read(words!("nl").iter().chain(&[po!("nl", "doctor")])));
static GERMAN: Words = LazyLock::new(|| read(&words!("de")));
static FRENCH: Words = LazyLock::new(|| read(&words!("fr")));
static POLISH: Words = LazyLock::new(|| read(&words!("pl")));
static TURKISH: Words = LazyLock::new(|| read(&words!("tr")));
static ARABIC: Words = LazyLock::new(|| read(&words!("ar")));
static UKRAINIAN: Words = LazyLock::new(|| read(&words!("uk")));

/// Reads the translated entries of `.po` files. The files are part of the program and checked by a
/// test; one that cannot be read gives no words, and so the English keys.
fn read<'a>(files: impl IntoIterator<Item = &'a &'a str>) -> HashMap<String, String> {
    files
        .into_iter()
        .filter_map(|file| polib::po_file::parse_from_reader(file.as_bytes()).ok())
        .flat_map(|catalog| {
            catalog
                .messages()
                .filter(|message| message.is_translated())
                .filter_map(|message| Some((message.msgid().to_owned(), message.msgstr().ok()?.to_owned())))
                .collect::<Vec<_>>()
        })
        .collect()
}
