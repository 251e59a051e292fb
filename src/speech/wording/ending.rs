//! The end of an errand for someone who listens: the receipt, and what became of request and paper.
//!
//! Invariant: the reference is spelt, letter by letter, wherever it is told.

use zuil_wire::{PaymentState, State};

use super::{Spoken, sentence, spoken_amount};
use crate::texts::{fill, say};
use crate::visit::{ReceiptOutcome, ReceiptView, SurveyView, WhyNotPrinted};
use zuil_catalogue::Language;

/// The receipt once; where the request and the paper are, as that changes.
pub(super) fn receipt(receipt: &ReceiptView, language: Language) -> Spoken {
    let mut parts = vec![sentence(&receipt.title), spelt_reference(receipt, language)];
    if let Some((amount, state)) = receipt.payment {
        let paid = state == PaymentState::Paid;
        let words = if paid { say(language, "Paid: {0}") } else { say(language, "Not paid: {0}") };
        parts.push(sentence(&fill(words, &[("0", &spoken_amount(amount, language))])));
    }
    parts.push(receipt.next_steps.clone());
    let state = match receipt.state {
        State::Saved => say(language, "Saved in the pillar. It goes to the municipality by itself."),
        State::Received | State::Closed => say(language, "The municipality has received it."),
        State::Registered => say(language, "The municipality has registered it."),
        State::Parked => say(language, "We are looking into it."),
    };
    (parts, vec![state.to_owned(), paper(receipt, language).to_owned()])
}

/// A question of the survey with its answers as they stand on the screen; the one that was touched, as that changes.
pub(super) fn survey(survey: SurveyView, language: Language) -> Spoken {
    let (question, mut answers) = survey_words(survey, language);
    let chosen = survey.chosen().and_then(|chosen| answers.get(chosen)).map(|answer| sentence(answer));
    if matches!(survey, SurveyView::Clear { .. }) {
        // The best stands on top.
        answers.reverse();
    }
    let parts = std::iter::once(question.to_owned()).chain(answers.into_iter().map(sentence));
    (parts.collect(), chosen.into_iter().collect())
}

/// The question and its answers, in the order in which they are counted.
fn survey_words(survey: SurveyView, language: Language) -> (&'static str, Vec<&'static str>) {
    match survey {
        SurveyView::Clear { .. } => (
            say(language, "Was it clear?"),
            vec![
                say(language, "Not clear at all"),
                say(language, "Not so clear"),
                say(language, "Neither clear nor unclear"),
                say(language, "Clear"),
                say(language, "Very clear"),
            ],
        ),
        SurveyView::Helped { .. } => {
            (say(language, "Were you helped in one go?"), vec![say(language, "Yes"), say(language, "No")])
        }
        SurveyView::Treated { .. } => (
            say(language, "Did you feel treated well?"),
            vec![say(language, "Yes"), say(language, "A little"), say(language, "No")],
        ),
        SurveyView::Missing { .. } => (
            say(language, "What was missing?"),
            vec![
                say(language, "What I came for is not here"),
                say(language, "An explanation that I understand"),
                say(language, "Help from a person"),
                say(language, "Another way to pay"),
                say(language, "More peace or privacy"),
                say(language, "Nothing was missing"),
            ],
        ),
    }
}

/// As the receipt, when nobody knows yet whether it was paid.
pub(super) fn payment_unknown(receipt: &ReceiptView, language: Language) -> Spoken {
    let amount = receipt.payment.map(|(amount, _)| spoken_amount(amount, language)).unwrap_or_default();
    let parts = vec![
        sentence(say(language, "We are finding out whether you have paid")),
        say(language, "Please do not pay again, you never pay twice. Your request is kept.").to_owned(),
        format!("{}: {amount}.", receipt.title),
        spelt_reference(receipt, language),
    ];
    (parts, vec![paper(receipt, language).to_owned()])
}

fn spelt_reference(receipt: &ReceiptView, language: Language) -> String {
    let letters = receipt.reference.compact().chars().map(String::from).collect::<Vec<_>>().join(", ");
    fill(say(language, "Your reference is {letters}."), &[("letters", &letters)])
}

fn paper(receipt: &ReceiptView, language: Language) -> &'static str {
    match receipt.paper {
        None if receipt.anew => say(language, "We are printing your receipt once more."),
        None => say(language, "We are printing your receipt."),
        Some(ReceiptOutcome::Printed) => say(language, "Take your receipt."),
        Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut)) if receipt.comes_later => say(
            language,
            "The paper is used up. Take a picture of the reference. When someone puts in a new roll now, your receipt still comes.",
        ),
        Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::CoverOpen)) if receipt.comes_later => say(
            language,
            "The printer is open. Take a picture of the reference. When someone closes it now, your receipt still comes.",
        ),
        Some(ReceiptOutcome::NotPrinted(WhyNotPrinted::PaperOut)) => {
            say(language, "The paper is used up. Write the reference down, or take a picture of it.")
        }
        Some(ReceiptOutcome::NotPrinted(_)) => {
            say(language, "The receipt cannot be printed. Write the reference down, or take a picture of it.")
        }
        Some(ReceiptOutcome::Unknown) => {
            say(language, "Is there no receipt? Write the reference down, or take a picture of it.")
        }
    }
}
