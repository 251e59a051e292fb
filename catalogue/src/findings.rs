//! What was found while reading a catalogue: mistakes, which keep it from being used, and warnings, which
//! do not.

use std::cell::RefCell;

use super::{Language, Mistake};

/// A place in a file: the file, and line and column from 1.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    mistakes: RefCell<Vec<Mistake>>,
    warnings: RefCell<Vec<Mistake>>,
    offered: RefCell<Vec<Language>>,
}

impl Findings {
    /// Adds a mistake.
    pub(super) fn mistake(&self, at: Place, what: String, remedy: String) {
        self.mistakes.borrow_mut().push(found(at, what, remedy));
    }

    /// Adds a warning.
    pub(super) fn warn(&self, at: Place, what: String, remedy: String) {
        self.warnings.borrow_mut().push(found(at, what, remedy));
    }

    /// What was read, which is `None` only when some mistake says why: a catalogue must not lack something
    /// silently. Something that is gone without any mistake is a fault of this crate, and told as one.
    pub(super) fn kept<T>(&self, at: impl FnOnce() -> Place, read: Option<T>) -> Option<T> {
        if read.is_none() && self.mistakes.borrow().is_empty() {
            self.mistake(
                at(),
                "this cannot be used, and the check does not know why".to_owned(),
                "This is a fault of the check itself. Send this file to the people who make Zuil.".to_owned(),
            );
        }
        read
    }

    /// Says in which languages texts are missed from here on.
    pub(super) fn offer(&self, languages: &[Language]) {
        *self.offered.borrow_mut() = languages.to_vec();
    }

    /// The languages in which texts are missed.
    pub(super) fn offered(&self) -> Vec<Language> {
        self.offered.borrow().clone()
    }

    /// Mistakes and warnings, each ordered as the files were read and from top to bottom in each.
    pub(super) fn into_mistakes_and_warnings(self) -> (Vec<Mistake>, Vec<Mistake>) {
        (ordered(self.mistakes.into_inner()), ordered(self.warnings.into_inner()))
    }
}

fn found(Place { file, line, column }: Place, what: String, remedy: String) -> Mistake {
    Mistake { file, line, column, what, remedy }
}

fn ordered(mut found: Vec<Mistake>) -> Vec<Mistake> {
    let mut order: Vec<String> = Vec::new();
    for mistake in &found {
        if !order.contains(&mistake.file) {
            order.push(mistake.file.clone());
        }
    }
    found.sort_by_key(|mistake| {
        (order.iter().position(|file| *file == mistake.file), mistake.line, mistake.column)
    });
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top() -> Place {
        Place { file: "tasks/sample.toml".to_owned(), line: 1, column: 1 }
    }

    #[test]
    fn what_is_gone_without_a_mistake_is_told_as_a_fault_of_the_check() {
        let findings = Findings::default();
        assert_eq!(findings.kept(top, Some(1)), Some(1));
        assert_eq!(findings.kept(top, None::<u8>), None);
        let (mistakes, _) = findings.into_mistakes_and_warnings();
        assert_eq!(mistakes.len(), 1);
        assert!(mistakes[0].what.contains("does not know why"));
    }

    #[test]
    fn what_is_gone_because_of_a_mistake_is_no_second_one() {
        let findings = Findings::default();
        findings.mistake(top(), "a mistake".to_owned(), "mend it".to_owned());
        assert_eq!(findings.kept(top, None::<u8>), None);
        assert_eq!(findings.into_mistakes_and_warnings().0.len(), 1);
    }
}
