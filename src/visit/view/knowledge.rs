//! How the knowledge base is shown: what is announced, the search, an answer.

use jiff::civil::Date;

use super::{Field, Tile};

/// What is announced on the first screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    /// What it says.
    pub text: String,
    /// There are answers about it: touching it opens the search with them.
    pub leads_on: bool,
}

/// A search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskView {
    /// What was typed so far.
    pub field: Field,
    /// What there is to it.
    pub found: Found,
}

/// What was found so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing was typed: what is announced and what is asked most.
    Suggested(Vec<AnswerCard>),
    /// These answers, best first.
    Answers(Vec<AnswerCard>),
    /// No answer.
    Nothing {
        /// When the number to call is answered.
        phone_hours: String,
        /// The task of being called back, when it can be done now.
        call_back: Option<Tile>,
    },
    /// The answers cannot be searched yet: the index is being made.
    NotReady,
}

/// An answer to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerCard {
    /// The answer's id.
    pub answer: String,
    /// The question as people put it.
    pub question: String,
    /// What it belongs to.
    pub product: String,
    /// It is about what is announced today.
    pub news: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerView {
    /// Its id.
    pub answer: String,
    /// The question as people put it.
    pub question: String,
    /// The answer in one or two sentences.
    pub short: String,
    /// More of it, by paragraph.
    pub long: Vec<String>,
    /// When somebody last looked whether it is true.
    pub checked: Date,
    /// It was not translated into the language of the visit.
    pub only_dutch: bool,
    /// The tasks that it leads to, most useful first.
    pub tasks: Vec<Tile>,
    /// The number to call about it.
    pub phone: Option<String>,
    /// When that number is answered, where that is known.
    pub phone_hours: Option<String>,
    /// The page about it, without `https://`.
    pub website: Option<String>,
}
