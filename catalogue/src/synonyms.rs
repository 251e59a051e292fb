//! Words that mean the same, so that people find what they call otherwise.

use std::collections::BTreeMap;

use super::Language;
use super::reader::{Section, Source};

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
        synonyms.extend(groups.map(|groups| (language, groups)));
    }
    file.close();
    Some(Synonyms(synonyms))
}
