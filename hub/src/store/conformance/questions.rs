//! What residents asked and did not find.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;
use zuil_wire::QuestionItem;

use super::super::{AskedInVain, Store, Unfound};
use super::some_pillar;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 5] = [
    what_was_asked_most_often_comes_first,
    a_question_that_is_sent_again_counts_once,
    the_same_words_in_two_languages_are_two_questions,
    only_so_many_are_listed_and_all_are_counted,
    what_is_too_old_is_forgotten_and_the_rest_stays,
];

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn asked(id: u128, words: &str, on: &str) -> QuestionItem {
    QuestionItem { id: Uuid::from_u128(id), language: "nl".into(), words: words.into(), on: day(on) }
}

fn counted(words: &str, times: u64, pillars: u64, last_on: &str) -> AskedInVain {
    AskedInVain { words: words.into(), language: "nl".into(), times, pillars, last_on: day(last_on) }
}

fn since(store: &dyn Store, first: &str) -> Unfound {
    store.questions(day(first), 100).unwrap()
}

fn what_was_asked_most_often_comes_first(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    assert_eq!(since(store, "2026-08-24"), Unfound::default());
    let at_jumbo = [
        asked(1, "zendmast", "2026-11-20"),
        asked(2, "drone", "2026-11-01"),
        asked(3, "drone", "2026-11-21"),
        asked(4, "imker", "2026-11-20"),
        asked(5, "bakfiets", "2026-11-20"),
    ];
    store.keep_questions("jumbo", &at_jumbo, now()).unwrap();
    store.keep_questions("bieb", &[asked(6, "drone", "2026-11-03")], now()).unwrap();
    store.keep_questions("jumbo", &[asked(7, "zendmast", "2026-11-19")], now()).unwrap();
    let most = vec![
        counted("drone", 3, 2, "2026-11-21"),
        counted("zendmast", 2, 1, "2026-11-20"),
        counted("bakfiets", 1, 1, "2026-11-20"),
        counted("imker", 1, 1, "2026-11-20"),
    ];
    assert_eq!(since(store, "2026-08-24"), Unfound { times: 7, different: 4, most });
    assert_eq!(since(store, "2026-11-21").most, [counted("drone", 1, 1, "2026-11-21")]);
    assert!(store.pillars().unwrap().iter().all(|pillar| pillar.last_seen_at == Some(now())));
}

fn a_question_that_is_sent_again_counts_once(store: &dyn Store) {
    let sent = [asked(1, "drone", "2026-11-20"), asked(2, "drone", "2026-11-20")];
    for _ in 0..3 {
        store.keep_questions("jumbo", &sent, now()).unwrap();
    }
    assert_eq!(since(store, "2026-08-24").most, [counted("drone", 2, 1, "2026-11-20")]);
}

fn the_same_words_in_two_languages_are_two_questions(store: &dyn Store) {
    let in_german = QuestionItem { language: "de".into(), ..asked(2, "drone", "2026-11-20") };
    store.keep_questions("jumbo", &[asked(1, "drone", "2026-11-20"), in_german], now()).unwrap();
    let unfound = since(store, "2026-08-24");
    let languages: Vec<&str> = unfound.most.iter().map(|asked| asked.language.as_str()).collect();
    assert_eq!((unfound.different, languages), (2, vec!["de", "nl"]));
}

fn only_so_many_are_listed_and_all_are_counted(store: &dyn Store) {
    let all: Vec<_> = (1..=30).map(|id| asked(id, &format!("vraag {id}"), "2026-11-20")).collect();
    store.keep_questions("jumbo", &all, now()).unwrap();
    let unfound = store.questions(day("2026-08-24"), 7).unwrap();
    assert_eq!((unfound.times, unfound.different, unfound.most.len()), (30, 30, 7));
}

fn what_is_too_old_is_forgotten_and_the_rest_stays(store: &dyn Store) {
    let all = [asked(1, "drone", "2026-08-24"), asked(2, "imker", "2026-08-25")];
    store.keep_questions("jumbo", &all, now()).unwrap();
    assert_eq!(store.forget_questions(day("2026-08-24")).unwrap(), 0);
    assert_eq!(store.forget_questions(day("2026-08-25")).unwrap(), 1);
    assert_eq!(since(store, "2020-01-01").most, [counted("imker", 1, 1, "2026-08-25")]);
}
