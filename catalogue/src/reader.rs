//! Reads TOML with a memory of where everything stands, so that a mistake can be pointed at.
//!
//! Invariant: reading goes on after a mistake; all of them end up in the [`Findings`], and a value
//! that could not be read is `None`, never a guess. Keys that nobody asked for are mistakes too.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Language, Mistake, Text};

/// The mistakes that were found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<Mistake>>);

impl Findings {
    /// All mistakes, ordered as the files were read and from top to bottom in each.
    pub(super) fn into_mistakes(self) -> Vec<Mistake> {
        let mut mistakes = self.0.into_inner();
        let mut order: Vec<String> = Vec::new();
        for mistake in &mistakes {
            if !order.contains(&mistake.file) {
                order.push(mistake.file.clone());
            }
        }
        mistakes.sort_by_key(|mistake| {
            (order.iter().position(|file| *file == mistake.file), mistake.line, mistake.column)
        });
        mistakes
    }

    /// Adds a mistake.
    pub(super) fn add(&self, mistake: Mistake) {
        self.0.borrow_mut().push(mistake);
    }
}

/// A file of the catalogue and its text.
pub(super) struct Source<'a> {
    /// Its name, relative to the catalogue's folder.
    pub(super) file: &'a str,
    /// What it says.
    pub(super) text: &'a str,
    /// Where its mistakes go.
    pub(super) findings: &'a Findings,
}

impl Source<'_> {
    /// Notes a mistake at a place in the text.
    pub(super) fn mistake(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        self.findings.add(Mistake {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// The file as a table; `None` when it is not TOML, with every place where it is not.
    pub(super) fn parse(&self) -> Option<DeTable<'_>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            if error.message().contains("duplicate key") {
                self.mistake(at, "this name stands here for the second time", "Remove one of the two. Only what may come more often, such as a question, stands between [[ and ]].");
            } else {
                self.mistake(
                    at,
                    format!("this cannot be read ({})", error.message()),
                    "Compare it with a line that is right: title.nl = \"Grofvuil\". Each text needs a \
                     double quote before and after it.",
                );
            }
        }
        errors.is_empty().then(|| table.into_inner())
    }
}

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    /// The value.
    pub(super) value: T,
    /// Its place in the text.
    pub(super) at: usize,
}

/// A table of a file, such as one question.
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    /// What it is to the editor, such as `this question`.
    name: String,
    /// Where it begins.
    pub(super) at: usize,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    /// A table that begins at a place.
    pub(super) fn new(
        source: &'a Source<'a>,
        table: &'a DeTable<'a>,
        name: impl Into<String>,
        at: usize,
    ) -> Self {
        Self { source, table, name: name.into(), at, asked: RefCell::default() }
    }

    /// Notes a mistake at a place.
    pub(super) fn mistake(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.source.mistake(at, what, remedy);
    }

    /// A string that must be there and not be empty.
    pub(super) fn word(&self, key: &'static str) -> Option<Placed<String>> {
        let (_, value) = self.needed(key, &format!("Add a line such as: {key} = \"…\""))?;
        self.string(key, value)
    }

    /// A text that must be there, in Dutch at least.
    pub(super) fn text(&self, key: &'static str) -> Option<Text> {
        let (at, value) = self.needed(key, &format!("Add a line such as: {key}.nl = \"…\""))?;
        self.read_text(key, at, value)
    }

    /// A text that may be missing, but has Dutch when it is there.
    pub(super) fn optional_text(&self, key: &'static str) -> Option<Text> {
        let (at, value) = self.find(key)?;
        self.read_text(key, at, value)
    }

    /// A whole number within limits, or a default when it is not there and there is one.
    pub(super) fn number(
        &self,
        key: &'static str,
        range: RangeInclusive<u64>,
        default: Option<u64>,
    ) -> Option<Placed<u64>> {
        let limits = format!("{key} must be a whole number from {} to {}", range.start(), range.end());
        let Some((at, value)) = self.find(key) else {
            if default.is_none() {
                let remedy = format!("Add a line such as: {key} = {}", range.end());
                self.mistake(self.at, format!("{} has no {key}", self.name), remedy);
            }
            return default.map(|value| Placed { value, at: self.at });
        };
        let place = value.span().start;
        let read = match value.get_ref() {
            DeValue::Integer(digits) => u64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        match read.filter(|number| range.contains(number)) {
            Some(value) => Some(Placed { value, at }),
            None => {
                let remedy = format!(
                    "Write a number from {} to {} without quotes, such as: {key} = {}",
                    range.start(),
                    range.end(),
                    range.end()
                );
                self.mistake(place, limits, remedy);
                None
            }
        }
    }

    /// `true` or `false`, or the default when it is not there.
    pub(super) fn yes_no(&self, key: &'static str, default: bool) -> bool {
        let Some((_, value)) = self.find(key) else { return default };
        value.get_ref().as_bool().unwrap_or_else(|| {
            let remedy = format!("Write {key} = true or {key} = false, without quotes.");
            self.mistake(value.span().start, format!("{key} is neither true nor false"), remedy);
            default
        })
    }

    /// A list of strings that must be there and not be empty, and where the list stands.
    pub(super) fn words(&self, key: &'static str) -> Option<Placed<Vec<Placed<String>>>> {
        let remedy = format!("Write a list with at least one text, such as: {key} = [\"…\"]");
        let (at, value) = self.needed(key, &remedy)?;
        match value.get_ref().as_array() {
            Some(list) if !list.is_empty() => {
                let value = list.iter().filter_map(|item| self.string(key, item)).collect();
                Some(Placed { value, at })
            }
            _ => {
                self.mistake(value.span().start, format!("{key} is not a list with something in it"), remedy);
                None
            }
        }
    }

    /// A list of strings that may be missing, but has something in it when it is there.
    pub(super) fn optional_words(&self, key: &'static str) -> Option<Placed<Vec<Placed<String>>>> {
        let there = self.table.keys().any(|name| name.get_ref() == key);
        if there {
            return self.words(key);
        }
        self.asked.borrow_mut().push(key);
        None
    }

    /// A table under a key, when it is there.
    pub(super) fn section(&self, key: &'static str, name: &str) -> Option<Section<'a>> {
        let (at, value) = self.find(key)?;
        if let Some(table) = value.get_ref().as_table() {
            return Some(Section::new(self.source, table, name, at));
        }
        self.mistake(
            value.span().start,
            format!("{key} is not a group of lines"),
            format!("Write [{key}] on a line of its own, and what belongs to it below."),
        );
        None
    }

    /// The tables of a list of tables (`[[key]]`); none when it is not there.
    pub(super) fn sections(&self, key: &'static str, name: &str) -> Vec<Section<'a>> {
        let Some((_, value)) = self.find(key) else { return Vec::new() };
        let tables: Option<Vec<_>> = value.get_ref().as_array().and_then(|list| {
            list.iter()
                .map(|item| {
                    let table = item.get_ref().as_table()?;
                    Some(Section::new(self.source, table, name, item.span().start))
                })
                .collect()
        });
        tables.unwrap_or_else(|| {
            let remedy = format!("Write [[{key}]] on a line of its own before each of them.");
            self.mistake(value.span().start, format!("{key} is not a list of groups"), remedy);
            Vec::new()
        })
    }

    /// The whole of this section as a text: `nl = "…"`, `en = "…"`.
    pub(super) fn as_text(&self) -> Option<Text> {
        self.languages(self.table, self.at, &[])
    }

    /// Ends the reading: whatever was not asked for is a mistake.
    pub(super) fn close(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            if !asked.contains(&key.get_ref().as_ref()) {
                let remedy = format!("Remove it, or correct it to one of: {}.", asked.join(", "));
                self.mistake(key.span().start, format!("{} has no \"{}\"", self.name, key.get_ref()), remedy);
            }
        }
    }

    fn find(&self, key: &'static str) -> Option<(usize, &'a Spanned<DeValue<'a>>)> {
        self.asked.borrow_mut().push(key);
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((name.span().start, value))
    }

    fn needed(&self, key: &'static str, remedy: &str) -> Option<(usize, &'a Spanned<DeValue<'a>>)> {
        let found = self.find(key);
        if found.is_none() {
            self.mistake(self.at, format!("{} has no {key}", self.name), remedy);
        }
        found
    }

    fn string(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Placed<String>> {
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

    fn read_text(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        if let Some(table) = value.get_ref().as_table() {
            return self.languages(table, at, &[key]);
        }
        let remedy = format!("Say in which language it is: {key}.nl = \"…\" and {key}.en = \"…\"");
        self.mistake(at, format!("{key} is not a text in a language"), remedy);
        None
    }

    fn languages(&self, table: &DeTable<'_>, at: usize, path: &[&str]) -> Option<Text> {
        let full = |code: &str| path.iter().copied().chain([code]).collect::<Vec<_>>().join(".");
        let mut texts = BTreeMap::new();
        for (code, value) in table {
            let name = full(code.get_ref());
            match Language::from_code(code.get_ref()) {
                Some(language) => {
                    texts.extend(self.string(&name, value).map(|text| (language, text.value)));
                }
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
        let given = table.keys().any(|code| code.get_ref() == Language::Nl.code());
        if !given {
            let name = full("nl");
            self.mistake(
                at,
                format!("{} has no Dutch text: {name} is missing", self.name),
                format!("Add a line such as: {name} = \"…\". Other languages may be missing; Dutch may not."),
            );
        }
        texts.contains_key(&Language::Nl).then_some(Text(texts))
    }
}
