//! Words that mean the same, so that people find what they call otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::Language;
use super::reader::{Placed, Section, Source};

/// Groups of words that mean the same, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms(pub BTreeMap<Language, Vec<Vec<String>>>);

/// Reads the file of synonyms: `nl = [["afval", "vuilnis"], …]`.
pub(super) fn read(source: &Source<'_>) -> Option<Synonyms> {
    let table = source.parse()?;
    let file = Section::new(source, &table, "the file of synonyms", 0);
    let mut synonyms = BTreeMap::new();
    for language in Language::ALL {
        let groups = file.lists_of_words(language.code());
        let Some(groups) = groups else { continue };
        say_when_in_two_groups(&file, &groups);
        let words = |group: Vec<Placed<String>>| group.into_iter().map(|word| word.value).collect();
        synonyms.insert(language, groups.into_iter().map(words).collect());
    }
    file.close();
    Some(Synonyms(synonyms))
}

/// A word of two groups would make all words of both mean the same.
fn say_when_in_two_groups(file: &Section<'_>, groups: &[Vec<Placed<String>>]) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for word in groups.iter().flatten() {
        if !seen.insert(word.value.to_lowercase()) {
            file.mistake(
                word.at,
                format!("\"{}\" stands in this language for the second time", word.value),
                "Keep it in one group only: a word of two groups would make all their words mean the same.",
            );
        }
    }
}
