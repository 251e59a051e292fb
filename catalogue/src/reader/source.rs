//! A file of the catalogue, and the places in it.

use toml::de::DeTable;

use super::slips;
use crate::Language;
use crate::fees::{self, Fees};
use crate::findings::{Findings, Place};

/// What to do about a name that stands twice.
const TWICE: &str =
    "Remove one of the two. Only what may come more often, such as a question, stands between [[ and ]].";

/// A file of the catalogue and its text.
pub(crate) struct Source<'a> {
    /// Its name, relative to the catalogue's folder.
    pub(crate) file: &'a str,
    /// What it says.
    pub(crate) text: &'a str,
    /// Where its mistakes go.
    pub(crate) findings: &'a Findings,
    /// The fees that its texts may name.
    pub(crate) fees: &'a Fees,
}

impl<'a> Source<'a> {
    /// A file whose texts name no fees.
    pub(crate) const fn new(file: &'a str, text: &'a str, findings: &'a Findings) -> Self {
        Self { file, text, findings, fees: &fees::NONE }
    }
}

impl Source<'_> {
    /// Notes a mistake at a place in the text.
    pub(crate) fn mistake(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.mistake(self.place(at), what.into(), remedy.into());
    }

    /// Notes what could be better at a place in the text.
    pub(crate) fn warn(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.warn(self.place(at), what.into(), remedy.into());
    }

    /// Notes a text that is missing in some languages.
    pub(crate) fn untranslated(&self, at: usize, text: String, languages: Vec<Language>) {
        self.findings.untranslated(self.place(at), text, languages);
    }

    /// What was read at a place, which is `None` only when some mistake says why.
    pub(crate) fn kept<T>(&self, at: usize, read: Option<T>) -> Option<T> {
        self.findings.kept(|| self.place(at), read)
    }

    fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Place {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The line of a place in the text.
    fn line(&self, at: usize) -> &str {
        let at = at.min(self.text.len());
        let start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }

    /// The file as a table; `None` when it is not TOML, with every place where it is not.
    pub(crate) fn parse(&self) -> Option<DeTable<'_>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        let twice = |message: &str| message.contains("duplicate key");
        // One slip of the pen makes several errors; what follows from the first of a line helps nobody.
        let only_twice = errors.iter().all(|error| twice(error.message()));
        let mut line = 0;
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            if self.place(at).line == line || (twice(error.message()) && !only_twice) {
                continue;
            }
            line = self.place(at).line;
            if twice(error.message()) {
                self.mistake(at, "this name stands here for the second time", TWICE);
            } else {
                self.mistake(
                    at,
                    format!("this cannot be read ({})", error.message()),
                    slips::quotes(self.line(at)).unwrap_or_else(|| remedy_of(error.message())),
                );
            }
        }
        errors.is_empty().then(|| table.into_inner())
    }
}

/// How to mend what is no TOML.
fn remedy_of(message: &str) -> &'static str {
    if message.contains("date") {
        "Write a day that there is, year first and without quotes: 2026-11-22"
    } else if message.contains("table") {
        "End the line with as many brackets as it begins with: [[questions]] or [offered]."
    } else {
        "Compare it with a line that is right: title.nl = \"Grofvuil\". Each text needs a double quote before and \
         after it."
    }
}
