//! How far transactions are on their way into other systems.

use jiff::SignedDuration;
use uuid::Uuid;
use zuil_wire::{PaymentState, Reference, State};

use super::super::{
    Checked, CheckedAs, Claim, Claimed, DoneStep, Handover, Held, Note, ParkReason, SentAgain, Standing,
    Store, System, Trouble,
};
use super::{at, incoming, send, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 12] = [
    only_what_was_looked_at_and_is_sound_is_handed_over,
    what_somebody_holds_nobody_else_gets_until_the_lease_has_run_out,
    who_lost_the_lease_changes_nothing,
    what_was_done_is_known_to_whoever_goes_on,
    steps_are_told_in_the_order_in_which_they_were_done,
    what_failed_waits_and_comes_after_what_did_not,
    a_system_that_is_down_is_left_alone,
    what_is_registered_has_its_case_number_everywhere,
    what_is_parked_is_sent_again_by_staff_and_goes_on,
    what_goes_nowhere_stays_received,
    an_unknown_payment_is_handed_over_when_it_is_paid,
    a_lease_from_a_clock_that_was_ahead_ends_when_it_is_put_back,
];

const LEASE: SignedDuration = SignedDuration::from_secs(120);

fn claim_as(holder: u128, second: i64) -> Claim<'static> {
    Claim { holder: Uuid::from_u128(holder), now: at(second), lease: LEASE, limit: 10, without: &[] }
}

pub(super) fn claim(store: &dyn Store, holder: u128, second: i64) -> Vec<Claimed> {
    store.claim_handovers(&claim_as(holder, second)).unwrap()
}

fn numbers(claimed: &[Claimed]) -> Vec<u128> {
    claimed.iter().map(|claimed| claimed.lease.id.as_u128()).collect()
}

/// Uploads transactions with these numbers, and looks at them.
/// The numbers that the store gave them.
pub(super) fn received(store: &dyn Store, all: &[u8]) -> Vec<u64> {
    send(store, all.iter().map(|number| incoming(*number, u64::from(*number))).collect(), 10);
    let numbers = store.unchecked(99).unwrap().iter().map(|unchecked| unchecked.number).collect();
    look_at_all(store);
    numbers
}

pub(super) fn look_at_all(store: &dyn Store) {
    let sound = |number| Checked { number, finding: CheckedAs::Sound };
    let all: Vec<_> = store.unchecked(99).unwrap().iter().map(|unchecked| sound(unchecked.number)).collect();
    store.note_checked(&all).unwrap();
}

pub(super) fn state(store: &dyn Store, number: u64) -> State {
    store.transaction(Reference::from_bits(number)).unwrap().unwrap().state
}

pub(super) fn handover(store: &dyn Store, number: u64) -> Handover {
    store.handover(Reference::from_bits(number)).unwrap().unwrap()
}

pub(super) fn note(store: &dyn Store, claimed: &Claimed, note: Note<'_>, second: i64) {
    assert_eq!(store.keep_handover(claimed.lease, note, at(second)).unwrap(), Held::Yes);
}

fn only_what_was_looked_at_and_is_sound_is_handed_over(store: &dyn Store) {
    send(store, vec![incoming(1, 1), incoming(2, 2), with_payment(3, PaymentState::NotPaid)], 10);
    assert_eq!(claim(store, 1, 20), []);
    assert_eq!(store.handover(Reference::from_bits(1)).unwrap(), None);
    let finding = CheckedAs::Troubled(Trouble::NotSigned);
    let first = store.unchecked(9).unwrap()[0].number;
    store.note_checked(&[Checked { number: first, finding }]).unwrap();
    look_at_all(store);
    let claimed = claim(store, 2, 30);
    assert_eq!(numbers(&claimed), [2]);
    assert_eq!((claimed[0].attempts, claimed[0].rounds, claimed[0].system), (0, 0, None));
    assert_eq!(claimed[0].stored, store.transaction(Reference::from_bits(2)).unwrap().unwrap());
}

fn what_somebody_holds_nobody_else_gets_until_the_lease_has_run_out(store: &dyn Store) {
    received(store, &[1, 2, 3]);
    let first = store.claim_handovers(&Claim { limit: 2, ..claim_as(1, 20) }).unwrap();
    assert_eq!(numbers(&first), [1, 2]);
    assert_eq!(numbers(&claim(store, 2, 21)), [3]);
    assert_eq!(claim(store, 3, 139), []);
    note(store, &first[0], Note::Until(at(500)), 139);
    assert_eq!(numbers(&claim(store, 4, 141)), [2, 3]);
}

fn who_lost_the_lease_changes_nothing(store: &dyn Store) {
    received(store, &[1]);
    let late = claim(store, 1, 20).remove(0);
    let holder = claim(store, 2, 141).remove(0);
    let step = Note::Step { name: "zaak", result: "late", until: at(900) };
    for told in [
        step,
        Note::Parked(ParkReason::Refused),
        Note::Registered { case_number: Some("late"), address: None },
    ] {
        assert_eq!(store.keep_handover(late.lease, told, at(150)).unwrap(), Held::No);
    }
    assert_eq!((state(store, 1), handover(store, 1).standing), (State::Received, Standing::Waiting));
    note(store, &holder, Note::Registered { case_number: Some("Z-1"), address: None }, 160);
    // Nobody holds it any more, not even who did last.
    assert_eq!(store.keep_handover(holder.lease, Note::Nothing, at(170)).unwrap(), Held::No);
}

fn what_was_done_is_known_to_whoever_goes_on(store: &dyn Store) {
    received(store, &[1]);
    let first = claim(store, 1, 20).remove(0);
    note(store, &first, Note::Goes(System::OpenZaak), 20);
    note(store, &first, Note::Step { name: "zaak", result: "one", until: at(200) }, 21);
    note(store, &first, Note::Step { name: "zaak", result: "another", until: at(200) }, 22);
    assert_eq!(claim(store, 2, 199), []);
    let next = claim(store, 3, 200).remove(0);
    assert_eq!(next.journal, [("zaak".to_owned(), "one".to_owned())].into());
    assert_eq!(next.system, Some(System::OpenZaak));
}

fn steps_are_told_in_the_order_in_which_they_were_done(store: &dyn Store) {
    let steps = |number| store.handover_steps(Reference::from_bits(number)).unwrap();
    received(store, &[1, 2]);
    assert_eq!(steps(1), []);
    let claimed = claim(store, 1, 20);
    for (name, second) in [("zaak", 21), ("rol", 22), ("document", 23), ("rol", 24)] {
        note(store, &claimed[0], Note::Step { name, result: "one", until: at(200) }, second);
    }
    note(store, &claimed[0], Note::Registered { case_number: Some("ZAAK-1"), address: None }, 25);
    let done = |step: &str, second| DoneStep { step: step.into(), at: at(second) };
    assert_eq!(steps(1), [done("zaak", 21), done("rol", 22), done("document", 23)]);
    assert_eq!((steps(2), steps(99)), (vec![], vec![]));
}

fn what_failed_waits_and_comes_after_what_did_not(store: &dyn Store) {
    received(store, &[1, 2]);
    let both = claim(store, 1, 20);
    note(store, &both[0], Note::Failed(at(80)), 25);
    note(store, &both[1], Note::Later(at(90)), 25);
    assert_eq!(claim(store, 2, 79), []);
    let again = claim(store, 3, 95);
    assert_eq!(numbers(&again), [2, 1]);
    assert_eq!((again[1].attempts, again[1].failing_since), (1, Some(at(25))));
    assert_eq!((again[0].attempts, again[0].failing_since), (0, None));
    note(store, &again[1], Note::Failed(at(400)), 96);
    let failed = handover(store, 1);
    assert_eq!((failed.attempts, failed.due_at), (2, at(400)));
    let third = claim(store, 4, 401).pop().unwrap();
    assert_eq!(third.failing_since, Some(at(25)));
    // It goes on: what was before is forgiven.
    note(store, &third, Note::Step { name: "zaak", result: "one", until: at(402) }, 401);
    let fourth = claim(store, 5, 402).into_iter().find(|claimed| claimed.lease.id == third.lease.id).unwrap();
    assert_eq!((fourth.attempts, fourth.failing_since), (0, None));
}

fn a_system_that_is_down_is_left_alone(store: &dyn Store) {
    received(store, &[1, 2]);
    let both = claim(store, 1, 20);
    note(store, &both[0], Note::Goes(System::OpenZaak), 20);
    note(store, &both[0], Note::Later(at(20)), 20);
    note(store, &both[1], Note::Later(at(20)), 20);
    let down = Claim { without: &[System::OpenZaak, System::Signalen], ..claim_as(2, 30) };
    assert_eq!(numbers(&store.claim_handovers(&down).unwrap()), [2]);
    assert_eq!(numbers(&claim(store, 3, 30)), [1]);
}

fn what_is_registered_has_its_case_number_everywhere(store: &dyn Store) {
    received(store, &[1]);
    let claimed = claim(store, 1, 20).remove(0);
    note(store, &claimed, Note::Registered { case_number: Some("Z-1"), address: None }, 30);
    let found = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!((found.state, found.case_number.as_deref()), (State::Registered, Some("Z-1")));
    assert_eq!((handover(store, 1).standing, handover(store, 1).changed_at), (Standing::Registered, at(30)));
    assert_eq!(claim(store, 2, 9_000), []);
    let told = send(store, vec![incoming(1, 1)], 40);
    let case_number = Some("Z-1".to_owned());
    assert_eq!(told, [super::Outcome::Accepted { state: State::Registered, case_number }]);
}

fn what_is_parked_is_sent_again_by_staff_and_goes_on(store: &dyn Store) {
    received(store, &[1]);
    let claimed = claim(store, 1, 20).remove(0);
    note(store, &claimed, Note::Step { name: "zaak", result: "one", until: at(200) }, 21);
    note(store, &claimed, Note::Failed(at(30)), 22);
    let again = claim(store, 2, 30).remove(0);
    assert_eq!(store.send_again(Reference::from_bits(1), at(30)).unwrap(), SentAgain::NotParked);
    for reason in ParkReason::ALL {
        let claimed = claim(store, reason as u128 + 100, 31).pop().unwrap_or_else(|| again.clone());
        note(store, &claimed, Note::Parked(reason), 31);
        assert_eq!(handover(store, 1).standing, Standing::Parked(reason));
        assert_eq!((state(store, 1), store.tally(at(0)).unwrap().parked), (State::Parked, 1));
        assert_eq!(claim(store, 99, 32), []);
        assert_eq!(store.send_again(Reference::from_bits(1), at(31)).unwrap(), SentAgain::Yes);
        assert_eq!(state(store, 1), State::Received);
    }
    let last = claim(store, 3, 33).remove(0);
    assert_eq!((last.attempts, last.failing_since), (0, None));
    assert_eq!((last.rounds as usize, last.journal.len()), (ParkReason::ALL.len(), 1));
    assert_eq!(store.send_again(Reference::from_bits(77), at(33)).unwrap(), SentAgain::NotParked);
}

fn what_goes_nowhere_stays_received(store: &dyn Store) {
    received(store, &[1]);
    note(store, &claim(store, 1, 20)[0], Note::Nothing, 21);
    assert_eq!((state(store, 1), handover(store, 1).standing), (State::Received, Standing::Nothing));
    assert_eq!(claim(store, 2, 9_000), []);
}

fn an_unknown_payment_is_handed_over_when_it_is_paid(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Unknown)], 10);
    look_at_all(store);
    assert_eq!(claim(store, 1, 20), []);
    send(store, vec![with_payment(1, PaymentState::Paid)], 30);
    let claimed = claim(store, 2, 40);
    assert_eq!(claimed[0].stored.payment.as_ref().unwrap().state, PaymentState::Paid);
}

fn a_lease_from_a_clock_that_was_ahead_ends_when_it_is_put_back(store: &dyn Store) {
    received(store, &[1]);
    assert_eq!(numbers(&claim(store, 1, 100_000)), [1]);
    assert_eq!(numbers(&claim(store, 2, 50_000)), [1]);
}
