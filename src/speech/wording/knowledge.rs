//! The search and its answers for someone who listens.

use super::{Spoken, sentence, titles};
use crate::texts::{fill, say};
use crate::visit::{AnswerCard, AnswerView, AskView, Found, Frame};
use crate::words;
use zuil_catalogue::Language;

/// The question once; what was typed and found as it changes.
pub(super) fn ask(ask: &AskView, frame: &Frame) -> Spoken {
    let language = frame.language;
    let mut detail = vec![sentence_of(&ask.field.value)];
    match &ask.found {
        Found::Suggested(cards) => {
            if !cards.is_empty() {
                detail.push(say(language, "Or touch a question that people often ask:").to_owned());
            }
            detail.extend(cards.iter().map(|card| question(card, language)));
        }
        Found::Answers(cards) => detail.extend(cards.iter().map(|card| question(card, language))),
        Found::NotReady => {
            detail.push(say(language, "The answers are being made ready. This takes a moment.").to_owned());
        }
        Found::Nothing { phone_hours, call_back } => {
            detail.push(say(language, "We found no answer. Try other words.").to_owned());
            detail.push(call(&frame.phone, Some(phone_hours), language));
            detail.extend(call_back.iter().flat_map(|tile| titles(std::slice::from_ref(tile), language)));
        }
    }
    (vec![say(language, "What is your question?").to_owned()], detail)
}

/// An answer and what to do after it.
pub(super) fn answer(answer: &AnswerView, language: Language) -> Vec<String> {
    let mut parts = vec![sentence(&answer.question)];
    if answer.only_dutch {
        parts.push(say(language, "This answer is only in Dutch.").to_owned());
    }
    parts.push(answer.short.clone());
    parts.extend(answer.long.iter().cloned());
    parts.extend(titles(&answer.tasks, language));
    parts.extend(answer.phone.iter().map(|phone| call(phone, answer.phone_hours.as_deref(), language)));
    parts.extend(
        answer
            .website
            .iter()
            .map(|website| sentence(&fill(say(language, "Read more on {0}"), &[("0", website)]))),
    );
    parts.push(sentence(&words::checked(language, answer.checked)));
    parts
}

/// A number to call and when it is answered, where that is known.
pub(super) fn call(phone: &str, hours: Option<&str>, language: Language) -> String {
    match hours {
        Some(hours) => fill(say(language, "Call {0}, {1}."), &[("0", phone), ("1", hours)]),
        None => fill(say(language, "Call {0}."), &[("0", phone)]),
    }
}

fn question(card: &AnswerCard, language: Language) -> String {
    let news = if card.news { format!("{}: ", say(language, "News")) } else { String::new() };
    format!("{news}{}", sentence(&card.question))
}

fn sentence_of(typed: &str) -> String {
    if typed.trim().is_empty() { String::new() } else { sentence(typed) }
}
