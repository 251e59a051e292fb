//! Sample views of a pillar without a binding, for pictures and tests. It makes them itself, so that they are what a
//! technician sees.

use std::io;
use std::time::Duration;

use zuil_catalogue::Language;
use zuil_wire::NotACode;
use zuil_wire::enrolment::CodeRefusal;

use super::{LONGEST_ADDRESS, Newcomer};
use crate::sync::{EnrolError, Step, SyncError};
use crate::visit::{Intent, View};

const ADDRESS: &str = "hub.voorbeeldhuizen.example:8443";
const CODE: &str = "7K3MQ9XA2FT01BCDEF";

/// Each sentence that it can show, in a language, and what was typed so far; by name.
pub(crate) fn samples(language: Language) -> Vec<(&'static str, View)> {
    let sample = |name, newcomer: &Newcomer| (name, newcomer.view());
    let mut choosing = asks_for_code(language, "");
    choosing.handle(&Intent::ToggleLanguages);
    let mut samples = vec![
        sample("enrolment-address", &asks_for_address(language, "")),
        sample("enrolment-address-typed", &asks_for_address(language, ADDRESS)),
        sample("enrolment-address-longest", &asks_for_address(language, &"x".repeat(LONGEST_ADDRESS))),
        sample("enrolment-code", &asks_for_code(language, "")),
        sample("enrolment-code-typed", &asks_for_code(language, CODE)),
        sample("enrolment-languages", &choosing),
    ];
    for (name, step) in [
        ("enrolment-greeting", Step::Greeting),
        ("enrolment-asking", Step::Asking),
        ("enrolment-keeping", Step::Keeping),
    ] {
        let mut newcomer = asks_for_code(language, CODE);
        newcomer.is_busy_with(step);
        samples.push(sample(name, &newcomer));
    }
    for (name, error) in troubles() {
        let mut newcomer = asks_for_code(language, CODE);
        newcomer.failed(&error);
        samples.push(sample(name, &newcomer));
    }
    samples
}

/// One for each sentence about what went wrong.
fn troubles() -> [(&'static str, EnrolError); 11] {
    let not_kept =
        EnrolError::NotKept { path: "binding.json".to_owned(), error: io::ErrorKind::StorageFull.into() };
    [
        ("enrolment-no-address", EnrolError::Address),
        ("enrolment-code-mistyped", EnrolError::Code(NotACode::Check)),
        ("enrolment-code-unknown", EnrolError::NotProved),
        ("enrolment-code-expired", EnrolError::Refused(CodeRefusal::Expired)),
        ("enrolment-open-payments", EnrolError::Refused(CodeRefusal::OpenPayments)),
        ("enrolment-name-taken", EnrolError::Refused(CodeRefusal::NameTaken)),
        ("enrolment-pause", EnrolError::Wait(Duration::from_mins(15))),
        ("enrolment-no-network", EnrolError::Line(SyncError::Unreachable("no route".to_owned()))),
        ("enrolment-no-hub", EnrolError::Line(SyncError::NoHub(404))),
        ("enrolment-not-kept", not_kept),
        ("enrolment-no-binding", EnrolError::NoBinding("made up")),
    ]
}

fn asks_for_address(language: Language, typed: &str) -> Newcomer {
    let mut newcomer = Newcomer::new();
    newcomer.handle(&Intent::ChooseLanguage(language));
    types(&mut newcomer, typed);
    newcomer
}

fn asks_for_code(language: Language, typed: &str) -> Newcomer {
    let mut newcomer = asks_for_address(language, ADDRESS);
    newcomer.handle(&Intent::Next);
    types(&mut newcomer, typed);
    newcomer
}

fn types(newcomer: &mut Newcomer, text: &str) {
    for c in text.chars() {
        newcomer.handle(&Intent::Type(c));
    }
}
