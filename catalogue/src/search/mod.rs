//! Searches the knowledge base while a resident types, in any of eight languages.
//!
//! Everything is in memory: one shelf of answers for each language, made once for a version of the
//! catalogue. What was typed is sought on the shelf of the language of the screen and on the Dutch one; an
//! answer counts as it was found best. Invariant: what is found is valid on the day it is asked.

mod filler;
mod lexicon;
mod shelf;
#[cfg(test)]
mod tests;
mod without_personal_data;
mod words;

use std::collections::HashMap;

use jiff::civil::Date;

use self::shelf::{Kind, Shelf, Text};
pub use self::without_personal_data::without_personal_data;
use crate::{Language, Product, Synonyms};

/// The most answers that are found.
const MOST: usize = 10;
/// An answer with a smaller score has nothing to do with what was typed.
const LEAST: f32 = 0.2;
/// An answer with a smaller part of the best score only stands in the way.
const BESIDE_BEST: f32 = 0.4;
/// What an answer counts that was found by Dutch words while the screen is in another language.
const IN_DUTCH: f32 = 0.95;
/// What an answer counts that was found in a language that is neither the screen's nor Dutch.
const ELSEWHERE: f32 = 0.8;
/// How much likelier one of the answers is that are asked most.
const COMMON: f32 = 1.06;

/// An answer that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The product, by its place in the list that the index was made of.
    pub product: usize,
    /// The answer, by its place in the product.
    pub answer: usize,
    /// How well it fits, more than 0; 1 is what was typed itself.
    pub score: f32,
}

/// All answers of a catalogue, ready to be searched.
pub struct Index {
    shelves: HashMap<Language, Shelf>,
    documents: Vec<Document>,
}

struct Document {
    product: usize,
    answer: usize,
    common: bool,
    from: Date,
    until: Option<Date>,
}

impl Index {
    /// Makes the index of all answers of these products.
    #[must_use]
    pub fn new(products: &[Product], synonyms: &Synonyms) -> Self {
        let mut documents = Vec::new();
        for (product, of) in products.iter().enumerate() {
            documents.extend(of.answers.iter().enumerate().map(|(answer, of)| Document {
                product,
                answer,
                common: of.common,
                from: of.valid.from,
                until: of.valid.until,
            }));
        }
        let shelf = |language| {
            let texts = texts(products, &documents, language);
            let same = synonyms.0.get(&language).map_or(&[][..], Vec::as_slice);
            (language, Shelf::new(language, documents.len(), &texts, same))
        };
        let shelves = Language::ALL.into_iter().map(shelf).collect();
        Self { shelves, documents }
    }

    /// The answers to what was typed so far, best first, at most ten.
    #[must_use]
    pub fn search(&self, typed: &str, language: Language, today: Date) -> Vec<Hit> {
        let mut scores = HashMap::new();
        self.search_in(language, typed, 1.0, &mut scores);
        if language != Language::Nl {
            self.search_in(Language::Nl, typed, IN_DUTCH, &mut scores);
        }
        let mut hits = self.ranked(&scores, today);
        if hits.is_empty() {
            for other in Language::ALL.into_iter().filter(|&other| other != language && other != Language::Nl)
            {
                self.search_in(other, typed, ELSEWHERE, &mut scores);
            }
            hits = self.ranked(&scores, today);
        }
        hits
    }

    fn search_in(&self, language: Language, typed: &str, factor: f32, scores: &mut HashMap<usize, f32>) {
        let Some(shelf) = self.shelves.get(&language) else { return };
        for (document, score) in shelf.search(typed) {
            let best = scores.entry(document).or_default();
            *best = best.max(score * factor);
        }
    }

    fn ranked(&self, scores: &HashMap<usize, f32>, today: Date) -> Vec<Hit> {
        let mut ranked: Vec<(usize, f32)> = scores
            .iter()
            .map(|(&at, &score)| (at, &self.documents[at], score))
            .filter(|(_, of, _)| of.from <= today && of.until.is_none_or(|until| today <= until))
            .map(|(at, of, score)| (at, if of.common { score * COMMON } else { score }))
            .filter(|(_, score)| *score >= LEAST)
            .collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let best = ranked.first().map_or(0.0, |best| best.1);
        ranked.retain(|(_, score)| *score >= best * BESIDE_BEST);
        ranked.truncate(MOST);
        let hit = |(at, score)| {
            let Document { product, answer, .. } = self.documents[at];
            Hit { product, answer, score }
        };
        ranked.into_iter().map(hit).collect()
    }
}

/// All texts by which the answers can be found in a language. Dutch words stand for no other language.
fn texts<'a>(products: &'a [Product], documents: &[Document], language: Language) -> Vec<Text<'a>> {
    let mut texts = Vec::new();
    for (document, of) in documents.iter().enumerate() {
        let product = &products[of.product];
        let answer = &product.answers[of.answer];
        let mut add = |kind, text: &'a str| texts.push(Text { document, kind, text });
        product.title.0.get(&language).into_iter().for_each(|text| add(Kind::Title, text));
        if language == Language::Nl {
            add(Kind::Title, &product.upl);
        }
        answer.questions.get(&language).into_iter().flatten().for_each(|text| add(Kind::Question, text));
        answer.short.0.get(&language).into_iter().for_each(|text| add(Kind::Short, text));
        answer.long.0.get(&language).into_iter().for_each(|text| add(Kind::Long, text));
    }
    texts
}
