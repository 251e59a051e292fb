//! Deliveries together, what was refused, and what was opened once.

use uuid::Uuid;
use zuil_wire::{PaymentState, Reference, Refusal, State};

use super::super::{
    Batch, Checked, CheckedAs, Delivery, Filter, Grace, Outcome, REFUSALS_KEPT, Refused, Store, Taken,
    Trouble,
};
use super::{accepted, at, batch, incoming, send, some_pillar, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 9] = [
    deliveries_together_are_as_if_one_came_after_the_other,
    one_delivery_that_fails_leaves_nothing_and_does_not_hinder_the_others,
    a_sequence_never_goes_back_and_gaps_are_normal,
    what_was_refused_is_shown_by_pillar_the_newest_first,
    only_the_newest_refusals_are_kept,
    what_was_taken_in_after_all_is_no_longer_shown_as_refused,
    everything_is_opened_once_in_its_order,
    what_cannot_be_opened_is_parked_and_stays_so_when_it_is_paid,
    what_a_pillar_says_of_another_changes_nothing_of_the_other,
];

fn together(store: &dyn Store, batches: &[Batch]) -> Vec<Option<Vec<Outcome>>> {
    let delivery = |batch| Delivery { batch, at: at(60), grace: Grace::default() };
    let deliveries: Vec<_> = batches.iter().map(delivery).collect();
    let all = store.take_in_all(&deliveries).unwrap();
    all.into_iter().map(|taken| taken.ok().map(Taken::outcomes)).collect()
}

fn deliveries_together_are_as_if_one_came_after_the_other(store: &dyn Store) {
    // The same transaction through two connections at once, and once more with a payment that it had not.
    let all = [
        batch(vec![incoming(1, 1), incoming(2, 2)]),
        batch(vec![incoming(2, 2), incoming(3, 3)]),
        batch(vec![with_payment(1, PaymentState::Paid)]),
    ];
    let fine = || Some(vec![accepted(State::Received); 2]);
    assert_eq!(together(store, &all), [fine(), fine(), Some(vec![Outcome::Conflict])]);
    assert_eq!(store.transactions(Filter::default(), 0, 10).unwrap().total, 3);
    assert_eq!(together(store, &[]), []);
}

/// A pillar that is not known stands for anything that the database refuses.
fn one_delivery_that_fails_leaves_nothing_and_does_not_hinder_the_others(store: &dyn Store) {
    let mut of_nobody = incoming(2, 2);
    of_nobody.sealed.header.pillar = "nobody".into();
    let bad = batch(vec![incoming(3, 3), of_nobody]);
    let found = together(store, &[batch(vec![incoming(1, 1)]), bad, batch(vec![incoming(4, 4)])]);
    assert_eq!((&found[0], &found[2]), (&Some(vec![accepted(State::Received)]), &found[0]));
    let stored = |number| store.transaction(Reference::from_bits(number)).unwrap().is_some();
    assert!(stored(1) && stored(4));
    // The one in memory knows no reason to fail.
    assert_eq!((stored(2), stored(3)), (found[1].is_some(), found[1].is_some()));
}

fn a_sequence_never_goes_back_and_gaps_are_normal(store: &dyn Store) {
    let last = || store.pillar(&[1; 32]).unwrap().unwrap().last_sequence;
    assert_eq!(send(store, vec![incoming(9, 90), incoming(3, 30)], 60), vec![accepted(State::Received); 2]);
    assert_eq!(last(), Some(90));
    send(store, vec![incoming(5, 50)], 70);
    send(store, vec![incoming(9, 90)], 80);
    assert_eq!(last(), Some(90));
    send(store, vec![], 90);
    assert_eq!(last(), Some(90));
}

fn refused(number: u128, reason: Refusal) -> Refused {
    Refused { id: Uuid::from_u128(number), reference: None, reason }
}

fn refuse(store: &dyn Store, refused: Vec<Refused>, second: i64) {
    store.take_in(&Batch { refused, ..batch(vec![]) }, at(second)).unwrap();
}

fn what_was_refused_is_shown_by_pillar_the_newest_first(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    send(store, vec![incoming(1, 1)], 50);
    refuse(store, vec![refused(7, Refusal::UnknownKey), refused(8, Refusal::WrongPillar)], 60);
    refuse(store, vec![refused(7, Refusal::BadSignature)], 70);
    let mut other = incoming(1, 1);
    other.digest = [9; 32];
    send(store, vec![other], 80);
    let shown = store.refusals("jumbo").unwrap();
    let conflict = Refused { reference: Some(Reference::from_bits(1)), ..refused(1, Refusal::Conflict) };
    let expected = [conflict, refused(7, Refusal::BadSignature), refused(8, Refusal::WrongPillar)];
    assert_eq!(shown.iter().map(|shown| shown.refused).collect::<Vec<_>>(), expected);
    assert_eq!((shown[1].first_at, shown[1].last_at, shown[1].times), (at(60), at(70), 2));
    assert_eq!(store.refusals("bieb").unwrap(), []);
}

fn only_the_newest_refusals_are_kept(store: &dyn Store) {
    let kept = u128::from(REFUSALS_KEPT);
    for number in 1..=kept + 5 {
        let second = i64::try_from(number).unwrap();
        refuse(store, vec![refused(number, Refusal::BadSignature)], second);
    }
    let shown = store.refusals("jumbo").unwrap();
    assert_eq!(shown.len(), REFUSALS_KEPT as usize);
    assert_eq!(shown.last().unwrap().refused.id, Uuid::from_u128(6));
}

fn what_was_taken_in_after_all_is_no_longer_shown_as_refused(store: &dyn Store) {
    refuse(store, vec![refused(1, Refusal::UnknownKey)], 60);
    assert_eq!(store.refusals("jumbo").unwrap().len(), 1);
    send(store, vec![incoming(1, 1)], 70);
    assert_eq!(store.refusals("jumbo").unwrap(), []);
}

fn everything_is_opened_once_in_its_order(store: &dyn Store) {
    send(store, vec![incoming(3, 3), incoming(1, 1), incoming(2, 2)], 60);
    let open = || store.unchecked(2).unwrap();
    let sound = |number| Checked { number, finding: CheckedAs::Sound };
    let first = open();
    assert_eq!(first.iter().map(|one| one.stored.id.as_u128()).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(first[0].sequence, 3);
    store.note_checked(&[sound(first[0].number)]).unwrap();
    let rest = open();
    assert_eq!(rest.iter().map(|one| one.stored.id.as_u128()).collect::<Vec<_>>(), [1, 2]);
    store.note_checked(&[sound(rest[0].number), sound(rest[1].number)]).unwrap();
    assert_eq!(open(), []);
    store.note_checked(&[]).unwrap();
    send(store, vec![incoming(3, 3)], 70);
    assert_eq!(open(), [], "the same upload again is nothing new");
    send(store, vec![incoming(4, 4)], 80);
    assert_eq!(open().len(), 1);
}

fn what_cannot_be_opened_is_parked_and_stays_so_when_it_is_paid(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Unknown), incoming(2, 2)], 60);
    let troubled = |number| Checked { number, finding: CheckedAs::Troubled(Trouble::Unreadable) };
    let numbers = store.unchecked(9).unwrap().into_iter().map(|one| troubled(one.number));
    store.note_checked(&numbers.collect::<Vec<_>>()).unwrap();
    assert_eq!(send(store, vec![with_payment(1, PaymentState::Paid)], 70), [accepted(State::Parked)]);
    assert_eq!(send(store, vec![incoming(2, 2)], 70), [accepted(State::Parked)]);
    for number in [1, 2] {
        let stored = store.transaction(Reference::from_bits(number)).unwrap().unwrap();
        assert_eq!((stored.state, stored.trouble), (State::Parked, Some(Trouble::Unreadable)));
    }
    assert_eq!(store.tally(at(0)).unwrap().parked, 2);
}

fn what_a_pillar_says_of_another_changes_nothing_of_the_other(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    send(store, vec![incoming(1, 1)], 60);
    let replayed = Refused { reference: Some(Reference::from_bits(1)), ..refused(1, Refusal::WrongPillar) };
    let of_bieb = Batch { pillar: "bieb".into(), refused: vec![replayed], ..Batch::default() };
    store.take_in(&of_bieb, at(70)).unwrap();
    assert_eq!(store.refusals("jumbo").unwrap(), []);
    assert_eq!(store.refusals("bieb").unwrap()[0].refused, replayed);
    let stored = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((stored.pillar.as_str(), stored.state), ("jumbo", State::Received));
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().last_seen_at, Some(at(60)));
}
