//! Which answers residents found, as the hub keeps and counts it. Invariant: a count names an answer of the catalogue
//! and a day, and nothing that somebody typed.

use jiff::Timestamp;
use jiff::civil::Date;
use zuil_wire::AskedCount;

use super::StoreError;

/// How often an answer was found at a pillar in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAnswer {
    /// The pillar.
    pub pillar: String,
    /// The id of the answer, which the catalogue may have no more.
    pub answer: String,
    /// The code of the language.
    pub language: String,
    /// How often.
    pub times: u64,
}

/// Keeps which answers residents found. The contract of [`super::Store`] holds.
pub trait AskedStore {
    /// Keeps counts of a pillar, once by id, and notes that it was seen. Of what it tells again the highest number of
    /// times stands. A day that is still to come, or longer ago than questions are kept, becomes the one of `now`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is kept.
    fn keep_asked(&self, pillar: &str, counts: &[AskedCount], now: Timestamp) -> Result<(), StoreError>;

    /// How often answers were found on a day or later, in the order of pillars, answers and languages.
    ///
    /// # Errors
    /// [`StoreError`].
    fn asked(&self, since: Date) -> Result<Vec<FoundAnswer>, StoreError>;

    /// Forgets counts of days before; how many those were.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is forgotten.
    fn forget_asked(&self, before: Date) -> Result<u64, StoreError>;
}
