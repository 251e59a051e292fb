//! Answers that editors are writing, as the store keeps them. Invariant: nobody writes over what a colleague wrote
//! without having seen it.

use jiff::Timestamp;

use super::StoreError;

/// An answer that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerDraft {
    /// The name of its file in a catalogue, without the ending.
    pub id: String,
    /// What residents searched for.
    pub question: String,
    /// The code of the language in which they did.
    pub language: String,
    /// The file as it is so far.
    pub text: String,
    /// Who began it, and when.
    pub made: (String, Timestamp),
    /// Who changed it last, and when.
    pub changed: (String, Timestamp),
    /// When somebody put it into the catalogue, and said so.
    pub done_at: Option<Timestamp>,
}

/// What came of changing a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// It is changed.
    Yes,
    /// Somebody changed it since it was seen.
    Meanwhile,
    /// There is none.
    NoSuchDraft,
}

/// Keeps drafts of answers. The contract of [`super::Store`] holds.
pub trait DraftStore {
    /// Keeps a new draft; `false` when there is one of that id.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not kept.
    fn add_draft(&self, draft: &AnswerDraft) -> Result<bool, StoreError>;

    /// All drafts, by their id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn drafts(&self) -> Result<Vec<AnswerDraft>, StoreError>;

    /// The draft with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn draft(&self, id: &str) -> Result<Option<AnswerDraft>, StoreError>;

    /// Changes the text of a draft that was seen as it stood at `seen`. It is done no longer.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not changed.
    fn rewrite_draft(
        &self,
        id: &str,
        text: &str,
        seen: Timestamp,
        who: &str,
        now: Timestamp,
    ) -> Result<Rewritten, StoreError>;

    /// Notes that a draft is in the catalogue. Whether there is one.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is noted.
    fn finish_draft(&self, id: &str, now: Timestamp) -> Result<bool, StoreError>;

    /// Deletes a draft. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError`]; then it is there still.
    fn delete_draft(&self, id: &str) -> Result<bool, StoreError>;
}
