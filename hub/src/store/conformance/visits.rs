//! What happens at pillars.

use jiff::civil::Date;
use uuid::Uuid;
use zuil_wire::VisitEntry;
use zuil_wire::visits::{Aid, Seen, TaskEnd, VisitOutcome};

use super::super::Store;
use super::{at, some_pillar};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 3] = [
    an_entry_counts_once_and_at_its_own_pillar,
    a_day_that_cannot_be_is_the_one_on_which_the_entry_came_in,
    old_entries_are_forgotten,
];

fn entry(number: u128, on: &str, what: Seen) -> VisitEntry {
    VisitEntry { id: Uuid::from_u128(number), on: on.parse().unwrap(), what }
}

fn aid(number: u128, on: &str) -> VisitEntry {
    entry(number, on, Seen::Aid { aid: Aid::Speech })
}

/// All of jumbo, by number. `at(0)` is 2027-01-15.
fn numbers(store: &dyn Store, since: &str) -> Vec<u128> {
    let since: Date = since.parse().unwrap();
    store.visits("jumbo", since).unwrap().iter().map(|entry| entry.id.as_u128()).collect()
}

fn an_entry_counts_once_and_at_its_own_pillar(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let visit = Seen::Visit { quarter: 56, minutes: 4, outcome: VisitOutcome::Abandoned };
    let task =
        Seen::Task { task: "call-back".into(), end: TaskEnd::Question, question: Some("contact".into()) };
    let told = [entry(2, "2027-01-14", visit), entry(1, "2027-01-14", task), aid(3, "2027-01-13")];
    store.keep_visits("jumbo", &told, at(0)).unwrap();
    store.keep_visits("jumbo", &told, at(5)).unwrap();
    store.keep_visits("bieb", &[aid(4, "2027-01-14")], at(5)).unwrap();
    let [visit, task, aid] = told;
    assert_eq!(store.visits("jumbo", "2027-01-13".parse().unwrap()).unwrap(), [task, visit, aid]);
    assert_eq!(numbers(store, "2027-01-14"), [1, 2]);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().last_seen_at, Some(at(5)));
}

fn a_day_that_cannot_be_is_the_one_on_which_the_entry_came_in(store: &dyn Store) {
    store
        .keep_visits("jumbo", &[aid(1, "2037-01-14"), aid(2, "1970-01-01"), aid(3, "2027-01-16")], at(0))
        .unwrap();
    let days = store.visits("jumbo", "2000-01-01".parse().unwrap()).unwrap();
    let days: Vec<(u128, String)> = days.iter().map(|it| (it.id.as_u128(), it.on.to_string())).collect();
    let on = |number, day: &str| (number, day.to_owned());
    assert_eq!(days, [on(3, "2027-01-16"), on(1, "2027-01-15"), on(2, "2027-01-15")]);
}

fn old_entries_are_forgotten(store: &dyn Store) {
    store.keep_visits("jumbo", &[aid(1, "2027-01-13"), aid(2, "2027-01-14")], at(0)).unwrap();
    assert_eq!(store.forget_visits("2027-01-14".parse().unwrap()).unwrap(), 1);
    assert_eq!(numbers(store, "2000-01-01"), [2]);
}
