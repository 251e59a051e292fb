//! How a request stands, in words.
//!
//! Invariant: in Dutch they are those of the hub's page for residents; a story about the whole system compares them.

use zuil_wire::{PaymentState, State};

use super::full_day;
use crate::texts::{fill, say};
use crate::visit::FoundView;
use zuil_catalogue::Language;

/// A state in a word or two.
#[must_use]
pub fn state(language: Language, state: State) -> &'static str {
    match state {
        State::Saved => say(language, "Saved in the pillar"),
        State::Received => say(language, "Received"),
        State::Registered => say(language, "Registered"),
        State::Parked => say(language, "Waiting for staff"),
        State::Closed => say(language, "Closed"),
    }
}

/// What a state means for the resident, and what happens next. A payment of which nobody knows comes before all but
/// the end: whoever does not hear of it pays twice.
#[must_use]
pub fn meaning(language: Language, found: &FoundView) -> &'static str {
    match (found.state, found.payment) {
        (State::Saved | State::Received | State::Parked, Some(PaymentState::Unknown)) => say(
            language,
            "We are finding out whether it was paid. Do not pay again. You need not do anything now.",
        ),
        (State::Saved | State::Received | State::Parked, Some(PaymentState::NotPaid)) => say(
            language,
            "It was not paid. A member of staff is looking into what happens with your request.",
        ),
        (State::Saved, _) => say(
            language,
            "Your request is kept in this pillar. It goes to the municipality as soon as there is a connection. You need not do anything now.",
        ),
        (State::Received, _) => {
            say(language, "The municipality has your request. You need not do anything now.")
        }
        (State::Registered, _) if found.case_number.is_some() => say(
            language,
            "Your request is in the system of the municipality. Give the case number when you call us.",
        ),
        (State::Registered, _) => say(
            language,
            "Your request is in the system of the municipality. Give your reference when you call us.",
        ),
        (State::Parked, _) => {
            say(language, "A member of staff is looking at your request. You need not do anything now.")
        }
        (State::Closed, _) => say(
            language,
            "A member of staff has dealt with your request, or it does not go ahead. Do you want to know what happened? Call us and give your reference.",
        ),
    }
}

/// Since when it is with the municipality; of this pillar's own word, when it was made.
#[must_use]
pub fn since(language: Language, found: &FoundView) -> String {
    let words =
        if found.by_pillar { say(language, "Made on {day}") } else { say(language, "Received on {day}") };
    fill(words, &[("day", &full_day(language, found.on))])
}

/// That the municipality could not be asked.
#[must_use]
pub fn last_known(language: Language) -> &'static str {
    say(language, "This is what this pillar knew last. We cannot ask the municipality now.")
}

/// What to do about a reference in which a letter is wrong.
#[must_use]
pub fn mistyped(language: Language) -> &'static str {
    say(language, "One letter or digit is not right. Please read the reference on your receipt again.")
}

/// That nothing was found, and what to check.
#[must_use]
pub fn not_found(language: Language) -> [&'static str; 3] {
    [
        say(language, "We do not know this reference yet"),
        say(language, "Compare it with your receipt."),
        say(
            language,
            "Does your receipt say “saved in the pillar”? Then we get your request as soon as the pillar is connected again.",
        ),
    ]
}

/// That it cannot be looked up now, and what to do.
#[must_use]
pub fn unavailable(language: Language) -> [&'static str; 2] {
    [
        say(language, "We cannot look it up now"),
        say(language, "This says nothing about your request. Please try again later, or call us."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn found(state: State, payment: Option<PaymentState>) -> FoundView {
        let on = date(2026, 11, 23);
        FoundView { state, errand: None, on, case_number: None, payment, by_pillar: true, last_known: false }
    }

    #[test]
    fn whoever_may_have_paid_is_told_not_to_pay_again_wherever_the_request_is() {
        for state in [State::Saved, State::Received, State::Parked] {
            let unknown = meaning(Language::Nl, &found(state, Some(PaymentState::Unknown)));
            assert!(unknown.contains("Betaal niet nog een keer."), "{state:?}: {unknown}");
            let not_paid = meaning(Language::Nl, &found(state, Some(PaymentState::NotPaid)));
            assert!(not_paid.starts_with("Er is niet betaald."), "{state:?}: {not_paid}");
            let free = meaning(Language::Nl, &found(state, None));
            assert!(
                free.ends_with("U hoeft nu niets te doen.") && !free.contains("etaal"),
                "{state:?}: {free}"
            );
        }
    }

    #[test]
    fn only_who_sees_a_case_number_is_asked_for_it() {
        let without = found(State::Registered, None);
        assert!(meaning(Language::Nl, &without).contains("Noem uw kenmerk"));
        let with = FoundView { case_number: Some("ZAAK-17".to_owned()), ..without };
        assert!(meaning(Language::Nl, &with).contains("Noem het zaaknummer"));
    }

    #[test]
    fn whoever_has_a_request_that_staff_are_done_with_does_not_wait_for_it_and_knows_whom_to_ask() {
        for payment in [None, Some(PaymentState::NotPaid)] {
            let closed = meaning(Language::Nl, &found(State::Closed, payment));
            assert!(closed.contains("of uw aanvraag gaat niet door."), "{closed}");
            assert!(closed.ends_with("Bel ons en noem uw kenmerk."), "{closed}");
        }
        assert_eq!(state(Language::Nl, State::Closed), "Afgesloten");
    }

    #[test]
    fn of_a_request_that_nobody_could_ask_about_nothing_is_promised() {
        let [_, what_to_do] = unavailable(Language::Nl);
        assert_eq!(what_to_do, "Dit zegt niets over uw aanvraag. Probeer het later nog eens, of bel ons.");
    }

    #[test]
    fn only_the_municipality_says_when_it_received_something() {
        let here = found(State::Received, None);
        assert_eq!(since(Language::Nl, &here), "Gedaan op maandag 23 november 2026");
        let at_hub = FoundView { by_pillar: false, ..here };
        assert_eq!(since(Language::Nl, &at_hub), "Ontvangen op maandag 23 november 2026");
    }
}
