//! The words of one language's texts, and what a typed word may have been meant to be.
//!
//! Invariant: every form leads to at least one term; a typed word that is a form, or has the stem of one,
//! never loses from what was only guessed.

use std::collections::{BTreeMap, HashMap};

use super::words::{Stems, Word};
use crate::Language;

/// The number of a term: what all forms of a word, or of a part of a compound word, share.
pub(super) type Term = u32;

/// Terms, each with how surely it is meant, up to 1.
pub(super) type Meant = Vec<(Term, f32)>;

/// How surely the parts of a compound are meant: its last part says what it is, the others of what kind.
const HEAD: f32 = 0.75;
const KIND: f32 = 0.6;
/// How surely a word is meant of which another form was typed, and a part of a compound that no text has.
const STEM: f32 = 0.95;
const PART: f32 = 0.9;
/// How surely a word is meant of which only the beginning was typed; and that with all of it but a letter.
const BEGINNING: f32 = 0.6;
/// How surely a word is meant that differs by one typing mistake, and by two.
const MISTAKES: [f32; 2] = [0.8, 0.6];
/// How surely a word is meant that begins alike but ends otherwise.
const ALIKE: f32 = 0.55;
/// The most forms that one typed word is taken for.
const GUESSES: usize = 24;

struct Form {
    text: String,
    letters: Vec<char>,
    meant: Meant,
}

pub(super) struct Lexicon {
    language: Language,
    stems: Stems,
    terms: HashMap<String, Term>,
    /// In alphabetical order.
    forms: Vec<Form>,
    /// Which forms hold two letters beside each other.
    pairs: HashMap<(char, char), Vec<u32>>,
}

impl Lexicon {
    /// The lexicon of all these words.
    pub(super) fn new<'a>(language: Language, words: impl Iterator<Item = &'a Word>) -> Self {
        let mut spellings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for word in words {
            let spelled = spellings.entry(&word.folded).or_default();
            if !spelled.contains(&word.lower.as_str()) {
                spelled.push(&word.lower);
            }
        }
        let stems = Stems::new(language);
        let mut lexicon =
            Self { language, stems, terms: HashMap::new(), forms: Vec::new(), pairs: HashMap::new() };
        for (folded, spelled) in spellings {
            let mut meant = Meant::new();
            for stem in spelled.iter().flat_map(|lower| lexicon.stems.of(lower, folded)) {
                let next = lexicon.terms.len() as Term;
                add(&mut meant, *lexicon.terms.entry(stem).or_insert(next), 1.0);
            }
            lexicon.forms.push(Form { text: folded.to_owned(), letters: folded.chars().collect(), meant });
        }
        for form in 0..lexicon.forms.len() {
            for (term, sure) in lexicon.parts(&lexicon.forms[form].text) {
                add(&mut lexicon.forms[form].meant, term, sure);
            }
            for pair in pairs(&lexicon.forms[form].letters) {
                let with = lexicon.pairs.entry(pair).or_default();
                if with.last() != Some(&(form as u32)) {
                    with.push(form as u32);
                }
            }
        }
        lexicon
    }

    /// How many terms there are; each is less than this.
    pub(super) fn terms(&self) -> usize {
        self.terms.len()
    }

    /// What a word of the texts means, with the parts of a compound.
    pub(super) fn known(&self, word: &Word) -> Meant {
        self.form(&word.folded).map(|form| form.meant.clone()).unwrap_or_default()
    }

    /// What two words mean that may also be written as one.
    pub(super) fn joined(&self, first: &Word, second: &Word) -> Option<Term> {
        let together = format!("{}{}", first.folded, second.folded);
        if let Some(form) = self.form(&together) {
            return form.meant.first().map(|&(term, _)| term);
        }
        self.stems.of(&together, &together).iter().find_map(|stem| self.terms.get(stem).copied())
    }

    /// What a typed word may mean; `open` when its end may not have been typed yet. A compound that no
    /// text has falls into its parts, each of which is a word of its own then.
    pub(super) fn guess(&self, word: &Word, open: bool) -> Vec<Meant> {
        let mut meant = self.known(word);
        for stem in self.stems.of(&word.lower, &word.folded) {
            if let Some(&term) = self.terms.get(&stem) {
                add(&mut meant, term, STEM);
            }
        }
        let certain = !meant.is_empty();
        if open {
            self.add_beginnings(&word.folded, certain, &mut meant);
        }
        if certain {
            return vec![meant];
        }
        let letters: Vec<char> = word.folded.chars().collect();
        for (form, sure) in self.misspelt(&letters, open) {
            form.meant.iter().for_each(|&(term, part)| add(&mut meant, term, sure * part));
        }
        self.add_alike(&word.folded, letters.len(), &mut meant);
        let parts = self.loose_parts(&word.folded, open);
        if parts.is_empty() {
            return vec![meant];
        }
        let with_whole = |part: Meant| {
            let mut all = meant.clone();
            part.into_iter().for_each(|(term, sure)| add(&mut all, term, sure));
            all
        };
        parts.into_iter().map(with_whole).collect()
    }

    fn form(&self, folded: &str) -> Option<&Form> {
        self.forms.binary_search_by(|form| form.text.as_str().cmp(folded)).ok().map(|at| &self.forms[at])
    }

    /// The forms that begin so.
    fn beginning(&self, start: &str) -> impl Iterator<Item = &Form> {
        let from = self.forms.partition_point(|form| form.text.as_str() < start);
        self.forms[from..].iter().take_while(move |form| form.text.starts_with(start))
    }

    /// Adds the words whose beginning was typed; when the typed is a word itself they count for less.
    fn add_beginnings(&self, start: &str, certain: bool, meant: &mut Meant) {
        let typed = start.chars().count() as f32;
        let most = if certain { 0.5 } else { 0.95 };
        for form in self.beginning(start).take(GUESSES * 4) {
            let share = typed / form.letters.len() as f32;
            let sure = (BEGINNING + (1.0 - BEGINNING) * share) * most;
            // A part of a compound is not what was begun: only the whole is.
            let whole = form.meant.iter().filter(|(_, sure)| *sure >= 1.0);
            whole.for_each(|&(term, _)| add(meant, term, sure));
        }
    }

    /// The words that differ from the typed by a mistake or two.
    fn misspelt(&self, letters: &[char], open: bool) -> Vec<(&Form, f32)> {
        let mut found = Vec::new();
        let allowed = match letters.len() {
            0..4 => return found,
            4..8 => 1,
            _ => 2,
        };
        let mut shared = vec![0_u8; self.forms.len()];
        let mut wanted = 0;
        for pair in pairs(letters) {
            wanted += 1;
            for &form in self.pairs.get(&pair).map_or(&[][..], Vec::as_slice) {
                shared[form as usize] = shared[form as usize].saturating_add(1);
            }
        }
        // A mistake spoils two pairs, two letters that changed places three.
        let least = (wanted as u8).saturating_sub(3 * allowed as u8).max(1);
        let typed: String = letters.iter().collect();
        for form in
            self.forms.iter().zip(&shared).filter(|(_, shared)| **shared >= least).map(|(form, _)| form)
        {
            let longer = form.letters.len() as isize - letters.len() as isize;
            if longer < -(allowed as isize) {
                continue;
            }
            let mut mistakes = usize::MAX;
            if longer <= allowed as isize {
                mistakes = strsim::osa_distance(&typed, &form.text);
            }
            let mut whole = 1.0;
            if open && letters.len() >= 5 && longer > 0 && mistakes > allowed {
                whole = 0.8;
                for end in [letters.len(), letters.len() + 1, letters.len() - 1] {
                    let start: String = form.letters.iter().take(end).collect();
                    mistakes = mistakes.min(strsim::osa_distance(&typed, &start));
                }
            }
            if (1..=allowed).contains(&mistakes) {
                found.push((form, MISTAKES[mistakes - 1] * whole));
            }
        }
        found
    }

    /// Adds the words that begin alike but end otherwise, as in languages with many endings.
    fn add_alike(&self, folded: &str, length: usize, meant: &mut Meant) {
        let share = match self.language {
            Language::Pl | Language::Tr | Language::Uk | Language::Ar => 0.6,
            _ => 0.7,
        };
        let common = ((length as f32 * share).ceil() as usize).max(4);
        if length < common {
            return;
        }
        let start: String = folded.chars().take(common).collect();
        for form in self.beginning(&start).take(GUESSES * 2) {
            if common as f32 >= form.letters.len() as f32 * share {
                form.meant.iter().for_each(|&(term, part)| add(meant, term, ALIKE * part));
            }
        }
    }

    /// The parts of a compound that no text has; its last part may be misspelt or unfinished.
    fn loose_parts(&self, folded: &str, open: bool) -> Vec<Meant> {
        if !self.compounds() {
            return Vec::new();
        }
        let sure = |terms: Vec<Term>| terms.into_iter().map(|term| (term, PART)).collect();
        if let Some(split) = self.split(folded, 3) {
            return split.into_iter().map(sure).collect();
        }
        let ends: Vec<usize> = folded.char_indices().map(|(at, _)| at).skip(3).collect();
        for &end in ends.iter().rev() {
            let (first, rest) = folded.split_at(end);
            let Some(first) = self.part(first) else { continue };
            for link in self.links() {
                let Some(rest) = rest.strip_prefix(link).filter(|rest| rest.chars().count() >= 3) else {
                    continue;
                };
                let mut last = Meant::new();
                if open {
                    self.add_beginnings(rest, false, &mut last);
                }
                let letters: Vec<char> = rest.chars().collect();
                if letters.len() >= 5 {
                    for (form, sure) in self.misspelt(&letters, open) {
                        form.meant.iter().for_each(|&(term, part)| add(&mut last, term, sure * part * PART));
                    }
                }
                if !last.is_empty() {
                    return vec![sure(first), last];
                }
            }
        }
        Vec::new()
    }

    /// Whether words are written together to one in the language.
    fn compounds(&self) -> bool {
        matches!(self.language, Language::Nl | Language::De)
    }

    /// What stands between the parts of a compound.
    fn links(&self) -> &'static [&'static str] {
        match self.language {
            Language::De => &["", "s", "n", "en", "er", "es", "e"],
            _ => &["", "s", "en", "e", "n"],
        }
    }

    /// The parts of a compound word, as far as they are words of the texts themselves.
    fn parts(&self, folded: &str) -> Meant {
        let letters = folded.char_indices().count();
        if letters < 6 || !self.compounds() {
            return Meant::new();
        }
        let Some(split) = self.split(folded, 3) else { return Meant::new() };
        let last = split.len() - 1;
        let mut meant = Meant::new();
        for (at, part) in split.into_iter().enumerate() {
            part.into_iter().for_each(|term| add(&mut meant, term, if at == last { HEAD } else { KIND }));
        }
        meant
    }

    /// The fewest parts into which a word falls; of those, the one whose first part is longest.
    fn split(&self, word: &str, most: usize) -> Option<Vec<Vec<Term>>> {
        let mut best: Option<Vec<Vec<Term>>> = None;
        let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(3).collect();
        for &end in ends.iter().rev() {
            let (first, rest) = word.split_at(end);
            let Some(first) = self.part(first) else { continue };
            for link in self.links() {
                let Some(rest) = rest.strip_prefix(link).filter(|rest| rest.chars().count() >= 3) else {
                    continue;
                };
                let others = match self.part(rest) {
                    Some(last) => Some(vec![last]),
                    None if most > 2 => self.split(rest, most - 1),
                    None => None,
                };
                if let Some(others) = others
                    && best.as_ref().is_none_or(|best| others.len() + 1 < best.len())
                {
                    best = Some(std::iter::once(first.clone()).chain(others).collect());
                }
            }
        }
        best
    }

    /// The terms of a part of a compound: a form of the texts or a stem in them.
    fn part(&self, part: &str) -> Option<Vec<Term>> {
        if let Some(form) = self.form(part) {
            return Some(form.meant.iter().filter(|(_, sure)| *sure >= 1.0).map(|&(term, _)| term).collect());
        }
        self.terms.get(part).map(|&term| vec![term]).or_else(|| {
            let stems = self.stems.of(part, part);
            stems.iter().find_map(|stem| self.terms.get(stem)).map(|&term| vec![term])
        })
    }
}

/// Adds a term, or makes it surer where it is there already.
pub(super) fn add(meant: &mut Meant, term: Term, sure: f32) {
    match meant.iter_mut().find(|(there, _)| *there == term) {
        Some((_, there)) => *there = there.max(sure),
        None => meant.push((term, sure)),
    }
}

/// The letters of a word two by two, with its beginning as if a letter stood before it.
fn pairs(letters: &[char]) -> impl Iterator<Item = (char, char)> {
    std::iter::once('^').chain(letters.iter().copied()).zip(letters.iter().copied())
}
