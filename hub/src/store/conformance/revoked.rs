//! What a revoked pillar may still deliver, and who settles its payments.

use jiff::SignedDuration;
use uuid::Uuid;
use zuil_wire::messages::SurveyItem;
use zuil_wire::{PaymentRecord, PaymentState, Reference, Refusal, State, SurveyAnswers};

use super::super::{
    Batch, Checked, CheckedAs, Decided, DecidedBy, Decision, Delivery, Finding, Grace, Incoming,
    OpenPaymentKey, Outcome, Store, Stored, Taken, Trouble,
};
use super::health::{open, report};
use super::{accepted, at, batch, deliver, incoming, send, signed, with_payment};

/// All checks of this page.
pub(super) const CHECKS: [fn(&dyn Store); 10] = [
    what_a_revoked_pillar_had_sealed_is_parked_for_a_person,
    what_it_delivered_before_is_answered_as_before,
    a_revoked_pillar_seals_nothing_to_a_key_from_afterwards,
    what_a_revoked_pillar_did_not_sign_is_not_stored,
    a_revoked_pillar_delivers_no_surveys_and_nothing_empty,
    after_its_grace_a_revoked_pillar_delivers_nothing,
    a_payment_of_a_revoked_pillar_is_settled_for_good,
    a_decision_that_waited_for_a_pillar_counts_when_it_is_revoked,
    a_transaction_that_comes_after_the_decision_is_settled_by_it,
    a_payment_that_becomes_known_after_the_revocation_waits_for_a_person,
];

fn revoke(store: &dyn Store, second: i64) {
    store.revoke_pillar("jumbo", at(second)).unwrap();
}

fn stored(store: &dyn Store, number: u64) -> Stored {
    store.transaction(Reference::from_bits(number)).unwrap().unwrap()
}

fn decision(finding: Finding, second: i64) -> Decision {
    Decision { finding, by: DecidedBy::Desk, at: at(second) }
}

fn the_only_key(store: &dyn Store) -> OpenPaymentKey {
    let list = store.unsettled_payments().unwrap();
    assert!(list.len() == 1 && list[0].revoked, "{list:?}");
    list[0].key().unwrap()
}

fn what_a_revoked_pillar_had_sealed_is_parked_for_a_person(store: &dyn Store) {
    revoke(store, 50);
    let sent = || vec![incoming(1, 1), with_payment(2, PaymentState::Paid)];
    assert_eq!(send(store, sent(), 60), vec![accepted(State::Parked); 2]);
    assert_eq!(send(store, sent(), 70), vec![accepted(State::Parked); 2]);
    assert_eq!(stored(store, 2).trouble, Some(Trouble::AfterRevocation));
    assert_eq!(store.delivered_after_revocation("jumbo").unwrap(), 2, "the same again counts once");
    // What is more, one is not signed, and nobody can read the other.
    for trouble in [Trouble::NotSigned, Trouble::Unreadable] {
        let number = store.unchecked(1).unwrap()[0].number;
        store.note_checked(&[Checked { number, finding: CheckedAs::Troubled(trouble) }]).unwrap();
    }
    let troubles = [1, 2].map(|number| stored(store, number).trouble);
    assert_eq!(troubles, [Some(Trouble::AfterRevocation), Some(Trouble::Unreadable)]);
    assert_eq!(store.delivered_after_revocation("jumbo").unwrap(), 2);
    assert_eq!(store.delivered_after_revocation("nobody").unwrap(), 0);
}

fn what_it_delivered_before_is_answered_as_before(store: &dyn Store) {
    send(store, vec![incoming(1, 1)], 40);
    revoke(store, 50);
    assert_eq!(send(store, vec![incoming(1, 1)], 60), [accepted(State::Received)]);
    assert_eq!((stored(store, 1).trouble, store.delivered_after_revocation("jumbo").unwrap()), (None, 0));
}

fn a_revoked_pillar_seals_nothing_to_a_key_from_afterwards(store: &dyn Store) {
    revoke(store, 50);
    let newer = Incoming { key_made_at: at(50), ..incoming(1, 1) };
    let older = Incoming { key_made_at: at(49), ..incoming(2, 2) };
    assert_eq!(send(store, vec![newer, older], 60), [Outcome::KeyTooNew, accepted(State::Parked)]);
    assert_eq!(store.transaction(Reference::from_bits(1)).unwrap(), None);
    assert_eq!(store.refusals("jumbo").unwrap()[0].refused.reason, Refusal::UnknownKey);
}

fn what_a_revoked_pillar_did_not_sign_is_not_stored(store: &dyn Store) {
    revoke(store, 50);
    let forged = Incoming { signature: incoming(2, 2).signature, ..incoming(1, 1) };
    assert_eq!(send(store, vec![forged], 60), [Outcome::NotSigned]);
    assert_eq!(store.transaction(Reference::from_bits(1)).unwrap(), None);
    assert_eq!(store.refusals("jumbo").unwrap()[0].refused.reason, Refusal::BadSignature);
    assert_eq!(store.delivered_after_revocation("jumbo").unwrap(), 0);
}

fn a_revoked_pillar_delivers_no_surveys_and_nothing_empty(store: &dyn Store) {
    revoke(store, 50);
    let answers = SurveyAnswers { clear: Some(5), ..SurveyAnswers::default() };
    let survey = SurveyItem { id: Uuid::from_u128(1), task: "bulky-waste".into(), answers };
    let with = |transactions| Batch { surveys: vec![survey.clone()], ..batch(transactions) };
    assert_eq!(store.take_in(&with(vec![]), at(60)).unwrap(), Taken::NotAdmitted);
    assert_eq!(deliver(store, vec![], 60), Taken::NotAdmitted);
    let taken = store.take_in(&with(vec![incoming(1, 1)]), at(60)).unwrap();
    assert_eq!(taken, Taken::WithoutSurveys(vec![accepted(State::Parked)]));
    assert_eq!(store.survey_count().unwrap(), 0);
}

fn after_its_grace_a_revoked_pillar_delivers_nothing(store: &dyn Store) {
    revoke(store, 50);
    let grace = Grace { time: SignedDuration::from_secs(100), transactions: 2 };
    let try_at = |number: u8, second| {
        let batch = batch(vec![incoming(number, number.into())]);
        let delivery = Delivery { batch: &batch, at: at(second), grace };
        store.take_in_all(&[delivery]).unwrap().remove(0).unwrap()
    };
    assert!(matches!(try_at(1, 60), Taken::WithoutSurveys(_)));
    assert_eq!(try_at(2, 151), Taken::NotAdmitted, "too late");
    assert!(matches!(try_at(2, 150), Taken::WithoutSurveys(_)));
    assert_eq!(try_at(3, 61), Taken::NotAdmitted, "too many");
    assert_eq!(store.transaction(Reference::from_bits(3)).unwrap(), None);
}

fn a_payment_of_a_revoked_pillar_is_settled_for_good(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Unknown)], 40);
    let unreported = OpenPaymentKey { pillar: "jumbo".into(), payment: Uuid::from_u128(1) };
    let decide =
        |key: &OpenPaymentKey, finding, second| store.decide_payment(key, decision(finding, second)).unwrap();
    assert_eq!(decide(&unreported, Finding::Paid, 45), Decided::NotOpen, "the pillar may still find out");
    revoke(store, 50);
    let key = the_only_key(store);
    assert_eq!(key, unreported);
    assert_eq!(decide(&key, Finding::Paid, 60), Decided::ForGood);
    let settled = stored(store, 1);
    assert_eq!((settled.state, settled.payment.unwrap().state), (State::Received, PaymentState::Paid));
    assert_eq!(
        (settled.payment_settled_at, settled.payment_settled_by),
        (Some(at(60)), Some(DecidedBy::Desk))
    );
    assert_eq!(store.unsettled_payments().unwrap(), []);
    assert_eq!(decide(&key, Finding::Paid, 70), Decided::Before(decision(Finding::Paid, 60)));
    assert_eq!(decide(&key, Finding::NotPaid, 70), Decided::Otherwise(decision(Finding::Paid, 60)));
    // What the pillar says afterwards is no contradiction, or is refused.
    let Incoming { sealed, digest, payment, .. } = with_payment(1, PaymentState::Paid);
    let payment = payment.map(|payment| PaymentRecord { receipt_number: Some(231), ..payment });
    let told = signed(sealed, digest, payment);
    assert_eq!(send(store, vec![told], 80), [accepted(State::Received)]);
    assert_eq!(send(store, vec![with_payment(1, PaymentState::NotPaid)], 90), [Outcome::Conflict]);
}

fn a_decision_that_waited_for_a_pillar_counts_when_it_is_revoked(store: &dyn Store) {
    store.take_report("jumbo", &report(40, vec![open(0xa1, 1, 30), open(0xa2, 2, 31)]), at(40)).unwrap();
    send(store, vec![with_payment(1, PaymentState::Unknown), with_payment(2, PaymentState::Unknown)], 41);
    let key = OpenPaymentKey { pillar: "jumbo".into(), payment: Uuid::from_u128(0xa1) };
    assert_eq!(store.decide_payment(&key, decision(Finding::NotPaid, 45)).unwrap(), Decided::Yes);
    revoke(store, 50);
    let settled = stored(store, 1);
    assert_eq!((settled.state, settled.payment.unwrap().state), (State::Parked, PaymentState::NotPaid));
    // The other one is decided now, under the name that the pillar had reported.
    let other = the_only_key(store);
    assert_eq!(other.payment, Uuid::from_u128(0xa2));
    assert_eq!(store.decide_payment(&other, decision(Finding::Paid, 60)).unwrap(), Decided::ForGood);
    assert_eq!(stored(store, 2).state, State::Received);
    assert_eq!(store.unsettled_payments().unwrap(), []);
}

fn a_transaction_that_comes_after_the_decision_is_settled_by_it(store: &dyn Store) {
    store.take_report("jumbo", &report(40, vec![open(0xa1, 1, 30)]), at(40)).unwrap();
    revoke(store, 50);
    let key = the_only_key(store);
    assert_eq!(store.decide_payment(&key, decision(Finding::Paid, 60)).unwrap(), Decided::ForGood);
    assert_eq!(store.unsettled_payments().unwrap(), []);
    send(store, vec![with_payment(1, PaymentState::Unknown)], 70);
    let settled = stored(store, 1);
    assert_eq!(settled.payment.unwrap().state, PaymentState::Paid);
    assert_eq!((settled.state, settled.trouble), (State::Parked, Some(Trouble::AfterRevocation)));
}

fn a_payment_that_becomes_known_after_the_revocation_waits_for_a_person(store: &dyn Store) {
    send(store, vec![with_payment(1, PaymentState::Unknown)], 40);
    revoke(store, 50);
    assert_eq!(send(store, vec![with_payment(1, PaymentState::Paid)], 60), [accepted(State::Parked)]);
    let settled = stored(store, 1);
    assert_eq!(settled.payment.unwrap().state, PaymentState::Paid);
    assert_eq!((settled.trouble, settled.payment_settled_by), (Some(Trouble::AfterRevocation), None));
}
