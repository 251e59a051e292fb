//! Reads TOML with a memory of where everything stands, so that a mistake can be pointed at.
//!
//! Invariant: reading goes on after a mistake; all of them end up in the [`Findings`](super::findings::Findings), and a
//! value that could not be read is `None`, never a guess. Keys that nobody asked for are mistakes too.

use std::cell::{Cell, RefCell};
use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::Language;

mod fill;
mod slips;
mod source;
mod texts;

pub(super) use slips::is_meant;
pub(super) use source::Source;

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
    /// Keys that were taken for others, and said to be.
    mistyped: RefCell<Vec<String>>,
    /// Its texts may be in Dutch only.
    dutch_will_do: Cell<bool>,
    /// What else stands here cannot be judged.
    let_pass: Cell<bool>,
}

impl<'a> Section<'a> {
    /// A table that begins at a place.
    pub(super) fn new(
        source: &'a Source<'a>,
        table: &'a DeTable<'a>,
        name: impl Into<String>,
        at: usize,
    ) -> Self {
        Self {
            source,
            table,
            name: name.into(),
            at,
            asked: RefCell::default(),
            mistyped: RefCell::default(),
            dutch_will_do: Cell::default(),
            let_pass: Cell::default(),
        }
    }

    /// Says in which languages texts are missed from here on, in this file and the next ones.
    pub(super) fn offer(&self, languages: &[Language]) {
        self.source.findings.offer(languages);
    }

    /// What was read of this section, which is `None` only when some mistake says why.
    pub(super) fn kept<T>(&self, read: Option<T>) -> Option<T> {
        self.source.kept(self.at, read)
    }

    /// Says that the other keys of this section cannot be judged, because what decides them has a mistake.
    pub(super) fn let_pass(&self) {
        self.let_pass.set(true);
    }

    /// Reads something of which no translation is missed.
    pub(super) fn dutch_will_do<T>(&self, read: impl FnOnce(&Self) -> T) -> T {
        let before = self.dutch_will_do.replace(true);
        let read = read(self);
        self.dutch_will_do.set(before);
        read
    }

    /// The word under a key, without having asked for it.
    pub(super) fn peek(&self, key: &str) -> Option<&str> {
        self.table.iter().find(|(name, _)| name.get_ref() == key)?.1.get_ref().as_str()
    }

    /// Notes a mistake at a place.
    pub(super) fn mistake(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.source.mistake(at, what, remedy);
    }

    /// Notes what could be better at a place.
    pub(super) fn warn(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.source.warn(at, what, remedy);
    }

    /// A string that may be missing, but is not empty when it is there.
    pub(super) fn optional_word(&self, key: &'static str) -> Option<Placed<String>> {
        let (_, value) = self.find(key)?;
        self.string(key, value)
    }

    /// One of some words, and what it stands for.
    pub(super) fn one_of<T: Copy>(
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

    /// A day that must be there, such as `2026-11-22`, without quotes.
    pub(super) fn date(&self, key: &'static str) -> Option<Date> {
        let (at, value) = self.needed(key, &format!("Add a line such as: {key} = 2026-11-22"))?;
        self.read_date(key, at, value)
    }

    /// A day that may be missing.
    pub(super) fn optional_date(&self, key: &'static str) -> Option<Date> {
        let (at, value) = self.find(key)?;
        self.read_date(key, at, value)
    }

    fn read_date(&self, key: &str, at: usize, value: &Spanned<DeValue<'_>>) -> Option<Date> {
        let written = value.get_ref().as_datetime().filter(|written| written.time.is_none());
        let date = written.and_then(|written| written.to_string().parse().ok());
        if date.is_none() {
            self.mistake(
                at,
                format!("{key} is not a day"),
                format!("Write year, month and day without quotes, such as: {key} = 2026-11-22"),
            );
        }
        date
    }

    /// A string that must be there and not be empty.
    pub(super) fn word(&self, key: &'static str) -> Option<Placed<String>> {
        let (_, value) = self.needed(key, &format!("Add a line such as: {key} = \"…\""))?;
        self.string(key, value)
    }

    /// A whole number within limits, which may be below zero, or a default when it is not there.
    pub(super) fn signed(
        &self,
        key: &'static str,
        range: RangeInclusive<i32>,
        default: Option<i32>,
    ) -> Option<Placed<i32>> {
        let example = format!(
            "Write a number from {} to {} without quotes, such as: {key} = {}",
            range.start(),
            range.end(),
            (*range.start()).max(1)
        );
        let Some((at, value)) = self.find(key) else {
            if default.is_none() {
                self.mistake(self.at, format!("{} has no {key}", self.name), example);
            }
            return default.map(|value| Placed { value, at: self.at });
        };
        let read = match value.get_ref() {
            DeValue::Integer(digits) => i32::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        let found = read.filter(|number| range.contains(number)).map(|value| Placed { value, at });
        if found.is_none() {
            let limits = format!("{key} must be a whole number from {} to {}", range.start(), range.end());
            self.mistake(value.span().start, limits, example);
        }
        found
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
                let remedy = format!("Add a line such as: {key} = {}", (*range.start()).max(1));
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
                    (*range.start()).max(1)
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

    /// Notes each word that stands in a list for the second time.
    fn distinct(&self, words: &[Placed<String>]) {
        for (place, word) in words.iter().enumerate() {
            if words[..place].iter().any(|other| other.value == word.value) {
                let what = format!("\"{}\" is listed twice", word.value);
                self.mistake(word.at, what, "Remove one of the two.");
            }
        }
    }

    /// A list of strings that may be missing, but has something in it when it is there.
    pub(super) fn optional_words(&self, key: &'static str) -> Option<Placed<Vec<Placed<String>>>> {
        if self.has(key) {
            return self.words(key);
        }
        self.asked.borrow_mut().push(key);
        None
    }

    /// One string or a list of them; none when it is not there.
    pub(super) fn optional_word_or_words(&self, key: &'static str) -> Vec<Placed<String>> {
        let is_list = |value: &Spanned<DeValue<'_>>| value.get_ref().as_array().is_some();
        if self.table.iter().any(|(name, value)| name.get_ref() == key && is_list(value)) {
            return self.words(key).map(|words| words.value).unwrap_or_default();
        }
        self.optional_word(key).into_iter().collect()
    }

    /// Lists of two words or more under a key, when it is there: `key = [["…", "…"], …]`.
    pub(super) fn lists_of_words(&self, key: &'static str) -> Option<Vec<Vec<Placed<String>>>> {
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
            let header = self.header(value.span().start).unwrap_or(key);
            let remedy = format!("Write [[{header}]] on a line of its own before each of them.");
            self.mistake(value.span().start, format!("{key} is not a list of groups"), remedy);
            Vec::new()
        })
    }

    /// What stands between brackets at a place, when a header does.
    fn header(&self, at: usize) -> Option<&str> {
        let (header, _) = self.source.text.get(at..)?.strip_prefix('[')?.split_once(']')?;
        let is_path = header.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        (is_path && !header.is_empty()).then_some(header)
    }

    /// The tables under a key, be it one or a list of them; none when it is not there.
    pub(super) fn one_or_more(&self, key: &'static str, name: &str) -> Vec<Section<'a>> {
        let value = self.table.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value);
        let Some(value) = value else { return self.sections(key, name) };
        if value.get_ref().as_table().is_some() {
            return self.section(key, name).into_iter().collect();
        }
        let are_tables = |list: &DeArray<'_>| list.iter().all(|item| item.get_ref().as_table().is_some());
        if value.get_ref().as_array().is_some_and(are_tables) {
            return self.sections(key, name);
        }
        self.asked.borrow_mut().push(key);
        let remedy = format!("Write it as in: {key} = {{ question = \"…\", is = [\"…\"] }}");
        self.mistake(value.span().start, format!("{key} is no condition"), remedy);
        Vec::new()
    }

    /// Whether a key is there, which may be.
    pub(super) fn may_have(&self, key: &'static str) -> bool {
        self.asked.borrow_mut().push(key);
        self.has(key)
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.keys().any(|name| name.get_ref() == key)
    }

    /// The entries of a table of words under a key, each with the place and text of its name.
    pub(super) fn named_words(
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

    /// All tables of this one but some, by name.
    pub(super) fn all_sections(&self, but: &[&str]) -> Vec<(Placed<String>, Section<'a>)> {
        let mut found = Vec::new();
        for (name, value) in self.table.iter().filter(|(name, _)| !but.contains(&name.get_ref().as_ref())) {
            let at = name.span().start;
            match value.get_ref().as_table() {
                Some(table) => found.push((
                    Placed { value: name.get_ref().to_string(), at },
                    Section::new(self.source, table, format!("[{}]", name.get_ref()), at),
                )),
                None => {
                    self.mistake(at, format!("{} has no \"{}\"", self.name, name.get_ref()), "Remove it.")
                }
            }
        }
        found
    }

    /// Ends the reading: whatever was not asked for is a mistake.
    pub(super) fn close(&self) {
        if self.let_pass.get() {
            return;
        }
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let is_mistyped = self.mistyped.borrow().iter().any(|mistyped| mistyped == key.get_ref());
            if !asked.contains(&key.get_ref().as_ref()) && !is_mistyped {
                let remedy = self.remedy_of_unknown(key.get_ref(), &asked);
                let name = match self.peek("kind") {
                    Some(kind) => format!("a question of kind \"{kind}\""),
                    None => self.name.clone(),
                };
                self.mistake(key.span().start, format!("{name} has no \"{}\"", key.get_ref()), remedy);
            }
        }
    }

    fn remedy_of_unknown(&self, key: &str, asked: &[&str]) -> String {
        if self.at > 0 && slips::belongs_on_top(self.source.file, key) {
            return "Put this line above the first line with brackets.".to_owned();
        }
        if let Some(meant) = asked.iter().find(|known| slips::is_meant(key, known)) {
            return format!("Write {meant}.");
        }
        let mut known = asked.to_vec();
        known.sort_unstable();
        known.dedup();
        format!("Remove it, or correct it to one of: {}.", known.join(", "))
    }

    fn find(&self, key: &'static str) -> Option<(usize, &'a Spanned<DeValue<'a>>)> {
        self.asked.borrow_mut().push(key);
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((name.span().start, value))
    }

    fn needed(&self, key: &'static str, remedy: &str) -> Option<(usize, &'a Spanned<DeValue<'a>>)> {
        let found = self.find(key);
        if found.is_none() && !self.is_mistyped(key) {
            self.mistake(self.at, format!("{} has no {key}", self.name), remedy);
        }
        found
    }

    /// Whether a key that is missing is there with a slip in it, which is a mistake that says so.
    fn is_mistyped(&self, key: &'static str) -> bool {
        let asked = self.asked.borrow();
        let unknown = |name: &str| !asked.contains(&name);
        let slip =
            self.table.keys().find(|name| unknown(name.get_ref()) && slips::is_meant(name.get_ref(), key));
        let Some(slip) = slip else { return false };
        let written = slip.get_ref();
        self.mistake(
            slip.span().start,
            format!("{} has no \"{written}\"", self.name),
            format!("Write {key}."),
        );
        self.mistyped.borrow_mut().push(written.to_string());
        true
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
}
