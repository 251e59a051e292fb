//! Attempts to get in.

use jiff::SignedDuration;

use super::super::{AttemptKey, Store, Tried, Veil};
use super::at;

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 7] = [
    mistyping_twice_costs_no_time_and_guessing_costs_more_and_more,
    an_office_behind_one_address_mistypes_as_often_as_its_people_do,
    who_knows_the_password_starts_anew_and_who_knows_one_of_many_does_not,
    who_guesses_codes_waits_for_the_rest_of_the_quarter_and_nobody_else_does,
    a_pillar_looks_up_so_many_a_minute_and_none_waits_for_another,
    a_library_behind_one_address_looks_up_as_often_as_its_visitors_do,
    what_is_old_or_of_a_clock_that_was_ahead_counts_for_nothing,
];

fn veil() -> Veil {
    Veil::new(&[7; 32])
}

fn of(reference: &str) -> AttemptKey {
    veil().named(Tried::LookUpOf, reference)
}

fn named(name: &str) -> AttemptKey {
    veil().named(Tried::SignInAs, name)
}

/// For how many seconds somebody has to wait; 0 when the attempt counts.
fn begin(store: &dyn Store, keys: &[AttemptKey], second: i64) -> i64 {
    store.begin_attempt(keys, at(second)).unwrap().map_or(0, |wait| wait.as_secs())
}

fn mistyping_twice_costs_no_time_and_guessing_costs_more_and_more(store: &dyn Store) {
    let (here, there) = ([of("one"), named("anna")], [of("other"), named("bert")]);
    assert_eq!([0, 0, 0].map(|second| begin(store, &here, second)), [0; 3]);
    assert_eq!(begin(store, &[of("one"), named("bert")], 0), 2, "the reference waits");
    assert_eq!(begin(store, &[of("other"), named("anna")], 0), 2, "so does the account");
    assert_eq!([1, 2, 3, 6].map(|second| begin(store, &here, second)), [0, 2, 0, 2]);
    assert_eq!(begin(store, &there, 6), 0, "what had to wait was counted nowhere");
    assert_eq!([6, 6, 6].map(|second| begin(store, &there, second)), [0, 0, 2]);
    assert_eq!(begin(store, &[veil().named(Tried::CodeFrom, "home")], 6), 0, "that is another thing");
}

fn an_office_behind_one_address_mistypes_as_often_as_its_people_do(store: &dyn Store) {
    let office = veil().named(Tried::SignInFrom, "office");
    for agent in 0..20 {
        assert_eq!(begin(store, &[office, named(&format!("agent-{agent}"))], 0), 0, "{agent}");
    }
    assert_eq!(begin(store, &[office, named("anna")], 0), 2, "somebody guesses there");
    assert_eq!(begin(store, &[named("anna")], 0), 0, "who need not show from where waits for nobody");
    assert_eq!(begin(store, &[veil().named(Tried::SecondAs, "agent-1")], 0), 0, "codes are counted apart");
}

fn who_knows_the_password_starts_anew_and_who_knows_one_of_many_does_not(store: &dyn Store) {
    let keys = [of("one"), named("anna")];
    for _ in 0..3 {
        assert_eq!(begin(store, &keys, 0), 0);
    }
    store.attempt_succeeded(&keys, &[]).unwrap();
    for _ in 0..3 {
        assert_eq!(begin(store, &keys, 0), 0);
        store.attempt_succeeded(&[named("anna")], &[of("one")]).unwrap();
    }
    for guess in ["a", "b", "c"] {
        assert_eq!(begin(store, &[of("one"), named(guess)], 1), 0);
    }
    assert_eq!(begin(store, &keys, 1), 2, "what was guessed before counts still");
    store.attempt_succeeded(&[named("nobody")], &[of("none")]).unwrap();
}

fn who_guesses_codes_waits_for_the_rest_of_the_quarter_and_nobody_else_does(store: &dyn Store) {
    let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let [one, other] = [one, other].map(|address| veil().from(Tried::CodeFrom, address));
    for second in 0..20 {
        assert_eq!(begin(store, &[one], second), 0);
    }
    assert_eq!(begin(store, &[one], 60), 840);
    assert_eq!([begin(store, &[other], 60), begin(store, &[one], 900), begin(store, &[one], 901)], [0; 3]);
}

fn a_pillar_looks_up_so_many_a_minute_and_none_waits_for_another(store: &dyn Store) {
    let [jumbo, bieb] = ["jumbo", "bieb"].map(|pillar| veil().named(Tried::LookUpBy, pillar));
    for second in 0..20 {
        assert_eq!(begin(store, &[jumbo], second), 0);
    }
    assert_eq!([begin(store, &[jumbo], 20), begin(store, &[jumbo], 59)], [40, 1]);
    assert_eq!(begin(store, &[bieb], 20), 0);
    let in_three_minutes = (60..240).filter(|second| begin(store, &[jumbo], *second) == 0).count();
    assert_eq!(in_three_minutes, 3 * 20);
    // The clock of another hub, which counted there, is put right.
    for _ in 0..20 {
        assert_eq!(begin(store, &[bieb], 1_000), 0);
    }
    assert_eq!(begin(store, &[bieb], 990), 70, "it is a little ahead");
    assert_eq!(begin(store, &[bieb], 900), 0, "it was wrong");
}

fn a_library_behind_one_address_looks_up_as_often_as_its_visitors_do(store: &dyn Store) {
    let (library, home) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
    let [library, home] = [library, home].map(|address| veil().from(Tried::LookUpFrom, address));
    for second in 0..60 {
        assert_eq!(begin(store, &[library, of(&format!("unknown-{second}"))], second), 0, "{second}");
        // Whoever has a reference that is known uses up nothing of it.
        if second < 59 {
            assert_eq!(begin(store, &[library, of("known")], second), 0, "{second}");
            store.attempt_succeeded(&[of("known")], &[library]).unwrap();
        }
    }
    assert_eq!(begin(store, &[library, of("known")], 60), 840);
    assert_eq!(begin(store, &[home, of("known")], 60), 0, "nobody waits at another address");
    // They all have as many again, however long some there have tried; nobody waits longer and longer.
    for second in 900..960 {
        assert_eq!(begin(store, &[library, of(&format!("unknown-{second}"))], second), 0, "{second}");
    }
    assert_eq!(begin(store, &[library], 960), 840);
    // One reference waits as before, from wherever it is asked for.
    assert_eq!([1_000; 3].map(|second| begin(store, &[home, of("strange")], second)), [0; 3]);
    assert_eq!(begin(store, &[of("strange")], 1_000), 2);
}

fn what_is_old_or_of_a_clock_that_was_ahead_counts_for_nothing(store: &dyn Store) {
    let keys = [of("one"), named("anna")];
    for _ in 0..3 {
        assert_eq!(begin(store, &keys, 0), 0);
    }
    assert_eq!(store.forget_attempts(at(3_599)).unwrap(), 0);
    assert_eq!(store.forget_attempts(at(3_600)).unwrap(), 2);
    assert_eq!(begin(store, &keys, 0), 0);
    let ahead = at(0) + SignedDuration::from_hours(24 * 365);
    for _ in 0..9 {
        store.begin_attempt(&keys, ahead).unwrap();
    }
    assert_eq!(begin(store, &keys, 10), 0, "the clock was put back");
}
