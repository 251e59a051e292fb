//! What happens at a pillar, for who looks after it: pillar → hub, and the answer.
//!
//! `POST /v1/visits` over mutual TLS carries [`VisitEntries`]; the hub answers with the ids of those that it has, or
//! will never want. Its invariant: nothing in it can be traced to a person. What is known of one visit is taken apart
//! into entries that name neither each other nor any transaction; all entries of a day come together, when the day is
//! over, in the order of their random ids.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Entries of days that are over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VisitEntries {
    /// The version of the protocol.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 5)))]
    pub version: u16,
    /// At most [`VisitEntries::MAX_ENTRIES`], in the order of their random ids.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub entries: Vec<VisitEntry>,
}

impl VisitEntries {
    /// The most entries in one request.
    pub const MAX_ENTRIES: usize = 64;
    /// The largest body of a request, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;
}

/// One thing that happened on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VisitEntry {
    /// A random id (UUIDv4), which makes it count once; nothing else has it.
    pub id: Uuid,
    /// The day by the pillar's clock, where it stands.
    pub on: Date,
    /// What happened.
    pub what: Seen,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Seen {
    /// Somebody was there.
    Visit {
        /// In which quarter of an hour they came, from 0 at midnight to 95.
        #[cfg_attr(feature = "schema", schemars(range(max = 95)))]
        quarter: u8,
        /// How many minutes they stayed, rounded up, from 1 to 60.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 60)))]
        minutes: u8,
        /// How it ended.
        outcome: VisitOutcome,
    },
    /// Somebody opened a task.
    Task {
        /// Its id in the catalogue.
        task: String,
        /// How far they came.
        end: TaskEnd,
        /// The id of the question at which they stopped, when it was a question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<String>,
    },
    /// A visit ended in this language.
    Language {
        /// Its code, such as `nl`.
        language: String,
    },
    /// Somebody used this in a visit.
    Aid {
        /// What.
        aid: Aid,
    },
    /// A visit met this.
    Fault {
        /// What.
        fault: MetFault,
    },
}

impl Seen {
    /// The longest id of a task or a question.
    pub const MAX_ID: usize = 64;
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VisitOutcome {
    /// Nothing was opened.
    Looked,
    /// Answers were searched or read, and no task was begun.
    Read,
    /// A task was begun, and none finished.
    Abandoned,
    /// A task was finished.
    Finished,
}

/// How far somebody came with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskEnd {
    /// They read what it is.
    Explanation,
    /// They were answering a question.
    Question,
    /// They were looking over what they had answered.
    Review,
    /// They were paying.
    Payment,
    /// It could not be kept.
    NotSaved,
    /// It was finished.
    Finished,
}

impl TaskEnd {
    /// All there are, in the order in which one comes to them.
    pub const ALL: [Self; 6] =
        [Self::Explanation, Self::Question, Self::Review, Self::Payment, Self::NotSaved, Self::Finished];
}

/// Something that helps somebody to see, hear or be at ease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aid {
    /// Larger letters.
    LargeText,
    /// The other contrast.
    Contrast,
    /// Speech.
    Speech,
    /// The hidden screen.
    HiddenScreen,
}

impl Aid {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::LargeText, Self::Contrast, Self::Speech, Self::HiddenScreen];
}

/// Something that did not work during a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MetFault {
    /// No receipt could be printed: the paper was used up.
    PaperOut,
    /// No receipt could be printed, for another reason.
    Printer,
    /// No card could be taken.
    Card,
    /// The hub could not be reached.
    Network,
}

impl MetFault {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::PaperOut, Self::Printer, Self::Card, Self::Network];
}

/// What became of the entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VisitsAnswer {
    /// The ids of those that are durable at the hub, now or from an earlier request, and of those that it will never
    /// keep. The pillar forgets them.
    pub entries: Vec<Uuid>,
}
