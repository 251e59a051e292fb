//! What staff settle themselves, and what is deleted though nobody did.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zuil_wire::{PaymentState, Reference, State};

use super::super::{
    AuditFilter, CallTold, Checked, CheckedAs, Content, Deed, Entry, Note, OnItsWay, ParkReason, Settled,
    Standing, Store, System, Taking, ToDecide, ToForget, Trouble, Undecided, WARNED_DAYS,
};
use super::handover::{claim, handover, look_at_all, note, received, state};
use super::{at, incoming, send, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 9] = [
    what_is_not_paid_goes_on_when_staff_let_it,
    what_is_in_trouble_goes_on_only_where_it_can_be_read,
    what_staff_are_done_with_goes_nowhere_and_is_kept_as_if_it_were_registered,
    nothing_is_settled_too_early_or_while_somebody_hands_it_over,
    what_was_paid_for_and_goes_on_by_itself_nobody_closes,
    what_is_on_its_way_for_long_is_counted_by_system,
    what_a_system_found_wrong_is_known_until_it_is_sent_again,
    what_nobody_settled_is_deleted_after_staff_could_see_it_and_not_while_it_is_on_its_way,
    what_staff_send_on_again_is_not_deleted_when_it_comes_back_but_noted_anew,
];

fn reference(number: u64) -> Reference {
    Reference::from_bits(number)
}

fn undecided(number: u64, trouble: Option<Trouble>) -> Undecided {
    Undecided { reference: reference(number), pillar: "jumbo".into(), received_at: at(10), trouble }
}

fn sent_anyway(store: &dyn Store, number: u64, second: i64) -> Settled {
    let entry = Entry::new(at(second), "anna", Deed::SentAnyway, &reference(number).to_string());
    store.send_anyway(reference(number), &entry).unwrap()
}

pub(super) fn closed(store: &dyn Store, number: u64, second: i64) -> Settled {
    let entry = Entry::new(at(second), "anna", Deed::ClosedRequest, &reference(number).to_string());
    store.close(reference(number), &entry).unwrap()
}

/// What the log says was done, the first first: when, and what.
fn noted(store: &dyn Store) -> Vec<(Timestamp, Deed)> {
    let log = store.audit(&AuditFilter::default(), 99).unwrap();
    log.into_iter().rev().map(|noted| (noted.entry.at, noted.entry.deed)).collect()
}

/// The first that nobody looked at is in trouble.
fn trouble(store: &dyn Store, trouble: Trouble) {
    let number = store.unchecked(1).unwrap()[0].number;
    store.note_checked(&[Checked { number, finding: CheckedAs::Troubled(trouble) }]).unwrap();
}

fn what_is_not_paid_goes_on_when_staff_let_it(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::NotPaid), with_payment(2, PaymentState::Paid)], 10);
    look_at_all(store);
    assert_eq!(claim(store, 1, 20).len(), 1);
    assert_eq!(handover(store, 1).standing, Standing::Held);
    let to_decide = ToDecide { count: 1, oldest: vec![undecided(1, None)] };
    assert_eq!(store.to_decide(9).unwrap(), to_decide);
    assert_eq!(store.to_decide(0).unwrap(), ToDecide { count: 1, oldest: vec![] });
    assert_eq!(sent_anyway(store, 2, 30), Settled::NotOpen, "it goes on by itself");
    assert_eq!(sent_anyway(store, 99, 30), Settled::NotOpen);
    assert_eq!(noted(store), [], "nobody did anything");
    assert_eq!(sent_anyway(store, 1, 30), Settled::Yes);
    assert_eq!(noted(store), [(at(30), Deed::SentAnyway)]);
    assert_eq!((state(store, 1), handover(store, 1).standing), (State::Received, Standing::Waiting));
    assert_eq!(store.to_decide(9).unwrap(), ToDecide::default());
    let claimed = claim(store, 2, 31);
    assert_eq!(claimed[0].stored.reference, reference(1));
    assert_eq!(claimed[0].stored.payment.as_ref().unwrap().state, PaymentState::NotPaid);
}

fn what_is_in_trouble_goes_on_only_where_it_can_be_read(store: &dyn Store) {
    let all = [Trouble::NotSigned, Trouble::Unreadable, Trouble::Mismatch, Trouble::AfterRevocation];
    send(store, (1..=4).map(|number| incoming(number, u64::from(number))).collect(), 10);
    for one in all {
        trouble(store, one);
    }
    assert_eq!(store.to_decide(9).unwrap().count, 4);
    assert_eq!(store.to_decide(1).unwrap().oldest, [undecided(1, Some(Trouble::NotSigned))]);
    let sent = [1, 2, 3, 4].map(|number| sent_anyway(store, number, 20));
    assert_eq!(sent, [Settled::Yes, Settled::NotOpen, Settled::NotOpen, Settled::Yes]);
    assert_eq!(claim(store, 1, 21).len(), 2);
    let troubles = [1, 2].map(|number| store.transaction(reference(number)).unwrap().unwrap().trouble);
    assert_eq!(troubles, [None, Some(Trouble::Unreadable)]);
}

fn what_staff_are_done_with_goes_nowhere_and_is_kept_as_if_it_were_registered(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::NotPaid), incoming(2, 2), incoming(3, 3)], 10);
    look_at_all(store);
    // Nobody hands anything over yet; later somebody does.
    assert_eq!(closed(store, 1, 20), Settled::Yes);
    assert_eq!(closed(store, 1, 21), Settled::NotOpen, "it is closed");
    let claimed = claim(store, 1, 30);
    assert_eq!(claimed.len(), 2);
    assert!(store.closed_among(&[2, 3].map(Uuid::from_u128)).unwrap().is_empty());
    note(store, &claimed[0], Note::Parked(ParkReason::NotConfigured), 31);
    note(store, &claimed[1], Note::Nothing, 31);
    assert_eq!([closed(store, 2, 40), closed(store, 3, 40)], [Settled::Yes; 2]);
    assert_eq!(noted(store), [20, 40, 40].map(|second| (at(second), Deed::ClosedRequest)), "each once");
    for number in [1, 2, 3] {
        assert_eq!(
            (state(store, number), handover(store, number).standing),
            (State::Received, Standing::Closed)
        );
    }
    let among = store.closed_among(&[3, 9, 1].map(Uuid::from_u128)).unwrap();
    assert_eq!(among, BTreeSet::from([1, 3].map(Uuid::from_u128)));
    assert_eq!((store.tally(at(0)).unwrap().parked, store.waiting_handovers().unwrap()), (0, vec![]));
    assert_eq!(claim(store, 2, 9_000), []);
    let forget = |second| store.forget_contents(at(second), SignedDuration::from_secs(100), 9).unwrap();
    assert_eq!([forget(119), forget(120), forget(139), forget(140)], [0, 1, 0, 2]);
}

fn nothing_is_settled_too_early_or_while_somebody_hands_it_over(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::NotPaid), with_payment(2, PaymentState::Unknown)], 10);
    assert_eq!(sent_anyway(store, 1, 11), Settled::NotOpen, "nobody looked at it");
    assert_eq!(closed(store, 1, 11), Settled::NotOpen, "nobody looked at it");
    send(store, vec![incoming(3, 3)], 10);
    look_at_all(store);
    assert_eq!(sent_anyway(store, 2, 12), Settled::NotOpen, "nobody knows whether it was paid");
    assert_eq!(closed(store, 2, 12), Settled::NotOpen, "nobody knows whether it was paid");
    let claimed = claim(store, 1, 20).remove(0);
    assert_eq!(closed(store, 3, 21), Settled::UnderWay, "somebody hands it over");
    note(store, &claimed, Note::Registered { case_number: Some("Z-1"), address: None }, 22);
    assert_eq!(closed(store, 3, 9_000), Settled::NotOpen, "it is registered");
    assert_eq!(closed(store, 99, 9_000), Settled::NotOpen);
    assert_eq!(noted(store), [], "nobody did anything");
}

fn what_was_paid_for_and_goes_on_by_itself_nobody_closes(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Paid)], 10);
    look_at_all(store);
    let claimed = claim(store, 1, 20).remove(0);
    assert_eq!(closed(store, 1, 21), Settled::NotOpen);
    note(store, &claimed, Note::Failed(at(90)), 22);
    assert_eq!(closed(store, 1, 9_000), Settled::NotOpen, "it goes on by itself, however long that takes");
    note(store, &claim(store, 2, 9_001)[0], Note::Parked(ParkReason::NoAnswer), 9_001);
    assert_eq!(closed(store, 1, 9_002), Settled::Yes);
}

fn what_is_on_its_way_for_long_is_counted_by_system(store: &dyn Store) {
    let numbers = received(store, &[1, 2]);
    send(store, vec![incoming(3, 3), with_payment(4, PaymentState::NotPaid)], 100);
    look_at_all(store);
    let claimed = claim(store, 1, 110);
    note(store, &claimed[0], Note::Goes(System::OpenZaak), 110);
    note(store, &claimed[0], Note::Failed(at(200)), 110);
    let on = |system, count, second| OnItsWay { system, count, since: at(second) };
    let zaak = on(Some(System::OpenZaak), 1, 10);
    assert_eq!(store.on_their_way(at(99)).unwrap(), [on(None, 1, 10), zaak]);
    assert_eq!(store.on_their_way(at(100)).unwrap(), [on(None, 2, 10), zaak]);
    assert_eq!(store.on_their_way(at(9)).unwrap(), []);
    // While somebody calls about it, it does not go on, and no system is to blame for that.
    store.note_call_backs(&numbers[1..]).unwrap();
    let taken = store.take_call_back(reference(2), "m.agent", None, at(4_000)).unwrap();
    assert_eq!((taken, store.on_their_way(at(99)).unwrap()), (Taking::Yes, vec![zaak]));
    assert!(store.tell_call_back(reference(2), "m.agent", CallTold::NotReached, at(4_001)).unwrap());
    assert_eq!(store.on_their_way(at(99)).unwrap(), [on(None, 1, 10), zaak]);
}

fn what_a_system_found_wrong_is_known_until_it_is_sent_again(store: &dyn Store) {
    received(store, &[1]);
    let said = || store.said_when_refused(reference(1)).unwrap();
    assert_eq!(said(), None);
    note(store, &claim(store, 1, 20)[0], Note::Refused("invalid, toelichting max_length"), 21);
    assert_eq!(handover(store, 1).standing, Standing::Parked(ParkReason::Refused));
    assert_eq!(
        (state(store, 1), said().as_deref()),
        (State::Parked, Some("invalid, toelichting max_length"))
    );
    store.send_again(reference(1), at(30)).unwrap();
    assert_eq!(said(), None);
}

fn what_nobody_settled_is_deleted_after_staff_could_see_it_and_not_while_it_is_on_its_way(store: &dyn Store) {
    let day = 24 * 3_600;
    let longest = SignedDuration::from_hours(24 * 100);
    let forget = |second| {
        store.note_oldest(at(second), longest).unwrap();
        store.forget_oldest(at(second), longest, 9).unwrap()
    };
    let numbers = received(store, &[1, 2, 3]);
    let claimed = claim(store, 1, 20);
    note(store, &claimed[0], Note::Parked(ParkReason::NotConfigured), 21);
    note(store, &claimed[1], Note::Nothing, 21);
    note(store, &claimed[2], Note::Failed(at(30)), 21);
    let near = 10 + (100 - WARNED_DAYS) * day;
    assert_eq!((forget(near - 1), store.to_forget(0, 9).unwrap()), (0, ToForget::default()));
    assert_eq!(forget(near), 0);
    let due = at(10 + 100 * day);
    let first = vec![(reference(1), due), (reference(2), due)];
    assert_eq!(store.to_forget(0, 9).unwrap(), ToForget { count: 2, only_here: 1, first });
    // One after the other, all of them can be seen.
    let part = |offset| store.to_forget(offset, 1).unwrap();
    assert_eq!((part(1).first, part(1).count), (vec![(reference(2), due)], 2));
    assert_eq!(part(2).first, vec![]);
    // Who is to be called back stands on that list, too.
    store.note_call_backs(&numbers[1..2]).unwrap();
    assert_eq!(part(0).only_here, 0);
    // What staff settle is deleted when its own time is over.
    assert_eq!(closed(store, 2, near + 1), Settled::Yes);
    assert_eq!(store.forget_contents(at(near + 2), SignedDuration::from_secs(day), 9).unwrap(), 0);
    assert_eq!(forget(10 + 100 * day - 1), 0);
    assert_eq!(forget(10 + 100 * day), 1);
    let is_forgotten =
        |number| store.transaction(reference(number)).unwrap().unwrap().content == Content::Forgotten;
    assert_eq!([1, 2, 3].map(is_forgotten), [true, false, false]);
    assert_eq!(store.to_forget(0, 9).unwrap(), ToForget::default());
    // The third was on its way for all that time. Staff see it for as long as the others, however old it is.
    let late = 300 * day;
    note(store, &claim(store, 2, late)[0], Note::Parked(ParkReason::NoAnswer), late);
    assert_eq!([forget(late), forget(late + WARNED_DAYS * day - 1)], [0, 0]);
    assert_eq!(forget(late + WARNED_DAYS * day), 1);
}

fn what_staff_send_on_again_is_not_deleted_when_it_comes_back_but_noted_anew(store: &dyn Store) {
    let day = 24 * 3_600;
    let longest = SignedDuration::from_hours(24 * 100);
    let forget = |second| {
        store.note_oldest(at(second), longest).unwrap();
        store.forget_oldest(at(second), longest, 9).unwrap()
    };
    received(store, &[1]);
    note(store, &claim(store, 1, 20)[0], Note::Parked(ParkReason::NotConfigured), 21);
    assert_eq!(forget(10 + (100 - WARNED_DAYS) * day), 0);
    assert_eq!(store.to_forget(0, 9).unwrap().count, 1);
    // Staff see the warning on the last day. The system is away, and days later it waits for them again.
    let sent = 10 + 99 * day;
    store.send_again(reference(1), at(sent)).unwrap();
    assert_eq!((forget(sent + 1), store.to_forget(0, 9).unwrap()), (0, ToForget::default()));
    let back = sent + 5 * day;
    note(store, &claim(store, 2, back)[0], Note::Parked(ParkReason::NoAnswer), back);
    assert_eq!(forget(back), 0);
    let first = vec![(reference(1), at(back + WARNED_DAYS * day))];
    assert_eq!(store.to_forget(0, 9).unwrap().first, first);
    assert_eq!([forget(back + WARNED_DAYS * day - 1), forget(back + WARNED_DAYS * day)], [0, 1]);
}
