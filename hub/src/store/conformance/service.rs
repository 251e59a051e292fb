//! Service visits: keys, codes, what was done, and whether pillars are ready.

use uuid::Uuid;
use zuil_wire::service::{Readiness, ReadinessFinding};
use zuil_wire::{ReadinessReport, ServiceDeed, ServiceEntry, ServiceOutcome};

use super::super::{
    KeptReadiness, KeptServiceKey, MadeServiceCode, READINESS_KEPT, SERVICE_ENTRIES_A_DAY, SealedSecret,
    Store,
};
use super::{at, some_pillar};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 7] = [
    a_key_takes_the_place_of_the_one_before_it_and_of_no_other,
    codes_are_counted_by_key_and_none_is_made_with_an_old_one,
    what_was_done_counts_once_and_at_its_own_pillar,
    the_newest_of_what_was_done_is_told_first,
    no_pillar_fills_the_store_and_what_does_not_fit_today_is_kept_tomorrow,
    of_each_pillar_the_newest_reports_on_readiness_are_kept,
    what_is_old_is_forgotten,
];

/// A key of jumbo (made up, and nothing sealed in it).
pub(super) fn key(number: u32) -> KeptServiceKey {
    let sealed = SealedSecret::of(vec![number.to_be_bytes()[3]; 61]).unwrap();
    KeptServiceKey { pillar: "jumbo".into(), number, sealed, made_at: at(i64::from(number)) }
}

/// A code of jumbo that is about to be made.
pub(super) fn code(key_number: u32, second: i64) -> MadeServiceCode {
    MadeServiceCode {
        pillar: "jumbo".into(),
        key_number,
        number: 0,
        made_by: "m.technicus".into(),
        made_at: at(second),
        valid_until: at(second + 3600),
    }
}

/// Something that was done (made up).
pub(super) fn entry(number: u128, deed: ServiceDeed) -> ServiceEntry {
    let serial = (deed != ServiceDeed::WrongCode).then_some(1);
    let (at, outcome) = (at(i64::try_from(number).unwrap()), ServiceOutcome::Done);
    ServiceEntry { id: Uuid::from_u128(number), serial, key_number: 1, at, deed, outcome }
}

/// Whether a pillar is ready (made up).
pub(super) fn readiness(number: u128, state: Readiness) -> ReadinessReport {
    let finding = ReadinessFinding { check: "printer".into(), state, said: "“Papier is op”".into() };
    ReadinessReport { version: 5, id: Uuid::from_u128(number), at: at(0), findings: vec![finding] }
}

fn numbers(store: &dyn Store, pillar: &str) -> Vec<u128> {
    store.service_entries(pillar, 99).unwrap().iter().map(|kept| kept.entry.id.as_u128()).collect()
}

fn a_key_takes_the_place_of_the_one_before_it_and_of_no_other(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    assert_eq!(store.service_key("jumbo").unwrap(), None);
    assert!(!store.keep_service_key(&key(2)).unwrap(), "there is no first one");
    assert!(store.keep_service_key(&key(1)).unwrap());
    assert!(!store.keep_service_key(&KeptServiceKey { made_at: at(50), ..key(1) }).unwrap());
    assert_eq!(store.service_key("jumbo").unwrap(), Some(key(1)));
    assert!(!store.keep_service_key(&key(3)).unwrap());
    assert!(store.keep_service_key(&key(2)).unwrap());
    assert!(!store.keep_service_key(&key(1)).unwrap() && !store.keep_service_key(&key(2)).unwrap());
    assert_eq!(store.service_key("jumbo").unwrap(), Some(key(2)));
    assert_eq!(store.service_key("bieb").unwrap(), None);
}

fn codes_are_counted_by_key_and_none_is_made_with_an_old_one(store: &dyn Store) {
    assert_eq!(store.note_service_code(&code(1, 5)).unwrap(), None, "there is no key");
    store.keep_service_key(&key(1)).unwrap();
    assert_eq!(store.note_service_code(&code(1, 10)).unwrap(), Some(1));
    assert_eq!(store.note_service_code(&code(1, 20)).unwrap(), Some(2));
    store.keep_service_key(&key(2)).unwrap();
    assert_eq!(store.note_service_code(&code(1, 30)).unwrap(), None);
    assert_eq!(store.note_service_code(&code(2, 40)).unwrap(), Some(1));
    let noted = |key, number, second| MadeServiceCode { number, ..code(key, second) };
    assert_eq!(store.service_codes("jumbo").unwrap(), [noted(2, 1, 40), noted(1, 2, 20), noted(1, 1, 10)]);
    assert_eq!(store.service_codes("bieb").unwrap(), []);
}

fn what_was_done_counts_once_and_at_its_own_pillar(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let told = [entry(1, ServiceDeed::Opened), entry(2, ServiceDeed::WrongCode)];
    store.keep_service_entries("jumbo", &told, at(60)).unwrap();
    let other = ServiceEntry { outcome: ServiceOutcome::Failed, ..entry(1, ServiceDeed::Reset) };
    store.keep_service_entries("bieb", &[other, entry(3, ServiceDeed::Opened)], at(70)).unwrap();
    store.keep_service_entries("jumbo", &told, at(80)).unwrap();
    assert_eq!((numbers(store, "jumbo"), numbers(store, "bieb")), (vec![2, 1], vec![3]));
    let kept = store.service_entries("jumbo", 99).unwrap();
    assert_eq!([&kept[1].entry, &kept[0].entry], [&told[0], &told[1]]);
    assert_eq!(kept[0].received_at, at(60));
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().last_seen_at, Some(at(80)));
}

fn the_newest_of_what_was_done_is_told_first(store: &dyn Store) {
    for (deed, number) in ServiceDeed::ALL.into_iter().zip(1_u128..) {
        let outcome = ServiceOutcome::ALL[usize::try_from(number).unwrap() % 3];
        let told = ServiceEntry { outcome, ..entry(number, deed) };
        store.keep_service_entries("jumbo", std::slice::from_ref(&told), at(100)).unwrap();
        assert_eq!(store.service_entries("jumbo", 1).unwrap()[0].entry, told);
    }
    // A clock that is wrong does not put what came in later behind.
    let early = ServiceEntry { at: at(-9_000), ..entry(99, ServiceDeed::Closed) };
    store.keep_service_entries("jumbo", &[early], at(101)).unwrap();
    assert_eq!(numbers(store, "jumbo")[..3], [99, 19, 18]);
}

fn no_pillar_fills_the_store_and_what_does_not_fit_today_is_kept_tomorrow(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let most = u128::from(SERVICE_ENTRIES_A_DAY);
    let tells = |pillar: &str, numbers: std::ops::RangeInclusive<u128>, second: i64| -> Vec<u128> {
        let told: Vec<ServiceEntry> = numbers.map(|number| entry(number, ServiceDeed::WrongCode)).collect();
        let kept = store.keep_service_entries(pillar, &told, at(second)).unwrap();
        kept.iter().map(Uuid::as_u128).collect()
    };
    assert_eq!(tells("jumbo", 1..=most - 1, 60).len() as u128, most - 1);
    // What is kept already needs no room; one more fits, and the rest waits at the pillar.
    assert_eq!(tells("jumbo", most - 2..=most + 2, 70), [most - 2, most - 1, most]);
    assert_eq!(
        (tells("jumbo", most + 1..=most + 2, 80), tells("jumbo", most..=most, 80)),
        (vec![], vec![most])
    );
    assert_eq!(numbers(store, "jumbo")[0], most, "and nothing of before made room");
    assert_eq!(store.service_entries("jumbo", u32::MAX).unwrap().len() as u128, most);
    assert_eq!(tells("bieb", 9_001..=9_002, 80), [9_001, 9_002], "each has its own");
    let day = 24 * 60 * 60;
    assert_eq!(tells("jumbo", most + 1..=most + 2, 59 + day), Vec::<u128>::new());
    assert_eq!(tells("jumbo", most + 1..=most + 2, 60 + day), [most + 1, most + 2]);
}

fn of_each_pillar_the_newest_reports_on_readiness_are_kept(store: &dyn Store) {
    store.add_pillar(&some_pillar("bieb", 2)).unwrap();
    let of_bieb = readiness(900, Readiness::Attention);
    store.keep_readiness("bieb", &of_bieb, at(5)).unwrap();
    let most = u128::from(READINESS_KEPT);
    for number in 1..=most + 2 {
        let second = i64::try_from(number).unwrap();
        store.keep_readiness("jumbo", &readiness(number, Readiness::Good), at(second)).unwrap();
    }
    // Once more, later, and otherwise.
    store.keep_readiness("jumbo", &readiness(9, Readiness::Bad), at(99)).unwrap();
    let kept = store.readiness("jumbo").unwrap();
    let numbers: Vec<u128> = kept.iter().map(|kept| kept.report.id.as_u128()).collect();
    assert_eq!(numbers, (3..=most + 2).rev().collect::<Vec<_>>());
    assert!(kept.iter().all(|kept| kept.report.worst() == Readiness::Good));
    let kept = store.readiness("bieb").unwrap();
    assert_eq!(kept, [KeptReadiness { report: of_bieb, received_at: at(5) }]);
    assert_eq!(store.pillar(&[1; 32]).unwrap().unwrap().last_seen_at, Some(at(99)));
}

fn what_is_old_is_forgotten(store: &dyn Store) {
    store.keep_service_key(&key(1)).unwrap();
    store.note_service_code(&code(1, 0)).unwrap();
    store.note_service_code(&code(1, 100)).unwrap();
    store.keep_service_entries("jumbo", &[entry(1, ServiceDeed::Opened)], at(3_650)).unwrap();
    store.keep_service_entries("jumbo", &[entry(2, ServiceDeed::Closed)], at(3_660)).unwrap();
    assert_eq!(store.forget_service(at(3_660)).unwrap(), 2);
    assert_eq!(numbers(store, "jumbo"), [2]);
    let codes: Vec<u32> = store.service_codes("jumbo").unwrap().iter().map(|code| code.number).collect();
    assert_eq!(codes, [2]);
    assert_eq!(store.note_service_code(&code(1, 200)).unwrap(), Some(3), "no number comes again");
    assert_eq!(store.forget_service(at(3_660)).unwrap(), 0);
}
