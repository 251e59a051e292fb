//! The answers as they can be found in one language.
//!
//! Every text of an answer is a line. An answer is found by all its lines together, and by the one line
//! that is most like what was typed. Invariant: the score is from 0 to 1, and the scores of shelves in
//! different languages can be compared.

use std::collections::HashMap;

use super::filler;
use super::lexicon::{Lexicon, Meant, Term, add};
use super::words::{Word, words};
use crate::Language;

/// How much a word counts that only asks politely, beside one that says what about.
const FILLER: f32 = 0.15;
/// The most that a word counts: a rare word tells no more than one that a few answers have.
const MOST: f32 = 4.5;
/// The longest word that is sought, in bytes, and the most words: a cat on the keyboard gets no more time.
const LONGEST: usize = 80;
const MOST_WORDS: usize = 24;
/// How surely another word is meant that the synonyms give.
const SYNONYM: f32 = 0.82;
/// How surely a word must be meant for its synonyms to be meant too.
const SURE: f32 = 0.7;
/// The part of the score that all lines together give; the line that is most like the typed gives the rest.
const ALL_LINES: f32 = 0.45;
/// The part of a line's likeness that does not depend on what else the line says.
const LENIENT: f32 = 0.6;

/// What a line is, in the order of how much it tells of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Question,
    Title,
    Short,
    Long,
}

impl Kind {
    fn weight(self) -> f32 {
        match self {
            Self::Question => 1.0,
            Self::Title => 0.9,
            Self::Short => 0.6,
            Self::Long => 0.35,
        }
    }

    /// How much a line of this kind counts when it alone is compared with what was typed.
    fn alone(self) -> f32 {
        match self {
            Self::Question => 1.0,
            Self::Title => 0.85,
            Self::Short => 0.4,
            Self::Long => 0.0,
        }
    }
}

/// A text by which an answer is found.
pub(super) struct Text<'a> {
    pub(super) document: usize,
    pub(super) kind: Kind,
    pub(super) text: &'a str,
}

struct Posting {
    line: u32,
    word: u8,
    sure: f32,
}

struct Line {
    document: u32,
    kind: Kind,
    weights: Vec<f32>,
    whole: f32,
}

pub(super) struct Shelf {
    language: Language,
    lexicon: Lexicon,
    lines: Vec<Line>,
    /// Where each term stands.
    postings: Vec<Vec<Posting>>,
    /// How much each term tells: much when few answers have it.
    weights: Vec<f32>,
    /// The weight of a word that nothing is known of.
    unknown: f32,
    synonyms: Synonyms,
    documents: usize,
}

/// A typed word: what it may mean and how much that tells.
struct Slot {
    meant: Meant,
    weight: f32,
}

impl Shelf {
    pub(super) fn new(
        language: Language,
        documents: usize,
        texts: &[Text<'_>],
        synonyms: &[Vec<String>],
    ) -> Self {
        let cut: Vec<Vec<Word>> = texts.iter().map(|text| words(text.text, language)).collect();
        let same: Vec<Vec<Vec<Word>>> = synonyms
            .iter()
            .map(|group| group.iter().map(|member| telling(words(member, language), language)).collect())
            .collect();
        let tied: Vec<Word> = cut.iter().flat_map(|words| tied(words)).collect();
        let known = cut.iter().flatten().chain(&tied).chain(same.iter().flatten().flatten());
        let lexicon = Lexicon::new(language, known);
        let (weights, unknown) = weigh(&lexicon, documents, texts, &cut);
        let mut postings: Vec<Vec<Posting>> = weights.iter().map(|_| Vec::new()).collect();
        let mut lines = Vec::new();
        for (at, (text, words)) in texts.iter().zip(&cut).enumerate() {
            let mut of_words = Vec::new();
            for (position, word) in words.iter().enumerate().take(usize::from(u8::MAX)) {
                let mut meant = lexicon.known(word);
                if let Some(before) = position.checked_sub(1).filter(|_| word.tied) {
                    lexicon
                        .joined(&words[before], word)
                        .into_iter()
                        .for_each(|term| add(&mut meant, term, 1.0));
                }
                let factor = if filler::is(&word.folded, language) { FILLER } else { 1.0 };
                of_words.push(weight_of(&meant, &weights) * factor);
                for (term, sure) in meant {
                    postings[term as usize].push(Posting { line: at as u32, word: position as u8, sure });
                }
            }
            let whole = of_words.iter().sum();
            lines.push(Line { document: text.document as u32, kind: text.kind, weights: of_words, whole });
        }
        let synonyms = Synonyms::new(&lexicon, &same);
        Self { language, lexicon, lines, postings, weights, unknown, synonyms, documents }
    }

    /// The score of every answer that has to do with what was typed.
    pub(super) fn search(&self, typed: &str) -> HashMap<usize, f32> {
        let slots = self.slots(typed);
        let whole: f32 = slots.iter().map(|slot| slot.weight).sum();
        if whole <= 0.0 {
            return HashMap::new();
        }
        let mut tally = Tally::new(self);
        for slot in &slots {
            tally.add(slot);
        }
        tally.scores(whole)
    }

    fn slots(&self, typed: &str) -> Vec<Slot> {
        let mut words = words(typed, self.language);
        words.retain(|word| word.folded.len() <= LONGEST);
        words.truncate(MOST_WORDS);
        let open = typed.chars().next_back().is_some_and(char::is_alphanumeric);
        let mut slots = Vec::new();
        let mut before = 0..0;
        for (at, word) in words.iter().enumerate() {
            let from = slots.len();
            slots.extend(self.of_word(word, open && at + 1 == words.len(), words.len() == 1));
            let now = from..slots.len();
            if let Some(term) = at.checked_sub(1).and_then(|at| self.lexicon.joined(&words[at], word)) {
                slots[before.start..now.end].iter_mut().for_each(|slot| add(&mut slot.meant, term, 1.0));
            }
            before = now;
        }
        self.synonyms.widen(&mut slots);
        slots
    }

    fn of_word(&self, word: &Word, open: bool, alone: bool) -> Vec<Slot> {
        if filler::is(&word.folded, self.language) && !alone {
            let meant = self.lexicon.known(word);
            let weight = weight_of(&meant, &self.weights) * FILLER;
            return vec![Slot { meant, weight }];
        }
        let slot = |meant: Meant| {
            let weight = if meant.is_empty() { self.unknown } else { weight_of(&meant, &self.weights) };
            Slot { meant, weight }
        };
        self.lexicon.guess(word, open).into_iter().map(slot).collect()
    }
}

/// The words that hyphens tie together, as if written without: "idkaart" for "ID-kaart".
fn tied(words: &[Word]) -> impl Iterator<Item = Word> {
    words.windows(2).filter(|two| two[1].tied).map(|two| Word {
        lower: format!("{}{}", two[0].lower, two[1].lower),
        folded: format!("{}{}", two[0].folded, two[1].folded),
        tied: false,
    })
}

/// The words that are no filler; all of them when none is.
fn telling(words: Vec<Word>, language: Language) -> Vec<Word> {
    let (fillers, others): (Vec<_>, Vec<_>) =
        words.into_iter().partition(|word| filler::is(&word.folded, language));
    if others.is_empty() { fillers } else { others }
}

/// How much each term tells, and how much a word does that no answer has.
fn weigh(lexicon: &Lexicon, documents: usize, texts: &[Text<'_>], cut: &[Vec<Word>]) -> (Vec<f32>, f32) {
    let mut found = vec![0_u32; lexicon.terms()];
    let mut last = vec![usize::MAX; lexicon.terms()];
    let mut order: Vec<usize> = (0..texts.len()).filter(|&at| texts[at].kind != Kind::Long).collect();
    order.sort_by_key(|&at| texts[at].document);
    for at in order {
        for (term, _) in cut[at].iter().flat_map(|word| lexicon.known(word)) {
            if last[term as usize] != texts[at].document {
                last[term as usize] = texts[at].document;
                found[term as usize] += 1;
            }
        }
    }
    let weight = |found: f32| (1.0 + (documents as f32 - found + 0.5) / (found + 0.5)).ln().min(MOST);
    (found.iter().map(|&found| weight(found as f32)).collect(), weight(1.0))
}

/// How much a word tells: what the term does that is most surely meant.
fn weight_of(meant: &Meant, weights: &[f32]) -> f32 {
    let surest = meant.iter().map(|(_, sure)| *sure).fold(0.0, f32::max);
    let of_surest = meant.iter().filter(|(_, sure)| *sure >= surest).map(|(term, _)| weights[*term as usize]);
    of_surest.fold(0.0, f32::max)
}

/// What has been found so far, word by word.
struct Tally<'a> {
    shelf: &'a Shelf,
    documents: Vec<f32>,
    lines: Vec<Likeness>,
}

#[derive(Clone, Copy, Default)]
struct Likeness {
    typed: f32,
    line: f32,
    words: [u64; 4],
    now: f32,
    word: u8,
}

impl<'a> Tally<'a> {
    fn new(shelf: &'a Shelf) -> Self {
        Self {
            shelf,
            documents: vec![0.0; shelf.documents],
            lines: vec![Likeness::default(); shelf.lines.len()],
        }
    }

    /// Adds what one typed word finds: in each line the word that is most surely meant.
    fn add(&mut self, slot: &Slot) {
        let mut touched = Vec::new();
        for &(term, sure) in &slot.meant {
            for posting in &self.shelf.postings[term as usize] {
                let line = &mut self.lines[posting.line as usize];
                if line.now == 0.0 {
                    touched.push(posting.line);
                }
                if sure * posting.sure > line.now {
                    (line.now, line.word) = (sure * posting.sure, posting.word);
                }
            }
        }
        let mut best: HashMap<u32, f32> = HashMap::new();
        for at in touched {
            let line = &mut self.lines[at as usize];
            let of = &self.shelf.lines[at as usize];
            line.typed += slot.weight * line.now;
            let (block, bit) = (usize::from(line.word / 64), 1 << (line.word % 64));
            if line.words[block] & bit == 0 {
                line.words[block] |= bit;
                line.line += of.weights[usize::from(line.word)] * line.now;
            }
            let best = best.entry(of.document).or_default();
            *best = best.max(of.kind.weight() * line.now);
            line.now = 0.0;
        }
        for (document, best) in best {
            self.documents[document as usize] += slot.weight * best;
        }
    }

    fn scores(self, whole: f32) -> HashMap<usize, f32> {
        let mut alike: HashMap<usize, f32> = HashMap::new();
        for (line, of) in self.lines.iter().zip(&self.shelf.lines).filter(|(line, _)| line.typed > 0.0) {
            let covered = if of.whole > 0.0 { line.line / of.whole } else { 0.0 };
            let likeness = of.kind.alone() * line.typed / whole * (LENIENT + (1.0 - LENIENT) * covered);
            let best = alike.entry(of.document as usize).or_default();
            *best = best.max(likeness);
        }
        for (document, best) in &mut alike {
            *best = ALL_LINES * self.documents[*document] / whole + (1.0 - ALL_LINES) * *best;
        }
        alike
    }
}

/// Words that mean the same, as terms.
struct Synonyms {
    groups: Vec<Vec<Vec<Meant>>>,
    /// In which groups a term begins a member: group and member.
    by_first: HashMap<Term, Vec<(usize, usize)>>,
}

impl Synonyms {
    fn new(lexicon: &Lexicon, groups: &[Vec<Vec<Word>>]) -> Self {
        let whole = |word: &Word| {
            let mut meant = lexicon.known(word);
            meant.retain(|(_, sure)| *sure >= 1.0);
            meant
        };
        let groups: Vec<Vec<Vec<Meant>>> = groups
            .iter()
            .map(|group| group.iter().map(|member| member.iter().map(whole).collect()).collect())
            .collect();
        let mut by_first: HashMap<Term, Vec<(usize, usize)>> = HashMap::new();
        for (at, group) in groups.iter().enumerate() {
            for (member, words) in group.iter().enumerate() {
                for (term, _) in words.first().into_iter().flatten() {
                    by_first.entry(*term).or_default().push((at, member));
                }
            }
        }
        Self { groups, by_first }
    }

    /// Lets every typed word, or row of words, also mean what the others of its groups do.
    fn widen(&self, slots: &mut [Slot]) {
        let mut added: Vec<(usize, Term, f32)> = Vec::new();
        for at in 0..slots.len() {
            for &(term, sure) in slots[at].meant.iter().filter(|(_, sure)| *sure >= SURE) {
                for &(group, member) in self.by_first.get(&term).map_or(&[][..], Vec::as_slice) {
                    let words = &self.groups[group][member];
                    if !stands_at(words, &slots[at..]) {
                        continue;
                    }
                    for other in self.groups[group].iter().enumerate().filter(|(other, _)| *other != member) {
                        let sure = SYNONYM * sure * if other.1.len() > 1 { 0.75 } else { 1.0 };
                        for slot in at..at + words.len() {
                            added.extend(other.1.iter().flatten().map(|&(term, _)| (slot, term, sure)));
                        }
                    }
                }
            }
        }
        for (slot, term, sure) in added {
            add(&mut slots[slot].meant, term, sure);
        }
    }
}

/// Whether all words of a synonym stand in a row from here.
fn stands_at(words: &[Meant], slots: &[Slot]) -> bool {
    words.len() <= slots.len()
        && words.iter().zip(slots).all(|(word, slot)| {
            slot.meant.iter().any(|(term, sure)| *sure >= 0.5 && word.iter().any(|(other, _)| other == term))
        })
}
