//! What residents asked, and did not find or found, on its way from a pillar to the municipality's editors.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;
use zuil::outbox::{Outbox, SqliteOutbox};
use zuil::visit::Screen;
use zuil::visits::FoundLog;
use zuil_hub::store::{AskedInVain, questions_since};
use zuil_wire::{AskedCount, QuestionItem};

use crate::town::{PATIENCE, Town};

/// What somebody (made up) asked in vain today.
fn question(number: u128, words: &str) -> QuestionItem {
    let on = Timestamp::now().to_zoned(TimeZone::UTC).date();
    QuestionItem { id: Uuid::from_u128(number), language: "nl".into(), words: words.into(), on }
}

pub fn outbox(town: &Town) -> SqliteOutbox {
    SqliteOutbox::open(&town.folder().join("data/outbox.sqlite")).unwrap()
}

/// What editors read: words, and how often.
fn editors_read(town: &Town) -> Vec<(String, u64)> {
    let unfound = town.store().questions(questions_since(Timestamp::now()), 99).unwrap();
    unfound.most.into_iter().map(|AskedInVain { words, times, .. }| (words, times)).collect()
}

/// Waits until editors read this, and the pillar has forgotten it.
pub fn until_editors_read(town: &Town, expected: &[(&str, u64)]) {
    let until = Instant::now() + PATIENCE;
    let expected: Vec<(String, u64)> =
        expected.iter().map(|(words, times)| ((*words).into(), *times)).collect();
    let outbox = outbox(town);
    while editors_read(town) != expected || !outbox.pending_questions(1).unwrap().is_empty() {
        assert!(Instant::now() < until, "editors read {:?}", editors_read(town));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_was_not_found_while_the_network_was_away_reaches_the_editors_and_leaves_the_pillar() {
    let town = Town::new();
    town.network.cut();
    let mut resident = town.resident();
    let outbox = outbox(&town);
    for (number, words) in [(1, "zendmast"), (2, "vliegen met een drone"), (3, "vliegen met een drone")] {
        outbox.keep_question(&question(number, words)).unwrap();
    }
    // A resident is served as ever.
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    assert_eq!(editors_read(&town), []);
    town.network.mend();
    town.wait_until_empty();
    until_editors_read(&town, &[("vliegen met een drone", 2), ("zendmast", 1)]);
    assert_eq!(town.at_the_hub().len(), 1);
}

#[test]
fn a_question_that_the_hub_has_counts_once_though_the_pillar_never_heard_so() {
    let town = Town::new();
    town.network.cut();
    let resident = town.resident();
    outbox(&town).keep_question(&question(1, "drone")).unwrap();
    town.network.mend();
    until_editors_read(&town, &[("drone", 1)]);
    drop(resident);
    // As after a power cut before the hub's answer was durable: it is still there.
    for number in [1, 2] {
        outbox(&town).keep_question(&question(number, "drone")).unwrap();
    }
    let _resident = town.resident();
    until_editors_read(&town, &[("drone", 2)]);
}

#[test]
fn a_name_that_a_pillar_left_in_does_not_reach_the_editors() {
    let town = Town::new();
    town.network.cut();
    let _resident = town.resident();
    let outbox = outbox(&town);
    outbox.keep_question(&question(1, "drone van fatima yilmaz")).unwrap();
    outbox.keep_question(&question(2, "fatima yilmaz")).unwrap();
    town.network.mend();
    until_editors_read(&town, &[("drone", 1)]);
}

/// What the pillar has counted, as it stands in its folder. Only a pillar that is off hears what is added.
fn counted(town: &Town) -> FoundLog {
    let folder = town.folder().join("data");
    std::fs::create_dir_all(&folder).unwrap();
    FoundLog::open(&folder)
}

/// An answer was found at the pillar so many days ago, in a visit of its own.
fn counts(town: &Town, answer: &str, days_ago: i64) {
    let on = Timestamp::now().to_zoned(TimeZone::UTC).date() - days_ago.days();
    let (id, language, answer) = (Uuid::new_v4(), "nl".to_owned(), answer.to_owned());
    counted(town).keep(vec![AskedCount { id, language, answer, on, times: 1 }]);
}

/// Waits until staff read this of what was found in the last weeks: each answer with how often.
fn until_staff_read(town: &Town, expected: &[(&str, u64)]) {
    let until = Instant::now() + PATIENCE;
    let expected: Vec<(String, u64)> =
        expected.iter().map(|(answer, times)| ((*answer).into(), *times)).collect();
    loop {
        let found = town.store().asked(questions_since(Timestamp::now())).unwrap();
        let found: Vec<(String, u64)> = found.into_iter().map(|found| (found.answer, found.times)).collect();
        if found == expected {
            return;
        }
        assert!(Instant::now() < until, "staff read {found:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the pillar has forgotten all that it counted.
fn until_forgotten(town: &Town) {
    let until = Instant::now() + PATIENCE;
    loop {
        let kept = counted(town).all();
        if kept.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "the pillar still keeps {kept:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_was_found_in_a_week_without_the_hub_is_read_by_staff_when_it_is_back() {
    let town = Town::new();
    town.network.cut();
    for days_ago in 2..=8 {
        counts(&town, "passport", days_ago);
    }
    counts(&town, "berth", 3);
    counts(&town, "berth", 3);
    let mut resident = town.resident();
    // A resident is served as ever.
    resident.goes_on("call-back", "the receipt", |screen| matches!(screen, Screen::Receipt(_)));
    town.network.mend();
    town.wait_until_empty();
    until_staff_read(&town, &[("berth", 2), ("passport", 7)]);
    until_forgotten(&town);
}

#[test]
fn a_count_that_the_hub_has_counts_once_though_the_pillar_never_heard_so() {
    let town = Town::new();
    counts(&town, "passport", 2);
    let sent = counted(&town).all();
    let resident = town.resident();
    until_staff_read(&town, &[("passport", 1)]);
    until_forgotten(&town);
    drop(resident);
    // As when the hub took it and the power was cut before the pillar had written down that it heard so.
    counted(&town).keep(sent);
    counts(&town, "passport", 3);
    let _resident = town.resident();
    until_staff_read(&town, &[("passport", 2)]);
    until_forgotten(&town);
}
