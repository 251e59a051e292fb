//! How a request stands, and the reference that is typed for it, for someone who listens.

use zuil_wire::Reference;

use super::{Spoken, knowledge, sentence};
use crate::texts::say;
use crate::visit::{FoundView, Frame, ReferenceView, StandingOutcome, StandingView};
use crate::words::standing;
use zuil_catalogue::Language;

/// The letters as they are typed, one by one.
pub(super) fn reference(typed: &ReferenceView, frame: &Frame) -> Spoken {
    let language = frame.language;
    let parts = ["What is your reference?", "It is on your receipt: 11 letters and digits."];
    let mistyped = typed.mistyped.then(|| standing::mistyped(language).to_owned());
    let letters: Vec<String> = typed.typed.chars().map(String::from).collect();
    let detail = [Some(letters.join(" ")), mistyped].into_iter().flatten();
    (parts.map(|part| say(language, part).to_owned()).to_vec(), detail.collect())
}

/// What is known of a request.
pub(super) fn standing(view: &StandingView, frame: &Frame) -> Vec<String> {
    let language = frame.language;
    let mut parts = match &view.outcome {
        StandingOutcome::Found(found) => said(found, &view.reference, language),
        StandingOutcome::NotFound => {
            let [title, more @ ..] = standing::not_found(language).map(str::to_owned);
            let typed = one_by_one(&view.reference.compact());
            [vec![sentence(&title), sentence(&typed)], more.to_vec()].concat()
        }
        StandingOutcome::Unavailable => standing::unavailable(language).map(sentence).to_vec(),
    };
    parts.push(knowledge::call(&frame.phone, Some(&view.phone_hours), language));
    parts
}

fn said(found: &FoundView, reference: &Reference, language: Language) -> Vec<String> {
    let mut parts = vec![sentence(standing::state(language, found.state))];
    parts.extend(found.errand.as_deref().map(sentence));
    let number = found.case_number.iter();
    parts.extend(number.map(|number| format!("{}: {}.", say(language, "Case number"), one_by_one(number))));
    if found.last_known {
        parts.push(standing::last_known(language).to_owned());
    }
    parts.push(standing::meaning(language, found).to_owned());
    parts.push(sentence(&standing::since(language, found)));
    let reference = one_by_one(&reference.compact());
    parts.push(format!("{}: {reference}.", say(language, "Your reference")));
    parts
}

/// So that a voice reads letters and digits, and no word or number.
fn one_by_one(text: &str) -> String {
    text.chars().map(String::from).collect::<Vec<_>>().join(", ")
}
