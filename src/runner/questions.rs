//! What residents asked and found no answer to.

use zuil_catalogue::Language;

use super::Runner;

impl Runner {
    /// Keeps words that nobody found an answer to. They hold no personal data.
    pub(super) fn keep_not_found(&mut self, _language: Language, _words: &str) {}
}
