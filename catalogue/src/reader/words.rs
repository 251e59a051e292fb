//! Reads words: strings that stand alone, in lists, and under names of their own.
//!
//! Invariant: a word is neither empty nor has signs in it that no screen shows, and is without spaces around it.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::{Placed, Section};

impl Section<'_> {
    /// A string that must be there and not be empty.
    pub(crate) fn word(&self, key: &'static str) -> Option<Placed<String>> {
        let (_, value) = self.needed(key, &format!("Add a line such as: {key} = \"…\""))?;
        self.string(key, value)
    }

    /// A string that may be missing, but is not empty when it is there.
    pub(crate) fn optional_word(&self, key: &'static str) -> Option<Placed<String>> {
        let (_, value) = self.find(key)?;
        self.string(key, value)
    }

    /// A list of strings that must be there and not be empty, and where the list stands.
    pub(crate) fn words(&self, key: &'static str) -> Option<Placed<Vec<Placed<String>>>> {
        let remedy = format!("Write a list with at least one text, such as: {key} = [\"…\"]");
        let (at, value) = self.needed(key, &remedy)?;
        match value.get_ref().as_array() {
            Some(list) if !list.is_empty() => {
                let value: Vec<_> = list.iter().filter_map(|item| self.string(key, item)).collect();
                self.distinct(&value);
                Some(Placed { value, at })
            }
            _ => {
                self.mistake(value.span().start, format!("{key} is not a list with something in it"), remedy);
                None
            }
        }
    }

    /// A list of strings that may be missing, but has something in it when it is there.
    pub(crate) fn optional_words(&self, key: &'static str) -> Option<Placed<Vec<Placed<String>>>> {
        if self.has(key) {
            return self.words(key);
        }
        self.asked.borrow_mut().push(key);
        None
    }

    /// One string or a list of them; none when it is not there.
    pub(crate) fn optional_word_or_words(&self, key: &'static str) -> Vec<Placed<String>> {
        let is_list = |value: &Spanned<DeValue<'_>>| value.get_ref().as_array().is_some();
        if self.table.iter().any(|(name, value)| name.get_ref() == key && is_list(value)) {
            return self.words(key).map(|words| words.value).unwrap_or_default();
        }
        self.optional_word(key).into_iter().collect()
    }

    /// Lists of two words or more under a key, when it is there: `key = [["…", "…"], …]`.
    pub(crate) fn lists_of_words(&self, key: &'static str) -> Option<Vec<Vec<Placed<String>>>> {
        let (_, value) = self.find(key)?;
        let remedy = format!("Write lists of words that mean the same: {key} = [[\"afval\", \"vuilnis\"]]");
        let Some(lists) = value.get_ref().as_array() else {
            self.mistake(value.span().start, format!("{key} is not a list of lists"), remedy);
            return None;
        };
        let read = |list: &Spanned<DeValue<'_>>| {
            let words: Vec<Placed<String>> = list
                .get_ref()
                .as_array()
                .map(|words| words.iter().filter_map(|word| self.string(key, word)).collect())
                .unwrap_or_default();
            let given = list.get_ref().as_array().map_or(0, |words| words.len());
            if given < 2 {
                self.mistake(list.span().start, "this is not a list of two words or more", &remedy);
            }
            words
        };
        Some(lists.iter().map(read).collect())
    }

    /// The entries of a table of words under a key, each with the place and text of its name.
    pub(crate) fn named_words(
        &self,
        key: &'static str,
        name: &str,
    ) -> Option<Vec<(Placed<String>, Placed<String>)>> {
        let section = self.section(key, name)?;
        let entries = section.table.iter().filter_map(|(known, value)| {
            let named = Placed { value: known.get_ref().to_string(), at: known.span().start };
            Some((named, section.string(known.get_ref(), value)?))
        });
        Some(entries.collect())
    }

    /// One of some words, and what it stands for.
    pub(crate) fn one_of<T: Copy>(
        &self,
        word: &Placed<String>,
        known: &[(&str, T)],
        what: &str,
    ) -> Option<T> {
        let found = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.mistake(
                word.at,
                format!("there is no {what} \"{}\"", word.value),
                format!("Use one of: {}.", names.join(", ")),
            );
        }
        found
    }

    /// Notes each word that stands in a list for the second time.
    fn distinct(&self, words: &[Placed<String>]) {
        for (place, word) in words.iter().enumerate() {
            if words[..place].iter().any(|other| other.value == word.value) {
                let what = format!("\"{}\" is listed twice", word.value);
                self.mistake(word.at, what, "Remove one of the two.");
            }
        }
    }

    pub(super) fn string(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed<String>> {
        let Range { start: at, .. } = value.span();
        match value.get_ref().as_str().map(str::trim) {
            Some("") => self.mistake(at, format!("{key} is empty"), "Write the text between the quotes."),
            Some(text) if text.chars().any(|c| c.is_control() && c != '\n') => {
                self.mistake(at, format!("{key} has a sign that cannot be shown"), "Type the text anew.");
            }
            Some(text) => return Some(Placed { value: text.to_owned(), at }),
            None => {
                self.mistake(at, format!("{key} is not a text"), "Put a double quote before and after it.")
            }
        }
        None
    }
}
