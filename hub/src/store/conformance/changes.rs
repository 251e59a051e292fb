//! How transactions stand, for the pillars that made them.

use uuid::Uuid;
use zuil_wire::{PaymentState, RequestStanding, State};

use super::super::{Note, ParkReason, Settled, Store};
use super::handover::{claim, note, received};
use super::settling::closed;
use super::{at, send, some_pillar, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 3] = [
    a_pillar_hears_how_its_own_stand_and_nobody_elses,
    the_number_of_changes_rises_with_each_and_rests_in_between,
    what_staff_are_done_with_is_told_as_closed_and_calls_no_pillar_by_itself,
];

fn id(number: u8) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

fn stands(number: u8, state: State, case_number: Option<&str>) -> RequestStanding {
    RequestStanding { id: id(number), state, case_number: case_number.map(str::to_owned) }
}

fn a_pillar_hears_how_its_own_stand_and_nobody_elses(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    received(store, &[1, 2]);
    send(store, vec![with_payment(3, PaymentState::Unknown)], 12);
    let claimed = claim(store, 1, 20);
    let first = claimed.iter().find(|one| one.lease.id == id(1)).unwrap();
    note(store, first, Note::Registered { case_number: Some("ZAAK-1"), address: None }, 21);
    let asked = [id(3), id(9), id(1), id(2)];
    assert_eq!(
        store.standings("jumbo", &asked).unwrap(),
        [
            stands(3, State::Parked, None),
            stands(1, State::Registered, Some("ZAAK-1")),
            stands(2, State::Received, None),
        ]
    );
    assert_eq!(store.standings("bieb", &asked).unwrap(), []);
    assert_eq!(store.standings("jumbo", &[]).unwrap(), []);
}

fn the_number_of_changes_rises_with_each_and_rests_in_between(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    received(store, &[1]);
    let library = store.changes("bieb").unwrap();
    let mut last = store.changes("jumbo").unwrap();
    let mut rises = |store: &dyn Store, what: &str| {
        let now = store.changes("jumbo").unwrap();
        assert!(now > last, "{what}");
        assert_eq!(store.changes("jumbo").unwrap(), now, "{what}");
        last = now;
    };
    let claimed = claim(store, 1, 20).remove(0);
    note(store, &claimed, Note::Step { name: "zaak", result: "one", until: at(200) }, 21);
    note(store, &claimed, Note::Parked(ParkReason::NotConfigured), 22);
    rises(store, "parked");
    store.send_again(claimed.stored.reference, at(30)).unwrap();
    rises(store, "sent again");
    let again = claim(store, 2, 40).remove(0);
    note(store, &again, Note::Registered { case_number: Some("ZAAK-1"), address: None }, 41);
    rises(store, "registered");
    assert_eq!(store.changes("bieb").unwrap(), library);
    assert_eq!(store.changes("nowhere").unwrap(), 0);
}

fn what_staff_are_done_with_is_told_as_closed_and_calls_no_pillar_by_itself(store: &dyn Store) {
    received(store, &[1, 2, 3]);
    let claimed = claim(store, 1, 20);
    note(store, &claimed[0], Note::Parked(ParkReason::NotConfigured), 21);
    note(store, &claimed[1], Note::Nothing, 21);
    let parked = store.changes("jumbo").unwrap();
    assert_eq!(closed(store, 1, 30), Settled::Yes);
    let last = store.changes("jumbo").unwrap();
    assert!(last > parked, "it is parked no more");
    // To the pillar it is received before and after: it would ask for all it has, and keep nothing of it.
    assert_eq!((closed(store, 2, 30), store.changes("jumbo").unwrap()), (Settled::Yes, last));
    assert_eq!(
        store.standings("jumbo", &[id(1), id(2), id(3)]).unwrap(),
        [stands(1, State::Closed, None), stands(2, State::Closed, None), stands(3, State::Received, None)]
    );
}
