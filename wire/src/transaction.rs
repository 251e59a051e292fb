//! A finished task as the municipality gets it: the plain content that [`crate::seal`] hides, the
//! payment that belongs to it, and the state in which everyone may see it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::versions::WITH_USE_AND_TREATMENT;
use crate::{Cents, Reference};

/// The plain content of a transaction. It exists only in the memory of a running visit and at the
/// hub; everywhere else it is sealed. Dropping it wipes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// The transaction's id (UUIDv7), equal to the header's.
    pub id: Uuid,
    /// The reference on the receipt, equal to the header's.
    pub reference: Reference,
    /// The id of the task in the catalogue, such as `bulky-waste`.
    pub task: String,
    /// The task's name in Dutch, as staff know it.
    pub task_title: String,
    /// The version of the catalogue that the resident saw.
    pub catalogue_version: String,
    /// The language of the visit, as a two-letter ISO 639-1 code.
    pub language: String,
    /// The answers in the order in which they were asked.
    pub answers: Vec<AnswerLine>,
    /// What the task cost; zero when it was free.
    pub fee: Cents,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.answers.zeroize();
    }
}

/// One question and what was answered to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct AnswerLine {
    /// The id of the question in the task.
    pub question: String,
    /// The question's short label in Dutch, for staff.
    pub label: String,
    /// The machine-readable value: an option's id, an ISO date, an E.164-like number, or the text.
    /// Several choices are joined by `,`.
    pub value: String,
    /// The value as a person reads it, in Dutch.
    pub display: String,
}

/// What is known of a payment. Never a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The terminal said so.
    Paid,
    /// The terminal said so, or was never asked.
    NotPaid,
    /// The terminal was asked and its answer is not known yet.
    Unknown,
}

/// A card payment as it is told to the hub. It holds no card number, not even a masked one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PaymentRecord {
    /// What is known of it.
    pub state: PaymentState,
    /// The amount that the terminal was asked to charge.
    pub amount: Cents,
    /// The terminal's id, eight digits, when it told one.
    pub terminal_id: Option<String>,
    /// The terminal's receipt number, four digits, when it told one.
    pub receipt_number: Option<u16>,
    /// The name of the card scheme, such as `Maestro`, when it told one.
    pub card_scheme: Option<String>,
}

/// Where a transaction is. The words are the same on the pillar, on the receipt and at the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept in the pillar ("bewaard in de zuil").
    Saved,
    /// Taken in by the municipality ("ontvangen door de gemeente").
    Received,
    /// In the municipality's own system, with a case number ("geregistreerd").
    Registered,
    /// A person at the municipality is looking at it.
    Parked,
    /// Staff are done with it: they dealt with it, or it does not go on ("afgesloten"). It is in no other system.
    Closed,
}

impl State {
    /// The word that stands in messages and databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Received => "received",
            Self::Registered => "registered",
            Self::Parked => "parked",
            Self::Closed => "closed",
        }
    }

    /// The state for a word from [`State::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Saved, Self::Received, Self::Registered, Self::Parked, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// What a resident thought of the visit. It is sent apart from any transaction, so that nobody can
/// tell who said it. There is no room in it for anybody's own words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SurveyAnswers {
    /// "Was it clear?", from 1 (not at all) to 5 (very); `None` when skipped.
    pub clear: Option<u8>,
    /// "Were you helped in one go?"; `None` when skipped.
    pub helped: Option<bool>,
    /// "Did you feel treated well?"; nothing when skipped. From version 3 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treated: Option<Treated>,
    /// "What was missing?"; nothing when skipped, or when it was not asked because all was well. From version 3 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missed>,
}

impl SurveyAnswers {
    /// The answers in a version of the protocol, without what that one does not know.
    #[must_use]
    pub const fn in_version(mut self, version: u16) -> Self {
        if version < WITH_USE_AND_TREATMENT {
            self.treated = None;
            self.missing = None;
        }
        self
    }
}

/// Whether somebody felt treated well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Treated {
    /// Yes.
    Yes,
    /// A little.
    ALittle,
    /// No.
    No,
}

impl Treated {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Yes, Self::ALittle, Self::No];

    /// The word that stands in messages and databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::ALittle => "a_little",
            Self::No => "no",
        }
    }
}

/// What somebody missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// What they came for.
    Errand,
    /// An explanation that they understood.
    Explanation,
    /// Help from a person.
    Person,
    /// Another way to pay.
    WayToPay,
    /// More peace or privacy.
    Peace,
    /// Nothing.
    Nothing,
}

impl Missed {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Errand, Self::Explanation, Self::Person, Self::WayToPay, Self::Peace, Self::Nothing];

    /// The word that stands in messages and databases.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Errand => "errand",
            Self::Explanation => "explanation",
            Self::Person => "person",
            Self::WayToPay => "way_to_pay",
            Self::Peace => "peace",
            Self::Nothing => "nothing",
        }
    }
}
