//! Keeps what somebody searched for and did not find until the hub has it, and counts what was found.
//!
//! Invariant: personal data is taken out once more before anything is kept, nothing that was typed is kept of what was
//! found, the day is all that is kept of the time, and whatever goes wrong here is in nobody's way. The sync is not
//! woken: when a question arrives is to tell little of when it was asked.

use uuid::Uuid;
use zuil_catalogue::Language;
use zuil_catalogue::search::without_personal_data;
use zuil_wire::{AskedCount, QuestionItem};

use super::Runner;

impl Runner {
    /// Keeps `words`, as far as anything useful is left without personal data.
    pub(super) fn keep_not_found(&self, language: Language, words: &str) {
        let (Some(now), Some(words)) = (self.last, without_personal_data(words)) else { return };
        let Some(words) = as_many_as_fit(&words) else { return };
        let on = now.in_zone(&self.time_zone).wall.date();
        let item = QuestionItem { id: Uuid::new_v4(), language: language.code().to_owned(), words, on };
        if let Err(error) = self.outbox.keep_question(&item) {
            tracing::warn!(%error, "a question without an answer was not kept");
        }
    }

    /// Counts that an answer was opened which a search found; it is written down when the visit is over.
    pub(super) fn count_found(&mut self, language: Language, answer: &str) {
        let Some(now) = self.last.filter(|_| answer.len() <= AskedCount::MAX_ANSWER) else { return };
        let on = now.in_zone(&self.time_zone).wall.date();
        let (language, answer) = (language.code().to_owned(), answer.to_owned());
        self.watching.found(AskedCount { id: Uuid::new_v4(), language, answer, on, times: 1 });
    }
}

/// The first whole words that fit; `None` when not even one does: so long a word says nothing to an editor.
fn as_many_as_fit(words: &str) -> Option<String> {
    let mut fit = String::new();
    for word in words.split(' ') {
        let longer = fit.chars().count() + usize::from(!fit.is_empty()) + word.chars().count();
        if longer > QuestionItem::MAX_WORDS {
            break;
        }
        if !fit.is_empty() {
            fit.push(' ');
        }
        fit.push_str(word);
    }
    (!fit.is_empty()).then_some(fit)
}

#[cfg(test)]
mod tests;
