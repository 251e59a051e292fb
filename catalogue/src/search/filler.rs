//! Words that people say around a question: they are worth little beside the words that say what about.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::words::fold;
use crate::Language;

static FILLERS: LazyLock<HashMap<Language, HashSet<String>>> = LazyLock::new(|| {
    let lines = include_str!("filler.txt").lines().filter_map(|line| line.split_once(':'));
    let of_languages = lines.filter_map(|(code, words)| {
        Some((Language::from_code(code)?, words.split_whitespace().map(fold).collect()))
    });
    of_languages.collect()
});

/// Whether a word says nothing of what a question is about.
pub(super) fn is(folded: &str, language: Language) -> bool {
    FILLERS.get(&language).is_some_and(|fillers| fillers.contains(folded))
}
