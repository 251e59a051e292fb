//! Requests to be called back.

use jiff::SignedDuration;
use zuil_wire::{PaymentState, Reference};

use super::super::{
    CallBack, CallTold, Checked, CheckedAs, Content, Elsewhere, Note, ParkReason, Standing, Store, Taking,
    Unchecked,
};
use super::handover::{claim, handover, look_at_all, note, received};
use super::{at, send, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 6] = [
    what_staff_are_done_with_is_kept_as_long_as_what_is_registered_and_no_longer,
    what_is_to_be_called_back_is_told_the_oldest_first,
    one_of_the_staff_calls_and_tells_what_came_of_it,
    a_colleague_takes_it_over_only_by_saying_from_whom,
    what_another_system_has_or_is_about_to_get_is_not_to_do,
    what_is_on_its_way_for_long_is_to_do_here_and_goes_nowhere_while_somebody_calls,
];

fn list(store: &dyn Store) -> Vec<CallBack> {
    let list = store.call_backs(99, at(30)).unwrap();
    assert_eq!(store.call_backs_to_do(at(30)).unwrap().all, list.len() as u64);
    list
}

fn numbers(store: &dyn Store) -> Vec<Reference> {
    list(store).iter().map(|call| call.reference).collect()
}

fn reference(number: u64) -> Reference {
    Reference::from_bits(number)
}

/// Received, looked at, and to be called back.
fn to_call(store: &dyn Store, all: &[u8]) {
    send(store, all.iter().map(|number| with_payment(*number, PaymentState::Paid)).collect(), 10);
    let unchecked = store.unchecked(99).unwrap();
    let numbers: Vec<u64> = unchecked.iter().map(|one| one.number).collect();
    store.note_call_backs(&numbers).unwrap();
    // The power went before it was noted that they were looked at.
    store.note_call_backs(&numbers).unwrap();
}

fn what_is_to_be_called_back_is_told_the_oldest_first(store: &dyn Store) {
    assert_eq!(list(store), []);
    to_call(store, &[3, 1, 2]);
    assert_eq!(numbers(store), [3, 1, 2].map(reference));
    assert_eq!(store.call_backs(1, at(30)).unwrap().len(), 1);
    let first = CallBack {
        reference: reference(3),
        pillar: "jumbo".into(),
        received_at: at(10),
        holder: None,
        tries: 0,
        told: None,
        elsewhere: Elsewhere::No,
    };
    assert_eq!(list(store)[0], first);
    assert_eq!(store.call_back_to_do(reference(3), at(30)).unwrap(), Some(first));
    assert_eq!(store.call_back_to_do(reference(99), at(30)).unwrap(), None);
}

fn one_of_the_staff_calls_and_tells_what_came_of_it(store: &dyn Store) {
    to_call(store, &[1, 2]);
    let tell = |who, told, second| store.tell_call_back(reference(1), who, told, at(second)).unwrap();
    assert!(!tell("anna", CallTold::Reached, 20), "nobody calls yet");
    assert_eq!(store.take_call_back(reference(1), "anna", None, at(21)).unwrap(), Taking::Yes);
    assert_eq!(store.take_call_back(reference(1), "anna", None, at(22)).unwrap(), Taking::Yes);
    assert_eq!(list(store)[0].holder, Some(("anna".into(), at(21))));
    assert!(!tell("bert", CallTold::Reached, 23), "somebody else calls");
    assert!(tell("anna", CallTold::NotReached, 24));
    let again = &list(store)[0];
    assert_eq!((again.holder.clone(), again.tries), (None, 1));
    assert_eq!(again.told, Some((CallTold::NotReached, "anna".into(), at(24))));
    assert_eq!(store.take_call_back(reference(1), "bert", None, at(25)).unwrap(), Taking::Yes);
    assert!(tell("bert", CallTold::Reached, 26));
    assert_eq!(numbers(store), [reference(2)]);
    assert!(!tell("bert", CallTold::NotReached, 27), "it is done");
    assert_eq!(store.call_back_to_do(reference(1), at(30)).unwrap(), None);
    let done = store.call_back(reference(1), at(30)).unwrap().unwrap();
    assert_eq!((done.tries, done.told), (1, Some((CallTold::Reached, "bert".into(), at(26)))));
    assert_eq!(store.call_back(reference(99), at(30)).unwrap(), None);
    assert_eq!(store.take_call_back(reference(1), "anna", None, at(28)).unwrap(), Taking::NotToDo);
    assert_eq!(store.take_call_back(reference(99), "anna", None, at(28)).unwrap(), Taking::NotToDo);
    assert_eq!(store.take_call_back(reference(2), "anna", None, at(29)).unwrap(), Taking::Yes);
    assert!(store.tell_call_back(reference(2), "anna", CallTold::WrongNumber, at(30)).unwrap());
    assert_eq!(list(store), []);
}

fn what_staff_are_done_with_is_kept_as_long_as_what_is_registered_and_no_longer(store: &dyn Store) {
    to_call(store, &[1, 2, 3]);
    let all = store.unchecked(99).unwrap();
    let sound = |one: &Unchecked| Checked { number: one.number, finding: CheckedAs::Sound };
    let forget = |second| store.forget_contents(at(second), SignedDuration::from_secs(100), 9).unwrap();
    let call = |number, told, second| {
        assert_eq!(store.take_call_back(reference(number), "anna", None, at(second)).unwrap(), Taking::Yes);
        assert!(store.tell_call_back(reference(number), "anna", told, at(second)).unwrap());
    };
    call(1, CallTold::Reached, 20);
    call(2, CallTold::NotReached, 20);
    assert_eq!(forget(9_999), 0, "nobody looked at them yet");
    store.note_checked(&all.iter().map(sound).collect::<Vec<_>>()).unwrap();
    assert_eq!([forget(60), forget(119), forget(120), forget(9_999)], [0, 0, 1, 0]);
    let is_forgotten =
        |number| store.transaction(reference(number)).unwrap().unwrap().content == Content::Forgotten;
    assert_eq!([1, 2, 3].map(is_forgotten), [true, false, false]);
    call(2, CallTold::WrongNumber, 10_000);
    assert_eq!([forget(10_099), forget(10_100)], [0, 1]);
    // Nobody hands over what they are done with.
    call(3, CallTold::Reached, 11_000);
    assert_eq!(claim(store, 3, 11_001), []);
    assert_eq!([forget(11_099), forget(11_100)], [0, 1]);
}

fn a_colleague_takes_it_over_only_by_saying_from_whom(store: &dyn Store) {
    to_call(store, &[1]);
    let take = |who, over| store.take_call_back(reference(1), who, over, at(20)).unwrap();
    assert_eq!(take("anna", None), Taking::Yes);
    assert_eq!(take("bert", None), Taking::HeldBy("anna".into()));
    assert_eq!(take("bert", Some("carla")), Taking::HeldBy("anna".into()));
    assert_eq!(take("bert", Some("anna")), Taking::Yes);
    assert_eq!(take("anna", None), Taking::HeldBy("bert".into()));
}

fn what_another_system_has_or_is_about_to_get_is_not_to_do(store: &dyn Store) {
    let numbers_of = |store: &dyn Store| -> Vec<u64> {
        store.unchecked(99).unwrap().iter().map(|one| one.number).collect()
    };
    send(store, vec![with_payment(9, PaymentState::Paid)], 5);
    store.note_call_backs(&numbers_of(store)).unwrap();
    received(store, &[1]);
    assert_eq!(numbers(store), [reference(9)]);
    let claimed = claim(store, 1, 20);
    assert_eq!(list(store), [], "it is on its way");
    let nine = claimed.iter().find(|one| one.stored.reference == reference(9)).unwrap();
    assert_eq!(store.call_backs_to_do(at(30)).unwrap().not_sent_on, 0);
    note(store, nine, Note::Parked(ParkReason::NotConfigured), 21);
    assert_eq!(numbers(store), [reference(9)]);
    assert_eq!(store.call_backs_to_do(at(30)).unwrap().not_sent_on, 1, "it waits for two reasons");
    store.register_by_hand(reference(9), "KLANT-1", at(22)).unwrap();
    assert_eq!(list(store), []);
}

fn what_is_on_its_way_for_long_is_to_do_here_and_goes_nowhere_while_somebody_calls(store: &dyn Store) {
    to_call(store, &[1]);
    look_at_all(store);
    note(store, &claim(store, 1, 20)[0], Note::Failed(at(50)), 20);
    let list = |second| store.call_backs(9, at(second)).unwrap();
    let take = |second| store.take_call_back(reference(1), "anna", None, at(second)).unwrap();
    assert_eq!((list(3_609), take(3_609)), (vec![], Taking::NotToDo));
    assert_eq!(list(3_610)[0].elsewhere, Elsewhere::MayCome);
    let under_way = claim(store, 2, 3_620).remove(0);
    assert_eq!(list(3_630)[0].elsewhere, Elsewhere::UnderWay);
    assert_eq!(take(3_630), Taking::UnderWay);
    note(store, &under_way, Note::Failed(at(3_640)), 3_640);
    assert_eq!(take(3_650), Taking::Yes);
    assert_eq!(claim(store, 3, 3_700), [], "somebody calls");
    let tell = |told, second| store.tell_call_back(reference(1), "anna", told, at(second)).unwrap();
    assert!(tell(CallTold::NotReached, 3_710));
    note(store, &claim(store, 4, 3_720)[0], Note::Failed(at(3_730)), 3_720);
    assert_eq!(take(3_740), Taking::Yes);
    assert!(tell(CallTold::Reached, 3_750));
    assert_eq!((claim(store, 5, 9_000), list(9_000)), (vec![], vec![]));
    assert_eq!(handover(store, 1).standing, Standing::Closed);
}
