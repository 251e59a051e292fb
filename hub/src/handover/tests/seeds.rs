//! Seeded lives of a hub: each answer may be lost, doubled, delayed, halved or a failure, and the hub killed before or
//! after any request. In the end there is exactly one case of each request, with one of each part.

use jiff::SignedDuration;
use zuil_wire::{PaymentState, Reference, State};

use super::model::BASE;
use super::{DOCUMENTEN, Hub, KOPPELINGEN, ROLLEN, STATUSSEN, ZAKEN, clock, pass, properties_of, work};
use crate::store::conformance::{incoming, with_payment};
use crate::store::{HandoverStore as _, ParkReason, Standing};

/// How many lives in each test; `ZUIL_SEEDS` asks for more.
const LIVES: u64 = 250;
/// After so many rounds nothing goes wrong any more.
const ROUNDS: u32 = 400;

fn lives() -> u64 {
    std::env::var("ZUIL_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(LIVES)
}

/// Lives one hub, and tells how often it was killed.
fn live(seed: u64) -> u32 {
    let hub = Hub::new(seed, 20);
    hub.receives(vec![incoming(1, 1), with_payment(2, PaymentState::Paid), incoming(3, 3)]);
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut engine = hub.starts(seed);
    let mut killed = 0;
    for round in 0..ROUNDS + 50 {
        if round == ROUNDS {
            hub.network.calm_down();
        }
        if (1..=3).all(|number| hub.state(number) == State::Registered) {
            break;
        }
        (1..=3).for_each(|number| staff_look_at(&hub, number, seed));
        if !work(&engine) {
            killed += 1;
            engine = hub.starts(dice.u64(..));
        }
        // What is under way arrives before anything is tried again: a request is given up after half a minute, and
        // tried again after two.
        hub.network.deliver_the_late();
        pass(SignedDuration::from_mins(dice.i64(1..300)));
    }
    look(&hub, seed);
    killed
}

/// After days without an answer staff send it again; nothing else may ever be parked.
fn staff_look_at(hub: &Hub, number: u64, seed: u64) {
    match hub.standing(number) {
        Some(Standing::Parked(ParkReason::NoAnswer)) => {
            hub.store.send_again(Reference::from_bits(number), clock()).unwrap();
        }
        Some(Standing::Parked(reason)) => panic!("seed {seed}, request {number}: {reason:?}"),
        _ => {}
    }
}

fn look(hub: &Hub, seed: u64) {
    let world = hub.network.world.lock().unwrap();
    for number in 1..=3 {
        assert_eq!(hub.state(number), State::Registered, "seed {seed}, request {number}");
    }
    for list in [ZAKEN, ROLLEN, DOCUMENTEN, KOPPELINGEN, STATUSSEN] {
        assert_eq!(world.list(list).len(), 3, "seed {seed}: {list}");
    }
    for case in world.list(ZAKEN) {
        let properties = world.list(&properties_of(case));
        let mut types: Vec<&str> = properties.iter().map(|one| one["eigenschap"].as_str().unwrap()).collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!((types.len(), properties.len()), (3, 3), "seed {seed}: properties");
        assert!(case["url"].as_str().unwrap().starts_with(BASE));
    }
    let paid = world.list(ZAKEN).iter().filter(|case| case["betalingsindicatie"] == "geheel").count();
    assert_eq!((paid, world.too_early), (1, false), "seed {seed}");
}

fn live_all(share: u64) {
    let killed: u32 = (0..lives()).map(|number| live(number * 2 + share)).sum();
    assert!(u64::from(killed) > lives(), "bad luck was drawn: {killed} kills");
}

#[test]
fn whatever_is_lost_or_killed_there_is_one_case_of_each_request() {
    live_all(0);
}

#[test]
fn whatever_is_lost_or_killed_there_is_one_case_of_each_other_request() {
    live_all(1);
}
