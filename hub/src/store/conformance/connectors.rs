//! What connectors need besides: steps that nobody can look up, turns at a system, and what staff do with what waits.

use jiff::SignedDuration;
use zuil_wire::{Reference, State};

use super::super::{Content, Note, Pace, ParkReason, SentAgain, Standing, Store, System, Turn, Waiting};
use super::at;
use super::handover::{claim, handover, note, received, state};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 7] = [
    a_step_that_was_begun_is_known_to_whoever_goes_on_until_it_ended,
    turns_are_given_up_to_the_pace_and_again_when_the_time_is_over,
    turns_from_a_clock_that_was_ahead_count_for_nothing,
    what_waits_for_one_reason_is_counted_and_sent_again_together,
    what_staff_found_in_the_other_system_is_registered,
    content_is_kept_from_when_it_was_handed_over,
    since_when_something_is_put_off_is_known_until_a_step_is_done,
];

fn a_step_that_was_begun_is_known_to_whoever_goes_on_until_it_ended(store: &dyn Store) {
    received(store, &[1]);
    let first = claim(store, 1, 20).remove(0);
    assert_eq!(first.attempting, None);
    note(store, &first, Note::Attempt { name: "melding", until: at(100) }, 20);
    note(store, &first, Note::Until(at(110)), 21);
    assert_eq!(claim(store, 2, 109), []);
    let second = claim(store, 3, 110).remove(0);
    assert_eq!(second.attempting.as_deref(), Some("melding"));
    for ending in [
        Note::Later(at(111)),
        Note::Failed(at(111)),
        Note::Step { name: "melding", result: "SIG-1", until: at(111) },
    ] {
        let holder = claim(store, 4, 9_000).pop().unwrap_or_else(|| second.clone());
        note(store, &holder, Note::Attempt { name: "melding", until: at(9_100) }, 110);
        note(store, &holder, ending, 111);
        let next = claim(store, 5, 9_200).remove(0);
        assert_eq!(next.attempting, None, "{ending:?}");
        note(store, &next, Note::Later(at(120)), 120);
    }
    let last = claim(store, 6, 9_300).remove(0);
    note(store, &last, Note::Attempt { name: "melding", until: at(9_400) }, 9_300);
    note(store, &last, Note::Parked(ParkReason::MaybeSent), 9_300);
    assert_eq!(store.send_again(Reference::from_bits(1), at(9_301)).unwrap(), SentAgain::Yes);
    assert_eq!(claim(store, 7, 9_302)[0].attempting, None);
}

const PACE: Pace = Pace { most: 2, window: SignedDuration::from_secs(100) };

fn turns_are_given_up_to_the_pace_and_again_when_the_time_is_over(store: &dyn Store) {
    let turn = |system, second| store.take_turn(system, PACE, at(second)).unwrap();
    assert_eq!([turn(System::Signalen, 0), turn(System::Signalen, 30)], [Turn::Yes; 2]);
    assert_eq!(turn(System::Signalen, 40), Turn::NotBefore(at(100)));
    assert_eq!(turn(System::Email, 40), Turn::Yes);
    assert_eq!(turn(System::Signalen, 99), Turn::NotBefore(at(100)));
    assert_eq!(turn(System::Signalen, 100), Turn::Yes);
    assert_eq!(turn(System::Signalen, 101), Turn::NotBefore(at(130)));
}

fn turns_from_a_clock_that_was_ahead_count_for_nothing(store: &dyn Store) {
    let turn = |second| store.take_turn(System::Signalen, PACE, at(second)).unwrap();
    assert_eq!([turn(100_000), turn(100_000), turn(50), turn(50)], [Turn::Yes; 4]);
    assert_eq!(turn(60), Turn::NotBefore(at(150)));
}

fn what_waits_for_one_reason_is_counted_and_sent_again_together(store: &dyn Store) {
    received(store, &[1, 2, 3, 4]);
    let all = claim(store, 1, 20);
    note(store, &all[0], Note::Parked(ParkReason::NotConfigured), 25);
    for (claimed, reason, second) in [
        (&all[1], ParkReason::KeyRefused, 31),
        (&all[2], ParkReason::KeyRefused, 30),
        (&all[3], ParkReason::Refused, 32),
    ] {
        note(store, claimed, Note::Goes(System::OpenZaak), 20);
        note(store, claimed, Note::Parked(reason), second);
    }
    let zaak = Some(System::OpenZaak);
    let waiting = |system, reason, count, second| Waiting { system, reason, count, since: at(second) };
    assert_eq!(
        store.waiting_handovers().unwrap(),
        [
            waiting(None, ParkReason::NotConfigured, 1, 25),
            waiting(zaak, ParkReason::KeyRefused, 2, 30),
            waiting(zaak, ParkReason::Refused, 1, 32),
        ]
    );
    assert_eq!(store.send_all_again(None, ParkReason::KeyRefused, at(40)).unwrap(), 0);
    assert_eq!(store.send_all_again(zaak, ParkReason::KeyRefused, at(40)).unwrap(), 2);
    let states = [1, 2, 3, 4].map(|number| state(store, number));
    assert_eq!(states, [State::Parked, State::Received, State::Received, State::Parked]);
    assert_eq!(store.send_all_again(None, ParkReason::NotConfigured, at(40)).unwrap(), 1);
    assert_eq!(store.waiting_handovers().unwrap(), [waiting(zaak, ParkReason::Refused, 1, 32)]);
    let again = claim(store, 2, 41);
    assert_eq!((again.len(), again[0].rounds), (3, 1));
}

fn what_staff_found_in_the_other_system_is_registered(store: &dyn Store) {
    received(store, &[1]);
    let reference = Reference::from_bits(1);
    let register = |second| store.register_by_hand(reference, "SIG-7", at(second)).unwrap();
    assert_eq!(register(20), SentAgain::NotParked);
    note(store, &claim(store, 1, 20)[0], Note::Parked(ParkReason::MaybeSent), 21);
    assert_eq!(register(30), SentAgain::Yes);
    let found = store.transaction(reference).unwrap().unwrap();
    assert_eq!((found.state, found.case_number.as_deref()), (State::Registered, Some("SIG-7")));
    assert_eq!((handover(store, 1).standing, handover(store, 1).changed_at), (Standing::Registered, at(30)));
    assert_eq!(register(40), SentAgain::NotParked);
    let nobody = store.register_by_hand(Reference::from_bits(77), "SIG-7", at(40)).unwrap();
    assert_eq!(nobody, SentAgain::NotParked);
    assert_eq!(claim(store, 2, 9_000), []);
}

fn content_is_kept_from_when_it_was_handed_over(store: &dyn Store) {
    received(store, &[1]);
    note(store, &claim(store, 1, 20)[0], Note::Registered { case_number: Some("Z-1"), address: None }, 50);
    let forget = |second| store.forget_contents(at(second), SignedDuration::from_secs(100), 10).unwrap();
    // First looked at long after it was handed over, and yet not kept for longer.
    assert_eq!(forget(149), 0);
    assert_eq!(forget(150), 1);
    let stored = store.transaction(Reference::from_bits(1)).unwrap().unwrap();
    assert_eq!(stored.content, Content::Forgotten);
}

fn since_when_something_is_put_off_is_known_until_a_step_is_done(store: &dyn Store) {
    received(store, &[1]);
    let first = claim(store, 1, 20).remove(0);
    assert_eq!(first.put_off_since, None);
    note(store, &first, Note::PutOff(at(30)), 21);
    assert_eq!(claim(store, 2, 29), []);
    let second = claim(store, 3, 30).remove(0);
    assert_eq!((second.put_off_since, second.attempts), (Some(at(21)), 0));
    note(store, &second, Note::PutOff(at(40)), 35);
    let third = claim(store, 4, 40).remove(0);
    assert_eq!(third.put_off_since, Some(at(21)));
    note(store, &third, Note::Step { name: "zaak", result: "one", until: at(100) }, 41);
    note(store, &third, Note::Later(at(50)), 42);
    assert_eq!(claim(store, 5, 50)[0].put_off_since, None);
}
