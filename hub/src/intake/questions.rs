//! Looks at what a pillar says that residents did not find. Invariant: what is kept is short, in a language of
//! the pillars, and went through [`without_personal_data`] here, whatever the pillar did; one question that is
//! of no use hinders no other, and the pillar may forget it.

use uuid::Uuid;
use zuil_catalogue::Language;
use zuil_catalogue::search::without_personal_data;
use zuil_wire::{QuestionItem, Questions, QuestionsAnswer};

use super::list::{self, Item, ListError, Sorted};
use crate::store::{Pillar, Store, StoreError};

impl Item for QuestionItem {
    const LIST: &'static str = "Questions";
    const FIELD: &'static str = "questions";
    const MOST: usize = Questions::MAX_QUESTIONS;

    fn id(&self) -> Uuid {
        self.id
    }

    fn fit(self) -> Option<Self> {
        Language::from_code(&self.language)?;
        if self.words.chars().count() > Self::MAX_WORDS {
            return None;
        }
        Some(Self { words: without_personal_data(&self.words)?, ..self })
    }
}

/// Reads the body of a request.
///
/// # Errors
/// When the request as a whole cannot be taken. A bad question in it is no error.
pub fn parse(body: &[u8]) -> Result<Sorted<QuestionItem>, ListError> {
    list::sort(body)
}

/// Keeps the questions and says which ones the pillar may forget. When it returns, they are durable.
///
/// # Errors
/// [`StoreError`]; then nothing was kept.
pub fn take_in(
    asked: Sorted<QuestionItem>,
    pillar: &Pillar,
    store: &dyn Store,
    now: jiff::Timestamp,
) -> Result<QuestionsAnswer, StoreError> {
    store.keep_questions(&pillar.name, &asked.usable, now)?;
    Ok(QuestionsAnswer { questions: list::ids(asked) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn question(number: u128, words: &str) -> Value {
        json!({"id": id(number), "language": "nl", "words": words, "on": "2026-03-02"})
    }

    fn read(questions: &[Value]) -> Sorted<QuestionItem> {
        parse(json!({"version": 1, "questions": questions}).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_pillar_that_takes_no_names_out_is_not_believed() {
        let asked = read(&[
            question(1, "vliegen met een drone"),
            question(2, "drone van Fatima Yilmaz, Kerkstraat 12, 06 12345678"),
            question(3, "jan.jansen@voorbeeld.nl"),
        ]);
        let words: Vec<&str> = asked.usable.iter().map(|question| question.words.as_str()).collect();
        assert_eq!(words, ["vliegen met een drone", "drone kerkstraat"]);
        assert_eq!(asked.unusable, [id(3)]);
    }

    #[test]
    fn one_question_that_is_none_hinders_no_other() {
        let mut odd = question(2, "drone");
        odd["language"] = json!("tlh");
        let mut more = question(3, "drone");
        more["name"] = json!("made up");
        let mut when = question(4, "drone");
        when["on"] = json!("yesterday");
        let long = question(5, &"vergunning ".repeat(8));
        let asked = read(&[odd, more, when, long, json!("drone"), json!({"id": 7}), question(1, "drone")]);
        assert_eq!(asked.usable.iter().map(|question| question.id).collect::<Vec<_>>(), [id(1)]);
        assert_eq!(asked.unusable, [id(2), id(3), id(4), id(5)]);
    }

    #[test]
    fn a_request_that_cannot_be_understood_is_refused_as_a_whole() {
        let refused = |body: &Value| parse(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(parse(b"{").unwrap_err(), ListError::Form("Questions"));
        assert_eq!(refused(&json!({"version": 1})), ListError::Form("Questions"));
        assert_eq!(refused(&json!({"version": 1, "questions": [], "more": 1})), ListError::Form("Questions"));
        assert_eq!(refused(&json!({"version": 6, "of": "later"})), ListError::Version);
        let many = vec![question(1, "drone"); Questions::MAX_QUESTIONS + 1];
        assert_eq!(
            refused(&json!({"version": 1, "questions": many})),
            ListError::TooMany(Questions::MAX_QUESTIONS)
        );
    }
}
