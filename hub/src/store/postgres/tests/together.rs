//! Several hubs on one database at once.

use super::*;
use crate::store::{AttemptStore as _, CallBackStore as _, Taking, Tried, Veil};

/// A transaction (made up) of one of three pillars.
fn of_three(number: u8) -> Batch {
    let pillar = ["jumbo", "bieb", "hal"][usize::from(number % 3)];
    let mut one = incoming(number, u64::from(number));
    pillar.clone_into(&mut one.sealed.header.pillar);
    Batch { pillar: pillar.into(), transactions: vec![one], ..Default::default() }
}

#[test]
fn three_hubs_that_take_in_the_same_uploads_at_once_store_each_once() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    for (print, pillar) in (1..).zip(["jumbo", "bieb", "hal"]) {
        hubs[0].add_pillar(&some_pillar(pillar, print)).unwrap();
    }
    // Each hub gets all of them, in another order, those of several pillars in one commit, and each twice.
    std::thread::scope(|scope| {
        for (seed, hub) in (1..).zip(&hubs) {
            scope.spawn(move || {
                let mut numbers: Vec<u8> = (1..=120).collect();
                fastrand::Rng::with_seed(seed).shuffle(&mut numbers);
                for some in numbers.chunks(7) {
                    let batches: Vec<_> = some.iter().chain(some).map(|number| of_three(*number)).collect();
                    let delivery = |batch| Delivery { batch, at: now(), grace: Grace::default() };
                    let deliveries: Vec<_> = batches.iter().map(delivery).collect();
                    for taken in hub.take_in_all(&deliveries).unwrap() {
                        let outcomes = taken.unwrap().outcomes();
                        assert!(matches!(outcomes[..], [Outcome::Accepted { .. }]), "{outcomes:?}");
                    }
                }
            });
        }
    });
    let mut found = references(&hubs[1]);
    assert_eq!(found.len(), 120);
    found.sort_by_key(Reference::compact);
    found.dedup();
    assert_eq!(found.len(), 120);
    let last = |pillar: Pillar| pillar.last_sequence;
    let last: Vec<_> = hubs[2].pillars().unwrap().into_iter().map(last).collect();
    assert_eq!(last, [Some(118), Some(119), Some(120)]);
}

#[test]
fn of_other_content_under_one_id_at_two_hubs_at_once_one_is_stored_and_the_other_is_a_conflict() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open()];
    hubs[0].add_pillar(&some_pillar("jumbo", 1)).unwrap();
    for number in 1..=30 {
        let accepted = std::thread::scope(|scope| {
            let both: Vec<_> = hubs
                .iter()
                .zip([number, 200])
                .map(|(hub, digest)| {
                    let mut one = incoming(number, 1);
                    one.digest = [digest; 32];
                    scope.spawn(move || hub.take_in(&batch(vec![one]), now()).unwrap().outcomes().remove(0))
                })
                .collect();
            both.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        let conflicts = accepted.iter().filter(|outcome| **outcome == Outcome::Conflict).count();
        assert_eq!((conflicts, references(&hubs[0]).len()), (1, usize::from(number)), "{accepted:?}");
    }
}

#[test]
fn what_one_hub_has_in_hand_another_does_not_look_at_until_that_one_is_gone() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open()];
    hubs[0].add_pillar(&some_pillar("jumbo", 1)).unwrap();
    hubs[0].take_in(&batch((1..=5).map(|number| incoming(number, 1)).collect()), now()).unwrap();
    let in_hand = |hub: usize, limit| {
        let claimed = hubs[hub].unchecked(limit).unwrap();
        claimed.iter().map(|one| one.stored.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(in_hand(0, 2), [1, 2]);
    assert_eq!(in_hand(1, 9), [3, 4, 5]);
    assert_eq!(in_hand(0, 9), [1, 2], "what it has it has still");
    // The first is killed, and its time is over.
    schema.execute("UPDATE to_check SET claimed_until = now() - interval '1 second' WHERE number <= 2");
    assert_eq!(in_hand(1, 9), [1, 2, 3, 4, 5]);
    let all = hubs[1].unchecked(9).unwrap();
    let sound: Vec<_> =
        all.iter().map(|one| Checked { number: one.number, finding: CheckedAs::Sound }).collect();
    hubs[1].note_checked(&sound).unwrap();
    assert_eq!((in_hand(0, 9), in_hand(1, 9)), (vec![], vec![]));
}

#[test]
fn several_hubs_that_start_at_once_make_the_schema_once() {
    let (schema, to) = (Schema::new(), Schema::new().open().brought_up().to);
    let brought_up: Vec<BroughtUp> = std::thread::scope(|scope| {
        let hubs: Vec<_> = (0..4).map(|_| scope.spawn(|| schema.open().brought_up())).collect();
        hubs.into_iter().map(|hub| hub.join().unwrap()).collect()
    });
    assert_eq!(brought_up.iter().filter(|done| **done == BroughtUp { from: 0, to }).count(), 1);
    assert_eq!(brought_up.iter().filter(|done| **done == BroughtUp { from: to, to }).count(), 3);
}

#[test]
fn hubs_that_note_in_one_log_at_once_make_one_whole_chain() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    std::thread::scope(|scope| {
        for (who, hub) in ["anna", "bob", "chris"].into_iter().zip(&hubs) {
            scope.spawn(move || {
                for second in 0..100 {
                    let at = now() + SignedDuration::from_secs(second);
                    hub.note(&Entry::new(at, who, Deed::SawContent, "nul\0nul")).unwrap();
                    // One of them also forgets, and another looks whether all is well.
                    match who {
                        "anna" if second % 10 == 9 => {
                            hub.forget_audit(at - SignedDuration::from_secs(30)).unwrap();
                        }
                        "bob" if second % 10 == 9 => {
                            audit::verify(hub).unwrap();
                        }
                        _ => {}
                    }
                }
            });
        }
    });
    let ends = audit::verify(&hubs[0]).unwrap();
    assert_eq!(ends.end.number, 300);
    assert!(ends.begin.number > 0, "something was forgotten");
    for who in ["anna", "bob", "chris"] {
        let of = AuditFilter { who: Some(who.into()), ..AuditFilter::default() };
        let kept = hubs[1].audit(&of, 1_000).unwrap();
        assert!(
            kept.is_sorted_by(|newer, older| newer.entry.at > older.entry.at),
            "{who} in their own order"
        );
    }
}

#[test]
fn of_two_hubs_that_take_the_last_administrators_away_one_is_refused() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open()];
    let entry = Entry::new(now(), "(command line)", Deed::DisabledAccount, "");
    for round in 0..20 {
        let names = [format!("anna{round}"), format!("bob{round}")];
        for name in &names {
            assert_eq!(hubs[0].add_account(&administrator(name), &entry).unwrap(), NewAccount::Added);
        }
        if round > 0 {
            // Those of the round before: who was left is disabled now that there are others.
            for name in [format!("anna{}", round - 1), format!("bob{}", round - 1)] {
                assert_eq!(
                    hubs[0].change_account(&name, &Change::Disabled(true), &entry).unwrap(),
                    Changed::Yes
                );
            }
        }
        let changed = std::thread::scope(|scope| {
            let both: Vec<_> = hubs
                .iter()
                .zip(&names)
                .map(|(hub, name)| {
                    let entry = &entry;
                    scope.spawn(move || hub.change_account(name, &Change::Disabled(true), entry).unwrap())
                })
                .collect();
            both.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
        });
        assert!(changed.contains(&Changed::Yes) && changed.contains(&Changed::NobodyLeft), "{changed:?}");
    }
}

#[test]
fn a_code_opens_one_session_at_whichever_of_several_hubs_it_is_used_first() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    sign_in(&hubs[0]);
    let entry = Entry::new(now(), "anna", Deed::UsedRecoveryCode, "");
    let at_all = |one: &(dyn Fn(&PostgresStore) -> bool + Sync)| {
        std::thread::scope(|scope| {
            let all: Vec<_> = hubs.iter().map(|hub| scope.spawn(move || one(hub))).collect();
            all.into_iter().map(|used| used.join().unwrap()).filter(|used| *used).count()
        })
    };
    for step in 1..=20 {
        assert_eq!(at_all(&|hub| hub.use_totp_step("anna", step).unwrap()), 1);
    }
    assert_eq!(at_all(&|hub| hub.use_recovery_code("anna", &[8; 32], &entry).unwrap()), 1);
    assert_eq!(hubs[1].account("anna").unwrap().unwrap().recovery_codes, 1);
}

#[test]
fn guesses_that_are_sent_to_several_hubs_at_once_count_one_after_the_other() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    let veil = Veil::new(&[7; 32]);
    let keys = [veil.named(Tried::SignInFrom, "home"), veil.named(Tried::SignInAs, "anna")];
    let swapped = [keys[1], keys[0]];
    for round in 0..10 {
        let at = now() + SignedDuration::from_hours(2 * round);
        let counted = std::thread::scope(|scope| {
            let guess = |number: usize| {
                let keys = if number.is_multiple_of(2) { &keys } else { &swapped };
                hubs[number % 3].begin_attempt(keys, at).unwrap().is_none()
            };
            let all: Vec<_> = (0..9).map(|number| scope.spawn(move || guess(number))).collect();
            all.into_iter().map(|one| one.join().unwrap()).filter(|counted| *counted).count()
        });
        assert_eq!(counted, 3, "as many as one hub takes without a wait");
    }
    assert_eq!(hubs[1].forget_attempts(now() + SignedDuration::from_hours(48)).unwrap(), 2);
}

#[test]
fn what_a_pillar_looks_up_at_several_hubs_at_once_counts_for_all() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    let key = Veil::new(&[7; 32]).named(Tried::LookUpBy, "jumbo");
    let counted: usize = std::thread::scope(|scope| {
        let look_up = |hub: &PostgresStore| {
            (0..10).filter(|_| hub.begin_attempt(&[key], now()).unwrap().is_none()).count()
        };
        let all: Vec<_> = hubs.iter().map(|hub| scope.spawn(move || look_up(hub))).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(counted, 20, "as many as at one hub");
}

#[test]
fn who_has_many_addresses_fills_no_table() {
    let schema = Schema::new();
    let store = schema.open();
    let most = Tried::SignInAs.most();
    schema.execute(&format!(
        "INSERT INTO attempts (tried, digest, count, first_at, last_at)
         SELECT 'sign-in-as', sha256(n::text::bytea), 1, {0} + n, {0} + n FROM generate_series(1, {most}) AS n",
        micros(now())
    ));
    let key = Veil::new(&[7; 32]).named(Tried::SignInAs, "anna");
    assert_eq!(store.begin_attempt(&[key], now() + SignedDuration::from_mins(1)).unwrap(), None);
    schema.execute(&format!(
        "DO $$ BEGIN ASSERT (SELECT count(*) = {most} AND min(last_at) = {} + 2 FROM attempts); END $$",
        micros(now())
    ));
}

#[test]
fn hubs_that_claim_handovers_at_once_never_hold_the_same() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open(), schema.open()];
    hubs[0].add_pillar(&some_pillar("jumbo", 1)).unwrap();
    hubs[0].take_in(&batch((1..=90).map(|number| incoming(number, 1)).collect()), now()).unwrap();
    let sound = |one: &Unchecked| Checked { number: one.number, finding: CheckedAs::Sound };
    let all: Vec<_> = hubs[0].unchecked(99).unwrap().iter().map(sound).collect();
    hubs[0].note_checked(&all).unwrap();
    let done = std::thread::scope(|scope| {
        let bring = |hub: usize| {
            let mut brought = Vec::new();
            for round in 0..200_u128 {
                let holder = Uuid::from_u128(round * 3 + hub as u128);
                let lease = SignedDuration::from_secs(120);
                let claim = Claim { holder, now: now(), lease, limit: 4, without: &[] };
                for claimed in hubs[hub].claim_handovers(&claim).unwrap() {
                    let case_number = Some("ZAAK");
                    let note = Note::Registered { case_number, address: None };
                    assert_eq!(hubs[hub].keep_handover(claimed.lease, note, now()).unwrap(), Held::Yes);
                    brought.push(claimed.lease.id.as_u128());
                }
            }
            brought
        };
        let all: Vec<_> = (0..3).map(|hub| scope.spawn(move || bring(hub))).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    let once: std::collections::BTreeSet<_> = done.iter().copied().collect();
    assert_eq!((done.len(), once), (90, (1..=90).collect()));
}

#[test]
fn a_call_that_somebody_takes_while_it_is_about_to_be_sent_on_goes_one_way() {
    let schema = Schema::new();
    let hubs = [schema.open(), schema.open()];
    hubs[0].add_pillar(&some_pillar("jumbo", 1)).unwrap();
    for round in 1..=60 {
        hubs[0].take_in(&batch(vec![incoming(round, 1)]), now()).unwrap();
        let number = hubs[0].unchecked(1).unwrap()[0].number;
        hubs[0].note_call_backs(&[number]).unwrap();
        hubs[0].note_checked(&[Checked { number, finding: CheckedAs::Sound }]).unwrap();
        let reference = Reference::from_bits(u64::from(round));
        let (taken, claimed) = std::thread::scope(|scope| {
            let taken = scope.spawn(|| hubs[0].take_call_back(reference, "anna", None, now()).unwrap());
            let holder = Uuid::from_u128(u128::from(round));
            let claim =
                Claim { holder, now: now(), lease: SignedDuration::from_hours(9), limit: 9, without: &[] };
            let claimed = hubs[1].claim_handovers(&claim).unwrap();
            (taken.join().unwrap(), claimed)
        });
        assert_eq!(taken == Taking::Yes, claimed.is_empty(), "{round}: {taken:?}, {claimed:?}");
    }
}
