//! Systems that take what comes and never say anything: each is given up before another hub may take over, and nobody
//! waits behind it for ever. Time passes by itself here, as soon as there is nothing else to do.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;
use zuil_wire::{Reference, State};

use super::hub::{Hub, clock, pass, work};
use super::network::{Luck, Network};
use crate::handover::{Engine, LEASE};
use crate::store::conformance::incoming;
use crate::store::{HandoverStore as _, ParkReason, Standing, System};

/// A hub with one request, and the luck of what it does first.
fn hub_with(system: System, luck: &[Luck]) -> Hub {
    let hub = Hub::of(system, Network::new(1, 0, &[Luck::Good]));
    hub.receives(vec![incoming(1, 1)]);
    hub.network.next(luck);
    hub
}

/// Hands over what is due, and tells how long it took.
async fn hands_over(engine: &Engine) -> SignedDuration {
    let begun = Instant::now();
    let mut claimed = engine.claim(8, clock()).unwrap();
    assert_eq!(claimed.len(), 1);
    engine.hand_over(claimed.remove(0), clock).await.unwrap();
    SignedDuration::try_from(begun.elapsed()).unwrap()
}

fn attempts(hub: &Hub) -> u32 {
    hub.store.handover(Reference::from_bits(1)).unwrap().unwrap().attempts
}

#[tokio::test(start_paused = true)]
async fn a_step_that_never_ends_is_given_up_and_taken_again_later() {
    for system in [System::OpenZaak, System::OpenKlant, System::FileDrop] {
        let hub = hub_with(system, &[Luck::KilledAfter]);
        let engine = hub.starts(1);
        let took = hands_over(&engine).await;
        assert!(took < LEASE, "{system:?}: {took}");
        assert_eq!((hub.standing(1), attempts(&hub)), (Some(Standing::Waiting), 1), "{system:?}");
        pass(SignedDuration::from_mins(5));
        assert!(work(&engine));
        assert_eq!(hub.state(1), State::Registered, "{system:?}");
        hub.is_without_reproach("after a silence");
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_that_says_nothing_before_a_blind_step_got_nothing_and_is_tried_again() {
    for system in [System::Email, System::Signalen] {
        let hub = hub_with(system, &[Luck::KilledBefore]);
        let engine = hub.starts(1);
        let took = hands_over(&engine).await;
        assert!(took < LEASE, "{system:?}: {took}");
        assert_eq!((hub.standing(1), attempts(&hub)), (Some(Standing::Waiting), 1), "{system:?}");
        pass(SignedDuration::from_mins(5));
        assert!(work(&engine));
        assert_eq!(hub.state(1), State::Registered, "{system:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_blind_step_that_never_ends_nobody_knows_and_it_is_never_taken_again_by_itself() {
    for system in [System::Email, System::Signalen] {
        let hub = hub_with(system, &[Luck::Good, Luck::KilledAfter]);
        let engine = hub.starts(1);
        let took = hands_over(&engine).await;
        assert!(took < LEASE, "{system:?}: {took}");
        let unknown = Some(Standing::Parked(ParkReason::MaybeSent));
        assert_eq!(hub.standing(1), unknown, "{system:?}");
        for _ in 0..48 {
            pass(SignedDuration::from_hours(1));
            assert!(work(&engine));
        }
        let letters = hub.mailbox.letters.lock().unwrap().len();
        let reports = hub.network.world().town.signalen.signals().len();
        assert_eq!((hub.standing(1), letters + reports), (unknown, 1), "{system:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn those_that_hung_keep_nobody_out_when_the_system_is_well_again() {
    let hub = Hub::of(System::Email, Network::new(1, 100, &[Luck::KilledBefore]));
    hub.receives((1..=9).map(|number| incoming(number, u64::from(number))).collect());
    let engine = hub.starts(1);
    // More than the gate lets in at once.
    for _ in 0..9 {
        for one in engine.claim(1, clock()).unwrap() {
            engine.hand_over(one, clock).await.unwrap();
        }
    }
    assert!(hub.mailbox.letters.lock().unwrap().is_empty());
    hub.network.calm_down();
    for _ in 0..4 {
        pass(SignedDuration::from_mins(30));
        assert!(work(&engine));
    }
    assert!((1..=9).all(|number| hub.state(number) == State::Registered));
    assert_eq!(hub.mailbox.letters.lock().unwrap().len(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_look_at_how_far_something_is_ends_as_well() {
    let hub = hub_with(System::Signalen, &[]);
    let engine = hub.starts(1);
    assert!(work(&engine));
    pass(SignedDuration::from_hours(10));
    hub.network.next(&[Luck::KilledAfter]);
    let begun = Instant::now();
    for look in engine.claim_looks(8, clock()).unwrap() {
        engine.look(look, clock).await.unwrap();
    }
    let took = begun.elapsed();
    assert!(took > Duration::ZERO && took < Duration::from_mins(5), "{took:?}");
}
