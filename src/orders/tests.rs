//! Orders over restarts, and towards the hub.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use zuil_wire::orders::ClosedFor;

fn order(number: u128, what: Task) -> Order {
    Order { id: Uuid::from_u128(number), seconds: Some(900), what }
}

fn result(number: u128, state: OrderState, why: Option<OrderFailure>) -> OrderResult {
    OrderResult { id: Uuid::from_u128(number), state, why }
}

fn closure() -> Closure {
    Closure { reason: ClosedFor::Maintenance, message: Some("Morgen weer open".into()) }
}

#[test]
fn an_order_to_restart_is_done_by_the_restart_and_never_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let restart = order(1, Task::Restart);
    let ledger = Ledger::open(folder.path());
    assert!(ledger.is_new(restart.id));
    ledger.take(&restart).unwrap();
    assert!(!ledger.is_new(restart.id));
    let ledger = Ledger::open(folder.path());
    assert!(!ledger.is_new(restart.id));
    assert_eq!(ledger.to_tell(), [result(1, OrderState::Done, None)]);
}

#[test]
fn any_other_order_that_a_power_cut_interrupted_has_failed_and_is_not_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    let print = order(1, Task::TestPrint);
    Ledger::open(folder.path()).take(&print).unwrap();
    let ledger = Ledger::open(folder.path());
    assert!(!ledger.is_new(print.id));
    assert_eq!(ledger.to_tell(), [result(1, OrderState::Failed, Some(OrderFailure::Interrupted))]);
}

#[test]
fn an_order_that_only_waited_is_new_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let print = order(1, Task::TestPrint);
    let ledger = Ledger::open(folder.path());
    ledger.waits(&print);
    assert_eq!(ledger.to_tell(), [result(1, OrderState::Waits, None)]);
    assert!(ledger.is_new(print.id) && Ledger::open(folder.path()).is_new(print.id));
}

#[test]
fn a_pillar_that_was_closed_stays_closed_over_a_restart_until_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path());
    ledger.close(&order(1, Task::Close(closure())), Some(closure())).unwrap();
    let ledger = Ledger::open(folder.path());
    assert_eq!(ledger.closed(), Some(closure()));
    ledger.close(&order(2, Task::Open), None).unwrap();
    assert_eq!(Ledger::open(folder.path()).closed(), None);
}

#[test]
fn what_the_hub_has_heard_is_not_told_again_unless_it_went_on_or_the_hub_seems_not_to_know() {
    let folder = tempfile::tempdir().unwrap();
    let print = order(1, Task::TestPrint);
    let ledger = Ledger::open(folder.path());
    ledger.take(&print).unwrap();
    let taken = ledger.to_tell();
    ledger.end(&print, Err(OrderFailure::PaperOut));
    ledger.told(&taken);
    let failed = [result(1, OrderState::Failed, Some(OrderFailure::PaperOut))];
    assert_eq!(ledger.to_tell(), failed, "the hub has heard that it was begun only");
    ledger.told(&failed);
    assert_eq!(ledger.to_tell(), []);
    assert_eq!(Ledger::open(folder.path()).to_tell(), []);
    assert!(!ledger.is_new(print.id));
    assert_eq!(ledger.to_tell(), failed);
}

#[test]
fn whoever_tells_the_hub_hears_of_everything_there_is_to_tell() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path());
    let times = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&times);
    ledger.on_news(move || {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let print = order(1, Task::TestPrint);
    ledger.waits(&print);
    ledger.waits(&print);
    ledger.take(&print).unwrap();
    ledger.end(&print, Ok(()));
    assert_eq!(times.load(Ordering::Relaxed), 3);
}

#[test]
fn where_nothing_can_be_written_nothing_is_begun_and_nobody_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("not-there"));
    let close = order(1, Task::Close(closure()));
    assert!(ledger.close(&close, Some(closure())).is_err());
    assert!(ledger.take(&order(2, Task::Restart)).is_err());
    assert_eq!((ledger.closed(), ledger.is_new(close.id)), (None, true));
}

#[test]
fn of_what_the_hub_has_heard_only_the_newest_orders_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path());
    for number in 0..=REMEMBERED as u128 {
        ledger.end(&order(number, Task::TestPrint), Ok(()));
        ledger.told(&ledger.to_tell());
    }
    assert!(ledger.is_new(Uuid::from_u128(0)) && !ledger.is_new(Uuid::from_u128(1)));
}

#[test]
fn an_order_whose_end_the_hub_has_not_heard_is_not_forgotten_and_so_not_begun_twice() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path());
    for number in 0..=REMEMBERED as u128 {
        ledger.end(&order(number, Task::TestPrint), Ok(()));
    }
    assert!(!ledger.is_new(Uuid::from_u128(0)));
    ledger.told(&ledger.to_tell());
    assert_eq!(ledger.to_tell(), [result(REMEMBERED as u128, OrderState::Done, None)], "one more request");
    assert!(!Ledger::open(folder.path()).is_new(Uuid::from_u128(0)));
}

#[test]
fn an_order_that_is_under_way_is_not_forgotten_either() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path());
    let picture = order(0, Task::Screenshot);
    ledger.take(&picture).unwrap();
    for number in 1..=REMEMBERED as u128 {
        ledger.told(&ledger.to_tell());
        ledger.end(&order(number, Task::TestPrint), Ok(()));
    }
    assert!(!ledger.is_new(picture.id) && ledger.is_under_way());
    ledger.end(&picture, Ok(()));
    assert!(!ledger.is_under_way());
}

#[test]
fn a_damaged_file_leaves_the_pillar_serving() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), "{").unwrap();
    let ledger = Ledger::open(folder.path());
    assert_eq!((ledger.closed(), ledger.to_tell()), (None, Vec::new()));
}
