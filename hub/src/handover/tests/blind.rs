//! Systems that nobody can ask afterwards whether they took something, and the others besides Open Zaak: what they get,
//! at which pace, and what staff are told.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use zuil_catalogue::Destination;
use zuil_municipal_doubles::Double as _;
use zuil_wire::{Reference, State};

use super::hub::{Hub, clock, pass, work};
use super::letters::Tray;
use super::network::{Luck, Network};
use crate::connectors::Obstacle;
use crate::store::conformance::incoming;
use crate::store::{HandoverStore as _, ParkReason, SentAgain, Standing, System};

/// A hub on a network on which nothing goes wrong, with one request.
fn hub_for(system: System) -> Hub {
    let hub = Hub::of(system, Network::new(1, 0, &[Luck::Good]));
    hub.receives(vec![incoming(1, 1)]);
    hub
}

/// As [`hub_for`], and everything meets this luck.
fn unlucky_hub_for(system: System, luck: &'static [Luck]) -> Hub {
    let hub = Hub::of(system, Network::new(1, 100, luck));
    hub.receives(vec![incoming(1, 1)]);
    hub
}

#[test]
fn a_report_has_category_place_words_and_how_to_answer() {
    let hub = hub_for(System::Signalen);
    assert!(work(&hub.starts(1)));
    assert_eq!((hub.state(1), hub.case_number(1).as_deref()), (State::Registered, Some("SIG-1")));
    let world = hub.network.world();
    let body = &world.town.signalen.signals()[0].body;
    let text = body["text"].as_str().unwrap();
    for part in ["Drie zakken naast de bak", "Voorbeeldplein", "jumbo", &Reference::from_bits(1).to_string()]
    {
        assert!(text.contains(part), "{text}");
    }
    assert!(text.contains("een vast punt van de gemeente"), "{text}");
    for about_whom in ["sam@example.nl", "S. Voorbeeld", "contact", "name"] {
        assert!(!text.contains(about_whom), "{text}");
    }
    assert_eq!(body["reporter"], json!({ "email": "sam@example.nl" }));
    assert_eq!(body["location"], json!({ "geometrie": { "type": "Point", "coordinates": [4.82, 52.04] } }));
    assert!(
        body["category"]["category_url"].as_str().unwrap().ends_with("schoon/sub_categories/veegzwerfvuil")
    );
}

#[test]
fn a_report_lies_where_the_pillar_stands_and_says_that_this_is_not_the_place() {
    let hub = Hub::of(System::Signalen, Network::new(1, 0, &[Luck::Good])).with_sites();
    hub.receives(vec![incoming(1, 1)]);
    assert!(work(&hub.starts(1)));
    let world = hub.network.world();
    let body = &world.town.signalen.signals()[0].body;
    let point = json!({ "type": "Point", "coordinates": [4.7479, 52.0827] });
    assert_eq!(body["location"], json!({ "geometrie": point }));
    let text = body["text"].as_str().unwrap();
    assert!(text.contains("de zuil (Jumbo Marktplein, Marktplein 4). De plek van de melding kan"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.contains(&Reference::from_bits(1).to_string()), "{text}");
}

#[test]
fn a_category_that_signalen_does_not_have_is_told_before_anything_is_sent() {
    let to = |slug: &str| Destination::Signalen {
        category: "category".into(),
        place: "place".into(),
        categories: vec![("litter".into(), slug.into())],
    };
    for slug in ["afval/glas", "nergens/niets"] {
        let hub = hub_for(System::Signalen).with_task(Some(to(slug)));
        assert!(work(&hub.starts(1)));
        assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::CategoryMissing)), "{slug}");
        assert!(hub.network.world().town.signalen.signals().is_empty());
        hub.is_without_reproach(slug);
    }
}

#[test]
fn reports_keep_the_pace_through_restarts_and_with_two_hubs_at_once() {
    let hub = Hub::of(System::Signalen, Network::new(1, 0, &[Luck::Good]));
    hub.receives((1..=150).map(|number| incoming(number, u64::from(number))).collect());
    let taken = || hub.network.world().town.signalen.signals().len();
    let (mut one, mut other) = (hub.starts(1), hub.starts(2));
    for minute in 0..240 {
        assert!(work(&one) && work(&other));
        if minute % 7 == 0 {
            (one, other) = (hub.starts(minute), hub.starts(minute + 1));
        }
        if minute == 50 {
            assert_eq!(taken(), 60);
        }
        pass(SignedDuration::from_mins(1));
    }
    assert_eq!(taken(), 150);
    assert!((1..=150).all(|number| hub.state(number) == State::Registered));
    hub.is_without_reproach("150 reports");
}

#[test]
fn a_system_that_is_down_gets_no_report_of_which_nobody_would_know_whether_it_took_it() {
    let hub = hub_for(System::Signalen);
    hub.network.world().always = Some((503, json!({})));
    let engine = hub.starts(1);
    for _ in 0..48 {
        assert!(work(&engine));
        assert_eq!(hub.standing(1), Some(Standing::Waiting));
        pass(SignedDuration::from_hours(1));
    }
    hub.network.world().always = None;
    pass(SignedDuration::from_hours(7));
    assert!(work(&engine));
    assert_eq!(hub.case_number(1).as_deref(), Some("SIG-1"));
}

#[test]
fn what_was_begun_when_the_hub_was_killed_waits_until_somebody_has_looked() {
    for (luck, arrived) in [(Luck::KilledBefore, 0), (Luck::KilledAfter, 1)] {
        let hub = hub_for(System::Signalen);
        // The look at the categories goes well, the report does not.
        hub.network.next(&[Luck::Good, luck]);
        assert!(!work(&hub.starts(1)), "{luck:?}");
        assert_eq!(hub.standing(1), Some(Standing::Waiting));
        pass(SignedDuration::from_mins(11));
        let engine = hub.starts(2);
        assert!(work(&engine));
        assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::MaybeSent)), "{luck:?}");
        assert_eq!(hub.network.world().town.signalen.signals().len(), arrived);
        let reference = Reference::from_bits(1);
        if arrived == 1 {
            let found = hub.store.register_by_hand(reference, "SIG-1", clock()).unwrap();
            assert_eq!(found, SentAgain::Yes);
        } else {
            assert_eq!(hub.store.send_again(reference, clock()).unwrap(), SentAgain::Yes);
        }
        assert!(work(&engine));
        assert_eq!((hub.state(1), hub.case_number(1).as_deref()), (State::Registered, Some("SIG-1")));
        assert_eq!(hub.network.world().town.signalen.doubled(), []);
    }
}

#[test]
fn an_answer_that_is_lost_is_never_followed_by_a_second_report() {
    for luck in [Luck::LostBefore, Luck::LostAfter, Luck::FailedAfter, Luck::FailedBefore] {
        let hub = hub_for(System::Signalen);
        hub.network.next(&[Luck::Good, luck]);
        let engine = hub.starts(1);
        for _ in 0..200 {
            assert!(work(&engine));
            pass(SignedDuration::from_hours(1));
        }
        assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::MaybeSent)), "{luck:?}");
        assert!(hub.network.world().town.signalen.signals().len() <= 1, "{luck:?}");
    }
}

#[test]
fn a_report_that_was_taken_is_registered_without_a_number_when_that_was_lost() {
    let hub = hub_for(System::Signalen);
    hub.network.next(&[Luck::Good, Luck::Half]);
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.state(1), State::Registered);
    assert_eq!(hub.case_number(1), None);
}

#[test]
fn a_request_to_be_called_back_is_a_contact_with_a_number_and_a_task() {
    let hub = hub_for(System::OpenKlant);
    assert!(work(&hub.starts(1)));
    let reference = Reference::from_bits(1).to_string();
    assert_eq!((hub.state(1), hub.case_number(1)), (State::Registered, None));
    let contact = hub.network.world().town.open_klant.contacts().remove(0);
    assert_eq!(contact.body["onderwerp"], json!(format!("Terugbelverzoek via de zuil ({reference})")));
    assert_eq!((&contact.body["kanaal"], &contact.body["taal"]), (&json!("zuil"), &json!("nld")));
    assert_eq!(contact.persons[0]["volledigeNaam"], json!("S. Voorbeeld"));
    assert_eq!(contact.addresses[0]["adres"], json!("+31612345678"));
    assert_eq!(contact.tasks[0]["status"], json!("te_verwerken"));
    assert_eq!(contact.transaction, Some(uuid::Uuid::from_u128(1).to_string()));
    hub.is_without_reproach("a call back");
}

#[test]
fn of_two_contacts_that_a_network_made_of_one_only_one_gets_a_task() {
    let hub = hub_for(System::OpenKlant);
    // The look finds nothing; the contact arrives twice and its answer is lost.
    hub.network.next(&[Luck::Good, Luck::Doubled, Luck::LostBefore]);
    let engine = hub.starts(1);
    for _ in 0..20 {
        assert!(work(&engine));
        pass(SignedDuration::from_mins(10));
    }
    let contacts = hub.network.world().town.open_klant.contacts();
    assert_eq!(contacts.len(), 2);
    assert_eq!(contacts.iter().map(|contact| contact.tasks.len()).sum::<usize>(), 1);
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn a_letter_says_what_it_is_about_and_names_nobody_outside_its_attachments() {
    let hub = hub_for(System::Email);
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.state(1), State::Registered);
    let letter = hub.mailbox.letters.lock().unwrap().remove(0);
    let id = uuid::Uuid::from_u128(1);
    assert_eq!(letter.message_id, format!("<{id}@example.nl>"));
    assert_eq!((letter.from.as_str(), letter.to.as_str()), ("zuil@example.nl", "balie@example.nl"));
    assert!(letter.subject.contains(&Reference::from_bits(1).to_string()));
    let [pdf, told] = letter.files.as_slice() else { panic!("{:?}", letter.files) };
    assert_eq!((pdf.kind, told.kind), ("application/pdf", "application/json"));
    let told: serde_json::Value = serde_json::from_slice(&told.bytes).unwrap();
    assert_eq!(told["answers"][0]["display"], json!("De balie was dicht"));
    assert_eq!(told["reference"], json!(Reference::from_bits(1).to_string()));
    assert!(!format!("{}{}", letter.subject, letter.text).contains("balie was dicht"));
}

#[test]
fn a_letter_is_given_again_only_when_the_server_said_that_it_did_not_take_it() {
    for (said, standing) in [
        (Obstacle::NotNow { retry_after: None }, Standing::Waiting),
        (Obstacle::Unreached, Standing::Waiting),
        (Obstacle::Unknown, Standing::Parked(ParkReason::MaybeSent)),
        (Obstacle::Refused(ParkReason::Refused), Standing::Parked(ParkReason::Refused)),
    ] {
        let hub = hub_for(System::Email);
        *hub.mailbox.always.lock().unwrap() = Some(said.clone());
        let engine = hub.starts(1);
        assert!(work(&engine));
        assert_eq!(hub.standing(1), Some(standing), "{said:?}");
        *hub.mailbox.always.lock().unwrap() = None;
        pass(SignedDuration::from_hours(1));
        assert!(work(&engine));
        let letters = usize::from(standing == Standing::Waiting);
        assert_eq!(hub.mailbox.letters.lock().unwrap().len(), letters, "{said:?}");
    }
}

#[test]
fn a_mail_server_that_cannot_be_reached_makes_nothing_wait_for_staff_before_days_have_passed() {
    let hub = unlucky_hub_for(System::Email, &[Luck::Unreached]);
    let engine = hub.starts(1);
    for _ in 0..100 {
        assert!(work(&engine));
        assert_eq!(hub.standing(1), Some(Standing::Waiting));
        pass(SignedDuration::from_hours(1));
    }
    hub.network.calm_down();
    pass(SignedDuration::from_hours(7));
    assert!(work(&engine));
    assert_eq!(hub.state(1), State::Registered);
}

#[test]
fn what_the_municipality_has_no_system_for_is_put_into_its_folder() {
    let hub = hub_for(System::FileDrop);
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.state(1), State::Registered);
    let taken = hub.tray.taken.lock().unwrap();
    let (name, files) = &taken[0];
    let compact = Reference::from_bits(1).compact();
    assert_eq!(*name, compact);
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, [format!("aanvraag-{compact}.pdf"), format!("aanvraag-{compact}.json")]);
    assert_eq!(hub.store.handover(Reference::from_bits(1)).unwrap().unwrap().system, Some(System::FileDrop));
}

#[test]
fn what_one_hub_wrote_into_its_own_folder_another_with_another_folder_never_calls_delivered() {
    let hub = hub_for(System::FileDrop);
    // It is written, and the hub is killed before it moves it.
    hub.network.next(&[Luck::Good, Luck::KilledBefore]);
    assert!(!work(&hub.starts(1)));
    let elsewhere = Tray::new(Arc::clone(&hub.network), "elsewhere");
    let other = hub.starts_with(&elsewhere, 2);
    for _ in 0..10 {
        pass(SignedDuration::from_mins(30));
        assert!(work(&other));
        assert_eq!((hub.standing(1), hub.state(1)), (Some(Standing::Waiting), State::Received));
    }
    assert!(hub.store.handover(Reference::from_bits(1)).unwrap().unwrap().attempts > 1);
    pass(SignedDuration::from_hours(7));
    assert!(work(&hub.starts(3)));
    assert_eq!(hub.state(1), State::Registered);
    assert_eq!((hub.tray.taken.lock().unwrap().len(), elsewhere.taken.lock().unwrap().len()), (1, 0));
}

#[test]
fn a_panic_in_a_step_that_was_begun_waits_until_somebody_has_looked() {
    let hub = hub_for(System::Email);
    *hub.mailbox.breaks.lock().unwrap() = true;
    assert!(work(&hub.starts(1)));
    assert_eq!(hub.standing(1), Some(Standing::Parked(ParkReason::MaybeSent)));
}
