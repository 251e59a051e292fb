//! Seeded lives of a hub: each answer may be lost, doubled, raced, delayed, halved or a failure, and the hub killed
//! before or after any request. In the end each request is there exactly once, with one of each part.

use jiff::SignedDuration;
use zuil_wire::{PaymentState, Reference, State};

use super::hub::{Hub, clock, pass, work};
use super::network::{ANY, Luck, Network, ONCE};
use crate::store::conformance::{incoming, with_payment};
use crate::store::{HandoverStore as _, ParkReason, Standing, System};

/// How many lives in each test; `ZUIL_SEEDS` asks for more.
const LIVES: u64 = 250;
/// After so many rounds nothing goes wrong any more.
const ROUNDS: u32 = 400;

fn lives() -> u64 {
    std::env::var("ZUIL_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(LIVES)
}

/// What happened in a life.
#[derive(Clone, Copy, Default)]
struct Life {
    /// How often the hub was killed.
    killed: u64,
    /// How often staff had to look whether something had arrived.
    looked: u64,
}

/// Lives one hub.
fn live(system: System, luck: &'static [Luck], seed: u64) -> Life {
    let hub = Hub::of(system, Network::new(seed, 20, luck));
    hub.receives(vec![incoming(1, 1), with_payment(2, PaymentState::Paid), incoming(3, 3)]);
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut engine = hub.starts(seed);
    let mut life = Life::default();
    for round in 0..ROUNDS + 50 {
        if round == ROUNDS {
            hub.network.calm_down();
        }
        if (1..=3).all(|number| hub.state(number) == State::Registered) {
            break;
        }
        life.looked += (1..=3).filter(|number| staff_look_at(&hub, system, *number, seed)).count() as u64;
        if !work(&engine) {
            life.killed += 1;
            engine = hub.starts(dice.u64(..));
        }
        // What is under way arrives before anything is tried again: a request is given up after half a minute, and
        // tried again after two.
        hub.network.deliver_the_late();
        hub.mailbox.deliver_the_late();
        pass(SignedDuration::from_mins(dice.i64(1..300)));
    }
    look(&hub, system, seed);
    life
}

/// After days without an answer staff send it again; where nobody knows whether it arrived they look, which is told.
fn staff_look_at(hub: &Hub, system: System, number: u64, seed: u64) -> bool {
    let reference = Reference::from_bits(number);
    match hub.standing(number) {
        Some(Standing::Parked(ParkReason::NoAnswer | ParkReason::PutOff)) => {
            hub.store.send_again(reference, clock()).unwrap();
            false
        }
        Some(Standing::Parked(ParkReason::MaybeSent))
            if [System::Signalen, System::Email].contains(&system) =>
        {
            match found(hub, system, reference).first() {
                Some(number) => hub.store.register_by_hand(reference, number, clock()).unwrap(),
                None => hub.store.send_again(reference, clock()).unwrap(),
            };
            true
        }
        Some(Standing::Parked(reason)) => panic!("seed {seed}, request {number}: {reason:?}"),
        _ => false,
    }
}

/// Where the reference stands in a system, as somebody sees it who looks.
fn found(hub: &Hub, system: System, reference: Reference) -> Vec<String> {
    let is_it = |text: &str| text.contains(&reference.to_string()) || text.contains(&reference.compact());
    let world = hub.network.world();
    match system {
        System::OpenZaak => {
            let cases = world.town.open_zaak.cases().into_iter().map(|case| case.identification);
            cases.filter(|number| is_it(number)).collect()
        }
        System::OpenKlant => {
            let contacts = world.town.open_klant.contacts().into_iter();
            let about = |body: &serde_json::Value| body["onderwerp"].as_str().is_some_and(is_it);
            contacts.filter(|contact| about(&contact.body)).map(|contact| contact.id).collect()
        }
        System::Signalen => {
            let about = |body: &serde_json::Value| body["text"].as_str().is_some_and(is_it);
            let signals = world.town.signalen.signals().iter().filter(|signal| about(&signal.body));
            signals.map(|signal| format!("SIG-{}", signal.number)).collect()
        }
        System::Email => {
            let letters = hub.mailbox.letters.lock().unwrap();
            letters.iter().filter(|letter| is_it(&letter.subject)).map(|one| one.message_id.clone()).collect()
        }
        System::FileDrop => {
            let taken = hub.tray.taken.lock().unwrap();
            taken.iter().filter(|(name, _)| is_it(name)).map(|(name, _)| name.clone()).collect()
        }
    }
}

fn look(hub: &Hub, system: System, seed: u64) {
    for number in 1..=3 {
        assert_eq!(hub.state(number), State::Registered, "{system:?}, seed {seed}, request {number}");
        // What staff found there has the number that they typed.
        match (system, hub.case_number(number)) {
            (System::OpenZaak, None) => panic!("{system:?}, seed {seed}: case {number} has no number"),
            (System::OpenKlant | System::FileDrop, Some(given)) => {
                panic!("{system:?}, seed {seed}, request {number}: {given:?}")
            }
            _ => {}
        }
        let there = found(hub, system, Reference::from_bits(number));
        assert_eq!(there.len(), 1, "{system:?}, seed {seed}, request {number}");
    }
    match system {
        System::OpenZaak => {
            let cases = hub.cases();
            for case in &cases {
                let (roles, properties) = (case.roles.len(), case.properties.len());
                let parts = (roles, properties, case.documents.len(), case.statuses.len());
                assert_eq!(parts, (1, 3, 1, 1), "seed {seed}: {}", case.identification);
            }
            let paid = cases.iter().filter(|case| case.body["betalingsindicatie"] == "geheel").count();
            assert_eq!(paid, 1, "seed {seed}");
        }
        System::OpenKlant => {
            for contact in hub.network.world().town.open_klant.contacts() {
                let (persons, addresses) = (contact.persons.len(), contact.addresses.len());
                let parts = (persons, addresses, contact.subjects.len(), contact.tasks.len());
                assert_eq!(parts, (1, 1, 1, 1), "seed {seed}");
            }
        }
        System::FileDrop => {
            assert!(hub.tray.taken.lock().unwrap().iter().all(|(_, files)| files.len() == 2), "seed {seed}");
        }
        System::Signalen | System::Email => {}
    }
    hub.is_without_reproach(&format!("{system:?}, seed {seed}"));
}

fn live_all(system: System, luck: &'static [Luck], share: u64) -> Life {
    let mut all = Life::default();
    for number in 0..lives() {
        let life = live(system, luck, number * 2 + share);
        (all.killed, all.looked) = (all.killed + life.killed, all.looked + life.looked);
    }
    println!("{system:?}: {} lives, killed {} times, staff looked {} times", lives(), all.killed, all.looked);
    assert!(all.killed > lives() / 8, "bad luck was drawn: {} kills", all.killed);
    all
}

#[test]
fn whatever_is_lost_or_killed_there_is_one_case_of_each_request() {
    live_all(System::OpenZaak, ANY, 0);
}

#[test]
fn whatever_is_lost_or_killed_there_is_one_case_of_each_other_request() {
    live_all(System::OpenZaak, ANY, 1);
}

#[test]
fn whatever_is_lost_or_killed_staff_have_one_task_for_each_request_to_be_called_back() {
    live_all(System::OpenKlant, ONCE, 0);
}

#[test]
fn whatever_is_lost_or_killed_there_is_one_report_of_each_because_somebody_looks_before_it_is_sent_again() {
    assert!(live_all(System::Signalen, ONCE, 0).looked > 0);
}

#[test]
fn whatever_is_lost_or_killed_there_is_one_letter_of_each_because_somebody_looks_before_it_is_sent_again() {
    assert!(live_all(System::Email, ONCE, 0).looked > 0);
}

#[test]
fn whatever_is_lost_or_killed_each_request_is_put_into_the_folder_once_and_nobody_has_to_look() {
    assert_eq!(live_all(System::FileDrop, ONCE, 0).looked, 0);
}
