//! Searches the example's answers for what residents type, and counts how many find theirs.

// Clippy's exception for tests covers the test functions, but not what they share.
#![allow(clippy::unwrap_used)]

mod quality;

use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use quality::{Query, Shares};
use zuil_catalogue::search::Index;
use zuil_catalogue::{Catalogue, Language, Product};

/// A day on which the example's answers hold.
const TODAY: Date = date(2026, 11, 22);

static EXAMPLE: LazyLock<(Vec<Product>, Index)> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("example");
    let catalogue = Catalogue::load(&folder).unwrap();
    let index = Index::new(&catalogue.products, &catalogue.synonyms);
    (catalogue.products, index)
});

/// The ids of the answers that are found, best first.
fn found(typed: &str, language: Language) -> Vec<&'static str> {
    let (products, index) = &*EXAMPLE;
    let hits = index.search(typed, language, TODAY);
    hits.iter().map(|hit| products[hit.product].answers[hit.answer].id.as_str()).collect()
}

fn shares(of: impl Fn(&Query) -> bool) -> Shares {
    let mut shares = Shares::default();
    for query in quality::queries().iter().filter(|query| of(query)) {
        let found = found(&query.typed, query.language);
        shares.count(found.iter().position(|id| query.right.iter().any(|right| right == id)));
    }
    shares
}

fn assert_at_least(shares: Shares, first: f64, top_three: f64) {
    let (reached_first, reached_three) = shares.percent();
    assert!(
        reached_first >= first && reached_three >= top_three,
        "{reached_first:.1} % come first and {reached_three:.1} % among the first three: {shares:?}"
    );
}

#[test]
fn most_queries_find_their_answer_first() {
    assert_at_least(shares(|query| !query.held_back), 91.0, 98.0);
}

#[test]
fn queries_that_nothing_was_tuned_on_find_their_answer_as_often() {
    assert_at_least(shares(|query| query.held_back), 90.0, 97.0);
}

#[test]
fn queries_in_other_languages_than_dutch_find_their_answer_as_often() {
    assert_at_least(shares(|query| query.language != Language::Nl), 90.0, 97.0);
}

#[test]
fn there_are_enough_queries_and_each_expects_an_answer_that_exists() {
    let queries = quality::queries();
    let known: Vec<&str> =
        EXAMPLE.0.iter().flat_map(|product| &product.answers).map(|answer| answer.id.as_str()).collect();
    for query in &queries {
        for right in &query.right {
            assert!(known.contains(&right.as_str()), "“{}” expects {right}", query.typed);
        }
    }
    assert!(queries.len() >= 200);
    assert!(queries.iter().filter(|query| query.language != Language::Nl).count() >= 60);
}

#[test]
fn dutch_words_find_their_answer_on_a_screen_in_any_language() {
    for language in Language::ALL {
        assert_eq!(found("wat kost een paspoort", language).first(), Some(&"passport-cost"), "{language:?}");
    }
}

#[test]
fn what_has_nothing_to_do_with_the_municipality_finds_nothing() {
    for typed in ["", "   ", "?!", "xqzw", "zzzzzzzzzzzz", "asdfghjkl", "\u{202e}\u{0}", "💩💩💩"] {
        assert_eq!(found(typed, Language::Nl), [""; 0], "{typed}");
    }
}

#[test]
fn every_answer_is_found_first_by_its_own_title_or_beside_one_that_is_called_alike() {
    let (products, _) = &*EXAMPLE;
    for answer in products.iter().flat_map(|product| &product.answers) {
        let title = &answer.questions[&Language::Nl][0];
        let place = found(title, Language::Nl).iter().position(|id| *id == answer.id);
        assert!(place.is_some_and(|place| place < 2), "“{title}” finds {} at {place:?}", answer.id);
    }
}
