//! Handing over to the doubles of the municipal systems, in virtual time: as it should go, and with every bad luck
//! there is.

mod blind;
mod hub;
mod letters;
mod network;
mod progress;
mod seeds;
mod silence;

use jiff::SignedDuration;
use serde_json::json;
use zuil_catalogue::Destination;
use zuil_wire::{PaymentState, Reference, State};

use self::hub::{Hub, clock, pass, to_open_zaak, work};
use self::network::{Luck, Network};
use crate::store::conformance::{incoming, with_payment};
use crate::store::{
    HandoverStore as _, ParkReason, SentAgain, SettlingStore as _, Standing, Store as _, System,
};

#[test]
fn a_request_becomes_one_whole_case_with_its_number() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1), with_payment(2, PaymentState::Paid)]);
    assert!(work(&hub.starts(1)));
    assert_eq!((hub.state(1), hub.state(2)), (State::Registered, State::Registered));
    let reference = Reference::from_bits(1).to_string();
    let stored = hub.store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(stored.case_number.as_ref(), Some(&reference));
    let (free, paid) = (hub.cases().remove(0), hub.cases().remove(1));
    let case = &free.body;
    assert_eq!(
        (&case["identificatie"], &case["communicatiekanaalNaam"]),
        (&json!(reference), &json!("zuil"))
    );
    assert_eq!((&case["startdatum"], &case["bronorganisatie"]), (&json!("2027-01-15"), &json!("002220647")));
    assert_eq!(
        (&case["betalingsindicatie"], &paid.body["betalingsindicatie"]),
        (&json!(""), &json!("geheel"))
    );
    let role = &free.roles[0];
    assert_eq!(role["betrokkeneIdentificatie"]["anpIdentificatie"], json!(Reference::from_bits(1).compact()));
    let values: Vec<&str> = free.properties.iter().map(|one| one["waarde"].as_str().unwrap()).collect();
    assert_eq!(values, ["20270201", "Voorbeeldstraat 1, 1234 AB Voorbeeldhuizen", "Huurwoning"]);
    let document = &free.documents[0];
    assert_eq!((&document["bestandsomvang"], &document["status"]), (&json!(12), &json!("definitief")));
    assert!(!document["bestandsnaam"].as_str().unwrap().contains(' '));
    assert_eq!((free.statuses.len(), free.late.len()), (1, 0));
    hub.is_without_reproach("two requests");
}

#[test]
fn what_the_system_never_takes_waits_for_staff_at_once_and_says_why() {
    let wrong = |code: &str| json!({ "code": "invalid", "invalidParams": [{ "name": "x", "code": code }] });
    for (status, body, reason) in [
        (403, json!({ "code": "permission_denied" }), ParkReason::KeyRefused),
        (404, json!({}), ParkReason::WrongAddress),
        (302, json!({}), ParkReason::WrongAddress),
        (400, wrong("required"), ParkReason::Refused),
    ] {
        let hub = Hub::new();
        hub.receives(vec![incoming(1, 1)]);
        hub.network.world().always = Some((status, body));
        assert!(work(&hub.starts(1)));
        assert_eq!((hub.standing(1), hub.state(1)), (Some(Standing::Parked(reason)), State::Parked));
        assert_eq!(hub.arrived(), 1, "{reason:?}");
    }
}

#[test]
fn a_mistake_in_the_mapping_makes_no_half_case() {
    for (destination, reason) in [
        (to_open_zaak("huwelijk", &[]), ParkReason::TypeMissing),
        (to_open_zaak("verhuizing", &["verhuisdatum", "kleur"]), ParkReason::PropertyMissing),
        (Destination::Email { to: "balie@example.nl".into() }, ParkReason::NotConfigured),
    ] {
        let hub = Hub::new().with_task(Some(destination));
        hub.receives(vec![incoming(1, 1)]);
        assert!(work(&hub.starts(1)));
        assert_eq!(hub.standing(1), Some(Standing::Parked(reason)));
        assert_eq!(hub.cases().len(), 0);
    }
}

#[test]
fn what_staff_send_again_goes_by_the_mapping_that_was_mended() {
    let hub = Hub::new().with_task(Some(to_open_zaak("huwelijk", &[])));
    hub.receives(vec![incoming(1, 1)]);
    let engine = hub.starts(1);
    assert!(work(&engine));
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::TypeMissing)));
    assert_eq!(hub.store.send_again(Reference::from_bits(1), clock()).unwrap(), SentAgain::Yes);
    assert!(work(&engine));
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn a_task_that_no_catalogue_has_waits_and_one_without_destination_stays_with_staff() {
    let mut hub = Hub::new();
    hub.tasks.clear();
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::NoSuchTask)));
    let hub = Hub::new().with_task(None);
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    assert_eq!((hub.standing(1), hub.state(1)), (Some(Standing::Nothing), State::Received));
}

#[test]
fn a_system_that_is_down_for_a_day_is_not_hammered_and_then_gets_everything_once() {
    let hub = Hub::new();
    hub.receives((1..=60).map(|number| incoming(number, u64::from(number))).collect());
    hub.network.world().always = Some((503, json!({})));
    let engine = hub.starts(1);
    for _ in 0..2_880 {
        assert!(work(&engine));
        pass(SignedDuration::from_secs(30));
    }
    let asked = hub.arrived();
    assert!((40..250).contains(&asked), "{asked} requests in a day");
    hub.network.world().always = None;
    for _ in 0..1_000 {
        assert!(work(&engine));
        pass(SignedDuration::from_secs(30));
    }
    assert_eq!(hub.cases().len(), 60);
    hub.is_without_reproach("after a day");
    assert!((1..=60).all(|number| hub.state(number) == State::Registered));
}

#[test]
fn what_gets_no_answer_for_days_waits_for_staff_and_goes_on_when_they_send_it() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1)]);
    hub.network.world().always = Some((502, json!({})));
    let engine = hub.starts(1);
    for hour in 0..24 * 7 {
        assert!(work(&engine));
        assert!(hour > 24 * 5 || hub.standing(1) == Some(Standing::Waiting), "after {hour} hours");
        pass(SignedDuration::from_hours(1));
    }
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::NoAnswer)));
    hub.network.world().always = None;
    hub.store.send_again(Reference::from_bits(1), clock()).unwrap();
    assert!(work(&engine));
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn a_system_that_asks_for_patience_is_left_until_then() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1)]);
    hub.network.world().always = Some((429, json!({})));
    let engine = hub.starts(1);
    assert!(work(&engine));
    pass(SignedDuration::from_secs(299));
    assert!(work(&engine));
    assert_eq!(hub.arrived(), 1);
    pass(SignedDuration::from_secs(1));
    assert!(work(&engine));
    assert_eq!(hub.arrived(), 2);
    assert_eq!(hub.store.handover(Reference::from_bits(1)).unwrap().unwrap().attempts, 0);
}

#[test]
fn what_a_system_puts_off_for_days_waits_for_staff() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1)]);
    hub.network.world().always = Some((429, json!({})));
    let engine = hub.starts(1);
    for hour in 0..24 * 6 {
        assert!(work(&engine));
        assert!(hour > 24 * 5 || hub.standing(1) == Some(Standing::Waiting), "after {hour} hours");
        pass(SignedDuration::from_hours(1));
    }
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::PutOff)));
    hub.network.world().always = None;
    hub.store.send_again(Reference::from_bits(1), clock()).unwrap();
    assert!(work(&engine));
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn what_a_system_found_wrong_is_told_by_the_names_of_fields() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1)]);
    let wrong =
        json!({ "code": "invalid", "invalidParams": [{ "name": "toelichting", "code": "max_length" }] });
    hub.network.world().always = Some((400, wrong));
    assert!(work(&hub.starts(1)));
    let reference = Reference::from_bits(1);
    let said = || hub.store.said_when_refused(reference).unwrap();
    assert_eq!(said().as_deref(), Some("invalid, toelichting max_length"));
    assert_eq!(hub.store.send_again(reference, clock()).unwrap(), SentAgain::Yes);
    assert_eq!(said(), None);
}

#[test]
fn what_the_system_has_and_does_not_show_says_so() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1)]);
    let there = json!({ "invalidParams": [{ "name": "identificatie", "code": "identificatie-niet-uniek" }] });
    hub.network.world().always = Some((400, there));
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::Hidden)));
}

#[test]
fn what_the_hub_makes_no_pdf_of_waits_for_staff_before_anything_is_begun() {
    for system in [System::OpenZaak, System::Email, System::FileDrop] {
        let mut hub = Hub::of(system, Network::new(1, 0, &[Luck::Good]));
        hub.paper = |_| None;
        hub.receives(vec![incoming(1, 1)]);
        assert!(work(&hub.starts(1)));
        assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::NoPaper)), "{system:?}");
        assert!(hub.mailbox.letters.lock().unwrap().is_empty());
    }
}

#[test]
fn a_request_on_which_the_hub_panics_is_tried_less_and_less_and_waits_for_staff_in_the_end() {
    for system in [System::OpenZaak, System::Email] {
        let mut hub = Hub::of(system, Network::new(1, 0, &[Luck::Good]));
        hub.paper = |_| panic!("made up");
        hub.receives(vec![incoming(1, 1)]);
        let engine = hub.starts(1);
        for hour in 0..24 * 7 {
            assert!(work(&engine));
            assert!(hour > 24 * 5 || hub.standing(1) == Some(Standing::Waiting), "after {hour} hours");
            pass(SignedDuration::from_hours(1));
        }
        assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::Broken)), "{system:?}");
    }
}

#[test]
fn what_is_registered_is_never_asked_about_again() {
    let hub = Hub::new();
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    let asked = hub.arrived();
    pass(SignedDuration::from_hours(48));
    assert!(work(&hub.starts(2)));
    assert_eq!((hub.state(1), hub.arrived()), (State::Registered, asked));
}
