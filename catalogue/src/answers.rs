//! The knowledge base: what residents ask, and the answers, grouped by product.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{Language, Text};

/// A product of the municipality with the answers about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id: the name of its file.
    pub id: String,
    /// Its name in the national list of municipal products (UPL).
    pub upl: String,
    /// What residents call it.
    pub title: Text,
    /// The answers about it.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its id, unique over the whole catalogue.
    pub id: String,
    /// Whether it is one of the most asked, which have all texts in all languages.
    pub common: bool,
    /// The question as people put it; the first is shown as its title.
    pub questions: BTreeMap<Language, Vec<String>>,
    /// The answer in one or two sentences.
    pub short: Text,
    /// A few sentences more.
    pub long: Text,
    /// What to do next, one to three, in this order.
    pub next: Vec<Next>,
    /// From when until when it holds, and where it comes from.
    pub valid: Valid,
}

/// What a resident can do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A task at the pillar, by its id.
    Task(String),
    /// A number to call.
    Phone(String),
    /// A page to visit, without `https://`.
    Website(String),
}

/// From when until when an answer holds, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid {
    /// The first day.
    pub from: Date,
    /// The last day, when there is one.
    pub until: Option<Date>,
    /// The day on which somebody last looked at it.
    pub checked: Date,
    /// A law or the address of a national site.
    pub source: String,
}

/// Words that mean the same, in groups, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms(pub BTreeMap<Language, Vec<Vec<String>>>);
