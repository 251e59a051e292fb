//! What residents asked at a pillar and did not find, pillar → hub, and the answer.
//!
//! `POST /v1/questions` over mutual TLS carries [`Questions`]; the hub answers with the ids of those that it
//! has, or will never want. Its invariant: a question names no transaction, no visit and no time of day, so
//! that nobody can tell who asked it. What could name a person is taken out of its words before they get here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Questions to which a pillar had no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`Questions::MAX_QUESTIONS`], in the order of their random ids.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub questions: Vec<QuestionItem>,
}

impl Questions {
    /// The most questions in one request.
    pub const MAX_QUESTIONS: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;
}

/// What somebody asked and did not find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuestionItem {
    /// A random id (UUIDv4), which makes it count once; no transaction has it.
    pub id: Uuid,
    /// The language of the screen, such as `nl`.
    pub language: String,
    /// What was asked, without personal data: at most [`QuestionItem::MAX_WORDS`] characters.
    pub words: String,
    /// The day by the pillar's clock, where it stands.
    pub on: Date,
}

impl QuestionItem {
    /// The most characters of [`QuestionItem::words`].
    pub const MAX_WORDS: usize = 80;
}

/// What became of the questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuestionsAnswer {
    /// The ids of those that are durable at the hub, now or from an earlier request, and of those that it
    /// will never keep. The pillar forgets them.
    pub questions: Vec<Uuid>,
}
