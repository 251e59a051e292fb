//! What technicians order pillars to do.

use uuid::Uuid;
use zuil_wire::OrderResult;
use zuil_wire::orders::{ClosedFor, Closure, OrderFailure, OrderState, Task};

use super::super::{Closed, Fate, OrderPlaced, PlacedOrder, Store};
use super::{at, some_pillar};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 7] = [
    an_order_is_told_to_its_pillar_until_its_time_has_passed,
    the_same_is_not_ordered_twice_while_it_waits,
    what_a_pillar_tells_is_kept_and_what_has_ended_stays_so,
    a_pillar_tells_of_its_own_orders_only,
    the_last_order_about_serving_counts_however_long_it_takes,
    nobody_orders_anything_at_a_pillar_that_is_not_there,
    old_orders_are_forgotten_but_not_one_that_keeps_a_pillar_closed,
];

fn order(number: u128, what: Task, second: i64) -> PlacedOrder {
    PlacedOrder { id: Uuid::from_u128(number), ..PlacedOrder::new("jumbo", what, "a.jansen", at(second)) }
}

fn closure() -> Closure {
    Closure { reason: ClosedFor::Fault, message: Some("Vrijdag weer open, “echt waar”".into()) }
}

fn place(store: &dyn Store, number: u128, what: Task, second: i64) -> OrderPlaced {
    store.place_order(&order(number, what, second)).unwrap()
}

fn to_do(store: &dyn Store, second: i64) -> Vec<u128> {
    store.orders_to_do("jumbo", at(second)).unwrap().iter().map(|order| order.id.as_u128()).collect()
}

fn tell(store: &dyn Store, number: u128, state: OrderState, second: i64) {
    let why = (state == OrderState::Failed).then_some(OrderFailure::PaperOut);
    let result = OrderResult { id: Uuid::from_u128(number), state, why };
    store.note_orders("jumbo", &[result], at(second)).unwrap();
}

fn fates(store: &dyn Store) -> Vec<(u128, Fate)> {
    store.orders("jumbo", 9).unwrap().iter().map(|order| (order.id.as_u128(), order.fate)).collect()
}

fn an_order_is_told_to_its_pillar_until_its_time_has_passed(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    assert_eq!(place(store, 1, Task::TestPrint, 10), OrderPlaced::Yes);
    assert_eq!(place(store, 2, Task::Restart, 11), OrderPlaced::Yes);
    let told = store.orders_to_do("jumbo", at(20)).unwrap();
    let expected = order(1, Task::TestPrint, 10).to_do(at(20));
    assert_eq!((told[0].seconds, Some(&told[0])), (Some(890), expected.as_ref()));
    assert_eq!((to_do(store, 20), to_do(store, 910), to_do(store, 911)), (vec![1, 2], vec![2], vec![]));
    assert_eq!(store.orders_to_do("bieb", at(20)).unwrap(), []);
    let kept = store.orders("jumbo", 9).unwrap();
    assert_eq!(kept, [order(2, Task::Restart, 11), order(1, Task::TestPrint, 10)]);
    assert_eq!(store.orders("jumbo", 1).unwrap().len(), 1);
    assert!(kept.iter().all(|order| order.has_expired(at(2_000)) && !order.has_expired(at(20))));
}

fn the_same_is_not_ordered_twice_while_it_waits(store: &dyn Store) {
    assert_eq!(place(store, 1, Task::TestPrint, 10), OrderPlaced::Yes);
    assert_eq!(place(store, 2, Task::TestPrint, 20), OrderPlaced::Before);
    assert_eq!(place(store, 3, Task::TestPrint, 910), OrderPlaced::Yes, "the first has expired");
    tell(store, 3, OrderState::Taken, 911);
    assert_eq!(place(store, 4, Task::TestPrint, 912), OrderPlaced::Yes);
    assert_eq!(store.orders("jumbo", 9).unwrap().len(), 3);
}

fn what_a_pillar_tells_is_kept_and_what_has_ended_stays_so(store: &dyn Store) {
    place(store, 1, Task::TestPrint, 10);
    place(store, 2, Task::Restart, 11);
    tell(store, 1, OrderState::Waits, 20);
    assert_eq!(to_do(store, 21), [1, 2], "it is told as long as it was not begun");
    tell(store, 1, OrderState::Taken, 30);
    tell(store, 1, OrderState::Waits, 31);
    assert_eq!(fates(store), [(2, Fate::Waiting), (1, Fate::Taken)]);
    tell(store, 1, OrderState::Failed, 40);
    tell(store, 1, OrderState::Done, 41);
    tell(store, 2, OrderState::Done, 42);
    assert_eq!(fates(store), [(2, Fate::Done), (1, Fate::Failed(OrderFailure::PaperOut))]);
    assert_eq!(to_do(store, 43), []);
    let changed: Vec<_> = store.orders("jumbo", 9).unwrap().iter().map(|order| order.changed_at).collect();
    assert_eq!(changed, [at(42), at(40)]);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().last_seen_at, Some(at(42)));
}

fn a_pillar_tells_of_its_own_orders_only(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    place(store, 1, Task::TestPrint, 10);
    let result = OrderResult { id: Uuid::from_u128(1), state: OrderState::Done, why: None };
    let unknown = OrderResult { id: Uuid::from_u128(9), ..result };
    store.note_orders("bieb", &[result, unknown], at(20)).unwrap();
    assert_eq!(fates(store), [(1, Fate::Waiting)]);
}

fn the_last_order_about_serving_counts_however_long_it_takes(store: &dyn Store) {
    let closed = || store.closed_pillars().unwrap();
    place(store, 1, Task::Open, 9);
    assert_eq!(place(store, 2, Task::Close(closure()), 10), OrderPlaced::Yes);
    assert_eq!(fates(store), [(2, Fate::Waiting), (1, Fate::Withdrawn)]);
    assert_eq!((to_do(store, 900_000), closed()), (vec![2], vec![]), "it was ordered, and not done");
    tell(store, 2, OrderState::Done, 900_001);
    let expected = Closed { pillar: "jumbo".into(), closure: closure(), since: at(900_001) };
    assert_eq!(closed(), [expected]);
    place(store, 3, Task::Open, 900_010);
    assert_eq!(closed().len(), 1);
    tell(store, 3, OrderState::Done, 900_020);
    assert_eq!(closed(), []);
    // One that was withdrawn may have been done before that was known here.
    tell(store, 1, OrderState::Done, 900_030);
    assert_eq!((fates(store)[2], closed()), ((1, Fate::Done), vec![]));
}

fn nobody_orders_anything_at_a_pillar_that_is_not_there(store: &dyn Store) {
    let elsewhere = PlacedOrder::new("nowhere", Task::Restart, "a.jansen", at(10));
    assert_eq!(store.place_order(&elsewhere).unwrap(), OrderPlaced::NoSuchPillar);
    store.revoke_pillar("jumbo", at(20)).unwrap();
    assert_eq!(place(store, 1, Task::Restart, 30), OrderPlaced::NoSuchPillar);
    assert!(fates(store).is_empty());
}

fn old_orders_are_forgotten_but_not_one_that_keeps_a_pillar_closed(store: &dyn Store) {
    place(store, 1, Task::Close(closure()), 10);
    tell(store, 1, OrderState::Done, 11);
    place(store, 2, Task::TestPrint, 20);
    assert_eq!(store.forget_orders(at(20)).unwrap(), 0);
    assert_eq!(store.forget_orders(at(21)).unwrap(), 1);
    place(store, 3, Task::Open, 30);
    assert_eq!(store.forget_orders(at(99)).unwrap(), 0, "one closes it, the other waits");
    tell(store, 3, OrderState::Done, 31);
    assert_eq!(store.forget_orders(at(99)).unwrap(), 1);
    assert_eq!((fates(store), store.closed_pillars().unwrap()), (vec![(3, Fate::Done)], vec![]));
}
