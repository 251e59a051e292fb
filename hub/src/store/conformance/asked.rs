//! Which answers residents found.

use jiff::civil::Date;
use uuid::Uuid;
use zuil_wire::AskedCount;

use super::super::{FoundAnswer, Store};
use super::{at, some_pillar};

/// All checks of this page. `at(0)` is 2027-01-15.
pub(super) const CHECKS: [fn(&dyn Store); 4] = [
    answers_are_counted_by_pillar_answer_and_language,
    counts_that_are_sent_again_count_once_at_their_highest,
    a_day_that_cannot_be_is_the_one_on_which_the_count_came_in,
    old_counts_are_forgotten,
];

/// How often an answer was found on a day (made up).
pub(super) fn count(id: u128, answer: &str, on: &str, times: u32) -> AskedCount {
    let on = on.parse().unwrap();
    AskedCount { id: Uuid::from_u128(id), language: "nl".into(), answer: answer.into(), on, times }
}

fn found(pillar: &str, answer: &str, language: &str, times: u64) -> FoundAnswer {
    FoundAnswer { pillar: pillar.into(), answer: answer.into(), language: language.into(), times }
}

fn since(store: &dyn Store, first: &str) -> Vec<FoundAnswer> {
    store.asked(first.parse::<Date>().unwrap()).unwrap()
}

fn answers_are_counted_by_pillar_answer_and_language(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    assert_eq!(since(store, "2026-12-01"), []);
    let in_german = AskedCount { language: "de".into(), ..count(3, "parking", "2027-01-14", 1) };
    let told = [
        count(1, "parking", "2027-01-13", 4),
        count(2, "parking", "2027-01-14", 3),
        in_german,
        count(4, "berth", "2027-01-14", 2),
    ];
    store.keep_asked("jumbo", &told, at(0)).unwrap();
    store.keep_asked("bieb", &[count(5, "parking", "2027-01-14", 9)], at(5)).unwrap();
    let all = [
        found("bieb", "parking", "nl", 9),
        found("jumbo", "berth", "nl", 2),
        found("jumbo", "parking", "de", 1),
        found("jumbo", "parking", "nl", 7),
    ];
    assert_eq!(since(store, "2027-01-13"), all);
    assert_eq!(since(store, "2027-01-14")[3], found("jumbo", "parking", "nl", 3));
    assert_eq!(store.pillar(&[2; 32]).unwrap().unwrap().last_seen_at, Some(at(5)));
}

fn counts_that_are_sent_again_count_once_at_their_highest(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    for times in [2, 5, 5, 3] {
        store.keep_asked("jumbo", &[count(1, "parking", "2027-01-14", times)], at(0)).unwrap();
    }
    // The id is another pillar's.
    store.keep_asked("bieb", &[count(1, "parking", "2027-01-14", 70)], at(0)).unwrap();
    assert_eq!(since(store, "2027-01-01"), [found("jumbo", "parking", "nl", 5)]);
}

fn a_day_that_cannot_be_is_the_one_on_which_the_count_came_in(store: &dyn Store) {
    let told = [count(1, "parking", "2037-01-14", 1), count(2, "parking", "1970-01-01", 2)];
    store.keep_asked("jumbo", &told, at(0)).unwrap();
    assert_eq!(since(store, "2027-01-15"), [found("jumbo", "parking", "nl", 3)]);
    assert_eq!(since(store, "2027-01-16"), []);
}

fn old_counts_are_forgotten(store: &dyn Store) {
    let told = [count(1, "parking", "2027-01-13", 1), count(2, "berth", "2027-01-14", 2)];
    store.keep_asked("jumbo", &told, at(0)).unwrap();
    assert_eq!(store.forget_asked("2027-01-13".parse().unwrap()).unwrap(), 0);
    assert_eq!(store.forget_asked("2027-01-14".parse().unwrap()).unwrap(), 1);
    assert_eq!(since(store, "2000-01-01"), [found("jumbo", "berth", "nl", 2)]);
}
