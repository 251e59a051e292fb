//! What was found while reading a catalogue: mistakes, which keep it from being used, and warnings, which
//! do not.

use std::cell::RefCell;

use super::{Language, Mistake};

/// So many texts of a file that lack a translation are told one by one.
const FEW: usize = 3;

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
    untranslated: RefCell<Vec<Untranslated>>,
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

    /// Adds a text that is missing in some of the languages in which texts are missed.
    pub(super) fn untranslated(&self, at: Place, text: String, languages: Vec<Language>) {
        self.untranslated.borrow_mut().push(Untranslated { at, text, languages });
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
        let mut warnings = self.warnings.into_inner();
        warnings.extend(told_together(self.untranslated.into_inner()));
        (ordered(self.mistakes.into_inner()), ordered(warnings))
    }
}

/// A text that is not in every language.
#[derive(Debug)]
struct Untranslated {
    at: Place,
    /// What it is, with where it belongs.
    text: String,
    languages: Vec<Language>,
}

/// One warning for a few texts of a file each, and one for all when there are more, so that a file which nobody
/// has translated yet does not drown what else is warned of.
fn told_together(mut untranslated: Vec<Untranslated>) -> Vec<Mistake> {
    let mut told = Vec::new();
    while let Some(Untranslated { at: Place { file, .. }, languages, .. }) = untranslated.first() {
        let (file, languages) = (file.clone(), languages.clone());
        let alike = |one: &mut Untranslated| one.at.file == file && one.languages == languages;
        let mut group: Vec<Untranslated> = untranslated.extract_if(.., alike).collect();
        let codes: Vec<&str> = languages.iter().map(|language| language.code()).collect();
        let codes = codes.join(", ");
        let remedy = "Add the translation. Until then residents read this in Dutch.";
        if group.len() <= FEW {
            told.extend(group.into_iter().map(|one| {
                found(one.at, format!("{} is not translated into {codes}", one.text), remedy.to_owned())
            }));
            continue;
        }
        group.sort_by_key(|one| one.at.line);
        let mut lines: Vec<String> = group.iter().map(|one| one.at.line.to_string()).collect();
        lines.dedup();
        let what = format!(
            "{} texts are not translated into {codes}: those of lines {}",
            group.len(),
            lines.join(", ")
        );
        let remedy = "Add the translations. Until then residents read these in Dutch.";
        told.push(found(group.swap_remove(0).at, what, remedy.to_owned()));
    }
    told
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
