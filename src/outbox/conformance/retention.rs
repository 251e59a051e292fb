//! What goes in the course of time, and what never does.

use jiff::{SignedDuration, Timestamp};
use zuil_wire::Refusal;

use super::*;

/// Content two hours, records two days.
const KEEP: Settings = Settings {
    keep_sealed: std::time::Duration::from_hours(2),
    keep_records: std::time::Duration::from_hours(48),
    largest: 1 << 30,
};

fn hour(hours: i64) -> Timestamp {
    "2026-03-02T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
}

fn tidy(outbox: &dyn Outbox, at: Timestamp) {
    for _ in 0..1000 {
        if outbox.tidy(at).unwrap() == Tidied::Nothing {
            return;
        }
    }
    panic!("tidying has no end");
}

/// A free transaction that the hub has.
fn delivered(outbox: &dyn Outbox, number: u64) {
    outbox.commit(&sealed(number)).unwrap();
    outbox.acknowledge(&[accepted(number, State::Received)], &sent(outbox)).unwrap();
}

/// A paid one that the hub has.
fn paid_for(outbox: &dyn Outbox, number: u64) {
    outbox.record_intent(&intent(number, None), &sealed(number)).unwrap();
    outbox.record_outcome(payment(number), &paid(231)).unwrap();
    outbox.acknowledge(&[accepted(number, State::Registered)], &sent(outbox)).unwrap();
}

fn is_here(outbox: &dyn Outbox, number: u64) -> bool {
    outbox.state(id(number)).unwrap().is_some()
}

fn a_record_stays_for_the_days_figures_and_then_goes(place: &dyn Place) {
    let outbox = place.open_with(KEEP);
    delivered(&*outbox, 1);
    for hours in [0, 2, 47] {
        tidy(&*outbox, hour(hours));
        assert_eq!(outbox.counts().unwrap().received, 1, "after {hours} hours");
    }
    tidy(&*outbox, hour(48));
    assert_eq!(outbox.counts().unwrap(), Counts::default());
}

fn what_is_open_refused_or_waits_is_never_pruned(place: &dyn Place) {
    let outbox = place.open_with(KEEP);
    outbox.commit(&sealed(1)).unwrap();
    let refused = ItemOutcome::Refused { id: id(1), reason: Refusal::UnknownKey };
    outbox.acknowledge(&[refused], &sent(&*outbox)).unwrap();
    outbox.record_intent(&intent(2, None), &sealed(2)).unwrap();
    outbox.record_outcome(payment(2), &unknown()).unwrap();
    outbox.acknowledge(&[accepted(2, State::Parked)], &sent(&*outbox)).unwrap();
    outbox.record_intent(&intent(3, None), &sealed(3)).unwrap();
    outbox.commit(&sealed(4)).unwrap();
    let before = outbox.counts().unwrap();
    tidy(&*outbox, hour(0));
    tidy(&*outbox, hour(10_000));
    assert_eq!(outbox.counts().unwrap(), before);

    outbox.record_outcome(payment(2), &paid(231)).unwrap();
    let again = outbox.pending(64).unwrap();
    assert_eq!(again.iter().map(|it| it.sealed.clone()).collect::<Vec<_>>(), [sealed(2), sealed(4)]);
}

/// Whether a later payment was charged decides whether the terminal's last receipt is the open one's.
fn a_payment_after_an_open_one_is_remembered_as_long_as_that_is_open(place: &dyn Place) {
    let outbox = place.open_with(KEEP);
    outbox.record_intent(&intent(1, None), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &unknown()).unwrap();
    paid_for(&*outbox, 2);
    paid_for(&*outbox, 3);
    tidy(&*outbox, hour(0));
    tidy(&*outbox, hour(100));
    assert!(!is_here(&*outbox, 2), "the transaction itself is the hub's now");
    assert!(outbox.open_payments().unwrap()[0].superseded);

    outbox.record_outcome(payment(1), &paid(230)).unwrap();
    outbox.acknowledge(&[accepted(1, State::Received)], &sent(&*outbox)).unwrap();
    tidy(&*outbox, hour(101));
    tidy(&*outbox, hour(201));
    for number in [1, 2] {
        let gone = outbox.record_outcome(payment(number), &paid(231));
        assert!(matches!(gone, Err(OutboxError::UnknownPayment(_))), "{number}: {gone:?}");
    }
    outbox.record_outcome(payment(3), &paid(231)).expect("the newest line stays");
}

fn a_settled_payment_goes_with_its_transaction_and_not_before(place: &dyn Place) {
    let outbox = place.open_with(KEEP);
    outbox.record_intent(&intent(1, None), &sealed(1)).unwrap();
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    outbox.record_intent(&intent(2, None), &sealed(2)).unwrap();
    outbox.record_outcome(payment(2), &not_paid()).unwrap();
    tidy(&*outbox, hour(0));
    tidy(&*outbox, hour(100));
    assert_eq!(outbox.pending(64).unwrap()[0].payment, Some(paid(231)), "the hub was not told yet");
    outbox.acknowledge(&[accepted(1, State::Received)], &sent(&*outbox)).unwrap();
    tidy(&*outbox, hour(101));
    outbox.record_outcome(payment(1), &paid(231)).unwrap();
    tidy(&*outbox, hour(149));
    assert!(matches!(outbox.record_outcome(payment(1), &paid(231)), Err(OutboxError::UnknownPayment(_))));
}

fn a_clock_that_was_ten_years_ahead_keeps_nothing_for_ten_years(place: &dyn Place) {
    let outbox = place.open_with(KEEP);
    delivered(&*outbox, 1);
    tidy(&*outbox, hour(10 * 365 * 24));
    tidy(&*outbox, hour(0));
    assert!(is_here(&*outbox, 1));
    tidy(&*outbox, hour(48));
    assert!(!is_here(&*outbox, 1));
}

fn tidying_takes_small_steps(place: &dyn Place) {
    let outbox = place.open_with(KEEP);
    for number in 1..=200 {
        outbox.commit(&sealed(number)).unwrap();
    }
    while !outbox.pending(1).unwrap().is_empty() {
        let told = sent(&*outbox);
        let answers: Vec<_> = (1..=200).map(|number| accepted(number, State::Received)).collect();
        outbox.acknowledge(&answers, &told).unwrap();
    }
    tidy(&*outbox, hour(0));
    let mut left = outbox.counts().unwrap().received;
    while outbox.tidy(hour(48)).unwrap() == Tidied::Some {
        let now = outbox.counts().unwrap().received;
        assert!(left - now <= 64, "{left} became {now} in one step");
        left = now;
    }
    assert_eq!(left, 0);
}

fn how_often_something_was_tried_is_told_until_the_hub_has_it(place: &dyn Place) {
    let outbox = place.open();
    assert_eq!(outbox.attempts().unwrap(), None);
    outbox.commit(&sealed(1)).unwrap();
    outbox.commit(&sealed(2)).unwrap();
    let told = sent(&*outbox);
    for hours in 0..17 {
        outbox.note_failure(&told[..1], hour(hours), "the hub cannot be reached").unwrap();
    }
    outbox.note_failure(&told[1..], hour(20), &"x".repeat(1000)).unwrap();
    let tried = outbox.attempts().unwrap().unwrap();
    assert_eq!((tried.id, tried.tries, tried.last), (id(1), 17, hour(16)));
    assert_eq!(tried.why, "the hub cannot be reached");

    let later = place.after_a_power_cut().open().attempts().unwrap().unwrap();
    assert!(later.id == id(1) && (9..=17).contains(&later.tries), "{later:?}");

    outbox.acknowledge(&[accepted(1, State::Received)], &told).unwrap();
    outbox.note_failure(&told[..1], hour(21), "too late").unwrap();
    let tried = outbox.attempts().unwrap().unwrap();
    assert_eq!((tried.id, tried.tries, tried.why.len()), (id(2), 1, Attempts::LONGEST_WHY));
    outbox.acknowledge(&[accepted(2, State::Received)], &told).unwrap();
    assert_eq!(outbox.attempts().unwrap(), None);
    assert_eq!(place.after_a_power_cut().open().attempts().unwrap(), None);
}

fn there_is_room_in_an_empty_outbox(place: &dyn Place) {
    assert!(place.open().room().unwrap() >= RESERVE);
}

on_every_outbox! {
    a_record_stays_for_the_days_figures_and_then_goes,
    what_is_open_refused_or_waits_is_never_pruned,
    a_payment_after_an_open_one_is_remembered_as_long_as_that_is_open,
    a_settled_payment_goes_with_its_transaction_and_not_before,
    a_clock_that_was_ten_years_ahead_keeps_nothing_for_ten_years,
    tidying_takes_small_steps,
    how_often_something_was_tried_is_told_until_the_hub_has_it,
    there_is_room_in_an_empty_outbox,
}
