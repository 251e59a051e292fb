//! The fixed words that Rust says (receipt, messages on screens, speech), in every language.
//!
//! They come from gettext `.po` files in `ui/lang/<language>/LC_MESSAGES/`, next to those of the
//! screens; the English text is the key and needs no file. Invariant: every key that the source
//! names is translated, which a test checks, so that nobody reads half Dutch and half English.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::catalogue::Language;

/// The words in a language for an English key; the key itself where there is no translation.
#[must_use]
pub fn say(language: Language, key: &'static str) -> &'static str {
    match language {
        Language::En => key,
        Language::Nl => DUTCH.get(key).map_or(key, String::as_str),
    }
}

/// Replaces each `{name}` in words by its value.
#[must_use]
pub fn fill(words: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(words.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

static DUTCH: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    read(&[
        include_str!("../../ui/lang/nl/LC_MESSAGES/doctor.po"),
        include_str!("../../ui/lang/nl/LC_MESSAGES/receipt.po"),
        include_str!("../../ui/lang/nl/LC_MESSAGES/speech.po"),
        include_str!("../../ui/lang/nl/LC_MESSAGES/words.po"),
        include_str!("../../ui/lang/nl/LC_MESSAGES/zuil.po"),
    ])
});

/// Reads the translated entries of `.po` files. The files are part of the program and checked by a
/// test; one that cannot be read gives no words, and so the English keys.
fn read(files: &[&str]) -> HashMap<String, String> {
    files
        .iter()
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
