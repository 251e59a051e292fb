//! Reads texts in their languages, and warns of those that are missing, too long or too hard.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Placed, Section};
use crate::readability::{self, Hard};
use crate::{Language, Text};

/// A text of more characters than this may have several lines and paragraphs.
const MANY_LINES: usize = 400;

impl Section<'_> {
    /// A text that must be there, in Dutch at least. What is longer than so many characters gets a warning.
    pub(crate) fn text(&self, key: &'static str, most: usize) -> Option<Text> {
        let (at, value) = self.needed(key, &format!("Add a line such as: {key}.nl = \"…\""))?;
        self.read_text(key, at, value, most)
    }

    /// A text that may be missing, but has Dutch when it is there.
    pub(crate) fn optional_text(&self, key: &'static str, most: usize) -> Option<Text> {
        let (at, value) = self.find(key)?;
        self.read_text(key, at, value, most)
    }

    /// Some texts that must be there, in Dutch at least: `key.nl = ["…", "…"]`.
    pub(crate) fn texts(&self, key: &'static str, most: usize) -> Option<BTreeMap<Language, Vec<String>>> {
        let remedy = format!("Add a line such as: {key}.nl = [\"…\", \"…\"]");
        let (at, value) = self.needed(key, &remedy)?;
        let Some(table) = value.get_ref().as_table() else {
            self.mistake(at, format!("{key} are not texts in a language"), remedy);
            return None;
        };
        self.by_language(table, at, &[key], |language, name, value| {
            let list = value.get_ref().as_array().filter(|list| !list.is_empty());
            let Some(list) = list else {
                self.mistake(value.span().start, format!("{name} is not a list of texts"), &remedy);
                return None;
            };
            let texts: Vec<_> = list.iter().filter_map(|text| self.filled(language, name, text)).collect();
            texts.iter().for_each(|text| self.measure(name, text, most));
            texts.first().into_iter().for_each(|shown| self.judge(name, shown));
            Some(texts.into_iter().map(|text| text.value).collect())
        })
    }

    /// The whole of this section as a text: `nl = "…"`, `en = "…"`. What is longer than so many characters gets
    /// a warning.
    pub(crate) fn as_text(&self, most: usize) -> Option<Text> {
        self.languages(self.table, self.at, &[], most)
    }

    fn read_text(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>, most: usize) -> Option<Text> {
        if let Some(table) = value.get_ref().as_table() {
            return self.languages(table, at, &[key], most);
        }
        let remedy = format!("Say in which language it is: {key}.nl = \"…\" and {key}.en = \"…\"");
        self.mistake(at, format!("{key} is not a text in a language"), remedy);
        None
    }

    fn languages(&self, table: &DeTable<'_>, at: usize, path: &[&str], most: usize) -> Option<Text> {
        let read = |language, name: &str, value: &Spanned<DeValue<'_>>| {
            let text = self.filled(language, name, value)?;
            self.measure(name, &text, most);
            self.judge(name, &text);
            if most < MANY_LINES && text.value.contains('\n') {
                self.mistake(
                    text.at,
                    format!("{name} stands on more than one line"),
                    "Write it on one line.",
                );
            }
            Some(text.value)
        };
        self.by_language(table, at, path, read).map(Text)
    }

    fn by_language<T>(
        &self,
        table: &DeTable<'_>,
        at: usize,
        path: &[&str],
        read: impl Fn(Language, &str, &Spanned<DeValue<'_>>) -> Option<T>,
    ) -> Option<BTreeMap<Language, T>> {
        let full = |code: &str| path.iter().copied().chain([code]).collect::<Vec<_>>().join(".");
        let mut texts = BTreeMap::new();
        for (code, value) in table {
            let name = full(code.get_ref());
            match Language::from_code(code.get_ref()) {
                Some(language) => texts.extend(read(language, &name, value).map(|text| (language, text))),
                None => {
                    let known = Language::ALL.map(Language::code).join(", ");
                    let remedy = format!("Remove it, or use one of the languages that there are: {known}.");
                    self.mistake(
                        code.span().start,
                        format!("\"{name}\" is in no language that the pillar has"),
                        remedy,
                    );
                }
            }
        }
        let given = |language: Language| table.keys().any(|code| code.get_ref() == language.code());
        if !given(Language::Nl) {
            let name = full("nl");
            self.mistake(
                at,
                format!("{} has no Dutch text: {name} is missing", self.name),
                format!("Add a line such as: {name} = \"…\". Other languages may be missing; Dutch may not."),
            );
        } else if !self.dutch_will_do.get() {
            let missing = self.source.findings.offered().into_iter().filter(|language| !given(*language));
            let missing: Vec<Language> = missing.collect();
            if !missing.is_empty() {
                let text = match path.join(".") {
                    key if key.is_empty() => self.name.clone(),
                    key => format!("{key} of {}", self.name),
                };
                self.source.untranslated(at, text, missing);
            }
        }
        texts.contains_key(&Language::Nl).then_some(texts)
    }

    /// Warns of a Dutch text for residents that is harder than level B1. Agents read other Dutch too.
    fn judge(&self, name: &str, text: &Placed<String>) {
        let for_residents = matches!(name.rsplit_once('.'), None | Some((_, "nl"))) && name.ends_with("nl");
        if !for_residents || name == "kcc.nl" {
            return;
        }
        let hard = readability::measure(&text.value);
        if !hard.is_empty() {
            let what: Vec<String> = hard.iter().map(Hard::what).collect();
            let remedy: Vec<String> = hard.iter().map(Hard::remedy).collect();
            self.warn(
                text.at,
                format!("{name} is harder to read than level B1: {}", what.join("; ")),
                remedy.join(" "),
            );
        }
    }

    /// Warns of a text that is too long for its place.
    fn measure(&self, name: &str, text: &Placed<String>, most: usize) {
        let length = text.value.chars().count();
        if length > most {
            self.warn(
                text.at,
                format!("{name} has {length} characters, too many for its place"),
                format!(
                    "Say it in {most} characters or fewer, or it is cut off or pushes other things away."
                ),
            );
        }
    }
}
