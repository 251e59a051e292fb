//! Reads TOML with a memory of where everything stands, so that a mistake can be pointed at.
//!
//! Invariant: reading goes on after a mistake; all of them end up in the [`Findings`](super::findings::Findings), and a
//! value that could not be read is `None`, never a guess. Keys that nobody asked for are mistakes too.

use std::cell::{Cell, RefCell};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Language;

mod fill;
mod groups;
mod slips;
mod source;
mod texts;
mod values;
mod words;

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

    /// Whether a key is there, which may be.
    pub(super) fn may_have(&self, key: &'static str) -> bool {
        self.asked.borrow_mut().push(key);
        self.has(key)
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.keys().any(|name| name.get_ref() == key)
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
}
