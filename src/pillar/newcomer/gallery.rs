//! Sample views of a pillar without a binding, for pictures and tests. It makes them itself, so that they are what a
//! technician sees.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use zuil_catalogue::Language;
use zuil_wire::NotACode;
use zuil_wire::enrolment::CodeRefusal;

use super::hub::LONGEST_ADDRESS;
use super::{Newcomer, looking};
use crate::clock::HubTime;
use crate::machine::Network;
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
    samples.extend(pages(language));
    samples
}

/// The pages before and after the enrolment.
fn pages(language: Language) -> Vec<(&'static str, View)> {
    let sample = |name, newcomer: &Newcomer| (name, newcomer.view());
    let mut without_a_line = asks_for_address(language, "");
    without_a_line.hears_network(network());
    let mut chooses = asks_for_address(language, "");
    chooses.hears_network(network());
    chooses.handle(&Intent::Pick(0));
    let looks = sample("first-boot-wireless-looks", &chooses);
    chooses.network_wished(None);
    let found = sample("first-boot-wireless", &chooses);
    chooses.handle(&Intent::Pick(0));
    types(&mut chooses, "geheim");
    chooses.handle(&Intent::Next);
    let password = sample("first-boot-password", &chooses);
    types(&mut chooses, "geheim");
    chooses.handle(&Intent::Next);
    let waits = sample("first-boot-network-waits", &chooses);
    let mut fixed = asks_for_address(language, "");
    fixed.hears_network(network());
    fixed.handle(&Intent::Pick(3));
    types(&mut fixed, "192.0.2.7");
    fixed.handle(&Intent::Next);
    let mut enrolled = asks_for_code(language, CODE);
    enrolled.is_enrolled(true);
    let offer = sample("first-boot-passphrase", &enrolled);
    enrolled.handle(&Intent::Pick(0));
    types(&mut enrolled, "kort");
    enrolled.handle(&Intent::Next);
    let short = sample("first-boot-passphrase-typed", &enrolled);
    let mut looking = asks_for_code(language, CODE);
    looking.is_enrolled(false);
    looking.wants();
    let busy = sample("first-boot-looks", &looking);
    looking.found(looking::Found { report: crate::doctor::samples(language), ..looking::tests::found() });
    let seen = sample("first-boot-found", &looking);
    looking.handle(&Intent::Pick(1));
    vec![
        sample("first-boot-network", &without_a_line),
        looks,
        found,
        password,
        waits,
        sample("first-boot-fixed-address", &fixed),
        offer,
        short,
        busy,
        seen,
        sample("first-boot-ready", &looking),
    ]
}

/// A machine (made up) with a cable that is not plugged in.
fn network() -> Option<Network> {
    let known = r#"{
        "links": [
            {"kind": "ethernet", "state": "no-cable"},
            {"kind": "wifi", "state": "failed", "name": "Bibliotheek"},
            {"kind": "mobile", "state": "off", "name": "Voorbeeld", "address": ""}
        ],
        "wifi": [
            {"ssid": "Bibliotheek", "signal": 81, "secured": true},
            {"ssid": "Gasten van de supermarkt", "signal": 30, "secured": false}
        ]
    }"#;
    serde_json::from_str(known).unwrap()
}

/// One for each sentence about what went wrong.
fn troubles() -> [(&'static str, EnrolError); 12] {
    let not_kept =
        EnrolError::NotKept { path: "binding.json".to_owned(), error: io::ErrorKind::StorageFull.into() };
    let early = HubTime::kept_in("/nowhere".into()).learn(Timestamp::UNIX_EPOCH).unwrap_err();
    [
        ("enrolment-hubs-clock", EnrolError::HubsClock(early)),
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
